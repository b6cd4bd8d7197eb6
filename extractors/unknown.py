"""Papers of no known layout: what a label, a number and an energy unit say together, proposed for a person to decide and no further.

Everything here has confidence D. Reports, contracts and totals of years give nothing: one account's use in one reading period does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from app.domain.activity import Confidence, ProposedRecord
from app.domain.carrier import Carrier, Direction
from app.domain.finding import Finding
from app.domain.page import Box, Document
from extractors.evidence import explain, show
from extractors.geometry.sheet import lay_out
from extractors.invoices.remark import read_remark
from extractors.periods import Span, find_spans
from extractors.templates import load_templates
from extractors.text import compact, number, number_text, tidy
from extractors.vocabulary import Quantity, canonical_quantity, carrier_terms, find_printed_unit, load_terms

LONGEST = 4000
"""Compact characters: a longer text is a report or a contract."""

LONGEST_PERIOD = 62
_STATED = re.compile(
    r"(?P<label>[\u3400-\u9fff（）()]{1,14})\s*(?:[（(](?P<unit1>[^（）()\s\d]{1,8})[)）])?\s*[:：为]?\s*"
    r"(?P<value>-?\d[\d,]*(?:\.\d+)?)\s*(?P<unit2>[A-Za-z万千兆吉百³·\u3400-\u9fff]{0,6}[3³]?)(?P<per>\s*[/每])?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A labelled quantity of a carrier and the place it was printed at."""

    carrier: Carrier
    quantity: Quantity
    raw: str
    unit: str
    label: str
    page: int | None
    bbox: Box | None
    locator: str | None

    @property
    def whole(self) -> bool:
        return any(word in self.label for word in load_terms("unknown")["whole"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of text with its address."""

    text: str
    page: int | None = None
    bbox: Box | None = None
    locator: str | None = None


def worth_asking(document: Document) -> bool:
    """Whether a document without a layout may be a paper about one account's use."""
    terms = load_terms("unknown")
    text = compact(document.text)
    return (
        len(text) <= LONGEST
        and any(word in text for word in terms["papers"])
        and not any(word in text for word in terms["others"])
    )


def propose_unknown(document: Document) -> tuple[tuple[ProposedRecord, ...], tuple[Finding, ...]]:
    """At most one record a carrier, each with the finding that the layout is unknown; nothing without an account or a period."""
    if not worth_asking(document):
        return (), ()
    lines = text_lines(document)
    whole = "\n".join(line.text for line in lines)
    invoice = next(t for t in load_templates() if t.id == "vat-invoice")
    accounts = read_remark(whole, invoice.data["remark"], fuel=False).accounts
    span = _period(lines)
    if not accounts and span is None:
        return (), ()
    records: list[ProposedRecord] = []
    findings: list[Finding] = []
    by_carrier: dict[Carrier, list[Statement]] = {}
    for statement in statements(lines):
        by_carrier.setdefault(statement.carrier, []).append(statement)
    for carrier, stated in by_carrier.items():
        chosen = _chosen(stated)
        if chosen is None:
            findings.append(_several(carrier, stated))
            continue
        records.append(_record(document, len(records) + 1, chosen, span, accounts))
    return tuple(records), tuple(findings)


def text_lines(document: Document) -> list[Line]:
    """Page rows, paragraphs and table rows as lines of text. A table cell is joined to its row by blanks."""
    out: list[Line] = []
    for page in document.pages:
        sheet = lay_out(page)
        for row in sheet.rows:
            out.append(Line(text=tidy(" ".join(p.text for p in row)), page=page.number, bbox=sheet.box(row)))
    out += [Line(text=text, locator=f"段{n}") for n, text in enumerate(document.paragraphs, 1)]
    for table in document.tables:
        for cells in table.rows:
            texts = [c for c in cells if c.text.strip() and c.merged_from is None]
            if texts:
                out.append(Line(text=" ".join(c.text for c in texts), page=table.page, locator=texts[0].locator))
    return out


def statements(lines: Sequence[Line]) -> list[Statement]:
    """Every label with a number and an energy unit whose label names the unit's carrier and a use."""
    terms = load_terms("unknown")
    out: list[Statement] = []
    for line in lines:
        for match in _STATED.finditer(unicodedata.normalize("NFKC", line.text)):
            label = compact(match["label"])
            unit_text = match["unit1"] or match["unit2"]
            unit = find_printed_unit(unit_text) if unit_text else None
            value = number(match["value"])
            if unit is None or value is None or match["per"] or any(w in label for w in terms["not_used"]):
                continue
            carrier = _carrier(label, unit.dimension, terms)
            quantity = canonical_quantity(value, unit)
            if carrier is None or quantity is None:
                continue
            out.append(
                Statement(
                    carrier=carrier,
                    quantity=quantity,
                    raw=number_text(match["value"]) or match["value"],
                    unit=unit_text,
                    label=label,
                    page=line.page,
                    bbox=line.bbox,
                    locator=line.locator,
                )
            )
    return out


def _carrier(label: str, dimension: str, terms: Mapping[str, Any]) -> Carrier | None:
    """The one carrier that the label names and that is measured in this dimension."""
    allowed = {t.carrier for t in carrier_terms() if dimension in t.dimensions}
    named = [Carrier(c) for c, words in terms["carrier_words"].items() if any(w in label for w in words)]
    fitting = [c for c in named if c in allowed]
    return fitting[0] if len(fitting) == 1 else None


def _chosen(stated: Sequence[Statement]) -> Statement | None:
    """The only value, the only one called the whole, or the one that the others add up to."""
    values = {s.quantity.value for s in stated}
    if len(values) == 1:
        return stated[0]
    whole = [s for s in stated if s.whole]
    if len({s.quantity.value for s in whole}) == 1:
        return whole[0]
    total = max(stated, key=lambda s: s.quantity.value)
    rest = values - {total.quantity.value}
    return total if sum(rest, Fraction(0)) == total.quantity.value else None


def _period(lines: Sequence[Line]) -> Span | None:
    """The one period that a word such as 周期 introduces, no longer than two months; years and single days are none."""
    terms = load_terms("unknown")
    found: dict[tuple[str, str], Span] = {}
    for line in lines:
        if any(word in compact(line.text) for word in terms["period"]):
            for span in find_spans(line.text, days=False):
                days = (date.fromisoformat(span.last) - date.fromisoformat(span.first)).days + 1
                if span.grain != "year" and 0 < days <= LONGEST_PERIOD:
                    found.setdefault((span.first, span.last), span)
    return next(iter(found.values())) if len(found) == 1 else None


def unknown_layout(subject: str) -> Finding:
    return explain(
        "layout-unknown",
        "没有匹配的版式：用量、单位和期间是按“标签＋数字＋单位”推测的，没有任何校验。",
        "请对照原件逐项核对后再确认。",
        subjects=(subject,),
    )


def _record(
    document: Document, serial: int, chosen: Statement, span: Span | None, accounts: Sequence[str]
) -> ProposedRecord:
    record_id = f"{document.sha256[:12]}-r{serial}"
    findings = [unknown_layout(record_id)]
    if span is None:
        findings.append(explain("period-missing", "没有读到用能期间。", "请填写起止日期。", subjects=(record_id,)))
    return ProposedRecord(
        id=record_id,
        carrier=chosen.carrier,
        direction=Direction.PURCHASED,
        quantity=show(chosen.quantity.value),
        unit=chosen.quantity.unit,
        raw_quantity=chosen.raw,
        raw_unit=chosen.unit,
        period_start=span.first if span else None,
        period_end=span.last if span else None,
        account_number=accounts[0] if len(accounts) == 1 else None,
        page=chosen.page,
        bbox=chosen.bbox,
        locator=chosen.locator,
        confidence=Confidence.D,
        needs_review=True,
        findings=tuple(findings),
        note=f"{chosen.label} {chosen.raw} {chosen.unit}",
    )


def _several(carrier: Carrier, stated: Sequence[Statement]) -> Finding:
    return explain(
        "layout-unknown",
        f"没有匹配的版式，{carrier.label}有多个数：{'、'.join(f'{s.label} {s.raw} {s.unit}' for s in stated[:6])}，未提取。",
        "请对照原件人工录入用量。",
        data={"values": [s.raw for s in stated[:20]]},
    )
