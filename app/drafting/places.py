"""Where in a document a number stands, said in a way that survives editing elsewhere.

In running text a place is the words right before the number; in a table it is the caption, what stands to the left in the row
and the column's header. Writer and verifier use this one function on the bytes, so an untouched document always agrees.
A number that is moved whole, control and all, keeps its text and is caught only by its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.drafting.readback import OBJECT, ReadParagraph, segments

WINDOW = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """``subject`` is a control's tag, or ``footnote:<id>`` for a footnote reference; ``unit`` whether a unit control follows."""

    context: str
    subject: str
    text: str = ""
    unit: bool = False
    table: bool = False


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _table_texts(paragraphs: Iterable[ReadParagraph]) -> tuple[dict[tuple[int, int, int], str], dict[int, str]]:
    """Cell texts by (table, row, column), and the caption (the paragraph before) of every table."""
    cells: dict[tuple[int, int, int], str] = {}
    captions: dict[int, str] = {}
    before = ""
    for paragraph in paragraphs:
        if paragraph.cell is None:
            if paragraph.text.strip():
                before = paragraph.text
            continue
        key = (paragraph.cell.table, paragraph.cell.row, paragraph.cell.column)
        cells[key] = cells.get(key, "") + paragraph.text
        captions.setdefault(paragraph.cell.table, before)
    return cells, captions


def find_places(paragraphs: list[ReadParagraph]) -> list[Place]:
    """Every tagged control and footnote reference of one part, in reading order, with its context."""
    cells, captions = _table_texts(paragraphs)
    places: list[Place] = []
    for paragraph in paragraphs:
        if paragraph.in_field("TOC"):
            continue
        frame = paragraph.part.partition(":")[0]
        cell = paragraph.cell
        if cell is not None:
            left = [cells.get((cell.table, cell.row, c), "") for c in range(cell.column)]
            head = cells.get((cell.table, 0, cell.column), "") if cell.row else ""
            frame = "|".join(_squeeze(t) for t in (captions.get(cell.table, ""), *left, head))
        parts = list(segments(paragraph))
        before = ""
        for n, (tag, text, footnote) in enumerate(parts):
            if tag or footnote:
                context = f"{frame}|{_squeeze(before)[-WINDOW:]}"
                subject = tag or f"footnote:{footnote}"
                unit = any(t == f"unit:{tag}" for t, _, _ in parts[n + 1 : n + 3])
                places.append(Place(context=context, subject=subject, text=text, unit=unit, table=cell is not None))
                before += "" if footnote else OBJECT
            else:
                before += text
    return places
