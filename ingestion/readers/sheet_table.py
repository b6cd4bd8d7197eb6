"""Cells of one worksheet by place → a Table: dense rows, merged ranges filled. Shared by every kind of workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.domain.page import Cell, Table
from ingestion import limits
from ingestion.readers.formula import column_letters

_DENSE_COLUMNS = 256

Range = tuple[int, int, int, int]
"""(first row, first column, last row, last column), from 1."""


def address(sheet: str, row: int, column: int) -> str:
    return f"{sheet}!{column_letters(column)}{row}"


def sheet_table(
    number: int, sheet: str, cells: Mapping[tuple[int, int], Cell], merged: Iterable[Range], *, hidden: bool
) -> Table:
    """Rows hold every cell from column A to the last used one (only the used ones beyond 256 columns); rows without any content are
    left out. Cells without text and formula count as unused."""
    used = {place: cell for place, cell in cells.items() if cell.text or cell.formula}
    _fill_merged(sheet, merged, used)
    rows: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in sorted(used.items()):
        rows.setdefault(row, {})[column] = cell
    return Table(
        name=sheet, page=number, rows=tuple(_dense(sheet, row, columns) for row, columns in rows.items()), hidden=hidden
    )


def _dense(sheet: str, row: int, columns: Mapping[int, Cell]) -> tuple[Cell, ...]:
    last = max(columns)
    if last > _DENSE_COLUMNS:
        return tuple(columns.values())
    return tuple(
        columns.get(c) or Cell(text="", row=row, column=c, locator=address(sheet, row, c)) for c in range(1, last + 1)
    )


def _fill_merged(sheet: str, merged: Iterable[Range], cells: dict[tuple[int, int], Cell]) -> None:
    """Writes the value of a merged range into its other cells, within the used area of the sheet."""
    last_row = max((row for row, _ in cells), default=0)
    last_column = max((column for _, column in cells), default=0)
    room = limits.MAX_CELLS
    for r0, c0, r1, c1 in merged:
        source = cells.get((r0, c0))
        if source is None or not source.text:
            continue
        for row in range(r0, min(r1, last_row) + 1):
            for column in range(c0, min(c1, last_column) + 1):
                place = (row, column)
                if place == (r0, c0) or (place in cells and cells[place].text) or room == 0:
                    continue
                room -= 1
                cells[place] = Cell(
                    text=source.text,
                    row=row,
                    column=column,
                    locator=address(sheet, row, column),
                    merged_from=source.locator,
                )
