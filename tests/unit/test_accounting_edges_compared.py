"""Edges of comparisons and overlays. Each was found by a fault that no other test noticed."""

from __future__ import annotations

from fractions import Fraction

from accounting_words import LIBRARY, act, run

from app.accounting import calculate
from app.accounting.explanation import causes_of
from app.accounting.projection import ReplaceActivity, project


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
