"""xlsx → one table a sheet: printed text with the file's own digits, merged cells filled, missing formula values computed."""

from __future__ import annotations

from app.domain.page import Table
from ingestion import limits
from ingestion.readers.archive import Archive
from ingestion.readers.asides import office_asides
from ingestion.readers.content import Content, damaged
from ingestion.readers.sheet_table import sheet_table
from ingestion.readers.xlsx_findings import workbook_findings
from ingestion.readers.xlsx_parts import SheetPart, read_workbook
from ingestion.readers.xlsx_sheet import StoredSheet, read_sheet
from ingestion.readers.xlsx_values import Values


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
        properties={"page_count": str(len(tables)), "xlsx:pictures": str(book.pictures), **office_asides(archive)},
    )


def _table(number: int, sheet: SheetPart, stored: StoredSheet, values: Values) -> Table:
    cells = {place: values.cell(sheet.name, *place) for place in sorted(stored.cells)}
    return sheet_table(number, sheet.name, cells, stored.merged, hidden=sheet.hidden)
