"""Energy in standard coal and the indicators built on it, by 当量 and by 等价 side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.accounting.coefficients import Coefficient, coefficient
from app.accounting.outcome import Computed, Setting
from app.accounting.refusals import Kind, refusal
from app.accounting.supply import is_non_fossil, is_self_generation
from app.domain.number import exact_text
from app.domain.run import FactorUse

BASES = ("当量", "等价")
INDICATORS = ("energy_tce", "intensity_tco2_per_tce", "non_fossil_share", "physical_share")
_ENERGY_FAMILIES = ("electricity", "fuel", "biomass", "heat", "steam", "hot_water", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicators:
    """``values`` as exact text by indicator and basis; ``undefined`` names those whose denominator is not above zero."""

    values: Mapping[str, Any]
    factors: tuple[FactorUse, ...] = ()
    undefined: tuple[str, ...] = ()
    suspects: tuple[str, ...] = ()


def parse_request(request: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Indicator → bases asked for. ``energy_tce:当量`` asks for one, ``energy_tce`` for both."""
    out: dict[str, tuple[str, ...]] = {}
    for item in request:
        name, _, basis = (part.strip() for part in item.replace("：", ":").partition(":"))
        if name in INDICATORS:
            bases = (basis,) if basis else BASES
            out[name] = tuple(b for b in BASES if b in bases or b in out.get(name, ()))
    return out


def _line_tce(line: Computed, found: Coefficient) -> Fraction:
    """tce of one line, signed by direction. Refuses a coefficient of another dimension than the quantity."""
    measures, dimension = line.outcome.measures, found.dimension
    if dimension == "actual_gas_volume" and dimension not in measures:
        # Conversion tables print m3 for gas in the standard state.
        dimension = "normal_gas_volume"
    if dimension not in measures:
        raise refusal(
            Kind.UNIT_DIMENSION_MISMATCH,
            f"折标系数的单位 {found.use.unit} 与{line.outcome.carrier}的计量单位不符。",
            fix="请给出与计量单位同量纲的折标系数。",
            subject=line.activity.id,
        )
    return line.sign * measures[dimension] * found.value


def _consumes_primary(line: Computed) -> bool:
    """Electricity made on site from counted fuel or waste heat is not counted as energy a second time."""
    supply = line.outcome.supply
    return not (is_self_generation(supply) and not is_non_fossil(supply))


def _exported_from_own(line: Computed, lines: Sequence[Computed]) -> bool:
    """An export that does not say where it came from is taken off the site's own generation, never off the grid purchase."""
    unstated = line.activity.direction == "out" and not line.activity.params.get("supply")
    own = (x for x in lines if is_self_generation(x.outcome.supply) and is_non_fossil(x.outcome.supply))
    return unstated and any(own)


def _physical_share(power: Sequence[Computed]) -> Fraction | None:
    """(self_use_pv + direct_line + own renewable generation kept on site) ÷ electricity consumed."""
    consumed, traced = Fraction(0), Fraction(0)
    for line in power:
        kwh = line.sign * line.outcome.measures["electricity"]
        supply = line.outcome.supply
        consumed += kwh
        own = is_self_generation(supply) and is_non_fossil(supply)
        if own or supply in ("self_use_pv", "direct_line") or _exported_from_own(line, power):
            traced += kwh
    return max(traced, Fraction(0)) / consumed if consumed > 0 else None


def _text(value: Fraction | None) -> str | None:
    return None if value is None else exact_text(value)


def _renewable(line: Computed, power: Sequence[Computed]) -> bool:
    if line.family == "biomass":
        return True
    if line.family != "electricity":
        return False
    return is_non_fossil(line.outcome.supply) or _exported_from_own(line, power)


def indicators(lines: Sequence[Computed], total_tco2: Fraction, setting: Setting) -> Indicators:
    """The indicators of ``request``. Refuses conversion_basis_unspecified when a coefficient of an asked basis is missing."""
    asked = parse_request(setting.inputs.request)
    inside = [x for x in lines if x.activity.in_boundary and x.family in _ENERGY_FAMILIES and x.outcome.measures]
    power = [x for x in inside if x.family == "electricity"]
    energy = [x for x in inside if _consumes_primary(x)]
    values: dict[str, Any] = {}
    undefined: list[str] = []
    used: dict[str, Coefficient] = {}
    for basis in BASES:
        wanted = [name for name in INDICATORS if basis in asked.get(name, ()) and name != "physical_share"]
        if not wanted:
            continue
        total, renewable = Fraction(0), Fraction(0)
        for line in energy:
            found = coefficient(line, basis, setting)
            used[found.use.id] = found
            tce = _line_tce(line, found)
            total += tce
            renewable += tce if _renewable(line, power) else 0
        results = {
            "energy_tce": total,
            "intensity_tco2_per_tce": total_tco2 / total if total > 0 else None,
            "non_fossil_share": max(renewable, Fraction(0)) / total if total > 0 else None,
        }
        for name in wanted:
            values.setdefault(name, {})[basis] = _text(results[name])
            undefined += [f"{name}:{basis}"] if results[name] is None else []
    if "physical_share" in asked:
        values["physical_share"] = _text(share := _physical_share(power))
        undefined += ["physical_share"] if share is None else []
    return Indicators(
        values={name: values[name] for name in INDICATORS if name in values},
        factors=tuple(found.use for found in used.values()),
        undefined=tuple(undefined),
        suspects=tuple(dict.fromkeys(found.admitted for found in used.values() if found.admitted)),
    )
