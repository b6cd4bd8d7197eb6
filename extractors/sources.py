"""What a document's values are read from: the weakest source that took part decides."""

from __future__ import annotations

from app.domain.page import Document, Media, Source

_BY_MEDIA = {
    Media.XML: Source.XML,
    Media.OFD: Source.OFD,
    Media.PDF: Source.PDF_TEXT,
    Media.IMAGE: Source.OCR,
    Media.XLSX: Source.XLSX,
    Media.XLS: Source.XLSX,
    Media.ODS: Source.XLSX,
    Media.DOCX: Source.DOCX,
    Media.CSV: Source.CSV,
}


def document_source(document: Document) -> Source | None:
    """OCR when any page with words was recognised, else what the medium gives; None for text and web pages, which carry no layout."""
    if any(page.source is Source.OCR and page.words for page in document.pages):
        return Source.OCR
    return _BY_MEDIA.get(document.media)
