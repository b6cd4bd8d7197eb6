"""Indicators whose formulas and thresholds are known from reports only: computed where their inputs exist, set beside what is
reported, never judged. Which they are is data (policy_corpus/indicators); this module knows ratios, shares and counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.domain.clause import EvidenceLevel
from app.domain.number import exact_text, fixed_text, parse_number

BASES = ("当量", "等价")
OPERATORS = {"<=": "不高于", ">=": "不低于", "<": "低于", ">": "高于", "==": "等于"}
PLACES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedThreshold:
    """A threshold as a provision states it; ``provision`` is ``<document>#<pid>``."""

    provision: str
    stage: str
    operator: str
    value: str
    unit: str
    evidence: str
    applies_if: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedIndicator:
    """``kind`` is ratio | share | count | unknown; ``numerator`` and ``denominator`` name facts. ``source`` is the provision of the
    formula and ``evidence`` its level; ``of`` the reported number of items a count is out of."""

    id: str
    group: str
    title: str
    unit: str
    kind: str
    formula: str
    source: str
    evidence: str
    numerator: str = ""
    denominator: str = ""
    scale: str = "1"
    of: str = ""
    note: str = ""
    thresholds: tuple[ReportedThreshold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OperandName:
    name: str
    label: str
    unit: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorSet:
    """One published (or reported) system of indicators with the facts it needs."""

    id: str
    document: str
    title: str
    caution: str
    operands: Mapping[str, OperandName]
    indicators: tuple[ReportedIndicator, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """``plain`` by name; ``by_basis`` by name and basis (当量, 等价). What is unknown is absent."""

    plain: Mapping[str, Fraction]
    by_basis: Mapping[tuple[str, str], Fraction]

    def value(self, name: str, basis: str) -> Fraction | None:
        return self.plain.get(name, self.by_basis.get((name, basis)))

    def has_bases(self, name: str) -> bool:
        return any(known == name for known, _ in self.by_basis)


def _value(item: ReportedIndicator, facts: Facts, basis: str) -> Fraction | None:
    top = facts.value(item.numerator, basis)
    if item.kind == "unknown" or top is None:
        return None
    if item.kind != "ratio":
        return top * parse_number(item.scale)
    bottom = facts.value(item.denominator, basis)
    return top / bottom * parse_number(item.scale) if bottom else None


def _bases(item: ReportedIndicator, facts: Facts) -> tuple[str, ...]:
    """The bases under which the indicator differs, in order; one unnamed when it does not depend on them."""
    names = [n for n in (item.numerator, item.denominator) if n]
    if not any(facts.has_bases(n) for n in names):
        return ("",)
    return tuple(b for b in BASES if any((n, b) in facts.by_basis for n in names))


def _compared(threshold: ReportedThreshold, value: Fraction) -> str:
    """The two numbers beside each other in words. Never a verdict: the threshold is not an official text."""
    limit = parse_number(threshold.value)
    word = "等于" if value == limit else "高于" if value > limit else "低于"
    level = EvidenceLevel(threshold.evidence)
    condition = f"（适用：{threshold.applies_if}）" if threshold.applies_if else ""
    wanted = f"{OPERATORS.get(threshold.operator, threshold.operator)} {threshold.value} {threshold.unit}"
    return f"{threshold.stage}{wanted}{condition}：{level.label}；计算值{word}该值，不作结论。"


def _operands(item: ReportedIndicator, system: IndicatorSet, facts: Facts) -> list[dict[str, Any]]:
    out = []
    for name in (n for n in (item.numerator, item.denominator) if n):
        known = system.operands[name]
        values = {"": facts.plain[name]} if name in facts.plain else {b: v for (n, b), v in facts.by_basis.items() if n == name}
        out += [
            {"name": name, "label": known.label, "basis": b, "value": exact_text(v), "unit": known.unit, "source": known.source}
            for b, v in values.items()
        ]
    return out


def _missing(item: ReportedIndicator, system: IndicatorSet, facts: Facts) -> list[str]:
    if item.kind == "unknown":
        return ["计算细则未见"]
    names = (item.numerator, item.denominator) if item.kind == "ratio" else (item.numerator,)
    return [system.operands[n].label for n in names if n not in facts.plain and not facts.has_bases(n)]


def _indicator(item: ReportedIndicator, system: IndicatorSet, facts: Facts) -> dict[str, Any]:
    found = [(b, v) for b in _bases(item, facts) if (v := _value(item, facts, b)) is not None]
    missing = _missing(item, system, facts)
    if not found and not missing:
        missing = [f"{system.operands[item.denominator].label}为零"]
    return {
        "id": item.id,
        "group": item.group,
        "title": item.title,
        "unit": item.unit,
        "formula": item.formula,
        "source": item.source,
        "evidence": item.evidence,
        "evidence_label": EvidenceLevel(item.evidence).label,
        "of": item.of or None,
        "note": item.note,
        "values": [{"basis": b or None, "value": fixed_text(v, PLACES), "exact": exact_text(v)} for b, v in found],
        "operands": _operands(item, system, facts),
        "missing": missing,
        "thresholds": [
            {
                "stage": t.stage,
                "operator": t.operator,
                "value": t.value,
                "unit": t.unit,
                "evidence": t.evidence,
                "provision": t.provision,
                "comparison": [{"basis": b or None, "text": _compared(t, v)} for b, v in found],
            }
            for t in item.thresholds
        ],
    }


def reported_indicators(system: IndicatorSet, facts: Facts) -> dict[str, Any]:
    """``{set, document, title, caution, indicators}``: every indicator of the system, with its value or what is missing for it."""
    return {
        "set": system.id,
        "document": system.document,
        "title": system.title,
        "caution": system.caution,
        "indicators": [_indicator(item, system, facts) for item in system.indicators],
    }


def evidence_of(systems: Sequence[IndicatorSet]) -> dict[str, str]:
    """Evidence level by provision, for the list of what a result rests on."""
    return {i.source: i.evidence for s in systems for i in s.indicators} | {
        t.provision: t.evidence for s in systems for i in s.indicators for t in i.thresholds
    }
