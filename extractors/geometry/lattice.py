"""Ruled tables: rules make cells, words fall into cells. For bills, whose tables are fully ruled."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from extractors.geometry.sheet import Piece, Sheet, make_rows
from extractors.text import tidy


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCell:
    """A cell's text (its lines joined) and the pieces behind it."""

    text: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """One row of cells between two horizontal rules. ``edges`` are the x positions of its borders (cells + 1)."""

    top: float
    bottom: float
    edges: tuple[float, ...]
    cells: tuple[GridCell, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(c.text for c in self.cells)


def _merge(values: list[float], slack: float) -> list[float]:
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > slack:
            out.append(value)
    return out


def ruled_rows(sheet: Sheet) -> list[GridRow]:
    """Rows of ruled cells from top to bottom; rows of one cell or without text are left out.

    Each row has its own borders: a rule counts for a row when it covers the row's middle, so stacked tables with different columns
    and merged header cells need no special case.
    """
    levels = _merge([h.at for h in sheet.horizontals], 2.0)
    rows: list[GridRow] = []
    pieces = sheet.pieces
    for top, bottom in pairwise(levels):
        middle = (top + bottom) / 2
        edges = _merge([v.at for v in sheet.verticals if v.low - 1.5 <= middle <= v.high + 1.5], 2.0)
        if len(edges) < 3:
            continue
        inside = [p for p in pieces if top - 1 <= p.cy <= bottom + 1]
        cells = tuple(_cell([p for p in inside if a <= p.cx < b]) for a, b in pairwise(edges))
        if any(c.text for c in cells):
            rows.append(GridRow(top=top, bottom=bottom, edges=tuple(edges), cells=cells))
    return rows


def _cell(pieces: list[Piece]) -> GridCell:
    lines = make_rows(pieces)
    text = tidy(" ".join(" ".join(p.text for p in line) for line in lines))
    return GridCell(text=text, pieces=tuple(p for line in lines for p in line))
