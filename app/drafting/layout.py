"""An estimate of the page each heading falls on, for the cached entries of the table of contents.

Word refreshes the table when the file is opened; a viewer that does not refresh it shows these numbers. The estimate counts
lines: 22 lines of 28 points and 28 full-width characters a line on an official page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.domain.fact import Fact
from app.drafting.model import ClauseRef, Draft, FactRef, Inline, Inlines, Paragraph, TableBlock
from app.drafting.word_body import needs_space

PAGE_POINTS = (297 - 37 - 35) / 25.4 * 72
LINE_POINTS = 28.0
TEXT_POINTS = (210 - 28 - 26) / 25.4 * 72
_FOOTNOTE_POINTS = 12.0


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


def text_width(text: str, size: float) -> float:
    """Width in points: a full-width character is as wide as its size, a Latin one half of it."""
    return sum(size if ord(c) > 0x2E7F or c in "“”—…·" else size / 2 for c in text)


def _lines(text: str, size: float, width: float, indent: float = 0) -> int:
    return max(1, -int(-(text_width(text, size) + indent) // width))


def _footnotes(inlines: Inlines) -> float:
    height = 0.0
    for inline in inlines:
        if isinstance(inline, ClauseRef):
            cited = inline.cited
            text = f"  《{cited.title}》（{cited.document_number or ''}）{cited.path}：“{cited.quote}”"
            height += _FOOTNOTE_POINTS * _lines(text, 9, TEXT_POINTS)
    return height


def _heights(block: Paragraph | TableBlock, facts: Mapping[str, Fact]) -> Iterator[tuple[float, float]]:
    """(height, footnote height) of the pieces of a block that may not be split over pages."""
    if isinstance(block, Paragraph):
        count = _lines(plain_text(block.inlines, facts), 16, TEXT_POINTS, 32)
        notes = _footnotes(block.inlines)
        for n in range(count):
            yield LINE_POINTS, notes / count if n < count else 0.0
        return
    size, line = (10.5, 16.0) if block.dense else (12.0, 20.0)
    total = sum(c.share for c in block.columns)
    widths = [TEXT_POINTS * c.share / total - 7 for c in block.columns]
    yield 32.0 + line, 0.0
    for row in block.rows:
        cells = zip(row, widths, strict=True)
        yield (
            max(_lines(plain_text(cell, facts), size, width) for cell, width in cells) * line + 0.5,
            sum(_footnotes(cell) for cell in row),
        )
    if block.note:
        yield 16.0 * _lines(plain_text(block.note, facts), 10.5, TEXT_POINTS) + 10, 0.0
    else:
        yield 26.0, 0.0


def heading_pages(draft: Draft) -> tuple[int, ...]:
    """The estimated page of every numbered heading, counted from the first page of the numbered part."""
    pages: list[int] = []
    page, used = 1, 0.0
    for section in draft.sections:
        if section.front:
            continue
        for block in section.blocks:
            heading = isinstance(block, Paragraph) and block.style.startswith("heading")
            if heading and used + 2 * LINE_POINTS > PAGE_POINTS:
                page, used = page + 1, 0.0
            if heading:
                pages.append(page)
            for height, notes in _heights(block, draft.facts):
                if used + height + notes > PAGE_POINTS:
                    page, used = page + 1, 0.0
                used += height + notes
    return tuple(pages)
