"""Scenarios lie over a frozen run and give a Projection, which nothing takes for a result."""

from __future__ import annotations

import copy
from fractions import Fraction

import pytest

from app.accounting import calculate
from app.accounting.projection import Measure, Projection, ReplaceActivity, ReplaceSetting, project
from app.accounting.report import run_to_json
from app.corpus.factors import load_factor_library
from app.domain.errors import CalculationRefused, UsageError
from app.domain.run import CalculationRun

LIBRARY = load_factor_library()
GRID = {"data_year": 2023, "level": "national", "region": "全国", "basis": "average"}
INPUTS = {
    "edition": "any", "factor_set": "A", "year": 2024, "grid_basis": GRID, "options": {"remainder_policy": "plain_average"},
    "activities": [
        {"id": "p", "carrier": "电力", "quantity": "1000", "unit": "MWh", "direction": "in", "params": {"supply": "grid"}},
        {"id": "h", "carrier": "热力", "quantity": "366", "unit": "GJ", "direction": "in"},
    ],
}  # fmt: skip


def scenario(*overlays, inputs=INPUTS):
    return project(calculate(INPUTS, LIBRARY), inputs, overlays, LIBRARY)


def test_nothing_assumed_changes_nothing():
    got = scenario()
    assert (got.difference, got.comparison.lines, got.assumed) == (0, (), ())


def test_a_measure_saves_from_its_first_day_on():
    got = scenario(Measure(label="余热回收", activity="h", saves_pct="50", starts="2024-07-01"))
    assert got.difference == Fraction(-92) * Fraction("0.11")  # 184 of the 366 days of a leap year
    assert got.total_before + got.difference == got.total_after
    assert got.assumed == ("余热回收：自 2024-07-01 起活动 h 减少 50%，本年数量 366 → 274.000000",)
    assert [c.activity for c in got.comparison.lines] == ["h"]


@pytest.mark.parametrize(
    ("starts", "saved"), [(None, "36.6"), ("2023-01-01", "36.6"), ("2025-01-01", "0"), ("2030-01-01", "0"), ("2024-12-31", "0.1")]
)
def test_days_before_and_after_the_year(starts, saved):
    got = scenario(Measure(label="x", activity="h", saves_pct="10", starts=starts))
    assert got.difference == -Fraction(saved) * Fraction("0.11")


def test_another_supply_and_another_factor():
    green = {"params": {"supply": "green_trade", "proof": ["contract"]}}
    got = scenario(ReplaceActivity(label="全部绿电", activity="p", values=green))
    assert got.difference == Fraction("-530.6")
    newer = ReplaceSetting(label="省级因子", setting="grid_basis", value={**GRID, "level": "province", "region": "安徽"})
    assert scenario(newer).total_after == Fraction("655.3") + Fraction("40.26")
    mixed = ReplaceSetting(label="口径", setting="options", value={"gwp_report": "AR6"})
    assert scenario(mixed).comparison.settings[0].text == "选项 gwp_report 由 未写 改为 AR6"


def test_overlays_add_up_in_their_order():
    got = scenario(
        ReplaceActivity(label="扩产", activity="h", values={"quantity": "1000"}),
        Measure(label="节能", activity="h", saves_pct="10"),
    )
    assert got.total_after == Fraction("530.6") + 900 * Fraction("0.11")
    assert len(got.assumed) == 2


def test_the_run_and_its_inputs_are_not_touched():
    kept = copy.deepcopy(INPUTS)
    run = calculate(INPUTS, LIBRARY)
    before = run_to_json(run)
    project(run, INPUTS, [Measure(label="x", activity="p", saves_pct="99")], LIBRARY)
    assert kept == INPUTS
    assert run_to_json(run) == before


def test_a_projection_is_no_run():
    got = scenario(Measure(label="x", activity="p", saves_pct="5"))
    assert not isinstance(got, CalculationRun)
    assert not any(hasattr(got, name) for name in ("run_id", "lines", "total_tco2", "factors"))
    with pytest.raises(TypeError, match="Projection is not a run"):
        run_to_json(got)


@pytest.mark.parametrize(
    "overlay",
    [
        Measure(label="x", activity="q", saves_pct="5"),
        Measure(label="x", activity="p", saves_pct="5", starts="七月"),
        ReplaceActivity(label="x", activity="q", values={}),
        ReplaceSetting(label="x", setting="activities", value=[]),
    ],
)
def test_an_overlay_of_nothing_is_wrong_use(overlay):
    with pytest.raises(UsageError):
        scenario(overlay)


def test_a_saving_beyond_the_whole_is_refused():
    with pytest.raises(CalculationRefused) as caught:
        scenario(Measure(label="x", activity="p", saves_pct="101"))
    assert caught.value.id == "invalid_number"


def test_a_start_needs_a_year():
    inputs = {**INPUTS, "year": None}
    run = calculate(inputs, LIBRARY)
    with pytest.raises(UsageError):
        project(run, inputs, [Measure(label="x", activity="p", saves_pct="5", starts="2024-02-01")], LIBRARY)


def test_the_inputs_of_another_run_are_an_error():
    with pytest.raises(ValueError, match="not those of the run"):
        scenario(inputs={**INPUTS, "factor_set": "B"})


def test_projection_is_frozen():
    got = scenario()
    assert isinstance(got, Projection)
    with pytest.raises(AttributeError):
        got.total_after = Fraction(0)
