"""A stored spreadsheet number and its format → the printed text, without losing or inventing a digit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

#: Spreadsheets keep 15 significant digits; what a file holds beyond them is the noise of binary floating point.
SIGNIFICANT = 15
_ROUND = Context(prec=SIGNIFICANT, rounding=ROUND_HALF_EVEN)
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
_BRACKET = re.compile(r"\[[^\]]*\]")
_PLAIN = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_LONGEST_EXPONENT = 40

#: Built-in format ids that matter (ECMA-376 part 1, 18.8.30, with the Chinese dates 27–58).
BUILTIN = {
    9: "0%", 10: "0.00%", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"',
    30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: "h:mm AM/PM", 35: "h:mm:ss AM/PM",
    36: 'yyyy"年"m"月"', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"', 54: 'm"月"d"日"', 55: "h:mm AM/PM", 56: "h:mm:ss AM/PM", 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFormat:
    """What of a format code changes the meaning of the digits: date parts, percent, zero padding, a printed unit."""

    year: bool = False
    month: bool = False
    day: bool = False
    clock: bool = False
    percent: bool = False
    padding: int = 0
    suffix: str = ""

    @property
    def is_date(self) -> bool:
        return self.year or self.month or self.day or self.clock


GENERAL = NumberFormat()


def parse_format(code: str) -> NumberFormat:
    """The format of positive numbers (the first section of ``code``)."""
    section = code.split(";")[0]
    elapsed = re.search(r"\[(h+|m+|s+)\]", section, re.IGNORECASE) is not None
    literals = [m.group(1) or m.group(2) or "" for m in _LITERAL.finditer(section)]
    bare = _BRACKET.sub("", _LITERAL.sub("", section)).strip()
    if bare.lower() in ("general", "@", "") or elapsed:
        return GENERAL
    letters = re.sub(r"am/pm|a/p|上午/下午", "", bare, flags=re.IGNORECASE).lower()
    if re.search(r"[yemdhs]", letters) and not re.search(r"[0#?]", letters.replace(".0", "").replace(".00", "")):
        minutes = bool(re.search(r"h[^a-z]*m|m[^a-z]*s", letters))
        months = re.sub(r"(?<=h)[^a-z]*m+|m+(?=[^a-z]*s)", "", letters) if minutes else letters
        return NumberFormat(
            year="y" in letters or "e" in letters,
            month="m" in months,
            day="d" in letters,
            clock="h" in letters or "s" in letters,
        )
    # A trailing comma divides what is shown by a thousand: its unit would not fit the stored digits.
    scaled = re.search(r"[0#?],+(?![0#?])", bare) is not None
    suffix = "" if scaled else _unit_suffix(section, literals)
    padding = len(bare) if re.fullmatch(r"0{2,}", bare) else 0
    return NumberFormat(percent="%" in bare, padding=padding, suffix=suffix)


def _unit_suffix(section: str, literals: list[str]) -> str:
    """A literal after the digits (``0.00"kWh"``) is the only place where some ledgers state the unit."""
    last = literals[-1].strip() if literals else ""
    tail = section.rstrip()
    if last and any(c.isalpha() for c in last) and tail.endswith((f'"{literals[-1]}"', f"\\{literals[-1]}")):
        return last
    return ""


def plain_number(raw: str) -> tuple[str, bool]:
    """(decimal text without exponent or floating-point noise, True when the number is longer than a spreadsheet can hold).

    Raises ValueError when ``raw`` is not a finite number of sensible size.
    """
    raw = raw.strip()
    if len(raw) <= SIGNIFICANT and _PLAIN.fullmatch(raw):
        return raw, False
    try:
        value = Decimal(raw)
    except InvalidOperation as error:
        raise ValueError(raw) from error
    if not value.is_finite() or abs(value.adjusted()) > _LONGEST_EXPONENT:
        raise ValueError(raw)
    digits = len(value.as_tuple().digits)
    if digits <= SIGNIFICANT:
        text = raw if _PLAIN.fullmatch(raw) else format(value.normalize(_ROUND), "f")
        return text, value.adjusted() >= SIGNIFICANT
    return format(_ROUND.create_decimal(value).normalize(_ROUND), "f"), value.adjusted() >= SIGNIFICANT


def number_text(raw: str, fmt: NumberFormat, *, base_1904: bool = False) -> str:
    """The printed text of the stored number ``raw``: ISO dates and months, exact percents, padded numbers, units; any other
    number with the file's own digits. Raises ValueError as ``plain_number``."""
    text, _ = plain_number(raw)
    if fmt.is_date:
        return _moment_text(Decimal(raw.strip()), fmt, base_1904) or text
    if fmt.percent:
        shifted = Decimal(text).scaleb(2)
        return f"{format(shifted.normalize(), 'f') if shifted else '0'}%"
    if fmt.padding and text.isdigit():
        return text.zfill(fmt.padding)
    return text + fmt.suffix


def _moment_text(serial: Decimal, fmt: NumberFormat, base_1904: bool) -> str | None:
    seconds = int((serial % 1 * 86_400).to_integral_value(rounding=ROUND_HALF_EVEN))
    days, seconds = int(serial // 1) + seconds // 86_400, seconds % 86_400
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}" + (f":{seconds % 60:02d}" if seconds % 60 else "")
    if serial < 0 or days > 2_958_465:
        return None
    if days == 0 or not (fmt.year or fmt.month or fmt.day):
        return clock if fmt.clock else None
    # 1900 is not a leap year, but serial 60 pretends it was.
    day = date(1904, 1, 1) + timedelta(days) if base_1904 else date(1899, 12, 30 if days > 60 else 31) + timedelta(days)
    if fmt.month and not fmt.day:
        return f"{day.year:04d}-{day.month:02d}"
    if fmt.year and not fmt.month and not fmt.day:
        return f"{day.year:04d}"
    return f"{day.isoformat()} {clock}" if fmt.clock and seconds else day.isoformat()
