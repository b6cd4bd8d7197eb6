"""Pages of what follows from the verdicts: whole, in Chinese, and doing what they say."""

from __future__ import annotations

import io
from collections.abc import Callable
from urllib.parse import quote

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from tests.web.pages import problems

Token = Callable[[TestClient], dict[str, str]]
BASE = "/projects/p1/eligibility"
PAGES = (BASE, BASE + "/gaps", BASE + "/schemes", BASE + "/compare", BASE + "/what-if", "/compare")
FORM = {"share:pv": "0", "share:green_power": "0", "share:direct_line": "0", "saving:电力": "0", "certificates": "", "coefficient": "", "grid_year": "", "month": ""}


@pytest.mark.parametrize("path", [*PAGES, "/compare?scheme=zero_carbon_factory_hunan", BASE + "/compare?scheme=zero_carbon_factory_hunan&scheme=zero_carbon_factory_guideline"])
def test_pages_of_a_filled_project_are_whole(filled: TestClient, path: str) -> None:
    answer = filled.get(path)
    assert answer.status_code == 200
    assert problems(answer.text) == []


def test_pages_of_an_empty_home_and_a_fresh_project_are_whole(bare: TestClient) -> None:
    assert "还没有项目" in bare.get("/compare").text
    added = bare.post("/api/v1/projects", json={"profile_toml": '[factory]\nname = "新厂"\nyear = 2025\n'})
    assert added.status_code == 201
    for path in PAGES:
        html = bare.get(path).text
        assert problems(html) == []
    assert "还没有核算" in bare.get(BASE + "/what-if").text
    assert "尚未核算" in bare.get("/compare").text


def test_tabs_lead_to_every_page_and_mark_the_open_one(filled: TestClient) -> None:
    html = filled.get(BASE + "/gaps").text
    for path in PAGES[:5]:
        assert f'href="{path}"' in html
    assert f'href="{BASE}/gaps" aria-current="page"' in html


def test_a_note_is_saved_beside_its_item_and_shown_again(filled: TestClient, token: Token) -> None:
    data = {"assignee": "李工", "due": "2020-01-31", "note": '<b>"急"</b>'}
    answer = filled.post(BASE + "/gaps/g13-microgrid", data=data, headers=token(filled))
    assert answer.status_code == 200
    assert "已保存" in answer.text
    assert "已过期限" in answer.text
    page = filled.get(BASE + "/gaps").text
    assert "李工" in page
    assert "<b>" not in page.replace("<body", "")
    assert "逾期 1 条" in page
    bad = filled.post(BASE + "/gaps/g13-microgrid", data={"due": "昨天"}, headers=token(filled))
    assert bad.status_code == 422
    assert "期限不是日期" in bad.text
    assert filled.post(BASE + "/gaps/g13-microgrid", data=data).status_code == 403
    assert filled.post(BASE + "/gaps/nothing", data=data, headers=token(filled)).status_code == 404


@pytest.mark.parametrize(("path", "name"), [(BASE + "/gaps.xlsx", "补证清单"), (BASE + "/compare.xlsx", "方案对照"), ("/compare.xlsx", "项目对照")])
def test_tables_are_downloaded_under_their_chinese_name(filled: TestClient, path: str, name: str) -> None:
    answer = filled.get(path)
    assert answer.status_code == 200
    assert quote(name) in answer.headers["content-disposition"]
    assert load_workbook(io.BytesIO(answer.content)).active.max_row > 1


def test_a_slider_recomputes_and_nothing_is_kept(filled: TestClient, token: Token) -> None:
    page = filled.get(BASE + "/what-if").text
    assert 'type="range"' in page
    assert "electrify:天然气" in page
    before = filled.get("/api/v1/projects/p1").json()
    answer = filled.post(BASE + "/what-if", data={**FORM, "share:pv": "20", "share:green_power": "30"}, headers=token(filled))
    assert answer.status_code == 200
    assert "设想结果" in answer.text
    assert "改为自用光伏" in answer.text
    assert "改为绿电交易" in answer.text
    assert "run-" not in answer.text
    assert filled.get("/api/v1/projects/p1").json() == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"share:pv": "60", "share:green_power": "60"}, "购入网电只有"),
        ({"share:pv": "101"}, "0 到 100"),
        ({"share:moon": "5"}, "不认识"),
        ({"electrify:天然气": "50"}, "efficiency_ratio"),
        ({"electrify:天然气": "50", "ratio:天然气": "很高"}, "不小于 0"),
        ({"coefficient": "一点"}, "折标系数"),
        ({"grid_year": "1999"}, "因子"),
    ],
)
def test_what_cannot_be_reckoned_is_said_in_its_place(filled: TestClient, token: Token, changes: dict[str, str], words: str) -> None:
    answer = filled.post(BASE + "/what-if", data={**FORM, **changes}, headers=token(filled))
    assert answer.status_code == 200
    assert words in answer.text
    assert 'role="alert"' in answer.text


def test_fuel_to_electricity_by_the_form(filled: TestClient, token: Token) -> None:
    answer = filled.post(BASE + "/what-if", data={**FORM, "electrify:天然气": "100", "ratio:天然气": "0.9"}, headers=token(filled))
    assert "天然气改用电" in answer.text
    given = filled.post(BASE + "/what-if", data={**FORM, "electrify:天然气": "50", "kwh_per_unit:天然气": "3"}, headers=token(filled))
    assert "增加网电" in given.text


def test_the_interface_mirrors_every_mode(filled: TestClient) -> None:
    base = "/api/v1/projects/p1"
    gaps = filled.get(base + "/gaps").json()
    assert gaps["counts"]["open"] == sum(i["state"] == "open" for i in gaps["items"])
    kept = filled.put(base + "/gaps/g13-hydrogen", json={"assignee": "王工"}).json()
    assert (kept["note"]["assignee"], kept["note"]["noted_by"]) == ("王工", "测试员")
    assert filled.put(base + "/gaps/g13-hydrogen", json={"assignee": ""}).json()["note"] is None
    assert filled.get(base + "/gaps.xlsx").content[:2] == b"PK"
    margins = filled.get(base + "/margins?scheme=zero_carbon_factory_national_2026").json()["margins"]
    assert {m["criterion"] for m in margins} >= {"n26-intensity-basic", "n26-physical-2030"}
    projected = filled.post(base + "/what-if", json={"changes": [{"kind": "pv", "share": "0.5"}]}).json()
    assert projected["projection"].startswith("projection-")
    assert projected["total_tco2"]["difference"].startswith("-")
    assert filled.get(base + "/reach?target=reduce_tco2=1").json()["reached"] is False
    assert {s["status"] for s in filled.get(base + "/schemes").json()["schemes"]} >= {"now", "not"}
    assert filled.get(base + "/compare").json()["schemes"][0]["scheme"] == "zero_carbon_factory_guideline"
    assert [p["project"] for p in filled.get("/api/v1/compare").json()["projects"]] == ["p1"]
    assert "findings" in filled.get(base + "/eligible").json()


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "id"),
    [
        ("POST", "/what-if", {"changes": [{"kind": "pv", "share": 0.5}]}, 422, "number_not_exact"),
        ("POST", "/what-if", {"changes": [{"kind": "sun"}]}, 422, "scenario_invalid"),
        ("GET", "/reach?target=x", None, 422, "target_unknown"),
        ("GET", "/gaps?scheme=x", None, 404, "scheme_unknown"),
        ("GET", "/compare?scheme=x", None, 404, "scheme_unknown"),
        ("PUT", "/gaps/x", {"note": "y"}, 404, "criterion_unknown"),
        ("PUT", "/gaps/g13-hydrogen", {"due": "y"}, 422, "due_invalid"),
    ],
)
def test_errors_of_the_interface_have_the_shape_of_the_contract(
    filled: TestClient, method: str, path: str, body: dict[str, object] | None, status: int, id: str
) -> None:
    answer = filled.request(method, "/api/v1/projects/p1" + path, json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["id"] == id


def test_a_document_is_handed_in_beside_its_item(filled: TestClient, token: Token, monkeypatch: pytest.MonkeyPatch) -> None:
    import app.jobs.intake as intake

    started: list[tuple[str, int]] = []
    monkeypatch.setattr(intake, "submit", lambda project, documents: started.append((project, len(documents))) or "job")
    page = filled.get(BASE + "/gaps").text
    assert 'hx-post="/projects/p1/eligibility/gaps/g13-energy-rules/evidence"' in page
    files = {"file": ("节能管理制度.txt", "节能降碳管理制度（测试）".encode())}
    path = BASE + "/gaps/g13-energy-rules/evidence"
    assert filled.post(path, files=files).status_code == 403
    answer = filled.post(path, files=files, data={"state": "true"}, headers=token(filled))
    assert answer.status_code == 200
    assert "已收到“节能管理制度.txt”" in answer.text
    assert "已写在" in answer.text
    assert started == [("p1", 1)]
    assert "节能管理制度.txt" in filled.get("/projects/p1/profile/text").text
    refused = filled.post(path, files={"file": ("空.txt", b"")}, headers=token(filled))
    assert refused.status_code == 200
    assert "role=\"alert\"" in refused.text
    assert filled.post(BASE + "/gaps/nothing/evidence", files=files, headers=token(filled)).text.count("没有编号为 nothing 的条目") == 1
