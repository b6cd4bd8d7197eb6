"""Can the question be answered, by what, and how surely. Deciders run in order; the first that has something to say wins.

The order is the policy: a missing value is noticed before a similar clause is quoted, so that a question for an amount is
never answered with a sentence that merely sounds like it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from app.assistant import negative as no
from app.assistant.answerable import readiness
from app.assistant.comparing import comparison, places_compared
from app.assistant.confirmed import confirmed_statement
from app.assistant.context import AssistantContext
from app.assistant.evidence import Evidence, fits_type, gather, local_to, on_topic
from app.assistant.frame import Frame
from app.assistant.knowledge import AnswerType, Entity, Knowledge, matches
from app.assistant.picking import outline, pick
from app.assistant.plan import Extract, Plan, Remark, Statement
from app.assistant.records import about_document
from app.assistant.saying import claims_in, gaps_of, hint, say
from app.assistant.support import unknown_share
from app.domain.answer import AnswerStatus
from app.domain.clause import PolicyDocument
from app.retrieval.folding import plain
from app.retrieval.regions import covers

ADMINISTRATIVE = {"procedure", "materials", "deadline", "subsidy", "validity", "target_scale", "eligibility"}
LOCAL_MARGIN = 0.08
PLACE_LEAD = -0.03
SUPPORT_SENTENCES = 6
UNKNOWN_CEILING = 0.5
FOREIGN_CEILING = 0.25
NAMED_MARGIN = 0.15
SURE = 1.5
KINDRED_MARGIN = 0.09


def decide(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan:
    for decider in DECIDERS:
        plan = decider(frame, context, knowledge)
        if plan is None:
            continue
        margin = WITHHELD_BELOW.get(decider)
        claims = plan.status in (AnswerStatus.ANSWERED, AnswerStatus.REFERENCE_ONLY)
        if claims and margin is not None and readiness(frame, context, knowledge) < margin:
            return no.refuse(frame, context, knowledge, "这一点", topics=frame.topics)
        if not claims and decider in OVERRULED and readiness(frame, context, knowledge) > SURE:
            continue
        return plan
    return no.refuse(frame, context, knowledge, "相应内容")


def out_of_scope(knowledge: Knowledge) -> Plan:
    off = knowledge.off_topic
    return Plan(status=AnswerStatus.NOT_IN_CORPUS, statements=(Remark(text=off.text), Remark(text=off.advice)))


def off_topic(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    off = knowledge.off_topic
    in_domain = any(word in frame.text for word in off.domain)
    if not in_domain and matches(off.patterns, frame.text):
        return out_of_scope(knowledge)
    if in_domain or frame.topics or frame.type or frame.entities or frame.named or frame.regional:
        return None
    hits = context.index.search(frame.question, limit=3)
    known = any(h.scores["late"] >= off.late_floor and h.scores["coverage"] >= off.coverage_floor for h in hits)
    return None if known else out_of_scope(knowledge)


def rejected_claim(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    for claim in claims_in(frame, context, knowledge):
        mark = knowledge.claims.get(claim.id)
        if mark is not None and mark.force:
            what = f"这种说法（{context.topics.get(claim.topic, claim.topic)}）"
            return no.refuse(frame, context, knowledge, what, topics=(claim.topic,), before=(Remark(text=claim.why),))
    return None


def unknown_entity(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    for entity, word in frame.entities:
        if _held(entity, word, frame, context, knowledge):
            continue
        said: list[Statement] = [Remark(text=entity.say.format(word=word))]
        nearest = _find(entity.nearest, frame, context, knowledge)
        if nearest is not None:
            said.append(Extract(evidence=nearest))
        said.append(Remark(text=knowledge.wording["ask_where"]))
        return Plan(status=AnswerStatus.NOT_IN_CORPUS, statements=tuple(said))
    return None


def missing_value(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    """A question for a value: found where it may be looked for, or the plain no."""
    kind = frame.type
    if kind is None:
        return None
    local = _local(frame, context, knowledge)
    national = gather(frame, context, knowledge, regions=())
    topics = kind.topics or frame.topics[: 2 if frame.regional else 1]
    places = [*local] if frame.regional else []
    own_place = kind.strict and (frame.regional or (frame.local and not frame.national))
    if kind.scope == "any" or (kind.scope == "national" and not own_place):
        places += national
    fitting = [e for e in places if fits_type(e, frame) and (not topics or set(topics) & set(e.passage.topics))]
    if not fitting and not frame.regional and kind.scope != "named" and not kind.strict:
        fitting = [e for e in _elsewhere(frame, context, knowledge) if fits_type(e, frame) and on_topic(e, frame)]
    called = [] if fitting else [e for e in places if fits_type(e, frame) and _reported_by_name(e, frame)]
    if called:
        return say(called, frame, context, knowledge)
    fitting = _with_numbers(_of_named(fitting, frame, context), frame)
    if fitting and (_reported_by_name(fitting[0], frame) or not _beside_the_point(kind, fitting, frame, context, knowledge)):
        return say(fitting, frame, context, knowledge)
    what = kind.label
    gaps = []
    for topic in topics[:1]:
        regions = no.other_regions(topic, context, frame, knowledge)
        if regions and not frame.regional and not frame.national:
            gaps.append(knowledge.wording["gap_other_regions"].format(regions="、".join(regions)))
    if not topics and not kind.strict and kind.id != "value":
        return None
    return no.refuse(frame, context, knowledge, what, topics=topics, gaps=tuple(gaps), ask_where=kind.ask_where)


def unheard_number(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    """A figure the question takes for granted must stand in the evidence."""
    if not frame.numbers:
        return None
    pool = [*gather(frame, context, knowledge, regions=()), *_local(frame, context, knowledge)]
    relevant = [e for e in pool if not frame.topics or on_topic(e, frame)]
    narrow = _own_texts(frame, context, knowledge)
    relevant = [e for e in narrow if not frame.topics or on_topic(e, frame)] if any(_same_unit(e, frame) for e in narrow) else relevant
    heard = _with_numbers(relevant, frame)
    if heard:
        return say(heard, frame, context, knowledge)
    remark = Remark(text=knowledge.wording["unknown_number"].format(number="、".join(frame.numbers)))
    corrected = [e for e in _own_texts(frame, context, knowledge) if on_topic(e, frame) and _same_unit(e, frame)]
    if corrected:
        plan = say(corrected, frame, context, knowledge)
        return plan and replace(plan, gaps=(remark.text, *plan.gaps))
    return no.refuse(frame, context, knowledge, "这个数值", topics=frame.topics, before=(remark,))


def unheard_year(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    """Targets are asked for a year: another year's target is no answer."""
    asserted = knowledge.cues["asserted_year"].search(frame.text)
    if not frame.years or not (asserted or {"target_scale", "sector_schedule"} & set(frame.topics[:2])):
        return None
    pool = [*gather(frame, context, knowledge, regions=()), *_local(frame, context, knowledge)]
    if any(year in e.passage.sentence.text for e in pool if asserted or on_topic(e, frame) for year in frame.years):
        return None
    return no.refuse(frame, context, knowledge, f"{frame.years[0]}年的目标", topics=frame.topics)


def unheard_ordinal(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    """The second batch is asked for and the place's texts speak of the first: another batch's terms are no answer."""
    asked = knowledge.cues["ordinal"].search(frame.text)
    if asked is None or not (frame.regional or frame.named):
        return None
    texts = [e.passage.sentence.text for e in _own_texts(frame, context, knowledge)]
    others = {m.group() for text in texts for m in knowledge.cues["ordinal"].finditer(text) if m.group(2) == asked.group(2)}
    if not others or asked.group() in others:
        return None
    return no.refuse(frame, context, knowledge, asked.group(), topics=frame.topics)


def uncounted(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    """A question for a count of something (几个专家, 多少兆瓦时): the evidence must hold a count with that unit."""
    found = knowledge.cues["unit"].search(frame.text)
    if found is None or (frame.type is not None and frame.type.id != "value") or knowledge.cues["uncounted"].search(frame.text):
        return None
    counted = re.compile(rf"[\d一二三四五六七八九十两百]+(-\d+)?\s*{re.escape(found.group(1))}")
    pool = [*gather(frame, context, knowledge, regions=()), *_local(frame, context, knowledge)]
    fitting = [e for e in pool if counted.search(e.passage.sentence.text) and (not frame.topics or on_topic(e, frame))]
    if fitting:
        return None
    return no.refuse(frame, context, knowledge, f"{found.group()}", topics=frame.topics)


def unsupported(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    """No topic recognised and most of the question's own words stand nowhere: the nearest clause would be a guess."""
    if frame.topics or frame.named or frame.phrases or _outlined(frame, context, knowledge):
        return None
    ranked = [*_local(frame, context, knowledge), *gather(frame, context, knowledge, regions=())]
    ranked.sort(key=lambda e: -e.score)
    like = context.examples.kinds(context.index.query_vector(frame.question)) if context.examples else {}
    foreign = like.get("unstated", 0.0) > like.get("policy", 0.0)
    ceiling = FOREIGN_CEILING if foreign else UNKNOWN_CEILING
    if unknown_share(frame, ranked[:SUPPORT_SENTENCES], context, knowledge) < ceiling:
        return None
    return no.refuse(frame, context, knowledge, "这一点")


def region_without_text(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    """Local administration asked of a region whose zero-carbon texts are not held."""
    if not frame.regional or frame.family != "factory":
        return None
    if any(not frame.topics or set(frame.topics[:2]) & set(e.passage.topics) for e in _local(frame, context, knowledge)):
        return None
    administrative = set(frame.topics[:2]) & ADMINISTRATIVE and _silent(frame.topics[:1], context, knowledge, frame)
    asked_for = knowledge.cues["asks_for_text"].search(frame.text) and not no.holds_region(frame, context, knowledge)
    if not (administrative or frame.local or asked_for):
        return None
    what = context.topics.get(frame.topics[0], "相应内容") if frame.topics else "当地零碳工厂的专门规定"
    return no.refuse(frame, context, knowledge, what, topics=frame.topics)


def silent_topic(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    """The national text was read in full and is silent on the topic: local rules or reports speak, named as such."""
    if not frame.topics or frame.regional or not _silent(frame.topics[:1], context, knowledge, frame):
        return None
    topic = frame.topics[0]
    rule = knowledge.topics.get(topic)
    regional = rule.regional if rule else "none"
    label = context.topics.get(topic, topic)
    reported = [e for e in gather(frame, context, knowledge, regions=()) if topic in e.passage.topics]
    if regional == "main" and not frame.national:
        local = [e for e in _elsewhere(frame, context, knowledge) if on_topic(e, frame)]
        local = [e for e in _one_a_document(local) if e.score >= local[0].score - KINDRED_MARGIN]
        if local:
            absent = no.negatives(frame, context, knowledge, label, (topic,), most=1)
            said: list[Statement] = [*(n for n in absent if n.nearest is not None), *(Extract(evidence=e) for e in local)]
            status = AnswerStatus.ANSWERED if any(e.decidable for e in local) else AnswerStatus.REFERENCE_ONLY
            plain_noes = [knowledge.wording["negative_plain"].format(doc=no.short_name(n.document), what=label)
                          for n in absent if n.nearest is None]
            return Plan(status=status, statements=tuple(said),
                        gaps=(*plain_noes, *gaps_of(frame, context, knowledge, local, reported)))
    if reported:
        return say(reported, frame, context, knowledge)
    return no.refuse(frame, context, knowledge, label, topics=(topic,), gaps=hint(topic, frame, context, knowledge))


def from_documents(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    """The ordinary case: the sentences that answer; a named document or the named place's own text speaks first."""
    national = gather(frame, context, knowledge, regions=())
    if frame.named:
        named = [e for e in gather(frame, context, knowledge, regions=None) if e.passage.document.id in frame.named]
        if named and (not national or named[0].score >= national[0].score - NAMED_MARGIN):
            return say(named, frame, context, knowledge)
    every = _local(frame, context, knowledge)
    local = [e for e in every if not frame.topics or set(frame.topics[:2]) & set(e.passage.topics)]
    if frame.places and every and (not national or every[0].score >= national[0].score + PLACE_LEAD):
        return say(local or every, frame, context, knowledge)
    if local and frame.places:
        return say(local, frame, context, knowledge)
    if local and (not national or _silent(frame.topics[:1], context, knowledge, frame)
                  or local[0].score >= national[0].score - LOCAL_MARGIN):
        return say([*local, *(e for e in national if e.decidable and on_topic(e, frame) and e.score > local[0].score)],
                    frame, context, knowledge)
    return say(national, frame, context, knowledge) if national else None


def _local(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> list[Evidence]:
    if not frame.regional:
        return []
    return [e for e in gather(frame, context, knowledge, regions=frame.regions) if local_to(e, frame)]


def _own_texts(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> list[Evidence]:
    """The sentences of the named documents, else of the narrowest place named that has any."""
    every = gather(frame, context, knowledge, regions=None)
    if frame.named:
        return [e for e in every if e.passage.document.id in frame.named]
    for region in frame.regions:
        own = [e for e in every if not e.national and covers(e.passage.document, region)]
        exact = [e for e in own if e.passage.document.region.endswith(region)]
        if exact or own:
            return exact or own
    return []


def _same_unit(evidence: Evidence, frame: Frame) -> bool:
    """The sentence holds a figure in the unit of one that the question takes for granted."""
    units = {re.sub(r"[\d.\s]", "", number) for number in frame.numbers} - {""}
    return any(re.search(rf"\d\s*{re.escape(unit)}", evidence.passage.sentence.text) for unit in units)


def _elsewhere(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> list[Evidence]:
    return [e for e in gather(frame, context, knowledge, regions=None) if not e.national]


def _outlined(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> bool:
    """The question asks for the outline of a national text (原则, 路径), by the names of its headings."""
    return bool(knowledge.cues["outline"].search(frame.text)
                and outline(frame, gather(frame, context, knowledge, regions=()), True))


def _of_named(evidence: list[Evidence], frame: Frame, context: AssistantContext) -> list[Evidence]:
    """A named document's own values first; a text held in full that has none leaves nothing to say for it."""
    if not frame.named:
        return evidence
    own = [e for e in evidence if e.passage.document.id in frame.named]
    return own if own or all(context.documents[id].full_text for id in frame.named) else evidence


def _reported_by_name(evidence: Evidence, frame: Frame) -> bool:
    """A named document of which only reports are held: whatever value is reported of it is worth showing as a report."""
    return evidence.passage.document.id in frame.named and not evidence.decidable


def _beside_the_point(kind: AnswerType, evidence: Sequence[Evidence], frame: Frame, context: AssistantContext,
                      knowledge: Knowledge) -> bool:
    """A value was found, but of something the question does not speak of: most of its words stand nowhere near."""
    return kind.id == "value" and unknown_share(frame, evidence[:SUPPORT_SENTENCES], context, knowledge) >= UNKNOWN_CEILING


def _with_numbers(evidence: list[Evidence], frame: Frame) -> list[Evidence]:
    if not frame.numbers:
        return evidence
    return [e for e in evidence
            if any(n in plain(e.passage.sentence.text).replace(" ", "") for n in frame.numbers)]


def _silent(topics: Sequence[str], context: AssistantContext, knowledge: Knowledge, frame: Frame) -> bool:
    """Every national text read in full is silent on every one of the topics."""
    documents: list[PolicyDocument] = [d for d in no.read_in_full(context, frame, knowledge) if d.region.startswith("全国")]
    return bool(documents and topics) and all(
        dict(d.stated).get(topic) == no.NOT_STATED for d in documents for topic in topics)


def _one_a_document(evidence: Sequence[Evidence]) -> list[Evidence]:
    first: dict[str, Evidence] = {}
    for item in evidence:
        first.setdefault(item.passage.document.id, item)
    return list(first.values())


def _held(entity: Entity, word: str, frame: Frame, context: AssistantContext, knowledge: Knowledge) -> bool:
    if entity.strict:
        return False
    texts = [plain(e.passage.sentence.text) for e in
             [*gather(frame, context, knowledge, regions=()), *_local(frame, context, knowledge)]]
    return any(name in text for text in texts for name in (word, *entity.also))


def _find(clause_id: str, frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Evidence | None:
    if not clause_id:
        return None
    ranked = gather(frame, context, knowledge, regions=())
    return next((e for e in pick([e for e in ranked if e.clause_id == clause_id], frame)), None)


Decider = Callable[[Frame, AssistantContext, Knowledge], Plan | None]
DECIDERS: tuple[Decider, ...] = (off_topic, rejected_claim, about_document, places_compared, comparison, unknown_entity, uncounted,
                                 confirmed_statement, unheard_ordinal, missing_value, unheard_number, unheard_year, region_without_text, silent_topic,
                                 unsupported, from_documents)
# A value found on the asked topic needs less of the model's word than a sentence that was merely ranked first.
WITHHELD_BELOW: dict[Decider, float] = {missing_value: -2.0, silent_topic: -0.5, from_documents: 0.3}
OVERRULED: tuple[Decider, ...] = (off_topic, uncounted, unsupported)
