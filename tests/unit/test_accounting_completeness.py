"""What contradicts the records: readings, control totals, meters under meters, generation, heat, sewage, unit slips."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from app.accounting.completeness import Evidence, check_completeness
from app.accounting.controls import ControlTotal, nearest_slip
from app.accounting.readings import Reading, Removed, check_readings
from app.domain.activity import ProposedRecord
from app.domain.carrier import Carrier, Direction
from app.domain.finding import Severity
from app.domain.period import Period

YEAR = Period.inclusive(date(2025, 1, 1), date(2025, 12, 31))


def record(id, month=1, quantity="1000", carrier=Carrier.ELECTRICITY, direction=Direction.PURCHASED, unit="kWh", **more):
    span = Period.month(2025, month)
    given = {
        "period_start": span.start.isoformat(), "period_end": span.last.isoformat(), "account_number": "A1",
        "meter_number": "M1", **more,
    }  # fmt: skip
    return ProposedRecord(
        id=id, carrier=carrier, direction=direction, quantity=quantity, unit=unit, raw_quantity=quantity, raw_unit=unit, **given
    )


def year(prefix="r", quantity="1000", **more):
    return [record(f"{prefix}{m:02d}", m, quantity, **more) for m in range(1, 13)]


def ids(records, **evidence):
    found = check_completeness(records, years=(2025,), evidence=Evidence(**evidence))
    return [(f.id, f.severity.value, f.subjects) for f in found]


def reading(record, month, opening, closing, multiplier="40", meter="M1", quantity=None, **more):
    return Reading(
        record=record, carrier=Carrier.ELECTRICITY, direction=Direction.PURCHASED, account="A1", meter=meter,
        period=Period.month(2025, month), opening=Fraction(opening), closing=Fraction(closing),
        multiplier=Fraction(multiplier), quantity=None if quantity is None else Fraction(quantity), **more,
    )  # fmt: skip


def found(*readings):
    return [(f.id, f.severity, f.subjects) for f in check_readings(readings)]


def test_readings_that_continue_have_nothing_to_say():
    assert found(reading("a", 1, "10.00", "35.00", quantity="1000"), reading("b", 2, "35.00", "60.00")) == []


def test_a_gap_between_readings_is_measured():
    lost, back = reading("a", 1, "10", "35"), reading("b", 2, "36.5", "60")
    (finding,) = check_readings([back, lost])
    assert (finding.id, finding.severity, finding.subjects) == ("reading-continuity", Severity.EXPLAIN, ("a", "b"))
    assert "漏计 60" in finding.message
    assert finding.data == {"gap": "1.5"}
    (finding,) = check_readings([lost, reading("b", 2, "34", "60")])
    assert "重复计算 40" in finding.message


def test_the_quantity_must_be_what_its_readings_give():
    (finding,) = check_readings([reading("a", 1, "10", "35", quantity="1002")])
    assert (finding.id, finding.severity) == ("reading-product", Severity.BLOCKING)
    assert finding.data == {"product": "1000", "quantity": "1002"}
    assert found(reading("a", 1, "10", "35", quantity="1001")) == []


def test_a_reading_that_runs_backwards():
    assert found(reading("a", 1, "9990", "12", quantity="900")) == [("reading-rollover", Severity.EXPLAIN, ("a",))]


def test_a_register_that_ran_over():
    """9990 → 12 on four digits is 22 × 40; the billed quantity or the plate says so, and a plate that contradicts the bill blocks."""
    told = reading("a", 1, "9990", "12", quantity="880")
    (note,) = check_readings([told])
    assert (note.id, note.severity, note.data["product"]) == ("reading-rollover", Severity.NOTE, "880")
    assert "4 位表计翻转" in note.message
    assert [f.severity for f in check_readings([replace(told, digits=4)])] == [Severity.NOTE]
    (wrong,) = check_readings([replace(told, digits=5)])
    assert (wrong.id, wrong.severity, wrong.data) == ("reading-product", Severity.BLOCKING, {"product": "3600880", "quantity": "880"})
    assert check_readings([told, reading("b", 2, "12", "37")]) == (note,)


def test_a_meter_taken_down_within_the_month_adds_its_part():
    """Old meter 35 → 40 × 40, new meter 0 → 20 × 60: 200 + 1200; each goes on from where it stood."""
    before = reading("a", 1, "10", "35")
    change = replace(
        reading("b", 2, "0", "20", "60", meter="M2", quantity="1400", reason="换表单"),
        removed=Removed(meter="M1", opening=Fraction(35), closing=Fraction(40), multiplier=Fraction(40)),
    )
    after = reading("c", 3, "20", "30", "60", meter="M2")
    assert check_readings([after, change, before]) == ()
    (gap,) = check_readings([before, replace(change, removed=replace(change.removed, opening=Fraction(36), closing=Fraction(41)))])
    assert (gap.id, gap.subjects, gap.data) == ("reading-continuity", ("a", "b"), {"gap": "1"})
    (wrong,) = check_readings([before, replace(change, quantity=Fraction(1300))])
    assert (wrong.id, wrong.data) == ("reading-product", {"product": "1400", "quantity": "1300"})
    assert "旧表（40 − 35）× 40" in wrong.message


def test_losses_the_bill_adds_are_part_of_its_quantity():
    one = replace(reading("a", 1, "10", "35", quantity="1012.5"), adjustment=Fraction("12.5"))
    assert check_readings([one]) == ()
    (wrong,) = check_readings([replace(one, quantity=Fraction(1000))])
    assert (wrong.data["product"], "退补与损耗 12.5" in wrong.message) == ("1012.5", True)


def test_a_reading_written_more_finely_is_the_same_reading():
    assert check_readings([replace(reading("a", 1, "10", "35.4", quantity=None), place=Fraction(1, 10)), replace(reading("b", 2, "35", "60"), place=Fraction(1))]) == ()
    whole = [replace(reading("a", 1, "10", "35"), place=Fraction(1)), replace(reading("b", 2, "36", "61"), place=Fraction(1))]
    assert [f.id for f in check_readings(whole)] == ["reading-continuity"]


def test_a_change_of_multiplier_needs_its_reason():
    before, after = reading("a", 1, "10", "35", "40"), reading("b", 2, "35", "60", "80")
    (finding,) = check_readings([before, after])
    assert (finding.id, finding.severity, finding.data) == ("multiplier-changed", Severity.EXPLAIN, {"before": "40", "after": "80"})
    (explained,) = check_readings([before, reading("b", 2, "35", "60", "80", reason="互感器更换单")])
    assert explained.severity is Severity.NOTE
    assert "互感器更换单" in explained.message


def test_a_replaced_meter_needs_its_record():
    old, new = reading("a", 1, "10", "35"), reading("b", 3, "0", "25", meter="M2")
    (finding,) = check_readings([new, old])
    assert (finding.id, finding.subjects, finding.data) == ("meter-replaced", ("a", "b"), {"days": "28"})
    assert "28 天没有示数" in finding.message
    assert found(old, reading("b", 3, "0", "25", meter="M2", reason="换表单")) == []
    assert found(old, reading("b", 1, "0", "25", meter="M2")) == []


def total(text, unit="kWh", carrier=Carrier.ELECTRICITY, quantity=None, **more):
    return ControlTotal(
        id="t1", source="能源报告", carrier=carrier, direction=Direction.PURCHASED, text=text,
        quantity=Fraction(quantity or text), unit=unit, period=more.pop("period", YEAR),
    )  # fmt: skip


def control(records, one):
    return [f for f in check_completeness(records, years=(2025,), evidence=Evidence(totals=[one])) if "control" in f.id]


@pytest.mark.parametrize(
    ("text", "unit", "extra"),
    [
        ("12000", "kWh", "0"), ("12010", "kWh", "5"), ("12010", "kWh", "15"), ("12.00", "MWh", "5"), ("1.2", "万kWh", "12"),
        ("12000.0", "kWh", "0.05"),
    ],
)  # fmt: skip
def test_a_total_within_its_written_precision_agrees(text, unit, extra):
    assert control([*year(), record("x", 5, extra, meter_number="M9")], total(text, unit)) == []


@pytest.mark.parametrize(
    ("text", "unit", "extra"),
    [("12010", "kWh", "4.9"), ("12.00", "MWh", "5.1"), ("1.2", "万kWh", "12.1"), ("12000.0", "kWh", "0.051")],
)
def test_a_total_beyond_its_written_precision_does_not(text, unit, extra):
    (finding,) = control([*year(), record("x", 5, extra, meter_number="M9")], total(text, unit))
    assert finding.id == "control-total"


def test_a_total_that_differs_says_by_how_much():
    (finding,) = control(year(), total("12100"))
    assert (finding.id, finding.severity, finding.subjects) == ("control-total", Severity.EXPLAIN, ("t1",))
    assert finding.data == {"total": "12100", "sum": "12000", "difference": "-100", "tolerance": "12.1"}
    assert "-0.83%" in finding.message


def test_only_the_days_inside_the_period_count():
    half = Period.inclusive(date(2025, 1, 1), date(2025, 6, 15))
    assert control(year(quantity="300"), total("1650", period=half)) == []


@pytest.mark.parametrize(("text", "slip"), [("12", "1000 倍"), ("1.2", "10000 倍"), ("12000000", "1000 分之一")])
def test_a_total_that_is_off_by_a_power_of_ten_is_a_slip(text, slip):
    (finding,) = control(year(), total(text))
    assert (finding.id, finding.severity) == ("control-total-slip", Severity.BLOCKING)
    assert slip in finding.message


def test_totals_without_records_and_without_a_common_unit():
    (finding,) = control(year(), total("5", "t", Carrier.DIESEL))
    assert finding.id == "control-total-without-records"
    diesel = [record("d", 3, "800", Carrier.DIESEL, unit="L", meter_number=None, account_number=None)]
    (finding,) = control(diesel, total("0.7", "t", Carrier.DIESEL))
    assert (finding.id, finding.severity, finding.subjects) == ("control-total-unit", Severity.EXPLAIN, ("t1", "d"))
    assert "缺少密度" in finding.message
    assert "densities_kg_per_l" in finding.fix
    (finding,) = control(year(), total("900", "tce"))
    assert "缺少" not in finding.message
    assert "不能核对" in finding.message
    gas = year(carrier=Carrier.NATURAL_GAS, unit="m3")
    assert control(gas, total("1.2", "万Nm3", Carrier.NATURAL_GAS)) == []


def across(records, one, known):
    return [f for f in check_completeness(records, years=(2025,), evidence=Evidence(totals=[one], equivalents=known)) if "control" in f.id]


def test_totals_in_another_dimension_are_compared_by_a_fact():
    """1000 L at 0.84 kg/L are 0.84 t; 10 t of steam at 2.7 GJ/t are 27 GJ, under the name of steam or of heat."""
    diesel = [record("d", 3, "1000", Carrier.DIESEL, unit="L", meter_number=None, account_number=None)]
    known = {"d": {"mass": Fraction("0.84") / 1000}}
    assert across(diesel, total("0.84", "t", Carrier.DIESEL), known) == []
    assert across(diesel, total("840", "kg", Carrier.DIESEL), known) == []
    (off,) = across(diesel, total("0.80", "t", Carrier.DIESEL), known)
    assert (off.id, off.data["sum"], off.data["difference"]) == ("control-total", "0.84", "0.04")
    assert "L 按密度、比焓或定义换算" in off.message
    steam = [record("s", 3, "10", Carrier.STEAM, unit="t")]
    for carrier in (Carrier.STEAM, Carrier.HEAT):
        assert across(steam, total("27.0", "GJ", carrier), {"s": {"heat": Fraction("2.7")}}) == []
        assert across(steam, total("27000", "MJ", carrier), {"s": {"heat": Fraction("2.7")}}) == []
        (off,) = across(steam, total("30.0", "GJ", carrier), {"s": {"heat": Fraction("2.7")}})
        assert off.data["difference"] == "-3"
        (missing,) = across(steam, total("27", "GJ", carrier), {})
        assert "蒸汽压力、温度" in missing.message


def test_electricity_reported_as_heat_is_a_definition():
    assert control(year(), total("43.2", "GJ")) == []
    assert control(year(), total("43200", "MJ")) == []
    heat = [record("h", 3, "3.6", Carrier.HEAT, unit="GJ")]
    assert across(heat, total("1000", "kWh", Carrier.HEAT), {}) == []
    assert across(heat, total("1", "MWh", Carrier.HEAT), {}) == []
    (off,) = control(year(), total("43.9", "GJ"))
    assert off.data["sum"] == "43.2"


def test_heat_settled_as_heat_does_not_look_at_steam():
    both = [record("h", 3, "5", Carrier.HEAT, unit="GJ"), record("s", 3, "10", Carrier.STEAM, unit="t")]
    assert across(both, total("5.0", "GJ", Carrier.HEAT), {"s": {"heat": Fraction(3)}}) == []


@pytest.mark.parametrize(
    ("ratio", "slip"),
    [
        ("1000", "1000"), ("334", "1000"), ("3000", "1000"), ("3400", "10000"), ("30000", "10000"), ("333", None),
        ("30001", None), ("1", None), ("1/1000", "1/1000"), ("1/9000", "1/10000"), ("0", None),
    ],
)  # fmt: skip
def test_the_nearest_slip(ratio, slip):
    assert nearest_slip(Fraction(ratio)) == (None if slip is None else Fraction(slip))


def test_a_month_in_the_wrong_unit_is_a_slip_and_a_busy_month_an_outlier():
    assert ids([*year()[:11], record("r12", 12, "0.1")]) == [("unit-slip", "explain", ("r12",))]
    assert ids([*year()[:11], record("r12", 12, "4000")]) == [("outlier", "explain", ("r12",))]


def test_a_sub_meter_is_never_added_to_its_parent():
    parent, child = year(), year("s", "400", meter_number="M2")
    assert ids([*parent, *child]) == []
    assert ids([*parent, *child], parents={"M2": "M1"}) == [
        ("submeter-counted", "blocking", tuple(f"s{m:02d}" for m in range(1, 13)))
    ]
    assert ids(parent, parents={"M2": "M1"}) == []
    heavy = year("s", "1001", meter_number="M2")
    assert ("submeters-exceed-parent", "explain", ("M1",)) in ids([*parent, *heavy], parents={"M2": "M1"})


def pv(id, direction, quantity, month=5):
    return record(id, month, quantity, Carrier.PV_GENERATION, direction, account_number="P", meter_number=None)


def own(*records):
    return [(i, s, x) for i, s, x in ids(records) if not i.startswith("period-")]


def test_generation_is_what_was_used_and_what_was_sold():
    made = pv("g", Direction.SELF_GENERATED, "1000")
    assert own(made, pv("u", Direction.SELF_CONSUMED, "700"), pv("e", Direction.EXPORTED, "300")) == []
    assert own(made, pv("u", Direction.SELF_CONSUMED, "702"), pv("e", Direction.EXPORTED, "300")) == [
        ("generation-balance", "explain", ("2025-05",))
    ]
    assert own(made, pv("e", Direction.EXPORTED, "1002")) == [("export-exceeds-generation", "blocking", ("2025-05",))]
    assert own(made, pv("e", Direction.EXPORTED, "9000", month=6)) == []


def test_self_use_is_no_part_of_the_purchase():
    bought = record("b", 5, "700")
    assert ("self-use-as-purchase", "explain", ("u", "b")) in own(bought, pv("u", Direction.SELF_CONSUMED, "700"))
    assert own(bought, pv("u", Direction.SELF_CONSUMED, "701")) == []


def steam(id, direction, quantity="50"):
    return record(id, 5, quantity, Carrier.STEAM, direction, "t", account_number=None, meter_number=None)


def test_steam_from_counted_fuel_is_no_purchased_heat():
    gas = record("g", 5, "900", Carrier.NATURAL_GAS, unit="Nm3")
    assert ("heat-from-counted-fuel", "explain", ("s",)) in own(gas, steam("s", Direction.SELF_GENERATED))
    assert ("heat-without-fuel", "explain", ("s",)) in own(steam("s", Direction.SELF_CONSUMED))
    twice = own(gas, steam("s", Direction.SELF_GENERATED), steam("p", Direction.PURCHASED))
    assert ("heat-counted-twice", "blocking", ("p", "s")) in twice
    assert own(gas, steam("p", Direction.PURCHASED)) == []


def water(id, quantity, note="", month=4):
    return record(id, month, quantity, Carrier.WATER, unit="m3", note=note, account_number="W", meter_number=None)


def test_sewage_is_no_further_water():
    same = [water("w", "310"), water("s", "310", "污水处理费")]
    assert ids([], water=same) == [("sewage-as-water", "explain", ("s", "w"))]
    assert ids([], water=[water("w", "310"), water("s", "320", "污水处理费")]) == [
        ("sewage-exceeds-water", "explain", ("s",))
    ]
    assert ids([], water=[water("w", "310"), water("s", "300", "污水处理费")]) == []


def test_a_bill_out_of_rhythm_is_pointed_out():
    bills = [*year()[:10], record("long", 11, "2000", period_start="2025-11-01", period_end="2025-12-31")]
    assert ids(bills) == [("bill-length", "note", ("long",))]
    assert ids(bills[-3:]) == [("period-gap", "explain", ("A1",))]


def test_findings_do_not_depend_on_the_order_of_records():
    records = [*year(), *year("s", "400", meter_number="M2"), pv("g", Direction.SELF_GENERATED, "1")]
    evidence = Evidence(parents={"M2": "M1"}, totals=[total("9")])
    one = check_completeness(records, years=(2025,), evidence=evidence)
    assert one == check_completeness(records[::-1], years=(2025,), evidence=evidence)
    assert [f.severity for f in one] == sorted((f.severity for f in one), key=["blocking", "explain", "note"].index)


def test_no_year_is_no_question():
    with pytest.raises(ValueError, match="reporting year"):
        check_completeness([], years=())
