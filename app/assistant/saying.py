"""Putting chosen evidence into a plan: which sentences speak, how surely, and what they leave open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.assistant import negative as no
from app.assistant.context import AssistantContext
from app.assistant.evidence import Evidence, gather, on_topic
from app.assistant.frame import Frame
from app.assistant.knowledge import Knowledge
from app.assistant.picking import outline, parts_of, pick
from app.assistant.plan import Extract, Plan
from app.domain.answer import AnswerStatus
from app.domain.clause import PolicyDocument
from app.retrieval.folding import plain

REPORTED_LEAD = 0.06
CLEAR_LEAD = 0.09
TOPIC_MARGIN = 0.045
PART_MARGIN = 0.08
MOST_PARTS = 3
MOST_QUOTES = 6
MOST_GAPS = 6


def say(ranked: Sequence[Evidence], frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    """Answered when the chosen sentences may decide, for reference only when all of them are reports."""
    ordered = sorted(ranked, key=lambda e: -e.score)
    sure = _topical([e for e in ordered if e.decidable], frame)
    if sure and _only_reported(ordered[0], sure[0], frame):
        sure = []
    members = outline(frame, [e for e in ordered if e.national], bool(knowledge.cues["outline"].search(frame.text)))
    if members:
        chosen = members
    elif sure:
        chosen = pick(sure, frame)
        for part in parts_of(frame)[:MOST_PARTS]:
            best = next((e for e in gather(frame, context, knowledge, query=part, regions=frame.regions, limit=8)
                         if e.decidable and (e.score >= sure[0].score - PART_MARGIN or on_topic(e, frame))), None)
            if best is not None and best.passage.id not in {e.passage.id for e in chosen}:
                chosen = [*chosen, *pick([best], frame)]
        chosen = chosen[:MOST_QUOTES]
    else:
        chosen = pick(ordered, frame)
    if not chosen:
        return None
    status = AnswerStatus.ANSWERED if any(e.decidable for e in chosen) else AnswerStatus.REFERENCE_ONLY
    return Plan(status=status, statements=tuple(Extract(evidence=e) for e in chosen),
                gaps=gaps_of(frame, context, knowledge, chosen, _reports(ordered, frame)))


def _topical(sure: list[Evidence], frame: Frame) -> list[Evidence]:
    """Sentences on the asked topic first, unless something else fits clearly better."""
    for topic in frame.topics[:1]:
        same = [e for e in sure if topic in e.passage.topics]
        if same and same[0].score >= sure[0].score - TOPIC_MARGIN:
            return [*same, *(e for e in sure if e not in same)]
    return sure


def _only_reported(top: Evidence, surest: Evidence, frame: Frame) -> bool:
    """The best sentence is a report on an asked topic and the best official one is about something else: quoting the
    official one would answer another question."""
    if top.decidable or not on_topic(top, frame):
        return False
    first = frame.topics[0]
    if not on_topic(surest, frame) or (first in top.passage.topics and first not in surest.passage.topics):
        return True
    return top.score - surest.score >= (REPORTED_LEAD if frame.places else CLEAR_LEAD) and not (frame.yes_no and not frame.places)


def gaps_of(frame: Frame, context: AssistantContext, knowledge: Knowledge, chosen: Sequence[Evidence],
          reported: Sequence[Evidence] = ()) -> tuple[str, ...]:
    """What the documents leave open, most telling first. ``reported`` is what unverified sources say besides."""
    wording = knowledge.wording
    gaps: list[str] = []
    if frame.regional and not no.holds_region(frame, context, knowledge):
        gaps.append(wording["gap_region"].format(region=frame.regions[0]))
    gaps.extend(claim.why for claim in claims_in(frame, context, knowledge))
    for topic in frame.topics[:1]:
        gaps.extend(no.coverage_gap(topic, document, context) for document in no.read_in_full(context, frame, knowledge))
    for document in _documents(reported):
        gaps.append(wording["gap_reported"].format(doc=no.short_name(document)))
    for document in _documents([e for e in chosen if e.decidable]):
        if not document.full_text:
            gaps.append(wording["gap_digest"].format(doc=no.short_name(document)))
    for pair in context.lexicon.not_synonyms:
        if plain(pair.b) in frame.text:
            gaps.append(wording["gap_confusion"].format(a=pair.a, b=pair.b, why=pair.why))
    gaps.extend(hint(frame.topics[0], frame, context, knowledge) if frame.topics else ())
    return tuple(dict.fromkeys(gap for gap in gaps if gap))[:MOST_GAPS]


def _reports(ordered: Sequence[Evidence], frame: Frame) -> list[Evidence]:
    """Unverified sentences on the first topic: worth a warning beside an official answer."""
    return [e for e in ordered if not e.decidable and set(frame.topics[:1]) & set(e.passage.topics)]


def _documents(evidence: Sequence[Evidence]) -> list[PolicyDocument]:
    return list({e.passage.document.id: e.passage.document for e in evidence}.values())


def hint(topic: str, frame: Frame, context: AssistantContext, knowledge: Knowledge) -> tuple[str, ...]:
    rule = knowledge.topics.get(topic)
    if frame.regional or rule is None or rule.regional == "none":
        return ()
    regions = no.other_regions(topic, context, frame, knowledge)
    return (knowledge.wording["gap_other_regions"].format(regions="、".join(regions)),) if regions else ()


def claims_in(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> list[Any]:
    found = []
    for claim in context.claims:
        mark = knowledge.claims.get(claim.id)
        if mark is not None:
            hit = all(pattern.search(frame.text) for pattern in mark.all)
        else:
            hits = sum(plain(word) in frame.text for word in claim.contains)
            hit = hits >= min(2, len(claim.contains)) > 0
        if hit:
            found.append(claim)
    return found
