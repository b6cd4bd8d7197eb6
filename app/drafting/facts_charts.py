"""Facts that are drawn: energy by carrier, emissions by month and kind, the way to the target.

A month's emission is the part of each line that falls into it by days; lines without a period are left out and named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from app.domain.fact import Fact
from app.domain.number import parse_number
from app.domain.period import Period
from app.domain.project import FactoryProfile
from app.domain.run import CalculationRun, EmissionLine
from app.drafting.facts import fact_id, number_fact
from app.drafting.facts_plan import target_rows
from app.drafting.source import EnergyPart

DIRECT = ("fuel_combustion", "process")
INDIRECT = ("electricity_in", "electricity_out", "electricity_zero", "heat_in", "heat_out")


def energy_fact_id(part: EnergyPart) -> str:
    return fact_id("energy", part.basis, part.label)


def energy_facts(parts: tuple[EnergyPart, ...]) -> Iterator[Fact]:
    """Standard coal by carrier with its share of the whole, and the whole."""
    whole = sum((p.tce for p in parts), Fraction(0))
    for part in parts:
        id = energy_fact_id(part)
        yield number_fact(id, f"{part.label}折标准煤", part.tce, "emission", "tce", run_line=part.origin)
        if whole > 0:
            share = 100 * part.tce / whole
            yield number_fact(f"{id}.share", f"{part.label}占能源消费的比例", share, "share", "%", run_line=part.origin)


def _period(line: EmissionLine) -> Period | None:
    if not line.period_start or not line.period_end:
        return None
    try:
        return Period.inclusive(date.fromisoformat(line.period_start), date.fromisoformat(line.period_end))
    except ValueError:
        return None


def monthly_emissions(run: CalculationRun) -> dict[str, dict[str, Fraction]]:
    """Category → ``YYYY-MM`` → tCO2 of the run's year. Empty when a counted line has no period or reaches out of the year: a
    chart of a part would look like the whole."""
    out: dict[str, dict[str, Fraction]] = {}
    for line in run.lines:
        if line.category not in (*DIRECT, *INDIRECT):
            continue
        period = _period(line)
        if period is None or run.year is None or {y for y, _ in period.months()} != {run.year}:
            return {}
        months = out.setdefault(line.category, {f"{run.year:04d}-{m:02d}": Fraction(0) for m in range(1, 13)})
        for year, month in period.months():
            part = Fraction(period.overlap_days(Period.month(year, month)), period.days)
            months[f"{year:04d}-{month:02d}"] += line.tco2 * part
    return {category: months for category, months in out.items() if any(months.values())}


def month_fact_id(month: str, category: str) -> str:
    return fact_id("run.month", month, category)


def emission_facts(run: CalculationRun) -> Iterator[Fact]:
    """Direct and indirect emissions with their shares, and every month by category with the sum of the month."""
    from app.drafting.facts_run import category_label

    for id, label, kinds in (("direct", "直接排放", DIRECT), ("indirect", "间接排放", INDIRECT)):
        present = [c for c in kinds if c in run.subtotals]
        if not present:
            continue
        value = sum((run.subtotals[c] for c in present), Fraction(0))
        origin = f"{run.run_id}/subtotals/{'+'.join(present)}"
        yield number_fact(f"run.{id}", label, value, "emission", "tCO2", run_line=origin)
        if run.total_tco2 > 0:
            share = 100 * value / run.total_tco2
            yield number_fact(f"run.{id}.share", f"{label}占合计的比例", share, "share", "%", run_line=origin)
    by_category = monthly_emissions(run)
    sums: dict[str, Fraction] = {}
    for category, months in by_category.items():
        for month, value in months.items():
            sums[month] = sums.get(month, Fraction(0)) + value
            label = f"{category_label(category)}{month}"
            origin = f"{run.run_id}/lines/{category}/{month}"
            yield number_fact(month_fact_id(month, category), label, value, "emission", "tCO2", run_line=origin)
    for month, value in sums.items():
        origin = f"{run.run_id}/lines/{month}"
        yield number_fact(month_fact_id(month, "total"), f"排放合计{month}", value, "emission", "tCO2", run_line=origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPoint:
    """A year on the way to the target: ``kind`` is past | base | plan | target; ``fact`` what is drawn."""

    year: str
    kind: str
    fact: str


def _annual(profile: FactoryProfile, id: str) -> list[tuple[int, Mapping[str, Any]]]:
    given = profile.extra.get("annual")
    rows = given if isinstance(given, (list, tuple)) else []
    return [
        (n, r)
        for n, r in enumerate(rows, 1)
        if isinstance(r, Mapping) and r.get("id") == id and "value" in r and "year" in r
    ]


def annual_values(profile: FactoryProfile, id: str) -> dict[str, str]:
    """Year → fact id of the values that the profile's ``[[annual]]`` rows state under ``id``."""
    return {str(row["year"]): fact_id("extra", "annual", str(n), "value") for n, row in _annual(profile, id)}


def absolute_target(row: Mapping[str, Any], run: CalculationRun | None) -> Fraction | None:
    """tCO2 in the target year: given as such, or as a percentage that total emissions fall below the base year."""
    name, unit = str(row.get("name", "")), str(row.get("unit", "") or "")
    try:
        value = parse_number(str(row.get("value", "")).strip())
    except ValueError:
        return None
    if "强度" in name or "单位" in name or "排放" not in name:
        return None
    if unit in ("tCO2", "吨二氧化碳", "tCO₂"):
        return value
    if unit in ("%", "％") and "下降" in name and run is not None and 0 <= value <= 100:
        return run.total_tco2 * (1 - value / 100)
    return None


def path_facts(profile: FactoryProfile, run: CalculationRun | None) -> Iterator[Fact]:
    """What each target on total emissions comes to in tonnes."""
    for n, row in enumerate(target_rows(profile), 1):
        value = absolute_target(row, run)
        if value is not None:
            label = f"{str(row.get('year', '')).strip()}目标排放量"
            yield number_fact(f"target.{n}.tco2", label, value, "emission", "tCO2", profile=f"targets[{n}].value")


def path_points(
    profile: FactoryProfile, run: CalculationRun | None, facts: Mapping[str, Fact]
) -> tuple[PathPoint, ...]:
    """Years in order: what was reported before, the base year, what the planned projects leave, the targets."""
    points = [
        PathPoint(year=year, kind="past", fact=fact)
        for year, fact in annual_values(profile, "total_tco2").items()
        if profile.year is None or year < str(profile.year)
    ]
    if run is not None and profile.year is not None:
        points.append(PathPoint(year=str(profile.year), kind="base", fact="run.total"))
    for n, row in enumerate(target_rows(profile), 1):
        year = str(row.get("year", "")).strip().removesuffix("年")
        if f"target.{n}.tco2" in facts and year.isdigit():
            points.append(PathPoint(year=year, kind="target", fact=f"target.{n}.tco2"))
    return tuple(sorted((p for p in points if p.fact in facts), key=lambda p: (p.year, p.kind)))
