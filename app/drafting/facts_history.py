"""Facts of the years before and of what the factory declares about them.

The value of a year is what the profile states for it; for the reporting year it is what the verdicts computed, because the rules
compare the same series.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from app.domain.fact import Fact
from app.domain.project import FactoryProfile
from app.domain.verdict import EligibilityReport
from app.drafting.facts import fact_id, given_fact, number_fact, text_fact

_YEAR = re.compile(r"(\d{4})年 (-?\d+(?:\.\d+)?)", re.ASCII)
_SERIES = "annual_"


def year_fact_id(series: str, year: int | str) -> str:
    """The fact of one year of a series of ``[[annual]]``."""
    return fact_id("annual", series, str(year))


def history_facts(profile: FactoryProfile, report: EligibilityReport | None) -> Iterator[Fact]:
    """Values by year, and declarations as 是 or 否."""
    given = profile.extra.get("annual")
    for n, row in enumerate(given if isinstance(given, (list, tuple)) else (), 1):
        if isinstance(row, Mapping) and all(_scalar(row.get(key)) for key in ("id", "year", "value")):
            id, year = str(row["id"]), str(row["year"])
            label = f"{year}年{row['id']}"
            yield given_fact(year_fact_id(id, year), label, str(row["value"]), profile=f"annual[{n}].value")
    for criterion in report.criteria if report else ():
        for operand in criterion.operands:
            if operand.name.startswith(_SERIES) and operand.value:
                yield from _of_series(
                    operand.name.removeprefix(_SERIES),
                    operand.label,
                    str(operand.value),
                    criterion.clause,
                    operand.run_line,
                )
    declared = profile.extra.get("declarations")
    for n, row in enumerate(declared if isinstance(declared, (list, tuple)) else (), 1):
        if isinstance(row, Mapping) and isinstance(row.get("value"), bool) and _scalar(row.get("id")):
            text = "是" if row["value"] else "否"
            yield text_fact(
                fact_id("declared", str(row["id"])), str(row["id"]), text, profile=f"declarations[{n}].value"
            )


def _scalar(value: Any) -> bool:
    return value is not None and not isinstance(value, (bool, Mapping, list, tuple)) and bool(str(value).strip())


def _of_series(series: str, label: str, text: str, clause: str, run_line: str | None) -> Iterator[Fact]:
    for year, value in _YEAR.findall(text):
        origin = {"run_line": run_line} if run_line else {"clause": clause}
        yield number_fact(year_fact_id(series, year), f"{year}年{label}", Fraction(value), "share", **origin)
