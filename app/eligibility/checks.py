"""The closed list of ways to judge a rule. Each is a pure function of a check and a lookup, and monotone in information.

expression  a condition holds
compare     a number (or every reading of it) against a threshold, fixed or by milestone year
level       a text is among the accepted ones; among the rejected ones: false; anything else: unknown
every       every row of a complete register is accepted; one rejected row suffices for false
some        one row is accepted; false only when the register is complete and every row is rejected
includes    all or any of the wanted names are marked
trend       a yearly series rises or falls over a fixed window that ends in the reporting year
date        an ISO date against the threshold date
priority    as ``level`` by keywords; what is not listed is not applicable, never a failure
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from itertools import pairwise

from app.eligibility.expression import COMPARISONS, Lookup, compare, holds
from app.eligibility.rule import Check
from app.eligibility.truth import Truth, agreement, conjunction, disjunction
from app.eligibility.values import Items, Marks, Series

REPORTING_YEAR = "reporting_year"


def _matches(text: str, patterns: tuple[str, ...], match: str) -> bool:
    folded = re.sub(r"[\s　]+", "", text).upper()
    wanted = [re.sub(r"[\s　]+", "", p).upper() for p in patterns]
    if match == "prefix":
        return any(folded.startswith(p) for p in wanted)
    if match == "contains":
        return any(p in folded for p in wanted)
    return folded in wanted


def _graded(text: str, check: Check) -> Truth:
    """Rejection is looked at first: a text that would fit both lists must not pass."""
    if not text:
        return None
    if check.reject and _matches(text, check.reject, check.match):
        return False
    return True if _matches(text, check.accept, check.match) else None


def threshold_for(check: Check, lookup: Lookup) -> tuple[int | None, Fraction | str | None]:
    """(milestone year, threshold): the first milestone not before the reporting year, the last one after all of them."""
    if not check.by_year:
        return None, check.threshold
    year = lookup(REPORTING_YEAR)
    if not isinstance(year, Fraction):
        return None, None
    milestones = sorted(check.by_year)
    milestone = next((m for m in milestones if m >= year), milestones[-1])
    return milestone, check.by_year[milestone]


def _expression(check: Check, lookup: Lookup) -> Truth:
    assert check.node is not None
    return holds(check.node, lookup)


def _compare(check: Check, lookup: Lookup) -> Truth:
    _, threshold = threshold_for(check, lookup)
    if threshold is None:
        return None
    return agreement([compare(lookup(name), check.operator, threshold) for name in check.operands])


def _level(check: Check, lookup: Lookup) -> Truth:
    value = lookup(check.operands[0])
    return _graded(value, check) if isinstance(value, str) else None


def _every(check: Check, lookup: Lookup) -> Truth:
    value = lookup(check.operands[0])
    if not isinstance(value, Items):
        return None
    return conjunction([*(_graded(row.value, check) for row in value.rows), True if value.complete else None])


def _some(check: Check, lookup: Lookup) -> Truth:
    value = lookup(check.operands[0])
    if not isinstance(value, Items):
        return None
    return disjunction([*(_graded(row.value, check) for row in value.rows), False if value.complete else None])


def _includes(check: Check, lookup: Lookup) -> Truth:
    value = lookup(check.operands[0])
    if not isinstance(value, Marks):
        return None
    marks: list[Truth] = [
        True if name in value.present else False if name in value.absent else None for name in check.wanted
    ]
    return conjunction(marks) if check.operator == "all" else disjunction(marks)


def _trend(check: Check, lookup: Lookup) -> Truth:
    value = lookup(check.operands[0])
    if not isinstance(value, Series) or value.last_year is None:
        return None
    years = range(value.last_year - check.window + 1, value.last_year + 1)
    points = [value.points.get(year) for year in years]
    sign = COMPARISONS[">" if check.operator == "increasing" else "<"]
    return conjunction(
        None if before is None or after is None else sign(after, before) for before, after in pairwise(points)
    )


def _date(check: Check, lookup: Lookup) -> Truth:
    value = lookup(check.operands[0])
    try:
        given = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if given is None or not isinstance(check.threshold, str):
        return None
    return COMPARISONS[check.operator](given, date.fromisoformat(check.threshold))


def _priority(check: Check, lookup: Lookup) -> Truth:
    value = lookup(check.operands[0])
    if not isinstance(value, str) or not value:
        return None
    return _matches(value, check.accept, "contains")


CHECKS: dict[str, Callable[[Check, Lookup], Truth]] = {
    "expression": _expression,
    "compare": _compare,
    "level": _level,
    "every": _every,
    "some": _some,
    "includes": _includes,
    "trend": _trend,
    "date": _date,
    "priority": _priority,
}


def judge(check: Check, lookup: Lookup) -> Truth:
    """The truth of a check under a lookup of facts. Raises KeyError on a kind outside the closed list."""
    return CHECKS[check.kind](check, lookup)
