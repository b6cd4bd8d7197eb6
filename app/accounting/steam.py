"""Specific enthalpy of steam from the two tables, with exact linear and bilinear interpolation.

The tables are in absolute pressure. A point outside the table, a point that is not superheated, an interpolation across the
saturation line and an interpolation that touches a suspect cell are refused, not smoothed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from app.accounting.library import FactorLibrary, SteamCell
from app.accounting.numbers import exact, is_absent
from app.accounting.outcome import Setting
from app.accounting.reading import Activity
from app.accounting.refusals import Kind, refusal
from app.domain.number import exact_text
from app.domain.run import FactorUse

CRITICAL_TEMPERATURE = Fraction("373.946")  # ℃, IAPWS-97
STATED_TEMPERATURE_TOLERANCE = 1  # ℃ between a stated temperature and the saturation temperature of the stated pressure
ABSOLUTE = frozenset({"absolute", "绝压", "绝对压力"})
ATMOSPHERE_PARAMS = ("atmospheric_pressure_mpa", "local_atmospheric_pressure_mpa", "atmospheric_mpa", "atmosphere_mpa")
GAUGE = frozenset({"gauge", "表压", "相对压力"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SteamState:
    """``enthalpy`` in kJ/kg; ``lookups`` are the values read off the tables, as exact text."""

    enthalpy: Fraction
    lookups: Mapping[str, str]
    factors: tuple[FactorUse, ...]
    why: str
    suspects: tuple[str, ...] = ()


def _cell_names(cell: SteamCell, table: str) -> tuple[str, ...]:
    p, t = exact_text(cell.pressure), exact_text(cell.temperature)
    return (
        cell.id,
        f"{table}/{t}/{p}",
        f"{table}/{p}/{t}",
        f"{p}MPa/{t}℃",
        f"{p} MPa {t} ℃",
        f"{table}/{p}MPa",
        f"{table}/{p}",
    )


def _admit(cells: list[SteamCell], table: str, setting: Setting, subject: str) -> tuple[str, ...]:
    """Every suspect cell must be named; a table name never admits its cells."""
    admitted = []
    for cell in cells:
        if cell.evidence == "suspect":
            names = _cell_names(cell, table) if table == "steam_saturated" else _cell_names(cell, table)[:5]
            what = f"比焓表 {exact_text(cell.pressure)} MPa、{exact_text(cell.temperature)} ℃ 一格"
            admitted.append(setting.gate.admit(names, what=what, reason=cell.note, subject=subject))
    return tuple(admitted)


def _use(cell: SteamCell, why: str) -> FactorUse:
    return FactorUse(
        id=cell.id, value=exact_text(cell.enthalpy), unit="kJ/kg", source=cell.source, evidence=cell.evidence, why=why
    )


def _invalid(message: str, subject: str) -> Exception:
    return refusal(
        Kind.STEAM_STATE_INVALID,
        message,
        fix="请核对压力（绝对压力）与温度；饱和蒸汽用“饱和蒸汽”，表外或湿蒸汽请在 params.enthalpy_kj_per_kg 给出实测或供方比焓。",
        subject=subject,
    )


def absolute_pressure(activity: Activity) -> Fraction:
    """MPa absolute. Refuses missing_parameter and pressure_basis_unspecified; gauge readings need the local atmosphere."""
    if is_absent(activity.params.get("pressure_mpa")):
        raise refusal(
            Kind.MISSING_PARAMETER,
            "缺少蒸汽压力。",
            fix="请在 params.pressure_mpa 给出压力（MPa）。",
            subject=activity.id,
        )
    pressure = exact(activity.params["pressure_mpa"], name="压力", subject=activity.id)
    basis = str(activity.params.get("pressure_basis") or "").strip()
    if basis.casefold() in ABSOLUTE:
        return pressure
    if basis.casefold() not in GAUGE:
        raise refusal(
            Kind.PRESSURE_BASIS_UNSPECIFIED,
            "没有注明压力是表压还是绝对压力。",
            fix="比焓表用绝对压力，现场压力表多为表压；请在 params.pressure_basis 写 absolute 或 gauge。",
            subject=activity.id,
        )
    atmosphere = next((activity.params[k] for k in ATMOSPHERE_PARAMS if not is_absent(activity.params.get(k))), None)
    if atmosphere is None:
        raise refusal(
            Kind.MISSING_PARAMETER,
            "压力是表压，缺少当地大气压，不能换算为绝对压力。",
            fix="请在 params.atmospheric_pressure_mpa 给出当地大气压（MPa），或先换算成绝对压力再填。",
            subject=activity.id,
        )
    return pressure + exact(atmosphere, name="当地大气压", subject=activity.id)


def _between(low: Fraction, high: Fraction, at: Fraction) -> Fraction:
    return (at - low) / (high - low) if high != low else Fraction(0)


def _saturated_pair(library: FactorLibrary, at: Fraction, key: str) -> tuple[SteamCell, SteamCell, Fraction] | None:
    """The neighbouring rows by ``pressure`` or ``temperature`` and the weight of the upper; None outside the table."""
    rows = library.saturated
    for row in rows:
        if getattr(row, key) == at:
            return row, row, Fraction(0)
    for low, high in pairwise(rows):
        if getattr(low, key) < at < getattr(high, key):
            return low, high, _between(getattr(low, key), getattr(high, key), at)
    return None


def _mix(low: Fraction, high: Fraction, weight: Fraction) -> Fraction:
    return low + (high - low) * weight


def saturation_temperature(library: FactorLibrary, pressure: Fraction) -> Fraction:
    """℃ at an absolute pressure; the critical temperature above the last row of the table."""
    if pressure > library.saturated[-1].pressure:
        return CRITICAL_TEMPERATURE
    pair = _saturated_pair(library, max(pressure, library.saturated[0].pressure), "pressure")
    assert pair is not None
    return _mix(pair[0].temperature, pair[1].temperature, pair[2])


def saturated_state(activity: Activity, setting: Setting) -> SteamState:
    """By pressure, or by temperature when no pressure is given."""
    given_t = activity.params.get("temperature_c")
    temperature = None if is_absent(given_t) else exact(given_t, name="温度", subject=activity.id)
    by_temperature = is_absent(activity.params.get("pressure_mpa")) and temperature is not None
    key, at = ("temperature", temperature) if by_temperature else ("pressure", absolute_pressure(activity))
    assert at is not None
    pair = _saturated_pair(setting.library, at, key)
    if pair is None:
        shown = f"{exact_text(at)} {'℃' if by_temperature else 'MPa'}"
        raise _invalid(f"{shown} 超出饱和蒸汽表的范围。", activity.id)
    low, high, weight = pair
    cells = [low] if low is high else [low, high]
    suspects = _admit(cells, "steam_saturated", setting, activity.id)
    t_sat, h = _mix(low.temperature, high.temperature, weight), _mix(low.enthalpy, high.enthalpy, weight)
    if not by_temperature and temperature is not None and abs(temperature - t_sat) > STATED_TEMPERATURE_TOLERANCE:
        raise _invalid(
            f"给出的温度 {exact_text(temperature)} ℃ 与该压力下的饱和温度 {exact_text(t_sat)} ℃ 不符，不是饱和状态。",
            activity.id,
        )
    why = "查饱和蒸汽表，正好落在表列点上。" if low is high else "饱和蒸汽表相邻两行线性插值。"
    lookups = {"t_sat_c": exact_text(t_sat), "h_kj_per_kg": exact_text(h)}
    if by_temperature:
        lookups["p_sat_mpa"] = exact_text(_mix(low.pressure, high.pressure, weight))
    return SteamState(
        enthalpy=h, lookups=lookups, factors=tuple(_use(c, why) for c in cells), why=why, suspects=suspects
    )


def _bracket(values: list[Fraction], at: Fraction) -> tuple[Fraction, Fraction] | None:
    if at in values:
        return at, at
    below, above = [v for v in values if v < at], [v for v in values if v > at]
    return (max(below), min(above)) if below and above else None


def superheated_state(activity: Activity, setting: Setting) -> SteamState:
    """Bilinear in pressure and temperature over cells that are all steam."""
    pressure = absolute_pressure(activity)
    if is_absent(activity.params.get("temperature_c")):
        raise refusal(
            Kind.MISSING_PARAMETER,
            "过热蒸汽缺少温度。",
            fix="请在 params.temperature_c 给出温度（℃）。",
            subject=activity.id,
        )
    temperature = exact(activity.params["temperature_c"], name="温度", subject=activity.id)
    table = setting.library.superheated
    ps = _bracket(sorted({p for p, _ in table}), pressure)
    ts = _bracket(sorted({t for _, t in table}), temperature)
    where = f"{exact_text(pressure)} MPa、{exact_text(temperature)} ℃"
    if ps is None or ts is None:
        raise _invalid(f"{where} 超出过热蒸汽表的范围。", activity.id)
    t_sat = saturation_temperature(setting.library, pressure)
    supercritical = pressure > setting.library.saturated[-1].pressure
    if temperature <= t_sat and not supercritical:
        raise _invalid(f"{where} 不是过热状态（饱和温度 {exact_text(t_sat)} ℃）。", activity.id)
    cells = [table[p, t] for p in dict.fromkeys(ps) for t in dict.fromkeys(ts)]
    suspects = _admit(cells, "steam_superheated", setting, activity.id)
    crossing = next((c for c in cells if c.temperature < saturation_temperature(setting.library, c.pressure)), None)
    if temperature <= t_sat or crossing is not None:
        raise _invalid(f"{where} 的插值端点跨越汽液相变线，不得插值。", activity.id)
    weight_t, weight_p = _between(*ts, temperature), _between(*ps, pressure)
    at_low, at_high = (_mix(table[p, ts[0]].enthalpy, table[p, ts[1]].enthalpy, weight_t) for p in ps)
    h = _mix(at_low, at_high, weight_p)
    why = {1: "查过热蒸汽表，正好落在表列点上。", 2: "过热蒸汽表相邻两格线性插值。"}.get(
        len(cells), "过热蒸汽表四格双线性插值。"
    )
    return SteamState(
        enthalpy=h,
        lookups={"t_sat_c": exact_text(t_sat), "h_kj_per_kg": exact_text(h)},
        factors=tuple(_use(c, why) for c in cells),
        why=why,
        suspects=suspects,
    )
