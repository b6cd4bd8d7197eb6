"""What a project holds beside its records, typed for the completeness checks; what its profile reports besides energy."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from app.accounting.completeness import check_completeness
from app.domain.activity import DocumentKind, Extraction, ProposedRecord
from app.domain.carrier import Carrier, Direction
from app.domain.finding import Finding, Severity
from app.domain.page import Source
from app.domain.project import FactoryProfile
from app.services.account import _ancestors
from app.services.evidence import parents_of, project_evidence, readings_of, totals_of, with_merged_readings
from app.services.inventory_reporting import reporting


def record(id, month, quantity="1000", carrier=Carrier.ELECTRICITY, **params):
    return ProposedRecord(
        id=id, carrier=carrier, direction=Direction.PURCHASED, quantity=quantity, unit="kWh", raw_quantity=quantity,
        raw_unit="kWh", period_start=f"2025-{month:02d}-01", period_end=f"2025-{month:02d}-28", account_number="A1",
        meter_number="M1", params=params,
    )  # fmt: skip


def report(**data):
    given = {
        "carrier": "electricity", "direction": "purchased", "quantity": "2010", "unit": "kWh", "period_start": "2025-01-01",
        "period_end": "2025-12-31", **data,
    }  # fmt: skip
    finding = Finding(id="report-total", severity=Severity.NOTE, message="x", data=given)
    return Extraction(
        sha256="ab" * 32, filename="能源报告.docx", kind=DocumentKind.ENERGY_REPORT, source=Source.DOCX, pages=1, findings=(finding,)
    )


def test_readings_come_from_the_parameters_of_a_record():
    (one,) = readings_of([record("a", 1, opening="10", closing="35", multiplier="40"), record("b", 2), record("c", 3, opening="1")])
    assert (one.record, one.opening, one.closing, one.multiplier, one.quantity) == ("a", 10, 35, 40, 1000)
    (plain,) = readings_of([record("a", 1, opening="10", closing="35.5")])
    assert (plain.multiplier, plain.product, plain.reason) == (1, Fraction("25.5"), "")


def test_every_reading_a_record_may_carry():
    params = {
        "opening": "0.00", "closing": "20", "multiplier": "60", "reading_adjustment": "-3.5", "meter_digits": "6", "change_reason": "换表单",
        "old_meter_number": "M0", "old_opening": "35", "old_closing": "40", "old_multiplier": "40",
    }  # fmt: skip
    (one,) = readings_of([record("a", 1, **params)])
    assert (one.adjustment, one.digits, one.reason, one.place) == (Fraction("-3.5"), 6, "换表单", 1)
    assert one.removed is not None
    assert (one.removed.meter, one.removed.product, one.product) == ("M0", 200, Fraction("1396.5"))
    (unnamed,) = readings_of([record("a", 1, opening="0", closing="20", multiplier="60", old_opening="35", old_closing="40")])
    assert unnamed.removed is not None
    assert (unnamed.removed.meter, unnamed.removed.multiplier) == ("M1（旧表）", 60)


def test_the_readings_of_a_merged_bill_stand_behind_its_invoice():
    """The invoice stands and prints no readings; the bill of the month that was merged into it does."""
    invoice = replace(record("i", 1), meter_number=None)
    bill = record("b", 1, opening="10", closing="35", multiplier="40")
    (one,) = readings_of(with_merged_readings([invoice], [("i", bill)]))
    assert (one.record, one.meter, one.product, one.quantity) == ("i", "M1", 1000, 1000)
    assert with_merged_readings([invoice], [("x", bill), ("i", record("p", 1))]) == [invoice]
    corrected = replace(invoice, quantity="1200")
    assert with_merged_readings([corrected], [("i", bill)]) == [corrected]
    own = record("i", 1, opening="1", closing="26", multiplier="40")
    assert with_merged_readings([own], [("i", bill)]) == [own]


@pytest.mark.parametrize("bad", [{"meter_digits": "六"}, {"meter_digits": "0"}, {"old_opening": "35"}, {"old_opening": "x", "old_closing": "4"}])
def test_what_cannot_be_read_proves_nothing(bad):
    (one,) = readings_of([record("a", 1, opening="1", closing="2", **bad)])
    assert (one.digits, one.removed) == (None, None)


def test_totals_come_from_energy_reports():
    (total,) = totals_of([report()])
    assert (total.id, total.source, total.carrier, total.quantity) == ("abababababab#t1", "“能源报告.docx”", Carrier.ELECTRICITY, 2010)
    assert total.tolerance == Fraction("2.01")


@pytest.mark.parametrize(
    "data", [{"carrier": "sun"}, {"direction": "up"}, {"quantity": "二千"}, {"unit": "箱"}, {"period_start": ""}]
)
def test_a_figure_that_does_not_say_what_it_is_holds_nothing_against_anybody(data):
    assert totals_of([report(**data)]) == []


def test_facts_that_make_other_dimensions_comparable():
    profile = FactoryProfile(name="x", densities_kg_per_l={"diesel": "0.84"})
    litres = replace(record("l", 1, "100", Carrier.DIESEL), unit="L")
    own = replace(record("o", 1, "100", Carrier.DIESEL, density_kg_per_l="0.8"), unit="L")
    tonnes = replace(record("t", 1, "1", Carrier.DIESEL), unit="t")
    steam = replace(record("s", 1, "1", Carrier.STEAM), unit="t")
    got = project_evidence(profile, [litres, own, tonnes, steam, record("e", 1)], [], {"s": Fraction("2.7"), "e": Fraction(1)}).equivalents
    assert got == {
        "l": {"mass": Fraction("0.00084")}, "o": {"mass": Fraction("0.0008")}, "t": {"liquid_volume": 1000 / Fraction("0.84")},
        "s": {"heat": Fraction("2.7")},
    }  # fmt: skip


def test_the_tree_of_meters():
    meters = [{"number": "M1"}, {"number": "M2", "parent": "M1"}, {"parent": "M1"}, "M9"]
    assert parents_of(FactoryProfile(name="x", extra={"meters": meters})) == {"M2": "M1"}
    assert parents_of(FactoryProfile(name="x", extra={"meters": "M1"})) == {}
    assert parents_of(FactoryProfile(name="x")) == {}


def test_a_project_is_held_against_its_own_evidence():
    records = [record("a", 1, opening="10", closing="35", multiplier="40"), record("b", 2, opening="36", closing="61", multiplier="40")]
    profile = FactoryProfile(name="x", accounts={"electricity": ("A1", "A2")})
    evidence = project_evidence(profile, records, [report()])
    found = [f.id for f in check_completeness(records, years=(2025,), evidence=evidence)]
    assert found == ["account-without-records", "control-total", "period-gap", "reading-continuity", "period-gap-days"]


def test_a_corrected_record_goes_back_to_the_nearest_one_the_other_run_knows():
    replaced = {"r~2": "r", "r~3": "r~2", "s~2": "s"}
    assert _ancestors(replaced, {"r~2", "s"})["r~3"] == "r~2"
    assert _ancestors(replaced, {"r", "s"})["r~3"] == "r"
    assert _ancestors(replaced, {"r"})["r~3+g"] == "r+g"
    assert _ancestors(replaced, set())["s~2"] == "s"


def test_what_the_profile_reports():
    assert reporting(FactoryProfile(name="x")) is None
    profile = FactoryProfile(
        name="x", product="电池", output_quantity="2", output_unit="GWh", industrial_value_added_wan_yuan="10",
        extra={
            "centre_functions": [{"name": "查询"}, {"name": "预测", "value": False}, {"value": True}],
            "disclosures": [{"name": "ESG报告", "value": True}],
            "reporting": {"metering_points": "4", "disclosures": "2"},
            "base_year": {"year": "2024", "co2": "9"},
        },
    )  # fmt: skip
    assert reporting(profile) == {
        "product": "电池", "output_quantity": "2", "output_unit": "GWh", "industrial_value_added_wan_yuan": "10",
        "centre_functions": "1", "disclosures": "2", "metering_points": "4", "base": {"year": "2024", "co2": "9"},
    }  # fmt: skip
