"""Activities that differ in their quantity alone share one recipe: the results are those of the formulas, the cost is linear."""

from __future__ import annotations

import cProfile
import gc
import pstats
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from app.accounting import calculate
from app.accounting.bulk import acyclic
from app.accounting.checks import check_years
from app.accounting.outcome import Setting
from app.accounting.reading import read_activity, read_inputs
from app.accounting.recipe import PASSIVE, make_recipe, recipe_key
from app.accounting.report import run_to_json
from app.accounting.run import _BY_FAMILY, _kinds
from app.accounting.suspects import Gate
from app.corpus.factors import load_factor_library
from app.domain.errors import CalculationRefused
from app.domain.number import exact_text
from evals.accounting import DATASET, load_vectors
from evals.bench.scenarios import activity_records, calculation_inputs

LIBRARY = load_factor_library()
OWN = Path(__file__).parents[1] / "golden" / "accounting" / "vectors.yaml"
COUNTED = [v for v in load_vectors(DATASET) + load_vectors(OWN) if not v["expected"].get("expected_refusal")]


def prepared(inputs):
    read = read_inputs(inputs)
    setting = Setting(inputs=read, library=LIBRARY, gate=Gate.from_option(read.options.get("allow_suspect")))
    return setting, _kinds(read.activities, LIBRARY)


@pytest.mark.parametrize("vector", COUNTED, ids=lambda v: v["id"])
def test_a_recipe_gives_what_the_formula_gives_for_the_whole_quantity(vector):
    setting, kinds = prepared(vector["inputs"])
    for raw in setting.inputs.activities:
        activity, kind = read_activity(raw), kinds[raw["id"]]
        formula = _BY_FAMILY[kind.family]
        direct = formula(activity, kind, setting)
        other = replace(activity, id="first", quantity=Fraction("7.25"))
        recipe = make_recipe(other, formula, kind, setting)
        assert recipe.tco2(activity.quantity) == direct.tco2
        assert recipe.operands_for(activity) == direct.operands
        assert recipe.factors_for(activity) == direct.factors
        assert recipe.ids_for(activity) == tuple(dict.fromkeys(f.id for f in direct.factors))
        assert recipe.why == "".join(direct.why)


def act(**more):
    row = {"id": "a", "carrier": "电力", "quantity": "1", "unit": "kWh", "direction": "in", "params": {}}
    return read_activity({**row, **more})


def test_parameters_that_say_when_and_for_whom_do_not_part_a_recipe():
    one = act(params={"supply": "grid", "period": "2025-01"})
    assert recipe_key(one) == recipe_key(act(id="b", quantity="9", params={"period": "2025-02", "supply": "grid"}))
    assert recipe_key(one) == recipe_key(act(params={"supply": "grid", **dict.fromkeys(PASSIVE, "x")}))


@pytest.mark.parametrize(
    "other",
    [
        {"carrier": "electricity"},
        {"unit": "度"},
        {"direction": "out"},
        {"params": {"x": 1}},
        {"params": {"x": True}},
        {"params": {"x": Decimal("1.0")}},
        {"params": {"x": ["1"]}},
        {"params": {"x": {"y": "1"}}},
        {"params": {"y": "1"}},
    ],
    ids=str,
)
def test_everything_a_formula_reads_parts_a_recipe(other):
    base = act(params={"x": "1"})
    assert recipe_key(base) != recipe_key(act(**{"params": {"x": "1"}, **other}))


def test_factors_an_activity_brings_are_named_after_it():
    ef = {"value": "0.5", "unit": "tCO2/MWh"}
    rows = [
        {"id": i, "carrier": "电力", "quantity": q, "unit": "MWh", "direction": "in", "params": {"supply": "grid", "ef": ef}}
        for i, q in (("a", "0"), ("b", "3"), ("c", "5"))
    ]
    run = calculate({"edition": "any", "factor_set": "explicit", "activities": rows}, LIBRARY)
    assert [f.id for f in run.factors] == ["USER/a/ef", "USER/b/ef", "USER/c/ef"]
    assert [line.factor_ids for line in run.lines] == [(f.id,) for f in run.factors]
    assert [line.operands[-1].source for line in run.lines] == [f.id for f in run.factors]
    assert [exact_text(line.tco2) for line in run.lines] == ["0", "1.5", "2.5"]


def test_a_refusal_names_the_first_activity_it_concerns():
    rows = [
        {"id": i, "carrier": "柴油", "quantity": "5", "unit": "L", "direction": "in", "params": p}
        for i, p in (("a", {"density_kg_per_l": "0.84"}), ("b", {}), ("c", {}))
    ]
    with pytest.raises(CalculationRefused) as caught:
        calculate({"edition": "any", "factor_set": "A", "activities": rows}, LIBRARY)
    assert (caught.value.id, caught.value.subject) == ("missing_parameter", "b")


def calls(records: int) -> int:
    """Function calls of the whole work: unlike seconds, the same on every machine."""
    made = activity_records(records)
    inputs = calculation_inputs(made)
    profile = cProfile.Profile()
    profile.enable()
    check_years(made, years=(2023, 2024, 2025))
    run_to_json(calculate(inputs, LIBRARY))
    profile.disable()
    return pstats.Stats(profile).total_calls


def test_four_times_the_records_are_four_times_the_work():
    small, large = calls(1000), calls(4000)
    assert large < 4.2 * small


def test_many_bills_of_one_month_are_one_finding():
    bills = [replace(r, period_start="2025-03-01", period_end="2025-03-31") for r in activity_records(400)[::50]]
    doubled = [f for f in check_years(bills, years=(2025,)) if f.id == "duplicate-bill"]
    assert len(doubled) == 1
    assert doubled[0].subjects == tuple(sorted(r.id for r in bills))
    assert " 8 条记录" in doubled[0].message


def test_the_collector_is_left_as_it_was():
    def refuse():
        assert not gc.isenabled()
        raise CalculationRefused("x", "x")

    for was_on in (True, False):
        (gc.enable if was_on else gc.disable)()
        with pytest.raises(CalculationRefused):
            acyclic(refuse)()
        assert gc.isenabled() is was_on
    gc.enable()
