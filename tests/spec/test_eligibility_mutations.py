"""Every threshold, operator, level, name and condition of every rule is pinned: changing one fails at least one case."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "eligibility"))
from case_builder import Case, build_inputs, load_cases

from app.corpus.rules import load_ruleset
from app.domain.clause import EvidenceLevel
from app.eligibility import Rule, RuleSet, evaluate
from app.eligibility.expression import Node
from app.eligibility.facts import build_fact_sheet
from app.eligibility.values import FactSheet

RULESET = load_ruleset()
RULES = {rule.id: rule for scheme in RULESET.schemes.values() for rule in scheme.rules}
NUDGE = Fraction(1, 25)
FLIPPED = {">=": ("<=", ">", "<"), "<=": (">=", "<", ">"), "==": ("!=", ">=", "<="), "increasing": ("decreasing",), "decreasing": ("increasing",), "all": ("any",), "any": ("all",)}


@cache
def cases_of(rule_id: str) -> tuple[tuple[Case, FactSheet], ...]:
    out = []
    for case in load_cases():
        if case.rule == rule_id:
            inputs = build_inputs(case.row)
            out.append((case, build_fact_sheet(inputs.profile, inputs.run, inputs.documents)))
    return tuple(out)


def fails_a_case(rule: Rule) -> bool:
    """Whether a changed rule no longer satisfies its table."""
    scheme = replace(RULESET.schemes[rule.scheme], rules=(rule,))
    changed: RuleSet = replace(RULESET, schemes={rule.scheme: scheme})
    for case, sheet in cases_of(rule.id):
        (criterion,) = evaluate(changed, sheet, project="p1", run_id=None, schemes=[rule.scheme]).criteria
        if criterion.verdict.value != case.expect or any(words not in criterion.reason for words in case.says):
            return True
    return False


def node_mutants(node: Node) -> Iterator[Node]:
    yield Node(kind="not", children=(node,))
    if node.kind in ("and", "or"):
        yield replace(node, kind="or" if node.kind == "and" else "and")
        for at in range(len(node.children)):
            yield replace(node, children=node.children[:at] + node.children[at + 1 :])
    for at, child in enumerate(node.children):
        for mutant in node_mutants(child):
            yield replace(node, children=(*node.children[:at], mutant, *node.children[at + 1 :]))
    if node.kind == "compare":
        for literal in node.literals:
            if isinstance(literal, bool):
                yield replace(node, literals=(not literal,))
            elif isinstance(literal, Fraction):
                yield replace(node, literals=(literal + 1,))
                yield replace(node, literals=(literal - 1,))
            else:
                yield replace(node, literals=(literal + "乙",))


def mutants(rule: Rule) -> Iterator[tuple[str, Rule]]:
    check = rule.check

    def changed(what: str, **parts: object) -> tuple[str, Rule]:
        return what, replace(rule, check=replace(check, **parts))  # type: ignore[arg-type]

    for operator in FLIPPED.get(check.operator, ()):
        if check.kind == "includes" and len(check.wanted) == 1:
            continue  # all of one name and any of one name are the same thing
        yield changed(f"operator {operator}", operator=operator)
    if isinstance(check.threshold, Fraction):
        yield changed("threshold up", threshold=check.threshold + NUDGE)
        yield changed("threshold down", threshold=check.threshold - NUDGE)
    if check.kind == "date":
        day = date.fromisoformat(str(check.threshold))
        yield changed("date later", threshold=(day + timedelta(days=1)).isoformat())
        yield changed("date earlier", threshold=(day - timedelta(days=1)).isoformat())
    for year, value in check.by_year.items():
        yield changed(f"{year} up", by_year={**check.by_year, year: value + NUDGE})
        yield changed(f"{year} down", by_year={**check.by_year, year: value - NUDGE})
    for name in ("accept", "reject", "wanted"):
        values = getattr(check, name)
        for value in values:
            rest = tuple(v for v in values if v != value)
            covered = check.match == "prefix" and any(value.startswith(v) for v in rest)
            if rest and not covered:
                yield changed(f"{name} without {value}", **{name: rest})
    if check.kind == "trend":
        yield changed("window longer", window=check.window + 1)
        if check.window > 2:
            yield changed("window shorter", window=check.window - 1)
    if check.node is not None:
        for number, node in enumerate(node_mutants(check.node)):
            yield changed(f"expression {number}", node=node)
    if check.match != "exact":
        yield changed("match exact", match="exact")
    if rule.applies_node is not None:
        yield "applies to all", replace(rule, applies_node=None, applies_if="")
        for number, node in enumerate(node_mutants(rule.applies_node)):
            yield f"applies {number}", replace(rule, applies_node=node)
    other = EvidenceLevel.NEWS if rule.evidence.decidable else EvidenceLevel.OFFICIAL
    yield "evidence", replace(rule, evidence=other)


@pytest.mark.parametrize("rule_id", list(RULES))
def test_changing_any_part_of_a_rule_fails_a_case(rule_id: str) -> None:
    rule = RULES[rule_id]
    assert not fails_a_case(rule)
    assert [what for what, mutant in mutants(rule) if not fails_a_case(mutant)] == []


def test_the_number_of_mutants_is_what_it_should_be() -> None:
    assert sum(1 for rule in RULES.values() for _ in mutants(rule)) > 400
