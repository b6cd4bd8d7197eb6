"""A scanned page as a picture that can be read: the right size, straight, with its ruled lines taken out and kept.

Pictures are OpenCV arrays (BGR, bytes). Heavy: import only in the worker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

#: A4 at 200 dpi. More pixels cost time and memory and gain nothing (measured); a small picture is enlarged, because rules and
#: characters are found by their thickness in pixels.
LONGEST_SIDE = 2400
SHORTEST_LONG_SIDE = 1600

_SKEW_SIDE = 900
_MOST_SKEW = 6.0
#: Below this a page counts as straight: across a page of 2400 pixels it is two pixels.
LEAST_SKEW = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """Lines in pixels (x0, y0, x1, y1; one of the two extents is zero) and the picture without them."""

    lines: tuple[tuple[float, float, float, float], ...]
    picture: Any
    ink: Any
    """Boolean: where something is printed, rules left out."""


def decode(data: bytes) -> Any:
    """The picture of a PNG or JPEG. Raises ValueError when there is none in it."""
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("not a picture")
    return picture


def fit(picture: Any) -> Any:
    """The picture with its longer side between SHORTEST_LONG_SIDE and LONGEST_SIDE."""
    side = max(picture.shape[:2])
    if SHORTEST_LONG_SIDE <= side <= LONGEST_SIDE:
        return picture
    scale = min(max(side, SHORTEST_LONG_SIDE), LONGEST_SIDE) / side
    scale = min(scale, 4.0)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=way)


def ink_of(picture: Any) -> Any:
    """Boolean array: darker than the paper around. Uneven light and grey paper do not count."""
    grey = picture.min(axis=2)
    side = max(25, round(max(grey.shape) / 45) | 1)
    soft = cv2.GaussianBlur(grey, (3, 3), 0)
    return cv2.adaptiveThreshold(soft, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, side, 18) > 0


def without_seals(picture: Any) -> Any:
    """The picture with red seals faded, so that they do not hide what is printed under them. Red print stays: only red ink that
    spreads in both directions is a seal."""
    rest = picture[:, :, :2].max(axis=2).astype(np.int16)
    red = (picture[:, :, 2].astype(np.int16) - rest > 45) & (picture[:, :, 2] > 120)
    spread = cv2.dilate(red.astype(np.uint8), np.ones((5, 5), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(spread)
    least = max(picture.shape[:2]) / 28
    faded = picture
    for label in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[label])
        # A ring or a stamp, neither a line of print nor a painted ground.
        if min(w, h) > least and max(w, h) < 8 * least and area < 0.7 * w * h:
            faded = faded.copy() if faded is picture else faded
            window, mask = faded[y : y + h, x : x + w], red[y : y + h, x : x + w]
            window[mask] = window[mask][:, 2:]
    return faded


def skew_of(picture: Any) -> float:
    """Degrees by which the page has to be turned clockwise to lie straight, within ±6; 0.0 when nothing tells.

    The rows of a straight page are either printed or empty: the sharpest row profile wins. Lines and columns count alike, so that a
    page lying on its side is measured too.
    """
    scale = _SKEW_SIDE / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    ink = ink_of(small).astype(np.float32)
    if ink.sum() < 50:
        return 0.0
    best, step, reach = 0.0, 0.5, _MOST_SKEW
    while step >= 0.02:
        angles = np.arange(best - reach, best + reach + step / 2, step)
        best = float(max(angles, key=lambda angle: _sharpness(ink, float(angle))))
        reach, step = step, step / 5
    return best if abs(best) <= _MOST_SKEW and _sharpness(ink, best) > 1.02 * _sharpness(ink, 0.0) else 0.0


def _sharpness(ink: Any, angle: float) -> float:
    turned = turn(ink, angle, paper=0.0)
    rows, columns = turned.sum(axis=1), turned.sum(axis=0)
    return float((np.diff(rows) ** 2).sum() + (np.diff(columns) ** 2).sum())


def turn(picture: Any, degrees: float, *, paper: Any = (255, 255, 255)) -> Any:
    """The picture turned clockwise about its centre, its size kept; what comes in at the edges is ``paper``."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1.0)
    return cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=paper)


def quarter_turns(picture: Any, count: int) -> Any:
    """The picture turned clockwise by ``count`` right angles."""
    return np.ascontiguousarray(np.rot90(picture, -count % 4))


def take_rules(picture: Any) -> Ruled:
    """Finds the ruled lines of a straight page and paints them over, so that they neither join words nor become characters."""
    ink = ink_of(picture)
    height, width = ink.shape
    least = max(40, round(max(height, width) / 45))
    across, across_mask = _long_strokes(ink, least)
    down, down_mask = _long_strokes(ink.T, least)
    lines = [(x0, y, x1, y) for y, x0, x1 in across] + [(x, y0, x, y1) for x, y0, y1 in down]
    rules = across_mask | down_mask.T
    clean = picture.copy()
    # The blurred edge of a line goes with it, but never the ink of a character that stands close.
    edge = cv2.dilate(rules.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    clean[rules | (edge & ~ink)] = _paper(picture)
    return Ruled(lines=tuple(lines), picture=clean, ink=ink & ~rules)


def _paper(picture: Any) -> Any:
    return np.median(picture[::7, ::7].reshape(-1, 3), axis=0).astype(np.uint8)


def _long_strokes(ink: Any, least: int) -> tuple[list[tuple[float, float, float]], Any]:
    """Horizontal strokes of at least ``least`` pixels: (y, x0, x1) of each, and the mask of their pixels."""
    thick = max(5, round(max(ink.shape) / 200))
    solid = cv2.dilate(ink.astype(np.uint8), np.ones((3, 1), np.uint8))
    opened = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((1, least), np.uint8))
    # A gap of a few pixels is a worn line, not two.
    opened = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, np.ones((1, 9), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    found: list[tuple[float, float, float]] = []
    keep = np.zeros(count, bool)
    for label in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[label])
        # Dilation added two rows. A stroke that bends over its length is higher than it is thick.
        if area / w - 2 <= thick and h <= 3 * thick + 0.01 * w and not _inside_text(ink, x, y, w, h):
            keep[label] = True
            found.append((y + h / 2 - 0.5, float(x), float(x + w)))
    return found, keep[labels] & ink


def _inside_text(ink: Any, x: int, y: int, w: int, h: int) -> bool:
    """A stroke of a letter, or the middles of digits in a row: it has print close above or below along its length."""
    bands = (ink[max(y - 7, 0) : max(y - 1, 0), x : x + w], ink[y + h + 1 : y + h + 7, x : x + w])
    busy = [float(band.any(axis=0).mean()) if band.size else 0.0 for band in bands]
    return max(busy) > (0.3 if w < ink.shape[1] / 12 else 0.6)
