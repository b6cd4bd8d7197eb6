"""A read document → the running text of a policy, as the clause splitter wants it.

Pages lose what only belongs to paper (running heads, feet) and keep what carries meaning: the indent that begins a paragraph and
the columns of a table, both known from geometry alone. Tables of Word and web pages stand where they stand in the file, one row a line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.page import Document, Page, Table, Word

INDENT = "\u3000\u3000"
CELL = " | "
PLACES = "tables_after"
INDENT_AT_LEAST = 1.3
INDENT_AT_MOST = 4.5
"""Character widths from the left margin within which a shift begins a paragraph: less is the bearing of an opening bracket, more a
centred line."""
COLUMN_GAP = 1.5
"""Character widths between two words of a line that part two columns."""
COLUMNS_AT_LEAST = 3
REPEATED_AT_LEAST = 3
EDGE = 0.09
"""Share of the page at its top and bottom where running heads and feet stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    words: tuple[Word, ...]
    em: float

    @property
    def left(self) -> float:
        return self.words[0].bbox[0]

    @property
    def middle(self) -> float:
        return (self.words[0].bbox[1] + self.words[0].bbox[3]) / 2


def policy_text(document: Document) -> str:
    """All of a document's text in reading order, lines as printed. Empty when nothing could be read."""
    pages = [_lines(page) for page in document.pages]
    running = _running(pages)
    margin = _margin(pages)
    out = [_text(line, margin) for page in pages for line in page if _plain(line) not in running]
    after = _tables_after(document)
    for number, paragraph in enumerate(document.paragraphs):
        out += [line for table, at in zip(document.tables, after, strict=True) if at == number for line in _rows(table)]
        out.append(paragraph)
    out += [line for table, at in zip(document.tables, after, strict=True) if at >= len(document.paragraphs) for line in _rows(table)]
    return "\n".join(out)


def _tables_after(document: Document) -> list[int]:
    """How many paragraphs stand before each table; all of them where the reader does not say."""
    said = [int(n) for n in document.properties.get(PLACES, "").split(",") if n.isdecimal()]
    return said if len(said) == len(document.tables) else [len(document.paragraphs)] * len(document.tables)


def _rows(table: Table) -> list[str]:
    return [CELL.join(cell.text.replace("\n", "") for cell in row) for row in table.rows if any(cell.text.strip() for cell in row)]


def _lines(page: Page) -> list[_Line]:
    rows: list[list[Word]] = []
    for word in sorted(page.words, key=lambda w: ((w.bbox[1] + w.bbox[3]) / 2, w.bbox[0])):
        middle = (word.bbox[1] + word.bbox[3]) / 2
        tall = max(word.bbox[3] - word.bbox[1], 0.004)
        if rows and abs((rows[-1][0].bbox[1] + rows[-1][0].bbox[3]) / 2 - middle) < 0.4 * tall:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [_Line(words=tuple(sorted(row, key=lambda w: w.bbox[0])), em=_em(row)) for row in rows]


def _em(words: Sequence[Word]) -> float:
    """Width of one Chinese character as a fraction of the page width; a latin character counts half."""
    length = sum(sum(1.0 if character > "\u2e80" else 0.5 for character in word.text) for word in words)
    return sum(word.bbox[2] - word.bbox[0] for word in words) / max(length, 0.5)


def _margin(pages: Sequence[Sequence[_Line]]) -> float:
    lefts = Counter(round(line.left, 2) for page in pages for line in page)
    return min((left for left, count in lefts.items() if count >= 0.2 * sum(lefts.values())), default=0.0)


def _running(pages: Sequence[Sequence[_Line]]) -> set[str]:
    """Lines that stand at the edge of three pages or more with the same words (figures apart: a page number counts up)."""
    at_edges = Counter(
        words for page in pages for words in {_plain(line) for line in page if not EDGE < line.middle < 1 - EDGE}
    )
    return {words for words, count in at_edges.items() if count >= REPEATED_AT_LEAST}


def _plain(line: _Line) -> str:
    return "".join("0" if character.isdigit() else character for word in line.words for character in word.text)


def _text(line: _Line, margin: float) -> str:
    parts = [line.words[0].text]
    columns = 1
    for before, word in zip(line.words, line.words[1:], strict=False):
        wide = word.bbox[0] - before.bbox[2] > COLUMN_GAP * line.em
        columns += wide
        parts += [CELL if wide else " ", word.text]
    if columns < COLUMNS_AT_LEAST:
        parts = [" " if part == CELL else part for part in parts]
    words = "".join(parts)
    shift = (line.left - margin) / line.em if line.em else 0.0
    return INDENT + words if INDENT_AT_LEAST < shift <= INDENT_AT_MOST and columns < COLUMNS_AT_LEAST else words
