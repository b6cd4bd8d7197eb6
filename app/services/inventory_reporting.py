"""What the profile reports besides energy, as ``reporting`` of the calculation input: output, value added, counts of its lists, and the
base year and the year before, with which it is compared. Counts come from the lists themselves; ``[reporting]`` of the profile says the rest and prevails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.project import FactoryProfile

COUNTED = ("centre_functions", "disclosures")


def _stated(rows: Any) -> int:
    """Entries of a list of the profile that are not said to be absent (``value = false``)."""
    return sum(1 for row in rows if isinstance(row, Mapping) and row.get("name") and row.get("value", True) is not False)


def reporting(profile: FactoryProfile) -> dict[str, Any] | None:
    """None when the profile reports nothing of the kind."""
    given = profile.extra.get("reporting")
    own = dict(given) if isinstance(given, Mapping) else {}
    found: dict[str, Any] = {
        "product": profile.product,
        "output_quantity": profile.output_quantity,
        "output_unit": profile.output_unit,
        "industrial_value_added_wan_yuan": profile.industrial_value_added_wan_yuan,
    }
    for name in COUNTED:
        rows = profile.extra.get(name)
        if isinstance(rows, list) and rows:
            found[name] = str(_stated(rows))
    for section, name in (("base_year", "base"), ("previous_year", "previous")):
        earlier = profile.extra.get(section)
        if isinstance(earlier, Mapping):
            found[name] = dict(earlier)
    known = {name: value for name, value in {**found, **own}.items() if value not in ("", None)}
    return known or None
