"""The edges of single rules, each found by a fault that no other test noticed."""

from __future__ import annotations

from fractions import Fraction

import pytest

from app.accounting import calculate
from app.accounting.checks import check_records
from app.accounting.claims import certificates_of
from app.accounting.completeness import check_completeness
from app.accounting.controls import slip_text
from app.accounting.explanation import causes_of
from app.accounting.numbers import sum_of_texts
from app.accounting.projection import ReplaceActivity, project
from app.accounting.readings import Reading, check_readings
from app.accounting.report import run_to_json
from app.accounting.series import read_entries
from app.corpus.factors import load_factor_library
from app.domain.activity import ProposedRecord
from app.domain.carrier import Carrier, Direction
from app.domain.errors import CalculationRefused
from app.domain.period import Period

LIBRARY = load_factor_library()
GRID = {"data_year": 2023, "level": "national", "region": "全国", "basis": "average"}
RESIDUAL = {**GRID, "basis": "excl_market_nonfossil"}
STEAM = {"pressure_basis": "absolute", "heat_method": "minus_feedwater_83_74"}
TCE = {"电力_当量": "0.1229 kgce/kWh"}


def act(carrier, quantity="1", unit="t", direction="in", id="a1", **params):
    return {"id": id, "carrier": carrier, "quantity": quantity, "unit": unit, "direction": direction, "params": params}


def power(quantity="1", direction="in", id="a1", unit="MWh", **params):
    return act("电力", quantity, unit, direction, id, **params)


def run(*rows, **more):
    given = {"edition": "any", "factor_set": "A", "year": 2025, "grid_basis": GRID, "activities": list(rows), **more}
    return run_to_json(calculate(given, LIBRARY))


def refused(*rows, **more):
    with pytest.raises(CalculationRefused) as caught:
        run(*rows, **more)
    return caught.value


# steam and heat
def test_steam_by_temperature_alone_is_saturated_and_by_both_superheated():
    by_temperature = run(act("蒸汽", temperature_c="175", **STEAM))
    assert by_temperature["lookups"]["p_sat_mpa"]
    assert "未写明饱和或过热" in by_temperature["lines"][0]["why"]
    both = run(act("蒸汽", temperature_c="300", pressure_mpa="1", **STEAM))
    assert both["lookups"]["h_kj_per_kg"] == "3051.3"
    stated = run(act("蒸汽", pressure_mpa="0.8", steam_state="饱和", **STEAM))
    assert "未写明" not in stated["lines"][0]["why"]


def test_water_is_no_superheated_steam():
    error = refused(act("过热蒸汽", temperature_c="200", pressure_mpa="2", **STEAM))
    assert error.id == "steam_state_invalid"
    assert "不是过热状态（饱和温度" in error.message


def test_above_the_critical_pressure_the_critical_temperature_bounds_the_steam():
    assert run(act("过热蒸汽", temperature_c="460", pressure_mpa="25", **STEAM))["lookups"]["t_sat_c"] == "373.946"


def test_the_stated_temperature_may_differ_by_one_degree_from_saturation():
    fits = {**STEAM, "pressure_mpa": "0.8"}
    t_sat = Fraction(run(act("饱和蒸汽", **fits))["lookups"]["t_sat_c"])
    assert run(act("饱和蒸汽", temperature_c=str(float(t_sat + 1)), **fits))["lines"]
    assert refused(act("饱和蒸汽", temperature_c=str(float(t_sat + Fraction(11, 10))), **fits)).id == "steam_state_invalid"


@pytest.mark.parametrize("carrier", ["饱和蒸汽", "热水", "热力"])
def test_heat_by_its_own_factors_by_gas(carrier):
    given = {"ef_components": {"CO2": "110", "N2O": "0.001"}, "ef_components_unit": "kg/GJ"}
    result = run(act(carrier, "10", "GJ", **given), options={"gwp_report": "AR5"})
    assert (result["lines"][0]["category"], result["total_exact"]) == ("heat_in", "1.1")
    assert result["total_tco2e_exact"] == "1.10265"


def test_hot_water_of_the_reference_temperature_carries_nothing():
    hot = {"heat_method": "hot_water_20c"}
    assert run(act("热水", temperature_c="20", **hot))["total_exact"] == "0"
    assert refused(act("热水", temperature_c="19.9", **hot)).id == "steam_state_invalid"


def test_enthalpy_at_the_feedwater_is_no_steam():
    given = {"heat_method": "minus_feedwater_83_74"}
    assert refused(act("蒸汽", enthalpy_kj_per_kg="83.74", **given)).id == "steam_state_invalid"
    assert run(act("蒸汽", enthalpy_kj_per_kg="83.75", **given))["total_exact"] == "0.0000011"


# electricity
def test_a_cited_notice_must_hold_the_factor_for_the_year_and_place_named():
    cited = {"value": "0.6553", "unit": "kgCO2/kWh", "cited_notice": "生态环境部公告2025年第37号"}
    notice = LIBRARY.grid[2023, "province", "安徽", "average"].notice
    cited["cited_notice"] = notice
    assert run(power(), grid_basis={**cited, "region": "安徽省", "level": "province", "data_year": 2023})["total_exact"] == "0.6553"
    for wrong in ({"region": "浙江"}, {"data_year": 2022}, {"level": "national"}, {"basis": "fossil_power"}):
        assert refused(power(), grid_basis={**cited, **wrong}).id == "factor_not_in_cited_table"


def test_the_candidates_that_lost_say_why():
    (factor,) = run(power(), grid_basis={**GRID, "level": "province", "region": "安徽"})["factors"]
    lost = {r["id"]: r["reason"] for r in factor["rejected"]}
    assert lost == {
        "GRID/2021/province/安徽/average": "数据年 2021，口径指定的是 2023",
        "GRID/2022/province/安徽/average": "数据年 2022，口径指定的是 2023",
        "GRID/2023/national/全国/average": "层级为全国，口径指定的是省级",
    }
    (national,) = run(power(), grid_basis=RESIDUAL)["factors"]
    assert "类别为" in "".join(r["reason"] for r in national["rejected"])


@pytest.mark.parametrize(("policy", "basis"), [("residual_mix", GRID), ("plain_average", RESIDUAL)])
def test_the_remainder_must_agree_with_the_basis(policy, basis):
    assert refused(power(), grid_basis=basis, options={"remainder_policy": policy}).id == "grid_basis_unspecified"
    other = RESIDUAL if basis == GRID else GRID
    assert run(power(), grid_basis=other, options={"remainder_policy": policy})["lines"]


def test_an_export_counts_at_the_average_by_location():
    made = power("9", id="m", supply="self_generation_pv", role="generation", proof=["monthly_record"])
    sold = power("4", "out", id="s", supply="self_generation_pv")
    methods = run(made, sold, grid_basis=RESIDUAL)["electricity_methods"]
    assert methods["location"]["electricity_exact"] == "-2.1224"
    assert methods["market"]["electricity_exact"] == "-2.4384"


def test_an_export_names_both_sums():
    error = refused(power("1"), power("2.5", "out", id="o"))
    assert "输出电量合计 2.5 MWh，大于购入与自发合计 1 MWh" in error.message


@pytest.mark.parametrize(
    ("rows", "warnings"),
    [
        ([power("5")], []),
        ([power("5"), power("5", "out", id="o")], []),
        ([power("5"), power("-6", id="n", net_exporter=True)], ["net_exporter"]),
        ([power("9"), power("-6", id="n", net_exporter=True)], ["net_exporter"]),
        ([power("5"), power("9", id="m", supply="self_generation_pv", role="generation", proof=["monthly_record"]),
          power("6", "out", id="o")], ["net_exporter"]),
        ([power("5"), power("9", id="m", role="generation"), power("6", "out", id="o")], ["net_exporter"]),
    ],
)  # fmt: skip
def test_a_net_exporter_is_warned_of(rows, warnings):
    assert run(*rows)["warnings"] == warnings


def test_certificates_under_any_name_are_used_once():
    rows = [power(id=i, supply="green_trade", proof=["gec"], certificate_ids=ids) for i, ids in (("a", [7, "8"]), ("b", "9，7"))]
    assert refused(*rows).id == "duplicate_claim"


def test_numbers_and_lists_of_certificates():
    from app.accounting.reading import read_activity

    given = {"a；b;c": ("a", "b", "c"), 5: ("5",)}
    for text, parts in given.items():
        assert certificates_of(read_activity(power(certificate_id=text))) == parts
    assert certificates_of(read_activity(power())) == ()


def test_physical_share_of_a_small_or_odd_consumption():
    own = power("0.0002", id="m", supply="self_use_pv", proof=["monthly_record"])
    assert run(power("0.0006"), own, request=["physical_share"])["indicators"]["physical_share"] == "0.250000"
    sold = power("3", "out", id="s")
    made = power("1", id="g", supply="self_generation_pv", role="generation", proof=["monthly_record"])
    assert run(power("9"), made, sold, request=["physical_share"])["indicators"]["physical_share"] == "0.000000"


# standard coal
@pytest.mark.parametrize("key", ["热力_当量", "热力", "heat", "heat_当量"])
@pytest.mark.parametrize(
    "row",
    [
        act("饱和蒸汽", pressure_mpa="0.8", **STEAM), act("热力", "2", "GJ"),
        act("热水", temperature_c="70", heat_method="hot_water_20c"),
    ],
    ids=lambda r: r["carrier"],
)  # fmt: skip
def test_heat_coefficients_serve_steam_and_hot_water(row, key):
    given = {**TCE, key: {"value": "0.03412", "unit": "tce/GJ", "source": "GB/T 2589-2020 附录"}}
    result = run(row, request=["energy_tce:当量"], options={"tce_coefficients": given})
    factor = next(f for f in result["factors"] if f["id"].startswith("USER/tce/"))
    assert (factor["id"], factor["source"]) == (f"USER/tce/{key}", "GB/T 2589-2020 附录")
    gj = Fraction(next(o["value"] for o in result["lines"][0]["operands"] if o["name"] == "热量"))
    exact = result["indicators"]["energy_tce"].get("当量_exact") or result["indicators"]["energy_tce"]["当量"]
    assert Fraction(exact) == gj * Fraction("0.03412")


@pytest.mark.parametrize("key", ["蒸汽_当量", "steam"])
def test_steam_prefers_its_own_coefficient(key):
    given = {key: "0.04 tce/GJ", "热力": "0.03412 tce/GJ"}
    result = run(act("饱和蒸汽", pressure_mpa="0.8", **STEAM), request=["energy_tce:当量"], options={"tce_coefficients": given})
    assert [f["id"] for f in result["factors"] if "tce" in f["id"]] == [f"USER/tce/{key}"]
    water = refused(
        act("热水", temperature_c="70", heat_method="hot_water_20c"), request=["energy_tce:当量"],
        options={"tce_coefficients": {key: "0.04 tce/GJ"}},
    )  # fmt: skip
    assert water.id == "conversion_basis_unspecified"


@pytest.mark.parametrize(
    ("given", "kind"),
    [("0.1229", "unknown_unit"), ("约 0.12 kgce/kWh", "invalid_number"), ({"unit": "kgce/kWh"}, "invalid_number"),
     ({"value": "0.1"}, "unknown_unit"), ("0.1 kg/kWh", "invalid_number")],
)  # fmt: skip
def test_a_coefficient_that_cannot_be_read(given, kind):
    assert refused(power(), request=["energy_tce:当量"], options={"tce_coefficients": {"电力_当量": given}}).id == kind


def test_a_coefficient_in_words_keeps_its_note_as_source():
    result = run(power(), request=["energy_tce:当量"], options={"tce_coefficients": {"电力_当量": "0.1229 kgce / kWh（国标）"}})
    factor = next(f for f in result["factors"] if "tce" in f["id"])
    assert (factor["value"], factor["unit"], factor["source"]) == ("0.1229", "kgce/kWh", "国标")
    plain = run(power(), request=["energy_tce:当量"], options={"tce_coefficients": TCE})
    assert next(f for f in plain["factors"] if "tce" in f["id"])["source"] == "输入给出"


# fuels, carbonates, gases
def test_a_carbonate_by_its_own_factor_in_other_units():
    given = {"purity_pct": "100", "conversion_pct": "50"}
    ef = {"value": "0.3", "unit": "kgCO2/kg"}
    assert run(act("碳酸盐 Li2CO3", "2", ef=ef, **given))["total_exact"] == "0.3"
    assert run(act("碳酸盐 CaCO3", "2000", "kg", ef={"value": "300", "unit": "kgCO2/t"}, **given))["total_exact"] == "0.3"


def test_mass_from_litres_and_litres_from_mass():
    density = {"density_kg_per_l": "0.8"}
    assert run(act("柴油", "1000", "L", ef={"value": "3", "unit": "tCO2/t"}, **density))["total_exact"] == "2.4"
    assert run(act("柴油", "0.8", "t", ef={"value": "3", "unit": "kgCO2/L"}, **density))["total_exact"] == "3"


def test_what_is_missing_is_named_for_known_and_unknown_fuels():
    known = refused(act("柴油", ncv_gj_per_unit="42"), factor_set="explicit")
    assert known.id == "missing_parameter"
    unknown = refused(act("焦粒", ncv_gj_per_unit="20"))
    assert unknown.id == "unknown_carrier"
    assert "缺单位热值含碳量、氧化率" in unknown.message
    assert "carbon_content_tc_per_gj、oxidation_rate_pct" in unknown.fix


def test_gases_without_their_unit_and_processes_with_their_own_factor():
    assert refused(act("沼气", unit="Nm3", ef_components={"CO2": "1"})).message.endswith("显式因子缺少单位。")
    made = run(act("过程排放", "3", "t", ef={"value": "0.5", "unit": "tCO2/t"}))["lines"][0]
    assert (made["category"], made["carrier"], made["exact"]) == ("process", "过程排放", "1.5")


def test_reported_amounts_are_labelled():
    assert "（一期）" in run(act("已核排放", "5", "tCO2", label="一期"))["lines"][0]["why"]
    assert run(act("已核排放", "5", "tCO2", "out"))["lines"][0]["category"] == "reported_deduction"


def test_an_unnamed_correction_reason_is_said_to_be_unwritten():
    rows = [act("热力", "5", "GJ"), act("热力", "1", "GJ", id="b", correction_of="a1")]
    assert run(*rows)["lines"][1]["why"].endswith("更正 a1：未写原因。")
    assert run(rows[0], {**rows[1], "params": {"correction_of": "a1", "reason": "补抄"}})["lines"][1]["why"].endswith("补抄。")


@pytest.mark.parametrize("request_", ["netting", "after_offset", "carbon_neutral_total", "net", "抵消后", "netted_total", "net-total"])
def test_no_word_for_netting_gets_a_net_figure(request_):
    assert refused(power(), request=[request_]).id == "offset_netting_requested"


def test_offsets_are_listed_as_given():
    result = run(power(), offsets=[{"kind": "CCER", "quantity": "700", "unit": "kgCO2e", "cancelled": True, "vintage": 2024}])
    assert result["offsets"] == [
        {"kind": "CCER", "quantity": "700", "unit": "kgCO2e", "cancelled": "True", "vintage": "2024", "tco2e": "0.7"}
    ]
    for asked in ({"net": True}, {"deducted": "true"}, {"mode": "net"}, {"扣减": True}):
        assert refused(power(), offsets=[{"quantity": "1", "unit": "tCO2e", **asked}]).id == "offset_netting_requested"
    assert refused(power(), offsets=[{"quantity": "-1", "unit": "tCO2e"}]).id == "unexplained_negative"
    wrong = refused(power(), offsets=[{"quantity": "1", "unit": "t"}])
    assert (wrong.id, wrong.subject) == ("unit_dimension_mismatch", "offset1")


def test_quantities_of_a_year_are_summed_as_they_were_written():
    rows = [act("热力", q, "GJ", id=f"r{n}") for n, q in enumerate(("1.5", "2", "0.25", "1e1", "3."))]
    rows.append(act("热力", "-0.75", "GJ", id="c", correction_of="r0", reason="退补"))
    assert run(*rows)["annual_quantity"] == "16"
    assert sum_of_texts(["1", "x", "٣", "", "2.5", "+.5"]) == 4


def test_a_conversion_that_fails_is_named():
    asked = [{"from": "1", "unit": "t", "to_unit": "kg"}, {"from": "1", "unit": "L", "to_unit": "kg"}]
    assert refused(act("热力", "1", "GJ"), conversions=asked).subject == "conversion2"


def test_plain_digits_may_be_two_hundred_and_exponents_sixty():
    long = "1" * 200
    assert run(act("热力", long, "GJ"))["lines"][0]["quantity"] == long
    assert refused(act("热力", long + "1", "GJ")).id == "invalid_number"
    assert run(act("热力", "1e60", "GJ"))["lines"]
    assert refused(act("热力", "1e61", "GJ")).id == "invalid_number"


# records
def record(id, month=1, quantity="1000", unit="kWh", amount=None, days=None, **more):
    span = days or Period.month(2025, month)
    given = {
        "carrier": Carrier.ELECTRICITY, "direction": Direction.PURCHASED, "account_number": "A1", "meter_number": "M1",
        "period_start": span.start.isoformat(), "period_end": span.last.isoformat(), **more,
    }  # fmt: skip
    return ProposedRecord(id=id, quantity=quantity, unit=unit, raw_quantity=quantity, raw_unit=unit, amount=amount, **given)


def found(*records, id):
    return [f for f in check_records(records, year=2025) if f.id == id]


@pytest.mark.parametrize(("amount", "odd"), [("200", False), ("199.9", True), ("1600", False), ("1600.1", True)])
def test_the_ends_of_a_price_band_belong_to_it(amount, odd):
    assert bool(found(record("a", amount=amount), id="unit-scale")) is odd


@pytest.mark.parametrize(
    ("quantity", "amount", "hint"),
    [("1", "2000", "数量若乘以 10000"), ("1", "16000", "数量若乘以 10000"), ("1000", "0.2", "数量若除以 1000 "), ("10000", "0.2", "数量若除以 10000 ")],
)
def test_the_ends_of_a_band_can_be_hinted_at(quantity, amount, hint):
    (finding,) = found(record("a", quantity=quantity, amount=amount), id="unit-scale")
    assert hint in finding.message


def test_no_amount_and_no_quantity_have_no_price():
    assert found(record("a", amount="0"), record("b", 2, "0", amount="5"), id="unit-scale") == []


@pytest.mark.parametrize(
    ("quantities", "odd", "median"),
    [(("31", "62", "93", "500"), "500", "5/2"), (("31", "31", "62", "310", "62"), "310", "2"), (("31", "31", "93", "93"), None, None),
     (("30", "60", "90"), None, None), (("10", "31", "31", "31"), "10", "1")],
)  # fmt: skip
def test_the_median_of_a_meter(quantities, odd, median):
    months = (1, 3, 5, 7, 8)
    got = found(*(record(f"r{n}", months[n], q) for n, q in enumerate(quantities)), id="outlier")
    assert [f.subjects[0] for f in got] == ([f"r{quantities.index(odd)}"] if odd else [])
    if median:
        assert Fraction(got[0].data["median"]) == Fraction(median)


@pytest.mark.parametrize(("last", "odd"), [("93", False), ("94", True), ("10.33", True), ("10.34", False)])
def test_three_times_the_median_is_still_plausible(last, odd):
    rows = [record(f"r{m}", m, "31") for m in (1, 3, 5)]
    assert bool(found(*rows, record("x", 7, last), id="outlier")) is odd


@pytest.mark.parametrize(("days", "odd"), [(24, True), (25, False), (35, False), (36, True)])
def test_the_days_of_a_monthly_bill(days, odd):
    from datetime import date, timedelta

    first = date(2025, 6, 1)
    span = Period(start=first, end=first + timedelta(days=days))
    rows = [record("a", 1), record("b", 2), record("c", 3), record("x", days=span)]
    got = [f for f in check_completeness(rows, years=(2025,)) if f.id == "bill-length"]
    assert [f.subjects for f in got] == ([("x",)] if odd else [])


def test_a_meter_that_did_not_move_has_no_product_to_prove():
    still = Reading(
        record="a", carrier=Carrier.ELECTRICITY, direction=Direction.PURCHASED, account="A", meter="M",
        period=Period.month(2025, 1), opening=Fraction(5), closing=Fraction(5), quantity=Fraction(0),
    )  # fmt: skip
    assert check_readings([still]) == ()


def test_entries_share_out_by_days():
    entry, nothing, unread = read_entries([record("a", 1, "31"), record("b", period_start=None), record("c", quantity="x")])
    half = Period(start=Period.month(2025, 1).start, end=Period.month(2025, 1).start.replace(day=11))
    assert (entry.within(half), nothing.within(half), unread.within(half)) == (10, 0, 0)


@pytest.mark.parametrize(("slip", "text"), [("1000", "1000 倍"), ("1/10000", "10000 分之一"), ("1", "1 分之一")])
def test_slips_in_words(slip, text):
    assert slip_text(Fraction(slip)) == text


def test_further_days_without_a_bill_are_counted():
    rows = [record("a", days=Period(start=Period.month(2025, 1).start, end=Period.month(2025, 1).start.replace(day=26)))]
    rows += [record(f"r{m}", m) for m in range(2, 12)]
    rows.append(record("z", days=Period(start=Period.month(2025, 12).start, end=Period.month(2025, 12).start.replace(day=29))))
    (note,) = found(*rows, id="period-gap-days")
    assert note.data == {"days": "9"}


@pytest.mark.parametrize(("sold", "id"), [("1001", None), ("1001.1", "export-exceeds-generation")])
def test_generation_is_compared_to_a_whole_kilowatt_hour(sold, id):
    own = {"carrier": Carrier.PV_GENERATION, "account_number": "P"}
    rows = [record("g", quantity="1000", direction=Direction.SELF_GENERATED, **own), record("x", quantity=sold, direction=Direction.EXPORTED, **own)]
    got = [f.id for f in check_completeness(rows, years=(2025,)) if not f.id.startswith("period-")]
    assert got == ([id] if id else [])


def test_small_self_use_counts_too():
    own = {"carrier": Carrier.PV_GENERATION, "account_number": "P"}
    rows = [record("g", quantity="0", direction=Direction.SELF_GENERATED, **own), record("u", quantity="1.5", direction=Direction.SELF_CONSUMED, **own)]
    assert "generation-balance" in [f.id for f in check_completeness(rows, years=(2025,))]


def test_the_rhythm_is_that_of_the_middle_bill():
    from datetime import date, timedelta

    spans, day = [], date(2025, 1, 1)
    for length in (20, 22, 60, 61, 62):
        spans.append(Period(start=day, end=day + timedelta(days=length)))
        day = spans[-1].end
    rows = [record(f"r{n}", days=span) for n, span in enumerate(spans)]
    (note,) = [f for f in check_completeness(rows, years=(2025,)) if f.id == "bill-length"]
    assert (note.subjects, note.data["rhythm"]) == (("r0", "r1"), "按两月")


# inputs
def test_dates_and_the_order_of_keys_do_not_change_the_run():
    from datetime import date

    dated = act("热力", "5", "GJ", period={"start": date(2025, 2, 1), "end": date(2025, 2, 28)})
    text = act("热力", "5", "GJ", period={"end": "2025-02-28", "start": "2025-02-01"})
    one, other = run(dated), run(dict(reversed(text.items())))
    assert one["inputs_hash"] == other["inputs_hash"]
    assert (one["lines"][0]["period_start"], one["lines"][0]["period_end"]) == ("2025-02-01", "2025-02-28")


def test_activities_without_an_id_are_numbered():
    rows = [{k: v for k, v in act("热力", "5", "GJ").items() if k != "id"} for _ in range(2)]
    assert [line["activity"] for line in run(*rows)["lines"]] == ["a1", "a2"]


def test_an_unknown_standard_without_a_year_asks_for_its_edition():
    error = refused(act("热力", "5", "GJ"), edition="GB/T 99999", year=None)
    assert (error.id, "GB/T 99999-年号" in error.fix) == ("missing_parameter", True)


@pytest.mark.parametrize("options", [{"netted": True}, {"net": "true"}, {"offset_mode": "net"}, {"netting": "true"}])
def test_no_option_nets(options):
    assert refused(power(), options=options).id == "offset_netting_requested"


def test_a_heat_factor_in_other_units_and_outward():
    ef = {"value": "0.09", "unit": "kgCO2/MJ"}
    assert run(act("热力", "10", "GJ", ef=ef))["total_exact"] == "0.9"
    sold = run(act("蒸汽", "10", "t", "out", ef={"value": "0.2", "unit": "tCO2/t"}))["lines"][0]
    assert (sold["category"], sold["exact"]) == ("heat_out", "-2")


@pytest.mark.parametrize(
    ("row", "odd"),
    [
        (act("柴油", ef={"value": "0.3", "unit": "tCO2/t"}), False), (act("柴油", ef={"value": "0.29", "unit": "tCO2/t"}), True),
        (act("柴油", ef={"value": "4.5", "unit": "tCO2/t"}), False), (act("柴油", ef={"value": "4.51", "unit": "tCO2/t"}), True),
        (act("天然气", unit="Nm3", ef={"value": "0.00015", "unit": "tCO2/Nm3"}), False),
        (act("天然气", unit="Nm3", ef={"value": "0.00014", "unit": "tCO2/Nm3"}), True),
        (act("天然气", unit="Nm3", ef={"value": "0.007", "unit": "tCO2/Nm3"}), False),
        (act("天然气", unit="Nm3", ef={"value": "0.0071", "unit": "tCO2/Nm3"}), True),
        (power(ef={"value": "0.02", "unit": "tCO2/MWh"}), False), (power(ef={"value": "0.019", "unit": "tCO2/MWh"}), True),
        (power(ef={"value": "1.2", "unit": "tCO2/MWh"}), False), (power(ef={"value": "1.21", "unit": "tCO2/MWh"}), True),
        (act("焦粒", ef={"value": "9", "unit": "tCO2/t"}), True), (act("焦粒", "0", ef={"value": "9", "unit": "tCO2/t"}), False),
    ],
    ids=lambda v: v["params"]["ef"]["value"] if isinstance(v, dict) else None,
)  # fmt: skip
def test_composite_factors_out_of_their_band(row, odd):
    got = [f for f in run(row)["findings"] if f["id"] == "factor-out-of-band"]
    assert bool(got) is odd
    if odd:
        ef = row["params"]["ef"]
        scale = {"Nm3": 10000}.get(ef["unit"].partition("/")[2], 1)
        assert Fraction(got[0]["data"]["ratio"]) == Fraction(ef["value"]) * scale


def test_gas_coefficients_per_cubic_metre_and_of_another_dimension():
    def ask(unit):
        return run(act("天然气", "1000", "Nm3"), request=["energy_tce:当量"], options={"tce_coefficients": {"天然气": f"1.33 kgce/{unit}"}})

    assert ask("m3")["indicators"]["energy_tce"]["当量"] == ask("Nm3")["indicators"]["energy_tce"]["当量"] == "1.330000"
    with pytest.raises(CalculationRefused) as caught:
        ask("kg")
    assert caught.value.id == "unit_dimension_mismatch"


def test_energy_below_a_tonne_has_an_intensity():
    result = run(power("1"), request=["intensity_tco2_per_tce:当量", "non_fossil_share:当量"], options={"tce_coefficients": TCE})
    assert result["indicators"]["intensity_tco2_per_tce"]["当量"] == "4.317331"
    assert result["indicators"]["non_fossil_share"]["当量"] == "0.000000"


def test_factors_by_gas_of_co2_alone_have_no_equivalents():
    result = run(act("沼气", "10", "Nm3", ef_components={"CO2": "2"}, ef_components_unit="kg/Nm3"))
    assert "total_tco2e" not in result
    assert not any("CO2e" in c for c in result["caveats"])


# comparison and projection
def test_another_engine_is_a_setting():
    from app.accounting.compare import compare_runs

    kept = run(act("热力", "5", "GJ"))
    got = compare_runs({**kept, "engine": "older"}, kept)
    assert [c.text for c in got.settings] == [f"核算程序与因子库由 older 改为 {kept['engine']}"]


def test_a_line_that_moved_without_a_cause_follows_the_settings_or_the_engine():
    line = {"activity": "a", "exact": "1", "factors": [], "operands": []}
    (engine,) = causes_of(line, {**line, "exact": "2"}, ({}, {}), ())
    assert (engine.kind, engine.text) == ("formula", "计算方法随核算程序改变")
    (text,) = causes_of(line, {**line, "why": "x"}, ({}, {}), ())
    assert (text.kind, text.text) == ("text", "数值未变，说明或操作数的写法有变")


def test_parameters_of_an_overlay_lie_over_the_old_ones():
    inputs = {"edition": "any", "factor_set": "A", "year": 2025, "grid_basis": None,
              "activities": [act("柴油", "100", "L", density_kg_per_l="0.8")]}  # fmt: skip
    kept = calculate(inputs, LIBRARY)
    ef = {"ef": {"value": "3", "unit": "tCO2/t"}}
    got = project(kept, inputs, [ReplaceActivity(label="x", activity="a1", values={"params": ef, "quantity": "50"})], LIBRARY)
    assert got.total_after == Fraction("0.12")
    assert got.assumed == ("x：活动 a1 改为 params = {'ef': {'value': '3', 'unit': 'tCO2/t'}}、quantity = 50",)
