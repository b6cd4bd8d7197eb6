"""Formulas of process emissions as data: reached by carrier or by name, honest about what has no default, one row one formula."""

from __future__ import annotations

import shutil
from dataclasses import replace
from fractions import Fraction

import pytest

from app.accounting import calculate
from app.accounting.expression import read_expression
from app.accounting.report import run_to_json
from app.corpus.factors import check_factors, load_factor_library
from app.corpus.paths import corpus_root
from app.domain.errors import CalculationRefused

LIBRARY = load_factor_library()


def run(carrier: str, quantity: str = "10", unit: str = "t", *, options=None, **params):
    activity = {"id": "a1", "carrier": carrier, "quantity": quantity, "unit": unit, "direction": "in", "params": params}
    return calculate({"edition": "any", "factor_set": "A", "year": 2025, "options": options or {}, "activities": [activity]}, LIBRARY)


def refusal(*args, **kwargs) -> CalculationRefused:
    with pytest.raises(CalculationRefused) as caught:
        run(*args, **kwargs)
    return caught.value


def test_arithmetic_is_read_and_nothing_else():
    expression = read_expression("-a * (b + 0.5) / 4 - c")
    assert expression.names == ("a", "b", "c")
    assert expression.value({"a": Fraction(2), "b": Fraction(1), "c": Fraction(1, 3)}) == Fraction(-13, 12)
    for wrong in ("a ** 2", "f(a)", "a if b else c", "a <", "'x'", "a.b", "1e400j"):
        with pytest.raises(ValueError):
            read_expression(wrong)


@pytest.mark.parametrize("formula", LIBRARY.process_formulas.values(), ids=lambda f: f.id)
def test_every_formula_is_linear_in_its_quantity(formula):
    """Twice the quantity is twice the emission: what recipes rest on."""
    if not formula.quantity:
        return
    others = {o.name: Fraction(n + 2, 7) for n, o in enumerate((*formula.operands, *(o for g in formula.gases for o in g.operands)))}
    for expression in (*([formula.co2] if formula.co2 else []), *(g.expression for g in formula.gases)):
        one, two = (expression.value({**others, formula.quantity: Fraction(n)}) for n in (1, 2))
        assert two == 2 * one != 0


def test_a_deduction_is_a_negative_line_and_says_its_row():
    line = run("水泥替代原料 赤泥").lines[0]
    assert (line.category, line.tco2) == ("process", Fraction("-0.55"))
    assert line.factor_ids == ("PROC/水泥/非碳酸盐替代原料·扣减/市政污泥·铝渣·硫酸渣·铜渣·铅锌渣·粉煤灰·赤泥",)
    assert "赤泥 的扣减系数取因子表的默认值 0.055 tCO2/t" in line.why


def test_the_material_may_stand_after_the_carrier_or_in_the_parameters():
    assert run("水泥熟料 白色硅酸盐水泥熟料").total_tco2 == run("水泥熟料", material="白色硅酸盐水泥熟料").total_tco2 == Fraction("5.5")
    assert "熟料品种" in refusal("水泥熟料").message
    unknown = refusal("水泥熟料", material="硫酸盐熟料")
    assert unknown.id == "factor_not_found"
    assert "硅酸盐水泥熟料" in unknown.fix


def test_brackets_and_subscripts_in_a_material():
    assert run("水泥熟料 硫(铁)铝酸盐水泥熟料").total_tco2 == Fraction("4.13")
    assert run("玻璃碳酸盐 CaMg(CO₃)₂", variables={"F": "100"}).total_tco2 == Fraction("4.77")


def test_measured_values_win_and_are_named_as_the_activitys_own():
    default = run("脱硫剂 CaCO3")
    own = run("脱硫剂 CaCO3", variables={"I": "95"})
    assert default.total_tco2 == Fraction("3.96")
    assert own.total_tco2 == Fraction("4.18")
    assert [o.source for o in own.lines[0].operands if o.name.startswith("脱硫剂中")] == ["params:variables.I"]
    assert "PROC/脱硫/烟气脱硫/I·默认值" not in own.lines[0].factor_ids
    assert refusal("脱硫剂 CaCO3", variables={"I": "101"}).id == "invalid_number"


def test_gases_stay_out_of_the_co2_total():
    output = run_to_json(run("电子特气 NF3", "100", "kg", options={"gwp_report": "AR5"}))
    assert (output["total_tco2"], output["total_tco2e"]) == ("0.000000", "52.224570")
    assert {f["id"] for f in output["factors"]} >= {"GWP/AR5/NF3", "GWP/AR5/CF4", "PROC/电子·光伏电池·CVD·面板/刻蚀与·CVD·腔室清洗/h·容器残余率"}


@pytest.mark.parametrize("gas", ["C4F6", "c-C4F8O", "C5F8", "CH2F2", "CH3F"])
def test_a_blank_of_the_source_is_not_filled(gas):
    refused = refusal(f"电子特气 {gas}", options={"gwp_report": "AR5"})
    assert (refused.id, "利用率 U" in refused.message) == ("missing_parameter", True)


@pytest.mark.parametrize("gas", ["C4F6", "C5F8"])
def test_a_gas_without_a_potential_is_refused_by_name(gas):
    refused = refusal(f"电子特气 {gas}", options={"gwp_report": "AR5"}, variables={"U": "60", "a": "90", "d": "90"})
    assert (refused.id, gas in refused.message) == ("factor_not_found", True)


def test_a_by_product_the_activity_measured():
    got = run("电子特气 SF6", "1", "t", options={"gwp_report": "AR5"}, variables={"B.CF4": "0.01"}).lines[0].gases
    assert got["CF4"] == Fraction("0.9") * Fraction("0.01") * Fraction("0.19")


def test_a_balance_wants_each_of_its_parts():
    refused = refusal("过程排放", "1", "项", formula="welding_co2", variables={"P_CO2": "100", "opening": "1", "purchased": "5"})
    assert (refused.id, "closing、sold" in refused.message) == ("missing_parameter", True)
    other = refusal("CO2保护焊", "1", "t", variables={"P_CO2": "80"}, other_gases=[{"gas": "Ar", "volume_pct": "20"}])
    assert (other.id, "molar_mass" in other.message) == ("missing_parameter", True)


def test_a_wrong_unit_is_refused():
    assert refusal("水泥熟料 硅酸盐水泥熟料", "10", "kWh").id == "unit_dimension_mismatch"


def test_ten_thousand_welding_bills_share_their_recipe():
    whole = run("CO2保护焊", "30", "t", variables={"P_CO2": "100"})
    parts = [
        {"id": f"a{n}", "carrier": "CO2保护焊", "quantity": "10", "unit": "t", "params": {"variables": {"P_CO2": "100"}}} for n in range(3)
    ]
    split = calculate({"edition": "any", "factor_set": "A", "year": 2025, "activities": parts}, LIBRARY)
    assert split.total_tco2 == whole.total_tco2


@pytest.fixture
def corpus(tmp_path):
    for folder in ("factors", "formulas", "gwp", "schema"):
        shutil.copytree(corpus_root() / folder, tmp_path / folder)
    return tmp_path


def spoiled(corpus, old: str, new: str) -> set[str]:
    path = corpus / "formulas" / "process.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return {f.id for f in check_factors(corpus)}


def test_the_check_finds_an_undeclared_name(corpus):
    assert spoiled(corpus, 'co2 = "Q * C * 44 / 12"', 'co2 = "Q * C * OF * 44 / 12"') == {"formula-name"}


def test_the_check_finds_a_row_that_does_not_exist(corpus):
    assert "formula-row" in spoiled(corpus, "PROC/平板玻璃/碳粉氧化/含碳率", "PROC/平板玻璃/碳粉氧化/含碳量")


def test_the_check_finds_a_row_without_formula_or_reason(corpus):
    assert spoiled(corpus, 'row = "PROC/铝/炭阳极/0.411·0.4"', 'row = "PROC/铝/炭阳极"') == {"formula-missing"}


def test_a_changed_formula_changes_the_digest_of_the_library(corpus):
    spoiled(corpus, 'co2 = "Q * C * 44 / 12"', 'co2 = "Q * C * 44 / 13"')
    assert load_factor_library(corpus).digest != LIBRARY.digest


def test_a_library_without_formulas_still_says_what_is_missing():
    bare = replace(LIBRARY, process_formulas={})
    with pytest.raises(CalculationRefused) as caught:
        calculate({"edition": "any", "activities": [{"id": "a", "carrier": "过程排放", "quantity": "1", "unit": "项", "params": {"formula": "x"}}]}, bare)
    assert caught.value.id == "missing_parameter"
