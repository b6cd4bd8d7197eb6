"""No kWh is lost and none is counted twice: purchase + self-use + green power = consumption."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ledger_builders import PROFILE, confirmed, profile_of

from app.domain.carrier import Carrier, Direction
from app.domain.errors import CalculationRefused
from app.domain.number import exact_text, parse_number
from app.services.calculation import calculate_inputs, factor_library
from app.services.inventory import build_inputs
from app.services.inventory_pieces import ConfirmedRecord, InventoryBuild, share_of_days

PROFILE_2025 = profile_of(PROFILE)
FACTORS = factor_library()
kwh = st.integers(0, 10**9).map(lambda n: exact_text(Fraction(n, 1000)))
months = st.integers(1, 12)


def month(number: int) -> dict[str, str]:
    first = date(2025, number, 1)
    last = date(2025 + number // 12, number % 12 + 1, 1) - timedelta(days=1)
    return {"period_start": first.isoformat(), "period_end": last.isoformat()}


def supply(build: InventoryBuild, *names: str) -> Fraction:
    """Sum over the activities of the named supply paths that are consumed here."""
    return sum(
        (parse_number(a["quantity"]) for a in build.inputs["activities"] if a["params"]["supply"] in names and a["direction"] == "in"),
        Fraction(0),
    )


@st.composite
def factory_year(draw: st.DrawFn) -> list[ConfirmedRecord]:
    out = []
    for number in draw(st.sets(months, max_size=4)):
        for account in draw(st.sets(st.sampled_from(("1001", "1002")))):
            out.append(confirmed(f"b{number}{account}", draw(kwh), account_number=account, **month(number)))
        if draw(st.booleans()):
            named = draw(st.sampled_from(("1001", None)))
            out.append(confirmed(f"g{number}", draw(kwh), carrier=Carrier.GREEN_POWER, account_number=named, **month(number)))
    return out


@settings(max_examples=200, deadline=None)
@given(records=factory_year())
def test_purchase_is_what_the_bills_say(records: list[ConfirmedRecord]) -> None:
    """Green power is a part of the bills: grid and green together are the bills, whenever the claims are possible at all."""
    billed = sum((parse_number(r.record.quantity) for r in records if r.record.carrier is Carrier.ELECTRICITY), Fraction(0))
    claimed = sum((parse_number(r.record.quantity) for r in records if r.record.carrier is Carrier.GREEN_POWER), Fraction(0))
    try:
        build = build_inputs(PROFILE_2025, records, 2023)
    except CalculationRefused as refused:
        assert refused.id == "green_claim_exceeds_consumption"  # noqa: PT017
        return
    assert supply(build, "grid", "green_trade") == billed
    assert supply(build, "green_trade") == claimed
    assert all(parse_number(a["quantity"]) >= 0 for a in build.inputs["activities"])


@st.composite
def plant_year(draw: st.DrawFn) -> tuple[list[ConfirmedRecord], Fraction, Fraction]:
    """Records of one plant, its true self-use and export. A month has generation and export, self-use and export, or all three."""
    out, used, sold = [], Fraction(0), Fraction(0)
    for number in draw(st.sets(months, min_size=1, max_size=5)):
        use, sale = parse_number(draw(kwh)), parse_number(draw(kwh))
        used, sold = used + use, sold + sale
        pv = {"carrier": Carrier.PV_GENERATION, "account_number": draw(st.sampled_from(("2001", None))), **month(number)}
        kinds = draw(st.sampled_from(("gx", "ux", "gux")))
        if "g" in kinds:
            out.append(confirmed(f"g{number}", exact_text(use + sale), direction=Direction.SELF_GENERATED, **pv))
        if "u" in kinds:
            out.append(confirmed(f"u{number}", exact_text(use), direction=Direction.SELF_CONSUMED, **pv))
        out.append(confirmed(f"x{number}", exact_text(sale), direction=Direction.EXPORTED, **pv))
    return out, used, sold


@settings(max_examples=200, deadline=None)
@given(plant=plant_year())
def test_generation_is_self_use_plus_export(plant: tuple[list[ConfirmedRecord], Fraction, Fraction]) -> None:
    records, used, sold = plant
    build = build_inputs(PROFILE_2025, records, 2023)
    assert supply(build, "self_use_pv") == used
    assert supply(build, "self_generation_pv") == sold
    exported = [a for a in build.inputs["activities"] if a["direction"] == "out"]
    assert sum((parse_number(a["quantity"]) for a in exported), Fraction(0)) == sold


@settings(max_examples=60, deadline=None)
@given(year=st.integers(1, 12), total=kwh, parts=st.lists(st.tuples(months, kwh), max_size=3))
def test_a_generation_total_of_the_year_is_counted_once_whatever_months_are_metered(
    year: int, total: str, parts: list[tuple[int, str]]
) -> None:
    used = dict(parts)
    assume(sum(map(parse_number, used.values())) <= parse_number(total))
    whole = {"period_start": "2025-01-01", "period_end": "2025-12-31"}
    pv = {"carrier": Carrier.PV_GENERATION, "account_number": "2001"}
    records = [confirmed("g", total, direction=Direction.SELF_GENERATED, **pv, **whole)]
    records += [confirmed(f"u{m}", q, direction=Direction.SELF_CONSUMED, **pv, **month(m)) for m, q in used.items()]
    assert supply(build_inputs(PROFILE_2025, records, 2023), "self_use_pv") == parse_number(total)


@settings(max_examples=40, deadline=None)
@given(quantity=kwh, cut=st.integers(0, 1000), number=months)
def test_splitting_a_record_keeps_the_total(quantity: str, cut: int, number: int) -> None:
    whole = parse_number(quantity)
    part = whole * Fraction(cut, 1000)
    one = build_inputs(PROFILE_2025, [confirmed("a", quantity, **month(number))], 2023)
    two = build_inputs(
        PROFILE_2025, [confirmed("a1", exact_text(part), **month(number)), confirmed("a2", exact_text(whole - part), **month(number))], 2023
    )
    totals = [calculate_inputs(b.inputs, FACTORS)["total_exact"] for b in (one, two)]
    assert parse_number(totals[0]) == parse_number(totals[1])


@settings(max_examples=60, deadline=None)
@given(records=factory_year(), data=st.data())
def test_the_order_of_records_changes_nothing(records: list[ConfirmedRecord], data: st.DataObject) -> None:
    try:
        first = build_inputs(PROFILE_2025, records, 2023)
    except CalculationRefused:
        return
    assert build_inputs(PROFILE_2025, data.draw(st.permutations(records)), 2023).inputs == first.inputs


@settings(max_examples=200, deadline=None)
@given(quantity=st.integers(-(10**12), 10**12).map(lambda n: Fraction(n, 10**4)), cuts=st.lists(st.integers(1, 400), min_size=1, max_size=6))
def test_shares_by_days_add_up_exactly(quantity: Fraction, cuts: list[int]) -> None:
    days = sum(cuts)
    ends = [sum(cuts[: n + 1]) for n in range(len(cuts))]
    shares = [share_of_days(quantity, end - cut, end, days) for end, cut in zip(ends, cuts, strict=True)]
    assert sum(shares, Fraction(0)) == quantity
    assert all(abs(s - quantity * c / days) <= Fraction(1, 10**6) for s, c in zip(shares, cuts, strict=True))
