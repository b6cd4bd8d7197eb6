"""Texts the user added and confirmed: their provisions answer where the shipped texts have nothing to say.

A text that was read from end to end by its makers (the guideline) is silent on purpose and stays with the other deciders; here are
texts held in full whose statements a person confirmed one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.assistant.context import AssistantContext
from app.assistant.evidence import Evidence, family_of, gather, is_heading, local_to
from app.assistant.frame import Frame
from app.assistant.knowledge import Knowledge
from app.assistant.plan import Extract, Plan, Remark
from app.assistant.saying import say
from app.domain.answer import Citation
from app.domain.clause import PolicyDocument, Provision
from app.retrieval.folding import plain

NOT_STATED = "not_stated"
DATE = "日期"
SIGNS = {">=": "不低于", "<=": "不高于", ">": "高于", "<": "低于", "==": "等于"}
MOST = 2


def confirmed_statement(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    """What a confirmed provision says on the asked topic, with its clause; None when there is none."""
    topics = tuple(frame.type.topics) if frame.type and frame.type.topics else frame.topics[:1]
    added = {d.id for d in context.documents.values() if _added(d) and family_of(d, knowledge) == "factory"}
    if not topics or not added or (frame.named and not added & set(frame.named)) or frame.compared:
        return None
    ranked = gather(frame, context, knowledge, regions=frame.regions if frame.regional else ())
    own = [e for e in ranked if e.passage.document.id in added and not is_heading(e.passage)]
    own = [e for e in own if local_to(e, frame)] if frame.regional else own
    found = [(e, p) for e in own for p in _provisions(e) if p.topic in topics and _says(p, e, valued=_valued(frame))]
    if not found:
        return None
    plan = say([e for e, _ in _once(found)][:MOST], frame, context, knowledge)
    if plan is None:
        return None
    rows = [e for e in _quoted(plan) if e.passage.clause.kind == "table" and any(p.threshold for p in _provisions(e))]
    read = [Remark(text=_row_in_words(e), evidence=e, citations=_header(e)) for e in rows]
    return replace(plan, statements=(*plan.statements, *read))


def _quoted(plan: Plan) -> list[Evidence]:
    return [s.evidence for s in plan.statements if isinstance(s, Extract)]


def _header(evidence: Evidence) -> tuple[Citation, ...]:
    """The heading row of a table row, which the figures' stages are read from."""
    passage, heading = evidence.passage, evidence.passage.clause.title.rsplit(" > ", 1)[-1]
    for clause in passage.document.clauses:
        if clause.kind == "table" and plain(clause.text).replace(" ", "") == plain(heading).replace(" ", ""):
            return (
                Citation(
                    key=f"{clause.id}#s1", doc_id=clause.doc_id, title=passage.document.title,
                    document_number=passage.document.document_number, clause=clause.id, quote=clause.text, start=0,
                    end=len(clause.text), evidence=evidence.level, region=passage.document.region, year=passage.document.year,
                ),
            )  # fmt: skip
    return ()


def _row_in_words(evidence: Evidence) -> str:
    """A table row has no sentence of its own: its confirmed figures under their headings, in words."""
    said = []
    for p in _provisions(evidence):
        if p.threshold and p.operator in SIGNS:
            gap = "" if p.unit in ("%", "项", None) else " "
            said.append(f"{p.rule.rstrip('。')}{SIGNS[p.operator]} {p.threshold}{gap}{p.unit or ''}" + (f"（{p.applies_if}）" if p.applies_if else ""))
    return "即" + "；".join(said) + "。"


def _added(document: PolicyDocument) -> bool:
    closed = any(state == NOT_STATED for _, state in document.stated)
    return document.full_text and bool(document.provisions) and not closed and not document.superseded_by


def _valued(frame: Frame) -> bool:
    return frame.type is not None and frame.type.id in ("value", "percentage", "deadline")


def _provisions(evidence: Evidence) -> list[Provision]:
    passage = evidence.passage
    return [p for p in passage.document.provisions if p.clause == passage.clause.path and p.evidence.decidable]


def _says(provision: Provision, evidence: Evidence, *, valued: bool) -> bool:
    """The sentence prints the provision's figure; a statement without one only answers a question that asks for none."""
    if not provision.threshold:
        return not valued
    text = plain(evidence.passage.sentence.text)
    if provision.unit == DATE:
        _, month, day = provision.threshold.split("-")
        return f"{int(month)}月{int(day)}日" in text
    return provision.threshold in text


def _once(found: Iterable[tuple[Evidence, Provision]]) -> list[tuple[Evidence, Provision]]:
    seen: dict[str, tuple[Evidence, Provision]] = {}
    for evidence, provision in found:
        seen.setdefault(evidence.passage.id, (evidence, provision))
    return list(seen.values())
