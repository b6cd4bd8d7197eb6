"""Amounts as invoices print them: cents rounded half up, plain decimal strings, Chinese capital figures."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")


def cents(value: Decimal) -> Decimal:
    """``value`` in 元 with two decimals, half up as tax software does."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """``value`` without exponent and without trailing zeros behind the point."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def grouped(value: Decimal) -> str:
    """``value`` with a comma every three digits, decimals as given."""
    return format(value, ",f")


def unit_price(amount: Decimal, quantity: Decimal) -> str:
    """The price an invoice prints for ``amount`` of ``quantity``: 12 decimals at most, so that the product rounds back."""
    return plain((amount / quantity).quantize(Decimal("1e-12"), rounding=ROUND_HALF_UP))


def _four_digits(number: int) -> str:
    """0 < number < 10000 in capital figures without a leading 零."""
    out, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            out += ("零" if gap and out else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return out


def _integer_words(number: int) -> str:
    groups = []
    while number:
        number, group = divmod(number, 10000)
        groups.append(group)
    out = ""
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if not group:
            continue
        skipped = out and (group < 1000 or groups[index + 1] == 0)
        out += ("零" if skipped else "") + _four_digits(group) + _GROUPS[index]
    return out


def capital(amount: Decimal) -> str:
    """价税合计（大写）of an amount below 10^12 元: 1005.40 is 壹仟零伍圆肆角整. Negative amounts begin with （负数）."""
    total = int(abs(amount) * 100)
    whole, fraction = divmod(total, 100)
    jiao, fen = divmod(fraction, 10)
    out = f"{_integer_words(whole)}圆" if whole else ""
    if jiao:
        out += f"{_DIGITS[jiao]}角"
    elif fen and whole:
        out += "零"
    out += f"{_DIGITS[fen]}分" if fen else "整"
    return ("（负数）" if amount < 0 else "") + (out if total else "零圆整")
