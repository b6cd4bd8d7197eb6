"""One truth a fact, whatever the order of arrival."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from ledger_builders import USCC, extraction, new_project, record, rid, take_in

from app.bootstrap import open_workspace
from app.demo.invoice_ofd import write_invoice_ofd
from app.demo.invoice_pdf import write_invoice_pdf
from app.demo.invoice_xml import write_invoice_xml
from app.demo.purchases import auxiliary_invoice
from app.domain.activity import DocumentKind, Extraction, ProposedRecord, RecordStatus
from app.domain.carrier import Carrier, Direction
from app.domain.page import Source
from app.domain.project import Project
from app.services import intake, review
from app.services.verification import verify_project
from app.services.workspace import Workspace
from app.store import rows
from app.store.rows import StoredRecord

NUMBER = {"invoice_number": "25347000000012345678", "amount_incl_tax": "100.00"}


def live(ws: Workspace, project: Project) -> list[StoredRecord]:
    return [r for r in review.list_records(ws, project) if r.status in (RecordStatus.PROPOSED, RecordStatus.CONFIRMED)]


def ids(items: list[StoredRecord]) -> list[str]:
    return [r.id for r in items]


def copies() -> list[Extraction]:
    return [
        extraction("i.xml", record("r1"), source=Source.XML, **NUMBER),
        extraction("i.ofd", record("r1"), source=Source.OFD, **NUMBER),
        extraction("i.pdf", record("r1"), source=Source.PDF_TEXT, **NUMBER),
        extraction("scan.pdf", record("r1", needs_review=True), source=Source.OCR, **NUMBER),
    ]


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=lambda o: "".join(map(str, o)))
def test_copies_of_an_invoice_in_any_order_are_one_record_of_the_best_source(ws: Workspace, order: tuple[int, ...]) -> None:
    project = new_project(ws)
    every = copies()
    take_in(ws, project, *(every[n] for n in order))
    (kept,) = live(ws, project)
    assert kept.id == rid("i.xml")
    assert {kept.document_sha256, *kept.evidence} == {e.sha256 for e in every}
    assert len(kept.evidence) == 3
    assert review.confirm_clean(ws, project) == [kept.id]


def test_real_files_in_any_order(tmp_path: Path) -> None:
    invoice = auxiliary_invoice(4)
    files = {"i.xml": write_invoice_xml(invoice), "i.pdf": write_invoice_pdf(invoice), "i.ofd": write_invoice_ofd(invoice)}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    kept = set()
    for number, order in enumerate(permutations(files)):
        ws = open_workspace(tmp_path / f"home{number}")
        project = new_project(ws, '[factory]\nname = "n"\nyear = 2025')
        for name in order:
            intake.upload(ws, project, [tmp_path / name])
        (one,) = live(ws, project)
        sources = {d.sha256: d.source for d in _documents(ws, project)}
        assert sources[one.document_sha256] == "xml"
        assert len(one.evidence) == 2
        kept.add((one.id, one.record.quantity, one.record.needs_review))
        ws.engine.dispose()
    assert len(kept) == 1


def _documents(ws: Workspace, project: Project) -> list[rows.StoredDocument]:
    with ws.reading() as c:
        return rows.documents(c, project.id)


def test_a_confirmed_record_stays_when_a_better_copy_arrives(ws: Workspace) -> None:
    project = new_project(ws)
    xml, ofd, *_ = copies()
    take_in(ws, project, ofd)
    review.confirm_clean(ws, project)
    take_in(ws, project, xml)
    (kept,) = live(ws, project)
    assert kept.id == rid("i.ofd")
    assert kept.evidence == (xml.sha256,)


def test_a_copy_of_a_corrected_invoice_is_evidence_not_a_second_record(ws: Workspace) -> None:
    project = new_project(ws)
    take_in(ws, project, copies()[2])
    new = review.correct(ws, project, rid("i.pdf"), {"quantity": "900"}, "表计故障退补")
    take_in(ws, project, copies()[0])
    assert ids(live(ws, project)) == [new.id]
    assert live(ws, project)[0].evidence == (copies()[0].sha256,)


def test_a_copy_of_a_rejected_invoice_waits_with_the_reason(ws: Workspace) -> None:
    project = new_project(ws)
    take_in(ws, project, copies()[2])
    review.reject(ws, project, rid("i.pdf"), "不属于本企业")
    take_in(ws, project, copies()[0])
    (kept,) = live(ws, project)
    assert kept.record.needs_review
    assert any(f.id == "copy-rejected" and "不属于本企业" in f.message for f in kept.record.findings)
    assert review.confirm_clean(ws, project) == []


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    "second",
    [
        extraction("b.pdf", record("r1", "1001"), **NUMBER),
        extraction("b.pdf", record("r1"), **(NUMBER | {"amount_incl_tax": "101.00"})),
        extraction("b.pdf", record("r1"), record("r2", "5"), **NUMBER),
        extraction("b.pdf", record("r1", account_number="1002"), **NUMBER),
        extraction("b.pdf", record("r1", period_end="2025-03-30"), **NUMBER),
    ],
    ids=["quantity", "amount", "lines", "account", "period"],
)
def test_differing_copies_block_both(ws: Workspace, second: Extraction, turned: bool) -> None:
    project = new_project(ws)
    first = extraction("a.pdf", record("r1"), **NUMBER)
    take_in(ws, project, *((second, first) if turned else (first, second)))
    assert review.confirm_clean(ws, project) == []
    for item in live(ws, project):
        assert any(f.id == "copies-differ" and f.severity.value == "blocking" for f in item.record.findings)
    assert verify_project(ws, project)["findings"] == []


def test_more_than_nine_lines_are_paired_by_content_not_by_name(ws: Workspace) -> None:
    project = new_project(ws)
    lines = [record(f"r{n}", str(100 + n), account_number=None) for n in range(1, 13)]
    take_in(ws, project, extraction("a.pdf", *lines, **NUMBER), extraction("a.xml", *reversed(lines), source=Source.XML, **NUMBER))
    assert len(live(ws, project)) == 12
    assert review.confirm_clean(ws, project) == sorted(f"{rid('a.xml')[:-2]}r{n}" for n in range(1, 13))


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=lambda o: "".join(map(str, o)))
def test_a_bill_does_not_hide_that_its_invoice_is_contradicted(ws: Workspace, order: tuple[int, ...]) -> None:
    project = new_project(ws)
    every = [
        extraction("bill.pdf", record("r1"), kind=DocumentKind.GRID_BILL),
        extraction("a.pdf", record("r1"), **NUMBER),
        extraction("b.pdf", record("r1", "2000", account_number=None), **NUMBER),
    ]
    take_in(ws, project, *(every[n] for n in order))
    assert review.confirm_clean(ws, project) == []
    assert {r.id for r in live(ws, project)} == {rid("bill.pdf"), rid("b.pdf")}


def test_copies_are_paired_by_account_before_those_that_are_silent(ws: Workspace) -> None:
    project = new_project(ws)
    take_in(ws, project, extraction("a.pdf", record("r1", account_number="1001"), record("r2", account_number="1002"), **NUMBER))
    take_in(ws, project, extraction("a.xml", record("r1", account_number=None), record("r2", account_number="1001"), source=Source.XML, **NUMBER))
    assert len(live(ws, project)) == 2
    assert verify_project(ws, project)["findings"] == []
    heirs = {r.id: r.superseded_by for r in review.list_records(ws, project) if r.superseded_by}
    assert heirs == {rid("a.pdf"): rid("a.xml", 2), rid("a.pdf", 2): rid("a.xml")}


@pytest.mark.parametrize("turned", [False, True])
def test_bill_and_invoice_of_one_month_are_one_record_and_the_bill_stays(ws: Workspace, turned: bool) -> None:
    project = new_project(ws)
    bill = extraction("bill.pdf", record("r1"), kind=DocumentKind.GRID_BILL)
    invoice = extraction("i.xml", record("r1"), source=Source.XML, **NUMBER)
    take_in(ws, project, *((invoice, bill) if turned else (bill, invoice)))
    (kept,) = live(ws, project)
    assert kept.id == rid("bill.pdf")
    assert kept.evidence == (invoice.sha256,)


def test_an_invoice_merged_into_a_bill_takes_its_copies_along(ws: Workspace) -> None:
    """The copy says neither account nor period, yet it is the same invoice."""
    project = new_project(ws)
    bill = extraction("bill.pdf", record("r1"), kind=DocumentKind.GRID_BILL)
    bare = extraction("i.pdf", record("r1", account_number=None, period_start=None, period_end=None), **NUMBER)
    take_in(ws, project, bill, extraction("i.ofd", record("r1"), source=Source.OFD, **NUMBER), bare)
    (kept,) = live(ws, project)
    assert kept.id == rid("bill.pdf")
    assert len(kept.evidence) == 2


@pytest.mark.parametrize("turned", [False, True])
def test_two_quantities_for_one_month_block_both(ws: Workspace, turned: bool) -> None:
    project = new_project(ws)
    bill = extraction("bill.pdf", record("r1"), kind=DocumentKind.GRID_BILL)
    invoice = extraction("i.xml", record("r1", "1001"), source=Source.XML)
    take_in(ws, project, *((invoice, bill) if turned else (bill, invoice)))
    assert len(live(ws, project)) == 2
    assert review.confirm_clean(ws, project) == []
    assert all("same-period-differs" in {f.id for f in r.record.findings} for r in live(ws, project))


@pytest.mark.parametrize(
    ("change", "merged"),
    [
        ({"account_number": "1002"}, False),
        ({"period_end": "2025-03-30"}, False),
        ({"direction": Direction.EXPORTED}, False),
        ({"carrier": Carrier.WATER}, False),
        ({"meter_number": "M2"}, False),
        ({"meter_number": "M1"}, True),
        ({"meter_number": None}, True),
        ({"raw_quantity": "1,000.00", "quantity": "1000.00"}, True),
    ],
)
def test_what_makes_two_records_the_same_fact(ws: Workspace, change: dict[str, object], merged: bool) -> None:
    project = new_project(ws)
    take_in(
        ws,
        project,
        extraction("a.pdf", record("r1", meter_number="M1"), kind=DocumentKind.GRID_BILL),
        extraction("b.pdf", replace(record("r1"), **change)),  # type: ignore[arg-type]
    )
    assert len(live(ws, project)) == (1 if merged else 2)


def test_what_is_fed_in_is_one_fact_under_both_of_its_names(ws: Workspace) -> None:
    project = new_project(ws)
    sold: dict[str, object] = {"direction": Direction.EXPORTED}
    log: ProposedRecord = record("r1", carrier=Carrier.PV_GENERATION, **sold)
    take_in(
        ws,
        project,
        extraction("log.xlsx", log, kind=DocumentKind.PV_LOG, source=Source.XLSX),
        extraction("fed.pdf", record("r1", **sold), kind=DocumentKind.FEED_IN_BILL),
    )
    assert ids(live(ws, project)) == [rid("fed.pdf")]


@pytest.mark.parametrize("turned", [False, True])
def test_an_equal_record_without_account_makes_both_wait(ws: Workspace, turned: bool) -> None:
    project = new_project(ws)
    pair = [extraction("a.pdf", record("r1")), extraction("b.pdf", record("r1", account_number=None))]
    take_in(ws, project, *(reversed(pair) if turned else pair))
    assert review.confirm_clean(ws, project) == []
    assert all("possibly-same" in {f.id for f in r.record.findings} for r in live(ws, project))


@pytest.mark.parametrize(
    ("fields", "changes", "finding"),
    [
        ({"buyer_tax_id": "91340000OTHER00017"}, {}, "buyer-mismatch"),
        ({"buyer_tax_id": USCC}, {}, None),
        ({"buyer_name": "别的公司"}, {}, "buyer-mismatch"),
        ({"buyer_name": "测试电池有限公司"}, {}, None),
        ({}, {"account_number": "9999"}, "account-unknown"),
        ({}, {"period_start": "2024-03-01", "period_end": "2024-03-31"}, "outside-year"),
        ({}, {"period_start": "2024-12-20", "period_end": "2025-01-19"}, None),
    ],
)
def test_what_does_not_belong_to_the_project_waits(
    ws: Workspace, fields: dict[str, str], changes: dict[str, str], finding: str | None
) -> None:
    project = new_project(ws)
    take_in(ws, project, extraction("a.pdf", record("r1", **changes), **fields))
    (stored,) = live(ws, project)
    assert [f.id for f in stored.record.findings] == ([finding] if finding else [])
    assert stored.record.needs_review is (finding is not None)
    assert bool(review.confirm_clean(ws, project)) is (finding is None)
