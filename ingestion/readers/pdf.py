"""PDF → pages of words and rules, with an honest answer to "is this page a picture?"."""

from __future__ import annotations

import threading
from typing import Any

from app.domain.errors import InputRefused
from app.domain.finding import Finding
from app.domain.page import Page, Source, Tag
from ingestion import limits
from ingestion.readers.asides import asides
from ingestion.readers.attachments import attachment_tags
from ingestion.readers.content import Content, damaged, encrypted, scanned_page
from ingestion.readers.glyphs import group_words
from ingestion.readers.pagekind import Evidence, covered_share, page_findings, picture_reason
from ingestion.readers.pdf_drawing import read_drawing
from ingestion.readers.pdf_frame import Frame
from ingestion.readers.pdf_text import read_text_layer
from ingestion.readers.rules import make_rules

#: pdfium keeps global state; two threads in it at once crash the process.
PDFIUM_LOCK = threading.Lock()

_INK = 160


def read(data: bytes) -> Content:
    """Reads every page. Raises InputRefused: ``encrypted_file``, ``damaged_file``, ``too_many_pages``."""
    with PDFIUM_LOCK:
        document = open_pdf(data)
        try:
            return _read_document(document)
        finally:
            document.close()


def open_pdf(data: bytes) -> Any:
    """A pypdfium2 document; hold ``PDFIUM_LOCK`` while using it."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise encrypted("PDF 文件") from error
        raise damaged("PDF 结构不完整", what="PDF 文件") from error
    count = len(document)
    if count == 0:
        document.close()
        raise damaged("PDF 中没有任何页面", what="PDF 文件")
    if count > limits.MAX_PAGES:
        document.close()
        raise InputRefused(
            "too_many_pages",
            f"PDF 共 {count} 页，超过上限 {limits.MAX_PAGES} 页。",
            fix="请只保留与能源数据有关的页，拆分后再上传。",
        )
    return document


def _read_document(document: Any) -> Content:
    pages: list[Page] = []
    findings: list[Finding] = []
    unseen: list[str] = []
    for index in range(len(document)):
        page, notes, hidden = _read_page(document, index)
        pages.append(page)
        findings += notes
        unseen.append(hidden)
    properties = {f"pdf:{k}": v for k, v in document.get_metadata_dict(skip_empty=True).items()}
    properties |= {"producer": properties.get("pdf:Producer", ""), "page_count": str(len(pages))}
    properties |= asides({"看不见的文字": unseen, "文件属性": document.get_metadata_dict(skip_empty=True).values()})
    return Content(pages=tuple(pages), tags=tuple(_attached(document)), findings=tuple(findings), properties=properties)


def _read_page(document: Any, index: int) -> tuple[Page, list[Finding], str]:
    """The page, what to know about it, and what stands on it unseen."""
    import pypdfium2

    number = index + 1
    try:
        page = _flattened(document, index)
        frame = Frame.of(page)
    except pypdfium2.PdfiumError:
        frame = None
    if frame is None:
        lost = Page(number=number, width=595.0, height=842.0, scanned=True)
        return lost, [scanned_page(number, "页面结构损坏，打不开")], ""
    textpage = page.get_textpage()
    try:
        drawing = read_drawing(page, frame)
        layer = read_text_layer(textpage, frame, drawing)
        # No characters is only believed when there is nothing to see either: some text has no way back to characters.
        silent = layer.characters == 0 and drawing.text_objects > 0 and _shows_ink(page)
    finally:
        textpage.close()
        page.close()
    words = group_words(layer.glyphs, page=number, width=frame.width, height=frame.height)
    seen = Evidence(
        useful=layer.useful,
        broken=layer.broken,
        unseen=layer.unseen,
        overlay=layer.overlay,
        picture_share=covered_share(drawing.pictures, frame.width, frame.height),
        outlines=drawing.outlines,
        ink_without_text=silent,
    )
    result = Page(
        number=number,
        width=round(frame.width, 2),
        height=round(frame.height, 2),
        words=words,
        rules=make_rules(drawing.segments, width=frame.width, height=frame.height),
        source=Source.OCR if seen.recognised and words else Source.PDF_TEXT,
        scanned=picture_reason(seen) is not None,
    )
    return result, list(page_findings(number, seen)), layer.unseen_text


def _flattened(document: Any, index: int) -> Any:
    """The page with form fields and stamps drawn in, so that filled-in values are read like printed ones."""
    import pypdfium2.raw as pdfium

    page = document[index]
    if pdfium.FPDFPage_GetAnnotCount(page) > 0:
        done = pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS
        if done:
            page.close()
            page = document[index]
    return page


def _shows_ink(page: Any) -> bool:
    bitmap = page.render(scale=0.5, grayscale=True)
    return min(bytes(bitmap.buffer), default=255) < _INK


def _attached(document: Any) -> list[Tag]:
    import pypdfium2

    tags: list[Tag] = []
    for index in range(min(document.count_attachments(), 50)):
        try:
            attachment = document.get_attachment(index)
            name, data = attachment.get_name(), bytes(attachment.get_data())
        except pypdfium2.PdfiumError:
            continue
        tags += attachment_tags(name, data)
    return tags
