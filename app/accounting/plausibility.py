"""Whether a record's numbers make sense: price bands that betray a wrong unit, outliers in a series, zero and negative months."""

from __future__ import annotations

from fractions import Fraction

from app.accounting.controls import nearest_slip, slip_text
from app.accounting.numbers import common_denominator, plain_number
from app.accounting.series import METERED, Entry, Record, Series
from app.domain.carrier import Carrier, Direction
from app.domain.finding import Finding, Severity
from app.domain.number import exact_text, fixed_text

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
_BANDS = {key: (Fraction(low), Fraction(high)) for key, (low, high) in PRICE_BANDS.items()}
OUTLIER_FACTOR = 3
OUTLIER_MINIMUM = 4  # fewer bills than this have no median worth comparing with
SCALES = (10, 100, 1000, 10000, 100000000)


def _finding(id: str, message: str, subject: str, fix: str, **data: str) -> Finding:
    return Finding(id=id, severity=Severity.EXPLAIN, message=message, subjects=(subject,), fix=fix, data=data)


def _scale_hint(price: Fraction, low: Fraction, high: Fraction) -> str:
    """The power of ten that would bring the price into its band, as a hint at the slip."""
    for scale in SCALES:
        for verb, repaired in (("除以", price * scale), ("乘以", price / scale)):
            if low <= repaired <= high:
                return f"数量若{verb} {scale} 则单价合理，请核对单位写法（如 kWh 与 万kWh）与倍率。"
    return ""


def _unit_scale(entry: Entry) -> list[Finding]:
    record: Record = entry.record
    band = _BANDS.get((record.carrier, record.unit))
    if band is None or record.direction is Direction.EXPORTED or not entry.quantity:
        return []
    amount = plain_number(record.amount)
    if not amount:
        return []
    low, high = band
    price = amount / entry.quantity
    if low <= price <= high:
        return []
    shown = PRICE_BANDS[record.carrier, record.unit]
    message = (
        f"记录 {record.id}：{record.carrier.label}折合 {fixed_text(price, 4)} 元/{record.unit}，"
        f"超出常见范围 {shown[0]}–{shown[1]}。{_scale_hint(price, low, high)}"
    )
    fix = "请对照原件核对数量、单位、倍率与金额。"
    return [_finding("unit-scale", message, record.id, fix, price=exact_text(price), low=shown[0], high=shown[1])]


def _sign(entry: Entry) -> list[Finding]:
    record, quantity = entry.record, entry.quantity
    if quantity is None:
        message = f"记录 {record.id} 的数量“{record.quantity}”不是十进制数。"
        return [_finding("quantity-unreadable", message, record.id, "请按原件更正数量。")]
    if quantity.numerator > 0:
        return []
    word = "为零" if quantity == 0 else f"为负（{record.quantity}）"
    message = f"记录 {record.id}（{record.carrier.label}）的数量{word}。"
    fix = "确为停产零用量、红字冲销或退补的，请写明原因；负数须指明更正的是哪一条。"
    return [_finding("zero-or-negative", message, record.id, fix)]


def _outliers(series: Series) -> list[Finding]:
    """Bills whose daily quantity is far from the median of their own meter; deliveries, which have no days of use, by their whole
    quantity. Compared as whole numbers over one denominator."""
    metered = series.carrier in METERED
    used = [(e, q, e.period.days if metered else 1) for e in series.entries if e.period and (q := e.quantity) is not None and q.numerator > 0]
    if len(used) < OUTLIER_MINIMUM or len({e.record.unit for e, _, _ in used}) > 1:
        return []
    whole = common_denominator({q.denominator * days for _, q, days in used})
    daily = [(e, q.numerator * (whole // (q.denominator * days))) for e, q, days in used]
    ordered = sorted(value for _, value in daily)
    middle = len(ordered) // 2
    twice = 2 * ordered[middle] if len(ordered) % 2 else ordered[middle - 1] + ordered[middle]
    out = []
    for entry, value in daily:
        if twice <= 2 * value * OUTLIER_FACTOR and 2 * value <= twice * OUTLIER_FACTOR:
            continue
        record = entry.record
        own, median, kind = Fraction(value, whole), Fraction(twice, 2 * whole), "日均" if metered else "数量"
        message = (
            f"记录 {record.id}：{series.label} {kind} {fixed_text(own, 2)} {record.unit}，"
            f"是全年中位数 {fixed_text(median, 2)} 的 {fixed_text(own / median, 2)} 倍。"
        )
        slip = nearest_slip(own / median)
        id, fix = "outlier", "请核对读数、倍率与账期；确有停产、投产等原因的请说明。"
        if slip is not None:
            id, fix = "unit-slip", "请对照原件核对单位（kWh 与 万kWh、kg 与 t）与倍率，更正数量。"
            message += f"约为 {slip_text(slip)}，像是单位或倍率写错。"
        out.append(_finding(id, message, record.id, fix, daily=exact_text(own), median=exact_text(median)))
    return out


def plausibility(series: Series) -> tuple[Finding, ...]:
    """Findings over the records of one meter or account; all of them must be explained, none is a verdict."""
    out = [f for entry in series.entries for f in (*_sign(entry), *_unit_scale(entry))]
    return (*out, *_outliers(series))
