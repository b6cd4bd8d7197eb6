"""The charts of a form by name. A builder returns what can be drawn from the facts, or None when that would be too little.

A value is drawn only as its fact prints it; a fact whose text is no plain decimal (a fraction, a remark) is not drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from app.domain.fact import Fact
from app.drafting.context import ComposeContext
from app.drafting.facts_charts import (
    DIRECT,
    energy_fact_id,
    month_fact_id,
    monthly_emissions,
    path_points,
)
from app.drafting.facts_run import CATEGORY_LABELS, category_label
from app.drafting.model import ChartBlock, ChartSeries

#: What can be written into a chart's cache and a sheet's cell and read back as the same number.
PLOTTABLE = re.compile(r"-?\d+(\.\d+)?\Z", re.ASCII)

_Parts = tuple[str, str, tuple[str, ...], tuple[ChartSeries, ...], str]
"""Kind, unit, categories, series, description."""


def plottable(fact: Fact | None) -> bool:
    return fact is not None and bool(PLOTTABLE.match(fact.text))


def _drawn(context: ComposeContext, facts: Iterable[str]) -> tuple[str | None, ...]:
    return tuple(id if plottable(context.facts.get(id)) else None for id in facts)


def energy(context: ComposeContext) -> _Parts | None:
    """Standard coal by carrier."""
    parts = context.source.energy
    if len(parts) < 2:
        return None
    series = ChartSeries(name="能源消费量", facts=_drawn(context, (energy_fact_id(p) for p in parts)))
    return "bar", "tce", tuple(p.label for p in parts), (series,), "按能源品种列示的折标准煤消费量条形图"


def monthly(context: ComposeContext) -> _Parts | None:
    """Emissions by month, one layer a category."""
    run = context.source.run
    found = monthly_emissions(run) if run is not None else {}
    if not found:
        return None
    months = list(next(iter(found.values())))
    order = [c for c in CATEGORY_LABELS if c in found]
    series = tuple(
        ChartSeries(name=category_label(c), facts=_drawn(context, (month_fact_id(m, c) for m in months))) for c in order
    )
    labels = tuple(f"{int(m[5:])}月" for m in months)
    return "stacked", "tCO2", labels, series, "报告年度各月二氧化碳排放按类别堆积的柱形图"


def direct_indirect(context: ComposeContext) -> _Parts | None:
    """Direct and indirect emissions, category by category."""
    run = context.source.run
    if run is None or not {"run.direct", "run.indirect"} & set(context.facts):
        return None
    order = [
        c
        for c in CATEGORY_LABELS
        if run.subtotals.get(c) and c not in ("outside_boundary", "reported", "reported_deduction")
    ]
    if not order:
        return None
    ids = {c: f"run.subtotal.{c}" for c in order}
    series = tuple(
        ChartSeries(
            name=name,
            facts=tuple(id if keep(c) and plottable(context.facts.get(id)) else None for c, id in ids.items()),
        )
        for name, keep in (("直接排放", lambda c: c in DIRECT), ("间接排放", lambda c: c not in DIRECT))
        if any(keep(c) for c in order)
    )
    return "bar", "tCO2", tuple(category_label(c) for c in order), series, "直接排放与间接排放按类别对比的条形图"


_PATH_SERIES = (("past", "历史排放"), ("base", "基准年排放"), ("plan", "重点项目落实后"), ("target", "目标排放"))


def path(context: ComposeContext) -> _Parts | None:
    """From what was through what the projects leave to the target."""
    points = [(p.year, p.kind, p.fact) for p in path_points(context.source.profile, context.source.run, context.facts)]
    if "plan.residual" in context.facts and any(kind == "base" for _, kind, _ in points):
        at = next(n for n, (_, kind, _) in enumerate(points) if kind == "base") + 1
        points.insert(at, ("", "plan", "plan.residual"))
    if len(points) < 2:
        return None
    drawn = _drawn(context, (fact for _, _, fact in points))
    series = tuple(
        ChartSeries(
            name=name, facts=tuple(d if k == kind else None for d, (_, k, _) in zip(drawn, points, strict=True))
        )
        for kind, name in _PATH_SERIES
        if any(k == kind for _, k, _ in points)
    )
    labels = tuple(f"{year}年" if year else "项目落实后" for year, _, _ in points)
    return "column", "tCO2", labels, series, "由历史排放、基准年排放到目标排放的柱形图"


CHARTS: dict[str, Callable[[ComposeContext], _Parts | None]] = {
    "energy": energy,
    "emissions_monthly": monthly,
    "direct_indirect": direct_indirect,
    "path": path,
}


def build_chart(name: str, context: ComposeContext) -> ChartBlock | None:
    """The chart of that name without its caption, None when there is nothing to draw. Raises KeyError for an unknown name."""
    parts = CHARTS[name](context)
    if parts is None or not any(fact for series in parts[3] for fact in series.facts):
        return None
    kind, unit, categories, series, alt = parts
    return ChartBlock(id=name, caption=(), kind=kind, unit=unit, categories=categories, series=series, alt=alt)
