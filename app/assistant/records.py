"""Questions about a document itself: number, issuer, date, whether it is in force. The answer is its record in the corpus.

A text seldom states these things in a clause; the record does (metadata of the stored document). Each record is shown with the
first sentence of its document as the citation, so that the reader sees which text is meant, and with what the record rests on.
"""

from __future__ import annotations

from app.assistant.context import AssistantContext
from app.assistant.evidence import UNKNOWN_PLACE, Evidence, family_of, gather
from app.assistant.frame import Frame
from app.assistant.knowledge import Knowledge
from app.assistant.plan import Plan, Remark
from app.domain.answer import AnswerStatus
from app.domain.clause import PolicyDocument
from app.retrieval.folding import plain
from app.retrieval.regions import covers, is_national

MOST_RECORDS = 3
UNKNOWN_ISSUER = ("未见", "发文单位未能确认")


def about_document(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    """Records of the documents the question names or points at (``湖南那个方案``); None when it asks for something else."""
    cues = knowledge.cues
    if not cues["metadata"].search(frame.text) or cues["published_thing"].search(frame.text):
        return None
    shown = [(document, first) for document in _meant(frame, context, knowledge)
             if (first := _first_sentence(document, frame, context, knowledge)) is not None]
    if not shown:
        return None
    sure = any(first.decidable for _, first in shown)
    gaps = [knowledge.wording["record_source"].format(title=document.title, note=document.source_note.rstrip("。"))
            for document, _ in shown if document.source_note]
    return Plan(status=AnswerStatus.ANSWERED if sure else AnswerStatus.REFERENCE_ONLY, gaps=tuple(gaps),
                statements=tuple(Remark(text=_record(document, first, knowledge), evidence=first) for document, first in shown))


def _meant(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> list[PolicyDocument]:
    """Named documents; else those of the named region whose kind of text (方案, 通知 …) the question mentions."""
    if frame.named:
        return [context.documents[id] for id in frame.named[:1]]
    words = {match.group() for match in knowledge.cues["document_word"].finditer(frame.text)}
    if not words or not frame.regional:
        return []
    local = [d for d in context.documents.values() if not is_national(d) and family_of(d, knowledge) == frame.family
             and UNKNOWN_PLACE not in d.region
             and any(covers(d, region) for region in frame.regions)]
    alike = [d for d in local if any(word in plain(d.title) for word in words)]
    return sorted(alike or local, key=lambda d: d.issued or "", reverse=True)[:MOST_RECORDS]


def _first_sentence(document: PolicyDocument, frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Evidence | None:
    opening = document.clauses[0]
    own = [e for e in gather(frame, context, knowledge, regions=None, query=f"{document.title} {opening.text}")
           if e.passage.document.id == document.id]
    return min(own, key=lambda e: e.passage.sentence.start, default=None)


def _record(document: PolicyDocument, first: Evidence, knowledge: Knowledge) -> str:
    wording = knowledge.wording
    number = wording["record_number"].format(number=document.document_number) if document.document_number else \
        wording["record_no_number"]
    date = wording["record_date"].format(date=document.issued) if document.issued else ""
    state = wording["record_replaced"].format(by=document.superseded_by) if document.superseded_by else \
        wording["record_in_force"]
    known = not document.issuer.startswith(UNKNOWN_ISSUER)
    issuer = wording["record_issuer"].format(issuer=document.issuer) if known else wording["record_no_issuer"]
    text = wording["record"].format(title=document.title, number=number, issuer=issuer, date=date, state=state)
    return text if first.decidable else wording["record_reported"].format(text=text)
