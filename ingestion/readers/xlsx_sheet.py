"""One worksheet part → its stored cells, merged ranges and hidden lines; nothing interpreted yet."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import Any

from ingestion import limits
from ingestion.readers.content import damaged, too_large
from ingestion.readers.formula import column_number
from ingestion.readers.xlsx_parts import rich_text
from ingestion.readers.xmltree import children, local

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})\Z")
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCell:
    """``kind`` is the cell type of the file (``n`` number, ``s`` shared string, ``str``, ``inlineStr``, ``b``, ``e``, ``d``),
    ``raw`` its value as written, None when the file carries none. ``shared`` numbers a shared formula group."""

    kind: str
    raw: str | None
    style: str | None
    formula: str | None = None
    shared: str | None = None


@dataclass(slots=True, kw_only=True)
class StoredSheet:
    """Places are (row, column) from 1; ``shared`` maps a formula group to the place and text of its first member."""

    cells: dict[tuple[int, int], StoredCell] = field(default_factory=dict)
    shared: dict[str, tuple[tuple[int, int], str]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


def read_sheet(data: bytes, *, room: int) -> StoredSheet:
    """Streams the rows. Raises InputRefused ``too_large`` beyond ``room`` cells, ``damaged_file`` for broken XML."""
    from lxml import etree

    sheet = StoredSheet()
    row_number = 0
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise damaged("工作表含有 DTD", what="Excel 文件")
    try:
        events = etree.iterparse(
            io.BytesIO(data),
            events=("end",),
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
        )
        for _, element in events:
            kind = local(element)
            if kind == "row":
                row_number = _row(element, row_number, sheet, room)
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
            elif kind == "mergeCell":
                box = parse_range(element.get("ref") or "")
                if box is not None:
                    sheet.merged.append(box)
            elif kind == "col" and _is_hidden(element):
                sheet.hidden_columns.append(
                    (_integer(element.get("min"), 1), _integer(element.get("max"), LAST_COLUMN))
                )
    except etree.LxmlError as error:
        raise damaged("工作表的 XML 不完整", what="Excel 文件") from error
    return sheet


def parse_range(text: str) -> tuple[int, int, int, int] | None:
    """``B2:D4`` → (first row, first column, last row, last column)."""
    ends = [_REFERENCE.match(part) for part in text.split(":")]
    if len(ends) not in (1, 2) or any(end is None for end in ends):
        return None
    rows = [int(end.group(2)) for end in ends if end]
    columns = [column_number(end.group(1)) for end in ends if end]
    return min(rows), min(columns), max(rows), max(columns)


def _row(element: Any, before: int, sheet: StoredSheet, room: int) -> int:
    number = _integer(element.get("r"), before + 1)
    if _is_hidden(element) or element.get("ht") == "0":
        sheet.hidden_rows.add(number)
    column = 0
    for cell in children(element, "c"):
        place = _REFERENCE.match(cell.get("r") or "")
        column = column_number(place.group(1)) if place else column + 1
        row = int(place.group(2)) if place else number
        stored = _cell(cell)
        if stored is not None and 1 <= row <= LAST_ROW and column <= LAST_COLUMN:
            sheet.cells[row, column] = stored
            if stored.shared is not None and stored.formula is not None:
                sheet.shared.setdefault(stored.shared, ((row, column), stored.formula))
    if len(sheet.cells) > room:
        raise too_large(f"表格超过 {limits.MAX_CELLS} 个单元格")
    return number


def _cell(element: Any) -> StoredCell | None:
    kind = element.get("t") or "n"
    raw: str | None = None
    formula = shared = None
    has_formula = False
    for child in element:
        name = local(child)
        if name == "v":
            raw = child.text
        elif name == "is":
            raw = rich_text(child)
        elif name == "f":
            has_formula = True
            formula = (child.text or "").strip() or None
            shared = child.get("si") if child.get("t") == "shared" else None
    if raw is None and not has_formula:
        return None
    return StoredCell(kind=kind, raw=raw, style=element.get("s"), formula=formula, shared=shared)


def _is_hidden(element: Any) -> bool:
    return (element.get("hidden") or "0").lower() in ("1", "true") or element.get("width") == "0"


def _integer(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 9 else default
