"""The small workbook inside a chart: what Word opens when someone edits the chart's data. Written by hand, so that the same chart
gives the same bytes; read with openpyxl, because a word processor may have saved it since."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from html import escape
from io import BytesIO

from app.domain.errors import InputRefused
from app.domain.fact import Fact
from app.drafting.model import ChartBlock
from app.drafting.package import pack

SHEET = "Sheet1"
MAX_BOOK_BYTES = 4 * 1024 * 1024
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

Grid = tuple[tuple[str, ...], ...]
"""Rows of cells as text; the first row holds the series' names, the first column the categories."""


def column_letter(n: int) -> str:
    """1 → A, 27 → AA."""
    out = ""
    while n:
        n, rest = divmod(n - 1, 26)
        out = chr(65 + rest) + out
    return out


def chart_grid(chart: ChartBlock, facts: Mapping[str, Fact]) -> Grid:
    """What the workbook of a chart holds."""
    head = ("", *(s.name for s in chart.series))
    columns = [tuple("" if fact is None else facts[fact].text for fact in s.facts) for s in chart.series]
    return (head, *zip(chart.categories, *columns, strict=True))


def write_book(grid: Grid) -> bytes:
    """The workbook's bytes: words as inline strings, figures as numbers with exactly the digits given."""
    rows = []
    for r, row in enumerate(grid, 1):
        cells = []
        for c, text in enumerate(row, 1):
            at = f"{column_letter(c)}{r}"
            if text and r > 1 and c > 1:
                cells.append(f'<c r="{at}"><v>{escape(text)}</v></c>')
            elif text:
                cells.append(f'<c r="{at}" t="inlineStr"><is><t>{escape(text)}</t></is></c>')
        rows.append(f'<row r="{r}">{"".join(cells)}</row>')
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.'
        'openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="{SHEET}" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>',
    }
    return pack({name: (_HEAD + text).encode() for name, text in parts.items()})


def read_book(data: bytes) -> Grid | None:
    """The first sheet's cells as text, trailing empty ones left out; None when the bytes are no workbook that can be read.

    Raises InputRefused ``docx_unreadable`` for one that unpacks to more than any chart needs."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            if sum(i.file_size for i in package.infolist()) > MAX_BOOK_BYTES:
                raise InputRefused(
                    "docx_unreadable", "图表中的数据表过大，不能核对。", fix="请提供由本系统导出的申报书。"
                )
        book = load_workbook(BytesIO(data), data_only=True)
        rows = [
            tuple("" if v is None else str(v) for v in row) for row in book.worksheets[0].iter_rows(values_only=True)
        ]
    except InputRefused:
        raise
    except Exception:
        return None
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((n + 1 for row in rows for n, text in enumerate(row) if text), default=0)
    return tuple((*row[:width], *[""] * (width - len(row))) for row in rows)
