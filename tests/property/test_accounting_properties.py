"""What must hold whatever the numbers are: order, grouping and units change no total; a run replays to the byte."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.accounting import calculate
from app.accounting.allocate import by_month, by_year, decimal_share, months_of, shares, years_of
from app.accounting.report import run_to_json
from app.corpus.factors import load_factor_library
from app.domain.errors import CalculationRefused
from app.domain.number import exact_text, parse_number
from app.domain.period import Period
from app.domain.plain import from_plain, to_plain
from app.domain.run import CalculationRun

LIBRARY = load_factor_library()
GRID = {"data_year": 2023, "level": "province", "region": "安徽", "basis": "average"}
quantities = st.decimals(min_value=0, max_value=10**7, places=4, allow_nan=False).map(lambda d: format(d, "f"))
UNITS = {
    "电力": ("kWh", "MWh", "万kWh", "亿kWh", "度", "兆瓦时"),
    "天然气": ("Nm3", "万Nm3", "标方", "1e4Nm3"),
    "无烟煤": ("t", "kg", "万t", "吨"),
    "热力": ("GJ", "MJ", "TJ", "kJ"),
    "已核排放": ("tCO2", "kgCO2", "万tCO2"),
}
RATIO = {
    "kWh": "1", "MWh": "1000", "万kWh": "10000", "亿kWh": "100000000", "度": "1", "兆瓦时": "1000",
    "Nm3": "1", "万Nm3": "10000", "标方": "1", "1e4Nm3": "10000", "t": "1", "kg": "1/1000", "万t": "10000", "吨": "1",
    "GJ": "1", "MJ": "1/1000", "TJ": "1000", "kJ": "1/1000000", "tCO2": "1", "kgCO2": "1/1000", "万tCO2": "10000",
}  # fmt: skip
carriers = st.sampled_from(sorted(UNITS))


@st.composite
def activities(draw, minimum=1, maximum=6):
    chosen = draw(st.lists(st.tuples(carriers, quantities), min_size=minimum, max_size=maximum))
    return [
        {
            "id": f"a{n}",
            "carrier": c,
            "quantity": q,
            "unit": draw(st.sampled_from(UNITS[c])),
            "direction": "in",
            "params": {},
        }
        for n, (c, q) in enumerate(chosen)
    ]


def inputs(rows, **more):
    return {
        "edition": "GB/T 32151.34-2024", "factor_set": "A", "year": 2025, "grid_basis": GRID, "activities": rows, **more
    }  # fmt: skip


def total(rows) -> Fraction:
    return calculate(inputs(rows), LIBRARY).total_tco2


@settings(max_examples=60, deadline=None)
@given(rows=activities(minimum=2), data=st.data())
def test_permuting_activities_keeps_the_total(rows, data):
    assert total(data.draw(st.permutations(rows))) == total(rows)


@settings(max_examples=60, deadline=None)
@given(rows=activities(), share=st.integers(min_value=0, max_value=1000))
def test_splitting_an_activity_keeps_the_total(rows, share):
    first, *rest = rows
    part = Fraction(first["quantity"]) * share / 1000
    halves = [
        {**first, "id": "left", "quantity": exact_text(part)},
        {**first, "id": "right", "quantity": exact_text(Fraction(first["quantity"]) - part)},
    ]
    assert total([*rest, *halves]) == total(rows)


@settings(max_examples=60, deadline=None)
@given(carrier=carriers, quantity=quantities, data=st.data())
def test_a_change_of_unit_keeps_the_total(carrier, quantity, data):
    one, other = data.draw(st.sampled_from(UNITS[carrier])), data.draw(st.sampled_from(UNITS[carrier]))
    same = Fraction(quantity) * Fraction(RATIO[one]) / Fraction(RATIO[other])
    row = {"id": "a", "carrier": carrier, "unit": one, "quantity": quantity, "direction": "in", "params": {}}
    assert total([row]) == total([{**row, "unit": other, "quantity": exact_text(same)}])


@settings(max_examples=60, deadline=None)
@given(rows=activities())
def test_every_exact_text_parses_back(rows):
    run = calculate(inputs(rows), LIBRARY)
    shown = run_to_json(run)
    assert parse_number(shown["total_exact"]) == run.total_tco2
    for line, row in zip(run.lines, shown["lines"], strict=True):
        assert parse_number(row["exact"]) == line.tco2
        assert abs(parse_number(row["tco2"]) - line.tco2) * 2 * 10**6 <= 1
    assert sum((parse_number(v) for v in shown["subtotals_exact"].values()), Fraction(0)) == run.total_tco2


@settings(max_examples=40, deadline=None)
@given(rows=activities())
def test_the_same_input_gives_the_same_bytes(rows):
    first = json.dumps(run_to_json(calculate(inputs(rows), LIBRARY)), ensure_ascii=False)
    again = json.dumps(run_to_json(calculate(json.loads(json.dumps(inputs(rows))), LIBRARY)), ensure_ascii=False)
    assert first == again


@settings(max_examples=40, deadline=None)
@given(rows=activities())
def test_decimals_and_texts_are_one_input(rows):
    as_decimals = [{**row, "quantity": Decimal(row["quantity"])} for row in rows]
    one, other = calculate(inputs(rows), LIBRARY), calculate(inputs(as_decimals), LIBRARY)
    assert (one.inputs_hash, one.run_id, one.total_tco2) == (other.inputs_hash, other.run_id, other.total_tco2)


@settings(max_examples=40, deadline=None)
@given(rows=activities())
def test_a_run_survives_storage(rows):
    run = calculate(inputs(rows), LIBRARY)
    stored = from_plain(CalculationRun, json.loads(json.dumps(to_plain(run))))
    assert run_to_json(stored) == run_to_json(run)


@settings(max_examples=60, deadline=None)
@given(rows=activities(), extra=quantities)
def test_offsets_never_move_the_total(rows, extra):
    run = calculate(inputs(rows, offsets=[{"kind": "CCER", "quantity": extra, "unit": "tCO2e"}]), LIBRARY)
    assert run.total_tco2 == total(rows)
    assert run.offsets_tco2e == Fraction(extra)


@settings(max_examples=60, deadline=None)
@given(bought=quantities, made=quantities, sold=quantities)
def test_an_export_is_a_negative_line_or_a_refusal(bought, made, sold):
    rows = [
        {"id": "b", "carrier": "电力", "quantity": bought, "unit": "kWh", "direction": "in", "params": {"supply": "grid"}},
        {"id": "m", "carrier": "电力", "quantity": made, "unit": "kWh", "direction": "in",
         "params": {"supply": "self_generation_pv", "role": "generation", "proof": ["monthly_record"]}},
        {"id": "s", "carrier": "电力", "quantity": sold, "unit": "kWh", "direction": "out", "params": {}},
    ]  # fmt: skip
    covered = Fraction(sold) <= Fraction(bought) + Fraction(made)
    if not covered:
        with pytest.raises(CalculationRefused) as caught:
            total(rows)
        assert caught.value.id == "export_exceeds_supply"
        return
    assert total(rows) == (Fraction(bought) - Fraction(sold)) / 1000 * Fraction("0.6553")


@settings(max_examples=60, deadline=None)
@given(
    pressure=st.decimals(min_value=1, max_value=Decimal("20.9"), places=3),
    other=st.decimals(min_value=1, max_value=Decimal("20.9"), places=3),
)
def test_interpolated_enthalpy_stays_between_its_rows(pressure, other):
    rows = LIBRARY.saturated
    for p in (Fraction(pressure), Fraction(other)):
        row = {"id": "s", "carrier": "饱和蒸汽", "quantity": "1", "unit": "t", "direction": "in",
               "params": {"pressure_mpa": exact_text(p), "pressure_basis": "absolute", "heat_method": "minus_feedwater_83_74"}}  # fmt: skip
        h = parse_number(calculate(inputs([row]), LIBRARY).lookups["h_kj_per_kg"])
        below = max((c for c in rows if c.pressure <= p), key=lambda c: c.pressure)
        above = min((c for c in rows if c.pressure >= p), key=lambda c: c.pressure)
        assert min(below.enthalpy, above.enthalpy) <= h <= max(below.enthalpy, above.enthalpy)


@settings(max_examples=200, deadline=None)
@given(
    first=st.dates(min_value=date(2019, 1, 1), max_value=date(2026, 12, 31)),
    days=st.integers(min_value=1, max_value=800),
    quantity=quantities,
)
def test_shares_of_a_bill_sum_to_it_exactly(first, days, quantity):
    period = Period(start=first, end=first + timedelta(days=days))
    for parts in (months_of(period), years_of(period)):
        assert sum(shares(period, parts)) == 1
    assert sum(by_month(Fraction(quantity), period).values()) == Fraction(quantity)
    assert sum(by_year(Fraction(quantity), period).values()) == Fraction(quantity)


@settings(max_examples=200, deadline=None)
@given(quantity=quantities, days=st.integers(min_value=1, max_value=70), data=st.data())
def test_decimal_shares_sum_to_the_bill_wherever_it_is_cut(quantity, days, data):
    cuts = sorted(data.draw(st.lists(st.integers(min_value=0, max_value=days), max_size=5)))
    ends = [0, *cuts, days]
    got = [decimal_share(Fraction(quantity), a, b, days) for a, b in pairwise(ends)]
    assert sum(got) == Fraction(quantity)
    for share, (a, b) in zip(got, pairwise(ends), strict=True):
        assert abs(share - Fraction(quantity) * (b - a) / days) <= Fraction(1, 10**6)
        assert "/" not in exact_text(share)
