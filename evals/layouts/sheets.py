"""One table of texts and numbers as a file of several kinds: xlsx, csv in three encodings, docx."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

Cell = str | Decimal
KINDS = ("xlsx", "xlsx", "csv", "docx")


def write(rng: random.Random, kind: str, title: str, rows: Sequence[Sequence[Cell]], notes: Sequence[str] = ()) -> bytes:
    """``title`` above the table, ``notes`` below it. Numbers stay numbers where the kind knows them."""
    return {"xlsx": _xlsx, "csv": _csv, "docx": _docx}[kind](rng, title, rows, notes)


def _xlsx(rng: random.Random, title: str, rows: Sequence[Sequence[Cell]], notes: Sequence[str]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet: Any = book.active
    sheet.append([title])
    if rng.random() < 0.5:
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=max(len(r) for r in rows))
    for row in rows:
        sheet.append([float(c) if isinstance(c, Decimal) else c for c in row])
    for note in notes:
        sheet.append([note])
    book.properties.created = book.properties.modified = datetime(2025, 1, 1)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _csv(rng: random.Random, title: str, rows: Sequence[Sequence[Cell]], notes: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    out = csv.writer(buffer, lineterminator=rng.choice(("\n", "\r\n")))
    # Exports often start with the head; it then carries every unit and the year.
    if rng.random() < 0.6:
        out.writerow([title])
    out.writerows([[f"{c:f}" if isinstance(c, Decimal) else c for c in row] for row in rows])
    out.writerows([[note] for note in notes])
    return buffer.getvalue().encode(rng.choice(("utf-8-sig", "gb18030", "utf-8")))


def _docx(rng: random.Random, title: str, rows: Sequence[Sequence[Cell]], notes: Sequence[str]) -> bytes:
    from docx import Document

    document: Any = Document()
    document.add_heading(title, 1) if rng.random() < 0.5 else document.add_paragraph(title)
    table = document.add_table(rows=0, cols=max(len(r) for r in rows))
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=False):
            cell.text = f"{value:f}" if isinstance(value, Decimal) else value
    for note in notes:
        document.add_paragraph(note)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
