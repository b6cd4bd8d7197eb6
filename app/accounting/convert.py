"""Exact conversion of units within the closed table, for energies across electricity, heat and coal equivalent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from app.accounting.numbers import exact, number_text
from app.accounting.recipe import Computed
from app.accounting.refusals import Kind, refusal
from app.domain.number import exact_text
from app.domain.units import GJ_PER_KWH, GJ_PER_TCE, Unit, find_unit

MJ_PER_KWH = GJ_PER_KWH * 1000
_TO_GJ = {"heat": Fraction(1), "electricity": GJ_PER_KWH, "coal_equivalent": GJ_PER_TCE}


def _unit(text: str, subject: str) -> Unit:
    unit = find_unit(text)
    if unit is None:
        raise refusal(
            Kind.UNKNOWN_UNIT, f"单位“{text}”没有登记。", fix="请改用登记的单位，区分大小写。", subject=subject
        )
    return unit


def convert(value: Any, unit: str, to_unit: str, *, subject: str = "") -> Fraction:
    """``value`` of ``unit`` in ``to_unit``, exactly.

    Refuses unknown_unit, invalid_number, and unit_dimension_mismatch where a ratio would need a fact (m3 to Nm3, L to t).
    """
    number, source, target = exact(value, name="数值", subject=subject), _unit(unit, subject), _unit(to_unit, subject)
    if source.dimension == target.dimension:
        return number * source.ratio / target.ratio
    if source.dimension in _TO_GJ and target.dimension in _TO_GJ:
        gj = number * source.ratio * _TO_GJ[source.dimension]
        return gj / _TO_GJ[target.dimension] / target.ratio
    raise refusal(
        Kind.UNIT_DIMENSION_MISMATCH,
        f"“{unit}”不能换算为“{to_unit}”。",
        fix="跨量纲换算需要密度、热值或气体状态，请用相应参数核算，不能只换单位。",
        subject=subject,
    )


def _row(value: str, unit: str, to_unit: str, result: Fraction) -> Mapping[str, str]:
    return {"from": value, "unit": unit, "to_unit": to_unit, "value": exact_text(result)}


def conversions(asked: Sequence[Mapping[str, Any]], lines: Sequence[Computed]) -> tuple[Mapping[str, str], ...]:
    """The conversions asked for under ``conversions`` and each electricity quantity in MJ, as energy statements add it."""
    out = []
    for n, item in enumerate(asked, 1):
        given = item.get("from", item.get("value", item.get("quantity")))
        unit, to_unit = str(item.get("unit") or ""), str(item.get("to_unit") or item.get("to") or "")
        out.append(
            _row(number_text(given) or "", unit, to_unit, convert(given, unit, to_unit, subject=f"conversion{n}"))
        )
    for line in lines:
        a = line.activity
        if a.unit.dimension == "electricity":
            out.append(_row(a.quantity_text, a.unit_text, "MJ", a.quantity * a.unit.ratio * MJ_PER_KWH))
    return tuple({tuple(row.values()): row for row in out}.values())
