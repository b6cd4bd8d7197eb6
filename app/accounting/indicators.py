"""Energy in standard coal and the indicators built on it, by 当量 and by 等价 side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.accounting.coefficients import Coefficient, coefficient
from app.accounting.numbers import exact_sum
from app.accounting.outcome import Setting
from app.accounting.recipe import Computed
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
    measures, dimension = line.recipe.measures, found.dimension
    if dimension == "actual_gas_volume" and dimension not in measures:
        # Conversion tables print m3 for gas in the standard state.
        dimension = "normal_gas_volume"
    if dimension not in measures:
        raise refusal(
            Kind.UNIT_DIMENSION_MISMATCH,
            f"折标系数的单位 {found.use.unit} 与{line.unit.carrier}的计量单位不符。",
            fix="请给出与计量单位同量纲的折标系数。",
            subject=line.activity.id,
        )
    return line.sign * line.measure(dimension) * found.value


def _consumes_primary(line: Computed) -> bool:
    """Electricity made on site from counted fuel or waste heat is not counted as energy a second time."""
    supply = line.unit.supply
    return not (is_self_generation(supply) and not is_non_fossil(supply))


def _has_own(lines: Sequence[Computed]) -> bool:
    return any(is_self_generation(x.unit.supply) and is_non_fossil(x.unit.supply) for x in lines)


def _exported_from_own(line: Computed, own: bool) -> bool:
    """An export that does not say where it came from is taken off the site's own generation (if there is any), never off the grid
    purchase."""
    return own and line.activity.direction == "out" and not line.activity.params.get("supply")


def _physical_share(power: Sequence[Computed]) -> Fraction | None:
    """(self_use_pv + direct_line + own renewable generation kept on site) ÷ electricity consumed."""
    of_own = _has_own(power)
    amounts, physical = [], []
    for line in power:
        kwh = line.sign * line.measure("electricity")
        supply = line.unit.supply
        amounts.append(kwh)
        own = is_self_generation(supply) and is_non_fossil(supply)
        if own or supply in ("self_use_pv", "direct_line") or _exported_from_own(line, of_own):
            physical.append(kwh)
    consumed, traced = exact_sum(amounts), exact_sum(physical)
    return max(traced, Fraction(0)) / consumed if consumed > 0 else None


def _text(value: Fraction | None) -> str | None:
    return None if value is None else exact_text(value)


def _renewable(line: Computed, of_own: bool) -> bool:
    if line.family == "biomass":
        return True
    if line.family != "electricity":
        return False
    return is_non_fossil(line.unit.supply) or _exported_from_own(line, of_own)


def indicators(lines: Sequence[Computed], total_tco2: Fraction, setting: Setting) -> Indicators:
    """The indicators of ``request``. Refuses conversion_basis_unspecified when a coefficient of an asked basis is missing."""
    asked = parse_request(setting.inputs.request)
    inside = [x for x in lines if x.activity.in_boundary and x.family in _ENERGY_FAMILIES and x.recipe.measures]
    power = [x for x in inside if x.family == "electricity"]
    of_own = _has_own(power)
    energy = [x for x in inside if _consumes_primary(x)]
    values: dict[str, Any] = {}
    undefined: list[str] = []
    used: dict[str, Coefficient] = {}
    for basis in BASES:
        wanted = [name for name in INDICATORS if basis in asked.get(name, ()) and name != "physical_share"]
        if not wanted:
            continue
        every, clean = [], []
        found_for: dict[str, Coefficient] = {}
        for line in energy:
            found = found_for.get(line.unit.carrier)
            if found is None:
                found = found_for[line.unit.carrier] = coefficient(line, basis, setting)
                used[found.use.id] = found
            tce = _line_tce(line, found)
            every.append(tce)
            if _renewable(line, of_own):
                clean.append(tce)
        total, renewable = exact_sum(every), exact_sum(clean)
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
