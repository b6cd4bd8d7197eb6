"""Several papers of one file to one extraction: record ids run through, and every finding says which paper it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.domain.activity import DocumentKind, Extraction, ProposedRecord
from app.domain.finding import Finding, Severity
from app.domain.page import Document
from extractors.evidence import note

MOST_NAMED = 50


def bound(document: Document, papers: Sequence[Extraction], left_out: Sequence[Finding]) -> Extraction:
    """The extraction of the file. ``left_out`` are findings about pages that belong to no paper."""
    parts: list[Extraction] = []
    for paper in papers:
        part = _renumbered(paper, sum(len(p.records) for p in parts))
        parts.append(replace(part, records=tuple(_asked(r, left_out) for r in part.records)))
    named = [_name(n, part) for n, part in enumerate(parts, 1)]
    findings = [_several(parts, named), *left_out]
    for n, (part, name) in enumerate(zip(parts, named, strict=True), 1):
        findings += [_about(f, n, name) for f in part.findings if f not in document.findings]
    sources = [p.source for p in parts if p.source is not None]
    kinds = {p.kind for p in parts}
    return Extraction(
        sha256=document.sha256,
        filename=document.filename,
        kind=DocumentKind.VAT_INVOICE if DocumentKind.VAT_INVOICE in kinds else parts[0].kind,
        source=max(sources, key=list(type(sources[0])).index) if sources else None,
        pages=document.page_count,
        lines=tuple(line for p in parts for line in p.lines),
        records=tuple(r for p in parts for r in p.records),
        findings=(*document.findings, *findings),
        template=parts[0].template,
        explanation=tuple(f"{name}：{line}" for part, name in zip(parts, named, strict=True) for line in part.explanation),
        parts=tuple(parts),
    )


def _asked(record: ProposedRecord, findings: Sequence[Finding]) -> ProposedRecord:
    """A question about the file as a whole waits on each of its records."""
    asked = tuple(f for f in findings if f.severity is not Severity.NOTE)
    return replace(record, needs_review=True, findings=(*record.findings, *asked)) if asked else record


def _renumbered(paper: Extraction, before: int) -> Extraction:
    """``paper`` with its records numbered behind the ``before`` records of the papers before it."""
    if not before:
        return paper
    ids = {r.id: f"{r.id.rpartition('-r')[0]}-r{before + n}" for n, r in enumerate(paper.records, 1)}
    return replace(
        paper,
        records=tuple(_record(r, ids) for r in paper.records),
        findings=tuple(_finding(f, ids) for f in paper.findings),
    )


def _record(record: ProposedRecord, ids: Mapping[str, str]) -> ProposedRecord:
    return replace(record, id=ids[record.id], findings=tuple(_finding(f, ids) for f in record.findings))


def _finding(finding: Finding, ids: Mapping[str, str]) -> Finding:
    subjects = tuple(ids.get(s, s) for s in finding.subjects)
    return finding if subjects == finding.subjects else replace(finding, subjects=subjects)


def _name(n: int, part: Extraction) -> str:
    number = part.field("invoice_number")
    what = f"发票 {number.value}" if number else part.kind.label
    pages = "、".join(map(str, part.page_numbers))
    return f"第 {n} 份（{what}，第 {pages} 页）" if pages else f"第 {n} 份（{what}）"


def _several(parts: Sequence[Extraction], named: Sequence[str]) -> Finding:
    numbers = [f.value for p in parts if (f := p.field("invoice_number")) is not None]
    return note(
        "several-invoices",
        f"文件内有 {len(parts)} 份单据，已分别读取：{'；'.join(named[:MOST_NAMED])}。",
        data={"numbers": numbers[:MOST_NAMED], "papers": str(len(parts))},
    )


def _about(finding: Finding, n: int, name: str) -> Finding:
    return replace(finding, message=f"{name}：{finding.message}", data={**finding.data, "part": str(n)})
