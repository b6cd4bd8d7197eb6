"""Confirm, correct, reject: a person decides, the log keeps every decision, values are checked."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_builders import extraction, new_project, record, rid, take_in

from app.domain.activity import DocumentKind, RecordStatus
from app.domain.carrier import Carrier
from app.domain.errors import Conflict, NotFound, UsageError
from app.domain.finding import Finding, Severity
from app.services import account, review
from app.services.review import EDITABLE, PARAMS, apply_changes, canonical_quantity
from app.services.verification import verify_project
from app.services.workspace import Workspace


def _statuses(ws: Workspace, project: object) -> dict[str, str]:
    return {r.id: r.status.value for r in review.list_records(ws, project)}  # type: ignore[arg-type]


def test_only_clean_records_are_confirmed_in_bulk(ws: Workspace) -> None:
    project = new_project(ws)
    blocked = Finding(id="x", severity=Severity.BLOCKING, message="m")
    take_in(ws, project, extraction("a.pdf", record("r1")), extraction("b.pdf", record("r1", "2", account_number="1002", needs_review=True)))
    take_in(ws, project, extraction("c.pdf", record("r1", "3", carrier=Carrier.STEAM, findings=(blocked,))))
    assert review.confirm_clean(ws, project) == [rid("a.pdf")]
    assert review.confirm_clean(ws, project) == []
    assert _statuses(ws, project) == {rid("a.pdf"): "confirmed", rid("b.pdf"): "proposed", rid("c.pdf"): "proposed"}


def test_confirming_several_is_all_or_nothing(ws: Workspace) -> None:
    project = new_project(ws)
    take_in(ws, project, extraction("a.pdf", record("r1")))
    with pytest.raises(NotFound) as caught:
        review.confirm(ws, project, [rid("a.pdf"), "nonsense"])
    assert caught.value.subject == "nonsense"
    assert _statuses(ws, project) == {rid("a.pdf"): "proposed"}
    assert review.confirm(ws, project, [rid("a.pdf"), rid("a.pdf")])
    review.confirm(ws, project, [rid("a.pdf")])
    with ws.reading() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM log_entry WHERE type = 'record-confirmed'").scalar() == 1


def test_corrections_of_corrections_supersede_each_other(ws: Workspace) -> None:
    project = new_project(ws)
    take_in(ws, project, extraction("a.pdf", record("r1")))
    first = review.correct(ws, project, rid("a.pdf"), {"quantity": "1,100"}, "看错")
    second = review.correct(ws, project, first.id, {"period_end": "2025-03-30"})
    assert (first.id, second.id) == (f"{rid('a.pdf')}~2", f"{rid('a.pdf')}~3")
    assert second.record.quantity == "1100"
    assert second.raw.quantity == "1000"
    assert (second.supersedes, second.decided_by, second.status) == (first.id, "测试员", RecordStatus.CONFIRMED)
    assert _statuses(ws, project) == {rid("a.pdf"): "superseded", first.id: "superseded", second.id: "confirmed"}
    for closed in (rid("a.pdf"), first.id):
        with pytest.raises(Conflict) as caught:
            review.correct(ws, project, closed, {"quantity": "5"})
        assert "代替" in caught.value.message
        with pytest.raises(Conflict):
            review.confirm(ws, project, [closed])
        with pytest.raises(Conflict):
            review.reject(ws, project, closed, "原因")
    assert verify_project(ws, project)["findings"] == []


def test_rejecting_needs_a_reason_and_closes_the_record(ws: Workspace) -> None:
    project = new_project(ws)
    take_in(ws, project, extraction("a.pdf", record("r1")))
    with pytest.raises(UsageError) as caught:
        review.reject(ws, project, rid("a.pdf"), "  ")
    assert caught.value.id == "reason_missing"
    review.confirm(ws, project, [rid("a.pdf")])
    review.reject(ws, project, rid("a.pdf"), " 重复 ")
    (stored,) = review.list_records(ws, project)
    assert (stored.status, stored.why) == (RecordStatus.REJECTED, "重复")
    with pytest.raises(Conflict):
        review.confirm(ws, project, [stored.id])


def test_a_correction_that_makes_a_waiting_record_equal_merges_it(ws: Workspace) -> None:
    project = new_project(ws)
    take_in(ws, project, extraction("bill.pdf", record("r1"), kind=DocumentKind.GRID_BILL), extraction("i.pdf", record("r1", "100")))
    new = review.correct(ws, project, rid("i.pdf"), {"quantity": "1000"}, "少看一位")
    assert _statuses(ws, project) == {rid("bill.pdf"): "superseded", rid("i.pdf"): "superseded", new.id: "confirmed"}
    (kept,) = [r for r in review.list_records(ws, project) if r.id == new.id]
    assert kept.evidence == (extraction("bill.pdf").sha256,)


def test_a_correction_that_contradicts_a_waiting_record_marks_it(ws: Workspace) -> None:
    project = new_project(ws)
    take_in(ws, project, extraction("a.pdf", record("r1")), extraction("b.pdf", record("r1", "7", account_number="1002")))
    review.correct(ws, project, rid("b.pdf"), {"account_number": "1001"}, "户号看错")
    waiting = next(r for r in review.list_records(ws, project) if r.id == rid("a.pdf"))
    assert "same-period-differs" in {f.id for f in waiting.record.findings}
    assert review.confirm_clean(ws, project) == []


def test_correcting_a_confirmed_record_changes_one_line_between_runs(ws: Workspace) -> None:
    project = new_project(ws)
    for month in (1, 2, 3):
        period = {"period_start": f"2025-0{month}-01", "period_end": f"2025-0{month}-28"}
        take_in(ws, project, extraction(f"{month}.pdf", record("r1", str(1000 * month), **period)))
    review.confirm_clean(ws, project)
    before = account.account(ws, project)
    new = review.correct(ws, project, rid("2.pdf"), {"quantity": "2500"}, "补抄")
    after = account.account(ws, project)
    lines = [{line["activity"].partition("~")[0]: line["tco2"] for line in run.output["lines"]} for run in (before, after)]
    assert lines[0].keys() == lines[1].keys()
    assert [a for a in lines[0] if lines[0][a] != lines[1][a]] == [rid("2.pdf")]
    assert after.records[new.id] == new.id
    with ws.reading() as c:
        runs = [json.loads(o)["run_id"] for (o,) in c.exec_driver_sql("SELECT output FROM run ORDER BY seq")]
    assert runs == [before.run_id, after.run_id]
    assert verify_project(ws, project)["findings"] == []


@pytest.mark.parametrize(
    ("changes", "quantity", "unit"),
    [
        ({"quantity": "1.5", "unit": "万kWh"}, "15000", "kWh"),
        ({"quantity": "1.5", "unit": "兆瓦时"}, "1500", "kWh"),
        ({"unit": "MWh"}, "1000000", "kWh"),
        ({"quantity": "12,345.60"}, "12345.6", "kWh"),
        ({"quantity": "0"}, "0", "kWh"),
        ({"quantity": "-5"}, "-5", "kWh"),
        ({"quantity": "2", "unit": "千克", "carrier": "柴油"}, "0.002", "t"),
        ({"quantity": "3", "unit": "万Nm³", "carrier": "natural_gas"}, "30000", "Nm3"),
        ({"quantity": "3", "unit": "立方米", "carrier": "天然气"}, "3", "m3"),
        ({"quantity": "2500", "unit": "MJ", "carrier": "热力"}, "2.5", "GJ"),
        ({"quantity": "1e3"}, "1000", "kWh"),
    ],
)
def test_corrections_are_kept_in_canonical_units(changes: dict[str, str], quantity: str, unit: str) -> None:
    changed = apply_changes(record("r1"), changes)
    assert (changed.quantity, changed.unit) == (quantity, unit)
    assert changed.raw_unit == changes.get("unit", "kWh")


@pytest.mark.parametrize(
    ("changes", "id"),
    [
        ({"colour": "red"}, "field_unknown"),
        ({"id": "x"}, "field_unknown"),
        ({"status": "confirmed"}, "field_unknown"),
        ({"quantity": "many"}, "number_invalid"),
        ({"quantity": ""}, "number_invalid"),
        ({"quantity": "1.2.3"}, "number_invalid"),
        ({"quantity": "１２"}, "number_invalid"),
        ({"amount": "1元"}, "number_invalid"),
        ({"unit": "kwH"}, "unknown_unit"),
        ({"unit": "个"}, "unknown_unit"),
        ({"carrier": "煤炭"}, "carrier_unknown"),
        ({"direction": "进"}, "direction_unknown"),
        ({"period_start": "2025-02-30"}, "date_invalid"),
        ({"period_start": "去年"}, "date_invalid"),
        ({"period_end": "9999-12-31"}, "date_invalid"),
        ({"period_start": "0001-01-01"}, "date_invalid"),
        ({"period_start": "2025-04-01"}, "period_order"),
        ({"density_kg_per_l": "重"}, "number_invalid"),
        ({"gas_condition": "常温"}, "choice_invalid"),
        ({"pressure_basis": "abs"}, "choice_invalid"),
        ({"steam": "wet"}, "choice_invalid"),
    ],
)
def test_a_bad_value_is_refused_in_chinese(changes: dict[str, str], id: str) -> None:
    with pytest.raises(UsageError) as caught:
        apply_changes(record("r1"), changes)
    assert caught.value.id == id
    assert caught.value.fix
    assert any("\u4e00" <= ch <= "\u9fff" for ch in caught.value.message)


def test_a_correction_without_values_is_refused(ws: Workspace) -> None:
    project = new_project(ws)
    take_in(ws, project, extraction("a.pdf", record("r1")))
    with pytest.raises(UsageError):
        review.correct(ws, project, rid("a.pdf"), {})


@settings(max_examples=150, deadline=None)
@given(key=st.sampled_from((*EDITABLE, *PARAMS)), value=st.text(max_size=24) | st.sampled_from(("1e999", "1E-999", "+.5", "2025-12-31", "nan", "inf")))
def test_any_value_is_taken_or_refused_never_worse(key: str, value: str) -> None:
    try:
        outcome = apply_changes(record("r1"), {key: value}).id
    except UsageError as error:
        outcome = error.fix
    assert outcome


def test_what_is_not_in_the_table_stays_as_it_is() -> None:
    assert canonical_quantity("3", "张") == ("3", "张")
    assert canonical_quantity("3", "tce") == ("3", "tce")
