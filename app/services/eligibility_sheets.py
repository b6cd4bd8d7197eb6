"""Workbooks of eligibility: plain sheets of text with a header row. Nothing a user wrote ever becomes a formula."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
CELL_AT_MOST = 32_000
"""A spreadsheet cell holds 32 767 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """``widths`` in characters, one a column; ``rows`` hold text only, numbers as their decimal strings."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]


def workbook_bytes(sheets: Sequence[Sheet]) -> bytes:
    """An .xlsx of these sheets, ready to print on landscape A4."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        page = book.create_sheet(sheet.title[:31])
        for number, row in enumerate([sheet.headers, *sheet.rows], 1):
            for column, text in enumerate(row, 1):
                cell = page.cell(row=number, column=column)
                cell.value = _UNPRINTABLE.sub("", str(text))[:CELL_AT_MOST]
                cell.data_type = "s"  # a note that begins with "=" stays a note
                cell.alignment = Alignment(vertical="top", wrap_text=True)
                if number == 1:
                    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E3F1EA")
        for column, width in enumerate(sheet.widths, 1):
            page.column_dimensions[get_column_letter(column)].width = width
        page.freeze_panes = "A2"
        page.print_title_rows = "1:1"
        page.page_setup.orientation = "landscape"
        page.page_setup.paperSize = page.PAPERSIZE_A4
        page.page_setup.fitToHeight = 0
        page.sheet_properties.pageSetUpPr.fitToPage = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
