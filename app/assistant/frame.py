"""What a question is: its type of answer, topics, region, scheme, named things and numbers. Pure pattern work over data."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.assistant.context import AssistantContext
from app.assistant.knowledge import AnswerType, Entity, Knowledge, matches
from app.assistant.places import places_in, widen
from app.domain.clause import PolicyDocument
from app.retrieval.folding import plain
from app.retrieval.regions import is_national

SHORTEST_NUMBER = 4
PHRASE = re.compile(r"[“\"「『《]([^”\"」』》]{2,30})[”\"」』》]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """``regions`` are the named ones with their provinces; ``family`` the scheme asked about, ``compared`` the schemes to
    compare; ``mentioned`` every scheme it speaks of; ``named`` documents the question names; ``numbers`` figures it asserts; ``phrases`` what stands in quotation marks."""

    question: str
    text: str
    regions: tuple[str, ...]
    places: tuple[str, ...]
    topics: tuple[str, ...]
    type: AnswerType | None
    family: str
    compared: tuple[str, ...]
    named: tuple[str, ...]
    mentioned: tuple[str, ...]
    entities: tuple[tuple[Entity, str], ...]
    numbers: tuple[str, ...]
    years: tuple[str, ...]
    phrases: tuple[str, ...]
    national: bool
    local: bool
    yes_no: bool
    multi: bool

    @property
    def regional(self) -> bool:
        return bool(self.regions)


def understand(question: str, context: AssistantContext, knowledge: Knowledge, *, region: str | None = None,
               scheme: str | None = None) -> Frame:
    text = _standard(plain(question), knowledge)
    cues = knowledge.cues
    places = places_in(text, knowledge.gazetteer)
    asked_places = places or ((region,) if region else ())
    topics = _topics(text, context, knowledge)
    answer_type = next((t for t in knowledge.types if matches(t.ask, text) and not matches(t.unless, text)), None)
    if answer_type and answer_type.strict and answer_type.topics:
        topics = tuple(dict.fromkeys((*answer_type.topics, *topics)))
    family, compared = _schemes(text, knowledge, scheme)
    if topics[:1] == ("green_factory_prerequisite",):
        family = "factory"
    asserted = bool(cues["asserted"].search(text))
    return Frame(
        question=question,
        text=text,
        regions=widen(asked_places, knowledge.gazetteer),
        places=places,
        topics=topics,
        type=answer_type,
        family=family,
        compared=compared if cues["compare"].search(text) else (),
        named=_named_documents(text, context, knowledge, placed=bool(asked_places)),
        mentioned=_mentioned(text, knowledge),
        entities=_entities(text, topics, knowledge),
        numbers=tuple(m.group(1).replace(" ", "") for m in cues["number_claim"].finditer(text)) if asserted else (),
        years=tuple(dict.fromkeys(cues["year"].findall(text))),
        phrases=tuple(plain(phrase) for phrase in PHRASE.findall(question)),
        national=bool(cues["national"].search(text)) and not places,
        local=bool(cues["local"].search(text)),
        yes_no=bool(cues["yes_no"].search(text)),
        multi=bool(cues["multi"].search(text)),
    )


def _standard(text: str, knowledge: Knowledge) -> str:
    """Dialect and shop-floor words in the standard language, so that every pattern need know one form only."""
    for spoken, standard in knowledge.dialect:
        text = text.replace(spoken, standard)
    return text


def _topics(text: str, context: AssistantContext, knowledge: Knowledge) -> tuple[str, ...]:
    """Topics by the assistant's own patterns first (how many of them hit decides the order, then whether the national text
    speaks to them at all), then by the lexicon."""
    counted = {slug: sum(len(p.findall(text)) for p in rule.ask) for slug, rule in knowledge.topics.items()}
    stated = {topic for d in context.documents.values() if d.full_text and is_national(d)
              for topic, state in d.stated if state == "stated"}
    own = sorted((slug for slug, count in counted.items() if count),
                 key=lambda slug: (not knowledge.topics[slug].leading, -counted[slug], knowledge.topics[slug].generic,
                                   slug not in stated))
    return tuple(dict.fromkeys((*own, *(term.topic for term in context.terms_in(text)))))


def _schemes(text: str, knowledge: Knowledge, scheme: str | None) -> tuple[str, tuple[str, ...]]:
    named = _mentioned(text, knowledge)
    if scheme:
        wanted = next((f.id for f in knowledge.families if f.id == scheme or matches(f.schemes, scheme)), None)
        if wanted and "factory" not in named:
            return wanted, named
    if named == ("context",):
        return "context", named
    others = [name for name in named if name not in ("factory", "context", "centre")]
    if others and "factory" not in named:
        return others[0], named
    return "factory", named


def _mentioned(text: str, knowledge: Knowledge) -> tuple[str, ...]:
    return tuple(f.id for f in knowledge.families if matches(f.names, text))


def _named_documents(text: str, context: AssistantContext, knowledge: Knowledge, *, placed: bool) -> tuple[str, ...]:
    """Documents whose number, full title or common name stands in the question; a bare 13号 means the national guideline."""
    squeezed = re.sub(r"\s", "", text)
    found = [document.id for document in context.documents.values() if _is_named(document, squeezed)]
    if not found and re.search(r"(?<!\))13号", squeezed):
        found = [d.id for d in context.documents.values()
                 if d.full_text and is_national(d) and "13号" in (d.document_number or "")]
    called = [a for a in knowledge.aliases if a.document in context.documents and matches(a.patterns, text)]
    found.extend(alias.document for alias in called if not alias.placeless)
    if not found and not placed:
        found.extend(alias.document for alias in called)
    return tuple(dict.fromkeys(found))


def _is_named(document: PolicyDocument, squeezed: str) -> bool:
    if document.document_number:
        number = re.sub(r"\s", "", plain(document.document_number))
        bare = re.sub(r"[-:]\d{4}$", "", number)
        whole = re.sub(r"-\d+$", "", bare)
        if number in squeezed or (re.match(r"^[a-z]", whole) and len(whole) > SHORTEST_NUMBER and whole in squeezed):
            return True
    title = re.sub(r"\s", "", plain(document.title))
    return len(title) > 6 and title in squeezed


def _entities(text: str, topics: tuple[str, ...], knowledge: Knowledge) -> tuple[tuple[Entity, str], ...]:
    found: list[tuple[Entity, str]] = []
    for entity in knowledge.entities:
        if entity.context and not entity.context.search(text):
            continue
        if entity.only_topics and topics and not set(entity.only_topics) & set(topics[:3]):
            continue
        found.extend((entity, word) for word in entity.words if word in text)
    return tuple(found)
