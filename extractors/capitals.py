"""Amounts in Chinese capitals (大写金额) to exact values: 叁万伍仟伍佰伍拾玖圆陆角玖分 → 35559.69."""

from __future__ import annotations

import re
from fractions import Fraction

from extractors.text import compact

_DIGITS = {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
_DIGITS |= {"〇": 0, "贳": 2, "弍": 2, "参": 3, "两": 2, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5}
_DIGITS |= {"六": 6, "七": 7, "八": 8, "九": 9}
_SMALL = {"拾": 10, "佰": 100, "仟": 1000, "十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_CAPITALS = re.compile(r"[负]?[零壹贰叁肆伍陆柒捌玖〇贳弍参两拾佰仟万亿]*[圆元][零壹贰叁肆伍陆柒捌玖参角分整正]*")
_CENTS = re.compile(r"[负]?[零壹贰叁肆伍陆柒捌玖]角(?:[零壹贰叁肆伍陆柒捌玖]分)?[整正]?|[负]?[零壹贰叁肆伍陆柒捌玖]分")


def find_capitals(text: str) -> str | None:
    """The longest amount in capitals inside ``text``, or None."""
    plain = compact(text).replace("圓", "圆").replace("陸", "陆").replace("(负数)", "负").replace("(负)", "负")
    found = [m.group(0) for p in (_CAPITALS, _CENTS) for m in p.finditer(plain) if len(m.group(0)) > 1]
    return max(found, key=len) if found else None


def capitals_value(text: str) -> Fraction | None:
    """The exact value in yuan; None when the text is not a complete amount."""
    plain = compact(text).replace("圓", "圆").replace("元", "圆")
    negative = plain.startswith(("负", "(负数)"))
    plain = plain.replace("(负数)", "").lstrip("负").rstrip("整正")
    if not plain:
        return None
    yuan, mark, cents = plain.partition("圆")
    if not mark:
        yuan, cents = "", plain
    total = _integer(yuan) if yuan else 0
    fraction = _cents(cents)
    if total is None or fraction is None:
        return None
    value = total + fraction
    return -value if negative else value


def _integer(text: str) -> int | None:
    total = section = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _SMALL:
            section += (digit or 1) * _SMALL[char]
            digit = 0
        elif char in _LARGE:
            # 亿 closes everything before it (壹万亿 = 10^12), 万 only its own section.
            scale = _LARGE[char]
            if scale == 10**8:
                total = (total + section + digit) * scale
            else:
                total += (section + digit) * scale
            section = digit = 0
        else:
            return None
    return total + section + digit


def _cents(text: str) -> Fraction | None:
    match = re.fullmatch(r"零?(?:(?P<j>.)角)?零?(?:(?P<f>.)分)?", text)
    if not match:
        return None
    value = Fraction(0)
    for group, scale in (("j", 10), ("f", 100)):
        char = match.group(group)
        if char is not None:
            if char not in _DIGITS:
                return None
            value += Fraction(_DIGITS[char], scale)
    return value
