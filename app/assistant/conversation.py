"""Follow-up questions (``那湖北呢？``, ``必须买吗``) written out with what the conversation has already said.

Only the user's earlier questions are used, never an answer: what is carried over is a place, a year or the whole earlier
question, and the result is asked like any other question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.assistant.context import AssistantContext
from app.assistant.frame import Frame, understand
from app.assistant.knowledge import Knowledge
from app.retrieval.folding import plain

REMEMBERED = 3
SHORT = 14
LONGEST_EARLIER = 200


def in_context(question: str, history: Sequence[str], context: AssistantContext, knowledge: Knowledge) -> str:
    """The question as it would have been asked at the start of a conversation; unchanged when it needs nothing."""
    earlier = ""
    for asked in (*history[-REMEMBERED:], question):
        earlier = _written_out(asked.strip(), earlier, context, knowledge)
    return earlier


def _written_out(question: str, earlier: str, context: AssistantContext, knowledge: Knowledge) -> str:
    earlier = earlier[:LONGEST_EARLIER]
    if not earlier or not question:
        return question
    before = understand(earlier, context, knowledge)
    about = knowledge.cues["what_about"].search(plain(question))
    if about:
        return _other_subject(about.group("subject"), before, context, knowledge)
    now = understand(question, context, knowledge)
    if len(question) > SHORT or now.named or now.places or knowledge.own_markers.search(now.text):
        return question
    if not now.topics:
        return f"{earlier.rstrip('?？。')},{question}"
    return _carried(before, now) + question if now.type is not None and "国家" not in now.text else question


def _other_subject(subject: str, before: Frame, context: AssistantContext, knowledge: Knowledge) -> str:
    """``那湖北呢``: the same question about another place; ``变压器呢``: the same question about another thing, or, when the
    thing belongs to another topic, that topic under the same conditions."""
    now = understand(subject, context, knowledge)
    if now.places:
        rest = before.text
        for place in before.places:
            rest = rest.replace(place, "")
        return subject + rest
    if now.topics and before.topics and now.topics[0] not in before.topics:
        return f"{_carried(before, now)}{subject}{'是多少' if before.type is not None and before.type.id == 'value' else '有什么要求'}"
    return f"{subject}:{before.text}"


def _carried(before: Frame, now: Frame) -> str:
    """Place and year of the earlier question, unless this one has its own or asks for the whole country."""
    if now.national:
        return ""
    years = "" if now.years else "".join(re.sub("$", "年", year) for year in before.years)
    return "".join(before.places) + years
