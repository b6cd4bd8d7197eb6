"""Delimited text → one table."""

from __future__ import annotations

import csv
import io

from app.domain.page import Cell, Table
from ingestion import limits
from ingestion.readers.content import Content, damaged, too_large
from ingestion.readers.decoding import decode_text
from ingestion.readers.separated import find_delimiter

_LONGEST_FIELD = 131_072


def read(data: bytes) -> Content:
    """Cells with the text between the delimiters, ends' white space removed; ``Cell.locator`` ``r3c4``.

    Raises InputRefused ``damaged_file`` for bytes in no known encoding or broken quoting, ``too_large``.
    """
    text = decode_text(data)
    if text is None:
        raise damaged("文字编码无法辨认（支持 UTF-8 和 GB 18030）", what="CSV 文件")
    csv.field_size_limit(_LONGEST_FIELD)
    rows: list[tuple[Cell, ...]] = []
    count = 0
    try:
        for number, fields in enumerate(csv.reader(io.StringIO(text), delimiter=find_delimiter(text) or ","), start=1):
            count += len(fields)
            if count > limits.MAX_CELLS:
                raise too_large(f"表格超过 {limits.MAX_CELLS} 个单元格")
            if any(f.strip() for f in fields):
                rows.append(
                    tuple(
                        Cell(text=_value(f), row=number, column=c, locator=f"r{number}c{c}")
                        for c, f in enumerate(fields, start=1)
                    )
                )
    except csv.Error as error:
        raise damaged("引号或换行不成对", what="CSV 文件") from error
    return Content(tables=(Table(name="CSV", page=1, rows=tuple(rows)),), properties={"page_count": "1"})


def _value(field: str) -> str:
    """``="0012"`` and a leading or trailing tab are how exporters keep long numbers as text."""
    value = field.strip().lstrip("\ufeff")
    if value.startswith('="') and value.endswith('"') and len(value) > 2:
        return value[2:-1]
    return value
