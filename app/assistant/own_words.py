"""Small words for own figures: numbers, months, quantities."""

from __future__ import annotations

import re
from fractions import Fraction

from app.assistant.project_view import ActivityView
from app.domain.carrier import CARRIER_LABELS
from app.domain.number import exact_text, fixed_text

CHINESE_MONTHS = {"十二": 12, "十一": 11, "十": 10, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
MONTH = re.compile(r"(\d{1,2}|十[一二]?|[一二三四五六七八九])月(?!份?以|底|初)")


def plain_number(value: Fraction, *, places: int = 6) -> str:
    """The exact decimal when it is short, otherwise ``places`` decimals."""
    text = exact_text(value)
    if "/" in text or len(text.partition(".")[2]) > places:
        text = fixed_text(value, places)
    return text.rstrip("0").rstrip(".") if "." in text else text


def tonnes(value: Fraction) -> str:
    """tCO2 with two decimals, as the page shows it."""
    return fixed_text(value, 2)


def asked_month(text: str) -> int | None:
    """The month a question names; None when it names none or more than one."""
    found = {_month(word) for word in MONTH.findall(text)}
    found.discard(0)
    return found.pop() if len(found) == 1 else None


def _month(word: str) -> int:
    number = int(word) if word.isdigit() else CHINESE_MONTHS.get(word, 0)
    return number if 1 <= number <= 12 else 0


def quantity_text(record: ActivityView) -> str:
    return f"{record.quantity} {record.unit}"


def record_text(record: ActivityView) -> str:
    period = f"{record.period_start} 至 {record.period_end} " if record.period_start and record.period_end else ""
    return f"{period}{record.direction.label}{CARRIER_LABELS[record.carrier]} {quantity_text(record)}"
