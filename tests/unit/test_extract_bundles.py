"""A file of several invoices in a project and on the command line: every invoice a paper of its own, copies elsewhere merged."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from extract_pages import Canvas, Invoice, document
from ledger_builders import new_project
from test_extract_bound_bills import MARCH, bill

from app.demo.invoice_pdf import write_invoice_pdf
from app.demo.invoice_xml import write_invoice_xml
from app.demo.purchases import auxiliary_invoice
from app.domain.activity import RecordStatus
from app.services import extracting, intake, review
from app.services.account import confirmed_records
from app.services.verification import verify_project
from app.services.viewing import document_fields
from app.services.workspace import Workspace
from app.store import rows

MONTHS = (4, 5, 6)
LIVE = (RecordStatus.PROPOSED, RecordStatus.CONFIRMED)


def bundle(months: tuple[int, ...] = MONTHS) -> bytes:
    """The invoices of these months as the pages of one PDF."""
    import pypdfium2

    out = pypdfium2.PdfDocument.new()
    for month in months:
        out.import_pages(pypdfium2.PdfDocument(write_invoice_pdf(auxiliary_invoice(month))))
    stream = io.BytesIO()
    out.save(stream)
    return stream.getvalue()


def test_extract_shows_each_invoice_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "一年.pdf").write_bytes(bundle())
    found = [extracting.extraction_to_json(e) for e in extracting.extract_files([tmp_path / "一年.pdf"])]
    assert len({d["sha256"] for d in found}) == len({d["file"] for d in found}) == 1
    assert [d["fields"]["invoice_number"]["value"] for d in found] == [auxiliary_invoice(m).number for m in MONTHS]
    assert [d["fields"]["issue_date"]["page"] for d in found] == [1, 2, 3]
    assert [d["pages"] for d in found] == [1, 1, 1]
    assert [d["page_numbers"] for d in found] == [[1], [2], [3]]
    ids = [r["id"] for d in found for r in d["records"]]
    assert [i.rpartition("-")[2] for i in ids] == ["r1", "r2", "r3"]
    assert all("several-invoices" in [f["id"] for f in d["findings"]] for d in found)
    assert not any(r["needs_review"] for d in found for r in d["records"])
    assert json.dumps(found, ensure_ascii=False)


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=lambda o: "".join(map(str, o)))
def test_a_bundle_and_its_invoices_in_other_files_are_one_fact_each(ws: Workspace, tmp_path: Path, order: tuple[int, ...]) -> None:
    project = new_project(ws)
    files = {
        "bundle.pdf": bundle(),
        "4.xml": write_invoice_xml(auxiliary_invoice(4)),
        "5.pdf": write_invoice_pdf(auxiliary_invoice(5)),
    }
    for name in (list(files)[n] for n in order):
        (tmp_path / name).write_bytes(files[name])
        intake.upload(ws, project, [tmp_path / name])
    live = [r for r in review.list_records(ws, project) if r.status in LIVE]
    assert sorted(r.record.period_start or "" for r in live) == ["2025-04-01", "2025-05-01", "2025-06-01"]
    with ws.reading() as c:
        names = {d.sha256: d.filename for d in rows.documents(c, project.id)}
    evidence = {r.record.period_start: {names[s] for s in (r.document_sha256, *r.evidence)} for r in live}
    assert evidence == {
        "2025-04-01": {"bundle.pdf", "4.xml"},
        "2025-05-01": {"bundle.pdf", "5.pdf"},
        "2025-06-01": {"bundle.pdf"},
    }
    assert next(names[r.document_sha256] for r in live if r.record.period_start == "2025-04-01") == "4.xml"
    assert verify_project(ws, project)["findings"] == []


def test_each_confirmed_record_names_its_own_invoice(ws: Workspace, tmp_path: Path) -> None:
    project = new_project(ws)
    (tmp_path / "b.pdf").write_bytes(bundle())
    (summary,) = intake.upload(ws, project, [tmp_path / "b.pdf"])
    assert (summary["papers"], summary["records"]) == (3, 3)
    first, *_ = confirmed = [r.id for r in review.list_records(ws, project)]
    review.confirm(ws, project, confirmed[1:])
    review.correct(ws, project, first, {"quantity": "1"})
    numbers = {r.record.period_start: r.invoice_number for r in confirmed_records(ws, project)}
    assert numbers == {f"2025-0{m}-01": auxiliary_invoice(m).number for m in MONTHS}
    with ws.reading() as c:
        (stored,) = rows.documents(c, project.id)
    assert [f["value"] for f in document_fields(stored) if f["name"] == "invoice_number"] == [auxiliary_invoice(m).number for m in MONTHS]


def test_a_copy_that_differs_blocks_its_invoice_alone(ws: Workspace, tmp_path: Path) -> None:
    project = new_project(ws)
    altered = write_invoice_xml(auxiliary_invoice(4)).decode()
    truth = next(f.value for f in extracting.extract_files([_write(tmp_path / "s.xml", altered)])[0].extraction.fields if f.name == "issue_date")  # type: ignore[union-attr]
    changed = altered.replace(truth, truth[:-2] + "28")
    assert changed != altered
    intake.upload(ws, project, [_write(tmp_path / "4.xml", changed)])
    (tmp_path / "b.pdf").write_bytes(bundle())
    intake.upload(ws, project, [tmp_path / "b.pdf"])
    asked = {r.record.period_start for r in review.list_records(ws, project) if "copies-differ" in [f.id for f in r.record.findings]}
    assert asked == {"2025-04-01"}


def _write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_a_bill_and_its_invoice_in_one_file_are_one_activity(ws: Workspace, tmp_path: Path) -> None:
    project = new_project(ws)
    pages = document(bill(1, *MARCH, "12000", 1000), Invoice().draw(Canvas(number=2)))
    path = _write(tmp_path / "合订.txt", pages.sha256)
    received = intake.receive_file(ws, project, path)
    intake.process(ws, project, received.sha256, document=replace(pages, sha256=received.sha256))
    live = [r for r in review.list_records(ws, project) if r.status in LIVE]
    assert [(r.record.quantity, r.record.amount) for r in live] == [("12000", "8400.00")]
    assert verify_project(ws, project)["findings"] == []
