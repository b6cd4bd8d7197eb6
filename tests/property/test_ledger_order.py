"""Any order of arrival gives the same truth, and the log of any history of decisions verifies."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_builders import extraction, new_project, record, take_in

from app.domain.activity import DocumentKind, Extraction, RecordStatus
from app.domain.errors import LingtanError
from app.domain.number import parse_number
from app.domain.page import Source
from app.domain.project import Project
from app.services import review
from app.services.verification import verify_project
from app.services.workspace import Workspace
from app.settings import load_settings
from app.store.blobs import Blobs
from app.store.schema import open_database

MONTHS = {3: ("2025-03-01", "2025-03-31"), 4: ("2025-04-01", "2025-04-30")}


@contextmanager
def workspace() -> Iterator[Workspace]:
    """A workspace whose database lives in memory."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database("sqlite://")
        yield Workspace(
            settings=load_settings(folder, {}),
            engine=engine,
            blobs=Blobs(Path(folder) / "blobs"),
            clock=lambda: datetime(2026, 1, 1, tzinfo=UTC),
            actor="测试员",
        )
        engine.dispose()


@st.composite
def one_file(draw: st.DrawFn, number: int) -> Extraction:
    records = []
    for n in range(1, draw(st.integers(1, 2)) + 1):
        start, end = MONTHS[draw(st.sampled_from((3, 4)))]
        records.append(
            record(
                f"r{n}",
                draw(st.sampled_from(("100", "200", "100.0"))),
                account_number=draw(st.sampled_from(("1001", "1002", None))),
                meter_number=draw(st.sampled_from((None, None, "M1", "M2"))),
                period_start=start,
                period_end=end,
                needs_review=draw(st.sampled_from((False, False, False, True))),
            )
        )
    invoice = draw(st.sampled_from((None, "N1", "N2")))
    return extraction(
        f"{number}.pdf",
        *records,
        kind=DocumentKind.VAT_INVOICE if invoice else draw(st.sampled_from((DocumentKind.GRID_BILL, DocumentKind.OTHER))),
        source=draw(st.sampled_from((Source.XML, Source.OFD, Source.PDF_TEXT, Source.OCR))),
        **({"invoice_number": invoice} if invoice else {}),
    )


@st.composite
def bills_and_copies(draw: st.DrawFn) -> list[Extraction]:
    """What really comes in: for a few months and accounts the bill, the invoice, and copies of the invoice, some of them wrong."""
    out: list[Extraction] = []
    for account in ("1001", "1002"):
        for month, (start, end) in MONTHS.items():
            for copy in range(draw(st.integers(0, 3))):
                quantity = draw(st.sampled_from(("100", "100", "100", "900")))
                own = record("r1", quantity, account_number=account, period_start=start, period_end=end)
                is_bill = copy == 0 and draw(st.booleans())
                out.append(
                    extraction(
                        f"{account}-{month}-{copy}.pdf",
                        own,
                        kind=DocumentKind.GRID_BILL if is_bill else DocumentKind.VAT_INVOICE,
                        source=(Source.XML, Source.OFD, Source.PDF_TEXT)[copy],
                        **({} if is_bill else {"invoice_number": f"{account}{month}"}),
                    )
                )
    return out


def totals(files: list[Extraction]) -> tuple[dict[tuple[str | None, str | None], object], Counter[str]]:
    """Confirmed quantity by account and month after bulk confirmation, and how many live records show how much evidence."""
    with workspace() as ws:
        project = new_project(ws)
        take_in(ws, project, *files)
        review.confirm_clean(ws, project)
        stored = review.list_records(ws, project)
        confirmed: dict[tuple[str | None, str | None], object] = {}
        for item in stored:
            if item.status is RecordStatus.CONFIRMED:
                key = (item.record.account_number, item.record.period_start)
                confirmed[key] = confirmed.get(key, 0) + parse_number(item.record.quantity)  # type: ignore[operator]
        assert verify_project(ws, project)["findings"] == []
        return confirmed, Counter(i.status.value for i in stored)


@settings(max_examples=25, deadline=None)
@given(files=bills_and_copies(), data=st.data())
def test_any_order_gives_the_same_confirmed_totals(files: list[Extraction], data: st.DataObject) -> None:
    turned = data.draw(st.permutations(files))
    assert totals(turned) == totals(files)


@settings(max_examples=25, deadline=None)
@given(files=bills_and_copies())
def test_no_account_and_month_is_ever_confirmed_twice_in_bulk(files: list[Extraction]) -> None:
    confirmed, _ = totals(files)
    assert all(q in (100, 900) for q in confirmed.values())


@settings(max_examples=25, deadline=None)
@given(files=st.integers(1, 5).flatmap(lambda n: st.tuples(*(one_file(i) for i in range(n)))), data=st.data())
def test_every_history_of_decisions_verifies(files: tuple[Extraction, ...], data: st.DataObject) -> None:
    """Whatever people do, in whatever order, the tables are what the log says and every record has one live heir or an end."""
    with workspace() as ws:
        project = new_project(ws)
        for item in files:
            take_in(ws, project, item)
            _decide(ws, project, data)
        report = verify_project(ws, project)
        assert report["findings"] == []
        stored = {r.id: r for r in review.list_records(ws, project)}
        for item in stored.values():
            assert (item.status is RecordStatus.SUPERSEDED) == (item.superseded_by is not None)
            seen = {item.id}
            while item.superseded_by:
                item = stored[item.superseded_by]
                assert item.id not in seen
                seen.add(item.id)


def _decide(ws: Workspace, project: Project, data: st.DataObject) -> None:
    ids = [r.id for r in review.list_records(ws, project)]
    for _ in range(data.draw(st.integers(0, 2))):
        id = data.draw(st.sampled_from(ids))
        act = data.draw(st.sampled_from(("confirm", "correct", "account", "reject", "clean")))
        try:
            if act == "confirm":
                review.confirm(ws, project, [id])
            elif act == "correct":
                review.correct(ws, project, id, {"quantity": data.draw(st.sampled_from(("100", "300")))})
            elif act == "account":
                review.correct(ws, project, id, {"account_number": "1001"})
            elif act == "reject":
                review.reject(ws, project, id, "原因")
            else:
                review.confirm_clean(ws, project)
        except LingtanError:
            continue  # the record is closed: said to the user, nothing written
