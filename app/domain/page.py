"""One page model for every source: what ingestion produces and extractors read.

Coordinates are fractions of the page, origin top left: ``(x0, y0, x1, y1)`` with 0 <= x0 <= x1 <= 1. Geometry is the one
place where floats live; no quantity is ever computed from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.finding import Finding

Box = tuple[float, float, float, float]


class Source(StrEnum):
    """What a value was read from, best first."""

    XML = "xml"
    OFD = "ofd"
    PDF_TEXT = "pdf_text"
    OCR = "ocr"
    XLSX = "xlsx"
    DOCX = "docx"
    CSV = "csv"


class Media(StrEnum):
    """File type by content, never by name."""

    PDF = "pdf"
    OFD = "ofd"
    XML = "xml"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    DOCX = "docx"
    CSV = "csv"
    IMAGE = "image"
    HTML = "html"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A run of characters without a visible gap. ``height`` is the glyph height as a fraction of the page height."""

    text: str
    bbox: Box
    page: int
    height: float = 0.0
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A drawn straight line (table rule), axis-parallel, in page fractions."""

    bbox: Box

    @property
    def vertical(self) -> bool:
        x0, y0, x1, y1 = self.bbox
        return (y1 - y0) > (x1 - x0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of words in reading order. ``width``/``height`` in points (OFD: millimetres converted to points).

    ``scanned`` means the page is a picture: it holds information that these words do not ("no text" is never "no data").
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...] = ()
    rules: tuple[Rule, ...] = ()
    source: Source = Source.PDF_TEXT
    scanned: bool = False

    @property
    def text(self) -> str:
        """Lines of the page, top to bottom, words separated by one space."""
        lines: list[list[Word]] = []
        for word in sorted(self.words, key=lambda w: ((w.bbox[1] + w.bbox[3]) / 2, w.bbox[0])):
            middle = (word.bbox[1] + word.bbox[3]) / 2
            if lines and abs((lines[-1][0].bbox[1] + lines[-1][0].bbox[3]) / 2 - middle) < 0.4 * max(
                word.bbox[3] - word.bbox[1], 0.004
            ):
                lines[-1].append(word)
            else:
                lines.append([word])
        return "\n".join(" ".join(w.text for w in sorted(line, key=lambda w: w.bbox[0])) for line in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A table cell with its address: ``Sheet1!B3`` (xlsx), ``表2!r3c4`` (docx), ``r3c4`` (csv). ``text`` is what is printed;
    a number keeps the file's own digits. ``formula`` holds the formula text when the cell has one, ``computed`` is True when
    the value was evaluated by the reader because the file carried none. ``merged_from`` is the address a merged value came from."""

    text: str
    row: int
    column: int
    locator: str
    formula: str | None = None
    computed: bool = False
    merged_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells of one sheet or one Word table. Rows may differ in length. ``page`` counts tables/sheets from 1."""

    name: str
    page: int
    rows: tuple[tuple[Cell, ...], ...]
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A value with a machine-readable name: an OFD CustomTag, a field of an attached XML, an element of an invoice XML.

    ``origin`` is where the name comes from (``custom_tag``, ``original_invoice``, ``xbrl``, ``xml``), ``path`` the slash-joined
    local names (``EInvoiceData/BuyerInformation/BuyerName``), ``locator`` the XPath or part name with object id.
    Repeated elements keep document order; ``index`` numbers the repetition of the innermost repeated element (0 based).
    """

    origin: str
    path: str
    value: str
    locator: str
    index: int = 0
    page: int | None = None
    bbox: Box | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that was read. ``paragraphs`` are the running texts of Word, HTML, text files (one entry a paragraph)."""

    sha256: str
    filename: str
    media: Media
    size: int
    pages: tuple[Page, ...] = ()
    tables: tuple[Table, ...] = ()
    tags: tuple[Tag, ...] = ()
    paragraphs: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def page_count(self) -> int:
        """Pages of a paged file, sheets or tables of a tabular one, 1 otherwise."""
        return len(self.pages) or len(self.tables) or 1

    @property
    def text(self) -> str:
        """All text, page by page; for full-text search and classification, not for reading values by order."""
        parts = [p.text for p in self.pages]
        parts += list(self.paragraphs)
        parts += ["\n".join(" ".join(c.text for c in row) for row in t.rows) for t in self.tables]
        if not parts:
            parts = [t.value for t in self.tags]
        return "\n".join(parts)
