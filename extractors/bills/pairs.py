"""Single values of a bill: a label and what stands beside, below or behind it. Pages, office tables and running text alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.page import Box, Cell, Document
from extractors.bills.grids import Grid, is_header, strip_unit
from extractors.geometry.blocks import cell_value
from extractors.geometry.labels import Hit, find_labels, value_below, value_right
from extractors.geometry.sheet import Sheet
from extractors.text import compact, leading_number, tidy


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A labelled value: ``name`` the field, ``label`` as found, ``unit`` a unit printed in brackets behind the label."""

    name: str
    label: str
    text: str
    unit: str = ""
    page: int | None = None
    bbox: Box | None = None
    locator: str | None = None


WRAPPED = ("holder", "supplier")
"""Names, which may take several lines."""

Accept = Callable[[str, str], bool]


def find_pairs(
    document: Document,
    sheets: Sequence[Sheet],
    labels: Mapping[str, str],
    grids: Sequence[Grid],
    roles: Mapping[str, str],
    accept: Accept,
) -> list[Pair]:
    """Every labelled value whose text ``accept(field, text)`` allows, in reading order. Labels that head a table's column are left to
    the table."""
    pairs: list[Pair] = []
    for sheet in sheets:
        hits = find_labels(sheet, dict(labels))
        spans = [g.span for g in grids if g.page == sheet.number and g.span is not None]
        for hit in hits:
            if not any(top - 1 <= hit.cy <= bottom + 1 for top, bottom in spans):
                pair = _from_sheet(sheet, hit, hits, accept)
                if pair:
                    pairs.append(pair)
    for table in document.tables:
        pairs += _from_table(table.rows, table.page, labels, roles, accept)
    for number, paragraph in enumerate(document.paragraphs, 1):
        pairs += _from_text(paragraph, labels, accept, f"段{number}")
    return pairs


def _unit_prefix(text: str) -> tuple[str, str]:
    """(unit, rest) of ``（千瓦时）：12345``."""
    match = re.match(r"\s*[（(]([^（）()]{1,12})[)）]\s*[:：]?\s*(.*)", text, re.DOTALL)
    return (compact(match.group(1)), match.group(2)) if match else ("", text)


def _from_sheet(sheet: Sheet, hit: Hit, hits: list[Hit], accept: Accept) -> Pair | None:
    right = value_right(sheet, hit, hits)
    if right is not None and hit.name in WRAPPED:
        whole = cell_value(sheet, hit, hits)
        right = whole if whole is not None and compact(whole.text).startswith(compact(right.text)) else right
    if right is not None:
        unit, text = _unit_prefix(right.text)
        if text and accept(hit.name, text):
            return Pair(
                name=hit.name, label=hit.label, text=text, unit=unit, page=sheet.number, bbox=sheet.box(right.pieces)
            )
    else:
        unit = ""
    below = value_below(sheet, hit, hits, wraps=hit.name in WRAPPED)
    if below is not None and accept(hit.name, below.text):
        return Pair(
            name=hit.name, label=hit.label, text=below.text, unit=unit, page=sheet.number, bbox=sheet.box(below.pieces)
        )
    return None


def _from_table(
    rows: Sequence[Sequence[Cell]], page: int, labels: Mapping[str, str], roles: Mapping[str, str], accept: Accept
) -> list[Pair]:
    out: list[Pair] = []
    for index, row in enumerate(rows):
        if is_header([c.text for c in row], roles):
            continue
        for position, cell in enumerate(row):
            if cell.merged_from is not None:
                continue
            inline = _from_text(cell.text, labels, accept, cell.locator)
            if inline:
                out += [
                    Pair(name=p.name, label=p.label, text=p.text, unit=p.unit, page=page, locator=cell.locator)
                    for p in inline
                ]
                continue
            label, unit = strip_unit(cell.text)
            name = labels.get(label) or labels.get(compact(cell.text).rstrip(":"))
            if name is None:
                continue
            after = next((c for c in row[position + 1 :] if c.text.strip() and c.merged_from is None), None)
            under = next(
                (c for c in (rows[index + 1] if index + 1 < len(rows) else ()) if c.column == cell.column), None
            )
            for candidate in (after, under):
                if candidate is not None and accept(name, candidate.text):
                    out.append(
                        Pair(
                            name=name,
                            label=label,
                            text=tidy(candidate.text),
                            unit=unit,
                            page=page,
                            locator=candidate.locator,
                        )
                    )
                    break
    return out


def _from_text(text: str, labels: Mapping[str, str], accept: Accept, locator: str) -> list[Pair]:
    """``标签：值`` in running text. A value ends at a mark, a wide space or the next label, known or not."""
    hits: list[tuple[int, int, str, str]] = []
    for label in sorted(labels, key=len, reverse=True):
        pattern = r"[ \u3000]*".join(re.escape(c) for c in label).replace(r"\(", r"[(（]").replace(r"\)", r"[)）]")
        for match in re.finditer(rf"(?<![\u3400-\u9fff]){pattern}\s*([（(][^（）()]{{1,12}}[)）])?\s*[:：为]\s*", text):
            if not any(start < match.end() and match.start() < end for start, end, _, _ in hits):
                hits.append((match.start(), match.end(), label, match.group(1) or ""))
    hits.sort()
    out: list[Pair] = []
    for index, (_, end, label, unit) in enumerate(hits):
        stop = hits[index + 1][0] if index + 1 < len(hits) else len(text)
        value = re.split(r"[;；。\n\t]|\s{2,}|\s(?=[\u3400-\u9fff]{2,8}\s*[:：])", text[end:stop])[0]
        value = tidy(value).strip("，, ")
        if value and accept(labels[label], value):
            out.append(
                Pair(name=labels[label], label=label, text=value, unit=compact(unit).strip("()"), locator=locator)
            )
    return out


def split_quantity(text: str) -> tuple[str, str] | None:
    """(number, unit) of ``12,345 千瓦时``; the unit is empty when none follows. None when no number leads or a second one follows."""
    leading = leading_number(text)
    if leading is None:
        return None
    rest = leading[1].strip("()")
    match = re.match(r"[^\d\s,，。;；:：]*(?:3|³)?", rest)
    unit = match.group(0) if match else ""
    return leading[0], unit
