"""Facts read off a calculation run. Nothing is recalculated: shares and intensities come from its lines and indicators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from app.domain.finding import Severity
from app.domain.number import parse_number
from app.domain.run import CalculationRun, EmissionLine
from app.domain.units import GJ_PER_KWH, GJ_PER_TCE, find_unit
from app.eligibility.values import Fact, Value

SOURCES: dict[str, tuple[str, ...]] = {
    "run_has_fuel": ("fuel_combustion",),
    "run_has_process": ("process",),
    "run_has_electricity": ("electricity_in", "electricity_zero"),
    "run_has_heat": ("heat_in",),
}
SUPPLY_MARKS: tuple[tuple[str, str], ...] = (
    # how the core names a supply path on a zero-carbon line -> the measure it shows, first match wins
    ("自用光伏", "分布式光伏"),
    ("pv_generation", "分布式光伏"),
    ("光伏", "分布式光伏"),
    ("wind_generation", "分散式风电"),
    ("风力", "分散式风电"),
    ("直供电", "绿电直连"),
    ("绿电交易", "绿电交易"),
    ("green_power", "绿电交易"),
    ("绿证", "绿证交易"),
    ("green_certificate", "绿证交易"),
)
BASES: dict[str, str] = {"equivalent": "等价", "calorific": "当量"}
RUN_FACTS: tuple[str, ...] = (
    "run_present", *SOURCES, "run_blocking", "run_edition", "run_offsets", "total_tco2",
    "energy_tce_equivalent", "energy_tce_calorific", "intensity_equivalent", "intensity_calorific",
    "co2e_intensity_equivalent", "co2e_intensity_calorific", "non_fossil_share_equivalent", "non_fossil_share_calorific",
    "physical_share", "electricity_kwh", "renewable_kwh", "renewable_kwh_share", "electricity_share",
)  # fmt: skip


def number_of(value: Any) -> Fraction | None:
    """An exact number from a Fraction, an int or a decimal string; None for anything else."""
    try:
        return parse_number(value)
    except ValueError:
        return None


def measure_of(line: EmissionLine) -> str | None:
    """The supply measure a zero-carbon electricity line shows in use; None for any other line."""
    if line.category != "electricity_zero":
        return None
    words = f"{line.carrier} {line.label} {line.why}"
    return next((measure for mark, measure in SUPPLY_MARKS if mark in words), None)


def _kwh(lines: Iterable[EmissionLine]) -> Fraction | None:
    """Total in kWh; None when a quantity is not an electricity quantity."""
    total = Fraction(0)
    for line in lines:
        unit, quantity = find_unit(line.unit), number_of(line.quantity)
        if unit is None or unit.dimension != "electricity" or quantity is None:
            return None
        total += quantity * unit.ratio
    return total


def _indicator(run: CalculationRun, name: str, basis: str = "") -> Fraction | None:
    value = run.indicators.get(name)
    if basis and isinstance(value, Mapping):
        exact = number_of(value.get(f"{basis}_exact"))
        return exact if exact is not None else number_of(value.get(basis))
    if basis or isinstance(value, Mapping):
        return None
    exact = number_of(run.indicators.get(f"{name}_exact"))
    return exact if exact is not None else number_of(value)


def run_facts(run: CalculationRun) -> dict[str, Fact]:
    """Every fact of RUN_FACTS that this run supports; what it does not support is left out, not set to zero."""
    facts: dict[str, Fact] = {}

    def put(name: str, value: Value | None, *, unit: str = "", line: str = "total_tco2") -> None:
        if value is not None:
            facts[name] = Fact(name=name, value=value, proved=value, unit=unit, run_line=f"{run.run_id}/{line}")

    put("run_present", True)
    put("run_blocking", any(f.severity is Severity.BLOCKING for f in run.findings))
    put("run_edition", run.edition or None)
    put("run_offsets", bool(run.offsets))
    put("total_tco2", run.total_tco2, unit="tCO2")
    for name, categories in SOURCES.items():
        first = next((line.activity for line in run.lines if line.category in categories), None)
        put(name, first is not None, line=first or "total_tco2")
    for suffix, basis in BASES.items():
        energy = _indicator(run, "energy_tce", basis)
        put(f"energy_tce_{suffix}", energy, unit="tce", line="energy_tce")
        put(
            f"intensity_{suffix}",
            _indicator(run, "intensity_tco2_per_tce", basis),
            unit="tCO2/tce",
            line="intensity_tco2_per_tce",
        )
        share = _indicator(run, "non_fossil_share", basis)
        put(f"non_fossil_share_{suffix}", share * 100 if share is not None else None, unit="%", line="non_fossil_share")
        if run.total_tco2e is not None and energy:
            put(f"co2e_intensity_{suffix}", run.total_tco2e / energy, unit="tCO2e/tce", line="total_tco2e")
    physical = _indicator(run, "physical_share")
    put("physical_share", physical * 100 if physical is not None else None, unit="%", line="physical_share")
    _electricity(run, put)
    return facts


def _electricity(run: CalculationRun, put: Any) -> None:
    """Consumption = bought and zero-carbon supply less export. Export is taken off the zero-carbon part first, because it
    may be the factory's own generation: the share can come out too low, never too high."""
    zero_lines = [line for line in run.lines if line.category == "electricity_zero"]
    bought = _kwh(line for line in run.lines if line.category == "electricity_in")
    zero = _kwh(zero_lines)
    export = _kwh(line for line in run.lines if line.category == "electricity_out")
    if bought is None or zero is None or export is None:
        return
    consumed, renewable = bought + zero - abs(export), max(Fraction(0), zero - abs(export))
    if consumed <= 0:
        return
    place = zero_lines[0].activity if zero_lines else "total_tco2"
    put("electricity_kwh", consumed, unit="kWh")
    put("renewable_kwh", renewable, unit="kWh", line=place)
    put("renewable_kwh_share", renewable / consumed * 100, unit="%", line=place)
    energy = _indicator(run, "energy_tce", "当量")
    if energy:
        put("electricity_share", consumed * GJ_PER_KWH / GJ_PER_TCE / energy * 100, unit="%")


def run_measures(run: CalculationRun) -> dict[str, str]:
    """Measure name -> activity of the first line that shows it in use."""
    shown: dict[str, str] = {}
    for line in run.lines:
        measure = measure_of(line)
        if measure:
            shown.setdefault(measure, line.activity)
    return shown
