"""Energy in standard coal and the indicators built on it, by 当量 and by 等价 side by side.

No coefficient is built in: the one used decides whether a threshold is met, so each must be given (or named by its id in the
library) and is written into the run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.accounting.numbers import exact, is_absent, number_text
from app.accounting.outcome import Computed, Setting, use_of
from app.accounting.refusals import Kind, refusal
from app.accounting.supply import is_non_fossil, is_self_generation
from app.domain.carrier import Carrier
from app.domain.number import exact_text
from app.domain.run import FactorUse
from app.domain.units import find_unit

BASES = ("当量", "等价")
INDICATORS = ("energy_tce", "intensity_tco2_per_tce", "non_fossil_share", "physical_share")
_TCE = {"tce": Fraction(1), "kgce": Fraction(1, 1000)}
_COEFFICIENT = re.compile(
    r"\s*(?P<number>[^\s（(]+)\s+(?P<top>k?g?ce|tce|kgce)\s*/\s*(?P<per>[^\s（(]+)\s*(?P<note>[（(].*)?$"
)
_STEAM = ("饱和蒸汽", "过热蒸汽", "蒸汽", "热水")
_ENERGY_FAMILIES = ("electricity", "fuel", "biomass", "heat", "steam", "hot_water", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """tce per base unit of ``dimension``."""

    value: Fraction
    dimension: str
    use: FactorUse


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicators:
    """``values`` as exact text by indicator and basis; ``undefined`` names those whose denominator is zero."""

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


def _missing(carrier: str, basis: str, subject: str) -> Exception:
    return refusal(
        Kind.CONVERSION_BASIS_UNSPECIFIED,
        f"{carrier}缺少{basis}口径的折标准煤系数。",
        fix=f"请在 options.tce_coefficients 给出“{carrier}_{basis}”或“{carrier}”，如 0.1229 kgce/kWh，并留存出处；"
        "等价值逐年逐地不同，没有统一默认。",
        subject=subject,
    )


def _keys(carrier: str, basis: str) -> tuple[str, ...]:
    names = [carrier, *(c.value for c in Carrier if c.label == carrier)]
    if carrier in _STEAM:
        names += ["蒸汽", "steam", "热力", "heat"] if carrier != "热水" else ["hot_water", "热力", "heat"]
    return tuple(key for name in names for key in (f"{name}_{basis}", name))


def _coefficient(given: Any, key: str, setting: Setting, subject: str) -> tuple[Coefficient, str]:
    admitted = ""
    if isinstance(given, Mapping):
        text, unit, source = (
            number_text(given.get("value")) or "",
            str(given.get("unit") or ""),
            str(given.get("source") or ""),
        )
    elif isinstance(given, str) and given.strip() in setting.library.standard_coal:
        factor = setting.library.standard_coal[given.strip()]
        if factor.evidence == "suspect":
            admitted = setting.gate.admit(
                (factor.id,), what=f"折标系数 {factor.id}", reason=factor.note, subject=subject
            )
        text, unit, source = factor.value, factor.unit, factor.source
    else:
        match = _COEFFICIENT.match(given) if isinstance(given, str) else None
        if match is None:
            raise refusal(
                Kind.INVALID_NUMBER if not isinstance(given, str) else Kind.UNKNOWN_UNIT,
                f"折标系数“{key}”写作“{given}”，不能识别。",
                fix="请写成“0.1229 kgce/kWh”这样的数值加单位。",
                subject=subject,
            )
        text, unit, source = match["number"], f"{match['top']}/{match['per']}", (match["note"] or "").strip("（）() ")
    top, _, bottom = unit.partition("/")
    per = find_unit(bottom)
    if top not in _TCE or per is None:
        raise refusal(
            Kind.UNKNOWN_UNIT,
            f"折标系数“{key}”的单位“{unit}”没有登记。",
            fix="请用 kgce 或 tce 除以登记的单位。",
            subject=subject,
        )
    value = exact(text, name=f"折标系数 {key}", subject=subject) * _TCE[top] / per.ratio
    if isinstance(given, str) and given.strip() in setting.library.standard_coal:
        use = use_of(
            setting.library.standard_coal[given.strip()], why=f"options.tce_coefficients 的“{key}”点名取库内系数。"
        )
    else:
        use = FactorUse(
            id=f"USER/tce/{key}", value=text, unit=unit, source=source or "活动数据给出", evidence="user",
            why=f"折标系数由 options.tce_coefficients 的“{key}”给出。",
        )  # fmt: skip
    return Coefficient(value=value, dimension=per.dimension, use=use), admitted


def _tce(line: Computed, basis: str, setting: Setting, suspects: list[str]) -> tuple[Fraction, FactorUse]:
    """tce of one line, signed by direction."""
    table = setting.inputs.options.get("tce_coefficients")
    table = table if isinstance(table, Mapping) else {}
    carrier, subject = line.outcome.carrier, line.activity.id
    key = next((k for k in _keys(carrier, basis) if not is_absent(table.get(k))), None)
    if key is None:
        raise _missing(carrier, basis, subject)
    found, admitted = _coefficient(table[key], key, setting, subject)
    suspects += [admitted] if admitted else []
    measures = line.outcome.measures
    dimension = found.dimension
    if dimension == "actual_gas_volume" and dimension not in measures:
        # Conversion tables print m3 for gas in the standard state.
        dimension = "normal_gas_volume"
    if dimension not in measures:
        raise refusal(
            Kind.UNIT_DIMENSION_MISMATCH,
            f"折标系数“{key}”的单位 {found.use.unit} 与{carrier}的计量单位不符。",
            fix="请给出与计量单位同量纲的折标系数。",
            subject=subject,
        )
    return line.sign * measures[dimension] * found.value, found.use


def _consumes_primary(line: Computed) -> bool:
    """Electricity made on site from counted fuel or waste heat is not counted as energy a second time."""
    supply = line.outcome.supply
    return not (is_self_generation(supply) and not is_non_fossil(supply))


def _text(value: Fraction | None) -> str | None:
    return None if value is None else exact_text(value)


def _physical_share(power: Sequence[Computed]) -> Fraction | None:
    kwh = [(line, line.sign * line.outcome.measures["electricity"]) for line in power]
    consumed = sum((v for _, v in kwh), Fraction(0))
    traced = sum(
        (
            v
            for line, v in kwh
            if line.outcome.supply in ("self_use_pv", "direct_line")
            or (is_self_generation(line.outcome.supply) and is_non_fossil(line.outcome.supply))
        ),
        Fraction(0),
    )
    return max(traced, Fraction(0)) / consumed if consumed > 0 else None


def indicators(lines: Sequence[Computed], total_tco2: Fraction, setting: Setting) -> Indicators:
    """The indicators of ``request``. Refuses conversion_basis_unspecified when a coefficient of an asked basis is missing."""
    asked = parse_request(setting.inputs.request)
    energy = [
        x
        for x in lines
        if not x.outside and x.family in _ENERGY_FAMILIES and x.outcome.measures and _consumes_primary(x)
    ]
    power = [x for x in lines if not x.outside and x.family == "electricity"]
    values: dict[str, Any] = {}
    uses: dict[str, FactorUse] = {}
    undefined: list[str] = []
    suspects: list[str] = []
    for basis in (b for b in BASES if any(b in asked[name] for name in asked if name != "physical_share")):
        total, renewable = Fraction(0), Fraction(0)
        for line in energy:
            tce, use = _tce(line, basis, setting, suspects)
            uses[use.id] = use
            total += tce
            if line.family == "biomass" or (line.family == "electricity" and is_non_fossil(line.outcome.supply)):
                renewable += tce
        results = {
            "energy_tce": total,
            "intensity_tco2_per_tce": total_tco2 / total if total else None,
            "non_fossil_share": renewable / total if total else None,
        }
        for name, value in results.items():
            if basis in asked.get(name, ()):
                values.setdefault(name, {})[basis] = _text(value)
                undefined += [f"{name}:{basis}"] if value is None else []
    if "physical_share" in asked:
        share = _physical_share(power)
        values["physical_share"] = _text(share)
        undefined += ["physical_share"] if share is None else []
    ordered = {name: values[name] for name in INDICATORS if name in values}
    return Indicators(
        values=ordered,
        factors=tuple(uses.values()),
        undefined=tuple(undefined),
        suspects=tuple(dict.fromkeys(suspects)),
    )
