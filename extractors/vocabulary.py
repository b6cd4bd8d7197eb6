"""The field's terms as data: what energy is called, in which units it comes, what never is energy. Read once from terms/*.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

from app.domain.carrier import Carrier
from app.domain.units import UNITS, Unit
from extractors.text import compact

TERMS = Path(__file__).parent / "terms"
CANONICAL = {
    "electricity": "kWh",
    "mass": "t",
    "liquid_volume": "L",
    "normal_gas_volume": "Nm3",
    "actual_gas_volume": "m3",
    "heat": "GJ",
}
_TRAILING = re.compile(r"^[/每]|[。.;；,，]$")


@cache
def load_terms(name: str) -> dict:
    """One terms file; its content never changes while the process runs."""
    with (TERMS / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierTerms:
    """How one carrier appears on invoice lines; see terms/energy.toml for the meaning of each list."""

    carrier: Carrier
    categories: frozenset[str]
    items: tuple[re.Pattern[str], ...]
    bare: tuple[re.Pattern[str], ...]
    dimensions: tuple[str, ...]
    band: tuple[Fraction, Fraction] | None = None
    band_heat: tuple[Fraction, Fraction] | None = None
    uncertain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A quantity in the canonical unit of its dimension."""

    value: Fraction
    unit: str
    dimension: str


def _patterns(entries: list[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(entry, re.IGNORECASE) for entry in entries)


def _band(entry: list[str] | None) -> tuple[Fraction, Fraction] | None:
    return (Fraction(entry[0]), Fraction(entry[1])) if entry else None


@cache
def carrier_terms() -> tuple[CarrierTerms, ...]:
    """All carriers in the order in which a line is tried against them (the narrower term first)."""
    return tuple(
        CarrierTerms(
            carrier=Carrier(row["id"]),
            categories=frozenset(row["categories"]),
            items=_patterns(row["items"]),
            bare=_patterns(row["bare"]),
            dimensions=tuple(row["dimensions"]),
            band=_band(row.get("band")),
            band_heat=_band(row.get("band_heat")),
            uncertain=row.get("uncertain", ""),
        )
        for row in load_terms("energy")["carrier"]
    )


@cache
def never_items() -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]:
    """(lines that carry no energy, price components that repeat the whole quantity)."""
    never = load_terms("energy")["never"]
    return _patterns(never["items"]), _patterns(never["components"])


@cache
def hints() -> tuple[re.Pattern[str], ...]:
    """Words that make a line worth a note although it carries no energy quantity."""
    return _patterns(load_terms("energy")["never"]["hints"])


def find_printed_unit(text: str) -> Unit | None:
    """The unit of the closed table for a printed spelling, or None: an unknown unit is asked about, never guessed."""
    plain = _TRAILING.sub("", compact(text)).strip("()[]")
    for spelling in (plain, compact(text)):
        known = load_terms("units")["spellings"].get(spelling, spelling)
        if known in UNITS:
            return UNITS[known]
    return None


def is_no_energy_unit(text: str) -> bool:
    """True for units of demand, floor area, money or count."""
    return compact(text) in load_terms("units")["not_energy"]["units"]


def canonical_quantity(value: Fraction, unit: Unit) -> Quantity | None:
    """``value`` in kWh, t, L, Nm3, m3 or GJ; None for dimensions that are no activity data (tCO2, tce, 项)."""
    symbol = CANONICAL.get(unit.dimension)
    if symbol is None:
        return None
    return Quantity(value=value * unit.ratio, unit=symbol, dimension=unit.dimension)


def is_grid_company(name: str) -> bool:
    """True for the names of grid companies and their branches, which buy the electricity that factories feed in."""
    return any(re.search(pattern, compact(name)) for pattern in load_terms("energy")["grid_company"]["names"])


def provinces() -> frozenset[str]:
    """Province codes of 20-digit invoice numbers."""
    return frozenset(load_terms("provinces")["codes"])
