"""Reads a .docx back and traces every number and every citation in it.

The truth is outside the document: ``facts`` come from the project (``collect_facts``), clauses from the corpus. A number is
traced when it lies in a content control whose text is its fact's text, its unit follows where it did, and it stands where it
was written; or when it is a structural literal that still fits its own tag. Everything else that prints a figure is reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.domain.clause import PolicyDocument
from app.domain.fact import Fact
from app.domain.finding import Finding, Severity
from app.drafting.manifest import Manifest, read_manifest
from app.drafting.readback import ReadDocx, ReadParagraph, read_docx
from app.drafting.report import VerifyReport, finding
from app.drafting.verify_charts import check_charts
from app.drafting.verify_citations import Corpus, check_citations, check_quotes, note_text, whole_footnotes
from app.drafting.verify_numbers import Count, check_paragraph, check_places
from app.drafting.word import APPLICATION

__all__ = ["VerifyReport", "verify_docx"]


def verify_docx(data: bytes, *, facts: Mapping[str, Fact], policies: Mapping[str, PolicyDocument]) -> VerifyReport:
    """Every number and citation of a document against the project's facts and the corpus.

    Raises InputRefused ``docx_unreadable`` for bytes that are no Word file; everything else is a finding.
    """
    docx = read_docx(data)
    manifest = read_manifest(docx.manifest) if docx.manifest else None
    corpus = Corpus.of(policies)
    count = Count()
    findings: list[Finding] = []
    if manifest is None:
        findings.append(finding("manifest-missing", "文件中没有本系统写入的核对清单，无法确认引用是否被删除。"))
    whole = whole_footnotes(manifest, corpus)
    notes: list[ReadParagraph] = []
    for note in docx.footnotes.values():
        if note_text(note) in whole:
            count.add(True)
        else:
            notes += note
    for paragraph in (*_once(docx.paragraphs), *notes):
        findings += check_paragraph(paragraph, facts, count)
        findings += check_quotes(paragraph, manifest, corpus)
    if manifest is not None:
        findings += check_places(docx.paragraphs, manifest, facts, count)
        findings += check_contents(docx, manifest)
        findings += check_charts(docx, manifest.charts, facts, count, ours=docx.application == APPLICATION)
    more, citations, valid = check_citations(docx, manifest, corpus, whole)
    findings += more
    return VerifyReport(
        findings=_most_telling(findings),
        numbers_total=count.total,
        numbers_traced=max(0, count.traced),
        citations_total=citations,
        citations_valid=valid,
    )


def _most_telling(findings: list[Finding]) -> tuple[Finding, ...]:
    """Blocking findings first. While a document has any, changed surroundings of its numbers are left out: a changed figure
    changes the surroundings of its whole row."""
    blocking = [f for f in findings if f.severity is Severity.BLOCKING]
    others = [f for f in findings if f.severity is not Severity.BLOCKING]
    return (*blocking, *(f for f in others if not blocking or f.id != "number-context-changed"))


def _once(paragraphs: Sequence[ReadParagraph]) -> Iterator[ReadParagraph]:
    """Page headers repeat from one run of pages to the next; LibreOffice keeps the bookmarks of one copy only. A copy with the
    same words as one that carries its controls is that header again."""
    carried = {_squeeze(p.text) for p in paragraphs if p.part == "header" and any(piece.tag for piece in p.pieces)}
    for paragraph in paragraphs:
        bare = paragraph.part == "header" and not any(piece.tag for piece in paragraph.pieces)
        if not (bare and _squeeze(paragraph.text) in carried):
            yield paragraph


def _squeeze(text: str) -> str:
    return "".join(text.split())


def check_contents(docx: ReadDocx, manifest: Manifest) -> Iterator[Finding]:
    """The table of contents repeats the headings. Its page numbers are results of fields: they are compared while the
    document is as we wrote it, and belong to the word processor once one has saved it."""
    headings = {_squeeze(p.text) for p in docx.paragraphs if p.part == "body" and p.style.startswith("heading")}
    written = {_squeeze(entry) for entry, _ in manifest.contents}
    pages: list[str] = []
    for paragraph in docx.paragraphs:
        if paragraph.part != "body" or not paragraph.in_field("TOC") or not paragraph.text.strip():
            continue
        title, page = _entry(paragraph)
        pages.append(page)
        if title not in headings:
            stale = title in written
            message = f"目录中的“{title}”与正文标题不一致。"
            yield finding("contents-changed", message, title, explain=stale)
    expected = [page for _, page in manifest.contents]
    if docx.application == APPLICATION and pages != expected:
        changed = [f"{a}→{b}" for a, b in zip(expected, pages, strict=False) if a != b]
        yield finding("contents-changed", f"目录页码被改动（{'、'.join(changed) or '条目数不同'}）。", *changed)


def _entry(paragraph: ReadParagraph) -> tuple[str, str]:
    """(title, page) of an entry: the page is what stands behind the last tab."""
    title, tab, page = paragraph.text.rpartition("\t")
    return (_squeeze(title), page.strip()) if tab else (_squeeze(paragraph.text), "")
