"""The path language of OFD (GB/T 33190-2016, 9.1 AbbreviatedData) as lists of points."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingestion import limits

_TOKEN = re.compile(r"[A-Za-z]|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?")
#: Coordinates each operator takes, and whether it draws a curve.
_ARGUMENTS = {
    "S": (2, False),
    "M": (2, False),
    "L": (2, False),
    "Q": (4, True),
    "B": (6, True),
    "A": (7, True),
    "C": (0, False),
}


def subpaths(data: str) -> Iterator[tuple[list[tuple[float, float]], bool, bool]]:
    """(points, has curves, is closed) of each subpath with at least two points; stops at the first thing it cannot read."""
    tokens = _TOKEN.findall(data)[: 8 * limits.MAX_PATH_SEGMENTS_PER_PAGE]
    points: list[tuple[float, float]] = []
    curved = closed = False
    index = 0
    while index < len(tokens):
        operator = tokens[index]
        count, bends = _ARGUMENTS.get(operator, (-1, False))
        arguments = tokens[index + 1 : index + 1 + count]
        if count < 0 or len(arguments) < count or any(a.isalpha() for a in arguments):
            break
        index += 1 + count
        if operator in "SM":
            if len(points) > 1:
                yield points, curved, closed
            points, curved, closed = [], False, False
        if operator == "C":
            closed = True
            continue
        points.append((float(arguments[-2]), float(arguments[-1])))
        curved = curved or bends
    if len(points) > 1:
        yield points, curved, closed
