"""Figures for charts: display values only (rounded), made from the exact lines of a run."""

from __future__ import annotations

from typing import Any

from app.accounting.allocate import by_month, stated_period
from app.domain.number import fixed_text, parse_number

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
