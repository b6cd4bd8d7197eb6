"""From confirmed records to the calculation's input: years, supply paths, corrections, choices that are said."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from ledger_builders import PROFILE, confirmed, profile_of

from app.domain.carrier import Carrier, Direction
from app.domain.errors import CalculationRefused
from app.domain.finding import Finding, Severity
from app.domain.number import parse_number
from app.services.inventory import build_inputs
from app.services.inventory_pieces import ConfirmedRecord, InventoryBuild, share_of_days

PV = {"carrier": Carrier.PV_GENERATION, "account_number": "2001"}


def build(*records: ConfirmedRecord, profile: str = PROFILE) -> InventoryBuild:
    return build_inputs(profile_of(profile), records, 2023)


def lines(result: InventoryBuild) -> dict[str, tuple[str, str, str]]:
    return {a["id"]: (a["quantity"], a["direction"], a["params"].get("supply", "")) for a in result.inputs["activities"]}


def said(result: InventoryBuild) -> list[str]:
    return [f.id for f in result.findings]


def self_use(result: InventoryBuild) -> Fraction:
    return sum((parse_number(q) for q, _, supply in lines(result).values() if supply == "self_use_pv"), Fraction(0))


def test_a_year_end_bill_is_shared_by_days_and_both_years_add_up() -> None:
    bill = confirmed("r1", "1000", period_start="2024-12-21", period_end="2025-01-20")
    years = {y: build(bill, profile=PROFILE.replace("year = 2025", f"year = {y}")) for y in (2024, 2025)}
    shares = {y: lines(b)["r1"][0] for y, b in years.items()}
    assert shares == {2024: "354.838710", 2025: "645.16129"} or shares == {2024: "354.83871", 2025: "645.16129"}
    assert parse_number(shares[2024]) + parse_number(shares[2025]) == 1000
    assert years[2025].inputs["activities"][0]["params"]["period"] == "2025-01-01/2025-01-20"
    (finding,) = [f for f in years[2025].findings if f.id == "period-split"]
    assert (finding.data["days"], finding.data["of"]) == ("20", "31")


def test_a_bill_over_three_years_adds_up_too() -> None:
    bill = confirmed("r1", "1234567.891", period_start="2023-11-15", period_end="2025-02-10")
    total = sum(
        parse_number(lines(build(bill, profile=PROFILE.replace("year = 2025", f"year = {y}")))["r1"][0]) for y in (2023, 2024, 2025)
    )
    assert total == parse_number("1234567.891")


def test_leap_days_count() -> None:
    assert share_of_days(Fraction(60), 0, 29, 60) == 29
    bill = confirmed("r1", "366", period_start="2024-01-01", period_end="2024-12-31")
    assert lines(build(bill, profile=PROFILE.replace("year = 2025", "year = 2024")))["r1"][0] == "366"


@pytest.mark.parametrize(
    ("changes", "finding", "counted"),
    [
        ({"period_start": None, "period_end": None}, "record-without-period", False),
        ({"period_start": "2025-03-01", "period_end": None}, "record-without-period", False),
        ({"period_start": "9999-12-31", "period_end": "9999-12-31"}, "record-without-period", False),
        ({"period_start": "2024-03-01", "period_end": "2024-03-31"}, "outside-year", False),
        ({}, None, True),
    ],
)
def test_records_outside_the_year_or_without_period(changes: dict[str, Any], finding: str | None, counted: bool) -> None:
    result = build(confirmed("r1", **changes))
    assert ("r1" in lines(result)) is counted
    if finding:
        assert finding in said(result)


def test_without_a_period_the_issue_month_counts_and_is_said() -> None:
    result = build(confirmed("r1", issued="2025-12-03", period_start=None, period_end=None))
    assert result.inputs["activities"][0]["params"]["period"] == "2025-12-01/2025-12-31"
    assert "period-from-issue-date" in said(result)


def test_green_power_is_taken_out_of_the_bills_of_its_month_and_account() -> None:
    green = {"carrier": Carrier.GREEN_POWER}
    result = build(
        confirmed("b1", "1000"),
        confirmed("b2", "500", account_number="1002"),
        confirmed("b3", "800", period_start="2025-04-01", period_end="2025-04-30"),
        confirmed("g1", "400", **green),
        confirmed("g2", "500", account_number="1002", **green),
    )
    assert lines(result) == {
        "b1": ("600", "in", "grid"),
        "b3": ("800", "in", "grid"),
        "g1": ("400", "in", "green_trade"),
        "g2": ("500", "in", "green_trade"),
    }
    assert said(result).count("green-power-within-bill") == 2
    assert "remainder-policy-by-default" in said(result)


def test_green_power_above_the_purchase_is_refused() -> None:
    with pytest.raises(CalculationRefused) as caught:
        build(confirmed("b1", "100"), confirmed("g1", "101", carrier=Carrier.GREEN_POWER))
    assert caught.value.id == "green_claim_exceeds_consumption"
    assert caught.value.subject == "g1"
    assert "多出 1 kWh" in caught.value.message


def test_certificates_count_only_when_the_profile_says_so() -> None:
    certificate = confirmed("c1", "300", carrier=Carrier.GREEN_CERTIFICATE, params={"certificate_id": "GEC-1"})
    bill = confirmed("b1", "1000")
    off = build(bill, certificate)
    assert lines(off) == {"b1": ("1000", "in", "grid")}
    assert "certificate-not-counted" in said(off)
    on = build(bill, certificate, profile=PROFILE + "\n[accounting]\ngec_zero_factor = true\n")
    assert lines(on) == {"b1": ("700", "in", "grid"), "c1": ("300", "in", "gec")}
    assert next(a for a in on.inputs["activities"] if a["id"] == "c1")["params"]["certificate_id"] == "GEC-1"


def test_a_claim_that_was_sold_is_not_ours() -> None:
    result = build(confirmed("b1"), confirmed("g1", "5", carrier=Carrier.GREEN_POWER, direction=Direction.EXPORTED))
    assert lines(result) == {"b1": ("1000", "in", "grid")}
    assert "claim-sold" in said(result)


GENERATED = {**PV, "direction": Direction.SELF_GENERATED}
USED = {**PV, "direction": Direction.SELF_CONSUMED}
SOLD = {**PV, "direction": Direction.EXPORTED}


def test_generation_minus_export_is_self_use() -> None:
    result = build(confirmed("g", "1000", **GENERATED), confirmed("x", "300", **SOLD))
    assert lines(result) == {
        "g": ("700", "in", "self_use_pv"),
        "x+g": ("300", "in", "self_generation_pv"),
        "x": ("300", "out", "self_generation_pv"),
    }


def test_metered_self_use_is_preferred_and_nothing_doubles() -> None:
    result = build(confirmed("g", "1000", **GENERATED), confirmed("u", "690", **USED), confirmed("x", "300", **SOLD))
    assert lines(result) == {
        "u": ("690", "in", "self_use_pv"),
        "x+g": ("300", "in", "self_generation_pv"),
        "x": ("300", "out", "self_generation_pv"),
    }
    assert "generation-and-self-use" in said(result)


def test_a_generation_year_with_one_month_of_self_use_keeps_the_other_months() -> None:
    year = {**GENERATED, "period_start": "2025-01-01", "period_end": "2025-12-31"}
    result = build(confirmed("g", "12000", **year), confirmed("u", "900", **USED), confirmed("x", "100", **SOLD))
    assert self_use(result) == 12000 - 100
    assert "self-use-in-part" in said(result)


def test_two_plants_do_not_mix() -> None:
    other = {**USED, "account_number": "2002"}
    result = build(confirmed("g", "1000", **GENERATED), confirmed("u", "50", **other))
    assert self_use(result) == 1050


def test_generation_all_exported_is_no_self_use() -> None:
    result = build(confirmed("g", "300", **GENERATED), confirmed("x", "300", **SOLD))
    assert lines(result)["g"] == ("0", "in", "self_use_pv")


def test_feed_in_without_generation_is_said() -> None:
    assert "feed-in-without-generation" in said(build(confirmed("x", "300", **SOLD)))
    assert "feed-in-without-generation" not in said(build(confirmed("x", "300", **SOLD), confirmed("u", "1", **USED)))


def _red(id: str, quantity: str, blue: str | None) -> ConfirmedRecord:
    finding = Finding(id="red-letter", severity=Severity.EXPLAIN, message="红字", data={"blue_invoice": blue} if blue else {})
    return confirmed(id, quantity, carrier=Carrier.DIESEL, unit="L", account_number=None, findings=(finding,))


def test_a_red_letter_invoice_corrects_its_blue_one() -> None:
    blue = confirmed("b", "500", invoice="N1", carrier=Carrier.DIESEL, unit="L", account_number=None)
    result = build(blue, _red("r", "-500", "N1"))
    red = next(a for a in result.inputs["activities"] if a["id"] == "r")
    assert red["params"]["correction_of"] == "b"
    assert result.corrections == {"r": "b"}


@pytest.mark.parametrize("blue", [None, "N2"])
def test_a_negative_record_without_its_object_is_left_out_and_blocks(blue: str | None) -> None:
    result = build(confirmed("b", "500", invoice="N1", carrier=Carrier.DIESEL, unit="L"), _red("r", "-500", blue))
    assert "r" not in lines(result)
    assert [f.severity for f in result.findings if f.id == "negative-without-object"] == [Severity.BLOCKING]


def test_the_default_grid_basis_is_said_and_an_explicit_one_is_not() -> None:
    profile = PROFILE.replace("[grid_basis]", "[ignored]")
    result = build(confirmed("r1"), profile=profile)
    assert result.inputs["grid_basis"] == {"data_year": 2023, "level": "province", "region": "安徽", "basis": "average"}
    (finding,) = [f for f in result.findings if f.id == "grid-basis-by-default"]
    assert (finding.severity, "安徽 2023" in finding.message, bool(finding.fix)) == (Severity.EXPLAIN, True, True)
    explicit = build(confirmed("r1"))
    assert "grid-basis-by-default" not in said(explicit)
    assert explicit.inputs["grid_basis"]["data_year"] == 2023
    assert build(confirmed("r1"), profile=profile.replace('province = "安徽"', "")).inputs["grid_basis"] is None


@pytest.mark.parametrize(
    ("province", "region"), [("安徽省", "安徽"), ("北京市", "北京"), ("广西壮族自治区", "广西"), ("新疆维吾尔自治区", "新疆"), ("内蒙古自治区", "内蒙古"), ("内蒙古", "内蒙古")]
)
def test_province_names_are_shortened(province: str, region: str) -> None:
    profile = PROFILE.replace("[grid_basis]", "[ignored]").replace('province = "安徽"', f'province = "{province}"')
    assert build(confirmed("r1"), profile=profile).inputs["grid_basis"]["region"] == region


def test_parameters_come_from_record_then_profile() -> None:
    diesel = {"carrier": Carrier.DIESEL, "unit": "L"}
    gas = {"carrier": Carrier.NATURAL_GAS, "unit": "m3", "account_number": "G1"}
    result = build(
        confirmed("d1", **diesel),
        confirmed("d2", params={"density_kg_per_l": "0.85"}, **diesel),
        confirmed("n1", **gas),
        confirmed("n2", **(gas | {"account_number": "G2"})),
        confirmed("w", carrier=Carrier.WATER, unit="t"),
        confirmed("b", carrier=Carrier.BIOMASS, unit="t"),
        profile=PROFILE + '\n[gas_condition]\nG1 = "标况"\n',
    )
    params = {a["id"]: a["params"] for a in result.inputs["activities"]}
    assert params["d1"]["density_kg_per_l"] == "0.84"
    assert params["d2"]["density_kg_per_l"] == "0.85"
    assert params["n1"]["gas_condition"] == "标况"
    assert "gas_condition" not in params["n2"]
    assert "w" not in params
    assert "carrier-not-counted" in said(result)


@pytest.mark.parametrize(
    ("section", "params", "carrier"),
    [
        ('pressure_mpa = "0.8"\npressure_basis = "absolute"', {}, "饱和蒸汽"),
        ('pressure_mpa = "1.0"\npressure_basis = "absolute"\ntemperature_c = "250"', {}, "过热蒸汽"),
        ('pressure_mpa = "1.0"\npressure_basis = "absolute"', {"temperature_c": "250"}, "过热蒸汽"),
        ('steam = "saturated"\npressure_mpa = "0.8"\ntemperature_c = "170.4"', {}, "饱和蒸汽"),
    ],
)
def test_steam_states(section: str, params: dict[str, str], carrier: str) -> None:
    result = build(confirmed("s", carrier=Carrier.STEAM, unit="t", params=params), profile=PROFILE + f"\n[steam]\n{section}\n")
    (activity,) = result.inputs["activities"]
    assert activity["carrier"] == carrier
    assert activity["params"]["heat_method"] == "minus_feedwater_83_74"
    assert ("temperature_c" in activity["params"]) is (carrier == "过热蒸汽")
    assert "heat-method-by-default" in said(result)


def test_an_impossible_period_is_named_and_not_counted():
    build = build_inputs(profile_of(), [confirmed("r", period_start="9999-12-01", period_end="9999-12-31")], 2023)
    (found,) = [f for f in build.findings if f.id == "record-without-period"]
    assert found.severity is Severity.BLOCKING
    assert "9999-12-31 不是可用的日期" in found.message
    assert build.inputs["activities"] == []
