"""The guard: nothing leaves the assistant that its own citations do not bear out, whoever wrote it, rules or model."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from app.domain.answer import Answer, AnswerSentence, AnswerStatus, Citation
from app.domain.clause import Clause, EvidenceLevel, PolicyDocument
from app.domain.finding import Finding, Severity

NUMBER = re.compile(r"\d+(?:\.\d+)?")
SHORTEST_QUOTE = 4
OWN = ("run", "file")
UNVERIFIED_MARK = "待核实"
CLAIMING = (AnswerStatus.ANSWERED, AnswerStatus.REFERENCE_ONLY)


def check_answer(answer: Answer, documents: Mapping[str, PolicyDocument]) -> list[Finding]:
    """Every defect of an answer. ``subjects`` are sentence indices (``s0``, ``s1`` …) or citation keys."""
    findings: list[Finding] = []
    bad: set[str] = set()
    known = {citation.key: citation for citation in answer.citations}
    for citation in answer.citations:
        problem = _citation_problem(citation, documents)
        if problem:
            bad.add(citation.key)
            findings.append(_finding("citation-invalid", problem, citation.key))
    for place, sentence in enumerate(answer.sentences):
        subject = f"s{place}"
        for key in sentence.citations:
            if key not in known or key in bad:
                findings.append(_finding("citation-unknown", f"引用 {key} 不存在或与原文不符。", subject))
        cited = [known[key] for key in sentence.citations if key in known]
        if answer.status in CLAIMING and not cited:
            findings.append(_finding("claim-without-citation", "这一句没有引用。", subject))
        for number in _unsupported_numbers(sentence, cited, documents):
            findings.append(_finding("number-unsupported", f"数值 {number} 不在所引原文中。", subject))
        unverified = [c for c in cited if not _decidable(c)]
        if unverified and UNVERIFIED_MARK not in sentence.text:
            findings.append(_finding("report-unmarked", "引用了待核实的来源而没有写明。", subject))
    if answer.status is AnswerStatus.ANSWERED and not any(_decidable(c) for c in answer.citations if c.key not in bad):
        findings.append(_finding("answered-without-grounds", "没有可以作准的引用，不能算有依据的回答。", "answer"))
    return findings


def enforce(answer: Answer, documents: Mapping[str, PolicyDocument]) -> Answer:
    """The answer without its failing sentences and unused citations. What then has nothing left is no answer."""
    findings = check_answer(answer, documents)
    failing = {subject for f in findings for subject in f.subjects}
    kept = tuple(s for place, s in enumerate(answer.sentences) if f"s{place}" not in failing)
    used = {key for sentence in kept for key in sentence.citations}
    citations = tuple(c for c in answer.citations if c.key in used and c.key not in failing)
    status = answer.status
    if status in CLAIMING and not citations:
        status = AnswerStatus.NOT_IN_CORPUS
        kept = kept or (AnswerSentence(text="库内没有可以引用的依据。"),)
    elif status is AnswerStatus.ANSWERED and not any(_decidable(c) for c in citations):
        status = AnswerStatus.REFERENCE_ONLY
    return replace(answer, status=status, sentences=kept, citations=citations)


def find_clause(documents: Mapping[str, PolicyDocument], clause_id: str) -> Clause | None:
    document = documents.get(clause_id.split("/", 1)[0])
    return next((c for c in document.clauses if c.id == clause_id), None) if document else None


def _citation_problem(citation: Citation, documents: Mapping[str, PolicyDocument]) -> str:
    if citation.doc_id in OWN:
        if not citation.key.startswith(f"{citation.doc_id}:"):
            return f"引用 {citation.key} 的编号与来源不一致。"
        return "" if citation.quote and citation.end - citation.start == len(citation.quote) else "引文与位置不一致。"
    clause = find_clause(documents, citation.clause)
    if clause is None or clause.doc_id != citation.doc_id:
        return f"库内没有条款 {citation.clause}。"
    if clause.text[citation.start : citation.end] != citation.quote:
        return f"引文与 {citation.clause} 的原文不一致。"
    if len(citation.quote.strip()) < SHORTEST_QUOTE:
        return f"引文太短：{citation.quote}。"
    return ""


def _decidable(citation: Citation) -> bool:
    if citation.doc_id in OWN:
        return True
    return EvidenceLevel(citation.evidence).decidable


def _unsupported_numbers(sentence: AnswerSentence, cited: list[Citation],
                         documents: Mapping[str, PolicyDocument]) -> list[str]:
    """Numbers of a cited sentence that stand neither in its quotes nor in the name or the date of a source."""
    if not cited:
        return []
    held = " ".join(part for c in cited
                    for part in (c.quote, c.title, c.document_number or "", c.clause, c.year or "", c.key))
    dates = " ".join(documents[c.doc_id].issued or "" for c in cited if c.doc_id in documents)
    supported = set(NUMBER.findall(_narrow(f"{held} {dates}")))
    return [n for n in NUMBER.findall(_narrow(sentence.text)) if n not in supported]


def _narrow(text: str) -> str:
    return re.sub(r"(?<=\d),(?=\d{3})", "", unicodedata.normalize("NFKC", text))


def _finding(id: str, message: str, subject: str) -> Finding:
    return Finding(id=id, severity=Severity.BLOCKING, message=message, subjects=(subject,),
                   fix="去掉这一句，或换成能在所引条款中逐字找到的说法。")
