"""Every vector to the last digit: the published development set and our own, derived by a script of other arithmetic."""

from __future__ import annotations

import runpy
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from app.accounting import calculate
from app.accounting.allocate import decimal_share
from app.accounting.compare import compare_runs
from app.accounting.report import run_to_json
from app.corpus.factors import load_factor_library
from app.domain.errors import CalculationRefused
from evals.accounting import DATASET, compare, load_vectors, run

OWN = Path(__file__).parent / "accounting" / "vectors.yaml"
DERIVE = Path(__file__).parent / "accounting" / "derive.py"
DEV_VECTORS = load_vectors(DATASET)
OWN_VECTORS = load_vectors(OWN)


@pytest.mark.parametrize("vector", DEV_VECTORS, ids=lambda v: v["id"])
def test_dev_vector(vector):
    assert compare(vector, load_factor_library()) == []


@pytest.mark.parametrize("vector", OWN_VECTORS, ids=lambda v: v["id"])
def test_own_vector(vector):
    assert compare(vector, load_factor_library()) == []


def test_own_vectors_are_what_the_script_derives(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(DERIVE.parent), *sys.path])
    derived = runpy.run_path(str(DERIVE), run_name="derived")["dump"]()
    assert derived == OWN.read_text(encoding="utf-8")


def test_the_script_does_not_lean_on_the_product():
    for path in DERIVE.parent.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for borrowed in ("import app", "from app", "fractions import", "import fractions"):
            assert borrowed not in text, (path.name, borrowed)


@pytest.mark.parametrize("vector", DEV_VECTORS + OWN_VECTORS, ids=lambda v: v["id"])
def test_reversed_activities_change_no_total(vector):
    library = load_factor_library()
    backwards = {**vector["inputs"], "activities": vector["inputs"]["activities"][::-1]}
    try:
        forward = run_to_json(calculate(vector["inputs"], library))
    except CalculationRefused:
        with pytest.raises(CalculationRefused):
            calculate(backwards, library)
        return
    again = run_to_json(calculate(backwards, library))
    for key in ("total_exact", "total_tco2e", "subtotals_exact", "indicators", "warnings", "factors", "lookups"):
        assert again.get(key) == forward.get(key), key


def test_eval_counts_every_vector_once():
    result = run()
    assert (result["total"], result["passed"], result["mismatches"]) == (58, 58, [])
    assert sum(g["total"] for g in result["groups"].values()) == 58


def test_eval_reports_a_wrong_digit(tmp_path):
    text = DATASET.read_text(encoding="utf-8").replace("total_tco2: '2784.000000'", "total_tco2: '1'")
    text = text.replace("total_tco2: '0.530600'", "total_tco2: '0.530601'")
    changed = tmp_path / "changed.yaml"
    changed.write_text(text, encoding="utf-8")
    result = run(changed)
    assert {m["id"] for m in result["mismatches"]} == {"DEV-M03", "DEV-M04"}
    assert result["passed"] == 56


def by_id(id):
    return next(v for v in OWN_VECTORS if v["id"] == id)


def test_a_correction_leaves_the_old_run_and_moves_one_line():
    library = load_factor_library()
    before, after = by_id("G-C10"), by_id("G-C11")
    kept = run_to_json(calculate(before["inputs"], library))
    comparison = compare_runs(kept, run_to_json(calculate(after["inputs"], library)))
    assert compare(before, library) == []
    assert [c.activity for c in comparison.lines] == ["a1"]
    assert (comparison.unchanged, comparison.unexplained) == (1, 0)
    told = Fraction(after["expected"]["total_exact"]) - Fraction(before["expected"]["total_exact"])
    assert comparison.difference == comparison.lines[0].difference == told


def test_a_bill_cut_at_the_year_end_is_shared_as_the_vector_says():
    shares = [Fraction(a["quantity"]) for a in by_id("G-C03")["inputs"]["activities"]]
    assert shares == [decimal_share(Fraction(1000), 0, 16, 31), decimal_share(Fraction(1000), 16, 31, 31)]
