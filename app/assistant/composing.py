"""From a plan to sentences and citations. The words of a document are always its own; ours only say where they stand."""

from __future__ import annotations

import re

from app.assistant.evidence import Evidence
from app.assistant.frame import Frame
from app.assistant.knowledge import Knowledge
from app.assistant.plan import Extract, Negative, Plan, Remark
from app.domain.answer import Answer, AnswerSentence, AnswerStatus, Citation
from app.domain.clause import PolicyDocument


def compose(plan: Plan, frame: Frame, knowledge: Knowledge) -> Answer:
    sentences: list[AnswerSentence] = []
    citations: dict[str, Citation] = {}
    named: set[str] = set()
    lead = _lead(plan, frame, knowledge)
    for statement in (*lead, *plan.statements):
        match statement:
            case Extract(evidence=evidence):
                citation = cite(evidence)
                citations[citation.key] = citation
                sentences.append(AnswerSentence(text=_extract(evidence, knowledge, named), citations=(citation.key,)))
            case Negative():
                sentences.append(_negative(statement, knowledge, citations, named))
            case Remark(text=text, evidence=evidence, citations=ready):
                made = [*ready, *([cite(evidence)] if evidence else [])]
                citations.update((c.key, c) for c in made)
                sentences.append(AnswerSentence(text=text, citations=tuple(c.key for c in made)))
    return Answer(question=frame.question, status=plan.status, mode=plan.mode, sentences=tuple(sentences),
                  citations=tuple(citations.values()), gaps=plan.gaps)


def cite(evidence: Evidence) -> Citation:
    """The sentence as a citation: key and clause are the ids of the corpus, offsets count within the clause."""
    passage = evidence.passage
    clause, document = passage.clause, passage.document
    start = passage.sentence.start - clause.start
    return Citation(key=passage.id if "#" in passage.id else f"{clause.id}#s1", doc_id=document.id, title=document.title,
                    document_number=document.document_number, clause=clause.id, quote=passage.sentence.text, start=start,
                    end=start + len(passage.sentence.text), evidence=evidence.level, region=document.region,
                    year=document.year)


def document_label(document: PolicyDocument, named: set[str]) -> str:
    """Title and number the first time, the number alone after that."""
    if document.id in named and document.document_number:
        return document.document_number
    named.add(document.id)
    number = f"（{document.document_number}）" if document.document_number else ""
    year = f"（{document.issued[:4]}年）" if document.issued and not number else ""
    title = document.title if document.title.startswith("《") else f"《{document.title}》"
    return f"{title}{number}{year}"


def clause_label(path: str) -> str:
    """``三-(二)`` -> ``三（二）``; ``引言-p1`` -> ``引言``; ``一-p3`` -> ``一、第3段``."""
    if path in ("未见条号", "目次", "指标", "附件", "scope") or path.endswith("未见条号"):
        return ""
    label = re.sub(r"^引言-p\d+$", "引言", path)
    label = re.sub(r"-p(\d+)$", r"第\1段", label)
    return label.replace("-(", "（").replace(")", "）")


def _extract(evidence: Evidence, knowledge: Knowledge, named: set[str]) -> str:
    wording = knowledge.wording
    document = evidence.passage.document
    quote = evidence.passage.sentence.text
    doc, clause = document_label(document, named), clause_label(evidence.passage.clause.path)
    if not evidence.decidable:
        return _closed(wording["reported"].format(doc=doc, clause=clause, quote=quote))
    if not document.full_text:
        return _closed(wording["digest"].format(doc=doc, clause=clause, quote=quote))
    return _closed(wording["official"].format(doc=doc, clause=clause, quote=quote))


def _negative(statement: Negative, knowledge: Knowledge, citations: dict[str, Citation], named: set[str]) -> AnswerSentence:
    doc = document_label(statement.document, named)
    if statement.nearest is None:
        return AnswerSentence(text=knowledge.wording["negative_plain"].format(doc=doc, what=statement.what))
    citation = cite(statement.nearest)
    citations[citation.key] = citation
    text = knowledge.wording["negative"].format(doc=doc, what=statement.what, quote=citation.quote,
                                                clause=clause_label(statement.nearest.passage.clause.path) or "一处")
    return AnswerSentence(text=_closed(text), citations=(citation.key,))


def _lead(plan: Plan, frame: Frame, knowledge: Knowledge) -> list[Remark]:
    """For a yes-or-no question answered by a sentence that opens with an encouragement: say so, with the word itself, before
    the quote. A word further on may belong to another matter of the same sentence."""
    if plan.status is not AnswerStatus.ANSWERED or not frame.yes_no:
        return []
    first = next((s for s in plan.statements if isinstance(s, Extract)), None)
    if first is None or not first.evidence.passage.document.full_text:
        return []
    text = first.evidence.passage.sentence.text
    for cue, wording in (("permitted", "permission"), ("encouraged", "direction")):
        found = knowledge.cues[cue].search(text)
        if found and not re.search("应|须|必须", text):
            return [Remark(text=knowledge.wording[wording].format(word=found.group(1)), evidence=first.evidence)]
    return []


def _closed(text: str) -> str:
    return text if text.endswith(("。", "”", "！", "？", "）")) else text + "。"
