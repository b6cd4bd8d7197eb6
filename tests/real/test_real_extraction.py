"""The real sample documents: every value right or flagged, and no silent error. Read in place, never copied."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.domain.activity import Extraction
from evals.extraction import HEADER, run
from extractors import extract

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
TODAY = date(2026, 12, 31)
pytestmark = pytest.mark.skipif(
    not (SAMPLES / "expected.json").is_file(), reason="sample documents not present: ../shared/samples"
)


def truth() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SAMPLES / "expected.json").read_text("utf-8"))
    return loaded


def read(name: str) -> Extraction:
    from ingestion.reading import read_document

    path = SAMPLES / name
    return extract(read_document(path.read_bytes(), path.name), today=TODAY)


def readable(name: str) -> bool:
    return name.rsplit(".", 1)[-1].lower() in ("pdf", "ofd", "xml")


def invoices() -> list[str]:
    if not (SAMPLES / "expected.json").is_file():
        return []
    return [n for n, e in truth().items() if readable(n) and "invoice_no" in e]


def others() -> list[str]:
    if not (SAMPLES / "expected.json").is_file():
        return []
    return [n for n, e in truth().items() if readable(n) and "invoice_no" not in e]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return run(SAMPLES, today=TODAY)


def test_no_silent_error_anywhere(report: dict[str, Any]) -> None:
    assert report["total"]["silent"] == []


def test_lines_of_electronic_invoices_are_complete(report: dict[str, Any]) -> None:
    for name in invoices():
        score = report["documents"][name]
        assert score["lines_right"] == score["lines"], name


@pytest.mark.parametrize("index", range(len(invoices())))
def test_every_header_field_of_electronic_invoices(index: int) -> None:
    name = invoices()[index]
    expected = truth()[name]
    found = {f.name: f.value for f in read(name).fields}
    wrong = [key for key, field in HEADER.items() if key in expected and found.get(field, "") != expected[key]]
    assert wrong == []


@pytest.mark.parametrize("index", range(len(invoices())))
def test_invoices_without_energy_give_no_record(index: int) -> None:
    name = invoices()[index]
    if truth()[name]["energy"] == []:
        assert read(name).records == ()


@pytest.mark.parametrize("index", range(len(others())))
def test_other_documents_claim_nothing(index: int) -> None:
    extraction = read(others()[index])
    assert extraction.fields == ()
    assert extraction.lines == ()
    assert extraction.records == ()


def test_the_same_invoice_in_two_formats_has_one_number() -> None:
    numbers: dict[str, set[str]] = {}
    for name in invoices():
        field = read(name).field("invoice_number")
        assert field is not None
        numbers.setdefault(field.value, set()).add(name.rsplit(".", 1)[-1])
    assert any(kinds == {"pdf", "xml"} for kinds in numbers.values())
