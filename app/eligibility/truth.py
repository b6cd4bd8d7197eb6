"""Kleene's strong three-valued logic: ``True``, ``False`` and ``None`` for unknown.

Monotone in information: turning an operand from known to unknown can only turn the result unknown, never flip it.
Every verdict rests on that property.
"""

from __future__ import annotations

from collections.abc import Iterable

Truth = bool | None


def negate(value: Truth) -> Truth:
    return None if value is None else not value


def conjunction(values: Iterable[Truth]) -> Truth:
    """False if any is false; else unknown if any is unknown; else true (also of nothing)."""
    unknown = False
    for value in values:
        if value is False:
            return False
        unknown = unknown or value is None
    return None if unknown else True


def disjunction(values: Iterable[Truth]) -> Truth:
    """True if any is true; else unknown if any is unknown; else false (also of nothing)."""
    unknown = False
    for value in values:
        if value is True:
            return True
        unknown = unknown or value is None
    return None if unknown else False


def agreement(values: Iterable[Truth]) -> Truth:
    """The common value of readings of which only one can be the right one; unknown when they differ or any is unknown."""
    seen = set(values)
    return seen.pop() if len(seen) == 1 else None
