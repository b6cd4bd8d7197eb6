"""The language model set up without a text editor: tried, written, in use at once, its key kept where it belongs."""

from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap import open_workspace
from app.domain.errors import LingtanError, UsageError
from app.llm.trial import Outcome, try_model
from app.services import model_settings as module
from app.services.asking import chat_model
from app.services.installation import installation
from app.services.model_settings import change_model, clean_address, model_settings, presets, try_settings, unprotected
from app.services.settings_file import change_settings
from app.services.workspace import Workspace
from app.settings import load_settings
from tests.model_server import KEY, MODEL, Served, model_server


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
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    for name in [n for n in os.environ if n.startswith("LINGTAN_")]:
        monkeypatch.delenv(name)
    return open_workspace(tmp_path / "home", actor="测试员")


def test_a_good_server_answers_and_one_tiny_request_was_made(served: Served) -> None:
    trial = try_model(base_url=served.url, model=MODEL, api_key=KEY)
    assert (trial.outcome, trial.status) == (Outcome.ANSWERS, 200)
    assert 0 < trial.seconds < 5
    ((path, key, body),) = served.seen
    assert (path, key) == ("/v1/chat/completions", f"Bearer {KEY}")
    assert len(json.dumps(body)) < 300


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        ("nonsense", Outcome.NONSENSE), ("wrong shape", Outcome.NONSENSE), ("long", Outcome.NONSENSE), ("broken", Outcome.FAILED),
        ("no credit", Outcome.NO_CREDIT), ("busy", Outcome.BUSY), ("moved", Outcome.NO_PAGE),
        ("unknown model as 400", Outcome.NO_MODEL), ("other refusal", Outcome.REFUSED),
    ],
)
def test_what_a_bad_server_does_is_named(served: Served, behaviour: str, outcome: Outcome) -> None:
    served.behaviour = behaviour
    assert try_model(base_url=served.url, model=MODEL, api_key=KEY).outcome is outcome
    assert len(served.seen) == 1


def test_wrong_key_wrong_model_and_wrong_path(served: Served) -> None:
    assert try_model(base_url=served.url, model=MODEL, api_key="sk-other").outcome is Outcome.WRONG_KEY
    assert try_model(base_url=served.url, model="large-model", api_key=KEY).outcome is Outcome.NO_MODEL
    assert try_model(base_url=served.url.removesuffix("/v1"), model=MODEL, api_key=KEY).outcome is Outcome.NO_PAGE


@pytest.mark.parametrize("behaviour", ["silent", "drips"])
def test_the_deadline_is_for_the_whole_reply(served: Served, behaviour: str) -> None:
    served.behaviour = behaviour
    trial = try_model(base_url=served.url, model=MODEL, api_key=KEY, limit=0.4)
    assert trial.outcome is Outcome.TIMEOUT
    assert trial.seconds < 1.4


def test_nobody_listening_and_a_name_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert try_model(base_url=f"http://127.0.0.1:{port}/v1", model=MODEL).outcome is Outcome.UNREACHABLE

    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    assert try_model(base_url="http://no.such.host.invalid/v1", model=MODEL).outcome is Outcome.NO_ADDRESS


def test_every_outcome_has_its_words_and_they_are_chinese() -> None:
    assert set(module._WORDS) == {o.value for o in Outcome}
    for name, (message, fix) in module._WORDS.items():
        assert message
        assert fix or name == "answers"


def test_a_report_says_what_to_do(ws: Workspace, served: Served) -> None:
    good = try_settings(ws, base_url=served.url, model=MODEL, api_key=KEY)
    assert good.ok
    assert MODEL in good.message
    assert "秒应答" in good.message
    wrong = try_settings(ws, base_url=served.url, model=MODEL, api_key="sk-other")
    assert (wrong.ok, "密钥不对" in wrong.message) == (False, True)
    assert "要求密钥" in try_settings(ws, base_url=served.url, model=MODEL).message
    assert "large" in try_settings(ws, base_url=served.url, model="large", api_key=KEY).message
    assert not (ws.settings.home / "lingtan.toml").exists()


def test_saving_keeps_what_a_person_wrote_and_hides_the_file(ws: Workspace, served: Served) -> None:
    file = ws.settings.home / "lingtan.toml"
    file.write_bytes('# 我们的设置\r\nreranker = "maxsim"  # 默认\r\n'.encode())
    file.chmod(0o644)
    held = change_model(ws, base_url=served.url + "/chat/completions/", model=MODEL, api_key=KEY)
    assert held.to_plain() == {"active": True, "base_url": served.url, "model": MODEL, "api_key_set": True, "from_environment": []}
    text = file.read_bytes().decode()
    assert text.startswith('# 我们的设置\r\nreranker = "maxsim"  # 默认\r\n')
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = load_settings(ws.settings.home)
    assert (again.llm_base_url, again.llm_model, again.llm_api_key, again.reranker) == (served.url, MODEL, KEY, "maxsim")
    assert not list(ws.settings.home.glob("*.part"))


def test_the_running_process_asks_the_new_model_at_once(ws: Workspace, served: Served) -> None:
    assert chat_model(ws) is None
    change_model(ws, base_url=served.url, model=MODEL, api_key=KEY)
    other = ws.acting_as("王工")
    assert chat_model(other).complete("系统", "问题") == "好"
    assert chat_model(other) is chat_model(ws)
    change_model(ws, base_url=served.url, model="renamed")
    assert chat_model(ws).name == "renamed"
    assert served.seen[-1][1] == f"Bearer {KEY}"
    change_model(ws, base_url="", model="")
    assert chat_model(ws) is None
    assert "llm_" not in (ws.settings.home / "lingtan.toml").read_text("utf-8")


def test_a_stored_key_is_never_sent_to_another_address(ws: Workspace, served: Served) -> None:
    change_model(ws, base_url="https://models.example/v1", model=MODEL, api_key=KEY)
    for act in (try_settings, change_model):
        with pytest.raises(UsageError) as refused:
            act(ws, base_url=served.url, model=MODEL)
        assert refused.value.id == "key_for_other_address"
    assert served.seen == []
    assert change_model(ws, base_url="https://models.example/v2", model=MODEL).has_key
    assert not change_model(ws, base_url=served.url, model=MODEL, api_key="").has_key


def test_what_the_environment_decides_stays(ws: Workspace, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINGTAN_LLM_MODEL", MODEL)
    monkeypatch.setenv("LINGTAN_LLM_API_KEY", KEY)
    home = open_workspace(ws.settings.home)
    held = model_settings(home)
    assert (held.model, held.has_key, held.from_environment) == (MODEL, True, ("model", "api_key"))
    for changed in ({"model": "other"}, {"model": MODEL, "api_key": "sk-new"}, {"model": ""}):
        with pytest.raises(UsageError) as refused:
            change_model(home, **{"base_url": "" if changed["model"] == "" else served.url, **changed})
        assert refused.value.id == "setting_from_environment"
    with pytest.raises(UsageError, match="不会发给新地址") as refused:
        change_model(home, base_url=served.url, model=MODEL)
    assert "LINGTAN_LLM_BASE_URL" in refused.value.fix
    assert not (home.settings.home / "lingtan.toml").exists()


@pytest.mark.parametrize(
    "address",
    ["models.example/v1", "ftp://models.example", "https://", "http://a b/v1", "https://u:p@models.example/v1", "https://m.example/v1?x=1",
     "http://h:99999/v1", "https://[bad/v1", "https://m.example/" + "v" * 500, "javascript:alert(1)", "https://m.example/\x00"],
)  # fmt: skip
def test_an_address_that_cannot_be_right_is_refused(ws: Workspace, address: str) -> None:
    with pytest.raises(UsageError):
        change_model(ws, base_url=address, model=MODEL)
    assert not (ws.settings.home / "lingtan.toml").exists()


@pytest.mark.parametrize(("model", "key"), [("", None), ("m" * 500, None), (MODEL, "sk key"), (MODEL, "密钥"), (MODEL, "sk\nX-Evil: 1")])
def test_values_that_cannot_be_right_are_refused(ws: Workspace, model: str, key: str | None) -> None:
    with pytest.raises(UsageError):
        change_model(ws, base_url="https://models.example/v1", model=model, api_key=key)
    assert not (ws.settings.home / "lingtan.toml").exists()


@pytest.mark.parametrize("content", [b"llm_model = ", b"\xff\xfe", b'strange = "x"\n'])
def test_a_damaged_file_is_left_as_it_is(ws: Workspace, content: bytes) -> None:
    file = ws.settings.home / "lingtan.toml"
    file.write_bytes(content)
    with pytest.raises(LingtanError) as refused:
        change_model(ws, base_url="https://models.example/v1", model=MODEL, api_key=KEY)
    assert "lingtan.toml" in refused.value.message
    assert file.read_bytes() == content
    assert ws.settings.llm_model == ""


def test_a_key_with_quotes_comes_back_as_it_was(ws: Workspace) -> None:
    odd = 'sk-"\\\'#='
    assert change_settings(ws.settings.home, {"llm_api_key": odd}).llm_api_key == odd
    assert load_settings(ws.settings.home).llm_api_key == odd


def test_the_key_is_in_no_picture_of_the_settings(ws: Workspace) -> None:
    change_model(ws, base_url="https://models.example/v1", model=MODEL, api_key=KEY)
    for shown in (repr(ws.settings), repr(ws), repr(model_settings(ws)), str(model_settings(ws).to_plain()), str(installation(ws).to_plain())):
        assert KEY not in shown


def test_presets_are_addresses_that_would_be_accepted() -> None:
    assert [p.id for p in presets()] == ["deepseek", "qwen", "vllm", "ollama"]
    for preset in presets():
        assert clean_address(preset.base_url) == preset.base_url
        assert not unprotected(preset.base_url)
        assert preset.source.startswith("https://")
        assert preset.key == preset.base_url.startswith("https://")
    assert unprotected("http://10.0.0.7:8000/v1")


def test_places_are_shown_without_passwords(ws: Workspace) -> None:
    from dataclasses import replace

    ws.settings = replace(ws.settings, database_url="postgresql+psycopg://u:secret@db.example:5432/x", blob_url="s3://bucket/p",
                          chroma_url="http://u:secret@chroma.example:9000", embedder="sentence-transformers:/models/x", reranker="cross")
    facts = installation(ws)
    assert (facts.database, facts.blobs) == ("PostgreSQL（db.example:5432）", "S3 对象存储（bucket）")
    assert (facts.vectors, facts.embedder, facts.reranker) == ("服务 chroma.example:9000", "sentence-transformers:/models/x", "cross")
    assert 0 < facts.full_texts <= facts.documents < facts.clauses
    assert "secret" not in str(facts.to_plain())
