"""Figures for charts: display values only (rounded), made from the exact lines of a run."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from app.accounting.allocate import by_month, stated_period
from app.accounting.library import FactorLibrary
from app.domain.carrier import Carrier
from app.domain.errors import LingtanError
from app.domain.number import fixed_text, parse_number
from app.domain.run import CalculationRun
from app.drafting.source import EnergyPart

CATEGORY_SERIES = {
    "fuel_combustion": "燃料燃烧",
    "process": "工业过程",
    "electricity_in": "购入电力",
    "electricity_out": "输出电力",
    "heat_in": "购入热力",
    "heat_out": "输出热力",
    "reported": "已核排放",
}


def run_charts(output: dict[str, Any], year: int | None) -> dict[str, Any]:
    """``{months, series: [{name, values}], mix: [{name, value, share}]}``; a line is spread over the months of its period by days."""
    months = [f"{m}月" for m in range(1, 13)]
    series: dict[str, list[Any]] = {}
    mix: dict[str, Any] = {}
    for line in output["lines"]:
        name = CATEGORY_SERIES.get(line["category"])
        if name is None:
            continue
        value = parse_number(line["exact"])
        if value > 0:
            label = {"电力": "购入电力"}.get(line.get("carrier", ""), line.get("carrier") or name)
            mix[label] = mix.get(label, 0) + value
        period = stated_period(line.get("period_start"), line.get("period_end"))
        if period is None:
            continue
        values = series.setdefault(name, [0] * 12)
        for (in_year, month), share in by_month(value, period).items():
            if in_year == year:
                values[month - 1] += share
    whole = sum(mix.values())
    return {
        "months": months,
        "series": [{"name": n, "values": [_shown(v) for v in values]} for n, values in series.items()],
        "mix": [
            {"name": n, "value": _shown(v), "share": _shown(v / whole)} for n, v in sorted(mix.items(), key=lambda kv: -kv[1])
        ],
    }


def _shown(value: Any) -> str:
    return fixed_text(parse_number(value), 3)


#: Electricity is told apart by where it comes from; every other carrier by its own name.
SUPPLIES = {
    "green_trade": "绿电交易",
    "direct_line": "绿电直连",
    "green_certificate": "绿证对应电力",
    "self_use_pv": "自发自用光伏",
    "self_generation_pv": "自发自用光伏",
    "self_use_wind": "自发自用风电",
    "self_generation_wind": "自发自用风电",
}
STEAM = ("饱和蒸汽", "过热蒸汽", "蒸汽", "热力", "热水")


def energy_label(activity: Mapping[str, Any]) -> str:
    """What an activity is called in the energy mix: 外购电力, 自发自用光伏, 天然气 …"""
    carrier = str(activity.get("carrier", ""))
    name = Carrier(carrier).label if carrier in Carrier._value2member_map_ else carrier
    if name == Carrier.ELECTRICITY.label:
        supply = (activity.get("params") or {}).get("supply") or "grid"
        return SUPPLIES.get(str(supply), "外购电力")
    return "外购热力" if name in STEAM else name


def energy_parts(inputs: Mapping[str, Any], run: CalculationRun, library: FactorLibrary) -> tuple[EnergyPart, ...]:
    """Standard coal by carrier, largest first, each part computed by the core from the activities of that carrier alone.

    Empty when a carrier cannot be computed alone or the parts do not add up to the run's own figure exactly: a mix that is not
    the whole is not shown."""
    whole = (run.indicators.get("energy_tce") or {}) if isinstance(run.indicators.get("energy_tce"), Mapping) else {}
    for basis in ("当量", "等价"):
        total = whole.get(basis)
        if total is None:
            continue
        groups: dict[str, list[Any]] = {}
        for activity in inputs.get("activities", ()):
            groups.setdefault(energy_label(activity), []).append(activity)
        parts = []
        for label, activities in groups.items():
            tce = _energy_of({**inputs, "activities": activities, "offsets": [], "request": [f"energy_tce:{basis}"]}, basis, library)
            if tce is None:
                return ()
            origin = f"{run.run_id}/indicators/energy_tce/{basis}/{label}"
            parts.append(EnergyPart(label=label, basis=basis, tce=tce, origin=origin))
        if sum((p.tce for p in parts), Fraction(0)) != parse_number(total):
            return ()
        return tuple(sorted((p for p in parts if p.tce), key=lambda p: (-p.tce, p.label)))
    return ()


def _energy_of(inputs: Mapping[str, Any], basis: str, library: FactorLibrary) -> Fraction | None:
    from app.accounting import calculate

    try:
        value = calculate(inputs, library).indicators.get("energy_tce", {}).get(basis)
    except LingtanError:
        return None
    return None if value is None else parse_number(value)
