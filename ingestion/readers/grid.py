"""Rows of cells that span rows and columns → a full grid, every square with its value and where that value stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.page import Cell
from ingestion import limits
from ingestion.readers.content import too_large


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A cell as written: its text and how many columns and rows it covers. ``before`` columns are left out in front of it."""

    text: str
    columns: int = 1
    rows: int = 1
    before: int = 0


def fill_grid(rows: Sequence[Sequence[Placed]], table: str) -> tuple[tuple[Cell, ...], ...]:
    """Cells with ``table!r1c1`` addresses; squares under a spanning cell repeat its text with ``merged_from``.

    Rows without any text are left out. Raises InputRefused ``too_large`` when spans blow the grid up.
    """
    taken: dict[tuple[int, int], Cell] = {}
    for row, placed in enumerate(rows, start=1):
        column = 1
        for cell in placed:
            column += cell.before
            while (row, column) in taken:
                column += 1
            locator = f"{table}!r{row}c{column}"
            last = min(row + cell.rows, len(rows) + 1)
            if len(taken) + (last - row) * cell.columns > limits.MAX_CELLS:
                raise too_large(f"表格超过 {limits.MAX_CELLS} 个单元格")
            for r in range(row, last):
                for c in range(column, column + cell.columns):
                    origin = r == row and c == column
                    taken.setdefault(
                        (r, c),
                        Cell(
                            text=cell.text,
                            row=r,
                            column=c,
                            locator=f"{table}!r{r}c{c}",
                            merged_from=None if origin else locator,
                        ),
                    )
            column += cell.columns
    grid: dict[int, list[Cell]] = {}
    for place in sorted(taken):
        grid.setdefault(place[0], []).append(taken[place])
    return tuple(tuple(cells) for cells in grid.values() if any(c.text for c in cells))
