"""Validation rules V1–V9 as small functions. Each returns the findings it raises; an empty tuple means the rule holds.

Arithmetic is exact. A finding of an arithmetic rule carries both sides and the tolerance in ``data`` (decimal strings), so that a
reviewer sees the sum and not only a red mark. V1, V2, V4 and V5a block automatic acceptance; the others ask for an explanation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from itertools import combinations

from app.domain.activity import InvoiceLine
from app.domain.finding import Finding
from extractors.capitals import capitals_value
from extractors.evidence import blocking, explain, show
from extractors.identifiers import invoice_number_ok, person_id_valid, uscc_valid
from extractors.text import HIDDEN, number, rate, rate_is_exempt, ulp
from extractors.vocabulary import CarrierTerms, provinces

CENT = Fraction(1, 100)


def _arithmetic(left: Fraction, right: Fraction, tolerance: Fraction) -> dict[str, str]:
    return {"left": show(left), "right": show(right), "tolerance": show(tolerance), "difference": show(left - right)}


def line_product(line: InvoiceLine, subject: str) -> tuple[Finding, ...]:
    """V1a: 数量 × 单价 = 金额, within max(0.01, half a unit of the price's last place × quantity)."""
    quantity, price, amount = number(line.quantity), number(line.unit_price), number(line.amount)
    if quantity is None or price is None or amount is None:
        return ()
    left = quantity * price
    tolerance = max(CENT, ulp(line.unit_price) / 2 * abs(quantity))
    if abs(abs(left) - abs(amount)) <= tolerance:
        return ()
    return (
        blocking(
            "line-product",
            f"明细行数量×单价与金额不符：{line.quantity}×{line.unit_price}={show(left)}，票面金额 {line.amount}。",
            "请对照原件核对该行的数量、单价和金额。",
            subjects=(subject,),
            data=_arithmetic(left, amount, tolerance),
        ),
    )


def product_proves(line: InvoiceLine) -> bool:
    """Whether 数量 × 单价 = 金额 confirms the quantity: exactly to the cent, or by a price precise enough that a wrong digit in the
    quantity would show (the rounding of the price stays below a thousandth of the amount)."""
    quantity, price, amount = number(line.quantity), number(line.unit_price), number(line.amount)
    if quantity is None or price is None or amount is None or quantity == 0:
        return False
    off = abs(abs(quantity * price) - abs(amount))
    rounding = ulp(line.unit_price) / 2 * abs(quantity)
    return off <= CENT or (off <= rounding and rounding <= abs(amount) / 1000)


def line_tax(line: InvoiceLine, subject: str) -> tuple[Finding, ...]:
    """V1b: 金额 × 税率 = 税额 within 0.01; 免税, 不征税, ``***`` and 差额征税 have no arithmetic."""
    amount, tax, percent = number(line.amount), number(line.tax_amount), rate(line.tax_rate)
    if amount is None or tax is None or percent is None or rate_is_exempt(line.tax_rate):
        return ()
    left = amount * percent
    if abs(left - tax) <= CENT:
        return ()
    return (
        blocking(
            "line-tax",
            f"明细行金额×税率与税额不符：{line.amount}×{line.tax_rate}={show(left)}，票面税额 {line.tax_amount}。",
            "请对照原件核对该行的金额、税率和税额。",
            subjects=(subject,),
            data=_arithmetic(left, tax, CENT),
        ),
    )


def line_sums(lines: Sequence[InvoiceLine], amount: str, tax: str) -> tuple[Finding, ...]:
    """V1c: Σ金额 and Σ税额 equal the printed 合计 within 0.01 a line."""
    out: list[Finding] = []
    tolerance = CENT * max(len(lines), 1)
    for name, label, printed, parts in (
        ("amount_excl_tax", "金额", amount, [number(line.amount) for line in lines]),
        ("tax_amount", "税额", tax, [number(line.tax_amount) or Fraction(0) for line in lines]),
    ):
        total = number(printed)
        if total is None or not parts:
            continue
        if any(p is None for p in parts):
            continue
        left = sum((p for p in parts if p is not None), Fraction(0))
        if abs(left - total) > tolerance:
            out.append(
                blocking(
                    "line-sum",
                    f"明细{label}之和 {show(left)} 与合计{label} {printed} 不符。{_lost_sign(parts, left - total, tolerance)}",
                    "可能漏读、多读了明细行或读错了数字，请对照原件核对。",
                    subjects=(name,),
                    data=_arithmetic(left, total, tolerance),
                )
            )
    return tuple(out)


def _lost_sign(parts: Sequence[Fraction | None], excess: Fraction, tolerance: Fraction) -> str:
    """A hint when one line, or two, with a minus sign would close the gap: recognition loses minus signs."""
    values = [p for p in parts if p is not None and p > 0]
    one = next((v for v in values if abs(excess - 2 * v) <= tolerance), None)
    if one is not None:
        return f"若“{show(one)}”漏读了负号，则相符。"
    two = next(((a, b) for a, b in combinations(values[:40], 2) if abs(excess - 2 * (a + b)) <= tolerance), None)
    return f"若“{show(two[0])}”和“{show(two[1])}”漏读了负号，则相符。" if two else ""


def line_complete(line: InvoiceLine, subject: str) -> tuple[Finding, ...]:
    """A line has a name and an amount; one without was read badly or printed badly, and no sum can be trusted."""
    if line.item and number(line.amount) is not None:
        return ()
    return (
        blocking(
            "line-incomplete",
            f"明细行“{line.item[:30]}”缺少{'金额' if line.item else '名称'}。",
            "请对照原件补录该行。",
            subjects=(subject,),
        ),
    )


def total_sum(amount: str, tax: str, total: str) -> tuple[Finding, ...]:
    """V1d, first half: 金额 + 税额 = 价税合计, exactly. A tax of ``***`` counts as zero."""
    left, right = number(amount), number(total)
    if left is None or right is None or not tax:
        return ()
    extra = Fraction(0) if tax == HIDDEN else number(tax)
    if extra is None or left + extra == right:
        return ()
    return (
        blocking(
            "total-sum",
            f"合计金额＋合计税额与价税合计不符：{amount}＋{tax}={show(left + extra)}，票面价税合计 {total}。",
            "发票自身不平，请核对原件；确属票面错误的应退回开票方。",
            subjects=("amount_excl_tax", "tax_amount", "amount_incl_tax"),
            data=_arithmetic(left + extra, right, Fraction(0)),
        ),
    )


def amount_in_words(words: str, total: str) -> tuple[Finding, ...]:
    """V1d, second half: 大写 = 小写, exactly. Red invoices often print the capitals without a sign."""
    left, right = capitals_value(words) if words else None, number(total)
    if left is None or right is None or left == right or (right < 0 and left == -right):
        return ()
    return (
        blocking(
            "amount-in-words",
            f"大写金额“{words}”（{show(left)}）与小写金额 {total} 不符。",
            "请对照原件核对大写、小写金额。",
            subjects=("amount_incl_tax",),
            data=_arithmetic(left, right, Fraction(0)),
        ),
    )


def invoice_number(value: str, code: str, issue_date: str) -> tuple[Finding, ...]:
    """V2a: form of number and code; for 20-digit numbers the first two digits are the year of issue."""
    if not invoice_number_ok(value, code, provinces()):
        return (
            blocking(
                "invoice-number",
                f"发票号码“{value}”{f'、发票代码“{code}”' if code else ''}不符合编码规则。",
                "数电票应为 20 位号码；其他发票应为 10 或 12 位代码加 8 位号码。请对照原件核对。",
                subjects=("invoice_number",),
                data={"invoice_number": value, "invoice_code": code},
            ),
        )
    if len(value) == 20 and issue_date and value[:2] != issue_date[2:4]:
        return (
            explain(
                "invoice-year",
                f"发票号码前两位 {value[:2]} 与开票年份 {issue_date[:4]} 不一致。",
                "请核对开票日期和发票号码。",
                subjects=("invoice_number", "issue_date"),
                data={"invoice_number": value, "issue_date": issue_date},
            ),
        )
    return ()


def tax_id(name: str, label: str, value: str) -> tuple[Finding, ...]:
    """V3: the check character of a tax number; old 15- and 20-digit numbers are allowed with a flag."""
    if not value or uscc_valid(value) or person_id_valid(value):
        return ()
    return (
        explain(
            "uscc-checksum",
            f"{label}纳税人识别号“{value}”校验位不符或为旧式号码，无法自证无误。",
            "请对照原件逐位核对。",
            subjects=(name,),
            data={"value": value, "length": str(len(value))},
        ),
    )


def reading_product(opening: str, closing: str, multiplier: str, read: str, subject: str) -> tuple[Finding, ...]:
    """V4a: (本次 − 上次) × 倍率 = 抄见电量 within one unit of the readings' last place × multiplier (rollover is reported)."""
    a, b, k, printed = number(opening), number(closing), number(multiplier or "1"), number(read)
    if a is None or b is None or k is None or printed is None:
        return ()
    left = (b - a) * k
    # A kilowatt-hour of rounding where whole ones are printed; tonnes and gigajoules come with places, and those count.
    tolerance = max(min(Fraction(1), ulp(read)), max(ulp(opening), ulp(closing)) * k)
    if abs(left - printed) <= tolerance:
        return ()
    return (
        blocking(
            "reading-product",
            f"（本次示数－上次示数）×倍率与抄见量不符：（{closing}－{opening}）×{multiplier or '1'}={show(left)}，抄见 {read}。",
            "请核对示数、倍率，或确认是否换表、表计翻转。",
            subjects=(subject,),
            data=_arithmetic(left, printed, tolerance),
        ),
    )


def tou_sum(bands: Sequence[tuple[str, str]], total: str, subject: str) -> tuple[Finding, ...]:
    """V4b: 尖+峰+平+谷(+深谷) = 总 within 1 kWh."""
    parts = [number(v) for _, v in bands]
    right = number(total)
    if right is None or not parts or any(p is None for p in parts):
        return ()
    left = sum((p for p in parts if p is not None), Fraction(0))
    if abs(left - right) <= 1:
        return ()
    terms = "＋".join(f"{name}{value}" for name, value in bands)
    return (
        blocking(
            "tou-sum",
            f"分时电量之和与总电量不符：{terms}={show(left)}，总电量 {total}。",
            "请核对各时段电量；如有尖峰调整、退补，请附说明。",
            subjects=(subject,),
            data=_arithmetic(left, right, Fraction(1)),
        ),
    )


def settled_sum(parts: Sequence[tuple[str, str]], total: str, subject: str) -> tuple[Finding, ...]:
    """V4c: 抄见 + 换表 + 退补 + 线损 … = 合计电量, as printed. ``parts`` carry their sign."""
    values = [number(v) for _, v in parts]
    right = number(total)
    if right is None or not values or any(v is None for v in values):
        return ()
    left = sum((v for v in values if v is not None), Fraction(0))
    if left == right:
        return ()
    return (
        blocking(
            "settled-sum",
            f"各项电量之和 {show(left)} 与合计电量 {total} 不符。",
            "请核对抄见、换表、退补、线损、尖峰调整各项。",
            subjects=(subject,),
            data=_arithmetic(left, right, Fraction(0)),
        ),
    )


def bill_sum(parts: Sequence[tuple[str, str]], total: str, *, complete: bool) -> tuple[Finding, ...]:
    """V4c for money: Σ费用 = 应收合计. Blocks when the items are known to be complete, else asks."""
    values = [number(v) for _, v in parts]
    right = number(total)
    if right is None or len(values) < 2 or any(v is None for v in values):
        return ()
    left = sum((v for v in values if v is not None), Fraction(0))
    tolerance = CENT * len(values)
    if abs(left - right) <= tolerance:
        return ()
    build = blocking if complete else explain
    return (
        build(
            "bill-sum",
            f"各项电费之和 {show(left)} 与应收合计 {total} 不符。",
            "请核对账单各费用项与合计。",
            subjects=("amount_incl_tax",),
            data={**_arithmetic(left, right, tolerance), "items": "＋".join(f"{n}{v}" for n, v in parts)},
        ),
    )


def period(
    first: str | None, last: str | None, issued: str | None, subject: str, *, day_allowed: bool = False
) -> tuple[Finding, ...]:
    """V5: start ≤ end ≤ issue date (hard); a length outside 20–45 days is asked about. ``day_allowed``: a single day is in order
    (a fuelling, a daily log)."""
    if not first or not last:
        return ()
    a, b = date.fromisoformat(first), date.fromisoformat(last)
    out: list[Finding] = []
    if a > b or (issued and date.fromisoformat(issued) < b):
        out.append(
            blocking(
                "period-order",
                f"用能期间 {first} 至 {last} 前后颠倒，或晚于出具日期{f' {issued}' if issued else ''}。",
                "请核对起止日期和开票（出账）日期。",
                subjects=(subject,),
                data={"start": first, "end": last, "issued": issued or ""},
            )
        )
    days = (b - a).days + 1
    if not out and not 20 <= days <= 45 and not (days == 1 and day_allowed):
        out.append(
            explain(
                "period-length",
                f"用能期间长 {days} 天，不是通常的一个抄表周期（20–45 天）。",
                "请确认起止日期；跨多月的账单请按月分摊。",
                subjects=(subject,),
                data={"start": first, "end": last, "days": str(days)},
            )
        )
    return tuple(out)


def unit_price_band(
    terms: CarrierTerms | None, amount: str, quantity: Fraction, unit: str, subject: str
) -> tuple[Finding, ...]:
    """V6: money without tax per canonical unit against the plausible band of the carrier. Litres and cubic metres as stated;
    tonnes of liquid fuel have no band."""
    money = number(amount)
    if terms is None or money is None or quantity == 0:
        return ()
    band = terms.band_heat if unit == "GJ" and terms.band_heat else terms.band
    if band is None or (unit == "t" and "liquid_volume" in terms.dimensions):
        return ()
    price = abs(money / quantity)
    if band[0] <= price <= band[1]:
        return ()
    return (
        explain(
            "unit-price-band",
            f"折合单价 {show(Fraction(round(price * 10000), 10000))} 元/{unit}，不在常见范围 {show(band[0])}–{show(band[1])} 元/{unit}。",
            "请核对数量、计量单位和金额；价格确实如此的请说明。",
            subjects=(subject,),
            data={"price": show(price), "low": show(band[0]), "high": show(band[1])},
        ),
    )


def date_sanity(name: str, label: str, value: str | None, today: date) -> tuple[Finding, ...]:
    """V9: a date before 1994 (the introduction of VAT) or after ``today`` is not believed."""
    if not value or date(1994, 1, 1) <= date.fromisoformat(value) <= today:
        return ()
    return (
        explain(
            "date-sanity",
            f"{label} {value} 不在合理范围内。",
            "请对照原件核对日期。",
            subjects=(name,),
            data={"value": value},
        ),
    )


def collect(groups: Iterable[tuple[Finding, ...]]) -> tuple[Finding, ...]:
    """The findings of several checks in order."""
    return tuple(f for group in groups for f in group)
