"""The roadmap of a project from the measures of its profile."""

from __future__ import annotations

import json

import pytest
from ledger_builders import PROFILE, extraction, new_project, record, take_in

from app.domain.errors import Conflict, UsageError
from app.domain.number import parse_number
from app.services import account, review
from app.services.whatif_roadmap import project_roadmap, roadmap_text, roadmap_to_json
from app.services.workspace import Workspace

MEASURES = """
[[measures]]
name = "屋顶光伏"
starts = "2027"
effect_kwh = "400"
source = "可研报告"
[[measures]]
name = "已投运"
value = true
starts = "2024"
effect_tco2 = "1"
source = "x"
[[measures]]
name = "没有日期"
effect_tco2 = "1"
source = "x"
[[measures]]
name = "没有来源"
starts = "2027"
effect_tco2 = "1"
[[measures]]
name = "没有效果"
starts = "2027"
source = "x"
"""


@pytest.fixture
def filled(ws: Workspace):
    project = new_project(ws, PROFILE + MEASURES)
    take_in(ws, project, extraction("a.pdf", record("r1", "1000")))
    review.confirm_clean(ws, project)
    return project


def test_years_measures_and_what_is_left_out(ws: Workspace, filled) -> None:
    with pytest.raises(Conflict):
        project_roadmap(ws, filled, 2028)
    result = account.account(ws, filled)
    value = roadmap_to_json(project_roadmap(ws, filled, 2028))
    assert value["base"] == {"run": result.run_id, "year": 2025, "total_tco2": "0.655300", "total_exact": "0.6553"}
    assert [y["total_tco2"] for y in value["years"]] == ["0.655300", "0.393180", "0.393180"]
    assert value["residual_tco2"] == "0.393180"
    assert [m["name"] for m in value["measures"]] == ["屋顶光伏"]
    assert {e["name"]: e["reason"][:4] for e in value["excluded"]} == {
        "已投运": "已实施，", "没有日期": "没有写开", "没有来源": "没有写数", "没有效果": "没有写效",
    }  # fmt: skip
    assert "目标年剩余排放：0.393180 tCO2" in roadmap_text(value)
    assert "不是核算" in value["caution"]
    with pytest.raises(UsageError):
        project_roadmap(ws, filled, 2025)


def test_nothing_of_it_is_kept(ws: Workspace, filled) -> None:
    account.account(ws, filled)
    with ws.reading() as c:
        before = c.exec_driver_sql("SELECT count(*) FROM entry").scalar() if _has(c, "entry") else None
        runs = c.exec_driver_sql("SELECT count(*) FROM run").scalar()
    project_roadmap(ws, filled, 2030)
    with ws.reading() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM run").scalar() == runs
        assert (c.exec_driver_sql("SELECT count(*) FROM entry").scalar() if _has(c, "entry") else None) == before


def _has(c, table: str) -> bool:
    return bool(c.exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE name = ?", (table,)).scalar())


def test_the_command(ws: Workspace, filled, capsys: pytest.CaptureFixture[str]) -> None:
    from app.cli.main import run

    account.account(ws, filled)
    home = str(ws.settings.home)
    assert run(["eligible", "-p", filled.id, "--roadmap", "2027", "--json", "--home", home]) == 0
    value = json.loads(capsys.readouterr().out)
    assert parse_number(value["residual_tco2"]) < parse_number(value["base"]["total_tco2"])
    assert run(["eligible", "-p", filled.id, "--roadmap", "2027", "--home", home]) == 0
    assert "路线图：2025 年" in capsys.readouterr().out
