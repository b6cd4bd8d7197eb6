"""Electricity by location and by market, side by side. Both are results of the same activities; they are never added.

Location: everything that crosses the fence counts at the average factor of the grid, whatever was contracted. Market: what is
contracted and proven counts as zero, the remainder at the factor the input names for it (``options.remainder_policy``). What is
made on site or comes over a line of its own is physical and the same under both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.accounting.grid import GridChoice, choose_grid, same_place
from app.accounting.numbers import exact_sum
from app.accounting.outcome import Setting
from app.accounting.recipe import Computed
from app.accounting.supply import CLAIMS, PROOFS, proofs_of
from app.domain.errors import CalculationRefused
from app.domain.number import exact_text, fixed_text

ENTRIES = ("electricity_in", "electricity_out", "electricity_zero")
REMAINDER = {
    "plain_average": "绿电以外的剩余电量按平均因子",
    "residual_mix": "绿电以外的剩余电量按不含市场化交易非化石电量的平均因子",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """tCO2/kWh of one recipe under each method, None where it has no grounds; ``factors`` are the ids behind them, ``why`` what is
    missing."""

    location: Fraction | None
    market: Fraction | None
    factors: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """The electricity of a run under one method, in tCO2; None when a line has no grounds for it (``why`` says which)."""

    electricity: Fraction | None
    total: Fraction | None
    factors: tuple[str, ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    location: Method
    market: Method
    used: str
    remainder: str
    claimed_kwh: Fraction

    @property
    def both(self) -> bool:
        return self.location.electricity is not None and self.market.electricity is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """The lines of one recipe: one rate for all of them."""

    lines: Sequence[Computed]
    rates: Rates

    @property
    def kwh(self) -> Fraction:
        """Signed by direction."""
        first = self.lines[0]
        return exact_sum(x.activity.quantity for x in self.lines) * first.sign * first.unit.measures["electricity"]


def _per_kwh(line: Computed) -> Fraction:
    unit = line.recipe.unit
    return unit.tco2 / unit.measures["electricity"]


def _average(choice: GridChoice, setting: Setting) -> tuple[Fraction, str] | None:
    """The average factor of the place and year of a choice, in tCO2/MWh; a value the input gave itself stands for both methods."""
    chosen = choice.chosen
    if chosen is None or chosen.basis == "average":
        return choice.value, choice.factor.id
    row = same_place(chosen, "average", setting.library)
    return (row.number, row.id) if row is not None else None


def _claimable(line: Computed, setting: Setting) -> bool:
    """Whether a contractual claim counts as zero under the market method: its proof is named, and for certificates the option is."""
    supply = line.unit.supply
    if supply == "gec" and setting.inputs.options.get("gec_zero_factor") is not True:
        return False
    return bool(proofs_of(line.activity) & PROOFS[supply]) or line.activity.is_correction


def _rates(line: Computed, setting: Setting) -> Rates:
    supply, unit = line.unit.supply, line.unit
    crosses = supply == "grid" or supply in CLAIMS or line.activity.direction == "out"
    own = _per_kwh(line) if not crosses or unit.formula in ("explicit", "components") else None
    if own is not None and not crosses:
        return Rates(location=own, market=own, factors=tuple(f.id for f in unit.factors))
    try:
        choice = choose_grid(line.activity.params, setting, line.activity.id)
    except CalculationRefused as error:
        market = Fraction(0) if unit.zero else own
        return Rates(location=None, market=market, why=error.message)
    average = _average(choice, setting)
    here = average[0] / 1000 if average else None
    ids = (choice.factor.id, *((average[1],) if average else ()))
    why = "" if average else f"库内没有与 {choice.factor.id} 同年同地的平均因子"
    if own is not None:
        return Rates(location=here, market=own, factors=(*(f.id for f in unit.factors), *ids[1:]), why=why)
    free = supply in CLAIMS and line.activity.direction == "in" and _claimable(line, setting)
    return Rates(location=here, market=Fraction(0) if free else choice.value / 1000, factors=ids, why=why)


def _method(groups: Sequence[_Group], name: str, elsewhere: Fraction) -> Method:
    amounts, factors, gaps = [], dict[str, None](), []
    for group in groups:
        rates = group.rates
        rate = rates.location if name == "location" else rates.market
        if rate is None:
            gaps += [f"{line.activity.id}：{rates.why}" for line in group.lines]
            continue
        amounts.append(group.kwh * rate)
        factors |= dict.fromkeys(rates.factors)
    value = None if gaps else exact_sum(amounts)
    return Method(
        electricity=value,
        total=None if value is None else elsewhere + value,
        factors=tuple(factors),
        why=tuple(dict.fromkeys(gaps)),
    )


def electricity_methods(lines: Sequence[Computed], total: Fraction, setting: Setting) -> Methods | None:
    """Both methods for the electricity inside the boundary; None when there is none. ``total`` is that of the run."""
    power = [x for x in lines if x.family == "electricity" and not x.outside]
    if not power:
        return None
    alike: dict[int, list[Computed]] = {}
    for line in power:
        alike.setdefault(id(line.recipe), []).append(line)
    rated = [_Group(lines=lines, rates=_rates(lines[0], setting)) for lines in alike.values()]
    elsewhere = total - exact_sum(line.sign * line.tco2 for line in power)
    claims = [x for x in power if x.unit.supply in CLAIMS and x.activity.direction == "in"]
    policy = setting.inputs.options.get("remainder_policy")
    return Methods(
        location=_method(rated, "location", elsewhere),
        market=_method(rated, "market", elsewhere),
        used="location" if setting.inputs.options.get("method") == "location" else "market",
        remainder=str(policy or ""),
        claimed_kwh=exact_sum(x.measure("electricity") for x in claims),
    )


def _shown(method: Method) -> dict[str, Any]:
    if method.electricity is None or method.total is None:
        return {"electricity_tco2": None, "total_tco2": None, "factors": list(method.factors), "missing": list(method.why)}
    return {
        "electricity_tco2": fixed_text(method.electricity, 6),
        "electricity_exact": exact_text(method.electricity),
        "total_tco2": fixed_text(method.total, 6),
        "total_exact": exact_text(method.total),
        "factors": list(method.factors),
        "missing": [],
    }


def methods_to_json(methods: Methods) -> dict[str, Any]:
    """``{location, market, total_uses, remainder_policy, remainder, claimed_mwh, note}``; never a sum of the two."""
    stated = REMAINDER.get(methods.remainder, "没有写明剩余电量用哪种因子，按 grid_basis 所定的因子")
    return {
        "location": _shown(methods.location),
        "market": _shown(methods.market),
        "total_uses": methods.used,
        "remainder_policy": methods.remainder or None,
        "remainder": stated,
        "claimed_mwh": exact_text(methods.claimed_kwh / 1000),
        "note": "两种方法是同一用电的两个口径，只能并列，不得相加。",
    }
