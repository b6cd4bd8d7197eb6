"""The result of the accounting core: one immutable, replayable run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from app.domain.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """One value that went into a line: ``value`` is a decimal string, ``source`` where it comes from
    (``activity``, a factor id, ``params:<name>`` or ``constant``)."""

    name: str
    value: str
    unit: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorUse:
    """A factor frozen into the run. ``evidence`` is confirmed | agree | single | derived | suspect | user;
    ``rejected`` lists the candidates that lost, each with its reason in Chinese."""

    id: str
    value: str
    unit: str
    source: str
    evidence: str
    why: str
    rejected: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmissionLine:
    """One line of the inventory; ``tco2`` is exact and signed (exports are negative lines).

    ``id`` is ``<run id>/<activity id>`` once the run has its id; category is one of the closed list of the contract."""

    activity: str
    category: str
    carrier: str
    direction: str
    quantity: str
    unit: str
    tco2: Fraction
    formula_id: str
    formula: str
    clause: str
    factor_ids: tuple[str, ...] = ()
    operands: tuple[Operand, ...] = ()
    why: str = ""
    label: str = ""
    period_start: str | None = None
    period_end: str | None = None
    gases: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalculationRun:
    """Totals exist per category; ``total_tco2`` counts CO2 only and never nets offsets."""

    run_id: str
    inputs_hash: str
    engine: str
    edition: str
    factor_set: str
    year: int | None
    lines: tuple[EmissionLine, ...]
    subtotals: Mapping[str, Fraction]
    total_tco2: Fraction
    total_tco2e: Fraction | None = None
    indicators: Mapping[str, Any] = field(default_factory=dict)
    factors: tuple[FactorUse, ...] = ()
    offsets: tuple[Mapping[str, Any], ...] = ()
    offsets_tco2e: Fraction | None = None
    lookups: Mapping[str, str] = field(default_factory=dict)
    conversions: tuple[Mapping[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    supplements: Mapping[str, Any] = field(default_factory=dict)
    """Further results by key, JSON-ready (decimal strings): ``electricity_methods``, ``uncertainty``, ``reported_indicators`` …"""

    def line(self, activity: str) -> EmissionLine | None:
        return next((line for line in self.lines if line.activity == activity), None)
