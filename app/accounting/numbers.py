"""Numbers of the input: decimal strings, integers and Decimals, nothing that has already lost its printed digits."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.accounting.refusals import Kind, refusal
from app.domain.number import parse_number

MAX_DIGITS = 200
MAX_EXPONENT = 60


def is_absent(value: Any) -> bool:
    """None and blank text are absent; zero is a value."""
    return value is None or (isinstance(value, str) and not value.strip())


def number_text(value: Any) -> str | None:
    """The decimal text of an accepted number object, None for any other type (binary fractions included)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, Decimal)):
        return str(value)
    if isinstance(value, str):
        return value.strip()
    return None


def exact(value: Any, *, name: str, subject: str = "") -> Fraction:
    """The exact value. Refuses (invalid_number) thousands separators, full-width digits, ``p/q``, NaN and floating numbers."""
    text = number_text(value)
    readable = text is not None and text.isascii() and "/" not in text and "_" not in text and len(text) <= MAX_DIGITS
    if readable:
        _, _, exponent = text.lower().partition("e")
        if not exponent or (
            exponent.lstrip("+-").isdigit() and int(exponent) <= MAX_EXPONENT and int(exponent) >= -MAX_EXPONENT
        ):
            try:
                return parse_number(text)
            except ValueError:
                pass
    shown = text if text is not None else type(value).__name__
    raise refusal(
        Kind.INVALID_NUMBER,
        f"{name}“{shown}”不是十进制数。",
        fix='请写成不带千分位、单位和文字的十进制数字符串，例如 "1234.5"；程序调用时不要传二进制浮点数。',
        subject=subject,
    )


def percent(value: Any, *, name: str, subject: str) -> Fraction:
    """A percentage as a ratio. Refuses what lies outside 0–100."""
    ratio = exact(value, name=name, subject=subject) / 100
    if not 0 <= ratio <= 1:
        raise refusal(
            Kind.INVALID_NUMBER,
            f"{name}为 {number_text(value)}，不在 0 至 100 之间。",
            fix="百分数请写 0 至 100 之间的数，例如 99 表示 99%。",
            subject=subject,
        )
    return ratio
