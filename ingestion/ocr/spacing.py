"""Recognised lines → words, split where a reader sees a gap.

The recogniser says which characters there are and roughly where; the ink says exactly where. A detected line often runs over
several columns of a table (``121400 0.6359…`` comes out as one number), so that the gap has to decide, as it does for text files.
Standard library only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

#: Gaps between the inks of two characters, in em. Digits of one number are set at a constant distance, whatever their shape.
_TEXT_GAP = 0.62
_SIGN_GAP = 0.5
_SPACED_GAP = 0.2
_DIGIT_STEP = 1.4
_DIGIT_GAP = 0.25
#: Height of a digit or capital in em; of an ideograph.
_DIGIT_HEIGHT, _WIDE_HEIGHT = 0.72, 0.92
_DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A character with the extent of its ink in pixels. ``spaced``: the recogniser saw a space in front of it."""

    char: str
    score: float
    x0: float
    x1: float
    spaced: bool = False

    @property
    def centre(self) -> float:
        return (self.x0 + self.x1) / 2


def em_of(text: str, height: float) -> float:
    """The type size in pixels of a line whose ink is ``height`` pixels high."""
    wide = any(unicodedata.east_asian_width(c) in "WF" and c.isalpha() for c in text)
    return height / (_WIDE_HEIGHT if wide else _DIGIT_HEIGHT)


def place(
    chars: Sequence[tuple[str, float, float]], runs: Sequence[tuple[int, int]], em: float
) -> tuple[list[Mark], list[tuple[int, int]]]:
    """Characters (char, centre in pixels, score) on the runs of ink; and the runs that belong to no character."""
    spaced, seen = False, []
    for char, centre, score in chars:
        if char.isspace():
            spaced = True
            continue
        seen.append((char, centre, score, spaced))
        spaced = False
    if not seen:
        return [], list(runs)
    extents: list[list[float] | None] = [None] * len(seen)
    strangers: list[tuple[int, int]] = []
    for a, b in runs:
        inside = [i for i, s in enumerate(seen) if a - 1 <= s[1] <= b + 1]
        if len(inside) > 1:
            # Characters that touch share the ink by their centres.
            cuts = [a, *((seen[i][1] + seen[j][1]) / 2 for i, j in pairwise(inside)), b]
            for index, (left, right) in zip(inside, pairwise(cuts), strict=True):
                extents[index] = _union(extents[index], left, right)
            continue
        middle = (a + b) / 2
        nearest = inside[0] if inside else min(range(len(seen)), key=lambda i: abs(seen[i][1] - middle))
        distance = max(a - seen[nearest][1], seen[nearest][1] - b, 0)
        if distance > (0.55 if _wide(seen[nearest][0]) else 0.4) * em:
            strangers.append((a, b))
        else:
            extents[nearest] = _union(extents[nearest], a, b)
    marks = []
    for (char, centre, score, gap), extent in zip(seen, extents, strict=True):
        x0, x1 = extent if extent is not None else (centre - 0.2 * em, centre + 0.2 * em)
        marks.append(Mark(char=char, score=score, x0=x0, x1=x1, spaced=gap))
    return marks, strangers


def _union(extent: list[float] | None, left: float, right: float) -> list[float]:
    return [left, right] if extent is None else [min(extent[0], left), max(extent[1], right)]


def _wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WFA"


def split(marks: Sequence[Mark], em: float) -> list[list[Mark]]:
    """Words of a line, each a run of marks."""
    step = _digit_step(marks, em)
    words: list[list[Mark]] = []
    for mark in marks:
        if words and not _apart(words[-1][-1], mark, em, step):
            words[-1].append(mark)
        else:
            words.append([replace(mark, spaced=False)])
    return words


def _digit_step(marks: Sequence[Mark], em: float) -> float:
    """From digit to digit, centre to centre, as this line sets them."""
    steps = [
        right.centre - left.centre
        for left, right in pairwise(marks)
        if left.char in _DIGITS and right.char in _DIGITS
    ]
    near = [s for s in steps if 0.2 * em < s < 0.85 * em]
    return median(near) if len(near) >= 2 else 0.55 * em


def _apart(left: Mark, right: Mark, em: float, step: float) -> bool:
    gap = right.x0 - left.x1
    if right.spaced and gap > _SPACED_GAP * em:
        return True
    if left.char in _DIGITS and right.char in _DIGITS:
        return right.centre - left.centre > _DIGIT_STEP * step and gap > _DIGIT_GAP * em
    if left.char.isascii() and right.char.isascii():
        return gap > _SIGN_GAP * em
    return gap > _TEXT_GAP * em
