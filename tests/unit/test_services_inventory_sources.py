"""What a profile adds to the bills: sources no bill shows, measured values, the standard that is followed."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest
from ledger_builders import PROFILE, confirmed, profile_of

from app.accounting import calculate
from app.corpus.factors import load_factor_library
from app.domain.carrier import Carrier
from app.domain.errors import UsageError
from app.domain.finding import Severity
from app.services.inventory import build_inputs

LIBRARY = load_factor_library()
WELDING = """
[[sources]]
id = "welding"
carrier = "CO2保护焊"
quantity = "2.5"
unit = "t"
evidence = "焊接气体台账.xlsx"
variables = { P_CO2 = "100" }
"""
COAL = {"carrier": Carrier.BITUMINOUS_COAL, "unit": "t", "account_number": None}
REPORT = """
[[measured]]
carrier = "烟煤"
ncv_gj_per_unit = "24.5"
oxidation_rate_pct = "98"
evidence = "煤质检测报告.pdf"
"""


def build(more: str, *records, profile: str = PROFILE):
    return build_inputs(profile_of(profile + more), list(records), 2023)


def ids(made) -> dict[str, Severity]:
    return {f.id: f.severity for f in made.findings}


def test_a_source_of_the_profile_is_a_line_of_the_run():
    made = build(WELDING, confirmed("e"))
    (item,) = [a for a in made.inputs["activities"] if a["id"] == "source-welding"]
    assert item["params"] == {"variables": {"P_CO2": "100"}, "period": "2025-01-01/2025-12-31", "document": "焊接气体台账.xlsx"}
    run = calculate(made.inputs, LIBRARY)
    assert (run.line("source-welding").category, run.line("source-welding").tco2) == ("process", Fraction("2.5"))
    assert "unknown-parameter" not in {f.id for f in run.findings}
    assert "energy_tce:当量" in made.inputs["request"]  # a process has no energy to convert


def test_a_source_without_evidence_blocks_and_is_not_counted():
    made = build(WELDING.replace('evidence = "焊接气体台账.xlsx"\n', ""))
    assert ids(made)["source-without-evidence"] is Severity.BLOCKING
    assert made.inputs["activities"] == []


@pytest.mark.parametrize(("old", "new"), [('unit = "t"\n', ""), ('quantity = "2.5"', 'quantity = ""')])
def test_a_source_that_is_no_activity_is_a_mistake_of_the_profile(old, new):
    with pytest.raises(UsageError) as caught:
        build(WELDING.replace(old, new))
    assert caught.value.id == "source_invalid"


def test_two_sources_of_one_name():
    with pytest.raises(UsageError):
        build(WELDING + WELDING)


def test_a_source_may_be_out_and_state_its_period():
    captured = WELDING.replace("CO2保护焊", "捕集CO2").replace('unit = "t"', 'unit = "t"\ndirection = "out"\npurity_pct = "99"\nperiod = "2025-06"')
    (item,) = build(captured).inputs["activities"]
    assert (item["direction"], item["params"]["period"], item["params"]["purity_pct"]) == ("out", "2025-06", "99")


def test_measured_values_win_over_defaults_with_their_report():
    made = build(REPORT, confirmed("c", "100", **COAL))
    (item,) = made.inputs["activities"]
    assert item["params"]["ncv_gj_per_unit"] == "24.5"
    assert item["params"]["ncv_gj_per_unit_source"] == "煤质检测报告.pdf"
    run = calculate(made.inputs, LIBRARY)
    own = Fraction(LIBRARY.fuels["A", "烟煤"].carbon)
    assert run.total_tco2 == 100 * Fraction("24.5") * own * Fraction("0.98") * Fraction(44, 12)
    assert any(f.source == "煤质检测报告.pdf" and f.evidence == "user" for f in run.factors)


def test_measured_values_without_a_report_are_not_taken():
    made = build(REPORT.replace('evidence = "煤质检测报告.pdf"\n', ""), confirmed("c", "100", **COAL))
    assert ids(made)["measured-without-evidence"] is Severity.EXPLAIN
    assert "ncv_gj_per_unit" not in made.inputs["activities"][0]["params"]


def test_two_reports_for_one_record_are_a_contradiction():
    made = build(REPORT + REPORT, confirmed("c", "100", **COAL))
    assert ids(made)["measured-twice"] is Severity.BLOCKING
    assert "ncv_gj_per_unit" not in made.inputs["activities"][0]["params"]


def test_reports_by_period():
    first = REPORT + 'period_start = "2025-01-01"\nperiod_end = "2025-03-31"\n'
    second = REPORT.replace("24.5", "23.1") + 'period_start = "2025-04-01"\n'
    made = build(
        first + second, confirmed("m", "1", **COAL), confirmed("a", "1", **COAL, period_start="2025-04-01", period_end="2025-04-30"),
        confirmed("x", "1", **COAL, period_start="2025-03-20", period_end="2025-04-10"),
    )  # fmt: skip
    got = {a["id"]: a["params"].get("ncv_gj_per_unit") for a in made.inputs["activities"]}
    assert got == {"m": "24.5", "a": "23.1", "x": None}


def test_biomass_with_a_report_is_burnt_outside_the_total():
    straw = {"carrier": Carrier.BIOMASS, "unit": "t", "account_number": None}
    assert "carrier-not-counted" in ids(build("", confirmed("b", "10", **straw)))
    report = '[[measured]]\ncarrier = "biomass"\nncv_gj_per_unit = "15"\ncarbon_content_tc_per_gj = "0.0275"\noxidation_rate_pct = "98"\nevidence = "检测.pdf"\n'
    made = build(report, confirmed("b", "10", **straw))
    run = calculate({**made.inputs, "request": []}, LIBRARY)
    assert (run.line("b").category, run.total_tco2) == ("outside_boundary", 0)


def test_the_edition_follows_the_year_unless_the_profile_names_one():
    made = build("", confirmed("e"))
    assert made.inputs["edition"] == "GB/T 32150"
    assert calculate(made.inputs, LIBRARY).edition == "GB/T 32150-2015"  # the one in force when 2025 began
    later = build("", profile=PROFILE.replace("year = 2025", "year = 2027"))
    assert calculate(later.inputs, LIBRARY).edition == "GB/T 32150-2025"
    named = build('[accounting]\nedition = "GB/T 32151.34-2024"\n')
    assert named.inputs["edition"] == "GB/T 32151.34-2024"
    assert "edition-by-default" not in ids(named)


def test_an_enterprise_of_the_carbon_market_is_told_what_is_held_of_its_rules():
    covered = PROFILE.replace("year = 2025", "year = 2025\nets_covered = true").replace(
        '[grid_basis]\ndata_year = 2023\nlevel = "province"\nregion = "安徽"\nbasis = "average"\n', ""
    )
    made = build("", confirmed("e"), profile=covered)
    assert ids(made)["ets-rules-in-part"] is Severity.EXPLAIN
    assert made.inputs["grid_basis"] == {"data_year": 2023, "level": "national", "region": "全国", "basis": "average"}


def test_uncertainties_of_the_profile_reach_the_run():
    """√(5²) on the power and √(1² + 2²) on the fuel, weighted by what they contribute."""
    told = '[uncertainty]\nelectricity = "5"\n"烟煤" = { activity = "1", factor = "2" }\n'
    run = calculate(build(told, confirmed("e"), confirmed("c", "1", **COAL)).inputs, LIBRARY)
    power, coal = run.line("e").tco2, run.line("c").tco2
    square = (power**2 * Fraction("0.0025") + coal**2 * Fraction("0.0005")) / (power + coal) ** 2
    assert Fraction(run.supplements["uncertainty"]["relative_pct_squared_exact"]) == square * 10000
    partial = calculate(build('[uncertainty]\nelectricity = "5"\n', confirmed("e"), confirmed("c", "1", **COAL)).inputs, LIBRARY)
    assert partial.supplements["uncertainty"]["relative_pct"] is None
    whole = calculate(build('[uncertainty]\ndefault = "5"\n', confirmed("e"), confirmed("c", "1", **COAL)).inputs, LIBRARY)
    assert whole.supplements["uncertainty"]["declared"] == 2


def test_the_year_before_and_the_base_year_reach_the_run():
    more = '[output]\nquantity = "2"\nunit = "GWh"\n[base_year]\nyear = "2022"\nco2 = "3"\noutput_quantity = "1.5"\n[previous_year]\nyear = "2024"\nco2 = "0.5"\n'
    run = calculate(build(more, confirmed("e")).inputs, LIBRARY)
    shown = {(y["against"], y["name"]): y for y in run.supplements["reported_indicators"]["year_on_year"]}
    assert shown["base", "co2/output_quantity"]["before"] == "2"
    assert shown["base", "co2/output_quantity"]["after"] == "0.32765"
    assert shown["previous", "co2"] == {
        "name": "co2", "against": "previous", "base_year": "2024", "before": "0.5", "after": "0.6553", "change": "0.1553",
        "change_pct": "31.060000",
    }  # fmt: skip
    assert ("previous", "co2/output_quantity") not in shown


def test_the_examples_of_the_profile_page_are_a_run():
    """Every block of docs/profile.md that adds sources, measured values, meters or reporting, as one profile."""
    page = (Path(__file__).parents[2] / "docs" / "profile.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    wanted = ("[[sources]]", "[[measured]]", "[[meters]]", "[reporting]")
    chosen = [b for b in blocks if any(w in b for w in wanted)]
    assert len(chosen) == len(wanted)
    made = build('[accounting]\ngwp_report = "AR6"\n' + "".join(chosen), confirmed("e"), confirmed("c", "10", **COAL))
    run = calculate(made.inputs, LIBRARY)
    assert {"source-welding", "source-etching", "source-captured", "e", "c"} == {line.activity for line in run.lines}
    assert not [f for f in run.findings if f.id.startswith("unknown")]
    assert not [f for f in made.findings if f.severity is Severity.BLOCKING]
    assert run.supplements["uncertainty"]["relative_pct"] is not None
    values = {i["id"]: i["values"] for i in run.supplements["reported_indicators"]["systems"][0]["indicators"]}
    assert sum(1 for v in values.values() if v) == 7  # coal has no coefficient here (three), one has no formula
