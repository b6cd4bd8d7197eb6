"""xlsx → one table a sheet: printed text with the file's own digits, merged cells filled, missing formula values computed."""

from __future__ import annotations

from app.domain.page import Cell, Table
from ingestion import limits
from ingestion.readers.archive import Archive
from ingestion.readers.content import Content, damaged
from ingestion.readers.formula import column_letters
from ingestion.readers.xlsx_findings import workbook_findings
from ingestion.readers.xlsx_parts import SheetPart, read_workbook
from ingestion.readers.xlsx_sheet import StoredSheet, read_sheet
from ingestion.readers.xlsx_values import Values

_DENSE_COLUMNS = 256


def read(data: bytes) -> Content:
    """Tables named after their sheets, ``Cell.locator`` ``Sheet!B3``. Rows hold every cell from column A to the last used
    one (only the used ones beyond 256 columns); rows without any content are left out.

    Raises InputRefused ``damaged_file``, ``too_large`` and those of ``Archive``.
    """
    archive = Archive(data)
    book = read_workbook(archive)
    if not book.sheets:
        raise damaged("工作簿中没有工作表", what="Excel 文件")
    stored: dict[str, tuple[SheetPart, StoredSheet]] = {}
    room = limits.MAX_CELLS
    for sheet in book.sheets:
        part = archive.read(sheet.part)
        if part is None:
            raise damaged(f"缺少工作表 {sheet.name}", what="Excel 文件")
        cells = read_sheet(part, room=room)
        room -= len(cells.cells)
        stored[sheet.name.casefold()] = (sheet, cells)
    values = Values(book, {name: cells for name, (_, cells) in stored.items()})
    tables = tuple(_table(index + 1, sheet, cells, values) for index, (sheet, cells) in enumerate(stored.values()))
    return Content(
        tables=tables,
        findings=tuple(workbook_findings(stored, values, book)),
        properties={"page_count": str(len(tables)), "xlsx:pictures": str(book.pictures)},
    )


def _table(number: int, sheet: SheetPart, stored: StoredSheet, values: Values) -> Table:
    cells = {place: values.cell(sheet.name, *place) for place in sorted(stored.cells)}
    cells = {place: cell for place, cell in cells.items() if cell.text or cell.formula}
    _fill_merged(sheet.name, stored, cells)
    rows: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in sorted(cells.items()):
        rows.setdefault(row, {})[column] = cell
    return Table(
        name=sheet.name,
        page=number,
        rows=tuple(_dense(sheet.name, row, columns) for row, columns in rows.items()),
        hidden=sheet.hidden,
    )


def _dense(sheet: str, row: int, columns: dict[int, Cell]) -> tuple[Cell, ...]:
    last = max(columns)
    if last > _DENSE_COLUMNS:
        return tuple(columns.values())
    return tuple(
        columns.get(c) or Cell(text="", row=row, column=c, locator=f"{sheet}!{column_letters(c)}{row}")
        for c in range(1, last + 1)
    )


def _fill_merged(sheet: str, stored: StoredSheet, cells: dict[tuple[int, int], Cell]) -> None:
    """Writes the value of a merged range into its other cells, within the used area of the sheet."""
    last_row = max((row for row, _ in cells), default=0)
    last_column = max((column for _, column in cells), default=0)
    room = limits.MAX_CELLS
    for r0, c0, r1, c1 in stored.merged:
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
                    locator=f"{sheet}!{column_letters(column)}{row}",
                    merged_from=source.locator,
                )
