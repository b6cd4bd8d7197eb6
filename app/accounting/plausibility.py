"""Whether a record's numbers make sense: price bands that betray a wrong unit, outliers in a series, zero and negative months."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from app.domain.carrier import Carrier, Direction
from app.domain.finding import Finding, Severity
from app.domain.number import exact_text, fixed_text, parse_number
from app.domain.period import Period

# Yuan per unit, tax excluded, beyond which the unit or the reading is probably wrong. Wide on purpose: a hint, not a verdict.
PRICE_BANDS: dict[tuple[Carrier, str], tuple[str, str]] = {
    (Carrier.ELECTRICITY, "kWh"): ("0.2", "1.6"),
    (Carrier.NATURAL_GAS, "Nm3"): ("2", "6"),
    (Carrier.NATURAL_GAS, "m3"): ("2", "6"),
    (Carrier.STEAM, "t"): ("120", "400"),
    (Carrier.STEAM, "GJ"): ("40", "130"),
    (Carrier.HEAT, "GJ"): ("40", "130"),
    (Carrier.WATER, "t"): ("1", "12"),
    (Carrier.WATER, "m3"): ("1", "12"),
    (Carrier.GASOLINE, "L"): ("4", "9"),
    (Carrier.DIESEL, "L"): ("4", "9"),
}
OUTLIER_FACTOR = 3
OUTLIER_MINIMUM = 4  # fewer bills than this have no median worth comparing with
SCALES = (10, 100, 1000, 10000, 100000000)


def _number(text: str | None) -> Fraction | None:
    try:
        return None if text is None or not str(text).strip() else parse_number(text)
    except ValueError:
        return None


def _finding(id: str, message: str, subject: str, fix: str, **data: str) -> Finding:
    return Finding(id=id, severity=Severity.EXPLAIN, message=message, subjects=(subject,), fix=fix, data=data)


def _scale_hint(price: Fraction, low: Fraction, high: Fraction) -> str:
    """The power of ten that would bring the price into its band, as a hint at the slip."""
    for scale in SCALES:
        for verb, repaired in (("除以", price * scale), ("乘以", price / scale)):
            if low <= repaired <= high:
                return f"数量若{verb} {scale} 则单价合理，请核对单位写法（如 kWh 与 万kWh）与倍率。"
    return ""


def _unit_scale(record: Any) -> list[Finding]:
    quantity, amount = _number(record.quantity), _number(record.amount)
    band = PRICE_BANDS.get((record.carrier, record.unit))
    if record.direction is Direction.EXPORTED or band is None or not quantity or not amount:
        return []
    low, high = (Fraction(b) for b in band)
    price = amount / quantity
    if low <= price <= high:
        return []
    message = (
        f"记录 {record.id}：{record.carrier.label}折合 {fixed_text(price, 4)} 元/{record.unit}，"
        f"超出常见范围 {band[0]}–{band[1]}。{_scale_hint(price, low, high)}"
    )
    fix = "请对照原件核对数量、单位、倍率与金额。"
    return [_finding("unit-scale", message, record.id, fix, price=exact_text(price), low=band[0], high=band[1])]


def _sign(record: Any) -> list[Finding]:
    quantity = _number(record.quantity)
    if quantity is None:
        message = f"记录 {record.id} 的数量“{record.quantity}”不是十进制数。"
        return [_finding("quantity-unreadable", message, record.id, "请按原件更正数量。")]
    if quantity > 0:
        return []
    word = "为零" if quantity == 0 else f"为负（{record.quantity}）"
    message = f"记录 {record.id}（{record.carrier.label}）的数量{word}。"
    fix = "确为停产零用量、红字冲销或退补的，请写明原因；负数须指明更正的是哪一条。"
    return [_finding("zero-or-negative", message, record.id, fix)]


def _median(values: Sequence[Fraction]) -> Fraction:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _outliers(label: str, records: Sequence[tuple[Any, Period | None]]) -> list[Finding]:
    daily = []
    for record, period in records:
        quantity = _number(record.quantity)
        if quantity is not None and quantity > 0 and period is not None:
            daily.append((record, quantity / period.days))
    if len(daily) < OUTLIER_MINIMUM or len({record.unit for record, _ in daily}) > 1:
        return []
    middle = _median([value for _, value in daily])
    out = []
    for record, value in daily:
        if middle / OUTLIER_FACTOR <= value <= middle * OUTLIER_FACTOR:
            continue
        times = value / middle
        message = (
            f"记录 {record.id}：{label} 日均 {fixed_text(value, 2)} {record.unit}，"
            f"是全年中位数 {fixed_text(middle, 2)} 的 {fixed_text(times, 2)} 倍。"
        )
        fix = "请核对读数、倍率与账期；确有停产、投产等原因的请说明。"
        out.append(_finding("outlier", message, record.id, fix, daily=exact_text(value), median=exact_text(middle)))
    return out


def plausibility(label: str, records: Sequence[tuple[Any, Period | None]]) -> tuple[Finding, ...]:
    """Findings over the records of one meter or account; all of them must be explained, none is a verdict."""
    out = [f for record, _ in records for f in (*_sign(record), *_unit_scale(record))]
    return (*out, *_outliers(label, records))
