"""Drawn line segments → axis-parallel table rules, dashes and shared edges joined. Points in, page fractions out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.domain.page import Rule
from ingestion.readers.glyphs import fraction_box

#: A filled rectangle thinner than this is a line, not a background.
THIN = 2.2
#: Shorter strokes are parts of letters or ornaments.
_SHORTEST = 6.0
_CORNER = 0.1
#: Length over thickness from which a filled box is a line. Rows of a QR code's squares stay below.
_SLENDER = 8
_ALIGNED = 0.8
_BRIDGE = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A straight stroke in points, origin top left."""

    x0: float
    y0: float
    x1: float
    y1: float


def outline_segments(
    points: Sequence[tuple[float, float]], *, closed: bool, filled: bool, stroked: bool
) -> tuple[Segment, ...]:
    """The rules one subpath of straight lines draws.

    A thin box is its middle line, a stroked box its four edges, a filled box a background and no rule (nor is the stubby
    box of a QR code); any other stroked subpath gives its lines.
    """
    x0, y0 = min(x for x, _ in points), min(y for _, y in points)
    x1, y1 = max(x for x, _ in points), max(y for _, y in points)
    is_box = len(points) >= 4 and all(
        min(x - x0, x1 - x) < _CORNER and min(y - y0, y1 - y) < _CORNER for x, y in points
    )
    if is_box and (closed or filled or len(points) >= 5):
        if min(x1 - x0, y1 - y0) <= THIN and not stroked and max(x1 - x0, y1 - y0) < _SLENDER * min(x1 - x0, y1 - y0):
            return ()
        if y1 - y0 <= THIN and x1 - x0 > y1 - y0:
            return (Segment(x0=x0, y0=(y0 + y1) / 2, x1=x1, y1=(y0 + y1) / 2),)
        if x1 - x0 <= THIN:
            return (Segment(x0=(x0 + x1) / 2, y0=y0, x1=(x0 + x1) / 2, y1=y1),)
        if not stroked:
            return ()
    elif not stroked:
        return ()
    ends = [*points, points[0]] if closed or is_box else list(points)
    return tuple(Segment(x0=a[0], y0=a[1], x1=b[0], y1=b[1]) for a, b in pairwise(ends))


def make_rules(segments: Iterable[Segment], *, width: float, height: float) -> tuple[Rule, ...]:
    """Horizontal rules from the top, then vertical rules from the left, each once. Oblique strokes are left out."""
    across: list[tuple[float, float, float]] = []
    down: list[tuple[float, float, float]] = []
    for s in segments:
        if abs(s.y1 - s.y0) <= _ALIGNED and abs(s.x1 - s.x0) > abs(s.y1 - s.y0):
            across.append(((s.y0 + s.y1) / 2, min(s.x0, s.x1), max(s.x0, s.x1)))
        elif abs(s.x1 - s.x0) <= _ALIGNED:
            down.append(((s.x0 + s.x1) / 2, min(s.y0, s.y1), max(s.y0, s.y1)))
    boxes = [(a, at, b, at) for at, a, b in _joined(across)]
    boxes += [(at, a, at, b) for at, a, b in _joined(down)]
    rules = (fraction_box(box, width, height) for box in boxes)
    return tuple(Rule(bbox=box) for box in rules if box is not None)


def _joined(lines: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """(position, start, end) with collinear neighbours merged and short rests dropped."""
    groups: list[list[tuple[float, float, float]]] = []
    for line in sorted(lines):
        if groups and line[0] - groups[-1][0][0] <= _ALIGNED:
            groups[-1].append(line)
        else:
            groups.append([line])
    result = []
    for group in groups:
        at = group[0][0]
        spans: list[list[float]] = []
        for _, start, end in sorted(group, key=lambda line: line[1]):
            if spans and start <= spans[-1][1] + _BRIDGE:
                spans[-1][1] = max(spans[-1][1], end)
            else:
                spans.append([start, end])
        result += [(at, start, end) for start, end in spans if end - start >= _SHORTEST]
    return result
