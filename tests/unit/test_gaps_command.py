"""``lingtan eligible`` and its modes: one JSON object, a Chinese text, the exit status of the contract."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

sys.path.insert(0, str(Path(__file__).parent))
from eligibility_home import add_factory, open_home

from app.cli.main import run
from app.corpus.paths import corpus_root

MEASURE = '\n[[measures]]\nname = "屋顶光伏"\neffect_kwh = "900000"\ncost_wan_yuan = "200"\nsource = "可研报告"\n'


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("command")
    ws = open_home(root)
    add_factory(ws, extra=MEASURE)
    ws.engine.dispose()
    scenario = root / "s.toml"
    scenario.write_text('name = "绿电"\n[[changes]]\nkind = "green_power"\nshare = 1\n', "utf-8")
    return root


def said(home: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = run(["--home", str(home / "home"), "eligible", *words])
    out, err = capsys.readouterr()
    return status, out, err


def value(home: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    status, out, _ = said(home, capsys, *words, "--json")
    assert status == 0
    return json.loads(out)


MODES: list[tuple[list[str], str, str]] = [
    ([], "criteria", "合计：符合"),
    (["--gaps"], "items", "待办"),
    (["--margins"], "margins", "零碳电量占用电量比例"),
    (["--what-if", "S"], "projection", "不符合 → 符合"),
    (["--reach", "hn-renewable"], "target", "屋顶光伏"),
    (["--schemes"], "schemes", "截止日期：未检出"),
    (["--compare"], "topics", "主题"),
    (["--all"], "projects", "示例工厂"),
    (["--watch", str(corpus_root() / "rules")], "reviews", "没有差别"),
    (["--note", "g13-microgrid", "--assignee", "张工"], "note", "张工"),
]


@pytest.mark.parametrize(("words", "key", "text"), MODES, ids=[m[0][0] if m[0] else "verdicts" for m in MODES])
def test_every_mode_speaks_json_and_chinese(home: Path, capsys: pytest.CaptureFixture[str], words: list[str], key: str, text: str) -> None:
    words = [str(home / "s.toml") if w == "S" else w for w in words]
    assert key in value(home, capsys, *words)
    status, out, _ = said(home, capsys, *words)
    assert status == 0
    assert text in out
    assert not re.search(r"None|\{|insufficient", out)


def test_numbers_of_the_json_are_strings(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def floats(node: Any) -> bool:
        if isinstance(node, dict):
            return any(floats(v) for v in node.values())
        return any(floats(v) for v in node) if isinstance(node, list) else isinstance(node, float)

    for words in (["--margins"], ["--what-if", str(home / "s.toml")], ["--reach", "reduce_tco2=100"], ["--all"]):
        assert not floats(value(home, capsys, *words))


@pytest.mark.parametrize(("words", "sheet"), [(["--gaps"], "补证清单"), (["--compare"], "方案对照"), (["--all"], "项目对照")])
def test_tables_are_written_where_asked(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], sheet: str) -> None:
    file = tmp_path / "表.xlsx"
    status, out, err = said(home, capsys, *words, str(file), "--json")
    assert status == 0
    json.loads(out)
    assert str(file) in err
    assert sheet in load_workbook(file).sheetnames


@pytest.mark.parametrize(
    ("words", "status", "id"),
    [
        (["--gaps", "--margins"], 2, "usage"),
        (["--say", "x"], 2, "usage"),
        (["--scheme", "nowhere"], 2, "scheme_unknown"),
        (["--note", "nothing", "--say", "x"], 2, "criterion_unknown"),
        (["--note", "g13-microgrid", "--due", "x"], 2, "due_invalid"),
        (["--what-if", "missing.toml"], 2, "file_missing"),
        (["--watch", "missing"], 2, "watch_missing"),
        (["--reach", "everything"], 2, "target_unknown"),
        (["-p", "p9", "--schemes"], 2, "project_not_found"),
    ],
)
def test_mistakes_are_refused_in_the_shape_of_the_contract(home: Path, capsys: pytest.CaptureFixture[str], words: list[str], status: int, id: str) -> None:
    got, out, _ = said(home, capsys, *words, "--json")
    error = json.loads(out)["error"]
    assert (got, error["id"]) == (status, id)
    assert error["message"]
    assert error["fix"]


def test_a_rule_that_would_lose_its_ground_ends_with_status_one(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (corpus_root() / "rules" / "zero_carbon_factory_hunan.toml").read_text("utf-8")
    file = tmp_path / "hunan.toml"
    file.write_text(text.replace('2027 = "35"', '2027 = "5"'), "utf-8")
    status, out, _ = said(home, capsys, "--watch", str(file))
    assert status == 1
    assert "失去依据" in out
    assert "不符合 → 符合" in out
    assert "尚未应用" in out
