"""An estimate of the page each heading falls on, for the cached entries of the table of contents.

Word refreshes the table when the file is opened; a viewer that does not refresh it shows these numbers. The estimate counts
lines: 22 lines of 28 points and 28 full-width characters a line on an official page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.domain.fact import Fact
from app.drafting.chart_xml import size_mm
from app.drafting.clauses import footnote_pieces
from app.drafting.model import (
    Block,
    ChartBlock,
    CitedClause,
    ClauseRef,
    Draft,
    DraftSection,
    FactRef,
    Inline,
    Inlines,
    Paragraph,
    TableBlock,
)
from app.drafting.word_body import needs_space

PAGE_POINTS = (297 - 37 - 35) / 25.4 * 72
LINE_POINTS = 28.0
TEXT_POINTS = (210 - 28 - 26) / 25.4 * 72
WIDE_PAGE_POINTS = (210 - 26 - 28) / 25.4 * 72
WIDE_TEXT_POINTS = (297 - 37 - 35) / 25.4 * 72
_FOOTNOTE_POINTS = 12.0
_SEPARATOR_POINTS = 14.0


def plain_text(inlines: Inlines, facts: Mapping[str, Fact]) -> str:
    """Inlines as a reader sees them, footnotes left out."""
    return "".join(_text(i, facts) for i in inlines)


def _text(inline: Inline, facts: Mapping[str, Fact]) -> str:
    if isinstance(inline, FactRef):
        fact = facts[inline.fact]
        if not inline.unit:
            return fact.text
        return fact.text + ("\u00a0" if needs_space(fact.unit) else "") + fact.unit
    if isinstance(inline, ClauseRef):
        return ""
    return inline.cited.quote if hasattr(inline, "cited") else inline.text


def section_words(section: DraftSection, facts: Mapping[str, Fact]) -> int:
    """Chinese characters of a section's running text; tables and charts do not count towards a limit."""
    text = "".join(plain_text(b.inlines, facts) for b in section.blocks if isinstance(b, Paragraph))
    return sum("\u4e00" <= c <= "\u9fff" for c in text)


def text_width(text: str, size: float) -> float:
    """Width in points: a full-width character is as wide as its size, a Latin one half of it."""
    return sum(size if ord(c) > 0x2E7F or c in "“”—…·" else size / 2 for c in text)


def _lines(text: str, size: float, width: float, indent: float = 0) -> int:
    return max(1, -int(-(text_width(text, size) + indent) // width))


def _note_height(cited: CitedClause) -> float:
    return _FOOTNOTE_POINTS * _lines(" " + plain_text(footnote_pieces(cited), {}), 9, TEXT_POINTS)


def _note_heights(inlines: Inlines) -> float:
    return sum(_note_height(i.cited) for i in inlines if isinstance(i, ClauseRef))


def _paragraph(block: Paragraph, facts: Mapping[str, Fact], width: float) -> Iterator[tuple[float, float]]:
    """Lines that stay together: two at either end of a paragraph. A footnote counts on the line its mark falls on."""
    count = _lines(plain_text(block.inlines, facts), 16, width, 32)
    notes = [0.0] * count
    position = 32.0
    for inline in block.inlines:
        if isinstance(inline, ClauseRef):
            notes[min(count - 1, int(position // width))] += _note_height(inline.cited)
        else:
            position += text_width(_text(inline, facts), 16)
    if count <= 3:
        yield count * LINE_POINTS, sum(notes)
        return
    yield 2 * LINE_POINTS, notes[0] + notes[1]
    yield from ((LINE_POINTS, height) for height in notes[2:-2])
    yield 2 * LINE_POINTS, notes[-2] + notes[-1]


def _table(block: TableBlock, facts: Mapping[str, Fact], width: float) -> Iterator[tuple[float, float]]:
    """The caption with the header and the first row, each further row, the note."""
    size, line = (10.5, 16.0) if block.dense else (12.0, 20.0)
    total = sum(c.share for c in block.columns)
    widths = [width * c.share / total - 7 for c in block.columns]
    head = 32.0 + line * max(
        _lines(plain_text(c.header, facts), size, w) for c, w in zip(block.columns, widths, strict=True)
    )
    for row in block.rows:
        cells = zip(row, widths, strict=True)
        height = line * max(_lines(plain_text(cell, facts), size, w) for cell, w in cells) + 0.5
        yield head + height, sum(_note_heights(cell) for cell in row)
        head = 0.0
    yield 16.0 * _lines(plain_text(block.note, facts), 10.5, width) + 10, 0.0


def _pieces(block: Block, facts: Mapping[str, Fact], width: float) -> Iterator[tuple[float, float]]:
    if isinstance(block, TableBlock):
        return _table(block, facts, width)
    return _chart(block) if isinstance(block, ChartBlock) else _paragraph(block, facts, width)


def _chart(block: ChartBlock) -> Iterator[tuple[float, float]]:
    """A chart stands with its caption on one page."""
    yield size_mm(block)[1] / 25.4 * 72 + 40 + (16 if block.note else 0), 0.0


def heading_pages(draft: Draft) -> tuple[int, ...]:
    """The estimated page of every numbered heading, counted from the first page of the numbered part."""
    pages: list[int] = []
    page, used, noted = 1, 0.0, False
    wide = False
    waiting = 0
    """Headings that wait for the block they must share a page with."""
    for across, block in ((s.wide, b) for s in draft.sections if not s.front for b in s.blocks):
        if across != wide:
            page, used, noted, wide = page + bool(used), 0.0, False, across
        if isinstance(block, Paragraph) and block.style.startswith("heading"):
            waiting += 1
            continue
        height_of_page, width = (WIDE_PAGE_POINTS, WIDE_TEXT_POINTS) if wide else (PAGE_POINTS, TEXT_POINTS)
        pieces = _pieces(block, draft.facts, width)
        for height, notes in pieces:
            needed = waiting * LINE_POINTS + height + notes + (_SEPARATOR_POINTS if notes and not noted else 0)
            if used + needed > height_of_page and used:
                page, used, noted = page + 1, 0.0, False
                needed = waiting * LINE_POINTS + height + notes + (_SEPARATOR_POINTS if notes else 0)
            used += needed
            noted = noted or notes > 0
            pages += [page] * waiting
            waiting = 0
    return (*pages, *[page] * waiting)
