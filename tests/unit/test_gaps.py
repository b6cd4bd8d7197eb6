"""The gap plan: states follow the verdicts, notes are kept in the log, sheets hold text only."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import inspect, text

sys.path.insert(0, str(Path(__file__).parents[1] / "spec" / "eligibility"))
from case_builder import build_inputs

from app.bootstrap import open_workspace
from app.corpus.rules import load_ruleset
from app.domain.errors import NotFound, UsageError
from app.domain.verdict import EligibilityReport, Verdict
from app.eligibility import evaluate
from app.eligibility.checklist import ItemState, by_supplier, checklist
from app.eligibility.facts import build_fact_sheet
from app.services.gaps import HEADERS, gap_rows, make_gap_plan, note_gap, plan_to_json, plan_workbook
from app.services.projects import add_project
from app.services.verification import verify_project
from app.services.workspace import Workspace
from app.store import log, schema
from app.store.engine import make_engine

RULESET = load_ruleset()
GUIDELINE = "zero_carbon_factory_guideline"
ROW = {
    "profile": {"industry": "锂电池"},
    "proved": {"accounting_system": True},
    "stated": {"digital_centre": True, "inventory_report": False},
}
PROFILE = '[factory]\nname = "示例工厂"\nprovince = "安徽"\nyear = 2025\nindustry = "锂电池"\nets_covered = false\n'


def report_of(row: dict[str, object]) -> EligibilityReport:
    inputs = build_inputs(row)
    sheet = build_fact_sheet(inputs.profile, inputs.run, inputs.documents)
    return evaluate(RULESET, sheet, project="p1", run_id=None, schemes=[GUIDELINE, "zero_carbon_factory_national_2026"])


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    made = open_workspace(tmp_path / "home", actor="测试")
    made.clock = lambda: datetime(2026, 7, 1, 4, tzinfo=UTC)
    add_project(made, PROFILE)
    return made


def test_an_item_is_done_exactly_when_its_criterion_is_met() -> None:
    report = report_of(ROW)
    items = {i.criterion: i for i in checklist(report, RULESET)}
    for criterion in report.criteria:
        if criterion.verdict is Verdict.NOT_APPLICABLE:
            assert criterion.id not in items
        else:
            done = items[criterion.id].state is ItemState.DONE
            assert done is (criterion.verdict is Verdict.MET)
    assert items["g13-accounting-system"].state is ItemState.DONE
    assert items["g13-accounting-system"].needs == ()


def test_open_items_say_what_proves_what_who_has_it_and_what_to_do() -> None:
    opened = [i for i in checklist(report_of(ROW), RULESET) if i.state is ItemState.OPEN]
    assert opened
    for item in opened:
        assert item.needs
        assert item.next_step
        for need in item.needs:
            assert need.what
            assert need.proof
            assert need.supplier
            assert need.obtain


def test_needs_come_from_the_registered_fact_and_name_the_criteria_that_share_them() -> None:
    items = {i.criterion: i for i in checklist(report_of({}), RULESET)}
    run = next(n for n in items["g13-boundary-fuel"].needs if n.what == "核算结果")
    assert "执行核算" in run.obtain
    assert "g13-boundary-electricity" in run.also
    assert "g13-boundary-fuel" not in run.also
    stated = {i.criterion: i for i in checklist(report_of(ROW), RULESET)}["g13-digital-centre"]
    assert stated.needs[0].what.endswith("的证明文件")
    assert "上传证明文件" in stated.needs[0].obtain
    unheld = items["n26-intensity-basic"]
    assert unheld.kind == "待核实"
    assert any("主管部门索取" in n.obtain for n in unheld.needs)


def test_departments_get_their_own_lists_of_open_items_only() -> None:
    items = checklist(report_of(ROW), RULESET)
    handed = by_supplier(items)
    assert {i.criterion for found in handed.values() for i in found} == {i.criterion for i in items if i.state is ItemState.OPEN}
    assert all(supplier for supplier in handed)


def test_rows_for_drafting_are_text_in_the_order_of_the_headers() -> None:
    items = checklist(report_of(ROW), RULESET)
    rows = gap_rows(items)
    assert len(rows) == len(items)
    assert all(tuple(row) == HEADERS for row in rows)
    assert all(isinstance(cell, str) for row in rows for cell in row.values())
    assert rows == gap_rows(items)
    assert {row["状态"] for row in rows} == {"待办", "已完成"}


def test_notes_are_events_of_the_log_and_never_change_a_state(ws: Workspace) -> None:
    project = ws.project(None)
    before = plan_to_json(make_gap_plan(ws, project))
    kept = note_gap(ws, project, "g13-inventory-report", assignee=" 张工 ", due="2026-06-30")
    assert kept is not None
    assert (kept.assignee, kept.due, kept.noted_by) == ("张工", "2026-06-30", "测试")
    note_gap(ws, project, "g13-inventory-report", note="等核查机构")
    note_gap(ws, project, "g13-inventory-report", note="等核查机构")
    plan = plan_to_json(make_gap_plan(ws, project))
    item = next(i for i in plan["items"] if i["id"] == "g13-inventory-report")
    assert (item["note"], item["assignee"], item["due"], item["overdue"]) == ("等核查机构", "张工", "2026-06-30", True)
    assert [i["state"] for i in plan["items"]] == [i["state"] for i in before["items"]]
    assert plan["counts"]["overdue"] == 1
    with ws.reading() as c:
        events = [e.type for e in log.entries(c, project.id)]
    assert events == ["project-added", "gap-noted", "gap-noted"]
    assert verify_project(ws, project)["findings"] == []


def test_an_emptied_note_is_gone_and_a_changed_row_is_found(ws: Workspace) -> None:
    project = ws.project(None)
    note_gap(ws, project, "g13-removals", note="先放")
    assert note_gap(ws, project, "g13-removals", note="") is None
    note_gap(ws, project, "g13-removals", note="再看")
    with ws.writing() as c:
        c.execute(text("UPDATE gap_note SET note = '改过'"))
    assert [f.id for f in verify_project(ws, project)["findings"]] == ["row-changed"]


@pytest.mark.parametrize("due", ["2026-13-01", "明天", "20260630", "2026-6-3"])
def test_a_due_date_that_is_none_is_refused(ws: Workspace, due: str) -> None:
    with pytest.raises(UsageError) as refused:
        note_gap(ws, ws.project(None), "g13-removals", due=due)
    assert "2026-06-30" in refused.value.fix


def test_unknown_criteria_and_endless_notes_are_refused(ws: Workspace) -> None:
    with pytest.raises(NotFound):
        note_gap(ws, ws.project(None), "no-such-rule", note="x")
    with pytest.raises(UsageError):
        note_gap(ws, ws.project(None), "g13-removals", note="长" * 3000)


def test_the_workbook_holds_every_item_as_text(ws: Workspace) -> None:
    project = ws.project(None)
    note_gap(ws, project, "g13-removals", note='=HYPERLINK("http://x")\x07')
    plan = make_gap_plan(ws, project)
    book = load_workbook(io.BytesIO(plan_workbook(plan)))
    assert book.sheetnames == ["补证清单", "按部门", "说明"]
    page = book["补证清单"]
    assert [c.value for c in page[1]] == list(HEADERS)
    assert page.max_row == len(plan.items) + 1
    assert {c.data_type for row in page.iter_rows() for c in row} <= {"s", "n", "inlineStr"}
    assert any(c.value == '=HYPERLINK("http://x")' and c.data_type == "s" for row in page.iter_rows() for c in row)


def test_a_database_of_the_first_schema_is_brought_up_and_ends_like_a_new_one(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    old, new = f"sqlite:///{tmp_path}/old.db", f"sqlite:///{tmp_path}/new.db"
    engine = make_engine(old)
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    assert not inspect(engine).has_table("gap_note")
    engine.dispose()
    shapes = []
    for url in (old, new):
        opened = inspect(schema.open_database(url))
        columns = {(c["name"], str(c["type"]), c["nullable"]) for c in opened.get_columns("gap_note")}
        shapes.append((columns, tuple(opened.get_pk_constraint("gap_note")["constrained_columns"])))
    assert shapes[0] == shapes[1]
    folder = Path(schema.__file__).parent / "migrations" / "versions"
    assert max(p.name[:4] for p in folder.glob("0*.py")) == schema.HEAD


def test_the_migrations_give_the_tables_the_program_knows(tmp_path: Path) -> None:
    from app.store.tables import metadata

    opened = inspect(schema.open_database(f"sqlite:///{tmp_path}/x.db"))
    for table in metadata.sorted_tables:
        assert {c["name"] for c in opened.get_columns(table.name)} == {c.name for c in table.columns}
