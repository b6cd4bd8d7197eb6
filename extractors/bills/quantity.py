"""Which quantity a bill settles: every statement of the whole is a claim, and claims must agree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from app.domain.finding import Finding
from app.domain.page import Document
from extractors.bills.grids import GridValue
from extractors.bills.meters import Claim, MeterEvidence
from extractors.bills.pairs import Pair, split_quantity
from extractors.evidence import blocking, explain, show
from extractors.text import compact, number, ulp
from extractors.vocabulary import find_printed_unit, load_terms

FEW = frozenset({"mass", "heat"})
"""Dimensions whose bills count in tens or hundreds."""
REPEATED = 7
"""Rank of what price components repeat: the weakest witness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The quantity taken for the bill, the claims that agree with it, and the unit it is stated in."""

    claim: Claim
    agreeing: tuple[Claim, ...]
    unit: str


def _claims(pairs: Sequence[Pair], evidence: MeterEvidence) -> list[Claim]:
    claims: list[Claim] = []
    for pair in pairs:
        if not pair.name.startswith("quantity"):
            continue
        parsed = split_quantity(pair.text)
        if parsed is None:
            continue
        value, unit = parsed
        if find_printed_unit(unit) is None and not is_certificate_unit(unit):
            unit = pair.unit
        rank = 6 if pair.name == "quantity_read" else 0
        claims.append(
            Claim(
                value=number(value) or Fraction(0),
                raw=value,
                unit=unit or pair.unit,
                label=pair.label,
                rank=rank,
                cell=_cell(pair),
            )
        )
    return claims + evidence.claims + _repeated(evidence)


def _repeated(evidence: MeterEvidence) -> list[Claim]:
    """The quantity that two or more price components repeat: a witness, not an addend."""
    counts = Counter(c.value for c in evidence.repeats)
    if not counts:
        return []
    value, times = counts.most_common(1)[0]
    if times < 2:
        return []
    first = next(c for c in evidence.repeats if c.value == value)
    return [replace(first, label="电费明细各行重复的电量", rank=REPEATED)]


def _cell(pair: Pair) -> GridValue:
    return GridValue(text=pair.text, page=pair.page, bbox=pair.bbox, locator=pair.locator)


def is_certificate_unit(unit: str) -> bool:
    return compact(unit) in load_terms("units")["certificate"]["units"]


def choose_quantity(
    pairs: Sequence[Pair], evidence: MeterEvidence, document: Document, data: Mapping[str, Any]
) -> tuple[Chosen | None, list[Finding]]:
    claims = sorted(_claims(pairs, evidence), key=lambda c: c.rank)
    if not claims:
        return None, [
            blocking(
                "quantity-missing",
                "没有读到用量合计，不能证明用能量。",
                "请人工录入用量，或提供带有用量的账单页。",
            )
        ]
    units = {u.symbol: None for c in claims if (u := find_printed_unit(c.unit))}
    fallback = next(iter(units), "") or document_unit(document, data)
    scaled = [(c, _scaled(c, fallback)) for c in claims]
    best, value = scaled[0]
    kind = _dimension(best, fallback)
    # A gas bill states its quantity in two conditions: standard and working cubic metres cannot contradict each other.
    scaled = [(c, v) for c, v in scaled if _dimension(c, fallback) == kind]
    near = _tolerance(kind, [c for c, _ in scaled], fallback)
    agreeing = [c for c, v in scaled if v is not None and value is not None and abs(v - value) <= near]
    firm = [c for c, v in scaled if c not in agreeing and c.rank <= 3]
    soft = [c for c, v in scaled if c not in agreeing and c.rank > 3]
    if len(agreeing) > 1:
        # Rows of an hourly price list repeat a quantity too; against two statements that agree they say nothing.
        soft = [c for c in soft if c.rank != REPEATED]
    findings: list[Finding] = []
    if firm:
        findings.append(
            blocking(
                "quantity-conflict",
                f"账单上的合计用量不一致：{best.label} {best.raw}，"
                + "，".join(f"{c.label} {c.raw}（合 {show(c.value)}）" for c in firm)
                + "。",
                "请对照账单确认结算用量。",
                data={"left": show(best.value), "right": [show(c.value) for c in firm], "tolerance": show(near)},
            )
        )
    elif soft:
        findings.append(
            explain(
                "read-differs",
                f"结算用量 {best.raw} 与{soft[0].label} {show(soft[0].value)} 不同（可能有线损、退补或换表）。",
                "请确认差额的原因；活动数据采用结算用量。",
                data={"left": show(best.value), "right": show(soft[0].value), "tolerance": show(near)},
            )
        )
    return Chosen(claim=best, agreeing=tuple(agreeing), unit=best.unit or fallback), findings


def _tolerance(dimension: str, claims: Sequence[Claim], fallback: str) -> Fraction:
    """How far two statements of one quantity may lie apart: a kilowatt-hour or a cubic metre of rounding; of tonnes and gigajoules, which
    are few, no more than the last place that is printed."""
    if dimension not in FEW:
        return Fraction(1)
    places = [
        ulp(part) * (unit.ratio if (unit := find_printed_unit(c.unit or fallback)) else 1)
        for c in claims
        for part in re.findall(r"\d[\d,]*(?:\.\d+)?", c.raw)
    ]
    return min(max(places, default=Fraction(1, 100)), Fraction(1))


def _dimension(claim: Claim, fallback: str) -> str:
    unit = find_printed_unit(claim.unit or fallback)
    return unit.dimension if unit else ""


def _scaled(claim: Claim, fallback: str) -> Fraction | None:
    unit = find_printed_unit(claim.unit or fallback)
    return claim.value * unit.ratio if unit else claim.value


def document_unit(document: Document, data: Mapping[str, Any]) -> str:
    """The one unit of the expected dimension that the whole document names (单位：千瓦时), else nothing."""
    text = compact(document.text)
    named = {
        unit.symbol
        for spelling in data["record"]["unit_words"]
        if compact(spelling) in text and (unit := find_printed_unit(spelling)) is not None
    }
    return named.pop() if len(named) == 1 else ""
