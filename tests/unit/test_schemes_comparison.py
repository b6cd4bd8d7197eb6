"""Side by side: one factory under several schemes, several factories in one table."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

sys.path.insert(0, str(Path(__file__).parent))
from eligibility_home import add_factory, open_home

from app.domain.errors import NotFound
from app.domain.verdict import Verdict
from app.services.comparison import (
    PROJECT_HEADERS,
    compare_projects,
    compare_schemes,
    projects_workbook,
    rows_to_json,
    table_to_json,
    table_workbook,
)
from app.services.eligibility import evaluate_project
from app.services.gaps import note_gap
from app.services.projects import add_project
from app.services.workspace import Workspace

GUIDELINE, HUNAN = "zero_carbon_factory_guideline", "zero_carbon_factory_hunan"


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = open_home(tmp_path_factory.mktemp("compare"))
    first = add_factory(made, "甲厂")
    add_project(made, '[factory]\nname = "乙厂"\nyear = 2025\nprovince = "安徽"\n')
    add_project(made, 'schemes = ["retired_scheme"]\n[factory]\nname = "丙厂"\nyear = 2025\n')
    note_gap(made, first, "g13-removals", due="2026-06-30")
    note_gap(made, first, "g13-hydrogen", due="2026-12-31")
    return made


def test_every_criterion_stands_in_one_cell_under_its_topic(ws: Workspace) -> None:
    project = ws.project("甲厂")
    table = compare_schemes(ws, project, [GUIDELINE, HUNAN])
    placed = [c.id for cell in table.cells.values() for c in cell]
    report = evaluate_project(ws, project, [GUIDELINE, HUNAN])
    assert sorted(placed) == sorted(c.id for c in report.criteria)
    value = table_to_json(table)
    assert [s["scheme"] for s in value["schemes"]] == [GUIDELINE, HUNAN]
    share = next(t for t in value["topics"] if t["topic"] == "renewable_share")
    assert [c["id"] for c in share["cells"][HUNAN]] == ["hn-renewable"]
    assert {c["verdict"] for c in share["cells"][HUNAN]} == {"not_met"}


def test_without_a_choice_the_own_schemes_come_first_and_others_only_when_open(ws: Workspace) -> None:
    value = table_to_json(compare_schemes(ws, ws.project("甲厂")))
    assert [s["scheme"] for s in value["schemes"]][:2] == [GUIDELINE, HUNAN]
    assert all(s["status"] != "not" for s in value["schemes"])
    with pytest.raises(NotFound):
        compare_schemes(ws, ws.project("甲厂"), ["nowhere"])


def test_a_factory_a_row_with_the_counts_of_its_own_report(ws: Workspace) -> None:
    found = {row.project.profile.name: row for row in compare_projects(ws)}
    own = evaluate_project(ws, ws.project("甲厂"))
    assert found["甲厂"].report.counts == own.counts
    assert found["甲厂"].overdue == 1
    assert found["甲厂"].total_tco2 is not None
    assert found["甲厂"].next_step
    assert (found["乙厂"].total_tco2, found["乙厂"].run_id) == (None, None)
    assert found["丙厂"].report.criteria == ()
    same = {row.project.profile.name: row for row in compare_projects(ws, [HUNAN])}
    assert same["乙厂"].report.counts[Verdict.NOT_APPLICABLE.value] == len(ws.ruleset.schemes[HUNAN].rules)
    assert [p["schemes"] for p in rows_to_json(list(same.values()))["projects"]] == [[HUNAN]] * 3


def test_workbooks_repeat_what_the_tables_say(ws: Workspace) -> None:
    found = compare_projects(ws)
    page = load_workbook(io.BytesIO(projects_workbook(found))).active
    assert [c.value for c in page[1]] == list(PROJECT_HEADERS)
    assert [row[1].value for row in page.iter_rows(min_row=2)] == ["甲厂", "乙厂", "丙厂"]
    table = compare_schemes(ws, ws.project("甲厂"), [GUIDELINE, HUNAN])
    page = load_workbook(io.BytesIO(table_workbook(table))).active
    assert page.max_column == 3
    assert page.max_row == 1 + 3 + len(table.topics)
    assert "不符合：可再生能源使用比例的阶段目标" in {row[2].value.split("（")[0] for row in page.iter_rows(min_row=2)}


def test_an_empty_home_has_an_empty_table(tmp_path: Path) -> None:
    assert rows_to_json(compare_projects(open_home(tmp_path))) == {"ruleset": None, "projects": []}
