"""Structural numbers a person may write without a fact: dates, clause numbers, standard codes, list numbers. Each has a declared
kind and a form in which it cannot be mistaken for a quantity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.drafting.model import Literal

_HAN = "零〇一二三四五六七八九十百"
_YEAR = r"(?:19|20|21)\d\d"
_DATE = re.compile(
    rf"{_YEAR}年(?:度|第[一二三四]季度|(?:1[0-2]|0?[1-9])月(?:(?:3[01]|[12]\d|0?[1-9])日)?"
    rf"|(?:1[0-2]|0?[1-9])[—–\-至](?:1[0-2]|0?[1-9])月)?"
    rf"|{_YEAR}-(?:1[0-2]|0[1-9])(?:-(?:3[01]|[12]\d|0[1-9]))?"
)
_CLAUSE = re.compile(
    rf"第(?:[{_HAN}]+|\d{{1,3}})(?:部分|[章节条款项段行])(?:（(?:[{_HAN}]+|\d{{1,2}})）|第(?:[{_HAN}]+|\d{{1,3}})[款项段行])*"
    r"|附件\d{1,2}|附录[A-Z\d]{1,2}"
)
_STANDARD = re.compile(
    r"(?:GB|GB/T|GB/Z|DB\d{2}(?:/T)?|T/[A-Z]{2,12}|ISO(?:/[A-Z]{2,4})?|IEC|HJ|NB/T|DL/T|JJF|JJG|HG/T|YB/T|YS/T|SJ/T|QB/T|JB/T) ?"
    r"\d{1,6}(?:\.\d{1,3})?(?:[-—:]\d{1,2}(?!\d))?(?:[-—:](?:19|20)\d\d(?!\d))?(?![\d.])"
)
_ORDINAL = re.compile(rf"（\d{{1,2}}）|\d{{1,2}}[.、）]|[①-⑳]|第[{_HAN}]{{1,3}}")
_FORMS = {"date": _DATE, "clause": _CLAUSE, "standard": _STANDARD, "ordinal": _ORDINAL}
_EXAMPLES = {"date": "2025年3月", "clause": "第十二条", "standard": "GB/T 32150-2015", "ordinal": "（1）"}
LABELS = {"date": "日期", "clause": "条款", "standard": "标准", "ordinal": "序号"}


def allowed_literal(literal: Literal) -> bool:
    """Whether a new literal has the form of its kind. Other kinds may only be kept as they stand."""
    form = _FORMS.get(literal.kind)
    return bool(form and form.fullmatch(literal.text))


def literal_problem(label: str, literal: Literal) -> tuple[str, str]:
    """(message, fix) for a literal that is not allowed."""
    example = _EXAMPLES.get(literal.kind)
    if example:
        return f"“{literal.text}”不是{label}的写法", f"例如 ｛{label}｜{example}｝"
    return f"｛{label}｜{literal.text}｝不在原文中，不能新写", "恢复原来的记号；可以新写的有日期、条款、标准、序号"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """``kind`` is the literal's kind; the text lies at start..end."""

    kind: str
    start: int
    end: int


def literals_around(text: str, start: int, end: int) -> Iterator[Span]:
    """Literals of an allowed form in ``text`` that cover start..end. A list number only counts at the start of a line."""
    low, high = max(0, start - 24), min(len(text), end + 24)
    for kind, form in _FORMS.items():
        for m in form.finditer(text, low, high):
            at_start = kind != "ordinal" or m[0].startswith("第") or not text[text.rfind("\n", 0, m.start()) + 1 : m.start()].strip()
            if m.start() <= start and m.end() >= end and at_start:
                yield Span(kind=kind, start=m.start(), end=m.end())
