"""Facts: one origin each, rounded once, months never split."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden" / "drafting"))

import sample_factory as sample

from app.domain.carrier import Carrier, Direction
from app.domain.project import FactoryProfile
from app.drafting.facts import collect_facts, fact_id, given_fact, text_fact
from app.drafting.facts_ledger import entry_month
from app.drafting.rounding import ROUNDING
from app.drafting.source import DraftSource, LedgerEntry
from app.drafting.tags import TAG_LIMIT, clause_tag, literal_tag, parse_tag, unit_tag


def entry(**changes) -> LedgerEntry:
    whole = LedgerEntry(
        record_id="0123456789ab-r1",
        carrier=Carrier.ELECTRICITY,
        direction=Direction.PURCHASED,
        quantity="100",
        unit="kWh",
        document_sha256="ab" * 32,
        filename="账单.pdf",
    )
    return replace(whole, **changes)


def test_every_fact_has_exactly_one_origin():
    for fact in collect_facts(sample.source()).values():
        origins = [fact.run_line, fact.document, fact.clause, fact.profile]
        assert sum(o is not None for o in origins) == 1, fact
        assert fact.text


def test_every_tag_fits_a_content_control():
    facts = collect_facts(sample.source())
    assert all(len(unit_tag(id)) <= TAG_LIMIT for id in facts)
    assert len(clause_tag("quote", "doc/" + "第一章-" * 40)) <= TAG_LIMIT


def test_long_ids_stay_apart():
    first, second = fact_id("run.line", "a" * 80, "tco2"), fact_id("run.line", "a" * 80, "quantity")
    assert first != second
    assert max(len(first), len(second)) <= TAG_LIMIT - len("unit:")


def test_totals_shares_and_rounding():
    facts = collect_facts(sample.source())
    assert (facts["run.total"].text, facts["run.total"].unit) == ("3609.87", "tCO2")
    assert Fraction(facts["run.total"].value) == sample.run().total_tco2
    shares = [Fraction(f.value) for id, f in facts.items() if id.startswith("run.share.")]
    assert sum(shares) == 100
    assert facts["run.subtotal.electricity_out"].text == "-8.14"
    assert facts["run.total"].run_line == f"{sample.RUN}/total_tco2"


def test_monthly_electricity_adds_up_to_the_ledger():
    facts = collect_facts(sample.source())
    months = [Fraction(facts[f"ledger.electricity.purchased.kWh.2025-{m:02d}"].value) for m in range(1, 13)]
    assert (
        sum(months)
        == Fraction(facts["ledger.electricity.purchased.kWh"].value)
        == sum(Fraction(str(q)) for q in sample.KWH)
    )
    assert facts["ledger.electricity.purchased.kWh.2025-03"].text == "398110.5"
    assert facts["ledger.electricity.purchased.kWh.peak_to_mean"].unit == "倍"


def test_a_sum_over_documents_keeps_every_page():
    facts = collect_facts(sample.source())
    assert facts["ledger.electricity.purchased.kWh"].document.count("#p1") == 12
    assert facts["ledger.diesel.purchased.L"].document.endswith("#p2")


@pytest.mark.parametrize(
    ("start", "end", "month"),
    [
        ("2025-01-01", "2025-01-31", "2025-01"),
        ("2024-12-26", "2025-01-25", "2025-01"),
        ("2025-02-15", "2025-03-15", "2025-03"),
        ("2025-01-16", "2025-02-16", "2025-01"),
        ("2025-01-01", "2025-12-31", None),
        (None, "2025-01-31", None),
        ("2025-03-01", "2025-02-01", None),
        ("not a date", "2025-02-01", None),
    ],
)
def test_a_bill_belongs_to_the_month_with_most_of_its_days(start, end, month):
    assert entry_month(entry(period_start=start, period_end=end)) == month


def test_quantities_of_different_units_are_never_added():
    source = sample.source(records=(entry(), entry(record_id="x-r2", quantity="3", unit="MWh")))
    facts = collect_facts(source)
    assert facts["ledger.electricity.purchased.kWh"].text == "100"
    assert facts["ledger.electricity.purchased.MWh"].text == "3"


def test_a_given_number_keeps_its_own_digits():
    fact = given_fact("x", "产量", "2.0", "GWh", profile="output.quantity")
    assert (fact.text, fact.value) == ("2.0", "2")
    assert given_fact("x", "产量", "约两万", profile="output.quantity").text == "约两万"


def test_texts_from_outside_are_flattened_and_cleaned():
    assert text_fact("x", "名称", "甲\n乙\u0007\u3000丙", profile="factory.name").text == "甲 乙 丙"


@pytest.mark.parametrize(
    ("family", "value", "text"),
    [
        ("emission", Fraction(1, 200), "0.00"),
        ("emission", Fraction(3, 200), "0.02"),
        ("emission", Fraction(-1, 1000), "0.00"),
        ("activity", Fraction(5, 2), "2.5"),
        ("activity", Fraction(1, 3), "0.333"),
        ("activity", Fraction(1200), "1200"),
    ],
)
def test_rounding_is_half_even_once_and_zero_has_no_sign(family, value, text):
    assert ROUNDING[family].text(value) == text


def test_planned_reductions_are_summed_only_when_all_are_numbers():
    facts = collect_facts(sample.source())
    assert facts["plan.reduction"].text == "3330.50"
    assert Fraction(facts["plan.residual"].value) == sample.run().total_tco2 - Fraction("3330.5")
    vague = FactoryProfile(name="甲", extra={"measures": [{"name": "光伏", "reduction_tco2": "较多"}]})
    facts = collect_facts(sample.source(profile=vague))
    assert "plan.reduction" not in facts
    assert facts["measure.1.reduction"].text == "较多"


def test_no_residual_is_printed_when_plans_exceed_the_baseline():
    greedy = FactoryProfile(name="甲", extra={"measures": [{"name": "光伏", "reduction_tco2": "999999"}]})
    facts = collect_facts(sample.source(profile=greedy))
    assert "plan.residual" not in facts


def test_facts_do_not_depend_on_the_order_of_records():
    forward = collect_facts(sample.source())
    backward = collect_facts(sample.source(records=tuple(reversed(sample.ledger()))))
    assert {i: (f.text, f.value) for i, f in forward.items()} == {i: (f.text, f.value) for i, f in backward.items()}


def test_thresholds_of_decidable_policies_are_facts_with_their_clause():
    facts = collect_facts(sample.source())
    thresholds = [f for f in facts.values() if f.id.startswith("policy.miit-2026-13") and "1级" in f.text]
    assert thresholds
    assert all(f.clause and f.clause.startswith("miit-2026-13/") for f in thresholds)


def test_a_bare_project_yields_only_what_it_said():
    facts = collect_facts(DraftSource(project="p", profile=FactoryProfile(name="甲"), generated_on=date(2026, 1, 1)))
    assert {f.text for f in facts.values()} == {"甲"}


def test_tags_say_what_they_hold():
    assert parse_tag("run.total").kind == "fact"
    assert parse_tag("unit:run.total").name == "run.total"
    parsed = parse_tag(literal_tag("date", "2025年3月"))
    assert (parsed.kind, parsed.detail) == ("lit", "date")
    assert literal_tag("date", "2025年3月") != literal_tag("date", "2025年4月")


def test_the_facts_of_the_sample_factory_are_the_agreed_ones():
    """A change of id, text or unit in ``facts.tsv`` would make documents that are already out fail their check."""
    facts = collect_facts(sample.source(policies={}))
    lines = [f"{f.id}\t{f.text}\t{f.unit}".rstrip("\t") for f in facts.values()]
    golden = (sample.ROOT / "tests" / "golden" / "drafting" / "facts.tsv").read_text(encoding="utf-8").splitlines()
    assert sorted(lines) == golden
