"""What a factory reports besides its energy: output, value added, equipment, metering; and how a year compares with its base year.

All of it is optional and comes under ``reporting`` of the input. Unknown names are said to be unknown; nothing is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from app.accounting.indicators_reported import BASES, Facts, IndicatorSet, reported_indicators
from app.accounting.numbers import is_absent, non_negative
from app.accounting.refusals import malformed
from app.domain.number import exact_text, fixed_text

PLACES = 6
PER_OUTPUT = (
    ("output_quantity", "单位产品", "output_unit"),
    ("output_value_wan_yuan", "单位产值", "万元"),
    ("industrial_value_added_wan_yuan", "单位工业增加值", "万元"),
)
NAMES = frozenset(
    {
        "output_quantity", "output_value_wan_yuan", "industrial_value_added_wan_yuan", "equipment_power_kw",
        "efficient_equipment_power_kw", "product_categories", "product_categories_with_footprint", "supply_chain_measures",
        "metering_points", "automatic_metering_points", "centre_functions", "disclosures",
    }
)  # fmt: skip
BASE_NAMES = frozenset({"co2", "energy_当量", "energy_等价", *NAMES})
_TEXTS = frozenset({"product", "output_unit", "base_year", "note"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """``values``, and those of the ``base`` year and the ``previous`` year, by name, exact; ``base_year`` and ``previous_year`` say
    which years these are; ``unknown`` the names nobody uses."""

    values: Mapping[str, Fraction] = field(default_factory=dict)
    base: Mapping[str, Fraction] = field(default_factory=dict)
    base_year: str = ""
    previous: Mapping[str, Fraction] = field(default_factory=dict)
    previous_year: str = ""
    product: str = ""
    output_unit: str = ""
    unknown: tuple[str, ...] = ()


def _numbers(raw: Mapping[str, Any], names: frozenset[str], where: str) -> dict[str, Fraction]:
    return {
        name: non_negative(raw[name], name=f"{where}.{name}", subject=where)
        for name in sorted(names)
        if not is_absent(raw.get(name))
    }


def read_reporting(raw: Any) -> Reporting:
    """The typed ``reporting`` of an input. Raises UsageError when it is not a mapping; refuses invalid_number."""
    if raw is None:
        return Reporting()
    base, previous = (raw.get(k, {}) if isinstance(raw, Mapping) else None for k in ("base", "previous"))
    if not isinstance(raw, Mapping) or not isinstance(base, Mapping) or not isinstance(previous, Mapping):
        raise malformed("reporting 应是一组键值。", fix="请写成 reporting = { output_quantity = \"…\", … }。", subject="reporting")
    stray = [str(k) for k in raw if k not in NAMES | _TEXTS | {"base", "previous"}]
    for name, year in (("base", base), ("previous", previous)):
        stray += [f"{name}.{k}" for k in year if k not in BASE_NAMES | {"year"}]
    return Reporting(
        values=_numbers(raw, NAMES, "reporting"),
        base=_numbers(base, BASE_NAMES, "reporting.base"),
        base_year=str(base.get("year") or ""),
        previous=_numbers(previous, BASE_NAMES, "reporting.previous"),
        previous_year=str(previous.get("year") or ""),
        product=str(raw.get("product") or ""),
        output_unit=str(raw.get("output_unit") or ""),
        unknown=tuple(sorted(stray)),
    )


def facts_of(reporting: Reporting, total_tco2: Fraction, indicators: Mapping[str, Any]) -> Facts:
    """What a run and its reporting know, for the indicators. ``indicators`` are those of the run, as exact text."""
    plain = {"co2": total_tco2, **reporting.values}
    if indicators.get("physical_share") is not None:
        plain["physical_share"] = Fraction(indicators["physical_share"])
    by_basis: dict[tuple[str, str], Fraction] = {}
    energies, shares = indicators.get("energy_tce") or {}, indicators.get("non_fossil_share") or {}
    for basis in BASES:
        if energies.get(basis) is not None:
            by_basis["energy", basis] = Fraction(energies[basis])
            if shares.get(basis) is not None:
                by_basis["non_fossil_energy", basis] = Fraction(shares[basis]) * Fraction(energies[basis])
    return Facts(plain=plain, by_basis=by_basis)


def _intensities(reporting: Reporting, facts: Facts) -> list[dict[str, Any]]:
    out = []
    for name, title, unit in PER_OUTPUT:
        per = reporting.values.get(name)
        if not per:
            continue
        shown = (reporting.output_unit or "单位产品") if unit == "output_unit" else unit
        amounts = [("碳排放", "tCO2", "", facts.plain["co2"])]
        amounts += [("综合能耗", "tce", b, v) for (n, b), v in facts.by_basis.items() if n == "energy"]
        for what, own, basis, value in amounts:
            out.append(
                {
                    "id": f"{name}:{own}{':' + basis if basis else ''}",
                    "title": f"{title}{what}",
                    "basis": basis or None,
                    "value": fixed_text(value / per, PLACES),
                    "exact": exact_text(value / per),
                    "unit": f"{own}/{shown}",
                }
            )
    return out


def _with_ratios(values: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """The values and what they come to per output (``co2/output_quantity``), where both are known."""
    ratios = {
        f"{own}/{per}": values[own] / values[per]
        for own in ("co2", *(f"energy_{basis}" for basis in BASES))
        for per, _, _ in PER_OUTPUT
        if own in values and values.get(per)
    }
    return {**values, **ratios}


def _year_on_year(reporting: Reporting, facts: Facts) -> list[dict[str, Any]]:
    """Each given value of the base year and of the year before, and each intensity that follows from them, beside this year's: the
    change, and in per cent of the earlier value."""
    now = _with_ratios({**facts.plain, **{f"{name}_{basis}": value for (name, basis), value in facts.by_basis.items()}})
    out = []
    for against, year, given in (
        ("base", reporting.base_year, reporting.base),
        ("previous", reporting.previous_year, reporting.previous),
    ):
        for name, before in _with_ratios(given).items():
            after = now.get(name)
            change = None if after is None else after - before
            out.append(
                {
                    "name": name,
                    "against": against,
                    "base_year": year or None,
                    "before": exact_text(before),
                    "after": None if after is None else exact_text(after),
                    "change": None if change is None else exact_text(change),
                    "change_pct": fixed_text(change / before * 100, PLACES) if change is not None and before else None,
                }
            )
    return out


def reporting_to_json(
    systems: Sequence[IndicatorSet], reporting: Reporting, total_tco2: Fraction, indicators: Mapping[str, Any]
) -> dict[str, Any]:
    """``{systems: [...], intensities: [...], year_on_year: [...]}``."""
    facts = facts_of(reporting, total_tco2, indicators)
    return {
        "systems": [reported_indicators(system, facts) for system in systems],
        "intensities": _intensities(reporting, facts),
        "year_on_year": _year_on_year(reporting, facts),
    }
