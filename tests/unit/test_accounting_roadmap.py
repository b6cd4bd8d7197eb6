"""A roadmap to a target year: projections year by year over a frozen run, which no report takes for an account."""

from __future__ import annotations

from fractions import Fraction

import pytest

from app.accounting import calculate
from app.accounting.projection import Measure, Projection, ReplaceSetting
from app.accounting.report import run_to_json
from app.accounting.roadmap import Step, roadmap
from app.corpus.factors import load_factor_library
from app.domain.errors import UsageError
from app.domain.run import CalculationRun

LIBRARY = load_factor_library()
GRID = {"data_year": 2023, "level": "national", "region": "全国", "basis": "average"}
INPUTS = {
    "edition": "any", "factor_set": "A", "year": 2025, "grid_basis": GRID,
    "activities": [
        {"id": "p", "carrier": "电力", "quantity": "1000", "unit": "MWh", "direction": "in", "params": {"supply": "grid"}},
        {"id": "h", "carrier": "热力", "quantity": "3650", "unit": "GJ", "direction": "in"},
    ],
}  # fmt: skip
BASE = Fraction("530.6") + Fraction("401.5")
HEAT = Step(label="余热回收", starts="2027-07-02", overlays=(Measure(label="余热回收", activity="h", saves_pct="40", starts="2027-07-02"),))
PV = Step(label="光伏", starts="2028-01-01", reduction=Fraction(100))


def road(*steps, target=2030, inputs=INPUTS):
    return roadmap(calculate(INPUTS, LIBRARY), inputs, steps, target, LIBRARY)


def test_each_year_holds_what_has_begun_by_then():
    """40 % of 401.5 t is 160.6 a year; 183 of the 365 days of 2027."""
    got = road(HEAT, PV)
    assert (got.base_year, got.base_total, got.target_year) == (2025, BASE, 2030)
    assert [m.year for m in got.milestones] == [2026, 2027, 2028, 2029, 2030]
    half = Fraction("160.6") * Fraction(183, 365)
    assert [m.total for m in got.milestones] == [BASE, BASE - half, *[BASE - Fraction("260.6")] * 3]
    assert got.residual == BASE - Fraction("260.6")
    assert got.overstated == ()
    assert got.milestones[2].parts == (("光伏", Fraction(100)),)


def test_a_plan_without_measures_changes_nothing():
    assert {m.total for m in road().milestones} == {BASE}
    assert road().residual == BASE


def test_more_reduction_than_there_is_is_said_and_leaves_nothing():
    got = road(Step(label="大", starts="2026-01-01", reduction=Fraction(10000)), target=2027)
    assert (got.residual, got.overstated) == (0, (2026, 2027))


def test_a_setting_may_change_on_the_way():
    newer = {**GRID, "level": "province", "region": "安徽"}
    got = road(Step(label="口径", starts="2029-01-01", overlays=(ReplaceSetting(label="口径", setting="grid_basis", value=newer),)))
    assert got.milestones[2].total == BASE
    assert got.milestones[3].total == BASE - Fraction("530.6") + Fraction("655.3")


@pytest.mark.parametrize("target", [2025, 2024, 2076])
def test_a_target_year_lies_ahead(target):
    with pytest.raises(UsageError):
        road(target=target)


def test_a_plan_needs_a_base_year_and_real_days():
    undated = {**INPUTS, "year": None}
    with pytest.raises(UsageError):
        roadmap(calculate(undated, LIBRARY), undated, (), 2030, LIBRARY)
    with pytest.raises(UsageError):
        road(Step(label="x", starts="明年", reduction=Fraction(1)))
    with pytest.raises(ValueError):
        road(inputs={**INPUTS, "year": 2026})


def test_no_year_of_it_can_be_taken_for_a_run():
    for milestone in road(HEAT).milestones:
        assert isinstance(milestone.projection, Projection)
        assert not isinstance(milestone.projection, CalculationRun)
        assert milestone.projection.id.startswith("projection-")
        with pytest.raises(TypeError):
            run_to_json(milestone.projection)
    with pytest.raises(TypeError):
        run_to_json(road(HEAT))
