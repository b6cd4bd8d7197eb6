"""Second step of reading: pages that are pictures get their words. Page by page, so that a mixed file keeps what it has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.domain.errors import LingtanError
from app.domain.finding import Finding, Severity
from app.domain.page import Document, Media, Page, Source
from ingestion.ocr import limits
from ingestion.ocr.placing import turn_key
from ingestion.ocr.recogniser import Recognised, Recogniser, shared_recogniser
from ingestion.sandbox import Worker, load

#: A picture has no paper size. The geometry of forms is judged in points, so it is taken for a page of common size.
_PICTURE_POINTS = 842.0
_DOUBTFUL = 0.6


def complete(
    document: Document,
    path: Path,
    *,
    filename: str | None = None,
    worker: Worker | None = None,
    recogniser: Recogniser | None = None,
) -> Document:
    """``document`` with the words of its scanned pages; the same object when it has none.

    A page that was read has source OCR, is no longer ``scanned``, carries an ``ocr-page`` finding instead of ``scanned-page``, and its
    turn in the properties (``ingestion.ocr.placing`` maps boxes back). A page that could not be read stays as it was, with the reason.
    Pages are drawn in the reading sandbox (``worker``) and recognised in another process (``recogniser``, by default the shared one).
    Raises InputRefused only when ``path`` cannot be opened.
    """
    waiting = [page for page in document.pages if page.scanned]
    if not waiting:
        return document
    data = load(path, filename or document.filename)
    own = None if worker is not None else Worker()
    try:
        return _complete(document, data, waiting, worker or own or Worker(), recogniser or shared_recogniser())
    finally:
        if own is not None:
            own.close()


def _complete(
    document: Document, data: bytes, waiting: list[Page], worker: Worker, recogniser: Recogniser
) -> Document:
    pages = {page.number: page for page in document.pages}
    properties = dict(document.properties)
    findings = [f for f in document.findings if f.id != "scanned-page"]
    for order, page in enumerate(waiting, 1):
        if order > limits.MAX_PAGES:
            findings.append(_unread(page, f"一份文件最多识别 {limits.MAX_PAGES} 页图片"))
            continue
        try:
            picture = worker.ask("scan", data, document.filename, page=page.number)
            seen = recogniser.read(picture, page=page.number)
        except LingtanError as error:
            findings.append(_unread(page, error.message.rstrip("。")))
            continue
        if not seen.words:
            findings.append(_unread(page, "没有识别出文字"))
            continue
        pages[page.number] = _filled(page, seen, document.media)
        if seen.turn:
            properties[turn_key(page.number)] = str(seen.turn)
        findings.append(_read(page, seen))
    return replace(
        document,
        pages=tuple(pages[page.number] for page in document.pages),
        findings=tuple(findings),
        properties=properties,
    )


def _filled(page: Page, seen: Recognised, media: Media) -> Page:
    if media is Media.IMAGE:
        scale = _PICTURE_POINTS / max(seen.width, seen.height)
        width, height = seen.width * scale, seen.height * scale
    else:
        lying = (seen.width > seen.height) != (page.width > page.height)
        width, height = (page.height, page.width) if lying else (page.width, page.height)
    return replace(
        page,
        width=round(width, 2),
        height=round(height, 2),
        words=seen.words,
        rules=seen.rules,
        source=Source.OCR,
        scanned=False,
    )


def _read(page: Page, seen: Recognised) -> Finding:
    doubtful = [w.text for w in seen.words if w.confidence is not None and w.confidence < _DOUBTFUL]
    return Finding(
        id="ocr-page",
        severity=Severity.EXPLAIN,
        message=f"第{page.number}页由图片识别，须核对。",
        subjects=(f"p{page.number}",),
        fix="请对照原件核对从该页读出的每个数值，特别是负号、小数点和相似的数字；能提供电子版时请优先提供。",
        data={"page": str(page.number), "words": str(len(seen.words)), "doubtful": doubtful[:40]},
    )


def _unread(page: Page, reason: str) -> Finding:
    return Finding(
        id="scanned-page",
        severity=Severity.BLOCKING,
        message=f"第{page.number}页是图片，内容没有读出：{reason}。",
        subjects=(f"p{page.number}",),
        fix="请提供电子版（数电票 XML、OFD、可选中文字的 PDF 或表格），或手工录入该页数据。",
        data={"page": str(page.number), "reason": reason},
    )


