"""Numbered items that stand one after another on a single line: ``（一）甲。（二）乙。``, ``材料包括：1.申报书；2.承诺书。``.

Saved web pages and pasted texts lose the breaks between items. A line is cut only where a numbering of one kind counts up by one, each
number after the end of a sentence, a semicolon or the colon of a lead-in; a number that stands alone cuts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from ingestion.numbering import fold

_NUMERALS = "一二三四五六七八九十"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_BOUNDARY = re.compile(r"[。；;:！？!?]\s*$|\s{2,}$")
_ATTACHMENTS = re.compile(r"^\s*附\s*件")
_NO_BREAK = re.compile(r"[(（《“\"][^)）》”\"]*$")


def _chinese(text: str) -> int:
    """1 to 99 written in Chinese numerals; 0 for anything else."""
    tens, ten, ones = text.partition("十")
    if not ten:
        return _NUMERALS.find(text) + 1 if len(text) == 1 else 0
    high = _NUMERALS.find(tens) + 1 if tens else 1
    return high * 10 + (_NUMERALS.find(ones) + 1 if ones else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    mark: re.Pattern[str]
    value: Callable[[str], int]


_KINDS = (
    _Kind(mark=re.compile(rf"第([{_NUMERALS}]{{1,3}})条(?=[\s\u3000]|[^规所第和与及或至、的中项款])"), value=_chinese),
    _Kind(mark=re.compile(rf"([{_NUMERALS}]{{1,3}})、"), value=_chinese),
    _Kind(mark=re.compile(rf"\(([{_NUMERALS}]{{1,3}})\)"), value=_chinese),
    _Kind(mark=re.compile(r"(?<![\d.])(\d{1,2})[.、](?!\d)"), value=int),
    _Kind(mark=re.compile(r"\((\d{1,2})\)"), value=int),
    _Kind(mark=re.compile(rf"([{_CIRCLED}])"), value=lambda sign: _CIRCLED.index(sign) + 1),
)
"""From the widest to the narrowest level."""


def item_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The span cut into its items; the span itself when nothing counts up in it. Blanks around the pieces are left out."""
    line = fold(text[start:end])
    if _ATTACHMENTS.match(line):
        return [(start, end)]
    pieces = [(0, len(line))]
    for kind in _KINDS:
        pieces = [cut for a, b in pieces for cut in _cut(line, a, b, kind)]
    return [(start + a, start + b) for a, b in (_trimmed(line, a, b) for a, b in pieces) if b > a]


def _cut(line: str, start: int, end: int, kind: _Kind) -> list[tuple[int, int]]:
    marks = [
        (match.start(), kind.value(match[1]))
        for match in kind.mark.finditer(line, start, end)
        if match.start() == start or (_BOUNDARY.search(line, start, match.start()) and not _open(line, start, match.start()))
    ]
    run: list[int] = []
    expected = 0
    for at, value in marks:
        if value and (value == expected or (not run and (at == start or value == 1))):
            run.append(at)
            expected = value + 1
    if len(run) < 2:
        return [(start, end)]
    edges = [*([start] if run[0] > start else []), *run, end]
    return list(pairwise(edges))


def _open(line: str, start: int, at: int) -> bool:
    """Inside brackets or quotation marks a number belongs to what is quoted."""
    return _NO_BREAK.search(line, start, at) is not None


def _trimmed(line: str, start: int, end: int) -> tuple[int, int]:
    while start < end and line[start].isspace():
        start += 1
    while end > start and line[end - 1].isspace():
        end -= 1
    return start, end
