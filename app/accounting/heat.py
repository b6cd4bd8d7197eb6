"""Purchased and exported heat, steam and hot water: the heat in GJ by a named method, then the heat factor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from app.accounting.amounts import amount_in
from app.accounting.carriers import Family, Kind
from app.accounting.explicit import explicit_ef, explicit_outcome
from app.accounting.formulas import FORMULAS
from app.accounting.numbers import exact, is_absent
from app.accounting.outcome import Outcome, Setting, operand, use_of, user_factor
from app.accounting.reading import Activity
from app.accounting.refusals import Kind as Refused
from app.accounting.refusals import refusal
from app.accounting.steam import SteamState, saturated_state, superheated_state
from app.domain.number import exact_text
from app.domain.run import FactorUse, Operand

FEEDWATER_ENTHALPY = Fraction("83.74")  # kJ/kg, water of 20 ℃ in the guideline's formula
WATER_HEAT_CAPACITY = Fraction("4.1868")  # kJ/(kg·℃)
REFERENCE_TEMPERATURE = 20  # ℃
STEAM_METHODS = ("minus_feedwater_83_74", "full_enthalpy_eq13")
STATES = {"saturated": "saturated", "饱和": "saturated", "superheated": "superheated", "过热": "superheated"}


def heat_factor(activity: Activity, setting: Setting) -> tuple[Fraction, FactorUse]:
    """tCO2/GJ: the supplier's own value when the activity gives one, else the standard's default."""
    if not is_absent(activity.params.get("ef")):
        value, unit, use = explicit_ef(activity)
        if unit.per.dimension == "heat":
            return value * unit.numerator / unit.per.ratio, use
        raise refusal(
            Refused.UNIT_DIMENSION_MISMATCH,
            f"热力排放因子的单位“{unit.text}”不是按热量计的。",
            fix="热力排放因子请用 tCO2/GJ、kgCO2/GJ 等按热量的单位。",
            subject=activity.id,
        )
    factor = setting.library.heat["heat_default_ef"]
    return factor.number, use_of(factor, why="供方没有给出实测供热因子，取标准默认值。")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heat:
    """Heat in GJ with everything that led to it."""

    gj: Fraction
    formula: str
    operands: tuple[Operand, ...] = ()
    factors: tuple[FactorUse, ...] = ()
    why: tuple[str, ...] = ()
    lookups: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, Fraction] = field(default_factory=dict)
    suspects: tuple[str, ...] = ()


def _emission(activity: Activity, kind: Kind, setting: Setting, found: _Heat) -> Outcome:
    ef, use = heat_factor(activity, setting)
    return Outcome(
        tco2=found.gj * ef,
        category_in="heat_in",
        category_out="heat_out",
        formula=found.formula,
        operands=(
            *found.operands,
            operand("热量", found.gj, "GJ", "activity" if found.formula == "heat" else "derived"),
            operand("热力排放因子", ef, "tCO2/GJ", use.id),
        ),
        factors=(use, *found.factors),
        why=tuple(filter(None, (*found.why, use.why))),
        lookups=found.lookups,
        measures={"heat": found.gj, **found.measures},
        suspects=found.suspects,
        carrier=kind.name,
    )


def _method(activity: Activity, allowed: tuple[str, ...]) -> str:
    method = str(activity.params.get("heat_method") or "").strip()
    if method in allowed:
        return method
    raise refusal(
        Refused.MISSING_PARAMETER,
        f"折热方法“{method}”不适用。" if method else "没有指定折热方法。",
        fix=f"不同方法相差约 3%，请按所用标准在 params.heat_method 写 {' 或 '.join(allowed)}。",
        subject=activity.id,
    )


def _state(activity: Activity, kind: Kind, setting: Setting) -> SteamState:
    given = activity.params.get("enthalpy_kj_per_kg")
    if not is_absent(given):
        h = exact(given, name="比焓", subject=activity.id)
        use = user_factor(activity.id, "enthalpy_kj_per_kg", exact_text(h), "kJ/kg", why="比焓由活动数据直接给出。")
        return SteamState(enthalpy=h, lookups={"h_kj_per_kg": exact_text(h)}, factors=(use,), why=use.why)
    state = kind.state or STATES.get(str(activity.params.get("steam_state") or "").strip(), "")
    if state == "given":
        raise refusal(
            Refused.MISSING_PARAMETER,
            "缺少比焓。",
            fix="请在 params.enthalpy_kj_per_kg 给出比焓（kJ/kg），或改用“饱和蒸汽”“过热蒸汽”并给出压力、温度。",
            subject=activity.id,
        )
    has_pressure = not is_absent(activity.params.get("pressure_mpa"))
    has_temperature = not is_absent(activity.params.get("temperature_c"))
    if not state:
        state = "superheated" if has_pressure and has_temperature else "saturated"
    if state == "superheated":
        return superheated_state(activity, setting)
    if not kind.state and not (has_pressure or has_temperature):
        raise refusal(
            Refused.MISSING_PARAMETER,
            "蒸汽以质量计量，缺少压力、温度或比焓，不能折成热量。",
            fix="请补充压力（注明表压或绝压）和温度，或给出比焓；结算单写明热量的，请直接按 GJ 填写。",
            subject=activity.id,
        )
    found = saturated_state(activity, setting)
    note = (
        ""
        if kind.state or activity.params.get("steam_state")
        else "未写明饱和或过热，只给了一个状态参数，按饱和蒸汽查表。"
    )
    return replace(found, why=note + found.why)


def heat(activity: Activity, kind: Kind, setting: Setting) -> Outcome:
    """Heat settled in energy units: E = GJ × factor."""
    amount = amount_in(activity, "heat")
    return _emission(activity, kind, setting, _Heat(gj=amount.value, formula="heat", why=(amount.why,)))


def steam(activity: Activity, kind: Kind, setting: Setting) -> Outcome:
    """Steam by mass through its enthalpy and a named method; steam settled in GJ is heat."""
    if activity.unit.dimension in ("heat", "electricity"):
        return heat(activity, kind, setting)
    amount = amount_in(activity, "mass", liquid=False)
    method = _method(activity, STEAM_METHODS)
    formula = FORMULAS[method]
    suspects: tuple[str, ...] = ()
    if formula.suspect_name:
        reason = "公式由变量表与一个算例反推，不扣给水焓系推断。"
        names = (formula.suspect_name, f"HEAT/{formula.suspect_name}", formula.id)
        suspects = (setting.gate.admit(names, what="GB/T 32151.34-2024 式13", reason=reason, subject=activity.id),)
    state = _state(activity, kind, setting)
    deducted = FEEDWATER_ENTHALPY if method == "minus_feedwater_83_74" else Fraction(0)
    if state.enthalpy <= deducted:
        raise refusal(
            Refused.STEAM_STATE_INVALID,
            f"比焓 {exact_text(state.enthalpy)} kJ/kg 不高于给水焓，不是蒸汽。",
            fix="请核对比焓及其单位（kJ/kg）。",
            subject=activity.id,
        )
    gj = amount.value * (state.enthalpy - deducted) / 1000
    operands = [operand("蒸汽量", amount.value, "t"), operand("比焓", state.enthalpy, "kJ/kg", state.factors[0].id)]
    if deducted:
        operands.append(operand("扣减给水焓", deducted, "kJ/kg", "constant"))
    found = _Heat(
        gj=gj,
        formula=method,
        operands=tuple(operands),
        factors=state.factors,
        why=(state.why, f"折热方法：{method}。"),
        lookups={**state.lookups, "heat_gj": exact_text(gj)},
        measures={"mass": amount.value},
        suspects=(*suspects, *state.suspects),
    )
    return _emission(activity, kind, setting, found)


def hot_water(activity: Activity, kind: Kind, setting: Setting) -> Outcome:
    """Hot water by mass and temperature over 20 ℃; hot water settled in GJ is heat."""
    if activity.unit.dimension in ("heat", "electricity"):
        return heat(activity, kind, setting)
    amount = amount_in(activity, "mass", liquid=False)
    method = _method(activity, ("hot_water_20c",))
    if is_absent(activity.params.get("temperature_c")):
        raise refusal(
            Refused.MISSING_PARAMETER,
            "热水缺少温度。",
            fix="请在 params.temperature_c 给出温度（℃）。",
            subject=activity.id,
        )
    temperature = exact(activity.params["temperature_c"], name="温度", subject=activity.id)
    if temperature < REFERENCE_TEMPERATURE:
        raise refusal(
            Refused.STEAM_STATE_INVALID,
            f"热水温度 {exact_text(temperature)} ℃ 低于基准 20 ℃，热量为负。",
            fix="请核对热水温度。",
            subject=activity.id,
        )
    gj = amount.value * (temperature - REFERENCE_TEMPERATURE) * WATER_HEAT_CAPACITY / 1000
    operands = (
        operand("热水量", amount.value, "t"),
        operand("温度", temperature, "℃", "params:temperature_c"),
        operand("比热", WATER_HEAT_CAPACITY, "kJ/(kg·℃)", "constant"),
    )
    found = _Heat(
        gj=gj,
        formula=method,
        operands=operands,
        why=(f"折热方法：{method}。",),
        lookups={"heat_gj": exact_text(gj)},
        measures={"mass": amount.value},
    )
    return _emission(activity, kind, setting, found)


def _per_tonne(activity: Activity) -> bool:
    if is_absent(activity.params.get("ef")) or activity.unit.dimension != "mass":
        return False
    return explicit_ef(activity)[1].per.dimension == "mass"


def heat_family(activity: Activity, kind: Kind, setting: Setting) -> Outcome:
    """Heat, steam and hot water by their own rules; a factor per tonne, or factors by gas, need no conversion to heat."""
    if _per_tonne(activity) or activity.params.get("ef_components"):
        return explicit_outcome(activity, category_in="heat_in", category_out="heat_out", carrier=kind.name)
    if kind.family is Family.STEAM:
        return steam(activity, kind, setting)
    if kind.family is Family.HOT_WATER:
        return hot_water(activity, kind, setting)
    return heat(activity, kind, setting)
