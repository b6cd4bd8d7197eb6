"""Factors the activity brings itself: one CO2 factor (params.ef) or one a gas (params.ef_components)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from app.accounting.amounts import CO2_UNITS, GAS_UNITS, FactorUnit, amount_in, factor_unit
from app.accounting.numbers import is_absent, non_negative, number_text
from app.accounting.outcome import Outcome, operand, user_factor
from app.accounting.reading import Activity
from app.accounting.refusals import Kind, refusal
from app.domain.run import FactorUse, Operand

GAS_NAMES = {
    "CH4_biogenic": "CH4_nonfossil",
    "CH4_biomass": "CH4_nonfossil",
    "CH4-biogenic": "CH4_nonfossil",
    "CH4-nonfossil": "CH4_nonfossil",
    "CH4-fossil": "CH4_fossil",
}


def has_explicit(activity: Activity) -> bool:
    return not is_absent(activity.params.get("ef")) or bool(activity.params.get("ef_components"))


def _needed(activity: Activity, what: str, key: str) -> Exception:
    return refusal(
        Kind.MISSING_PARAMETER, f"显式因子缺少{what}。", fix=f"请在 params.{key} 补上{what}。", subject=activity.id
    )


def explicit_ef(activity: Activity) -> tuple[Fraction, FactorUnit, FactorUse]:
    """The value, unit and record of ``params.ef = {value, unit, source?}``."""
    ef = activity.params["ef"]
    if not isinstance(ef, Mapping) or is_absent(ef.get("value")):
        raise _needed(activity, "数值", "ef.value")
    if is_absent(ef.get("unit")):
        raise _needed(activity, "单位", "ef.unit")
    value = non_negative(ef["value"], name="排放因子", subject=activity.id)
    unit = factor_unit(ef["unit"], CO2_UNITS, subject=activity.id)
    source = str(ef.get("source") or ef.get("label") or "").strip()
    use = user_factor(
        activity.id,
        "ef",
        number_text(ef["value"]) or "",
        unit.text,
        source=source,
        why="活动自带显式因子，优先于默认值。",
    )
    return value, unit, use


def _measured(
    activity: Activity, unit: FactorUnit
) -> tuple[Fraction, tuple[Operand, ...], str, Mapping[str, Fraction]]:
    """The quantity in the factor's own denominator."""
    amount = amount_in(activity, unit.per.dimension)
    return amount.value / unit.per.ratio, amount.operands, amount.why, {amount.dimension: amount.value}


def explicit_outcome(activity: Activity, *, category_in: str, category_out: str, carrier: str) -> Outcome:
    """E = quantity × the factor given. CO2 counts into the total, other gases are kept apart by gas."""
    if not is_absent(activity.params.get("ef")):
        value, unit, use = explicit_ef(activity)
        quantity, extra, why, measures = _measured(activity, unit)
        return Outcome(
            tco2=quantity * value * unit.numerator,
            category_in=category_in,
            category_out=category_out,
            formula="explicit",
            operands=(
                operand("活动量", quantity, unit.per.symbol),
                *extra,
                operand("排放因子", value, unit.text, use.id),
            ),
            factors=(use,),
            why=(use.why, why) if why else (use.why,),
            measures=measures,
            carrier=carrier,
        )
    components = activity.params["ef_components"]
    if not isinstance(components, Mapping):
        raise _needed(activity, "各气体的数值", "ef_components")
    if is_absent(activity.params.get("ef_components_unit")):
        raise _needed(activity, "单位", "ef_components_unit")
    unit = factor_unit(activity.params["ef_components_unit"], GAS_UNITS, subject=activity.id)
    quantity, extra, why, measures = _measured(activity, unit)
    gases: dict[str, Fraction] = {}
    uses: list[FactorUse] = []
    operands = [operand("活动量", quantity, unit.per.symbol), *extra]
    for gas, given in sorted(components.items()):
        name = GAS_NAMES.get(str(gas), str(gas)).replace("-", "")
        value = non_negative(given, name=f"{gas} 因子", subject=activity.id)
        use = user_factor(
            activity.id, f"ef/{name}", number_text(given) or "", unit.text, why="活动自带分气体因子，逐气体计算。"
        )
        uses.append(use)
        operands.append(operand(f"{name} 因子", value, unit.text, use.id))
        gases[name] = gases.get(name, Fraction(0)) + quantity * value * unit.numerator
    return Outcome(
        tco2=gases.get("CO2", Fraction(0)),
        category_in=category_in,
        category_out=category_out,
        formula="components",
        operands=tuple(operands),
        factors=tuple(uses),
        why=("活动自带分气体因子：CO2 计入总量，其他气体按 GWP 另列。", why)
        if why
        else ("活动自带分气体因子：CO2 计入总量，其他气体按 GWP 另列。",),
        gases=gases,
        measures=measures,
        carrier=carrier,
    )
