"""Sentences of a Chinese policy text, with offsets.

A sentence ends at ``。！？；`` or their half-width forms, and takes the closing quotes and brackets that follow with it. Nothing
inside ``《》 “” () 「」 〔〕`` is split: the end of a quoted title is not the end of the sentence.
"""

from __future__ import annotations

import re

_OPENERS = {"《": "》", "“": "”", "(": ")", "（": "）", "「": "」", "『": "』", "〔": "〕", "【": "】"}
_CLOSERS = frozenset("”’」』》)）】〕")
_FULL_ENDS = frozenset("。！？；")
_HALF_ENDS = frozenset("!?;")
_INSIDE_A_WORD = re.compile(r"[A-Za-z0-9=&/]")

PROTECTED_AT_MOST = 400
"""Characters after which a bracket that was never closed stops protecting: one slip must not swallow a document."""


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Spans ``(start, end)`` of the sentences in ``text[start:end]``, as offsets into ``text``, blanks trimmed.

    The spans are in order, do not overlap and leave out nothing but white space.
    """
    stop = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    open_marks: list[tuple[str, int]] = []
    begin = at = start
    while at < stop:
        character = text[at]
        open_marks = [mark for mark in open_marks if at - mark[1] <= PROTECTED_AT_MOST]
        if character in _OPENERS:
            open_marks.append((_OPENERS[character], at))
        elif open_marks and character == open_marks[-1][0]:
            open_marks.pop()
        elif not open_marks and _ends_here(text, at, stop):
            at += 1
            while at < stop and (text[at] in _CLOSERS or text[at] in _FULL_ENDS):
                at += 1
            spans.append((begin, at))
            begin = at
            continue
        at += 1
    spans.append((begin, stop))
    return [trimmed for span in spans if (trimmed := trim(text, *span)) is not None]


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without white space at either end, or None when nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _ends_here(text: str, at: int, stop: int) -> bool:
    character = text[at]
    if character in _FULL_ENDS:
        return True
    if character not in _HALF_ENDS:
        return False
    following = text[at + 1] if at + 1 < stop else " "
    return not _INSIDE_A_WORD.match(following)
