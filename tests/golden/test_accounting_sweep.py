"""Every row of every table through the core: what the row says, or the refusal it deserves (accounting_sweep/sweep.py)."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "accounting_sweep"))

from sweep import PARTS, cases

from app.accounting import calculate
from app.accounting.report import run_to_json
from app.corpus.factors import load_factor_library
from app.domain.errors import CalculationRefused

FEWEST = {"fuels": 180, "grid": 124, "potentials": 90, "process": 58, "electronics": 12, "standard_coal": 24, "saturated": 209, "superheated": 580}


def got(inputs, key):
    try:
        value = run_to_json(calculate(inputs, load_factor_library()))
    except CalculationRefused as error:
        return "refused", error.id
    for name in key.split(".") if key != "refused" else ():
        value = value[name]
    return key, value


@pytest.mark.parametrize("part", [p.__name__ for p in PARTS])
def test_every_row(part):
    wrong = [(name, got(inputs, key), (key, wanted)) for own, (name, inputs, key, wanted) in cases() if own == part and got(inputs, key) != (key, wanted)]
    assert wrong == []


def test_no_table_was_forgotten():
    counted = Counter(part for part, _ in cases())
    assert {part: counted[part] >= least for part, least in FEWEST.items()} == dict.fromkeys(FEWEST, True), counted


def test_the_sweep_does_not_lean_on_the_product():
    source = (Path(__file__).parent / "accounting_sweep" / "sweep.py").read_text(encoding="utf-8")
    assert "import app" not in source
    assert "from app" not in source
