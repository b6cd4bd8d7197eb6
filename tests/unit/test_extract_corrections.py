"""Corrections of reviewers as the measure of the extractor."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from app.domain.plain import to_plain
from evals.corrections import Tally, report_text, run, tally_events
from evals.layouts.catalogue import make
from evals.layouts.running import TODAY
from extractors import extract
from ingestion.reading import read_document


def events(*corrections: tuple[str, dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    record = {"id": "abc-r1", "carrier": "electricity", "quantity": "100", "unit": "kWh", "period_start": "2025-01-01", "needs_review": False}
    flagged = {**record, "id": "abc-r2", "needs_review": True}
    read = ("document-read", {"kind": "grid_bill", "extraction": {"template": "grid-bill"}, "records": [record, flagged]})
    return [read, *(("record-corrected", {"id": id, "new": {**record, **new}, "changes": new, "why": "看错"}) for id, new in corrections)]


def tallied(*corrections: tuple[str, dict[str, Any]]) -> tuple[dict[tuple[str, str], Tally], Counter[str]]:
    tallies: dict[tuple[str, str], Tally] = {}
    seen: Counter[str] = Counter()
    tally_events(events(*corrections), tallies, seen, examples=2)
    return tallies, seen


def test_raw_against_corrected_by_layout_and_field() -> None:
    tallies, seen = tallied(("abc-r1", {"quantity": "110"}), ("abc-r2", {"unit": "MWh"}))
    assert seen == {"records": 2, "corrected": 2, "unflagged": 1}
    quantity, unit = tallies[("grid-bill", "quantity")], tallies[("grid-bill", "unit")]
    assert (quantity.proposed, quantity.corrected, quantity.unflagged, quantity.examples) == (2, 1, 1, [("100", "110")])
    assert (unit.corrected, unit.unflagged) == (1, 0)
    assert tallies[("grid-bill", "period_start")].corrected == 0


def test_a_second_correction_counts_once_and_equal_numbers_are_no_correction() -> None:
    tallies, seen = tallied(("abc-r1", {"quantity": "110"}), ("abc-r1~1", {"quantity": "120"}), ("abc-r2", {"quantity": "100.0"}))
    assert seen["corrected"] == 1
    assert tallies[("grid-bill", "quantity")].corrected == 1


def test_a_home_is_read_without_being_changed(tmp_path: Path) -> None:
    from app.bootstrap import open_workspace

    report = run([tmp_path])
    assert report == {"records": 0, "corrected": 0, "unflagged": 0, "templates": {}}
    assert "还没有更正记录" in report_text(report)
    ws = open_workspace(tmp_path)
    sample = make("gas-bill", 1)
    extraction = extract(read_document(sample.data, sample.filename), today=TODAY)
    record = to_plain(extraction.records[0])
    tallies: dict[tuple[str, str], Tally] = {}
    payload = {"kind": extraction.kind.value, "extraction": to_plain(extraction), "records": [record]}
    tally_events([("document-read", payload), ("record-corrected", {"id": record["id"], "new": {**record, "quantity": "1"}})], tallies, Counter())
    assert tallies[("gas-bill", "quantity")].corrected == 1
    with ws.reading() as c:
        from app.store import rows

        assert rows.projects(c) == []
