"""Tables on a sheet: fixed columns, wrapped cells, optional rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.demo.sheet import BLACK, GREY, Align, Fill, Sheet, wrap


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    title: str
    width: float
    align: Align = Align.LEFT


def draw_table(
    sheet: Sheet,
    x: float,
    y: float,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    size: float = 8.5,
    row_height: float = 16.0,
    ruled: bool = True,
    bold_rows: frozenset[int] = frozenset(),
    numbers_last: bool = False,
) -> float:
    """Draws header and rows from the top left corner (x, y) and returns the y below the last row.

    A cell wider than its column is broken mid-word; the row grows and the other cells stay on its first line, or with
    ``numbers_last`` sink to its last one.
    ``bold_rows`` get a grey ground (subtotals).
    """
    right = x + sum(c.width for c in columns)
    top = y
    edges = [y]
    sheet.items.append(Fill(x=x, y=y, width=right - x, height=row_height, colour=(238, 242, 240)))
    for index, row in enumerate([[c.title for c in columns], *rows]):
        cells = [wrap(text, size, column.width - 6) for text, column in zip(row, columns, strict=True)]
        height = row_height + (max(len(c) for c in cells) - 1) * (size + 2)
        if index - 1 in bold_rows:
            sheet.items.append(Fill(x=x, y=y, width=right - x, height=height, colour=(246, 246, 240)))
        left = x
        for lines, column in zip(cells, columns, strict=True):
            align = Align.CENTRE if index == 0 else column.align
            anchor = {Align.LEFT: left + 3, Align.CENTRE: left + column.width / 2, Align.RIGHT: left + column.width - 3}
            deepest = max(len(c) for c in cells)
            sunk = deepest - len(lines) if numbers_last and align is Align.RIGHT else 0
            for number, text in enumerate(lines, start=sunk):
                baseline = y + row_height / 2 + size * 0.36 + number * (size + 2)
                sheet.text(anchor[align], baseline, text, size=size, align=align, sans=True)
            left += column.width
        y += height
        edges.append(y)
    if ruled:
        for edge in edges:
            sheet.stroke(x, edge, right, edge, width=0.5, colour=GREY)
        left = x
        for width in (*(c.width for c in columns), 0.0):
            sheet.stroke(left, top, left, y, width=0.5, colour=GREY)
            left += width
    else:
        for edge in (edges[0], edges[1], edges[-1]):
            sheet.stroke(x, edge, right, edge, width=0.5, colour=BLACK)
    return y


def draw_pairs(
    sheet: Sheet, x: float, y: float, pairs: Sequence[tuple[str, str]], *, columns: int = 2, width: float = 515.0,
    size: float = 9.0, leading: float = 16.0,
) -> float:  # fmt: skip
    """Label and value pairs in ``columns`` columns, ``标签：值``; returns the y below."""
    step = width / columns
    for index, (label, value) in enumerate(pairs):
        row, column = divmod(index, columns)
        left = x + column * step
        sheet.text(left, y + row * leading, f"{label}：", size=size, colour=(90, 90, 90), sans=True)
        sheet.text(left + size * (len(label) + 1), y + row * leading, value, size=size, sans=True)
    return y + -(-len(pairs) // columns) * leading
