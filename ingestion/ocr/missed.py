"""Print that the search for text passed over: a lone digit in a cell, three asterisks, the minus sign in front of a number.

The search network looks for lines; what is small and alone falls through. Here it is found as ink that belongs to no line.
Heavy: worker only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ingestion.ocr.engine import Pixels

_MOST = 80
_NUMERIC = frozenset("0123456789.,¥￥")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """Ink outside every line: ``boxes`` of what may be characters, ``dashes`` of short horizontal strokes."""

    boxes: tuple[Pixels, ...]
    dashes: tuple[Pixels, ...]


def leftovers(ink: Any, lines: list[Pixels], em: float) -> Leftover:
    """Groups of ink near each other that no box of ``lines`` covers, no higher than a line of ``em`` pixels and no longer than six."""
    free = ink.astype(np.uint8)
    for x0, y0, x1, y1 in lines:
        free[y0:y1, x0:x1] = 0
    reach = max(3, round(0.45 * em)) | 1
    joined = cv2.dilate(free, np.ones((1, reach), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    boxes: list[Pixels] = []
    dashes: list[Pixels] = []
    for label in range(1, count):
        x, y, w, h, _ = (int(v) for v in stats[label])
        left, right = x + reach // 2, x + w - reach // 2
        box = (left, y, right, y + h)
        wide = right - left
        if 2 <= h <= 0.3 * em and 1.8 * h <= wide <= 0.8 * em:
            dashes.append(box)
        elif (0.35 if wide < 0.6 * em else 0.2) * em <= h <= 1.3 * em and 0.08 * em <= wide <= 6 * em:
            boxes.append(box)
    # A picture, a code or a stamp leaves hundreds of scraps: those are not characters that were passed over.
    alone = [b for b in boxes if sum(_near(b, other, 2.5 * em) for other in boxes) <= 3]
    return Leftover(boxes=tuple(alone[:_MOST]), dashes=tuple(dashes))


def _near(one: Pixels, other: Pixels, reach: float) -> bool:
    return (
        one[0] - reach < other[2]
        and other[0] - reach < one[2]
        and one[1] - reach < other[3]
        and other[1] - reach < one[3]
    )


def has_minus(text: str, box: tuple[float, float, float, float], dashes: tuple[Pixels, ...], em: float) -> bool:
    """A stroke at half height close to the left of a number, where nothing else is."""
    if not text or not set(text) <= _NUMERIC or not any(c.isdigit() for c in text):
        return False
    x0, y0, _, y1 = box
    middle = (y0 + y1) / 2
    return any(
        -0.1 * em <= x0 - right <= 0.45 * em and abs((top + bottom) / 2 - middle) < 0.22 * em
        for _, top, right, bottom in dashes
    )
