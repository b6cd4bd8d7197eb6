"""Facts of what the factory plans: measures, targets, organisation, as given in the profile's further sections.

``[[projects]]`` and ``[[measures]]`` path, name, description, start, finish, investment_wan_yuan, reduction_tco2, owner. A row of
``[[measures]]`` that only has a ``value`` states whether a measure is in place: evidence for a verdict, no plan. One with ``value =
true`` and a plan's fields is listed as done, and its reduction is not added to what is still to come.
``[[targets]]``  name, year, value, unit
``[organisation]`` leader, department, contact, system (any key, any text)

A plan never enters the accounts: the planned reduction and what would remain are facts of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.domain.fact import Fact
from app.domain.number import parse_number
from app.domain.project import FactoryProfile
from app.domain.run import CalculationRun
from app.drafting.facts import given_fact, number_fact, text_fact

_MEASURE_FIELDS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    # field: label, unit, accepted keys
    "name": ("措施名称", "", ("name", "title", "measure")),
    "description": ("建设内容", "", ("description", "content", "detail")),
    "start": ("开始时间", "", ("start", "start_date", "from")),
    "finish": ("完成时间", "", ("finish", "finish_date", "end", "until")),
    "investment": ("投资", "万元", ("investment_wan_yuan", "investment")),
    "reduction": ("预计年减排量", "tCO2", ("reduction_tco2", "annual_reduction_tco2", "reduction")),
    "owner": ("责任部门", "", ("owner", "department", "responsible")),
}


_PLAN_KEYS = ("path", *(key for field, (_, _, keys) in _MEASURE_FIELDS.items() if field != "name" for key in keys))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure: ``fields`` maps a field to its fact id; ``path`` is the id, title or a topic of a building path; ``done`` when
    it is in place already."""

    number: int
    done: bool
    path: str
    fields: Mapping[str, str]


def _first(given: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[str, str] | None:
    for key in keys:
        value = given.get(key)
        if value is not None and not isinstance(value, (bool, Mapping, list)) and str(value).strip():
            return key, str(value).strip()
    return None


def _listed(profile: FactoryProfile, section: str) -> list[Mapping[str, Any]]:
    given = profile.extra.get(section)
    rows = given if isinstance(given, (list, tuple)) else [given] if isinstance(given, Mapping) else []
    return [row if isinstance(row, Mapping) else {"name": row} for row in rows if row]


def _planned(profile: FactoryProfile) -> list[tuple[str, Mapping[str, Any]]]:
    """(address in the profile, row) of every planned measure, projects first."""
    return [
        (f"{section}[{n}]", row)
        for section in ("projects", "measures")
        for n, row in enumerate(_listed(profile, section), 1)
        if "value" not in row or any(key in row for key in _PLAN_KEYS)
    ]


def measures(profile: FactoryProfile) -> tuple[Measure, ...]:
    """The measures of the profile in their order."""
    out = []
    for n, (_, given) in enumerate(_planned(profile), 1):
        fields = {f: f"measure.{n}.{f}" for f, (_, _, keys) in _MEASURE_FIELDS.items() if _first(given, keys)}
        out.append(Measure(number=n, done=given.get("value") is True, path=str(given.get("path", "")), fields=fields))
    return tuple(out)


def target_rows(profile: FactoryProfile) -> list[Mapping[str, Any]]:
    """The rows of ``[[targets]]`` as given."""
    return _listed(profile, "targets")


def targets(profile: FactoryProfile) -> tuple[Mapping[str, str], ...]:
    """Per target: field → fact id, for the fields name, year and value."""
    return tuple(
        {field: f"target.{n}.{field}" for field in ("name", "year", "value") if _first(given, (field,))}
        for n, given in enumerate(target_rows(profile), 1)
    )


def plan_facts(profile: FactoryProfile, run: CalculationRun | None) -> Iterator[Fact]:
    """Measures, targets and organisation; with a run and only numeric reductions also their sum and what would remain."""
    reductions: list[Fraction] = []
    complete = True
    for n, (address, given) in enumerate(_planned(profile), 1):
        for field, (label, unit, keys) in _MEASURE_FIELDS.items():
            found = _first(given, keys)
            if found is None:
                continue
            key, text = found
            yield given_fact(f"measure.{n}.{field}", label, text, unit, profile=f"{address}.{key}")
            if field == "reduction" and given.get("value") is not True:
                try:
                    reductions.append(parse_number(text))
                except ValueError:
                    complete = False
    if reductions and complete:
        planned = sum(reductions, Fraction(0))
        yield number_fact("plan.reduction", "计划年减排量合计", planned, "emission", "tCO2", profile="measures")
        if run is not None:
            remaining = run.total_tco2 - planned
            at = f"{run.run_id}/total_tco2−measures"
            if remaining >= 0:
                yield number_fact("plan.residual", "措施实施后的剩余排放", remaining, "emission", "tCO2", run_line=at)
            if run.total_tco2 > 0:
                share = 100 * planned / run.total_tco2
                at = f"{run.run_id}/measures÷total_tco2"
                yield number_fact("plan.share", "计划减排量占基准年排放的比例", share, "share", "%", run_line=at)
    for n, given in enumerate(target_rows(profile), 1):
        unit = str(given.get("unit", "") or "")
        for field, label in (("name", "目标"), ("year", "目标年"), ("value", "目标值")):
            if found := _first(given, (field,)):
                yield given_fact(
                    f"target.{n}.{field}",
                    label,
                    found[1],
                    unit if field == "value" else "",
                    profile=f"targets[{n}].{field}",
                )
    organisation = profile.extra.get("organisation")
    for key, value in organisation.items() if isinstance(organisation, Mapping) else ():
        if not isinstance(value, (Mapping, list, bool)) and str(value).strip():
            yield text_fact(f"organisation.{key}", str(key), str(value), profile=f"organisation.{key}")
