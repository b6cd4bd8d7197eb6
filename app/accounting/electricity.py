"""Electricity in and out, by supply path."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from app.accounting.amounts import amount_in
from app.accounting.carriers import Kind
from app.accounting.explicit import explicit_outcome, has_explicit
from app.accounting.grid import choose_grid
from app.accounting.outcome import Outcome, Setting, operand
from app.accounting.reading import Activity
from app.accounting.supply import supply_path
from app.domain.run import FactorUse

ZERO_FACTOR = "RULE/gbt32151_34_annex_d"


def electricity(activity: Activity, kind: Kind, setting: Setting) -> Outcome:
    """E = MWh × factor; proven non-fossil paths count as zero and keep their line."""
    kwh = amount_in(activity, "electricity").value
    path = supply_path(activity, kind, setting)
    measures = {"electricity": kwh}
    mwh = operand("电量", kwh / 1000, "MWh")
    if path.zero:
        use = FactorUse(
            id=ZERO_FACTOR,
            value="0",
            unit="tCO2/MWh",
            source="GB/T 32151.34-2024 附录D",
            evidence="single",
            why="非化石电有凭证，取 0。",
        )
        return Outcome(
            tco2=Fraction(0),
            category_in="electricity_zero",
            category_out="electricity_out",
            formula="electricity_zero",
            operands=(mwh, operand("排放因子", Fraction(0), "tCO2/MWh", use.id)),
            factors=(use,),
            why=(path.why,),
            measures=measures,
            carrier=kind.name,
            supply=path.name,
            zero=True,
        )
    if has_explicit(activity):
        own = explicit_outcome(
            activity, category_in="electricity_in", category_out="electricity_out", carrier=kind.name
        )
        return replace(own, supply=path.name, measures=measures, why=(path.why, *own.why))
    choice = choose_grid(activity.params, setting, activity.id)
    return Outcome(
        tco2=kwh / 1000 * choice.value,
        category_in="electricity_in",
        category_out="electricity_out",
        formula="electricity_out" if activity.direction == "out" else "electricity",
        operands=(mwh, operand("电网排放因子", choice.value, "tCO2/MWh", choice.factor.id)),
        factors=(choice.factor,),
        why=(path.why, choice.factor.why),
        measures=measures,
        carrier=kind.name,
        supply=path.name,
    )
