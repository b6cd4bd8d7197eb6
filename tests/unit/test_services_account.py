"""Runs over confirmed records: nothing unconfirmed counts, a run is kept once, changes are found."""

from __future__ import annotations

import json

import pytest
from ledger_builders import extraction, new_project, record, rid, take_in

from app.domain.carrier import Carrier
from app.domain.errors import Conflict
from app.domain.finding import Finding, Severity
from app.services import account, review
from app.services.verification import verify_project
from app.services.workspace import Workspace


def test_nothing_unconfirmed_reaches_the_accounts(ws: Workspace) -> None:
    project = new_project(ws)
    take_in(ws, project, extraction("a.pdf", record("r1")), extraction("b.pdf", record("r1", "5", account_number="1002", needs_review=True)))
    with pytest.raises(Conflict) as caught:
        account.account(ws, project)
    assert caught.value.id == "nothing_confirmed"
    assert "review" in caught.value.fix
    review.confirm_clean(ws, project)
    result = account.account(ws, project)
    assert [line["activity"] for line in result.output["lines"]] == [rid("a.pdf")]
    (waiting,) = [f for f in result.findings if f.id == "records-waiting"]
    assert waiting.subjects == (rid("b.pdf"),)


def test_the_same_records_give_the_same_run_kept_once(ws: Workspace) -> None:
    project = new_project(ws)
    take_in(ws, project, extraction("a.pdf", record("r1")))
    review.confirm_clean(ws, project)
    first, second = account.account(ws, project), account.account(ws, project)
    assert json.dumps(first.output) == json.dumps(second.output)
    with ws.reading() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM run").scalar() == 1


def test_a_rejected_record_leaves_the_accounts(ws: Workspace) -> None:
    project = new_project(ws)
    take_in(ws, project, extraction("a.pdf", record("r1")), extraction("b.pdf", record("r1", "9", account_number="1002")))
    review.confirm_clean(ws, project)
    assert len(account.account(ws, project).output["lines"]) == 2
    review.reject(ws, project, rid("b.pdf"), "边界外")
    assert len(account.account(ws, project).output["lines"]) == 1


def test_a_cancelled_invoice_is_no_duplicate_bill(ws: Workspace) -> None:
    """Blue, red and new invoice of one quarter: what is left is the new one, and the checks look at that."""
    project = new_project(ws)
    diesel = {"carrier": Carrier.DIESEL, "unit": "L", "account_number": None}
    red = Finding(id="red-letter", severity=Severity.EXPLAIN, message="红字", data={"blue_invoice": "N1"})
    take_in(ws, project, extraction("blue.pdf", record("r1", "2400", **diesel), invoice_number="N1"))
    take_in(ws, project, extraction("red.pdf", record("r1", "-2400", findings=(red,), **diesel), invoice_number="N2"))
    take_in(ws, project, extraction("new.pdf", record("r1", "2040", **diesel), invoice_number="N3"))
    review.confirm(ws, project, [rid("blue.pdf"), rid("red.pdf"), rid("new.pdf")])
    result = account.account(ws, project)
    assert [f.id for f in result.findings if f.severity is Severity.BLOCKING] == []
    assert sum(float(line["quantity"]) for line in result.output["lines"]) == 2040


def test_a_changed_run_is_found_even_when_the_chain_was_rebuilt(ws: Workspace) -> None:
    """Somebody who rewrites the log, its hashes and the table still cannot make the calculation come out."""
    from app.store.log import entry_hash

    project = new_project(ws)
    take_in(ws, project, extraction("a.pdf", record("r1")))
    review.confirm_clean(ws, project)
    total = account.account(ws, project).output["total_tco2"]
    wrong = total[:-1] + ("1" if total[-1] != "1" else "2")
    with ws.writing() as c:
        c.exec_driver_sql("DROP TRIGGER log_entry_no_update")
        c.exec_driver_sql("UPDATE run SET output = replace(output, ?, ?)", (total, wrong))
    assert {f.id for f in verify_project(ws, project)["findings"]} == {"row-changed", "run-differs"}
    with ws.writing() as c:
        c.exec_driver_sql("UPDATE log_entry SET payload = replace(payload, ?, ?) WHERE type = 'run-made'", (total, wrong))
        seq, type_, payload, at, actor, prev = c.exec_driver_sql(
            "SELECT seq, type, payload, at, actor, prev_hash FROM log_entry ORDER BY seq DESC LIMIT 1"
        ).one()
        digest = entry_hash(project.id, seq, type_, payload, at, actor, prev)
        c.exec_driver_sql("UPDATE log_entry SET hash = ? WHERE seq = ?", (digest, seq))
    assert [f.id for f in verify_project(ws, project)["findings"]] == ["run-differs"]


def test_changed_and_missing_files_are_found(ws: Workspace) -> None:
    project = new_project(ws)
    take_in(ws, project, extraction("a.pdf", record("r1")), extraction("b.pdf"))
    ws.blobs.path(extraction("a.pdf").sha256).write_bytes(b"other")
    ws.blobs.path(extraction("b.pdf").sha256).unlink()
    found = {f.id: f.subjects[0] for f in verify_project(ws, project)["findings"]}
    assert found == {"file-changed": extraction("a.pdf").sha256, "file-missing": extraction("b.pdf").sha256}


def test_readings_of_confirmed_records_are_held_against_each_other(ws: Workspace) -> None:
    """January closes on 35, February opens on 36: 40 kWh are lost at multiplier 40; a wrong product blocks."""
    project = new_project(ws)
    january = {"period_start": "2025-01-01", "period_end": "2025-01-31", "meter_number": "M1"}
    february = {"period_start": "2025-02-01", "period_end": "2025-02-28", "meter_number": "M1"}
    take_in(
        ws,
        project,
        extraction("jan.pdf", record("r1", "1000", params={"opening": "10", "closing": "35", "multiplier": "40"}, **january)),
        extraction("feb.pdf", record("r1", "1000", params={"opening": "36", "closing": "61", "multiplier": "40"}, **february)),
    )
    review.confirm(ws, project, [rid("jan.pdf"), rid("feb.pdf")])
    found = {f.id: f for f in account.account(ws, project).findings}
    assert found["reading-continuity"].subjects == (rid("jan.pdf"), rid("feb.pdf"))
    assert "漏计 40" in found["reading-continuity"].message
    review.correct(ws, project, rid("feb.pdf"), {"opening": "35", "closing": "62"}, "重抄")
    found = {f.id: f for f in account.account(ws, project).findings}
    assert "reading-continuity" not in found
    assert found["reading-product"].severity is Severity.BLOCKING
