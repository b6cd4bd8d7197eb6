"""Tables of a bill as rows of named cells, from ruled pages, from unruled pages, and from sheets of office files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.page import Box, Document, Table
from extractors.geometry.labels import Hit, find_labels
from extractors.geometry.lattice import GridRow, ruled_rows
from extractors.geometry.sheet import Piece, Sheet
from extractors.periods import find_span
from extractors.text import compact, leading_number, number_text, tidy
from extractors.vocabulary import find_printed_unit

WRAPPED = ("meter", "item")
"""Columns whose texts take several lines."""

PLACING = frozenset({"month", "meter", "band", "item", "category", "kind", "status", "trade"})
"""Columns that say what a row is. A table of nothing else holds no quantity: its labels are labels of single values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridValue:
    """A cell with its address."""

    text: str
    page: int | None = None
    bbox: Box | None = None
    locator: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One table: role → header text, and rows of role → cell. ``page`` is the page or table number; ``span`` the vertical
    extent in points on a page (header and body of a ruled table, header of an unruled one): labels inside are the table's."""

    page: int
    headers: Mapping[str, str]
    rows: tuple[Mapping[str, GridValue], ...]
    span: tuple[float, float] | None = None


def strip_unit(text: str) -> tuple[str, str]:
    """(label, unit) of ``抄见电量（千瓦时）`` or ``电量/千瓦时``; numbering such as (1) in front is dropped."""
    plain = re.sub(r"^\(\d{1,2}\)|^\d{1,2}[.、]?(?=[\u3400-\u9fff])", "", compact(text)).rstrip(":")
    match = re.fullmatch(r"(.+?)[(\[]([^()\[\]]+)[)\]]", plain) or re.fullmatch(
        r"(.+?)[/:]([A-Za-z0-9万千元吨升度立方米瓦时³·]+)", plain
    )
    return (match.group(1), match.group(2)) if match else (plain, "")


def role_of(text: str, roles: Mapping[str, str]) -> str | None:
    """The role of a header cell: its text with or without the unit in brackets."""
    plain = compact(text).rstrip(":")
    return roles.get(plain) or roles.get(strip_unit(text)[0]) or roles.get(plain.partition("(")[0])


def document_grids(document: Document, sheets: Sequence[Sheet], roles: Mapping[str, str]) -> list[Grid]:
    """Every table whose header names at least three known columns (two when one of them is a number column)."""
    grids: list[Grid] = []
    for sheet in sheets:
        ruled = _ruled_grids(sheet, roles)
        grids += ruled or _anchored_grids(sheet, roles)
    for table in document.tables:
        grids += _table_grids(table, roles)
    return [g for g in grids if not _stacked_labels(g)]


def _stacked_labels(grid: Grid) -> bool:
    """True for one row of values with their units under a row of labels: single values set below their labels, no table."""
    if len(grid.rows) != 1:
        return False
    row = {role: value.text for role, value in grid.rows[0].items() if role not in PLACING}
    return "opening" not in row and any(number_text(t) is None and _is_value(t) for t in row.values())


def is_header(texts: Sequence[str], roles: Mapping[str, str]) -> bool:
    """True for a row that names at least two known columns, one of them of numbers, and holds no number or date."""
    known = {r for t in texts if t and (r := role_of(t, roles))}
    return len(known) >= 2 and not known <= PLACING and not any(_is_value(t) for t in texts if t)


def _is_value(text: str) -> bool:
    """A number, alone or with its unit (``12,345 千瓦时``), or a period: a row that holds one is data, whatever its labels are."""
    leading = leading_number(text)
    return (
        number_text(text) is not None
        or (leading is not None and (leading[1] == "元" or find_printed_unit(leading[1]) is not None))
        or find_span(text) is not None
    )


def _ruled_grids(sheet: Sheet, roles: Mapping[str, str]) -> list[Grid]:
    rows = ruled_rows(sheet)
    grids: list[Grid] = []
    index = 0
    while index < len(rows):
        if not is_header(rows[index].texts, roles):
            index += 1
            continue
        header, consumed = _joined_header(rows, index, roles)
        body: list[Mapping[str, GridValue]] = []
        at = index + consumed
        while at < len(rows) and _fits(rows[at], header.edges) and not is_header(rows[at].texts, roles):
            body.append(_row_values(sheet, rows[at], header, roles))
            at += 1
        names = _header_names(header.texts, roles)
        bottom = rows[at - 1].bottom if body else header.bottom
        grids.append(Grid(page=sheet.number, headers=names, rows=tuple(body), span=(rows[index].top, bottom)))
        index = max(at, index + 1)
    return grids


def _joined_header(rows: list[GridRow], index: int, roles: Mapping[str, str]) -> tuple[GridRow, int]:
    """A header of two ruled rows (示数 over 上次 | 本次) as one: the lower row's columns, named by themselves or with the upper text."""
    first = rows[index]
    if index + 1 >= len(rows):
        return first, 1
    second = rows[index + 1]
    if not is_header(second.texts, roles) or len(second.edges) < len(first.edges) or second.top - first.bottom > 3:
        return first, 1
    cells = []
    for position, cell in enumerate(second.cells):
        middle = (second.edges[position] + second.edges[position + 1]) / 2
        above = next((c.text for i, c in enumerate(first.cells) if first.edges[i] <= middle < first.edges[i + 1]), "")
        best = next((t for t in (cell.text, above + cell.text, above) if t and role_of(t, roles)), cell.text or above)
        cells.append(type(cell)(text=best, pieces=cell.pieces))
    return GridRow(top=first.top, bottom=second.bottom, edges=second.edges, cells=tuple(cells)), 2


def _fits(row: GridRow, edges: Sequence[float]) -> bool:
    """True when every border of ``row`` continues one of the header: the same table, cells merged at most."""
    return all(any(abs(e - h) <= 3 for h in edges) for e in row.edges)


def _header_names(texts: Sequence[str], roles: Mapping[str, str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for text in texts:
        role = role_of(text, roles) if text else None
        if role:
            names.setdefault(role, text)
    return names


def _row_values(sheet: Sheet, row: GridRow, header: GridRow, roles: Mapping[str, str]) -> dict[str, GridValue]:
    out: dict[str, GridValue] = {}
    for position, cell in enumerate(row.cells):
        middle = (row.edges[position] + row.edges[position + 1]) / 2
        column = next((i for i in range(len(header.cells)) if header.edges[i] <= middle < header.edges[i + 1]), None)
        if column is None:
            continue
        role = role_of(header.cells[column].text, roles) or f"column{column}"
        if cell.text or role not in out:
            out.setdefault(role, GridValue(text=cell.text, page=sheet.number, bbox=sheet.box(cell.pieces)))
    return out


def _anchored_grids(sheet: Sheet, roles: Mapping[str, str]) -> list[Grid]:
    """Tables without rules: a row of at least three known labels is the header, the rows below it follow while they hold numbers."""
    # A label with a colon carries a value of its own and heads no column (电费年月：2025-04 is neither 电费 nor 年月).
    hits = [h for h in find_labels(sheet, dict(roles)) if not h.colon]
    grids: list[Grid] = []
    header_rows = []
    for index in range(len(sheet.rows)):
        here = [h for h in hits if h.row == index]
        if len({h.name for h in here}) >= 3 and not any(number_text(p.text) for p in sheet.rows[index]):
            level = here[0].cy
            taken = {h.name for h in here}
            # A label that wraps with its unit stands a little above or below the others.
            near = [h for h in hits if h.row != index and abs(h.cy - level) < 1.1 * sheet.em and h.name not in taken]
            header_rows.append((index, [*here, *(h for h in near if not _beside(h, here))]))
    for order, (index, here) in enumerate(header_rows):
        end = header_rows[order + 1][0] if order + 1 < len(header_rows) else len(sheet.rows)
        body = _anchored_body(sheet, index + 1, end, here)
        if body:
            names: dict[str, str] = {}
            for hit in here:
                names.setdefault(hit.name, _header_text(sheet, hit, here))
            grids.append(
                Grid(
                    page=sheet.number,
                    headers=names,
                    rows=tuple(body),
                    span=(min(h.y0 for h in here), max(h.y1 for h in here)),
                )
            )
    return grids


def _beside(hit: Hit, others: Sequence[Hit]) -> bool:
    """True when the label stands over or under another one's column."""
    return any(hit.x0 < o.x1 and hit.x1 > o.x0 for o in others)


def _anchored_body(sheet: Sheet, first: int, end: int, here: Sequence[Hit]) -> list[Mapping[str, GridValue]]:
    """The rows below a header until three in a row hold no number. A row that holds only a part of a wrapped meter number or item joins
    the data row it is nearest to."""
    read: list[tuple[float, dict[str, GridValue]]] = []
    empty = 0
    for row in sheet.rows[first:end]:
        values = _anchored_row(sheet, row, here)
        fragment = len(values) == 1 and next(iter(values)) in WRAPPED
        if fragment or any(number_text(v.text) for v in values.values()):
            read.append((row[0].cy, values))
            empty = 0 if not fragment else empty
        else:
            empty += 1
            if empty > 2:
                break
    data = [n for n, (_, v) in enumerate(read) if len(v) > 1]
    for n, (at, values) in enumerate(read):
        if len(values) > 1 or not data:
            continue
        (name, value), nearest = next(iter(values.items())), min(data, key=lambda d: abs(read[d][0] - at))
        if abs(read[nearest][0] - at) > 1.6 * sheet.em:
            continue
        whole = read[nearest][1]
        own = whole[name].text if name in whole else ""
        joined = value.text + own if n < nearest else own + value.text
        whole[name] = replace(whole.get(name, value), text=joined)
    return [read[d][1] for d in data]


def _header_text(sheet: Sheet, hit: Hit, hits: Sequence[Hit]) -> str:
    """The label with what stands behind or under it in brackets (its unit)."""
    right = min((h.x0 for h in hits if h.x0 > hit.x1), default=sheet.width)
    near = [
        p
        for p in sheet.pieces
        if "(" in compact(p.text) and hit.y0 - 1 <= p.cy <= hit.y1 + 1.6 * sheet.em and hit.x0 - sheet.em < p.cx < right
    ]
    unit = next((m.group(0) for p in near if (m := re.search(r"\([^()]+\)", compact(p.text)))), "")
    return hit.label if "(" in hit.label else hit.label + unit


def _anchored_row(sheet: Sheet, row: Sequence[Piece], hits: Sequence[Hit]) -> dict[str, GridValue]:
    columns = sorted(hits, key=lambda h: h.x0)
    members: dict[str, list[Piece]] = {}
    for piece in row:
        nearest = min(
            columns,
            key=lambda h: (
                max(h.x0 - piece.x1, piece.x0 - h.x1, 0.0),
                min(abs(piece.x0 - h.x0), abs(piece.x1 - h.x1), abs(piece.cx - h.cx)),
            ),
        )
        members.setdefault(nearest.name, []).append(piece)
    _give_back([h.name for h in columns], members)
    return {
        name: GridValue(text=tidy(" ".join(p.text for p in pieces)), page=sheet.number, bbox=sheet.box(pieces))
        for name, pieces in members.items()
    }


def _give_back(names: Sequence[str], members: dict[str, list[Piece]]) -> None:
    """Two numbers under one label beside a column that got none: the outer number is that column's. Numbers set to the right of a wide
    column stand nearer to the next label than to their own."""
    for position, name in enumerate(names):
        pieces = sorted(members.get(name, ()), key=lambda p: p.x0)
        if len(pieces) != 2 or any(number_text(p.text) is None for p in pieces):
            continue
        left, right = names[position - 1] if position else "", names[position + 1] if position + 1 < len(names) else ""
        if left and left not in members and (not right or right in members):
            members[left], members[name] = pieces[:1], pieces[1:]
        elif right and right not in members and (not left or left in members):
            members[name], members[right] = pieces[:1], pieces[1:]


def _table_grids(table: Table, roles: Mapping[str, str]) -> list[Grid]:
    grids: list[Grid] = []
    rows = [r for r in table.rows if any(c.text.strip() for c in r)]
    index = 0
    while index < len(rows):
        texts = [c.text for c in rows[index]]
        if not is_header(texts, roles):
            index += 1
            continue
        named = {c.column: (role_of(c.text, roles) or f"column{c.column}") for c in rows[index]}
        headers = _header_names(texts, roles)
        body: list[Mapping[str, GridValue]] = []
        at = index + 1
        while at < len(rows) and not is_header([c.text for c in rows[at]], roles):
            values: dict[str, GridValue] = {}
            for cell in rows[at]:
                role = named.get(cell.column)
                if role and role not in values:
                    values[role] = GridValue(text=cell.text, page=table.page, locator=cell.locator)
            body.append(values)
            at += 1
        grids.append(Grid(page=table.page, headers=headers, rows=tuple(body)))
        index = at
    return grids
