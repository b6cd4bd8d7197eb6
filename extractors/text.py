"""Printed text to comparable text: widths, spaces, numbers, rates and dates.

Nothing here guesses: a string that is not clearly a number or a date gives None, and the caller raises the finding.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from fractions import Fraction

_SPACES = re.compile(r"\s+")
_CJK_GAP = re.compile(r"(?<=[\u2e80-\u9fff（）、，。：；！？])\s+(?=[\u2e80-\u9fff（）、，。：；！？])")
_MINUS = str.maketrans({"−": "-", "－": "-", "–": "-", "﹣": "-", "⁻": "-"})
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?\Z")
_CURRENCY = re.compile(r"^(?P<sign>[+-]?)(?:[¥￥]|RMB|CNY|人民币)+(?P<rest>.*)$")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*[年./\-_—\s]\s*(\d{1,2})\s*[月./\-_—\s]\s*(\d{1,2})\s*日?(?!\d)")
_DATE_SOLID = re.compile(r"(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?!\d)")
HIDDEN = "***"
EXEMPT_WORDS = ("免税", "不征税", "普通零税率", "出口退税", "差额")


def compact(text: str) -> str:
    """NFKC without any white space: the form in which labels are compared (``数   量`` = ``数量``, ``：`` = ``:``)."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).translate(_MINUS)


def tidy(text: str) -> str:
    """As printed, with runs of spaces closed and spaces between Chinese characters removed."""
    return _CJK_GAP.sub("", _SPACES.sub(" ", text)).strip()


def number_text(text: str) -> str | None:
    """The plain decimal string of one printed number: ``¥1,234.50`` → ``1234.50``; ``***`` stays. None when it is none.

    A bracketed amount is negative, as in ledgers. Digits are kept as printed, trailing zeros included.
    """
    plain = compact(text).rstrip("元")
    if plain.lstrip("¥").strip("*") == "" and len(plain) >= 2:
        return HIDDEN
    bracketed = re.fullmatch(r"\((.+)\)", plain)
    if bracketed:
        inner = number_text(bracketed.group(1))
        return None if inner is None or inner == HIDDEN or inner.startswith("-") else "-" + inner
    money = _CURRENCY.match(plain)
    if money:
        plain = money.group("sign") + money.group("rest")
    if not _NUMBER.match(plain):
        return None
    return plain.replace(",", "").lstrip("+")


def number(text: str) -> Fraction | None:
    """The exact value of one printed number, None for ``***``, blanks and text."""
    plain = number_text(text) if text else None
    return None if plain is None or plain == HIDDEN else Fraction(plain)


def leading_number(text: str) -> tuple[str, str] | None:
    """(number, rest) of ``12345 千瓦时`` or ``¥12.30元``; None unless the text starts with a number."""
    plain = compact(text)
    match = re.match(r"[+-]?[¥]?[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", plain)
    if not match:
        return None
    value = number_text(match.group(0))
    return None if value is None else (value, plain[match.end() :])


def ulp(text: str) -> Fraction:
    """The value of one unit in the last printed place."""
    plain = number_text(text) or "0"
    places = len(plain.partition(".")[2])
    return Fraction(1, 10**places)


def rate(text: str) -> Fraction | None:
    """A tax rate as a fraction: ``13%``, ``0.13``; None for 免税, 不征税, ``***`` and blanks."""
    plain = compact(text)
    if plain.endswith("%"):
        value = number(plain[:-1])
        return None if value is None else value / 100
    value = number(plain)
    return value if value is not None and 0 <= value < 1 else None


def rate_is_exempt(text: str) -> bool:
    """True where no tax arithmetic applies: 免税, 不征税, ``***`` or nothing printed."""
    plain = compact(text)
    return plain.strip("*-") == "" or any(word in plain for word in EXEMPT_WORDS)


def iso_date(text: str) -> str | None:
    """The first calendar date in ``text`` as ISO, None when there is none or it does not exist (13 月, 2 月 30 日)."""
    for pattern in (_DATE, _DATE_SOLID):
        for match in pattern.finditer(unicodedata.normalize("NFKC", text)):
            year, month, day = (int(g) for g in match.groups())
            try:
                return date(year, month, day).isoformat()
            except ValueError:
                continue
    return None


def iso_dates(text: str) -> list[str]:
    """Every calendar date in ``text`` in order."""
    plain = unicodedata.normalize("NFKC", text)
    found: list[tuple[int, str]] = []
    for pattern in (_DATE, _DATE_SOLID):
        for match in pattern.finditer(plain):
            value = iso_date(match.group(0))
            if value and not any(abs(at - match.start()) < 4 for at, _ in found):
                found.append((match.start(), value))
    return [value for _, value in sorted(found)]
