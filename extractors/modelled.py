"""A language model may name candidates in a document that no layout fits. What it names counts only when the page says it too.

The quantity must stand on the page as a whole number in a line that also names a unit of the carrier, and dates and accounts must stand
on the page as well; everything that passes has confidence D and waits for a person. The document's text is data: it is fenced in the
prompt, and nothing it says can change a check.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from app.domain.activity import Confidence, DocumentKind, Extraction, ProposedRecord
from app.domain.carrier import Carrier, Direction
from app.domain.errors import Unavailable
from app.domain.finding import Finding
from app.domain.page import Document
from extractors.evidence import explain, note, show
from extractors.periods import find_spans
from extractors.text import compact, iso_dates, number
from extractors.unknown import Line, text_lines, unknown_layout, worth_asking
from extractors.vocabulary import canonical_quantity, carrier_terms, find_printed_unit

Complete = Callable[[str, str], str]
"""(system, user) → the model's text."""

MOST = 8
LONGEST = 12_000


def load_prompt(folder: Path) -> Mapping[str, Any]:
    """``extraction.toml`` of the prompts folder."""
    return tomllib.loads((folder / "extraction.toml").read_text("utf-8"))


def with_model(document: Document, extraction: Extraction, complete: Complete, prompt: Mapping[str, Any]) -> Extraction:
    """``extraction`` with what the model found and the page confirms; unchanged for documents of a known layout, for documents that already
    gave records, and for papers that are not about one account's use. A model that does not answer is a note."""
    if extraction.kind is not DocumentKind.OTHER or extraction.records or not worth_asking(document):
        return extraction
    lines = text_lines(document)
    text = "\n".join(line.text for line in lines)[:LONGEST]
    try:
        reply = complete(prompt["system"].strip(), prompt["user"].replace("{text}", text).strip())
    except Unavailable as failure:
        return _with(extraction, note("model-unavailable", f"{failure.message}未使用语言模型提取。"))
    records, refused = _accepted(document, lines, reply)
    findings: list[Finding] = []
    if refused:
        findings.append(
            note(
                "model-unsupported",
                f"语言模型提出的 {refused} 个候选值在页面上找不到依据，没有采用。",
                data={"count": str(refused)},
            )
        )
    return replace(_with(extraction, *findings), records=records)


def _with(extraction: Extraction, *findings: Finding) -> Extraction:
    return replace(extraction, findings=(*extraction.findings, *findings))


def _accepted(document: Document, lines: list[Line], reply: str) -> tuple[tuple[ProposedRecord, ...], int]:
    candidates = parse_reply(reply)
    records: list[ProposedRecord] = []
    for candidate in candidates[:MOST]:
        record = supported(document, lines, candidate, len(records) + 1)
        if record is not None and not any(
            (r.carrier, r.quantity, r.period_start) == (record.carrier, record.quantity, record.period_start)
            for r in records
        ):
            records.append(record)
    return tuple(records), len(candidates) - len(records)


def parse_reply(reply: str) -> list[Mapping[str, str]]:
    """The candidates of a reply as mappings of strings; an empty list for anything that is not the agreed JSON."""
    match = re.search(r"\{.*\}", reply, re.DOTALL)
    try:
        value = json.loads(match.group(0)) if match else {}
    except ValueError:
        return []
    found = value.get("candidates") if isinstance(value, dict) else None
    listed = found if isinstance(found, list) else []
    return [{str(k): str(v or "") for k, v in c.items()} for c in listed if isinstance(c, dict)]


def supported(
    document: Document, lines: list[Line], candidate: Mapping[str, str], serial: int
) -> ProposedRecord | None:
    """The record of a candidate whose parts all stand on the page; None when number, unit or carrier do not hold."""
    value, unit = number(candidate.get("quantity", "")), find_printed_unit(candidate.get("unit", ""))
    terms = next((t for t in carrier_terms() if t.carrier.value == candidate.get("carrier")), None)
    if value is None or unit is None or terms is None or unit.dimension not in terms.dimensions:
        return None
    line = next(
        (li for li in lines if _stands(candidate["quantity"], li.text) and _stands_unit(candidate["unit"], li.text)),
        None,
    )
    quantity = canonical_quantity(value, unit)
    if line is None or quantity is None:
        return None
    record_id = f"{document.sha256[:12]}-r{serial}"
    whole = "\n".join(li.text for li in lines)
    first, last = _period(candidate, whole)
    account = candidate.get("account_number", "")
    findings = [unknown_layout(record_id)]
    if first is None:
        findings.append(explain("period-missing", "没有读到用能期间。", "请填写起止日期。", subjects=(record_id,)))
    return ProposedRecord(
        id=record_id,
        carrier=Carrier(terms.carrier),
        direction=Direction.PURCHASED,
        quantity=show(quantity.value),
        unit=quantity.unit,
        raw_quantity=candidate["quantity"],
        raw_unit=candidate["unit"],
        period_start=first,
        period_end=last,
        account_number=account if account and _stands(account, whole) else None,
        page=line.page,
        bbox=line.bbox,
        locator=line.locator,
        confidence=Confidence.D,
        needs_review=True,
        findings=tuple(findings),
        note=f"语言模型候选：{line.text[:80]}",
    )


def _stands(printed: str, text: str) -> bool:
    """The digits stand in the text as a whole number, thousands separators aside."""
    wanted = compact(printed).replace(",", "")
    plain = compact(text).replace(",", "")
    return bool(wanted) and re.search(rf"(?<![\d.]){re.escape(wanted)}(?!\d|\.\d)", plain) is not None


def _stands_unit(printed: str, text: str) -> bool:
    return bool(printed) and compact(printed) in compact(text)


def _period(candidate: Mapping[str, str], text: str) -> tuple[str | None, str | None]:
    """Both days when the page prints exactly this span, or both of these dates."""
    first, last = candidate.get("period_start", ""), candidate.get("period_end", "")
    try:
        ordered = date.fromisoformat(first) <= date.fromisoformat(last)
    except ValueError:
        return None, None
    printed = any((s.first, s.last) == (first, last) for s in find_spans(text)) or {first, last} <= set(iso_dates(text))
    return (first, last) if ordered and printed else (None, None)
