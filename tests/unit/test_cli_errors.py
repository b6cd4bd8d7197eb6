"""Every mistake is a Chinese sentence with a way out, as text and as one error object; never a traceback."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_builders import PROFILE, extraction, new_project, record, take_in

from app.bootstrap import open_workspace
from app.cli.main import run
from app.services import review

CALC = {
    "edition": "GB/T 32151.34-2024",
    "factor_set": "A",
    "year": 2025,
    "province": "安徽",
    "grid_basis": {"data_year": 2023, "level": "province", "region": "安徽", "basis": "average"},
}


def act(**changes: Any) -> dict[str, Any]:
    return {"id": "a1", "carrier": "电力", "quantity": "10", "unit": "kWh", "direction": "in", "params": {"supply": "grid"}} | changes


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a home: one project, three records (one confirmed, one superseded, one with a blocking finding)."""
    monkeypatch.chdir(tmp_path)
    ws = open_workspace(tmp_path / "h")
    project = new_project(ws)
    take_in(ws, project, extraction("a.pdf", record("r1")), extraction("b.pdf", record("r1", "5", account_number="1002", needs_review=True)))
    review.confirm_clean(ws, project)
    review.correct(ws, project, ID, {"quantity": "7"})
    ws.engine.dispose()
    (tmp_path / "bad.toml").write_text("[factory\nname = 1", "utf-8")
    (tmp_path / "gbk.toml").write_bytes('[factory]\nname = "甲"'.encode("gbk"))
    (tmp_path / "noname.toml").write_text("[factory]\nyear = 2025", "utf-8")
    (tmp_path / "profile.toml").write_text(PROFILE, "utf-8")
    (tmp_path / "bad.json").write_text('{"a": ', "utf-8")
    (tmp_path / "list.json").write_text("[1]", "utf-8")
    (tmp_path / "deep.json").write_text("[" * 100_000, "utf-8")
    (tmp_path / "digits.json").write_text('{"year": ' + "9" * 5000 + "}", "utf-8")
    (tmp_path / "empty").mkdir()
    (tmp_path / "blank.txt").touch()
    (tmp_path / "zip.pdf").write_bytes(b"PK\x03\x04 not really")
    return tmp_path


ID = extraction("a.pdf").sha256[:12] + "-r1"
OTHER = extraction("b.pdf").sha256[:12] + "-r1"

CASES: list[tuple[int, str, list[str]]] = [
    (2, "usage", ["nonsense"]),
    (2, "usage", ["calc", "--colour"]),
    (2, "usage", ["calc", "a", "b"]),
    (2, "usage", ["calc"]),
    (2, "usage", ["extract"]),
    (2, "usage", ["serve", "--port", "many"]),
    (2, "usage", ["serve", "--port", "70000"]),
    (2, "output_missing", ["draft", "-p", "p1"]),
    (2, "usage", ["project"]),
    (2, "address_in_use", ["serve", "--host", "no.such.host.invalid"]),
    (2, "file_missing", ["calc", "absent.toml"]),
    (2, "file_missing", ["calc", "empty"]),
    (2, "file_missing", ["calc", "--batch", "absent.jsonl"]),
    (2, "toml_invalid", ["calc", "bad.toml"]),
    (2, "encoding", ["calc", "gbk.toml"]),
    (2, "json_invalid", ["calc", "bad.json"]),
    (2, "json_invalid", ["calc", "list.json"]),
    (2, "json_invalid", ["calc", "deep.json"]),
    (2, "json_invalid", ["calc", "digits.json"]),
    (2, "file_missing", ["project", "add", "absent.toml"]),
    (2, "toml_invalid", ["project", "add", "bad.toml"]),
    (2, "encoding", ["project", "add", "gbk.toml"]),
    (2, "profile_name", ["project", "add", "noname.toml"]),
    (2, "project_exists", ["project", "add", "profile.toml"]),
    (2, "project_not_found", ["project", "show", "p9"]),
    (2, "project_not_found", ["project", "update", "p9", "profile.toml"]),
    (2, "project_not_found", ["account", "-p", "p9"]),
    (2, "project_not_found", ["upload", "-p", "p9", "zip.pdf"]),
    (2, "project_not_found", ["review", "-p", "p9"]),
    (2, "project_not_found", ["eligible", "-p", "p9"]),
    (2, "project_not_found", ["ask", "问题", "-p", "p9"]),
    (2, "project_not_found", ["draft", "-p", "p9", "-o", "x.docx"]),
    (2, "project_not_found", ["verify", "-p", "p9"]),
    (2, "project_not_found", ["pack", "-p", "p9", "-o", "x.zip"]),
    (2, "empty_folder", ["extract", "empty"]),
    (2, "empty_folder", ["upload", "-p", "p1", "empty"]),
    (3, "file_missing", ["extract", "absent.pdf"]),
    (3, "*", ["extract", "zip.pdf"]),
    (3, "*", ["extract", "blank.txt"]),
    (2, "record_not_found", ["review", "--confirm", "none"]),
    (2, "record_closed", ["review", "--confirm", ID]),
    (2, "record_closed", ["review", "--correct", ID, "--set", "quantity=1"]),
    (2, "record_closed", ["review", "--reject", ID, "--why", "x"]),
    (2, "reason_missing", ["review", "--reject", OTHER]),
    (2, "set_missing", ["review", "--correct", OTHER]),
    (2, "set_invalid", ["review", "--correct", OTHER, "--set", "quantity"]),
    (2, "set_invalid", ["review", "--correct", OTHER, "--set", "=5"]),
    (2, "correct_missing", ["review", "--set", "quantity=5"]),
    (2, "field_unknown", ["review", "--correct", OTHER, "--set", "colour=red"]),
    (2, "number_invalid", ["review", "--correct", OTHER, "--set", "quantity=many"]),
    (2, "date_invalid", ["review", "--correct", OTHER, "--set", "period_start=2025-13-01"]),
    (2, "unknown_unit", ["review", "--correct", OTHER, "--set", "unit=桶"]),
    (2, "scheme_unknown", ["eligible", "--scheme", "none"]),
    (2, "question_missing", ["ask"]),
    (2, "question_missing", ["ask", "  "]),
    (2, "question_missing", ["ask", "x", "--batch", "y"]),
    (2, "file_missing", ["ask", "--batch", "absent.jsonl"]),
    (2, "*", ["draft", "-o", "x.docx", "--section", "none"]),
    (2, "file_missing", ["verify", "absent.docx"]),
    (3, "*", ["verify", "bad.json"]),
    (2, "output_not_writable", ["pack", "-o", "blank.txt/x.zip"]),
    (2, "output_not_writable", ["draft", "-o", "blank.txt/x.docx"]),
    (2, "*", ["policy", "show", "none"]),
    (2, "*", ["policy", "show", "miit-2026-13", "none"]),
    (2, "*", ["policy", "matrix", "--topic", "none"]),
    (2, "*", ["policy", "add", "absent.pdf", "--meta", "profile.toml"]),
    (2, "file_missing", ["policy", "add", "blank.txt", "--meta", "absent.toml"]),
    (2, "suite_unknown", ["eval", "none"]),
    (2, "backup_exists", ["backup", "blank.txt"]),
    (2, "output_not_writable", ["backup", "blank.txt/b.tar.gz"]),
    (2, "home_not_empty", ["restore", "blank.txt"]),
    (2, "key_name", ["key", "add", " "]),
    (2, "key_not_found", ["key", "revoke", "none"]),
    (2, "home_not_demo", ["demo", "--out", "demo"]),
]


@pytest.mark.parametrize(("status", "id", "words"), CASES, ids=[" ".join(w) or "-" for _, _, w in CASES])
def test_mistakes(place: Path, capsys: pytest.CaptureFixture[str], status: int, id: str, words: list[str]) -> None:
    command = ["--home", "h", *words]
    assert run([*command, "--json"]) == status
    out, err = capsys.readouterr()
    error = json.loads(out)["error"]
    assert set(error) == {"id", "message", "fix", "subject"}
    assert id in ("*", error["id"])
    assert error["fix"]
    assert any("\u4e00" <= ch <= "\u9fff" for ch in error["message"])
    assert run(command) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert f"错误：{error['message']}" in err
    assert "怎么办：" in err
    assert "Traceback" not in err


REFUSALS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("unknown_unit", act(unit="kwH"), {}),
    ("unit_dimension_mismatch", act(unit="t"), {}),
    ("invalid_number", act(quantity="1,000"), {}),
    ("missing_quantity", act(quantity=""), {}),
    ("missing_parameter", act(carrier="柴油", unit="L", params={}), {}),
    ("unknown_carrier", act(carrier="魔法", unit="t", params={}), {}),
    ("gas_condition_unstated", act(carrier="天然气", unit="m3", params={}), {}),
    ("operating_condition_volume", act(carrier="天然气", unit="m3", params={"gas_condition": "工况"}), {}),
    ("grid_basis_unspecified", act(), {"grid_basis": None}),
    ("factor_not_found", act(), {"grid_basis": CALC["grid_basis"] | {"data_year": 1999}}),
    ("zero_factor_without_proof", act(params={"supply": "green_trade"}), {}),
    ("unexplained_negative", act(quantity="-1"), {}),
    ("export_exceeds_supply", act(direction="out", params={"supply": "self_generation_pv"}), {}),
]


@pytest.mark.parametrize(("kind", "activity", "changes"), REFUSALS, ids=[k for k, _, _ in REFUSALS])
def test_calc_refusals_carry_their_kind_and_no_total(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, activity: dict[str, Any], changes: dict[str, Any]
) -> None:
    source = tmp_path / "in.json"
    source.write_text(json.dumps(CALC | {"activities": [activity]} | changes), "utf-8")
    assert run(["calc", str(source), "--json"]) == 3
    result = json.loads(capsys.readouterr().out)
    assert result.keys() == {"error"}
    assert result["error"]["id"] == kind
    assert result["error"]["fix"]


def test_restore_refuses_what_is_no_backup(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", "fresh", "restore", "zip.pdf", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["error"]["id"] == "backup_damaged"
    assert run(["--home", "fresh", "restore", "absent", "--json"]) == 2


def test_uploads_report_each_file_and_exit_by_the_worst(place: Path, capsys: pytest.CaptureFixture[str], demo_documents: Path) -> None:
    good = str(demo_documents / "发票_天然气_2025-01.xml")
    assert run(["--home", "h", "upload", "zip.pdf", "absent.pdf", "--json"]) == 3
    assert [d["status"] for d in json.loads(capsys.readouterr().out)["documents"]] == ["refused", "refused"]
    assert run(["--home", "h", "upload", good, "blank.txt", "--json"]) == 1
    documents = json.loads(capsys.readouterr().out)["documents"]
    assert documents[1]["error"]["fix"]


def test_blocking_findings_exit_one(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(place / "h/lingtan.db") as c:
        c.execute("UPDATE record SET payload = replace(payload, '\"7\"', '\"8\"')")
    assert run(["--home", "h", "verify", "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["ok"] is False
    assert result["findings"][0]["severity"] == "blocking"


@pytest.mark.parametrize("json_", [False, True])
def test_a_fault_of_ours_is_a_sentence_and_a_log(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, json_: bool
) -> None:
    def fault(*_: object, **__: object) -> object:
        raise KeyError("the secret of the tower")

    monkeypatch.setattr("app.services.projects.list_projects", fault)
    assert run(["--home", "h", "project", "list", *(["--json"] if json_ else [])]) == 3
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert "the secret of the tower" not in out + err
    log = (place / "h/logs/errors.log").read_text("utf-8")
    assert "the secret of the tower" in log
    assert "Traceback" in log
    if json_:
        error = json.loads(out)["error"]
        assert (error["id"], error["subject"]) == ("internal_error", "--home")
        assert "反馈" in error["fix"]
    else:
        assert "程序内部出错" in err


def test_what_the_system_refuses_is_said(place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> object:
        raise OSError(28, "No space left on device", "h/x")

    monkeypatch.setattr("app.services.projects.list_projects", full)
    assert run(["--home", "h", "project", "list", "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["id"], error["subject"]) == ("system_refused", "h/x")
    assert "磁盘已满" in error["message"]
    assert not (place / "h/logs").exists()


@pytest.mark.parametrize(
    ("prepare", "status", "id"),
    [
        (lambda h: (h / "lingtan.toml").write_text("embedder = "), 2, "settings_invalid"),
        (lambda h: (h / "lingtan.toml").write_text("colour = 'red'"), 2, "settings_unknown"),
        (lambda h: (h / "lingtan.toml").write_text("embedder = 5"), 2, "settings_unknown"),
        (lambda h: (h / "lingtan.toml").write_text("blob_url = 'ftp://b'"), 3, "blob_store_unsupported"),
        (lambda h: (h / "lingtan.toml").write_text("database_url = 'nope'"), 2, "database_url"),
        (lambda h: (h / "lingtan.db").write_bytes(b"no database at all " * 300), 3, "database_damaged"),
        (lambda h: (h / "keys.json").write_text("{"), 3, "keys_damaged"),
    ],
)
def test_a_damaged_home_is_said(place: Path, capsys: pytest.CaptureFixture[str], prepare: Any, status: int, id: str) -> None:
    home = place / "h"
    for name in ("lingtan.db-wal", "lingtan.db-shm"):
        (home / name).unlink(missing_ok=True)
    prepare(home)
    assert run(["--home", "h", "key", "list", "--json"]) == status
    assert json.loads(capsys.readouterr().out)["error"]["id"] == id


def test_a_home_that_cannot_be_a_directory(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", "blank.txt/h", "project", "list", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["id"] == "home_not_writable"


WORDS = st.sampled_from(
    ["-p", "p1", "--json", "--set", "--confirm", "--correct", "--reject", "--why", "--list", "--all", "--scheme", "--topic", "--region", "--section"]
) | st.text(max_size=12)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    command=st.sampled_from(
        [["review"], ["project", "list"], ["project", "show"], ["project", "add"], ["calc"], ["verify"], ["policy", "show"], ["policy", "matrix"], ["key", "revoke"], ["restore"], ["eval", "x"], []]
    ),
    rest=st.lists(WORDS, max_size=4),
)
def test_no_words_give_a_traceback(place: Path, capsys: pytest.CaptureFixture[str], command: list[str], rest: list[str]) -> None:
    status = run(["--json", "--home", "h", *command, *rest])
    out, err = capsys.readouterr()
    assert status in (0, 1, 2, 3)
    assert "Traceback" not in out + err
    assert "internal_error" not in out
    if "--help" not in rest and "-h" not in rest and "--" not in rest:
        assert isinstance(json.loads(out), dict)
    assert not (place / "h/logs").exists(), shutil.rmtree(place / "h/logs")
