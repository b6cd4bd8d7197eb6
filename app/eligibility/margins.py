"""How far a factory is from every number a rule names. A comparison, not a verdict: what may decide is the engine's business."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

from app.domain.clause import EvidenceLevel, Modality
from app.domain.number import exact_text
from app.eligibility.checks import threshold_for
from app.eligibility.expression import COMPARISONS, Lookup, Node
from app.eligibility.rule import Rule, RuleSet
from app.eligibility.values import FactSheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """One reading of one number of one rule. All numbers are exact text (a decimal, or ``p/q`` where it does not end).

    ``distance`` is what is left beyond the threshold on the good side: negative is missing, None is unknown. ``share`` is the
    distance as a part of the threshold. ``year`` is a milestone, ``current`` says that it is the one that counts for the
    reporting year. ``role`` is 门槛 or 适用条件."""

    criterion: str
    scheme: str
    title: str
    clause: str
    modality: Modality
    evidence: EvidenceLevel
    role: str
    operand: str
    label: str
    operator: str
    threshold: str
    unit: str
    value: str | None = None
    distance: str | None = None
    share: str | None = None
    reached: bool | None = None
    year: int | None = None
    current: bool = True


def margins(ruleset: RuleSet, facts: FactSheet, schemes: Sequence[str]) -> tuple[Margin, ...]:
    """Every numeric threshold of the schemes' rules, in rule order, each milestone and each alternative reading a row."""
    return tuple(
        margin
        for identifier in schemes
        for rule in ruleset.schemes[identifier].rules
        for margin in _of_rule(rule, facts, ruleset)
    )


def _of_rule(rule: Rule, facts: FactSheet, ruleset: RuleSet) -> Iterator[Margin]:
    lookup: Lookup = partial(facts.value, strict=False)
    check = rule.check
    if check.kind == "compare":
        milestone, _ = threshold_for(check, lookup)
        stages: list[tuple[int | None, Fraction]] = [*sorted(check.by_year.items())]
        if isinstance(check.threshold, Fraction):
            stages = [(None, check.threshold)]
        for year, threshold in stages:
            for name in check.operands:
                current = year is None or year == milestone
                yield _margin(rule, ruleset, "门槛", name, check.operator, threshold, check.unit, lookup(name), year, current)
    elif check.kind == "date" and isinstance(check.threshold, str):
        yield _days(rule, ruleset, check.operands[0], lookup(check.operands[0]))
    for role, node in (("门槛", check.node), ("适用条件", rule.applies_node)):
        for name, operator, number in _numeric(node):
            spec = ruleset.facts.get(name)
            unit = spec.unit if spec else ""
            yield _margin(rule, ruleset, role, name, operator, number, unit, lookup(name), None, True)


def _numeric(node: Node | None) -> Iterator[tuple[str, str, Fraction]]:
    """(fact, operator, number) of the comparisons of an expression with a number."""
    if node is None:
        return
    literal = node.literals[0] if node.kind == "compare" else None
    if isinstance(literal, Fraction):
        yield node.name, node.operator, literal
    for child in node.children:
        yield from _numeric(child)


def _margin(
    rule: Rule,
    ruleset: RuleSet,
    role: str,
    name: str,
    operator: str,
    threshold: Fraction,
    unit: str,
    value: object,
    year: int | None,
    current: bool,
) -> Margin:
    number = value if isinstance(value, Fraction) else None
    distance = None
    if number is not None:
        if operator in (">=", ">"):
            distance = number - threshold
        elif operator in ("<=", "<"):
            distance = threshold - number
        else:
            distance = -abs(number - threshold)
    return Margin(
        **_head(rule, ruleset, role, name),
        operator=operator,
        threshold=exact_text(threshold),
        unit=unit,
        value=None if number is None else exact_text(number),
        distance=None if distance is None else exact_text(distance),
        share=None if distance is None or not threshold else exact_text(distance / abs(threshold)),
        reached=None if number is None else COMPARISONS[operator](number, threshold),
        year=year,
        current=current,
    )


def _head(rule: Rule, ruleset: RuleSet, role: str, name: str) -> dict[str, Any]:
    return {
        "criterion": rule.id,
        "scheme": rule.scheme,
        "title": rule.title,
        "clause": rule.clause,
        "modality": rule.modality,
        "evidence": rule.evidence,
        "role": role,
        "operand": name,
        "label": ruleset.label(name),
    }


def _days(rule: Rule, ruleset: RuleSet, name: str, value: object) -> Margin:
    """A date threshold: the distance is in days."""
    check = rule.check
    last = date.fromisoformat(str(check.threshold))
    try:
        given = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        given = None
    days = None if given is None else (last - given).days * (1 if check.operator == "<=" else -1)
    return Margin(
        **_head(rule, ruleset, "门槛", name),
        operator=check.operator,
        threshold=str(check.threshold),
        unit="天",
        value=None if given is None else given.isoformat(),
        distance=None if days is None else str(days),
        reached=None if given is None else COMPARISONS[check.operator](given, last),
    )

