"""Two runs side by side: the differences of the lines are the difference of the totals, and each says why."""

from __future__ import annotations

import copy
import json
from fractions import Fraction

import pytest

from app.accounting import calculate
from app.accounting.compare import compare_runs, comparison_text, comparison_to_json
from app.accounting.report import run_to_json
from app.corpus.factors import load_factor_library

LIBRARY = load_factor_library()


def power(id, quantity, unit="MWh", **params):
    return {"id": id, "carrier": "电力", "quantity": quantity, "unit": unit, "direction": "in", "params": {"supply": "grid", **params}}


def fuel(id, quantity, carrier="柴油", unit="t", **params):
    return {"id": id, "carrier": carrier, "quantity": quantity, "unit": unit, "direction": "in", "params": params}


def inputs(*rows, grid_year=2023, **more):
    basis = {"data_year": grid_year, "level": "national", "region": "全国", "basis": "average"}
    return {"edition": "GB/T 32151.34-2024", "factor_set": "A", "year": 2025, "grid_basis": basis, "activities": list(rows), **more}


def run(given):
    return run_to_json(calculate(given, LIBRARY))


def compare(before, after, **more):
    return compare_runs(run(before), run(after), before_inputs=before, after_inputs=after, **more)


def kinds(change):
    return [c.kind for c in change.causes]


def test_a_run_equals_itself():
    given = inputs(power("a", "5"), fuel("b", "2"))
    got = compare(given, given)
    assert (got.lines, got.settings, got.unchanged, got.difference, got.unexplained) == ((), (), 2, 0, 0)


def test_a_corrected_quantity_changes_one_line_and_leaves_the_old_run_alone():
    before = inputs(power("a", "5"), fuel("b", "2"))
    kept = run(before)
    copied = copy.deepcopy(kept)
    after = inputs(power("a2", "4"), fuel("b", "2"))
    got = compare_runs(kept, run(after), replaced={"a2": "a"})
    assert kept == copied
    (change,) = got.lines
    assert (change.activity, change.change, kinds(change), got.unchanged) == ("a2", "changed", ["quantity"], 1)
    assert change.why == "数量由 5 改为 4"
    assert change.difference == got.difference == Fraction("-0.5306")
    assert (change.by_quantity, change.by_rate) == (Fraction("-0.5306"), 0)


def test_without_the_correction_named_it_is_one_removed_and_one_added():
    got = compare(inputs(power("a", "5")), inputs(power("a2", "4")))
    assert [(c.activity, c.change, c.difference) for c in got.lines] == [
        ("a", "removed", Fraction("-2.653")),
        ("a2", "added", Fraction("2.1224")),
    ]
    assert (got.unexplained, got.lines[0].after, got.lines[1].before) == (0, None, None)
    assert "只在旧的核算中（电力 5 MWh）" in got.lines[0].why


def test_the_factor_of_another_year():
    got = compare(inputs(power("a", "5"), grid_year=2022), inputs(power("a", "6"), grid_year=2023))
    (change,) = got.lines
    assert kinds(change) == ["quantity", "factor_year"]
    assert "因子年份由 2022 改为 2023（0.5366 kgCO2/kWh → 0.5306 kgCO2/kWh）" in change.why
    assert change.by_quantity == Fraction("0.5366")
    assert change.by_rate == 6 * (Fraction("0.5306") - Fraction("0.5366"))
    assert change.by_quantity + change.by_rate == change.difference
    (setting,) = got.settings
    assert setting.text.startswith("电网因子口径由 ")
    assert "data_year=2022" in setting.before


def test_another_edition_and_another_factor_set():
    before = inputs(fuel("a", "10"), edition="GB/T 32150-2015", factor_set="B")
    got = compare(before, inputs(fuel("a", "10")))
    assert [c.text for c in got.settings] == [
        "标准版本由 GB/T 32150-2015 改为 GB/T 32151.34-2024",
        "燃料默认集由 B 改为 A",
    ]
    (change,) = got.lines
    assert kinds(change) == ["factor"]
    assert (change.by_quantity, change.difference) == (0, got.difference)


def test_an_option_and_a_supply_path():
    green = power("g", "3") | {"params": {"supply": "gec", "proof": ["gec"]}}
    before, after = (inputs(green, options={"gec_zero_factor": zero}) for zero in (False, True))
    got = compare(before, after)
    assert [c.text for c in got.settings] == ["选项 gec_zero_factor 由 False 改为 True"]
    (change,) = got.lines
    assert kinds(change) == ["category", "formula", "factor"]
    assert change.difference == Fraction("-1.5918")


def test_parameters_units_periods_and_the_boundary():
    got = compare(
        inputs(fuel("d", "100", unit="L", density_kg_per_l="0.84"), power("p", "1000", "kWh"), power("b", "7"), power("t", "1")),
        inputs(
            fuel("d", "100", unit="L", density_kg_per_l="0.85"),
            power("p", "1", "MWh"),
            power("b", "7", in_boundary=False),
            power("t", "1", period="2025-02"),
        ),
    )
    by_id = {c.activity: c for c in got.lines}
    assert kinds(by_id["d"]) == ["parameter"]
    assert by_id["d"].why == "参数“密度”由 0.84 改为 0.85"
    assert kinds(by_id["p"]) == ["unit", "quantity"]
    assert by_id["p"].difference == 0
    assert (kinds(by_id["b"]), by_id["b"].difference) == (["category"], Fraction("-3.7142"))
    assert (kinds(by_id["t"]), by_id["t"].difference) == (["period", "period"], 0)
    assert got.unexplained == 0
    assert got.difference == sum(c.difference for c in got.lines)


def test_a_factor_of_its_own_does_not_change_with_the_name_of_its_line():
    ef = {"value": "0.6", "unit": "tCO2/MWh"}
    got = compare(inputs(power("a", "5", ef=ef)), inputs(power("a2", "5", ef=ef)), replaced={"a2": "a"})
    assert (got.lines, got.unchanged) == ((), 1)
    changed = compare(
        inputs(power("a", "5", ef=ef)), inputs(power("a2", "5", ef={**ef, "value": "0.5"})), replaced={"a2": "a"}
    )
    assert kinds(changed.lines[0]) == ["factor_value", "parameter"]


def test_quantities_that_cannot_be_compared_have_no_effects():
    got = compare(inputs(power("a", "0")), inputs(power("a", "2")))
    assert (got.lines[0].by_quantity, got.lines[0].by_rate, got.lines[0].difference) == (None, None, Fraction("1.0612"))


def test_an_altered_run_does_not_add_up():
    before = run(inputs(power("a", "5")))
    forged = {**before, "total_exact": "3"}
    got = compare_runs(before, forged)
    assert got.unexplained == got.difference == Fraction("0.347")
    assert "可能被改动" in comparison_text(comparison_to_json(got))


@pytest.mark.parametrize("as_text", [False, True])
def test_what_a_reader_and_a_program_get(as_text):
    got = comparison_to_json(compare(inputs(power("a", "5"), fuel("b", "2")), inputs(power("a", "4"), power("c", "1"))))
    if as_text:
        text = comparison_text(got)
        for part in ("改变 a：2.653000 → 2.122400（-0.530600 tCO2）数量由 5 改为 4", "删去 b：6.191819 → —", "新增 c：— → 0.530600"):
            assert part in text
        return
    json.dumps(got)
    assert got["unexplained"] == "0"
    assert sum(Fraction(line["difference_exact"]) for line in got["lines"]) == Fraction(got["difference_exact"])
    assert [line["change"] for line in got["lines"]] == ["changed", "removed", "added"]
    assert got["lines"][0]["before"]["tco2"] == "2.653000"
    assert got["before"]["edition"] == "GB/T 32151.34-2024"
