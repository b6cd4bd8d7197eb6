"""Pages and interface of a draft's sections: whole, in Chinese, guarded, and of one mind with the log."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.web.pages import english, problems

Token = Callable[[TestClient], dict[str, str]]
BASE = "/projects/p1/draft"
API = "/api/v1/projects/p1/draft/sections"


@pytest.fixture
def home(_small_home: Path, tmp_path: Path) -> Path:
    """A copy of the filled home: these tests change the project."""
    return Path(shutil.copytree(_small_home, tmp_path / "home"))


@pytest.fixture
def own(home: Path, serve: Callable[..., TestClient]) -> Iterator[TestClient]:
    with serve(home) as client:
        yield client


def detail(client: TestClient, section: str = "baseline") -> dict[str, Any]:
    return dict(client.get(f"{API}/{section}").json())


def edit(client: TestClient, token: dict[str, str], add: str, section: str = "baseline") -> Any:
    before = detail(client, section)
    form = {"text": before["text"] + f"\n{add}\n", "base": str(before["version"])}
    return client.post(f"{BASE}/sections/{section}/edit", data=form, headers=token)


def docx_xml(data: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()


def test_every_section_page_is_whole_and_chinese(filled: TestClient) -> None:
    sections = filled.get(API).json()["sections"]
    assert len(sections) >= 8
    for section in sections:
        for page in ("", "/edit", "/compare"):
            answer = filled.get(f"{BASE}/sections/{section['id']}{page}")
            assert answer.status_code == 200, section["id"] + page
            assert problems(answer.text) == []
        words = english(filled.get(f"{BASE}/sections/{section['id']}/edit").text)
        # Names of facts come from the data and may hold an identifier; everything the page itself says is Chinese.
        assert [w for w in words if "出自" not in w and "｛" not in w and w != "Ctrl+S"] == []
    assert filled.get(f"{BASE}/sections/none").status_code == 404
    assert filled.get(f"{BASE}/fact?id=none").status_code == 404


def test_the_outline_tells_state_and_gaps_and_leads_to_each_section(filled: TestClient) -> None:
    html = filled.get(BASE).text
    assert problems(html) == []
    for section in filled.get(API).json()["sections"]:
        assert f'href="{BASE}/sections/{section["id"]}"' in html
        assert section["state_label"] == "草稿"
    assert "未批准的章节也能导出" in html


def test_every_chip_leads_to_its_origin(filled: TestClient, token: Token) -> None:
    html = filled.get(f"{BASE}/sections/baseline").text
    chips = sorted({unescape(h) for h in re.findall(r'<a class="fact" [^>]*href="([^"]+)"', html)})
    assert len(chips) > 20
    kinds = set()
    for chip in chips[:40]:
        card = filled.get(chip, headers=token(filled)).text
        assert "出处" in card
        assert not card.lstrip().startswith("<!doctype")
        links = re.findall(r'href="([^"]+)"', card)
        assert links or "已不" in card, chip
        kinds |= {unescape(link).split("/")[3] if link.startswith("/projects") else "policies" for link in links}
        for link in links[:1]:
            assert filled.get(unescape(link).partition("#")[0]).status_code == 200
    assert {"documents", "accounts"} <= kinds
    page = filled.get(chips[0])
    assert problems(page.text) == []


def test_posts_need_the_token_of_the_page(own: TestClient, token: Token) -> None:
    for path in ("edit", "preview", "approve", "regenerate", "refresh", "restore", "withdraw", "comments", "comments/1"):
        answer = own.post(f"{BASE}/sections/baseline/{path}", data={"text": "x", "hash": "x", "version": "1"})
        assert answer.status_code == 403, path
    assert own.post(f"{BASE}/refresh").status_code == 403
    assert own.post(f"{BASE}/sections/baseline/edit", data={"text": "x"}, headers={**token(own), "Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert detail(own)["version"] == 0


def test_the_preview_marks_what_is_wrong_and_saves_nothing(own: TestClient, token: Token) -> None:
    before = detail(own)
    form = {"text": before["text"] + "\n<b>约7吨</b>\n", "base": "0"}
    answer = own.post(f"{BASE}/sections/baseline/preview", data=form, headers=token(own))
    assert '<mark class="lt-bad">7</mark>' in answer.text
    assert "&lt;b&gt;约" in answer.text
    assert 'hx-swap-oob="true"' in answer.text
    assert "没有数据来源" in answer.text
    assert detail(own) == before


def test_a_refused_save_answers_with_ways_out_and_a_good_one_moves_on(own: TestClient, token: Token) -> None:
    refused = edit(own, token(own), "全年排放约2699.5吨。")
    assert refused.status_code == 200
    assert "没有保存" in refused.text
    assert "data-replace=" in refused.text
    assert "hx-redirect" not in refused.headers
    saved = edit(own, token(own), "电力是减排的重点。")
    assert saved.headers["hx-redirect"].endswith("/sections/baseline?said=saved")
    page = own.get(saved.headers["hx-redirect"]).text
    assert problems(page) == []
    assert "已保存（第 1 版）" in page
    assert "电力是减排的重点。" in page
    assert "本机用户" in page
    assert "已改" in own.get(BASE).text
    made = own.post("/api/v1/projects/p1/draft")
    assert "电力是减排的重点。" in re.sub("<[^>]+>", "", docx_xml(made.content))
    checked = own.post("/api/v1/projects/p1/verify", files={"file": ("a.docx", made.content)}).json()
    assert checked["ok"] is True


def test_somebody_elses_version_is_shown_beside_ones_own(own: TestClient, token: Token) -> None:
    text = detail(own)["text"]
    edit(own, token(own), "对方先写的一句。")
    form = {"text": text + "\n我后写的一句。\n", "base": "0"}
    answer = own.post(f"{BASE}/sections/baseline/edit", data=form, headers=token(own)).text
    assert "此间有了新的版本" in answer
    assert re.search(r'id="draft-base" value="1" hx-swap-oob', answer)
    rows = re.sub("<(?!/?(ins|del)).*?>", "", answer)
    assert "<ins>我后" in rows
    assert "<del>对方先" in rows
    again = own.post(f"{BASE}/sections/baseline/edit", data={**form, "base": "1"}, headers=token(own))
    assert "hx-redirect" in again.headers
    assert detail(own)["version"] == 2


def test_a_corrected_record_marks_the_section_with_before_and_after(own: TestClient, token: Token) -> None:
    edit(own, token(own), "电力是减排的重点。")
    own.post(f"{BASE}/sections/baseline/approve", data={"hash": detail(own)["hash"]}, headers=token(own))
    assert detail(own)["state"] == "approved"
    records = own.get("/api/v1/projects/p1/records").json()["records"]
    record = next(r for r in records if r["carrier"] == "electricity" and r["status"] == "confirmed")
    own.post("/api/v1/projects/p1/review", json={"correct": {record["id"]: {"quantity": "123456"}}})
    assert "先重新核算" in own.get(f"{BASE}/sections/baseline").text
    assert "先重新核算" in own.get(BASE).text
    own.post("/api/v1/projects/p1/account")
    assert "先重新核算" not in own.get(f"{BASE}/sections/baseline").text
    stale = detail(own)
    assert stale["state"] == "stale"
    total = next(c for c in stale["changes"] if c["subject"] == "run.total")
    assert total["before"].endswith("tCO2")
    assert total["after"].endswith("tCO2")
    assert total["before"] != total["after"]
    page = own.get(f"{BASE}/sections/baseline").text
    assert problems(page) == []
    assert total["before"] in page
    assert total["after"] in page
    assert "更正记录 电力" in page
    assert "fact-old" in page
    outline = own.get(BASE).text
    assert problems(outline) == []
    assert "待更新" in outline
    refused = own.post("/api/v1/projects/p1/draft")
    assert refused.json()["error"]["id"] == "draft_section_stale"
    assert own.post(f"{BASE}/sections/baseline/approve", data={"hash": stale["hash"]}, headers=token(own)).status_code == 409
    assert own.post(f"{BASE}/refresh", headers=token(own)).headers["hx-redirect"] == BASE
    fresh = detail(own)
    assert (fresh["state"], fresh["changes"]) == ("edited", [])
    assert "电力是减排的重点。" in fresh["text"]
    assert own.post("/api/v1/projects/p1/draft").status_code == 200
    assert own.get("/api/v1/projects/p1/verify").json()["ok"] is True


def test_versions_compare_restore_and_survive_a_restart(home: Path, serve: Callable[..., TestClient], token: Token) -> None:
    with serve(home) as client:
        edit(client, token(client), "第一稿的话。")
        edit(client, token(client), "后来加的话。")
        client.post(f"{BASE}/sections/baseline/comments", data={"text": "<script>alert(1)</script>"}, headers=token(client))
    with serve(home) as client:
        page = client.get(f"{BASE}/sections/baseline/compare?before=1&after=2").text
        assert problems(page) == []
        assert "<ins>后来加的话。</ins>" in page
        assert client.get(f"{BASE}/sections/baseline/compare?before=1&after=7").status_code == 404
        client.post(f"{BASE}/sections/baseline/restore", data={"version": "1"}, headers=token(client))
        again = detail(client)
        assert [v["way"] for v in again["versions"]] == ["edited", "edited", "restored"]
        assert "后来加的话" not in again["text"]
        page = client.get(f"{BASE}/sections/baseline").text
        assert problems(page) == []
        assert "&lt;script&gt;" in page
        seq = again["comments"][0]["seq"]
        part = client.post(f"{BASE}/sections/baseline/comments/{seq}", data={"resolved": "true"}, headers=token(client)).text
        assert "已处理" in part
        assert detail(client)["open_comments"] == 0
        client.post(f"{BASE}/sections/baseline/regenerate", headers=token(client))
        assert detail(client)["state"] == "draft"


def test_searching_for_a_fact_gives_tokens_that_can_be_saved(own: TestClient, token: Token) -> None:
    html = own.get(f"{BASE}/sections/targets/pieces", params={"q": "排放合计"}).text
    tokens = [unescape(t) for t in re.findall(r'data-token="([^"]+)"', html)]
    assert tokens
    assert "hx-redirect" in edit(own, token(own), f"基数为{tokens[0]}。", "targets").headers
    assert "没有符合的数据" in own.get(f"{BASE}/sections/targets/pieces", params={"q": "没有的东西"}).text


def test_the_interface_edits_as_the_page_does(own: TestClient) -> None:
    before = detail(own)
    body = {"text": before["text"] + "\n约7吨。\n", "base": 0}
    refused = own.put(f"{API}/baseline", json=body)
    assert refused.status_code == 422
    told = refused.json()
    assert told["error"]["id"] == "section_not_saved"
    problem = told["problems"][0]
    assert told["text"][problem["start"] : problem["end"]] == "7"
    saved = own.put(f"{API}/baseline", json={"text": before["text"] + "\n说明。\n", "base": 0, "note": "补一句"})
    assert saved.json()["version"] == 1
    assert own.put(f"{API}/baseline", json={"text": before["text"], "base": 0}).status_code == 409
    now = detail(own)
    assert now["versions"][0]["note"] == "补一句"
    assert own.post(f"{API}/baseline/approve", json={"hash": now["hash"]}).json()["state"] == "approved"
    assert own.post(f"{API}/baseline/withdraw", json={"why": "再看"}).json()["state"] == "edited"
    assert own.post(f"{API}/baseline/comments", json={"text": "看过"}).status_code == 201
    assert own.post(f"{API}/baseline/regenerate").json()["state"] == "draft"
    assert own.post(f"{API}/baseline/restore", json={"version": 1}).json()["state"] == "edited"


def test_every_form_can_be_edited_and_each_keeps_its_own_sections(own: TestClient, token: Token) -> None:
    from app.services.drafting import forms

    assert len(forms()) >= 2
    for form in forms():
        where = {"form": form["id"]}
        assert problems(own.get(BASE, params=where).text) == []
        sections = own.get(API, params=where).json()["sections"]
        for section in (sections[0], sections[-1]):  # every section of every form as text: tests/unit/test_draft_text.py
            place = f"{BASE}/sections/{section['id']}"
            assert problems(own.get(place, params=where).text) == [], section["id"]
            text = own.get(f"{API}/{section['id']}", params=where).json()["text"]
            read = own.post(f"{place}/preview", params=where, data={"text": text, "base": "0"}, headers=token(own))
            assert "lt-problem" not in read.text, (form["id"], section["id"])
        chosen = sections[-1]["id"]
        text = own.get(f"{API}/{chosen}", params=where).json()["text"]
        data = {"text": text + f"\n{form['title']}里的一句。\n", "base": "0"}
        answer = own.post(f"{BASE}/sections/{chosen}/edit", params=where, data=data, headers=token(own))
        assert "hx-redirect" in answer.headers, answer.text
        assert problems(own.get(answer.headers["hx-redirect"]).text) == []
        html = own.get("/").text
        csrf = html.split('"X-CSRF-Token": "')[1].split('"')[0]
        made = own.post(f"{BASE}/download", params=where, data={"csrf": csrf})
        words = re.sub("<[^>]+>", "", docx_xml(made.content))
        assert [f["title"] for f in forms() if f"{f['title']}里的一句。" in words] == [form["title"]]
        assert own.post("/api/v1/projects/p1/verify", files={"file": ("a.docx", made.content)}).json()["ok"] is True
    assert own.get(BASE, params={"form": "none"}).status_code == 200
    assert "没有" in own.get(BASE, params={"form": "none"}).text


def test_with_access_keys_the_name_of_the_writer_is_kept(own: TestClient, token: Token) -> None:
    from app.services.keys import add_key

    key = add_key(own.app.state.ws, "李工")  # type: ignore[attr-defined]
    assert own.get(f"{BASE}/sections/baseline").status_code == 303
    assert own.put(f"{API}/baseline", json={"text": "x", "base": 0}).status_code == 401
    headers = {"Authorization": f"Bearer {key}"}
    before = own.get(f"{API}/baseline", headers=headers).json()
    own.put(f"{API}/baseline", json={"text": before["text"] + "\n李工补充。\n", "base": 0}, headers=headers)
    assert own.get(f"{API}/baseline", headers=headers).json()["saved_by"] == "李工"
    assert "李工，" in own.get(f"{BASE}/sections/baseline", headers=headers).text
