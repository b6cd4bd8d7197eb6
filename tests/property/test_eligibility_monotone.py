"""Losing evidence never helps: over generated factories, taking things away only ever leads to 待补证 or 不适用.

The generator is seeded, so a failure is reproducible by its number."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import pytest

from app.corpus.rules import load_ruleset
from app.domain.verdict import CriterionVerdict, Verdict
from app.eligibility import evaluate
from app.eligibility.facts import build_fact_sheet
from app.eligibility.values import FactSheet
from evals.factories import Inputs, thinner
from evals.factories import random_inputs as generated_inputs

RULESET = load_ruleset()
SIZE = 1000
"""Generated factories: a hundred rules each, judged before and after two kinds of loss."""
SCHEMES = tuple(RULESET.schemes)
RETREATS = (Verdict.INSUFFICIENT_EVIDENCE, Verdict.NOT_APPLICABLE)


def random_inputs(seed: int) -> Inputs:
    return generated_inputs(seed, RULESET)


def sheet_of(inputs: Inputs) -> FactSheet:
    return build_fact_sheet(inputs.profile, inputs.run, inputs.documents)


def verdicts(sheet: FactSheet) -> dict[str, CriterionVerdict]:
    return {c.id: c for c in evaluate(RULESET, sheet, project="p", run_id=None, schemes=SCHEMES).criteria}


def assert_only_retreats(before: dict[str, CriterionVerdict], after: dict[str, CriterionVerdict], what: str) -> None:
    for rule_id, criterion in after.items():
        if criterion.verdict is not before[rule_id].verdict:
            assert criterion.verdict in RETREATS, f"{what}: {rule_id} {before[rule_id].verdict} -> {criterion.verdict}"


@cache
def generated() -> tuple[tuple[Inputs, FactSheet, dict[str, CriterionVerdict]], ...]:
    made = ((inputs, sheet_of(inputs)) for inputs in map(random_inputs, range(SIZE)))
    return tuple((inputs, sheet, verdicts(sheet)) for inputs, sheet in made)


def test_dropping_facts_from_the_sheet_never_helps() -> None:
    moved = 0
    for seed, (_, sheet, before) in enumerate(generated()):
        rng = random.Random(seed)
        dropped = [name for name in sheet.facts if rng.random() < 0.15]
        after = verdicts(sheet.without(*dropped))
        assert_only_retreats(before, after, f"seed {seed} without {dropped}")
        moved += sum(after[r].verdict is not before[r].verdict for r in after)
    assert moved > 2 * SIZE


def test_dropping_entries_from_the_profile_never_makes_a_verdict_better() -> None:
    """A run supersedes a declared value, so without it a declared one may show; met may never appear where it was not."""
    for seed, (inputs, _, before) in enumerate(generated()):
        rng = random.Random(-seed - 1)
        less = thinner(inputs, rng)
        if inputs.run is not None and less.run is None:
            less = replace(less, run=inputs.run)
        assert_only_retreats(before, verdicts(sheet_of(less)), f"seed {seed}")


def test_nothing_is_met_without_a_run_a_document_or_the_head_of_the_profile() -> None:
    for inputs, _, _ in generated()[:250]:
        bare = replace(inputs, documents=(), run=None)
        met = [c.id for c in verdicts(sheet_of(bare)).values() if c.verdict is Verdict.MET]
        assert set(met) <= {"g13-sector-2027", "g13-sector-2030", "zj-sector"}


def test_every_met_requirement_rests_on_a_run_or_a_document() -> None:
    met = 0
    for _, _, found in generated():
        for criterion in found.values():
            if criterion.verdict is Verdict.MET and RULESET.facts[criterion.operands[-1].name].source != "profile":
                met += 1
                assert any(o.run_line or o.document for o in criterion.operands), criterion.id
    assert met > 4 * SIZE


def test_unverified_reports_never_decide_and_reports_repeat_to_the_byte() -> None:
    from app.eligibility.report import report_to_json

    for inputs, sheet, _ in generated()[:60]:
        report = evaluate(RULESET, sheet, project="p", run_id=None, schemes=SCHEMES)
        again = evaluate(RULESET, sheet_of(inputs), project="p", run_id=None, schemes=SCHEMES)
        assert repr(report_to_json(report)) == repr(report_to_json(again))
        for criterion in report.criteria:
            assert criterion.evidence.decidable or criterion.verdict in RETREATS


@pytest.mark.parametrize("block", range(SIZE // 100))
def test_the_generator_covers_all_four_verdicts(block: int) -> None:
    seen = {c.verdict for _, _, found in generated()[block * 100 : block * 100 + 100] for c in found.values()}
    assert seen == set(Verdict)
