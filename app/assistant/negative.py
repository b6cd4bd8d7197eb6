"""Honest noes: what a text read in full does not state, and where else to ask."""

from __future__ import annotations

from app.assistant.context import AssistantContext
from app.assistant.evidence import Evidence, family_of, gather, is_heading
from app.assistant.frame import Frame
from app.assistant.knowledge import Knowledge
from app.assistant.plan import Negative, Plan, Remark, Statement
from app.domain.answer import AnswerStatus
from app.domain.clause import PolicyDocument
from app.retrieval.regions import covers, is_national

NOT_STATED = "not_stated"


def read_in_full(context: AssistantContext, frame: Frame, knowledge: Knowledge) -> list[PolicyDocument]:
    """Texts of the asked scheme that were read in full and apply: the national ones, those of the named regions besides."""
    found = []
    for document in context.documents.values():
        closed = any(state == NOT_STATED for _, state in document.stated)
        here = is_national(document) or any(covers(document, region) for region in frame.regions)
        if closed and here and family_of(document, knowledge) == "factory":
            found.append(document)
    return sorted(found, key=lambda d: (is_national(d), d.id))


def negatives(frame: Frame, context: AssistantContext, knowledge: Knowledge, what: str, topics: tuple[str, ...],
              most: int = 2) -> list[Negative]:
    """One a document; local ones first. The nearest clause comes from the reading in full, else from the search."""
    ranked = gather(frame, context, knowledge, regions=frame.regions)
    found = []
    for document in read_in_full(context, frame, knowledge)[:most]:
        own = [e for e in ranked if e.passage.document.id == document.id and not is_heading(e.passage)]
        found.append(Negative(document=document, what=what, nearest=_nearest(document, topics, own, context)))
    return found


def refuse(frame: Frame, context: AssistantContext, knowledge: Knowledge, what: str, *, topics: tuple[str, ...] = (),
           before: tuple[Statement, ...] = (), gaps: tuple[str, ...] = (), ask_where: str = "") -> Plan:
    """A plan that says plainly there is nothing, which documents were read, and where to ask."""
    said: list[Statement] = list(before)
    if frame.regional and not holds_region(frame, context, knowledge):
        said.append(Remark(text=knowledge.wording["no_region_nothing"].format(region=frame.regions[0])))
    said.extend(negatives(frame, context, knowledge, what, topics))
    if not any(isinstance(statement, Negative) for statement in said):
        said.append(Remark(text=knowledge.wording["nothing"].format(what=what)))
    said.append(Remark(text=ask_where or knowledge.wording["ask_where"]))
    return Plan(status=AnswerStatus.NOT_IN_CORPUS, statements=tuple(said), gaps=gaps)


def holds_region(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> bool:
    """A document of the asked scheme for one of the named regions is in the corpus."""
    return any(covers(document, region) for document in context.documents.values() for region in frame.regions
               if family_of(document, knowledge) == "factory")


def other_regions(topic: str, context: AssistantContext, frame: Frame, knowledge: Knowledge) -> tuple[str, ...]:
    """Regions whose documents do state the topic, for the hint that they exist."""
    found = []
    for document in context.documents.values():
        elsewhere = not is_national(document) and not any(covers(document, region) for region in frame.regions)
        if elsewhere and family_of(document, knowledge) == "factory" and dict(document.stated).get(topic) == "stated":
            found.append(document.region)
    return tuple(dict.fromkeys(region for region in found if "不可见" not in region))


def coverage_gap(topic: str, document: PolicyDocument, context: AssistantContext) -> str:
    note = context.note(document.id, topic).note
    return f"{short_name(document)}：{note}。" if note else ""


def short_name(document: PolicyDocument) -> str:
    return document.document_number or f"《{document.title}》"


def _nearest(document: PolicyDocument, topics: tuple[str, ...], own: list[Evidence],
             context: AssistantContext) -> Evidence | None:
    for topic in topics:
        note = context.note(document.id, topic)
        if note.state == NOT_STATED and note.note and not note.related:
            return None
        near = [e for e in own if e.passage.clause.path in (*note.related, *note.clauses)]
        if near:
            return near[0]
    return own[0] if own else None
