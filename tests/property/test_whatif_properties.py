"""Laws of margins, scenarios and the cheapest choice, over generated inputs."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.accounting import calculate
from app.corpus.factors import load_factor_library
from app.corpus.rules import load_ruleset
from app.domain.number import exact_text, parse_number
from app.domain.project import FactoryProfile
from app.domain.run import CalculationRun
from app.eligibility.cheapest import Candidate, cheapest
from app.eligibility.facts import build_fact_sheet
from app.eligibility.margins import margins
from app.eligibility.scenario import apply_changes

LIBRARY = load_factor_library()
RULESET = load_ruleset()
SMALL = st.fractions(min_value=0, max_value=9, max_denominator=6)
CANDIDATES = st.lists(st.builds(lambda e, c: Candidate(name="m", effect=e, cost=c), SMALL, SMALL), max_size=8)
KWH = st.integers(min_value=0, max_value=9_000_000).map(lambda n: exact_text(Fraction(n, 100)))


def inputs_of(bills: list[str], gas: str) -> dict[str, Any]:
    activities = [
        {"id": f"e{n}", "carrier": "电力", "quantity": kwh, "unit": "kWh", "direction": "in", "params": {"supply": "grid"}} for n, kwh in enumerate(bills)
    ]
    activities.append({"id": "g", "carrier": "天然气", "quantity": gas, "unit": "Nm3", "direction": "in", "params": {}})
    return {
        "edition": "GB/T 32151.34-2024", "factor_set": "A", "year": 2025, "province": "安徽", "activities": activities,
        "grid_basis": {"data_year": 2023, "level": "province", "region": "安徽", "basis": "average"},
        "options": {"remainder_policy": "plain_average", "tce_coefficients": {"电力_当量": "TCE/电力/当量", "天然气": "1.33 kgce/Nm3"}},
        "request": ["energy_tce:当量", "intensity_tco2_per_tce:当量", "non_fossil_share:当量"],
    }  # fmt: skip


def after(inputs: dict[str, Any], changes: list[dict[str, str]]) -> CalculationRun:
    activities, _ = apply_changes(inputs["activities"], changes, calculate(inputs, LIBRARY))
    return calculate({**inputs, "activities": activities}, LIBRARY)


def power(run: CalculationRun) -> Fraction:
    return sum((parse_number(line.quantity) for line in run.lines if line.carrier == "电力"), Fraction(0))


@settings(max_examples=150, deadline=None)
@given(CANDIDATES, st.fractions(min_value=0, max_value=30, max_denominator=4))
def test_no_set_is_cheaper_than_the_chosen_one(candidates: list[Candidate], target: Fraction) -> None:
    sets = (s for k in range(len(candidates) + 1) for s in combinations(range(len(candidates)), k))
    reach = [s for s in sets if sum((candidates[n].effect for n in s), Fraction(0)) >= target]
    found = cheapest(candidates, target)
    best = min(((sum((candidates[n].cost for n in s), Fraction(0)), len(s), s) for s in reach), default=None)
    assert found.chosen == (best[2] if best else None)
    assert found.cost == (best[0] if best else 0)


@settings(max_examples=80, deadline=None)
@given(CANDIDATES, SMALL, st.randoms(use_true_random=False))
def test_order_does_not_change_the_cost_and_more_choice_never_costs_more(candidates: list[Candidate], target: Fraction, rng: Any) -> None:
    found = cheapest(candidates, target)
    shuffled = list(candidates)
    rng.shuffle(shuffled)
    again = cheapest(shuffled, target)
    assert (again.cost, again.chosen is None) == (found.cost, found.chosen is None)
    if found.chosen is not None:
        more = cheapest([*candidates, Candidate(name="n", effect=Fraction(1), cost=Fraction(1))], target)
        assert more.chosen is not None
        assert more.cost <= found.cost


@settings(max_examples=60, deadline=None)
@given(st.lists(KWH, min_size=1, max_size=5), KWH, st.sampled_from(["pv", "green_power", "direct_line"]), st.integers(0, 100))
def test_green_supply_keeps_consumption_and_lowers_emissions_by_its_own_kwh(bills: list[str], gas: str, kind: str, percent: int) -> None:
    inputs = inputs_of(bills, gas)
    before = calculate(inputs, LIBRARY)
    share = exact_text(Fraction(percent, 100))
    changed = after(inputs, [{"kind": kind, "share": share}])
    assert power(changed) == power(before)
    saved = Fraction(percent, 100) * power(before) / 1000 * Fraction("0.6553")
    assert before.total_tco2 - changed.total_tco2 == saved
    assert parse_number(changed.indicators["energy_tce"]["当量"]) == parse_number(before.indicators["energy_tce"]["当量"])


@settings(max_examples=40, deadline=None)
@given(st.lists(KWH, min_size=1, max_size=4), KWH, st.integers(0, 50), st.integers(0, 50))
def test_two_steps_of_green_power_are_one_of_their_sum(bills: list[str], gas: str, first: int, second: int) -> None:
    inputs = inputs_of(bills, gas)
    whole = power(calculate(inputs, LIBRARY))
    parts = [{"kind": "green_power", "kwh": exact_text(whole * n / 100)} for n in (first, second)]
    together = {"kind": "green_power", "kwh": exact_text(whole * (first + second) / 100)}
    assert after(inputs, parts).total_tco2 == after(inputs, [together]).total_tco2


@settings(max_examples=40, deadline=None)
@given(st.lists(KWH, min_size=1, max_size=3), KWH, st.integers(0, 100), st.integers(1, 20))
def test_fuel_made_electric_moves_exactly_what_was_said(bills: list[str], gas: str, percent: int, per_unit: int) -> None:
    inputs = inputs_of(bills, gas)
    before = calculate(inputs, LIBRARY)
    share = exact_text(Fraction(percent, 100))
    changed = after(inputs, [{"kind": "fuel_to_electricity", "carrier": "天然气", "share": share, "kwh_per_unit": str(per_unit)}])
    burnt = before.subtotals["fuel_combustion"]
    assert changed.subtotals["fuel_combustion"] == burnt * (1 - Fraction(percent, 100))
    moved = power(changed) - power(before)
    assert abs(moved - Fraction(gas) * percent / 100 * per_unit) <= Fraction(1, 10**6)


@settings(max_examples=60, deadline=None)
@given(st.lists(KWH, min_size=1, max_size=3), KWH, st.integers(0, 100))
def test_a_margin_is_reached_exactly_when_its_distance_is_not_negative(bills: list[str], gas: str, percent: int) -> None:
    changed = after(inputs_of(bills, gas), [{"kind": "pv", "share": exact_text(Fraction(percent, 100))}])
    sheet = build_fact_sheet(FactoryProfile(name="甲", year=2025), changed, ())
    for margin in margins(RULESET, sheet, tuple(RULESET.schemes)):
        if margin.distance is not None and margin.operator in (">=", "<=") and margin.unit != "天":
            distance = parse_number(margin.distance)
            assert margin.reached is (distance >= 0)
            value, threshold = parse_number(margin.value), parse_number(margin.threshold)
            assert abs(distance) == abs(value - threshold)


@settings(max_examples=30, deadline=None)
@given(st.lists(KWH, min_size=1, max_size=4), KWH)
def test_changing_nothing_is_the_same_run_and_the_inputs_stay_untouched(bills: list[str], gas: str) -> None:
    inputs = inputs_of(bills, gas)
    kept = repr(inputs)
    assert after(inputs, []).run_id == calculate(inputs, LIBRARY).run_id
    after(inputs, [{"kind": "pv", "share": "0.5"}])
    assert repr(inputs) == kept
