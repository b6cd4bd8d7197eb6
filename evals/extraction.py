"""How well documents are read: header fields, lines, energy records, and the one figure that must be zero — silent errors.

A silent error is a wrong or invented value that nothing flags: the field says ``auto``, the record needs no review, no finding names it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from app.domain.activity import Extraction, ProposedRecord
from app.domain.errors import LingtanError
from app.domain.finding import Severity
from app.domain.number import parse_number
from evals.scoring import Score, add_score
from extractors import extract
from extractors.text import compact
from extractors.vocabulary import canonical_quantity, find_printed_unit

HEADER = {
    "invoice_code": "invoice_code",
    "invoice_no": "invoice_number",
    "issue_date": "issue_date",
    "seller_name": "seller_name",
    "seller_id": "seller_tax_id",
    "buyer_name": "buyer_name",
    "buyer_id": "buyer_tax_id",
    "total_amount": "amount_excl_tax",
    "total_tax": "tax_amount",
    "total_with_tax": "amount_incl_tax",
}
LINE = {
    "name": "item",
    "spec": "spec",
    "unit": "unit",
    "qty": "quantity",
    "price": "unit_price",
    "amount": "amount",
    "rate": "tax_rate",
    "tax": "tax_amount",
}
UNREAD = frozenset({"no-text", "page-scanned", "scanned-page", "several-invoices"})
TOLERATED = frozenset({"water"})
"""Carriers that a document may prove without being counted as energy by the expectations."""



def run(
    samples_dir: Path, expected: Path | Mapping[str, Any] | None = None, *, today: date | None = None
) -> dict[str, Any]:
    """Reads every file that ``expected`` names under ``samples_dir`` and compares.

    ``expected`` is a mapping or a JSON file in the shape of the sample collection's ``expected.json`` (the default: that file in
    ``samples_dir``): numbers as printed; ``energy`` entries with type, quantity, unit and, where known, period
    (``first/last``), direction and account_number. Returns ``{total, classes, documents}``. Raises FileNotFoundError without it.
    """
    truth = _load(samples_dir, expected)
    classes: dict[str, Score] = {}
    total = Score()
    documents: dict[str, Any] = {}
    for name, entry in truth.items():
        path = samples_dir / name
        if not path.is_file():
            continue
        group = str(entry.get("kind") or path.suffix.lstrip(".").lower())
        score = Score(documents=1)
        extraction, error = _extract(path, today)
        if extraction is None:
            score.misses.append(f"{name}: {error}")
        else:
            compare(name, entry, extraction, score)
        documents[name] = score.to_plain()
        for target in (classes.setdefault(group, Score()), total):
            add_score(target, score)
    return {
        "total": total.to_plain(),
        "classes": {name: score.to_plain() for name, score in sorted(classes.items())},
        "documents": documents,
    }


def _load(samples_dir: Path, expected: Path | Mapping[str, Any] | None) -> Mapping[str, Any]:
    if isinstance(expected, Mapping):
        return expected
    path = expected or samples_dir / "expected.json"
    loaded: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def _extract(path: Path, today: date | None) -> tuple[Extraction | None, str]:
    from ingestion.reading import read_document

    try:
        return extract(read_document(path.read_bytes(), path.name), today=today), ""
    except LingtanError as refused:
        return None, refused.message


def compare(name: str, entry: Mapping[str, Any], extraction: Extraction, score: Score) -> None:
    """Add to ``score`` what ``extraction`` has right, flagged and wrong against ``entry`` (one value of ``expected.json``).

    An ``energy`` entry with ``period_unsettled`` says that the document leaves the period open: a reader that fills it in must ask.
    """
    score.auto_records = sum(1 for r in extraction.records if not r.needs_review)
    if entry.get("is_invoice") is False or "expected_json" in entry:
        if extraction.fields or extraction.lines or extraction.records:
            score.silent.append(f"{name}: claims values of a document that is no Chinese invoice")
        return
    if "papers" in entry:
        _compare_papers(name, entry["papers"], extraction, score)
        return
    _compare_fields(name, entry, extraction, score)
    if entry.get("lines"):
        _compare_lines(name, entry["lines"], extraction, score)
    if "energy" in entry:
        _compare_energy(name, entry, extraction, score)


def _compare_papers(name: str, papers: list[Mapping[str, Any]], extraction: Extraction, score: Score) -> None:
    """Several invoices of one file, in order of their pages: each against the paper of its number."""
    by_number = {f.value: p for p in extraction.papers if (f := p.field("invoice_number")) is not None}
    if len(by_number) != len(papers) and not extraction.blocking:
        score.silent.append(f"{name}: {len(papers)} invoices in the file, {len(by_number)} read")
    empty = Extraction(sha256=extraction.sha256, filename=name, kind=extraction.kind, source=None, pages=1)
    for n, entry in enumerate(papers, 1):
        part = Score()
        compare(f"{name}#{n}", entry, by_number.get(entry["invoice_no"], empty), part)
        add_score(score, part)


def _flagged(extraction: Extraction, subject: str) -> bool:
    """True when a finding names the field, or says that a page was not read at all."""
    return any(
        f.severity is not Severity.NOTE and (subject in f.subjects or f.id in UNREAD) for f in extraction.findings
    )


def _compare_fields(name: str, entry: Mapping[str, Any], extraction: Extraction, score: Score) -> None:
    for key, field_name in HEADER.items():
        if key not in entry:
            continue
        score.fields += 1
        wanted, found = str(entry[key]), extraction.field(field_name)
        value = found.value if found else ""
        right = compact(value) == compact(wanted)
        score.numbers += _numeric(wanted)
        score.numbers_right += right and _numeric(wanted)
        if right:
            score.fields_right += 1
            continue
        text = f"{name}: {field_name} is {value!r}, expected {wanted!r}"
        review = found is not None and found.status == "review"
        if review or _flagged(extraction, field_name) or extraction.source is None:
            score.misses.append(text)
        else:
            score.silent.append(text)


def _line_key(values: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(same_text(values.get(key, "")) for key in LINE)


def same_text(text: str) -> str:
    """A form in which equal figures are equal strings: ``1,200.0`` and ``1200``, ``13%`` and ``0.13``; other texts compact."""
    plain = compact(text)
    if plain.endswith("%"):
        try:
            return str(parse_number(plain[:-1]) / 100)
        except ValueError:
            return plain
    try:
        return str(parse_number(plain))
    except ValueError:
        return plain


def _compare_lines(name: str, wanted: list[Mapping[str, str]], extraction: Extraction, score: Score) -> None:
    expected = Counter(_line_key(line) for line in wanted)
    found = Counter(_line_key({k: getattr(line, v) for k, v in LINE.items()}) for line in extraction.lines)
    if len(expected) == 1 and len(found) == 1 and set(expected) == set(found):
        expected = found  # one expected line may stand for a page of equal ones
    score.lines += sum(expected.values())
    right = sum((expected & found).values())
    score.lines_right += right
    _compare_cells([_line_key(line) for line in wanted], [_line_key({k: getattr(line, v) for k, v in LINE.items()}) for line in extraction.lines], score)
    wrong = list((found - expected).elements()) + list((expected - found).elements())
    if wrong:
        flagged = extraction.source is None or any(
            f.severity is not Severity.NOTE and f.id.startswith("line") for f in extraction.findings
        )
        (score.misses if flagged else score.silent).append(f"{name}: lines {wrong[:3]}")


def _compare_cells(wanted: list[tuple[str, ...]], found: list[tuple[str, ...]], score: Score) -> None:
    """Printed cells of each expected line against the line read that is most like it."""
    left = list(found)
    for line in wanted:
        best = max(left, key=lambda other: sum(a == b for a, b in zip(line, other, strict=True)), default=None)
        if best is not None:
            left.remove(best)
        for position, cell in enumerate(line):
            if not cell:
                continue
            right = best is not None and best[position] == cell
            score.cells += 1
            score.cells_right += right
            score.numbers += _numeric(cell)
            score.numbers_right += right and _numeric(cell)


def _numeric(text: str) -> bool:
    """A figure: an amount, quantity, price or rate (numbers of invoices, dates and tax numbers are texts of digits and count too)."""
    return bool(re.fullmatch(r"[-+]?[\d.,/%-]+", compact(text)))


def _energy_key(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    unit = find_printed_unit(str(entry.get("unit", "")))
    value = parse_number(str(entry["quantity"]))
    quantity = canonical_quantity(value, unit) if unit else None
    number, symbol = (quantity.value, quantity.unit) if quantity else (value, str(entry.get("unit", "")))
    return str(entry["type"]), str(Fraction(number)), symbol


def _record_key(record: ProposedRecord) -> tuple[str, str, str]:
    return record.carrier.value, str(parse_number(record.quantity)), record.unit


def _compare_energy(name: str, entry: Mapping[str, Any], extraction: Extraction, score: Score) -> None:
    controls = any(flag.get("kind") == "control_total" for flag in entry.get("flags", ()))
    wanted = [] if controls else list(entry["energy"])
    score.records += len(wanted)
    open_records = [r for r in extraction.records if r.carrier.value not in TOLERATED or wanted]
    score.numbers += len(wanted)
    for expectation in wanted:
        match = next(
            (r for r in open_records if _record_key(r) == _energy_key(expectation) and _fits(r, expectation)), None
        )
        if match is not None:
            open_records.remove(match)
            score.records_right += 1
            score.numbers_right += 1
            if expectation.get("unknown_layout") and not (match.needs_review and match.confidence.value == "D"):
                score.silent.append(f"{name}: {match.quantity} of an unknown layout is not left to a person")
            if expectation.get("period_unsettled") and match.period_start and not match.needs_review:
                score.silent.append(f"{name}: period {match.period_start} of {match.quantity} is not settled by the document")
            continue
        text = f"{name}: no record for {dict(expectation)}"
        asked = any(f.severity is not Severity.NOTE for f in extraction.findings) or any(
            r.needs_review for r in open_records
        )
        (score.misses if asked else score.silent).append(text)
    for record in open_records:
        if record.carrier.value in TOLERATED or (entry.get("sub_meters") and record.needs_review):
            continue
        text = f"{name}: record {record.carrier.value} {record.quantity} {record.unit} {record.period_start} is not expected"
        (score.misses if record.needs_review else score.silent).append(text)


def _fits(record: ProposedRecord, expectation: Mapping[str, Any]) -> bool:
    """Period, direction and account where the expectation states them."""
    period = expectation.get("period") or ""
    if isinstance(period, str) and "/" in period:
        first, _, last = period.partition("/")
        if (record.period_start, record.period_end) != (first, last):
            return False
    if expectation.get("direction") and record.direction.value != expectation["direction"]:
        return False
    if expectation.get("several_accounts"):
        return record.account_number is None and record.needs_review
    return not expectation.get("account_number") or record.account_number == expectation["account_number"]
