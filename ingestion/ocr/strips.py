"""One line of print, cut out tightly: which of its pixels are ink, and where its columns are empty. Heavy: worker only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ingestion.ocr.engine import Pixels

#: The recogniser was trained on lines with a little air around them.
_AIR = 0.14
#: What the search left of a line, in heights of its box.
_REACH = 0.35
#: A box this much higher than wide, and than other lines are, holds vertical writing.
_TALL = 1.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """``box`` in pixels of the page; ``picture`` what the recogniser sees (turned to run left to right when ``tall``);
    ``runs`` the intervals of inked columns, and ``top``/``bottom`` the rows between which the ink lies, in pixels of the page."""

    box: Pixels
    picture: Any
    tall: bool
    runs: tuple[tuple[int, int], ...]
    top: int
    bottom: int


def cut_strips(picture: Any, boxes: list[Pixels]) -> list[Strip]:
    """A strip for each box that holds ink, tightened to it."""
    usual = float(np.median([min(y1 - y0, x1 - x0) for x0, y0, x1, y1 in boxes])) if boxes else 0.0
    out = []
    for box in boxes:
        strip = _cut(picture, box, _room(box, boxes, usual, picture.shape[1]), usual)
        if strip is not None:
            out.append(strip)
    return out


def _room(box: Pixels, boxes: list[Pixels], usual: float, width: int) -> tuple[int, int]:
    """How far the line may be taken to reach left and right: the search often stops short of an asterisk or a sign, but what lies in
    another line's box is that line's."""
    x0, y0, x1, y1 = box
    if y1 - y0 > 2.5 * usual or y1 - y0 > x1 - x0:
        return x0, x1
    reach = round(_REACH * (y1 - y0))
    beside = [b for b in boxes if b is not box and min(y1, b[3]) - max(y0, b[1]) > 0]
    left = max([x0 - reach, 0, *(b[2] for b in beside if b[2] <= x0 + 2)])
    right = min([x1 + reach, width, *(b[0] for b in beside if b[0] >= x1 - 2)])
    return min(left, x0), max(right, x1)


def _cut(picture: Any, box: Pixels, room: tuple[int, int], usual: float) -> Strip | None:
    x0, y0, x1, y1 = room[0], box[1], room[1], box[3]
    tall = y1 - y0 > _TALL * max(x1 - x0, 0.8 * usual)
    ink = _ink(picture[y0:y1, x0:x1])
    across = ink.T if tall else ink
    rows = _runs(across.any(axis=1))
    edge = across.shape[0]
    # What touches the edge of the box and is thin belongs to the line above or below.
    kept = [r for r in rows if not ((r[0] == 0 or r[1] == edge) and r[1] - r[0] < 0.25 * edge)] or rows
    if not kept:
        return None
    low, high = kept[0][0], kept[-1][1]
    columns = _runs(across[low:high].any(axis=0))
    if not tall:
        # Ink cut off by the edge of the added room is something else.
        columns = [
            (a, b)
            for a, b in columns
            if not ((a == 0 and x0 + b <= box[0]) or (b == x1 - x0 and x0 + a >= box[2]))
        ]
        if not columns:
            return None
    left, right = columns[0][0], columns[-1][1]
    # A dash or asterisks alone would be blown up to the height of a line and look like something else.
    air = max(2, round(_AIR * (high - low)), round((0.8 * usual - (high - low)) / 2))
    if tall:
        inner = (max(low - air, 0), max(left - air, 0), min(high + air, x1 - x0), min(right + air, y1 - y0))
        page_box = (x0 + inner[0], y0 + inner[1], x0 + inner[2], y0 + inner[3])
        cut = np.rot90(picture[page_box[1] : page_box[3], page_box[0] : page_box[2]])
        return Strip(box=page_box, picture=cut, tall=True, runs=(), top=y0 + left, bottom=y0 + right)
    height, width = picture.shape[:2]
    page_box = (
        max(x0 + left - air, 0),
        max(y0 + low - air, 0),
        min(x0 + right + air, width),
        min(y0 + high + air, height),
    )
    return Strip(
        box=page_box,
        picture=picture[page_box[1] : page_box[3], page_box[0] : page_box[2]],
        tall=False,
        runs=tuple((x0 + a, x0 + b) for a, b in columns),
        top=y0 + low,
        bottom=y0 + high,
    )


def _ink(cut: Any) -> Any:
    """Print against its own ground, dark on light or light on dark, specks left out."""
    grey = cv2.cvtColor(cut, cv2.COLOR_BGR2GRAY)
    _, mask = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    if mask.mean() > 0.55:
        mask = 1 - mask
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    keep = stats[:, cv2.CC_STAT_AREA] >= 3
    keep[0] = False
    return keep[labels] if count > 1 else mask.astype(bool)


def _runs(used: Any) -> list[tuple[int, int]]:
    """Intervals [start, end) of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], used.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
