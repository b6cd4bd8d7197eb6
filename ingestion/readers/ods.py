"""OpenDocument spreadsheets → one table a sheet, in the shape that xlsx gives. The file states value and shown text of every cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.domain.page import Cell, Table
from ingestion import limits
from ingestion.readers.archive import Archive
from ingestion.readers.content import Content, damaged, encrypted, too_large
from ingestion.readers.number_text import GENERAL, parse_format, plain_number
from ingestion.readers.number_text import number_text as printed
from ingestion.readers.sheet_table import Range, address, sheet_table
from ingestion.readers.xlsx_findings import digits_lost, hidden_cells, without_value
from ingestion.readers.xmltree import attribute, children, local, parse_xml

_WHAT = "OpenDocument 表格"
_PERCENT = parse_format("0%")


@dataclass(slots=True, kw_only=True)
class _Reading:
    """What accumulates over all sheets."""

    room: int = limits.MAX_CELLS
    unknown: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)


def read(data: bytes) -> Content:
    """Raises InputRefused ``damaged_file``, ``encrypted_file``, ``too_large`` and those of ``Archive``."""
    archive = Archive(data)
    if b"encryption-data" in (archive.read("META-INF/manifest.xml") or b""):
        raise encrypted(_WHAT)
    part = archive.read("content.xml")
    if part is None:
        raise damaged("缺少内容部分", what=_WHAT)
    root = parse_xml(part, what=_WHAT)
    invisible = {
        attribute(style, "name")
        for style in root.iter()
        if local(style) == "style" and any(attribute(p, "display") == "false" for p in style)
    }
    reading = _Reading()
    tables: list[Table] = []
    for sheet in (e for e in root.iter() if local(e) == "table"):
        name = attribute(sheet, "name") or f"表{len(tables) + 1}"
        hidden = attribute(sheet, "style-name") in invisible
        cells, merged = _cells(name, sheet, reading)
        table = sheet_table(len(tables) + 1, name, cells, merged, hidden=hidden)
        tables.append(table)
        if hidden and table.rows:
            reading.hidden.append(f"工作表 {name}")
    if not tables:
        raise damaged("没有工作表", what=_WHAT)
    return Content(
        tables=tuple(tables),
        findings=(*without_value(reading.unknown), *digits_lost(reading.lost), *hidden_cells(reading.hidden)),
        properties={"page_count": str(len(tables))},
    )


def _cells(name: str, sheet: Any, reading: _Reading) -> tuple[dict[tuple[int, int], Cell], list[Range]]:
    """Cells by place. Repetition fills only cells that hold something: empty rows and columns repeat to the sheet's end."""
    cells: dict[tuple[int, int], Cell] = {}
    merged: list[Range] = []
    row = 0
    for line in (e for e in sheet.iter() if local(e) == "table-row"):
        rows = _count(line, "number-rows-repeated")
        column = 0
        found: list[tuple[int, Any]] = []
        for cell in (c for c in line if local(c) in ("table-cell", "covered-table-cell")):
            columns = _count(cell, "number-columns-repeated")
            if _holds(cell):
                found += [(column + n, cell) for n in range(1, min(columns, reading.room) + 1)]
            column += columns
        for down in range(rows if found else 0):
            reading.room -= len(found)
            if reading.room < 0:
                raise too_large(f"表格超过 {limits.MAX_CELLS} 个单元格")
            for at, cell in found:
                place = (row + down + 1, at)
                cells[place] = _cell(name, place, cell, reading)
                wide, high = _count(cell, "number-columns-spanned"), _count(cell, "number-rows-spanned")
                if wide > 1 or high > 1:
                    merged.append((*place, place[0] + high - 1, at + wide - 1))
        if found and attribute(line, "visibility") in ("collapse", "filter"):
            reading.hidden.append(f"{name} 第{row + 1}行")
        row += rows
    return cells, merged


def _count(element: Any, name: str) -> int:
    text = attribute(element, name) or "1"
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 9 else 1


def _holds(cell: Any) -> bool:
    return attribute(cell, "formula") is not None or attribute(cell, "value-type") is not None or bool(_shown(cell))


def _shown(cell: Any) -> str:
    return "\n".join("".join(p.itertext()) for p in children(cell, "p")).strip()


def _cell(sheet: str, place: tuple[int, int], cell: Any, reading: _Reading) -> Cell:
    where = address(sheet, *place)
    formula = attribute(cell, "formula")
    text = _text(cell, where, reading)
    if formula is not None and not text:
        reading.unknown.append(where)
    return Cell(text=text, row=place[0], column=place[1], locator=where, formula=formula)


def _text(cell: Any, where: str, reading: _Reading) -> str:
    """The value as the file states it; what is shown where it only pads the same number with zeros, and for texts."""
    kind, shown = attribute(cell, "value-type"), _shown(cell)
    value = attribute(cell, "value")
    if kind in ("float", "currency", "percentage") and value is not None:
        try:
            plain, longer = plain_number(value)
        except ValueError:
            return shown
        if longer:
            reading.lost.append(where)
        padded = shown.isascii() and shown.isdigit() and shown.lstrip("0") == plain
        return shown if padded else printed(value, _PERCENT if kind == "percentage" else GENERAL)
    if kind == "date":
        return (attribute(cell, "date-value") or shown).removesuffix("T00:00:00").replace("T", " ")
    if kind == "boolean":
        return (attribute(cell, "boolean-value") or shown).upper()
    return shown
