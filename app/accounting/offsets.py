"""Offsets are listed beside the total and never taken off it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from app.accounting.numbers import exact, is_absent, number_text
from app.accounting.reading import Inputs
from app.accounting.refusals import Kind, refusal
from app.domain.number import exact_text
from app.domain.units import find_unit

UNITS = {
    "tCO2e": Fraction(1),
    "tCO2": Fraction(1),
    "kgCO2e": Fraction(1, 1000),
    "kgCO2": Fraction(1, 1000),
    "万tCO2e": Fraction(10000),
    "万tCO2": Fraction(10000),
}
_NET_WORDS = frozenset({"net", "netted", "deduct", "subtract", "扣减", "净值"})
_NET_VALUES = _NET_WORDS | {"true"}


def _asks_net(request: str) -> bool:
    name = request.partition(":")[0].strip().casefold()
    words = ("netting", "netted", "after_offset", "carbon_neutral", "净排放", "净值", "扣减抵", "抵销后", "抵消后")
    return name == "net" or name.startswith(("net_", "net-")) or any(word in name for word in words)


def _sets_net(name: str, value: Any) -> bool:
    key = name.casefold()
    about = key.startswith("net") or any(word in key for word in ("offset", "netting", "抵销", "抵消"))
    return about and str(value).strip().casefold() in _NET_VALUES


def _deducts(name: str, value: Any) -> bool:
    """Whether an entry of the list of offsets asks to be taken off: ``net = true``, ``deduct = true``, ``mode = "net"``. Other
    true statements (``cancelled = true``) say something about the offset itself."""
    key, text = name.casefold(), str(value).strip().casefold()
    about = key.startswith("net") or any(word in key for word in ("deduct", "subtract", "扣减", "抵减"))
    return text in _NET_WORDS or (about and text in _NET_VALUES)


def refuse_netting(inputs: Inputs) -> None:
    """Refuses offset_netting_requested, whichever way it is asked for."""
    asked = [r for r in inputs.request if _asks_net(r)]
    asked += [f"options.{name}" for name, value in inputs.options.items() if _sets_net(str(name), value)]
    asked += ["offsets.net" for o in inputs.offsets if any(_deducts(str(k), v) for k, v in o.items())]
    if asked:
        raise refusal(
            Kind.OFFSET_NETTING_REQUESTED,
            f"要求给出扣减抵销量后的净值（{asked[0]}）。",
            fix="排放总量不得扣减抵销量；请去掉该项，抵销量会在结果中另列，先减排、后抵销剩余排放。",
        )


def read_offsets(inputs: Inputs) -> tuple[tuple[Mapping[str, Any], ...], Fraction | None]:
    """The offsets as given with their tonnes, and their sum; None when there are none."""
    if not inputs.offsets:
        return (), None
    out, total = [], Fraction(0)
    for n, offset in enumerate(inputs.offsets, 1):
        subject = str(offset.get("id") or f"offset{n}")
        if is_absent(offset.get("quantity")):
            raise refusal(Kind.MISSING_QUANTITY, "抵销量没有数量。", fix="请补上注销凭证所列数量。", subject=subject)
        quantity = exact(offset["quantity"], name="抵销量", subject=subject)
        unit = str(offset.get("unit") or "").strip()
        if unit not in UNITS:
            known = find_unit(unit) is not None
            raise refusal(
                Kind.UNIT_DIMENSION_MISMATCH if known else Kind.UNKNOWN_UNIT,
                f"抵销量的单位“{unit}”{'不是排放量单位' if known else '没有登记'}。",
                fix="抵销量请用 tCO2e。",
                subject=subject,
            )
        if quantity < 0:
            raise refusal(Kind.UNEXPLAINED_NEGATIVE, "抵销量为负。", fix="请核对抵销数量。", subject=subject)
        tonnes = quantity * UNITS[unit]
        total += tonnes
        kept = {str(k): number_text(v) if number_text(v) is not None else str(v) for k, v in offset.items()}
        out.append({**kept, "tco2e": exact_text(tonnes)})
    return tuple(out), total
