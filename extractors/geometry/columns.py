"""Columns of a table without reliable rules: anchors from the header labels, then the assignment that arithmetic confirms.

Numbers are right-aligned and may overshoot their label; names wrap. So no token is bound to the nearest label alone: every monotone
assignment of a row's tokens to columns is scored by distance and by kind, and the cheapest few are handed to a judge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from extractors.geometry.labels import Hit
from extractors.geometry.sheet import Piece, Sheet

MAX_TOKENS = 14
FORBIDDEN = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its field name and the span of its header label; ``left``/``right`` are ruled borders when there are any."""

    name: str
    x0: float
    x1: float
    left: float
    right: float
    ruled: bool


Assignment = dict[str, tuple[Piece, ...]]


def columns_of(sheet: Sheet, header: list[Hit], top: float, bottom: float) -> list[Column]:
    """Columns in the order of their labels. Vertical rules that span most of ``top``..``bottom`` become borders; a border counts
    for a column only when its label is alone between two rules."""
    hits = sorted(header, key=lambda h: h.x0)
    span = max(bottom - top, 1.0)
    walls = sorted({round(v.at, 1) for v in sheet.verticals if min(v.high, bottom) - max(v.low, top) > 0.5 * span})
    merged: list[float] = []
    for wall in walls:
        if not merged or wall - merged[-1] > 2:
            merged.append(wall)
    out = []
    for hit in hits:
        left = max([w for w in merged if w <= hit.cx], default=0.0)
        right = min([w for w in merged if w > hit.cx], default=sheet.width)
        alone = sum(1 for other in hits if left <= other.cx <= right) == 1
        ruled = alone and len(merged) >= 4
        out.append(Column(name=hit.name, x0=hit.x0, x1=hit.x1, left=left, right=right, ruled=ruled))
    return out


def _distance(piece: Piece, column: Column, em: float) -> float:
    """Zero where the token stands in the column, growing with the distance of its nearest of left edge, centre, right edge."""
    if column.ruled:
        inside = column.left - 0.5 * em <= piece.cx <= column.right + 0.5 * em
        edge = min(abs(piece.x1 - column.right), abs(piece.x0 - column.left))
        return 0.0 if inside else edge / em + 2
    overlap = min(piece.x1, column.x1) - max(piece.x0, column.x0)
    if overlap > 0:
        return 0.3 * (1 - overlap / min(piece.x1 - piece.x0, column.x1 - column.x0))
    centre = (column.x0 + column.x1) / 2
    return min(abs(piece.x0 - column.x0), abs(piece.cx - centre), abs(piece.x1 - column.x1)) / em


def assignments(
    tokens: list[Piece], columns: list[Column], em: float, penalty: Callable[[Piece, str], float], *, keep: int = 24
) -> list[tuple[float, Assignment]]:
    """The cheapest monotone assignments of ``tokens`` (left to right) to ``columns``: (cost, column name → tokens).

    ``penalty(token, column name)`` prices a kind that does not fit; several tokens may share a column when their kinds allow it
    (words of one name), which costs a little.
    """
    if not tokens or len(tokens) > MAX_TOKENS:
        return []
    beam: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for token in tokens:
        grown: list[tuple[float, tuple[int, ...]]] = []
        costs = [_distance(token, c, em) + penalty(token, c.name) for c in columns]
        for cost, chosen in beam:
            first = chosen[-1] if chosen else 0
            for index in range(first, len(columns)):
                again = bool(chosen) and index == chosen[-1]
                extra = costs[index] + (penalty(token, "+" + columns[index].name) if again else 0.0)
                if extra < FORBIDDEN:
                    grown.append((cost + extra, (*chosen, index)))
        grown.sort(key=lambda g: g[0])
        beam = grown[: keep * 8]
    out: list[tuple[float, Assignment]] = []
    for cost, chosen in beam[:keep]:
        cells: dict[str, tuple[Piece, ...]] = {}
        for token, index in zip(tokens, chosen, strict=True):
            cells[columns[index].name] = (*cells.get(columns[index].name, ()), token)
        out.append((cost, cells))
    return out


def choose(
    options: list[tuple[float, Assignment]], judge: Callable[[Mapping[str, tuple[Piece, ...]]], float]
) -> tuple[Assignment, bool] | None:
    """The option with the lowest cost minus the judge's credit, and whether the choice was clear (no rival within 0.25)."""
    if not options:
        return None
    scored = sorted(((cost - judge(cells), index) for index, (cost, cells) in enumerate(options)), key=lambda s: s)
    best = options[scored[0][1]][1]
    clear = len(scored) == 1 or scored[1][0] - scored[0][0] > 0.25
    return best, clear
