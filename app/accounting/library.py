"""The factor library as values: what app.corpus reads from policy_corpus and the core selects from.

Every value keeps the text of its table; the exact number is made from that text and nothing else. Evidence is one of
confirmed | agree | single | derived | suspect, as the tables state it. Suspect rows are refused unless named (suspects.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from app.accounting.formulas import FORMULAS, Formula
from app.accounting.indicators_reported import IndicatorSet
from app.accounting.process_formula import ProcessFormula


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One printed value. ``value`` is the table's own text, empty for a known gap; ``file`` the registry id of its table."""

    id: str
    value: str
    unit: str
    source: str
    evidence: str
    note: str = ""
    file: str = ""
    edition: str = ""

    @property
    def number(self) -> Fraction:
        """The exact value. Raises ValueError for a gap or a cell that is not a single number."""
        return Fraction(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridFactor(Factor):
    """Electricity factor in kgCO2/kWh (= tCO2/MWh). Year, level and basis are all part of its name."""

    data_year: int
    level: str
    region: str
    basis: str
    basis_label: str
    notice: str
    notice_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FuelRow:
    """Combustion defaults of one fuel in one set. ``unit`` is t or 1e4Nm3; ``ncv`` GJ/unit, ``carbon`` tC/GJ,
    ``oxidation`` percent; an empty text means the set prints none."""

    id: str
    factor_set: str
    fuel: str
    unit: str
    ncv: str
    carbon: str
    oxidation: str
    standard: str
    edition: str
    source: str
    evidence: str
    note: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SteamCell:
    """Specific enthalpy kJ/kg at an absolute pressure (MPa) and temperature (℃)."""

    id: str
    pressure: Fraction
    temperature: Fraction
    enthalpy: Fraction
    source: str
    evidence: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A standard edition with its day of effect (ISO)."""

    id: str
    number: str
    title: str
    effective: str
    source: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorLibrary:
    """Everything the core may take a value from. ``digest`` is the hash of the files it was read from.

    ``fuels`` by (set, fuel), ``grid`` by (year, level, region, basis), ``gwp`` by (report, gas), ``carbonates`` by formula,
    ``process`` by row id, and by ``<row id>#<symbol>`` for each value
    of a row that prints several; ``tables`` every other table by registry id as rows of text.
    """

    digest: str
    fuels: Mapping[tuple[str, str], FuelRow]
    grid: Mapping[tuple[int, str, str, str], GridFactor]
    heat: Mapping[str, Factor]
    carbonates: Mapping[str, Factor]
    gwp: Mapping[tuple[str, str], Factor]
    standard_coal: Mapping[str, Factor]
    saturated: tuple[SteamCell, ...]
    superheated: Mapping[tuple[Fraction, Fraction], SteamCell]
    standards: Mapping[str, Standard]
    process: Mapping[str, Factor] = field(default_factory=dict)
    tables: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    indicator_sets: tuple[IndicatorSet, ...] = ()
    process_formulas: Mapping[str, ProcessFormula] = field(default_factory=dict)

    def formula(self, id: str) -> Formula:
        """The formula of this id: one of the core's own or one of the process formulas. Raises KeyError."""
        own = self.process_formulas.get(id)
        return own.record if own is not None else FORMULAS[id]

    def fuel_sets(self, fuel: str) -> tuple[FuelRow, ...]:
        """Every default row of this fuel, in the order of the sets."""
        return tuple(row for (_, name), row in sorted(self.fuels.items()) if name == fuel)

    def notice_rows(self, year: str, number: str) -> tuple[GridFactor, ...]:
        """The valued grid factors of announcement ``<year>年第<number>号``."""
        tag = f"{year}年第{number}号"
        return tuple(g for g in self.grid.values() if tag in g.notice and g.value)
