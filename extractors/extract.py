"""The door: classify a document by its content and hand it to the mechanism its template names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from app.domain.activity import DocumentKind, Extraction, ProposedRecord
from app.domain.finding import Severity
from app.domain.page import Document
from extractors.bills.extract import extract_bill
from extractors.binding import bound
from extractors.evidence import explain, note
from extractors.instructions import instruction_findings
from extractors.invoices.extract import extract_invoice
from extractors.invoices.others import extract_other
from extractors.ledgers.extract import extract_ledger
from extractors.papers import take_apart
from extractors.pinpoint import pinpointed
from extractors.sources import document_source
from extractors.templates import Template, classify
from extractors.text import compact
from extractors.unknown import propose_unknown

MOST_EXPLAINED = 24
MECHANISMS: dict[str, Callable[[Document, Template, str, date], Extraction]] = {
    "invoice": extract_invoice,
    "bill": extract_bill,
    "ledger": extract_ledger,
    "other_invoice": extract_other,
}


def extract(document: Document, *, today: date | None = None) -> Extraction:
    """Everything one document yields. ``today`` bounds plausible dates (the current day when not given).

    Never raises on content: what cannot be read, placed or proven is a finding.
    """
    day = today or date.today()
    papers, left_out = take_apart(document)
    if len(papers) == 1:
        one = _paper(papers[0].document, day)
        elsewhere = tuple(f for f in document.findings if f not in one.findings)
        return replace(one, pages=document.page_count, findings=(*elsewhere, *one.findings, *left_out))
    read = [(p.document, _paper(p.document, day)) for p in papers]
    parts = [replace(e, pages=len(_numbers(d)), page_numbers=_numbers(d)) for d, e in read]
    return bound(document, parts, left_out)


def _numbers(document: Document) -> tuple[int, ...]:
    return tuple(dict.fromkeys(p.number for p in document.pages))


def _paper(document: Document, day: date) -> Extraction:
    """One paper: by its template, or proposals where no template fits."""
    found = classify(document)
    if found is None:
        extraction = _unclassified(document)
    else:
        template, reason = found
        extraction = MECHANISMS[template.mechanism](document, template, reason, day)
    if extraction.kind is DocumentKind.OTHER and not extraction.records:
        extraction = _with_proposals(document, extraction)
    return replace(
        pinpointed(document, extraction),
        findings=(*extraction.findings, *instruction_findings(document)),
        explanation=(*extraction.explanation, *(_why(r) for r in extraction.records[:MOST_EXPLAINED])),
    )


def _why(record: ProposedRecord) -> str:
    """One line on a record: what it states, and either that its checks hold or what a person has to look at."""
    stated = f"{record.carrier.label}{record.direction.label} {record.quantity} {record.unit}"
    where = f"第 {record.page} 页" if record.page else (record.locator or "")
    asked = [f.message for f in record.findings if f.severity is not Severity.NOTE]
    if not record.needs_review:
        reason = "各项校验通过"
    else:
        reason = "须核对：" + "".join(asked) if asked else "须核对：没有足够的校验可以证明数量，或文件有其他待处理事项"
    return f"记录 {stated}（{where}），可信度 {record.confidence.value}：{reason}"


def _looks_like_a_bill(document: Document) -> bool:
    """A short text with a bill's words and several amounts: worth a question, where a policy or a contract is not."""
    text = compact(document.text)
    words = [w for w in ("发票", "电费", "气费", "汽费", "热费", "账单", "结算单", "通知单") if w in text]
    return bool(words) and len(text) < 3000 and len(re.findall(r"\d+\.\d{2}(?!\d)", text)) >= 3


def _with_proposals(document: Document, extraction: Extraction) -> Extraction:
    """``extraction`` with proposals of confidence D where the paper states one account's use; the finding then says what was taken."""
    records, doubts = propose_unknown(document)
    if not records and not doubts:
        return extraction
    kept = tuple(f for f in extraction.findings if f.id != "kind-unknown")
    unknown = explain(
        "kind-unknown",
        f"没有匹配的版式，按标签和单位推测了 {len(records)} 条用量。",
        "请对照原件逐项核对；常用的版式请联系维护者增加。",
    )
    return replace(
        extraction,
        records=records,
        findings=(*kept, unknown, *doubts),
        explanation=(*extraction.explanation, *(f"推测：{r.note}" for r in records)),
    )


def _unclassified(document: Document) -> Extraction:
    """A document that no layout fits: a finding and nothing else."""
    readable = bool(document.text.strip())
    if readable:
        kind = DocumentKind.OTHER
        build = explain if _looks_like_a_bill(document) else note
        finding = build(
            "kind-unknown",
            "没有识别出文件类型，未提取任何数据。",
            "如果这是能源账单、发票或台账，请人工录入，或联系维护者增加版式。",
        )
    else:
        kind = DocumentKind.UNREADABLE
        finding = explain(
            "no-text",
            "文件里没有可读的文字（图片或扫描件），未提取任何数据。",
            "请提供电子原件（PDF、OFD、XML、Excel），或人工录入。",
        )
    return Extraction(
        sha256=document.sha256,
        filename=document.filename,
        kind=kind,
        source=document_source(document) if readable else None,
        pages=document.page_count,
        findings=(*document.findings, finding),
        explanation=("没有版式匹配" if readable else "没有文字",),
    )
