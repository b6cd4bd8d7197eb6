"""A scenario: changes to the inputs of a calculation that nobody has made yet. Pure: inputs in, changed inputs out.

Electricity that turns green is taken out of the grid purchase, so consumption stays what it is; fuel that turns electric adds to
the grid purchase. Quantities stay exact decimals. Proof that a zero-carbon path will need is assumed here, which is one more
reason why a scenario is never an account.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from app.domain.errors import UsageError
from app.domain.number import exact_text, fixed_text, parse_number
from app.domain.period import Period
from app.domain.run import CalculationRun
from app.domain.units import GJ_PER_KWH, find_unit

PLACES = 6
"""Decimals of a quantity that a ratio would make endless."""
POWER = "电力"
SUPPLIES: dict[str, tuple[str, str, dict[str, Any]]] = {
    # kind: (supply path, what it is called, parameters)
    "green_power": ("green_trade", "绿电交易", {"proof": ["settlement"]}),
    "certificates": ("gec", "绿证", {"proof": ["gec"]}),
    "direct_line": ("direct_line", "绿电直连", {"proof": ["settlement"]}),
    "pv": ("self_use_pv", "自用光伏", {"proof": ["monthly_record"]}),
}
KINDS = (*SUPPLIES, "fuel_to_electricity", "saving", "without_month", "with_month")
KEYS = {"kind", "kwh", "share", "carrier", "kwh_per_unit", "efficiency_ratio", "month", "quantity", "unit", "source"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """``accounting`` and ``grid_basis`` override the sections of the profile, ``changes`` are applied in their order."""

    name: str
    accounting: Mapping[str, Any] = field(default_factory=dict)
    grid_basis: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[Mapping[str, Any], ...] = ()


def _refused(message: str, fix: str, subject: str) -> UsageError:
    return UsageError("scenario_invalid", message, fix=fix, subject=subject)


def read_scenario(data: Mapping[str, Any]) -> Scenario:
    """A scenario of parsed TOML or JSON, numbers as strings. Raises UsageError on what it does not know."""
    strangers = sorted(set(data) - {"name", "accounting", "grid_basis", "changes"})
    if strangers:
        raise _refused(f"设想中有不认识的内容：{'、'.join(strangers)}", "只写 name、[accounting]、[grid_basis]、[[changes]]", strangers[0])
    for key in ("accounting", "grid_basis"):
        if not isinstance(data.get(key, {}), Mapping):
            raise _refused(f"[{key}] 应是一个小节", f"写成 [{key}] 另起一行", key)
    changes = data.get("changes", [])
    if not isinstance(changes, list) or not all(isinstance(c, Mapping) for c in changes):
        raise _refused("changes 应是一组条目", "每项写成 [[changes]] 另起一行", "changes")
    for number, change in enumerate(changes, 1):
        if change.get("kind") not in KINDS:
            raise _refused(f"第 {number} 项变化的 kind 是“{change.get('kind', '')}”，不认识", f"可用：{'、'.join(KINDS)}", "kind")
        unknown = sorted(set(change) - KEYS)
        if unknown:
            raise _refused(f"第 {number} 项变化有不认识的键：{'、'.join(unknown)}", f"可用：{'、'.join(sorted(KEYS))}", unknown[0])
    return Scenario(
        name=str(data.get("name") or "设想").strip()[:80],
        accounting=data.get("accounting", {}),
        grid_basis=data.get("grid_basis", {}),
        changes=tuple(changes),
    )


@dataclass(slots=True, kw_only=True)
class _Desk:
    """The activities being changed, the run they come from (for heating values), and what was said about each change."""

    activities: list[dict[str, Any]]
    run: CalculationRun
    said: list[str] = field(default_factory=list)
    made: int = 0
    moved: Fraction = Fraction(0)
    """kWh of grid power that changes of supply have taken so far."""

    def add(self, carrier: str, quantity: Fraction, unit: str, params: Mapping[str, Any], month: str = "") -> None:
        self.made += 1
        period = {"period": _days(month)} if month else {}
        self.activities.append(
            {
                "id": f"scenario-{self.made}",
                "carrier": carrier,
                "quantity": exact_text(quantity),
                "unit": unit,
                "direction": "in",
                "params": {**params, **period},
            }
        )


def apply_changes(
    activities: Sequence[Mapping[str, Any]], changes: Sequence[Mapping[str, Any]], run: CalculationRun
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """(activities after the changes, one Chinese sentence a change). The given activities are not touched.

    ``run`` is the run of these activities. Raises UsageError when a change asks for more than there is."""
    desk = _Desk(activities=[{**a, "params": dict(a.get("params") or {})} for a in activities], run=run)
    for number, change in enumerate(changes, 1):
        where = f"第 {number} 项变化"
        _APPLY.get(str(change["kind"]), _supply)(desk, change, where)
    return desk.activities, tuple(desk.said)


def _days(month: str) -> str:
    """First and last day of ``YYYY-MM`` as the period of an activity."""
    year, number = (int(part) for part in month.split("-"))
    whole = Period.month(year, number)
    return f"{whole.start.isoformat()}/{whole.last.isoformat()}"


def _number(change: Mapping[str, Any], key: str, where: str, *, most: int | None = None) -> Fraction | None:
    """A number that is not negative (and at most ``most``), None when it is not given."""
    if change.get(key) in (None, ""):
        return None
    try:
        value = parse_number(str(change[key]))
    except ValueError:
        value = Fraction(-1)
    if value < 0 or "/" in str(change[key]) or (most is not None and value > most):
        limits = f"0 到 {most} 之间" if most is not None else "不小于 0"
        raise _refused(f"{where}的 {key} 写作“{change[key]}”，应为{limits}的数", f'例如 {key} = "0.2"', key)
    return value


def _part(
    change: Mapping[str, Any], key: str, where: str, whole: Fraction, what: str, *, of: Fraction | None = None
) -> Fraction:
    """What a change takes of ``whole``: an absolute number under ``key``, or a ``share`` of it (of ``of`` when given)."""
    absolute, share = _number(change, key, where), _number(change, "share", where, most=1)
    if (absolute is None) == (share is None):
        raise _refused(f"{where}须写 {key} 或 share，且只写一个", f'例如 {key} = "100000"，或 share = "0.2"', key)
    part = absolute if absolute is not None else (share or Fraction(0)) * (whole if of is None else max(of, Fraction(0)))
    if part > whole:
        raise _refused(f"{where}要 {_shown(part)}，{what}只有 {_shown(whole)}", "减小数量", key)
    return part


def _shown(value: Fraction) -> str:
    text = exact_text(value)
    return text if "/" not in text else fixed_text(value, PLACES)


def _is_grid(activity: Mapping[str, Any]) -> bool:
    supply = activity["params"].get("supply", "grid")
    return activity["carrier"] in (POWER, "electricity") and activity.get("direction", "in") == "in" and supply == "grid"


def _kwh_of(activity: Mapping[str, Any]) -> tuple[Fraction, Fraction]:
    """(quantity in kWh, kWh in one unit)."""
    unit = find_unit(str(activity["unit"]))
    ratio = unit.ratio if unit and unit.dimension == "electricity" else Fraction(1)
    return parse_number(activity["quantity"]) * ratio, ratio


def _take(rows: Sequence[dict[str, Any]], amount: Fraction, of: Callable[[Any], tuple[Fraction, Fraction]]) -> None:
    """Take ``amount`` off the rows in their order; a row never falls below zero."""
    for row in rows:
        here, ratio = of(row)
        part = min(amount, max(here, Fraction(0)))
        row["quantity"] = exact_text((here - part) / ratio)
        amount -= part


def _grid(desk: _Desk) -> tuple[list[dict[str, Any]], Fraction]:
    """The grid purchase and its total in kWh, corrections included. What was corrected away cannot be taken again."""
    rows = [a for a in desk.activities if _is_grid(a)]
    return rows, sum((_kwh_of(a)[0] for a in rows), Fraction(0))


def _supply(desk: _Desk, change: Mapping[str, Any], where: str) -> None:
    """Shares are of the purchase before any change of supply, so that 20 % and 30 % are half of it."""
    supply, label, params = SUPPLIES[str(change["kind"])]
    rows, bought = _grid(desk)
    kwh = _part(change, "kwh", where, max(bought, Fraction(0)), "购入网电", of=bought + desk.moved)
    _take(rows, kwh, _kwh_of)
    desk.moved += kwh
    if kwh:
        desk.add(POWER, kwh, "kWh", {"supply": supply, **params})
    desk.said.append(f"{_shown(kwh)} kWh 网电改为{label}（设想凭证齐全）")


def _chosen(desk: _Desk, change: Mapping[str, Any], where: str) -> tuple[str, list[dict[str, Any]], str]:
    """The carrier of a change, its inward activities (grid purchase only for electricity) and their common unit."""
    carrier = str(change.get("carrier") or "").strip()
    rows = [
        a
        for a in desk.activities
        if a["carrier"] == carrier and a.get("direction", "in") == "in" and (carrier != POWER or _is_grid(a))
    ]
    known = "、".join(sorted({a["carrier"] for a in desk.activities}))
    if not rows:
        raise _refused(f"{where}：核算中没有“{carrier}”", f"carrier 可写：{known}", "carrier")
    units = sorted({str(a["unit"]) for a in rows})
    if len(units) > 1:
        raise _refused(f"{where}：{carrier}有 {'、'.join(units)} 几种单位，不能一起改", "先把活动数据更正为同一单位", "unit")
    return carrier, rows, units[0]


def _plain(activity: Mapping[str, Any]) -> tuple[Fraction, Fraction]:
    return parse_number(activity["quantity"]), Fraction(1)


def _saving(desk: _Desk, change: Mapping[str, Any], where: str) -> None:
    carrier, rows, unit = _chosen(desk, change, where)
    whole = sum((_plain(a)[0] for a in rows), Fraction(0))
    part = _part(change, "quantity", where, max(whole, Fraction(0)), carrier)
    _take(rows, part, _plain)
    desk.said.append(f"{carrier}少用 {_shown(part)} {unit}")


def _fuel_to_electricity(desk: _Desk, change: Mapping[str, Any], where: str) -> None:
    carrier, rows, unit = _chosen(desk, change, where)
    if carrier == POWER:
        raise _refused(f"{where}：电力不能改为电力", "carrier 写要替代的燃料或热力", "carrier")
    whole = sum((_plain(a)[0] for a in rows), Fraction(0))
    part = _part(change, "quantity", where, max(whole, Fraction(0)), carrier)
    per_unit, ratio = _number(change, "kwh_per_unit", where), _number(change, "efficiency_ratio", where)
    if (per_unit is None) == (ratio is None):
        raise _refused(
            f"{where}须写 kwh_per_unit（替代 1 {unit} {carrier}要多少 kWh）或 efficiency_ratio（原设备效率 ÷ 电气设备效率），且只写一个",
            '例如 efficiency_ratio = "0.9"',
            "kwh_per_unit",
        )
    if per_unit is None:
        assert ratio is not None
        per_unit = _heat_per_unit(desk.run, rows, whole, where) * ratio / GJ_PER_KWH
    kwh = parse_number(fixed_text(part * per_unit, PLACES))
    _take(rows, part, _plain)
    if kwh:
        desk.add(POWER, kwh, "kWh", {"supply": "grid"})
    desk.said.append(f"{_shown(part)} {unit} {carrier}改用电，增加网电 {_shown(kwh)} kWh")


def _heat_per_unit(run: CalculationRun, rows: Sequence[Mapping[str, Any]], whole: Fraction, where: str) -> Fraction:
    """GJ in one unit of the fuel, from the heating values the run itself used."""
    total = Fraction(0)
    for row in rows:
        line = run.line(row["id"])
        operands = {o.name: parse_number(o.value) for o in line.operands} if line else {}
        if "低位热值" in operands and "消耗量" in operands:
            total += operands["消耗量"] * operands["低位热值"]
        elif "热量" in operands:
            total += operands["热量"]
        else:
            raise _refused(f"{where}：核算中没有{row['carrier']}的热值", "改写 kwh_per_unit", "efficiency_ratio")
    if not whole:
        raise _refused(f"{where}：用量为零", "删去这一项变化", "carrier")
    return total / whole


def _month(change: Mapping[str, Any], where: str) -> str:
    month = str(change.get("month") or "").strip()
    year, dash, number = month.partition("-")
    if not (dash and len(year) == 4 and len(number) == 2 and month.replace("-", "").isascii() and (year + number).isdigit()):
        raise _refused(f"{where}的 month 写作“{month}”", '写成 month = "2025-03"', "month")
    if not (1 <= int(number) <= 12 and int(year) > 0):
        raise _refused(f"{where}的 month 写作“{month}”，没有这个月", '写成 month = "2025-03"', "month")
    return month


def _within(activity: Mapping[str, Any], month: str) -> bool:
    start, _, end = str(activity["params"].get("period") or "").partition("/")
    return start.startswith(month) and (end or start).startswith(month)


def _without_month(desk: _Desk, change: Mapping[str, Any], where: str) -> None:
    month = _month(change, where)
    carrier, rows, unit = _chosen(desk, change, where)
    gone = [a for a in rows if _within(a, month)]
    if not gone:
        raise _refused(f"{where}：核算中没有只属于 {month} 的{carrier}活动", "换一个月份", "month")
    ids = {a["id"] for a in gone}
    # A correction whose object is gone would have nothing to correct.
    ids |= {a["id"] for a in desk.activities if a["params"].get("correction_of") in ids}
    desk.activities = [a for a in desk.activities if a["id"] not in ids]
    total = sum((_plain(a)[0] for a in gone), Fraction(0))
    desk.said.append(f"去掉 {month} 的{carrier} {_shown(total)} {unit}")


def _with_month(desk: _Desk, change: Mapping[str, Any], where: str) -> None:
    month = _month(change, where)
    carrier = str(change.get("carrier") or "").strip()
    quantity = _number(change, "quantity", where)
    alike = next((a for a in desk.activities if a["carrier"] == carrier and a.get("direction", "in") == "in"), None)
    unit = str(change.get("unit") or (alike["unit"] if alike else "")).strip()
    if not carrier or quantity is None or not unit:
        raise _refused(f"{where}须写 carrier、quantity 和 unit", 'carrier = "电力"、quantity = "80000"、unit = "kWh"', "quantity")
    params = {"supply": "grid"} if carrier == POWER else _like(alike)
    desk.add(carrier, quantity, unit, params, month)
    desk.said.append(f"补上 {month} 的{carrier} {_shown(quantity)} {unit}")


def _like(activity: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a further activity of a carrier needs besides its quantity: as its neighbours have it."""
    own = ("period", "correction_of", "reason", "certificate_id", "label")
    return {k: v for k, v in activity["params"].items() if k not in own} if activity else {}


_APPLY: dict[str, Callable[[_Desk, Mapping[str, Any], str], None]] = {
    "fuel_to_electricity": _fuel_to_electricity,
    "saving": _saving,
    "without_month": _without_month,
    "with_month": _with_month,
}
