"""``answer``: the one entry. Refusals first, then the user's own data, then the documents; the guard has the last word."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from app.assistant.composing import compose
from app.assistant.context import AssistantContext
from app.assistant.conversation import in_context
from app.assistant.deciding import decide, out_of_scope
from app.assistant.evidence import gather
from app.assistant.frame import Frame, understand
from app.assistant.guard import enforce
from app.assistant.knowledge import Knowledge, Refusal, load_knowledge, matches
from app.assistant.own_data import answer_own, own_rule
from app.assistant.picking import pick
from app.assistant.plan import Extract, Plan, Remark, Statement
from app.assistant.spelling import spelled_right
from app.domain.answer import Answer, AnswerStatus

LONGEST_QUESTION = 1000
LIKE_REFUSAL = {"misuse": "forge", "injection": "injection", "chat": "greeting"}


def answer(question: str, context: AssistantContext, *, region: str | None = None, scheme: str | None = None,
           history: Sequence[str] = ()) -> Answer:
    """An answer in one of four states, every claim cited. Text inside the question is content, never an instruction.

    ``region`` is where the asker is, used when the question names no place; ``scheme`` the asked scheme's name or id;
    ``history`` the user's earlier questions of the same conversation, oldest first: a follow-up is read with them."""
    started = time.perf_counter()
    knowledge = load_knowledge()
    asked = in_context(question.strip(), history, context, knowledge) if history else question.strip()
    asked = spelled_right(asked[:LONGEST_QUESTION], context, knowledge)
    frame = understand(asked, context, knowledge, region=region, scheme=scheme)
    made = enforce(compose(plan_for(frame, context, knowledge), frame, knowledge), context.documents)
    if context.model is not None and made.status is AnswerStatus.ANSWERED and made.mode.value == "extractive":
        from app.assistant.phrasing import rephrase

        made = rephrase(made, context) or made
    return replace(made, question=question, elapsed_ms=int((time.perf_counter() - started) * 1000))


def plan_for(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan:
    refusal = refused(frame, knowledge)
    if refusal is not None:
        return _decline(refusal, frame, context, knowledge)
    if not frame.text:
        return Plan(status=AnswerStatus.DECLINED, statements=(Remark(text="请写出问题。"),))
    kind = context.examples.clear(context.index.query_vector(frame.question)) if context.examples else None
    if kind in LIKE_REFUSAL:
        by_id = {refusal.id: refusal for refusal in knowledge.refusals}
        return _decline(by_id[LIKE_REFUSAL[kind]], frame, context, knowledge)
    rule = own_rule(frame, knowledge)
    if rule is not None:
        return answer_own(rule, frame, context, knowledge)
    if kind == "off_topic" and not frame.named:
        return out_of_scope(knowledge)
    return decide(frame, context, knowledge)


def refused(frame: Frame, knowledge: Knowledge) -> Refusal | None:
    return next((r for r in knowledge.refusals if matches(r.patterns, frame.text) and not matches(r.unless, frame.text)), None)


def _decline(refusal: Refusal, frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan:
    said: list[Statement] = [Remark(text=refusal.text)]
    if refusal.evidence:
        ranked = gather(frame, context, knowledge, regions=(), query=refusal.text)
        said.extend(Extract(evidence=e) for e in pick([e for e in ranked if e.clause_id == refusal.evidence], frame)[:1])
    said.append(Remark(text=refusal.advice))
    return Plan(status=AnswerStatus(refusal.status), statements=tuple(said))
