"""The automatic paragraph numbers of Word (一、 （一） 1. …), which exist only as settings (ECMA-376 part 1, 17.9)."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from app.domain.errors import InputRefused
from ingestion.readers.xmltree import attribute, children, local, parse_xml

_DIGITS = "〇一二三四五六七八九"
_LEVELS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    format: str
    text: str
    start: int
    suffix: str


class Numbering:
    """Counts list paragraphs in document order and says the label each one shows."""

    def __init__(self, numbering: bytes | None, styles: bytes | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, str] = {}
        self._styles: dict[str, tuple[str, int]] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        root = _tree(numbering)
        if root is not None:
            self._read_lists(root)
            self._read_styles(_tree(styles))

    def label(self, paragraph: Any) -> str:
        """The label in front of ``paragraph`` with its separating blank, "" for an unnumbered or bulleted one."""
        place = self._place(paragraph)
        if place is None:
            return ""
        number, level = place
        abstract = self._lists.get(number, "")
        levels = self._levels.get(abstract, {})
        if level not in levels:
            return ""
        counts = self._counts[abstract]
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [k for k in counts if k > level]:
            del counts[deeper]
        if levels[level].format in ("bullet", "none"):
            return ""
        text = re.sub(r"%([1-9])", lambda m: _shown(counts, levels, int(m.group(1)) - 1), levels[level].text)
        return text + {"nothing": "", "space": " "}.get(levels[level].suffix, " " if text[-1:].isascii() else "")

    def _place(self, paragraph: Any) -> tuple[str, int] | None:
        settings = next(children(paragraph, "pPr"), None)
        if settings is None:
            return None
        style = next(children(settings, "pStyle"), None)
        inherited = self._styles.get(attribute(style, "val") or "") if style is not None else None
        own = _number_settings(settings)
        if own is None:
            return inherited
        number, level = own
        if number == "0":
            return None
        return number or (inherited[0] if inherited else ""), level if level is not None else 0

    def _read_lists(self, root: Any) -> None:
        for element in root:
            if local(element) == "abstractNum":
                levels = {}
                for level in children(element, "lvl"):
                    index = _integer(attribute(level, "ilvl"), -1)
                    if 0 <= index < _LEVELS:
                        levels[index] = _Level(
                            format=_value(level, "numFmt") or "decimal",
                            text=_value(level, "lvlText") or "",
                            start=_integer(_value(level, "start"), 1),
                            suffix=_value(level, "suff") or "tab",
                        )
                self._levels[attribute(element, "abstractNumId") or ""] = levels
            elif local(element) == "num":
                self._lists[attribute(element, "numId") or ""] = _value(element, "abstractNumId") or ""

    def _read_styles(self, root: Any | None) -> None:
        for style in children(root, "style") if root is not None else ():
            settings = next(children(style, "pPr"), None)
            own = _number_settings(settings) if settings is not None else None
            if own is not None and own[0] not in (None, "0"):
                self._styles[attribute(style, "styleId") or ""] = (own[0] or "", own[1] or 0)


def counted(number: int, fmt: str) -> str:
    """``number`` in a Word number format; formats without a Chinese or Latin meaning fall back to digits."""
    if fmt in (
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "taiwaneseCountingThousand",
        "ideographDigital",
    ):
        return _chinese(number)
    if fmt == "decimalEnclosedCircleChinese" or fmt == "decimalEnclosedCircle":
        return chr(0x2460 + number - 1) if 1 <= number <= 20 else str(number)
    if fmt in ("upperLetter", "lowerLetter"):
        letter = chr(65 + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if fmt == "upperLetter" else letter.lower()
    if fmt in ("upperRoman", "lowerRoman"):
        roman = _roman(number)
        return roman if fmt == "upperRoman" else roman.lower()
    if fmt == "decimalZero":
        return f"{number:02d}"
    return str(number)


def _shown(counts: dict[int, int], levels: dict[int, _Level], index: int) -> str:
    level = levels.get(index)
    if level is None:
        return ""
    return counted(counts.get(index, level.start), level.format)


def _chinese(number: int) -> str:
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    text = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return text + (_DIGITS[ones] if ones else "")


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    text = ""
    for value, letters in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
        (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        text += letters * (number // value)
        number %= value
    return text


def _number_settings(settings: Any) -> tuple[str | None, int | None] | None:
    """(numId, level) of paragraph or style properties."""
    element = next(children(settings, "numPr"), None)
    if element is None:
        return None
    level = _value(element, "ilvl")
    return _value(element, "numId"), _integer(level, 0) if level is not None else None


def _value(parent: Any, name: str) -> str | None:
    element = next(children(parent, name), None)
    return attribute(element, "val") if element is not None else None


def _integer(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 6 else default


def _tree(data: bytes | None) -> Any | None:
    """Numbers only add to the text: a part that cannot be read costs the labels, not the document."""
    try:
        return parse_xml(data, what="Word 文件") if data else None
    except InputRefused:
        return None
