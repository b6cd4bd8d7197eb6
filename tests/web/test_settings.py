"""The settings page and /api/v1/settings: who may come, what is shown, what is kept back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.services.asking import chat_model
from app.services.keys import add_key, list_keys
from tests.model_server import KEY, MODEL, Served, model_server
from tests.web.pages import Page, english, problems

Token = Callable[[TestClient], dict[str, str]]
NAMES = re.compile(r"DeepSeek|OpenAI|vLLM|Ollama|SQLite|multilingual-e5-small|LINGTAN_\w+")
HERE = ("127.0.0.1", 50000)


@pytest.fixture(scope="module")
def shared() -> Iterator[Served]:
    with model_server() as served:
        yield served


@pytest.fixture
def served(shared: Served) -> Served:
    shared.behaviour = "good"
    shared.seen.clear()
    return shared


@pytest.fixture
def here(tmp_path: Path, serve: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client on the machine of the server, over an empty home."""
    for name in ("BASE_URL", "MODEL", "API_KEY"):
        monkeypatch.delenv(f"LINGTAN_LLM_{name}", raising=False)
    with serve(tmp_path / "home", client=HERE) as client:
        yield client


def test_the_page_is_whole_chinese_and_offers_the_known_services(here: TestClient, token: Token) -> None:
    html = here.get("/settings").text
    assert problems(html) == []
    assert english(NAMES.sub("", html)) == []
    assert "不设语言模型" in html
    assert "发送到下面这个地址" in html
    assert str(here.app.state.ws.settings.home) in html  # type: ignore[attr-defined]
    assert 'href="/settings"' in here.get("/").text
    chosen = here.get("/settings?preset=ollama").text
    assert problems(chosen) == []
    assert 'value="http://localhost:11434/v1"' in chosen
    assert "还没有保存" in chosen
    assert not (here.app.state.ws.settings.home / "lingtan.toml").exists()  # type: ignore[attr-defined]
    assert 'value="http://localhost:11434/v1"' not in here.get("/settings?preset=none").text


def test_opening_the_page_asks_nobody(here: TestClient, token: Token, served: Served) -> None:
    form = {"base_url": served.url, "model": MODEL, "api_key": KEY}
    here.post("/settings/model", data=form, headers=token(here))
    here.get("/settings")
    here.get("/api/v1/settings")
    assert served.seen == []


@pytest.mark.parametrize(
    ("behaviour", "change", "words"),
    [
        ("good", {}, "秒应答"),
        ("good", {"api_key": "sk-other"}, "密钥不对"),
        ("good", {"api_key": ""}, "要求密钥"),
        ("open", {"api_key": ""}, "秒应答"),
        ("good", {"model": "large"}, "没有名为“large”的模型"),
        ("nonsense", {}, "不是 OpenAI 兼容接口"),
        ("broken", {}, "服务自己出错了"),
        ("good", {"base_url": "http://127.0.0.1:9/v1"}, "连不上"),
    ],
)
def test_a_trial_says_in_chinese_what_happened(
    here: TestClient, token: Token, served: Served, behaviour: str, change: dict[str, str], words: str
) -> None:
    served.behaviour = behaviour
    answer = here.post("/settings/model/try", data={"base_url": served.url, "model": MODEL, "api_key": KEY, **change}, headers=token(here))
    assert answer.status_code == 200
    assert words in answer.text
    assert KEY not in answer.text
    assert ("alert-success" in answer.text) == ("秒应答" in words)
    assert not (here.app.state.ws.settings.home / "lingtan.toml").exists()  # type: ignore[attr-defined]


def test_a_trial_that_waits_in_vain_ends(here: TestClient, token: Token, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    import app.llm.trial as trial

    served.behaviour = "silent"
    whole = trial.try_model
    monkeypatch.setattr(trial, "try_model", lambda **given: whole(**given, limit=0.3))
    answer = here.post("/settings/model/try", data={"base_url": served.url, "model": MODEL, "api_key": KEY}, headers=token(here))
    assert "内没有应答" in answer.text


def test_what_a_person_typed_is_shown_as_text(here: TestClient, token: Token, served: Served) -> None:
    form = {"base_url": served.url, "model": "<script>alert(1)</script>", "api_key": KEY}
    assert "<script>" not in here.post("/settings/model/try", data=form, headers=token(here)).text
    here.post("/settings/model", data=form, headers=token(here))
    assert "<script>alert" not in here.get("/settings").text


def test_a_saved_key_is_used_and_never_comes_back(
    here: TestClient, token: Token, served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    done = here.post("/settings/model", data={"base_url": served.url, "model": MODEL, "api_key": f" {KEY} "}, headers=token(here))
    assert (done.status_code, done.headers["hx-redirect"]) == (204, "/settings?saved=true")
    html = here.get("/settings?saved=true").text
    assert problems(html) == []
    assert "已设置" in html
    assert "已启用" in html
    ws = here.app.state.ws  # type: ignore[attr-defined]
    assert chat_model(ws).complete("系统", "问题") == "好"
    kept = here.post("/settings/model/try", data={"base_url": served.url, "model": MODEL}, headers=token(here))
    assert "秒应答" in kept.text
    api = here.get("/api/v1/settings")
    assert api.json()["language_model"]["api_key_set"] is True
    here.post("/settings/model", data={"base_url": served.url, "model": MODEL, "no_key": "true"}, headers=token(here))
    assert here.get("/api/v1/settings").json()["language_model"]["api_key_set"] is False
    here.post("/settings/model/off", headers=token(here))
    assert chat_model(ws) is None
    assert all(KEY not in text for text in (html, kept.text, api.text, here.get("/metrics").text, caplog.text))
    assert not any(KEY.encode() in f.read_bytes() for f in ws.settings.home.rglob("*") if f.is_file())


def test_the_stored_key_stays_with_its_address(here: TestClient, token: Token, served: Served) -> None:
    here.post("/settings/model", data={"base_url": "https://models.example/v1", "model": MODEL, "api_key": KEY}, headers=token(here))
    for path in ("/settings/model/try", "/settings/model"):
        refused = here.post(path, data={"base_url": served.url, "model": MODEL}, headers=token(here))
        assert refused.status_code == 422
        assert "不会发给新地址" in refused.text
    assert served.seen == []


def test_values_of_the_environment_are_shown_as_such(here: TestClient, token: Token, monkeypatch: pytest.MonkeyPatch) -> None:
    home = here.app.state.ws.settings.home  # type: ignore[attr-defined]
    monkeypatch.setenv("LINGTAN_LLM_BASE_URL", "https://models.example/v1")
    monkeypatch.setenv("LINGTAN_LLM_MODEL", MODEL)
    monkeypatch.setenv("LINGTAN_LLM_API_KEY", KEY)
    from app.bootstrap import open_workspace

    here.app.state.ws = open_workspace(home)  # type: ignore[attr-defined]
    html = here.get("/settings?preset=ollama").text
    assert problems(html) == []
    fields = {a["id"]: a for a in Page(html).all("input") if "id" in a}
    assert "readonly" in fields["base_url"]
    assert fields["base_url"]["value"] == "https://models.example/v1"
    assert "readonly" in fields["model"]
    assert "disabled" in fields["api_key"]
    assert "LINGTAN_LLM_API_KEY" in html
    assert KEY not in html
    assert "/settings/model/off" not in html
    refused = here.post("/settings/model/off", headers=token(here))
    assert (refused.status_code, "LINGTAN_LLM_MODEL" in refused.text) == (422, True)


def test_the_interface_reads_and_changes_the_same(here: TestClient) -> None:
    before = here.get("/api/v1/settings").json()
    assert before["language_model"] == {"active": False, "base_url": "", "model": "", "api_key_set": False, "from_environment": []}
    assert before["installation"]["database"] == "SQLite（本机文件）"
    assert before["access_keys"] == []
    body = {"base_url": "https://models.example/v1/", "model": MODEL, "api_key": KEY}
    changed = here.put("/api/v1/settings", json=body)
    assert changed.status_code == 200
    assert changed.json()["language_model"] == {
        "active": True, "base_url": "https://models.example/v1", "model": MODEL, "api_key_set": True, "from_environment": [],
    }  # fmt: skip
    assert KEY not in changed.text
    wrong = here.put("/api/v1/settings", json={"base_url": "models", "model": MODEL, "api_key": KEY})
    assert (wrong.status_code, wrong.json()["error"]["id"], KEY in wrong.text) == (422, "base_url_invalid", False)
    odd = here.put("/api/v1/settings", json={"base_url": ["x"], "model": MODEL, "api_key": KEY})
    assert (odd.status_code, KEY in odd.text) == (422, False)
    assert here.put("/api/v1/settings", json={}).json()["language_model"]["active"] is False


@pytest.mark.parametrize("path", ["/settings/model", "/settings/model/try", "/settings/model/off", "/settings/keys", "/settings/keys/revoke"])
def test_posts_need_the_token_and_the_same_site(here: TestClient, token: Token, path: str) -> None:
    assert here.post(path, data={"name": "x"}).status_code == 403
    assert here.post(path, data={"name": "x"}, headers={**token(here), "Origin": "https://evil.example"}).status_code == 403
    assert here.put("/api/v1/settings", json={}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert list_keys(here.app.state.ws) == []  # type: ignore[attr-defined]


def test_without_a_key_only_this_machine_gets_in(bare: TestClient) -> None:
    """The client of this test is not on the loopback network."""
    page = bare.get("/settings")
    assert page.status_code == 403
    assert problems(page.text) == []
    assert bare.get("/api/v1/settings").json()["error"]["id"] == "settings_not_here"
    assert bare.put("/api/v1/settings", json={}).status_code == 403


def test_with_keys_only_a_holder_gets_in(bare: TestClient) -> None:
    key = add_key(bare.app.state.ws, "王工")  # type: ignore[attr-defined]
    assert bare.get("/settings").headers["location"] == "/login"
    assert bare.get("/api/v1/settings").status_code == 401
    assert bare.get("/api/v1/settings", headers={"Authorization": f"Bearer {key}"}).json()["access_keys"][0]["name"] == "王工"


def test_keys_are_added_shown_once_and_removed(here: TestClient, token: Token) -> None:
    added = here.post("/settings/keys", data={"name": " 王工 "}, headers=token(here))
    key = Page(added.text).texts[[t for t, _ in Page(added.text).texts].index("code")][1]
    assert key.startswith("lt_")
    page = here.get("/settings")
    assert page.status_code == 200, "whoever makes the first key stays logged in"
    assert (key in page.text, "王工" in page.text) == (False, True)
    assert problems(page.text) == []
    twice = here.post("/settings/keys", data={"name": "王工"}, headers=token(here))
    assert (twice.status_code, "已有名为" in twice.text) == (409, True)
    second = here.post("/settings/keys", data={"name": "<b>李工</b>"}, headers=token(here))
    assert "<b>" not in second.text
    gone = here.post("/settings/keys/revoke", data={"name": "<b>李工</b>"}, headers=token(here))
    assert "李工" not in gone.text
    assert here.post("/settings/keys/revoke", data={"name": "没有"}, headers=token(here)).status_code == 404
    here.app.state.open_to_others = True  # type: ignore[attr-defined]
    last = here.post("/settings/keys/revoke", data={"name": "王工"}, headers=token(here))
    assert (last.status_code, "最后一把" in last.text) == (409, True)
    here.app.state.open_to_others = False  # type: ignore[attr-defined]
    own = here.post("/settings/keys/revoke", data={"name": "王工"}, headers=token(here))
    assert own.headers["hx-redirect"] == "/settings"
    assert list_keys(here.app.state.ws) == []  # type: ignore[attr-defined]
