"""Every formula has a worked example whose paper arithmetic is what the core gives, and the manual shows exactly that."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from formula_cases import CASES, evaluate
from formula_manual import PAGE, every_formula, manual

from app.accounting import calculate
from app.accounting.report import run_to_json
from app.corpus.factors import load_factor_library
from app.domain.errors import CalculationRefused
from app.domain.number import exact_text

LIBRARY = load_factor_library()
FORMULAS = every_formula(LIBRARY)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.formula)
def test_the_paper_arithmetic_is_what_the_core_gives(case):
    line = run_to_json(calculate(case.full_inputs(), LIBRARY))["lines"][0]
    assert line["formula_id"] == case.formula
    assert line["exact"] == exact_text(evaluate(case.arithmetic))


@pytest.mark.parametrize("case", [c for c in CASES if c.gases], ids=lambda c: c.formula)
def test_the_paper_arithmetic_of_each_gas(case):
    run = calculate(case.full_inputs(), LIBRARY)
    assert {gas: exact_text(tonnes) for gas, tonnes in run.lines[0].gases.items()} == {
        gas: exact_text(evaluate(text)) for gas, text in case.gases.items()
    }
    assert run.total_tco2e is not None
    assert exact_text(run.total_tco2e) == exact_text(evaluate(case.co2e))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.formula)
def test_every_operand_and_factor_is_named(case):
    output = run_to_json(calculate(case.full_inputs(), LIBRARY))
    line = output["lines"][0]
    assert line["clause"]
    assert all(o["name"] and o["source"] for o in line["operands"])
    assert {f["id"] for f in output["factors"]} >= set(line["factors"])
    assert line["operands"][0]["source"] == "activity"


def test_every_formula_has_exactly_one_example():
    assert sorted(c.formula for c in CASES) == sorted(FORMULAS)


@pytest.mark.parametrize("case", [c for c in CASES if FORMULAS[c.formula].suspect_name], ids=lambda c: c.formula)
def test_a_reconstructed_formula_is_refused_unless_named(case):
    given = case.full_inputs()
    inputs = {**given, "options": {k: v for k, v in given["options"].items() if k != "allow_suspect"}}
    with pytest.raises(CalculationRefused) as caught:
        calculate(inputs, LIBRARY)
    assert caught.value.id == "suspect_factor"


def test_the_manual_is_what_is_generated():
    assert PAGE.read_text(encoding="utf-8") == manual()


def test_the_evaluator_knows_arithmetic_and_nothing_else():
    assert evaluate("1 ÷ 3 × (2 − 5) + 0.5") == Fraction(-1, 2)
    for wrong in ("__import__('os')", "2 ** 3", "a + 1"):
        with pytest.raises((ValueError, KeyError)):
            evaluate(wrong)
