"""The box of a value alone: where a reader noted the cell, the line or the remark it stood in, the words of the page tell the rest.

A person who clicks a value must see that value lit, not the paragraph around it (box and value overlap by at least half).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.domain.activity import Extraction, FieldValue, InvoiceLine, ProposedRecord
from app.domain.page import Box, Document, Page, Word
from extractors.text import compact

_SLACK = 0.002
"""Fraction of a page by which a word may stand out of the noted box."""
_WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
_NUMERIC = frozenset("0123456789.,")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """A character of the page in compact form, its box, and whether it starts a word."""

    char: str
    box: Box
    starts: bool


def pinpointed(document: Document, extraction: Extraction) -> Extraction:
    """``extraction`` with the boxes of its fields and records drawn around their own characters where these are found inside."""
    pages = {p.number: p for p in document.pages if p.words}
    if not pages:
        return extraction
    lines = {(line.page, line.bbox): line for line in extraction.lines if line.bbox is not None}
    return replace(
        extraction,
        fields=tuple(_field(f, pages) for f in extraction.fields),
        records=tuple(_record(r, pages, lines) for r in extraction.records),
    )


def _field(field: FieldValue, pages: dict[int, Page]) -> FieldValue:
    if field.bbox is None or field.page not in pages:
        return field
    # A value that was taken from the invoice's code is lit where it is printed, if it is.
    letters = _letters(pages[field.page], _WHOLE if (field.locator or "").startswith("qr") else field.bbox)
    for text in (field.raw, field.value, *_printed_dates(field.value)):
        found = _places(letters, text)
        if found:
            return replace(field, bbox=_around(letters, found[0]))
    return field


def _printed_dates(value: str) -> tuple[str, ...]:
    """The common ways of printing an ISO date; none for other values."""
    match = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", value)
    if match is None:
        return ()
    y, m, d = match.groups()
    return f"{y}年{m}月{d}日", f"{y}年{int(m)}月{int(d)}日", f"{y}{m}{d}", f"{y}/{m}/{d}", f"{y}.{m}.{d}"


def _record(record: ProposedRecord, pages: dict[int, Page], lines: dict[tuple[int | None, Box], InvoiceLine]) -> ProposedRecord:
    if record.bbox is None or record.page not in pages:
        return record
    page = pages[record.page]
    letters = _letters(page, record.bbox)
    found = _places(letters, record.raw_quantity)
    if not found:
        # A tagged line is known by its item's place; its quantity stands beside it.
        letters = _letters(page, (0.0, record.bbox[1], 1.0, record.bbox[3]))
        found = _places(letters, record.raw_quantity)
    if not found:
        return record
    line = lines.get((record.page, record.bbox))
    chosen = _in_line(letters, found, line) if line is not None else _with_unit(letters, found, record.raw_unit)
    return replace(record, bbox=_around(letters, chosen))


def _in_line(letters: Sequence[_Letter], found: Sequence[range], line: InvoiceLine) -> range:
    """The quantity of an invoice line stands left of its price, or of its amount where no price is printed."""
    behind = _places(letters, line.unit_price) or _places(letters, line.amount)
    limit = max((letters[b.start].box[0] for b in behind), default=1.0)
    left = [f for f in found if letters[f.start].box[0] < limit]
    return max(left, key=lambda f: letters[f.start].box[0], default=found[0])


def _with_unit(letters: Sequence[_Letter], found: Sequence[range], unit: str) -> range:
    plain = compact(unit)
    if plain:
        for place in found:
            if "".join(x.char for x in letters[place.stop : place.stop + len(plain)]) == plain:
                return place
    return found[-1]


def _letters(page: Page, box: Box) -> list[_Letter]:
    """The characters inside ``box``, row by row from the left."""
    words = [w for w in page.words if _inside(w.bbox, box)]
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.bbox[1] + w.bbox[3]) / 2):
        middle = (word.bbox[1] + word.bbox[3]) / 2
        if rows and middle < rows[-1][0].bbox[3]:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [x for row in rows for word in sorted(row, key=lambda w: w.bbox[0]) for x in _spread(word)]


def _inside(word: Box, box: Box) -> bool:
    wide = min(word[2], box[2] + _SLACK) - max(word[0], box[0] - _SLACK)
    tall = min(word[3], box[3] + _SLACK) - max(word[1], box[1] - _SLACK)
    return wide > 0 and tall > 0.5 * (word[3] - word[1])


def _spread(word: Word) -> Iterator[_Letter]:
    """A word's characters side by side: full-width ones take twice the room of the others."""
    shares = [2.0 if unicodedata.east_asian_width(c) in "WF" else 1.0 for c in word.text]
    x0, y0, x1, y1 = word.bbox
    step = (x1 - x0) / (sum(shares) or 1.0)
    at, first = x0, True
    for char, share in zip(word.text, shares, strict=True):
        for plain in compact(char):
            yield _Letter(char=plain, box=(at, y0, at + step * share, y1), starts=first)
            first = False
        at += step * share


def _places(letters: Sequence[_Letter], text: str) -> list[range]:
    """Where ``text`` stands among the letters, not as a part of a longer number."""
    wanted = compact(text)
    if not wanted:
        return []
    joined = "".join(x.char for x in letters)
    found = []
    at = joined.find(wanted)
    while at >= 0:
        place = range(at, at + len(wanted))
        if not _cuts_a_number(letters, place):
            found.append(place)
        at = joined.find(wanted, at + 1)
    if not found and "," in joined and "," not in wanted:
        kept = [i for i, x in enumerate(letters) if x.char != ","]
        spots = _places([letters[i] for i in kept], wanted)
        found = [range(kept[s.start], kept[s.stop - 1] + 1) for s in spots]
    return found


def _cuts_a_number(letters: Sequence[_Letter], place: range) -> bool:
    first, last = letters[place.start], letters[place.stop - 1]
    before = letters[place.start - 1].char if place.start and not first.starts else ""
    behind = letters[place.stop] if place.stop < len(letters) else None
    after = behind.char if behind is not None and not behind.starts else ""
    return (first.char in _NUMERIC and before != "" and before in _NUMERIC) or (last.char in _NUMERIC and after != "" and after in _NUMERIC)


def _around(letters: Sequence[_Letter], place: range) -> Box:
    boxes = [letters[i].box for i in place]
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
