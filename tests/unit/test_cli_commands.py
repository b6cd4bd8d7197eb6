"""Every command of the contract, in both forms: one JSON object on stdout and nothing else, or Chinese text."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import cli, run

LINGTAN = Path(sys.executable).with_name("lingtan")
CALC = """
edition = "GB/T 32151.34-2024"
factor_set = "A"
year = 2025
province = "安徽"
grid_basis = { data_year = 2023, level = "province", region = "安徽", basis = "average" }
[[activities]]
id = "a1"
carrier = "电力"
quantity = "1000000"
unit = "kWh"
direction = "in"
params = { supply = "grid" }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on stdout; fails when there is anything else."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        assert self.out.count("\n{") == 0
        return value


Lingtan = Callable[..., Outcome]


@pytest.fixture
def lingtan(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lingtan:
    """Run a command in this process, in an empty working directory."""
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")

    def call(*words: object) -> Outcome:
        capsys.readouterr()
        status = run([str(w) for w in words])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Outcome(status=status, out=out, err=err)

    return call


def test_json_and_home_may_stand_before_and_after_the_command(lingtan: Lingtan, tmp_path: Path) -> None:
    home = tmp_path / "h"
    forms = [
        ("--json", "--home", home, "project", "list"),
        ("project", "list", "--json", "--home", home),
        ("--home", home, "project", "--json", "list"),
        ("project", "--home", home, "list", "--json"),
        (f"--home={home}", "project", "list", "--json"),
    ]
    for words in forms:
        done = lingtan(*words)
        assert (done.status, done.json, done.err) == (0, {"projects": []}, "")
    assert sorted(p.name for p in home.iterdir() if not p.name.startswith("lingtan.db")) == ["blobs"]
    assert list(Path.cwd().iterdir()) == []
    assert "还没有项目" in lingtan("--home", home, "project", "list").out


def test_the_home_comes_from_the_environment_or_the_working_directory(
    lingtan: Lingtan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lingtan("project", "list")
    assert (Path.cwd() / ".lingtan/lingtan.db").is_file()
    monkeypatch.setenv("LINGTAN_HOME", str(tmp_path / "env"))
    lingtan("project", "list")
    assert (tmp_path / "env/lingtan.db").is_file()


def test_calc_is_stateless_and_gives_the_same_bytes(lingtan: Lingtan, tmp_path: Path) -> None:
    source = tmp_path / "in.toml"
    source.write_text(CALC, "utf-8")
    first, second = lingtan("calc", source, "--json"), lingtan("--json", "calc", source)
    assert first.out == second.out
    assert first.status == 0
    result = first.json
    assert {"run_id", "inputs_hash", "engine", "factors", "lines", "subtotals", "total_tco2", "total_exact", "caveats", "findings"} <= set(result)
    assert result["lines"][0]["category"] == "electricity_in"
    text = lingtan("calc", source)
    assert f"合计：{result['total_tco2']} tCO2" in text.out
    assert list(Path.cwd().iterdir()) == []
    as_json = tmp_path / "in.json"
    import tomllib

    as_json.write_text(json.dumps(tomllib.loads(CALC)), "utf-8")
    assert lingtan("calc", as_json, "--json").json["total_tco2"] == result["total_tco2"]


def test_calc_batch_answers_every_line_and_survives_bad_ones(lingtan: Lingtan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tomllib

    good = tomllib.loads(CALC)
    bad_unit = json.loads(json.dumps(good))
    bad_unit["activities"][0]["unit"] = "kwH"
    lines = [
        json.dumps({"case": "c1", **good}),
        "{broken",
        json.dumps({"case": "c3", **bad_unit}),
        "",
        "[1, 2]",
        json.dumps({"case": "\ud800", "activities": 5}),
        json.dumps({"case": "c7", **good}, ensure_ascii=False) + "\r",
    ]
    batch = tmp_path / "b.jsonl"
    batch.write_bytes(b"\xef\xbb\xbf" + "\n".join(lines).encode())
    done = lingtan("calc", "--batch", batch, "--json")
    results = [json.loads(line) for line in done.out.splitlines()]
    assert done.status == 0
    assert [r["case"] for r in results] == ["c1", None, "c3", None, "\ud800", "c7"]
    assert [r.get("error", {}).get("id") for r in results] == [None, "json_invalid", "unknown_unit", "json_invalid", results[4]["error"]["id"], None]
    assert "total_tco2" not in results[2]
    assert results[0]["total_tco2"] == results[5]["total_tco2"]

    import app.accounting

    def fault(*_: object) -> object:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(app.accounting, "calculate", fault)
    done = lingtan("--home", tmp_path / "h", "calc", "--batch", batch)
    results = [json.loads(line) for line in done.out.splitlines()]
    assert (results[0]["case"], results[0]["error"]["id"]) == ("c1", "internal_error")
    assert "a fault of ours" in (tmp_path / "h/logs/errors.log").read_text("utf-8")


def test_extract_is_stateless(lingtan: Lingtan, demo_documents: Path, tmp_path: Path) -> None:
    file = demo_documents / "发票_天然气_2025-01.xml"
    (document,) = lingtan("extract", file, "--json").json["documents"]
    assert {"file", "sha256", "kind", "source", "pages", "fields", "lines", "records", "findings"} <= set(document)
    assert (document["kind"], document["source"]) == ("vat_invoice", "xml")
    (record,) = document["records"]
    assert {
        "id", "carrier", "direction", "quantity", "unit", "raw_quantity", "raw_unit", "period_start", "period_end", "account_number",
        "meter_number", "amount", "page", "bbox", "confidence", "status", "findings", "needs_review",
    } <= set(record)  # fmt: skip
    assert record["status"] == "proposed"
    for field in document["fields"].values():
        assert {"value", "raw", "page", "bbox", "confidence", "status", "locator"} <= set(field)
    text = lingtan("extract", file, "--explain")
    assert "天然气" in text.out
    assert "发票号码" in text.out
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"%PDF-1.4 nothing")
    mixed = lingtan("extract", file, bad, tmp_path / "absent.pdf", "--json")
    assert mixed.status == 1
    assert sorted(d["kind"] for d in mixed.json["documents"]) == ["unreadable", "unreadable", "vat_invoice"]
    alone = lingtan("--json", "extract", bad)
    assert alone.status == 3
    assert alone.json["error"]["fix"]
    assert lingtan("extract", bad).status == 3
    assert lingtan("extract", bad, tmp_path / "absent.pdf").status == 3
    assert list(Path.cwd().iterdir()) == []


def test_the_whole_job_on_the_command_line(lingtan: Lingtan, demo_documents: Path, tmp_path: Path) -> None:
    """From the profile to the package, every command as JSON; the copy of a bill is one document."""
    from app.demo.documents import profile_toml

    home = ("--home", tmp_path / "h")
    (tmp_path / "p.toml").write_text(profile_toml(), "utf-8")
    added = lingtan(*home, "project", "add", tmp_path / "p.toml", "--json")
    assert (added.status, added.json["id"]) == (0, "p1")
    again = lingtan(*home, "project", "add", tmp_path / "p.toml", "--json")
    assert (again.status, again.json["error"]["id"]) == (2, "project_exists")
    files = [demo_documents / n for n in ("电费账单_主户_2025-01.pdf", "发票_天然气_2025-01.xml", "发票_电费_辅助户_2025-09.pdf")]
    uploaded = lingtan(*home, "upload", "-p", "p1", *files, files[0], "--json")
    assert [d["status"] for d in uploaded.json["documents"]] == ["read", "read", "read", "duplicate"]
    listed = lingtan(*home, "review", "-p", "示范锂能", "--list", "--json").json
    clean = [r["id"] for r in listed["records"] if not r["needs_review"]]
    waiting = [r["id"] for r in listed["records"] if r["needs_review"]]
    assert clean
    assert waiting == listed["needs_review"]
    assert lingtan(*home, "account", "-p", "p1", "--json").json["error"]["id"] == "nothing_confirmed"
    confirmed = lingtan(*home, "review", "-p", "p1", "--confirm-clean", "--json").json
    assert confirmed["confirmed"] == clean
    for id in waiting:
        corrected = lingtan(*home, "review", "-p", "p1", "--correct", id, "--set", "unit=kWh", "--set", "quantity=1,000", "--why", "看错", "--json")
        assert corrected.json["corrected"] == [f"{id}~2"]
    gas = next(i for i in clean if i in {r["id"] for r in listed["records"] if r["carrier"] == "natural_gas"})
    assert lingtan(*home, "review", "-p", "p1", "--reject", gas, "--why", "边界外", "--json").json["rejected"] == [gas]
    first, second = lingtan(*home, "account", "-p", "p1", "--json"), lingtan(*home, "account", "--json")
    assert first.out == second.out
    run_id = first.json["run_id"]
    assert all(line["record"] for line in first.json["lines"])
    eligible = lingtan(*home, "eligible", "-p", "p1", "--json").json
    assert {"project", "run_id", "ruleset", "criteria", "counts"} <= set(eligible)
    assert eligible["run_id"] == run_id
    assert sum(eligible["counts"].values()) == len(eligible["criteria"])
    draft = lingtan(*home, "draft", "-p", "p1", "-o", "申报书.docx", "--json")
    assert (draft.status, Path("申报书.docx").is_file()) == (0, True)
    assert lingtan(*home, "verify", "申报书.docx", "-p", "p1", "--json").json["ok"] is True
    assert lingtan(*home, "verify", "-p", "p1", "--json").json["ok"] is True
    _change_a_digit(Path("申报书.docx"))
    caught = lingtan(*home, "verify", "申报书.docx", "-p", "p1", "--json")
    assert (caught.status, caught.json["ok"]) == (1, False)
    packed = lingtan(*home, "pack", "-p", "p1", "-o", "证据包.zip", "--json")
    assert (packed.status, Path("证据包.zip").is_file()) == (0, True)
    shown = lingtan(*home, "project", "show", "p1", "--json").json
    assert (shown["documents"]["total"], shown["run"]["run_id"], shown["drafts"]) == (3, run_id, 1)
    assert lingtan(*home, "backup", tmp_path / "b.tar.gz", "--json").status == 0
    assert lingtan("--home", tmp_path / "h2", "restore", tmp_path / "b.tar.gz", "--json").json["projects"] == ["p1"]
    assert lingtan("--home", tmp_path / "h2", "account", "--json").out == first.out
    for words in (("project", "show", "p1"), ("review", "--all"), ("account",), ("eligible",), ("verify",)):
        text = lingtan(*home, *words)
        assert not text.out.lstrip().startswith("{")
        assert any("\u4e00" <= ch <= "\u9fff" for ch in text.out)


def _change_a_digit(path: Path) -> None:
    """Change one digit of the total printed in the document."""
    import re

    with zipfile.ZipFile(path) as archive:
        parts = {i: archive.read(i) for i in archive.namelist()}
    text = parts["word/document.xml"].decode()
    number = re.search(r">(\d[\d,]*\.\d{2,})<", text)
    assert number
    digits = number[1]
    parts["word/document.xml"] = text.replace(f">{digits}<", f">{digits[:-1]}{(int(digits[-1]) + 1) % 10}<", 1).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def test_policies_on_the_command_line(lingtan: Lingtan, tmp_path: Path) -> None:
    home = ("--home", tmp_path / "h")
    documents = lingtan(*home, "policy", "list", "--json").json["documents"]
    assert any(d["id"] == "miit-2026-13" for d in documents)
    shown = lingtan(*home, "policy", "show", "miit-2026-13", "三-(二)", "--json")
    assert shown.status == 0
    assert "三-(二)" in shown.out
    assert lingtan(*home, "policy", "matrix", "--region", "安徽", "--json").status == 0
    check = lingtan(*home, "policy", "check", "--json")
    assert check.json["ok"] is (check.status == 0)
    assert "编号" in lingtan(*home, "policy", "list").out


@pytest.mark.slow
def test_ask_and_its_batch(lingtan: Lingtan, demo_home: Path, tmp_path: Path) -> None:
    home = ("--home", demo_home)
    answer = lingtan(*home, "ask", "零碳工厂的建设原则是什么？", "--region", "安徽", "--json").json
    assert {"question", "status", "mode", "answer", "sentences", "citations", "gaps", "elapsed_ms"} <= set(answer)
    lines = [
        {"id": "q1", "q": "什么时候才可以做碳抵销？", "region": "安徽"},
        {"id": "q2", "q": "  "},
        {"id": "q3", "q": "本项目排放总量是多少？", "project": "p1"},
        {"id": "q4", "q": "问题", "project": "p9"},
        {"id": "q5", "q": 5},
    ]
    batch = tmp_path / "q.jsonl"
    batch.write_text("\n".join([json.dumps(line, ensure_ascii=False) for line in lines] + ["not json"]), "utf-8")
    done = lingtan(*home, "ask", "--batch", batch)
    results = [json.loads(line) for line in done.out.splitlines()]
    assert done.status == 0
    assert [r["id"] for r in results] == ["q1", "q2", "q3", "q4", "q5", None]
    assert [r.get("error", {}).get("id") for r in results] == [
        None, "question_missing", None, "project_not_found", "question_missing", "json_invalid",
    ]  # fmt: skip
    assert any(c["key"].startswith("run:") for c in results[2]["citations"])


def test_keys_on_the_command_line(lingtan: Lingtan, tmp_path: Path) -> None:
    home = ("--home", tmp_path / "h")
    assert "还没有密钥" in lingtan(*home, "key", "list").out
    added = lingtan(*home, "key", "add", "王工", "--json").json
    assert added["key"].startswith("lt_")
    assert lingtan(*home, "key", "add", "王工", "--json").json["error"]["id"] == "key_exists"
    assert [k["name"] for k in lingtan(*home, "--json", "key", "list").json["keys"]] == ["王工"]
    assert added["key"] not in lingtan(*home, "key", "list").out
    assert lingtan(*home, "key", "revoke", "王工", "--json").json == {"revoked": "王工", "keys": []}
    assert lingtan(*home, "key", "revoke", "王工").status == 2
    shown = lingtan(*home, "key", "add", "李工").out
    assert "只显示这一次" in shown


def _commands(group: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path]
    for name, command in getattr(group, "commands", {}).items():
        found += _commands(command, (*path, name))
    return found


def test_the_contract_s_commands_exist() -> None:
    names = {" ".join(p) for p in _commands(cli)}
    wanted = (
        ["demo", "serve", "extract", "calc", "account", "eligible", "ask", "draft", "verify", "pack", "eval", "backup", "restore", "upload", "review"]
        + [f"project {c}" for c in ("add", "list", "show")]
        + [f"policy {c}" for c in ("list", "show", "matrix", "add", "check")]
        + [f"key {c}" for c in ("add", "list", "revoke")]
    )
    assert set(wanted) <= names


@pytest.mark.parametrize("path", _commands(cli), ids=" ".join)
def test_every_help_page_is_in_chinese(lingtan: Lingtan, path: tuple[str, ...]) -> None:
    for flag in ("--help", "-h"):
        page = lingtan(*path, flag)
        assert page.status == 0
        assert page.out.startswith("用法：lingtan")
    for english in ("Usage", "Options", "Commands", "Show ", "exit", "default", "required", "Arguments", " TEXT ", " INTEGER "):
        assert english not in page.out.split("\n", 1)[1], english


def test_output_is_utf_8_whatever_the_terminal_says(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LINGTAN_")}
    environment |= {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = subprocess.run([LINGTAN, "--home", str(tmp_path), "project", "list"], capture_output=True, env=environment, check=True)
    assert "还没有项目" in done.stdout.decode("utf-8")
    version = subprocess.run([LINGTAN, "--version"], capture_output=True, env=environment, check=True)
    assert version.stdout.startswith(b"lingtan ")


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    done = subprocess.run(
        f"'{LINGTAN}' --home '{tmp_path}' policy matrix --json | head -c 10", shell=True, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
