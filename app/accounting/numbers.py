"""Numbers of the input: decimal strings, integers and Decimals, nothing that has already lost its printed digits."""

from __future__ import annotations

from collections.abc import Iterable
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


def _decimal(text: str) -> Fraction | None:
    """A plain unsigned decimal read without a pattern: what nearly every quantity of a bill looks like."""
    if not text.isascii() or len(text) > MAX_DIGITS:
        return None
    whole, dot, tail = text.partition(".")
    if not whole.isdigit():
        return None
    if not dot:
        return Fraction(int(whole))
    return Fraction(int(whole + tail), 10 ** len(tail)) if tail.isdigit() else None


def plain_number(text: str | None) -> Fraction | None:
    """The exact value of a text, None when it is absent or not a decimal number (for checks, which never refuse)."""
    if text is None:
        return None
    stripped = str(text).strip()
    quick = _decimal(stripped)
    if quick is not None:
        return quick
    try:
        return parse_number(stripped)
    except ValueError:
        return None


def exact(value: Any, *, name: str, subject: str = "") -> Fraction:
    """The exact value. Refuses (invalid_number) thousands separators, full-width digits, ``p/q``, NaN and floating numbers."""
    if type(value) is str and (quick := _decimal(value)) is not None:
        return quick
    text = number_text(value)
    if text is not None and _is_plain(text):
        try:
            return parse_number(text)
        except ValueError:
            pass
    problem = f"“{text}”不是十进制数" if text is not None else f"以 {type(value).__name__} 类型传入，不能精确表示"
    raise refusal(
        Kind.INVALID_NUMBER,
        f"{name}{problem}。",
        fix='请写成不带千分位、单位和文字的十进制数字符串，例如 "1234.5"；程序调用时不要传二进制浮点数。',
        subject=subject,
    )


def _is_plain(text: str) -> bool:
    """ASCII digits of bounded length and exponent: nothing that could make an exact number unreasonably large."""
    if not text.isascii() or "/" in text or "_" in text or len(text) > MAX_DIGITS:
        return False
    exponent = text.lower().partition("e")[2].lstrip("+-")
    return not exponent or (exponent.isdigit() and int(exponent) <= MAX_EXPONENT)


def exact_sum(values: Iterable[Fraction]) -> Fraction:
    """The exact sum, by adding whole numbers over each denominator first: the same value as adding one by one, many times faster."""
    tops: dict[int, int] = {}
    for value in values:
        top, bottom = value.as_integer_ratio()
        tops[bottom] = tops.get(bottom, 0) + top
    return sum((Fraction(top, bottom) for bottom, top in tops.items()), Fraction(0))


def sum_of_texts(texts: Iterable[str]) -> Fraction:
    """The exact sum of decimal texts; what is no decimal number counts for nothing (``exact_sum`` without making a fraction each)."""
    tops: dict[int, int] = {}
    others: list[Fraction] = []
    for text in texts:
        whole, _, tail = text.partition(".")
        if text.isascii() and whole.isdigit() and (tail.isdigit() or text == whole):
            tops[len(tail)] = tops.get(len(tail), 0) + int(whole + tail)
        elif (value := plain_number(text)) is not None:
            others.append(value)
    return sum((Fraction(top, 10**places) for places, top in tops.items()), exact_sum(others))


def common_denominator(denominators: Iterable[int]) -> int:
    """The least common multiple: values over these denominators become whole numbers over this one."""
    whole = 1
    for bottom in denominators:
        whole *= Fraction(whole, bottom).denominator
    return whole


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


def non_negative(value: Any, *, name: str, subject: str) -> Fraction:
    """An exact value that cannot be below zero: a factor, a calorific value, a carbon content."""
    number = exact(value, name=name, subject=subject)
    if number < 0:
        raise refusal(
            Kind.INVALID_NUMBER,
            f"{name}为 {number_text(value)}，不能小于零。",
            fix=f"请核对{name}及其单位；扣减与输出请用 direction = out 表示。",
            subject=subject,
        )
    return number
