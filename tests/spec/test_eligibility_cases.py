"""Specification of eligibility by tables: facts in, verdict with clause out, one row a case."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "eligibility"))
from case_builder import Case, build_inputs, load_cases

from app.corpus.documents import find_clause, load_documents
from app.corpus.rules import load_ruleset
from app.domain.verdict import CriterionVerdict, Verdict
from app.eligibility import RuleSet, evaluate
from app.eligibility.facts import build_fact_sheet

CASES = load_cases()
RULESET = load_ruleset()
RULES = {rule.id: rule for scheme in RULESET.schemes.values() for rule in scheme.rules}
UNDECIDED = Verdict.INSUFFICIENT_EVIDENCE.value


def verdict_of(case: Case, ruleset: RuleSet = RULESET) -> CriterionVerdict:
    inputs = build_inputs(case.row)
    sheet = build_fact_sheet(inputs.profile, inputs.run, inputs.documents)
    run_id = inputs.run.run_id if inputs.run else None
    report = evaluate(ruleset, sheet, project="p1", run_id=run_id, schemes=[RULES[case.rule].scheme])
    return next(c for c in report.criteria if c.id == case.rule)


@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{c.rule}-{c.name}" for n, c in enumerate(CASES)])
def test_facts_give_the_verdict_of_the_table(case: Case) -> None:
    criterion = verdict_of(case)
    assert criterion.verdict.value == case.expect, criterion.reason
    assert criterion.clause == case.clause
    assert criterion.clause in criterion.reason
    for words in case.says:
        assert words in criterion.reason
    if criterion.verdict in (Verdict.NOT_MET, Verdict.INSUFFICIENT_EVIDENCE):
        assert criterion.next_step
        assert criterion.proof
        assert criterion.supplier
    else:
        assert not criterion.missing
        assert not criterion.next_step


@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{c.rule}" for n, c in enumerate(CASES)])
def test_every_known_operand_has_one_source(case: Case) -> None:
    for operand in verdict_of(case).operands:
        sources = [s for s in (operand.run_line, operand.document, operand.declared) if s]
        assert len(sources) == (0 if operand.value is None else 1), operand
        assert operand.label


def test_tables_are_large_enough_and_name_real_rules() -> None:
    assert len(CASES) >= 120
    assert {case.rule for case in CASES} == set(RULES)


@pytest.mark.parametrize("rule_id", [rule.id for rule in RULES.values()])
def test_every_rule_has_a_case_for_each_possible_verdict(rule_id: str) -> None:
    rule = RULES[rule_id]
    seen = {case.expect for case in CASES if case.rule == rule_id}
    if not rule.evidence.decidable:
        assert seen <= {UNDECIDED, Verdict.NOT_APPLICABLE.value}
        return
    possible = {Verdict.MET.value, UNDECIDED}
    if rule.check.kind != "priority" and not (rule.check.kind == "level" and not rule.check.reject):
        possible.add(Verdict.NOT_MET.value)
    if rule.applies_if:
        possible.add(Verdict.NOT_APPLICABLE.value)
    assert possible <= seen


def test_every_clause_of_the_tables_is_in_the_corpus() -> None:
    documents = load_documents()
    assert [case.clause for case in CASES if find_clause(documents, case.clause) is None] == []


def test_unverified_evidence_never_decides() -> None:
    for case in CASES:
        if not RULES[case.rule].evidence.decidable:
            assert verdict_of(case).verdict not in (Verdict.MET, Verdict.NOT_MET)
