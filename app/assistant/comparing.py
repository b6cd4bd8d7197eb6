"""Questions that put things side by side: several places, or a zero-carbon factory and another scheme."""

from __future__ import annotations

from app.assistant.context import AssistantContext
from app.assistant.evidence import Evidence, family_of, gather, on_topic
from app.assistant.frame import Frame
from app.assistant.knowledge import Knowledge
from app.assistant.plan import Extract, Negative, Plan, Remark, Statement
from app.assistant.saying import gaps_of
from app.domain.answer import AnswerStatus
from app.retrieval.regions import covers, short_region

FEWEST_COMPARED = 2
MOST_COMPARED = 6
SENTENCES_A_PLACE = 2
WHOLE = "零碳工厂"
LEFT_TO_PLACES = "各地区工业和信息化主管部门制定当地零碳工厂建设具体实施方案"


def places_compared(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    """Several places named: what the documents of each say on the asked topic, without a topic what those on zero-carbon factories
    say, and plainly where nothing is held."""
    if len(frame.places) < FEWEST_COMPARED or not knowledge.cues["places_compared"].search(frame.text):
        return None
    what = context.topics.get(frame.topics[0], "相应内容") if frame.topics else WHOLE
    said: list[Statement] = []
    found: list[Evidence] = []
    for place in frame.places[:MOST_COMPARED]:
        own = [e for e in gather(frame, context, knowledge, regions=None)
               if not e.national and covers(e.passage.document, short_region(place)) and _asked(e, frame, knowledge)]
        here = own[:SENTENCES_A_PLACE]
        found.extend(here)
        said.extend([Extract(evidence=e) for e in here] or [Remark(text=knowledge.wording["not_found_there"].format(
            region=place, what=what))])
    if not found:
        return _nothing_held(said, frame, context, knowledge)
    silent = tuple(s.text for s in said if isinstance(s, Remark))
    status = AnswerStatus.ANSWERED if any(e.decidable for e in found) else AnswerStatus.REFERENCE_ONLY
    return Plan(status=status, statements=tuple(s for s in said if isinstance(s, Extract)),
                gaps=(*silent, *gaps_of(frame, context, knowledge, found)))


def _nothing_held(said: list[Statement], frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan:
    """Of no place anything is held: so for each, what the national text leaves to them, and where the whole comparison stands."""
    differences = f"各地{context.topics.get(frame.topics[0], '要求')}的差别" if frame.topics else "各地的差别"
    left = next((e for e in gather(frame, context, knowledge, regions=(), query=LEFT_TO_PLACES) if e.decidable), None)
    if left is not None:
        said.append(Negative(document=left.passage.document, what=differences, nearest=left))
    said.append(Remark(text=knowledge.wording["ask_where_compared"]))
    return Plan(status=AnswerStatus.NOT_IN_CORPUS, statements=tuple(said))


def _asked(evidence: Evidence, frame: Frame, knowledge: Knowledge) -> bool:
    return on_topic(evidence, frame) if frame.topics else family_of(evidence.passage.document, knowledge) == "factory"


def comparison(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    """Two schemes named and their difference asked: what each is, from its own documents."""
    others = [name for name in frame.compared if name not in ("factory", "context")]
    if not frame.compared or not others or (frame.type is not None and frame.type.strict):
        return None
    label = {family.id: family.label for family in knowledge.families}
    ranked = gather(frame, context, knowledge, regions=())
    own = next((e for e in ranked if e.decidable and "definition" in e.passage.topics), None)
    theirs = [e for e in gather(frame, context, knowledge, regions=(), query=f"{label[others[0]]}评价的内容和依据是什么")
              if family_of(e.passage.document, knowledge) == others[0]]
    other = next((e for e in theirs if {"definition", "evaluation_basis"} & set(e.passage.topics)), None)
    if own is None or other is None:
        return None
    rest = [e for e in theirs if e.passage.document.id == other.passage.document.id and e is not other][:1]
    gaps = [knowledge.wording["gap_confusion"].format(a=p.a, b=p.b, why=p.why) for p in context.lexicon.not_synonyms
            if p.a == "零碳工厂" and label[others[0]] in p.b]
    return Plan(status=AnswerStatus.ANSWERED, statements=tuple(Extract(evidence=e) for e in (own, other, *rest)),
                gaps=tuple(gaps))
