"""Random falsifications are caught, untouched documents are not accused."""

from __future__ import annotations

import random
import sys
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden" / "drafting"))

import sample_factory as sample

from app.domain.carrier import Carrier, Direction
from app.domain.run import CalculationRun, EmissionLine
from app.domain.verdict import EligibilityReport, Verdict, VerdictOperand
from app.drafting.compose import compose_draft
from app.drafting.facts import collect_facts
from app.drafting.guard import check_draft
from app.drafting.html import render_html
from app.drafting.source import DraftSource, LedgerEntry
from app.drafting.verify import verify_docx
from app.drafting.word import write_docx
from evals.drafting_mutations import MUTATIONS, Parts

SEED = 20261124
COUNT = 360


def test_random_falsifications_are_caught():
    source = sample.source()
    facts = collect_facts(source)
    parts = Parts(write_docx(compose_draft(sample.form(), source)))
    rng = random.Random(SEED)
    made, missed = Counter(), []
    turn = 0
    while made.total() < COUNT:
        mutation = MUTATIONS[turn % len(MUTATIONS)]
        turn += 1
        changed = parts.changed(rng, mutation)
        if changed is None:
            continue
        made[mutation.__name__] += 1
        if verify_docx(changed[0], facts=facts, policies=source.policies).ok:
            missed.append((mutation.__name__, changed[1]))
    assert len(made) == len(MUTATIONS)
    assert len(missed) <= made.total() * 0.005, missed


#: Characters that names, reasons and file names have been seen to hold, and some that only an attacker would send.
ALPHABET = "甲乙一二三百千万亿第项年台级％%‰.,，。；-−＋+5０７9½②Ⅳ₂㎡ \t\n\u00a0\u3000\u200b\u202e\ufeff\u0001\ud800\uffff￼<&>'\"{}[]|:#~/\\é😀第"


def text(rng: random.Random, longest: int = 24) -> str:
    return "".join(rng.choice(ALPHABET) for _ in range(rng.randint(1, longest)))


def hostile_source(rng: random.Random) -> DraftSource:
    """A factory with hostile names, any carriers, any signs, and verdicts with free text."""
    records = []
    for n in range(rng.randint(0, 5)):
        month = rng.randint(1, 12)
        records.append(
            LedgerEntry(
                record_id=f"r{n}-{text(rng)}",
                carrier=rng.choice(list(Carrier)),
                direction=rng.choice(list(Direction)),
                quantity=rng.choice(("0", "0.0005", "12", "-3.5", "98765432.125")),
                unit=rng.choice(("kWh", "t", "Nm3", "GJ", "L")),
                period_start=f"2025-{month:02d}-01",
                period_end=f"2025-{month:02d}-28",
                document_sha256=sample.digest(f"{n % 2}"),
                filename=text(rng),
                page=rng.choice((None, 1, 37)),
            )
        )
    lines = tuple(
        EmissionLine(
            activity=f"{n}{text(rng, 60)}",
            category=rng.choice(("fuel_combustion", "process", "electricity_in", "heat_in", "outside_boundary")),
            carrier=text(rng),
            direction="in",
            quantity=rng.choice(("1", "1/3", text(rng))),
            unit=rng.choice(("t", "10^4Nm3", "")),
            tco2=Fraction(rng.randint(-10_000, 10_000_000), rng.randint(1, 10_000)),
            formula_id="f",
            formula="",
            clause="",
            label=rng.choice(("", text(rng))),
        )
        for n in range(rng.randint(0, 3))
    )
    subtotals: dict[str, Fraction] = {}
    for line in lines:
        subtotals[line.category] = subtotals.get(line.category, Fraction(0)) + line.tco2
    run = CalculationRun(
        run_id="run-x",
        inputs_hash="0",
        engine="1",
        edition=text(rng),
        factor_set=text(rng),
        year=2025,
        lines=lines,
        subtotals=subtotals,
        total_tco2=sum(subtotals.values(), Fraction(0)),
        caveats=tuple(text(rng) for _ in range(rng.randint(0, 2))),
    )
    criteria = tuple(
        replace(
            criterion,
            id=f"{n}{text(rng, 70)}",
            verdict=rng.choice(list(Verdict)),
            title=text(rng),
            reason=text(rng),
            next_step=rng.choice(("", text(rng))),
            missing=tuple(text(rng) for _ in range(rng.randint(0, 2))),
            clause=rng.choice((criterion.clause, "没有的文件/一", "")),
            operands=(
                VerdictOperand(
                    name=text(rng), label=text(rng), value=rng.choice((None, "", "5", text(rng))), unit=text(rng)
                ),
            ),
        )
        for n, criterion in enumerate(sample.verdicts().criteria)
    )
    reduction = rng.choice(("12.5", text(rng)))
    profile = replace(
        sample.profile(),
        name=text(rng),
        industry=text(rng),
        output_quantity=text(rng),
        output_unit=text(rng),
        extra={
            "measures": [{"path": "source", "name": text(rng), "reduction_tco2": reduction}],
            "organisation": {"leader": text(rng)},
            text(rng): {text(rng): [text(rng)]},
        },
    )
    return sample.source(
        profile=profile,
        run=rng.choice((None, run, run)),
        records=tuple(records),
        verdicts=EligibilityReport(project="p", run_id="run-x", ruleset=text(rng), criteria=criteria),
        documents=(),
    )


@pytest.mark.parametrize("seed", range(40))
def test_no_factory_is_refused_or_accused(seed):
    source = hostile_source(random.Random(seed))
    draft = compose_draft(sample.form(), source)
    assert check_draft(draft, source.policies) == ()
    report = verify_docx(write_docx(draft), facts=collect_facts(source), policies=source.policies)
    assert [f.message for f in report.findings] == []
    assert report.numbers_total == report.numbers_traced
    etree.fromstring(render_html(draft))
