"""Old Excel files (BIFF5/8) → one table a sheet, in the shape that xlsx gives. Values come from calamine; formulas from our own scan,
because a result that was never computed must read as missing, not as zero."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from typing import Any

from app.domain.page import Cell, Table
from ingestion import limits
from ingestion.readers.biff import beyond_sheet, uncomputed_formulas
from ingestion.readers.compound import read_stream
from ingestion.readers.content import Content, damaged, encrypted, too_large
from ingestion.readers.number_text import GENERAL, SIGNIFICANT, number_text, plain_number
from ingestion.readers.sheet_table import address, sheet_table
from ingestion.readers.xlsx_findings import digits_lost, hidden_cells, without_value

_WHAT = "Excel 文件"


def read(data: bytes) -> Content:
    """Tables named after their sheets, ``Cell.locator`` ``Sheet!B3``; numbers with the file's digits, dates as ISO, percents as their
    stored fraction (the format of a cell is not read). Raises InputRefused ``damaged_file``, ``encrypted_file``, ``too_large``."""
    stream = read_stream(data, "Workbook", "Book")
    if stream is None:
        raise damaged("没有工作簿内容", what=_WHAT)
    empty = uncomputed_formulas(stream)
    if beyond_sheet(stream):
        raise damaged("单元格位置超出工作表", what=_WHAT)
    try:
        tables, lost, unknown = _tables(data, empty)
    except (MemoryError, ImportError):
        raise
    except BaseException as error:
        # A panic of the compiled reader is no Exception; to the user it is a damaged file like the others.
        if type(error).__name__ == "PanicException":
            raise damaged("结构不完整", what=_WHAT) from error
        raise
    if not tables:
        raise damaged("工作簿中没有工作表", what=_WHAT)
    hidden = [f"工作表 {t.name}" for t in tables if t.hidden and t.rows]
    return Content(
        tables=tuple(tables),
        findings=(*without_value(unknown), *digits_lost(lost), *hidden_cells(hidden)),
        properties={"page_count": str(len(tables))},
    )


def _tables(data: bytes, empty: frozenset[tuple[int, int, int]]) -> tuple[list[Table], list[str], list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    tables: list[Table] = []
    lost: list[str] = []
    unknown: list[str] = []
    room = limits.MAX_CELLS
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for index, about in enumerate(book.sheets_metadata):
            if about.typ != SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_index(index)
            cells: dict[tuple[int, int], Cell] = {}
            for r, values in enumerate(sheet.to_python(skip_empty_area=False), 1):
                for c, value in enumerate(values, 1):
                    if value == "" and (index, r, c) not in empty:
                        continue
                    cells[r, c] = _cell(about.name, r, c, value, (index, r, c) in empty, lost, unknown)
                if len(cells) > room:
                    raise too_large(f"表格超过 {limits.MAX_CELLS} 个单元格")
            room -= len(cells)
            merged = [(r0 + 1, c0 + 1, r1 + 1, c1 + 1) for (r0, c0), (r1, c1) in sheet.merged_cell_ranges or ()]
            hidden = about.visible != SheetVisibleEnum.Visible
            tables.append(sheet_table(len(tables) + 1, about.name, cells, merged, hidden=hidden))
    except PasswordError as error:
        raise encrypted(_WHAT) from error
    except CalamineError as error:
        raise damaged("工作表读不出来", what=_WHAT) from error
    return tables, lost, unknown


def _cell(
    sheet: str, row: int, column: int, value: Any, uncomputed: bool, lost: list[str], unknown: list[str]
) -> Cell:
    place = address(sheet, row, column)
    if uncomputed:
        unknown.append(place)
        return Cell(text="", row=row, column=column, locator=place, formula="=")
    if isinstance(value, float) and plain_number(repr(value))[1]:
        lost.append(place)
    return Cell(text=value_text(value), row=row, column=column, locator=place)


def value_text(value: Any) -> str:
    """The printed text of a typed value: ISO dates, plain decimals, TRUE and FALSE."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**SIGNIFICANT:
        return str(int(value))
    if isinstance(value, int | float):
        return number_text(repr(value), GENERAL)
    if isinstance(value, datetime):
        clock = value.strftime("%H:%M:%S" if value.second else "%H:%M")
        return value.date().isoformat() if value.time() == time() else f"{value.date().isoformat()} {clock}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M:%S" if value.second else "%H:%M")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
    return str(value).strip()
