"""Which sentences may answer a question, and which of them do.

Scheme and region decide before anything is ranked: park and green-factory documents are no evidence for a zero-carbon
factory, a province's document none for another province. Evidence levels are those of the sentence, not of its clause.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.assistant.context import AssistantContext
from app.assistant.frame import Frame
from app.assistant.knowledge import Knowledge, matches
from app.domain.clause import EvidenceLevel, PolicyDocument
from app.retrieval.folding import plain
from app.retrieval.hit import Hit
from app.retrieval.passages import Passage, last_heading
from app.retrieval.regions import covers, is_national, short_region

UNKNOWN_PLACE = "不可见"
HEADING_PENALTY = 0.06
TOPIC_BONUS = 0.06
TYPE_BONUS = 0.05
YEAR_BONUS = 0.04
PHRASE_BONUS = 0.1
NARROWER_PLACE_PENALTY = 0.06
NAMED_CITY_BONUS = 0.03
STANDARD_PENALTY = 0.06
LONGEST_NUMBERING = 6
LONGEST_SUFFIX = 1
LONGEST_PROVINCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A sentence with its score; ``level`` is what the sentence can claim."""

    passage: Passage
    score: float
    level: EvidenceLevel
    national: bool

    @property
    def decidable(self) -> bool:
        return self.level.decidable

    @property
    def clause_id(self) -> str:
        return self.passage.clause.id


def family_of(document: PolicyDocument, knowledge: Knowledge) -> str:
    scheme = plain(document.scheme)
    return next((f.id for f in knowledge.families if matches(f.schemes, scheme)), "factory")


def allowed_documents(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> list[PolicyDocument]:
    """Documents that may be evidence at all: the asked scheme's, of any region; ranking by region comes later."""
    wanted = {frame.family}
    if frame.family == "factory":
        wanted |= {"context", "centre"}
    if frame.compared:
        wanted |= set(frame.compared)
    if frame.regional and "green_factory" in frame.mentioned:
        wanted.add("green_factory")
    found = [d for d in context.documents.values() if family_of(d, knowledge) in wanted or d.id in frame.named]
    return found


def gather(frame: Frame, context: AssistantContext, knowledge: Knowledge, query: str | None = None,
           regions: tuple[str, ...] | None = (), limit: int = 60) -> list[Evidence]:
    """Evidence for the frame, best first. ``regions=()`` means national documents only; None every region."""
    allowed = allowed_documents(frame, context, knowledge)
    hits = context.index.search(query or frame.question, regions=regions, doc_ids=[d.id for d in allowed], limit=limit)
    return rank(hits, frame, knowledge)


def rank(hits: Iterable[Hit], frame: Frame, knowledge: Knowledge) -> list[Evidence]:
    found: list[Evidence] = []
    for hit in hits:
        for sentence in hit.sentences:
            passage = sentence.passage
            if not usable(passage, frame, knowledge):
                continue
            found.append(Evidence(passage=passage, score=sentence.score + _bonus(passage, frame), level=level_of(passage),
                                  national=is_national(passage.document)))
    return sorted(found, key=lambda e: (-e.score, e.passage.id))


def usable(passage: Passage, frame: Frame, knowledge: Knowledge) -> bool:
    """Documents of wider policies count only where they speak of zero-carbon factories themselves; a statement that applies
    to green factories or parks counts only when those are asked about."""
    if knowledge.cues["speaks_to_machine"].search(plain(passage.sentence.text)):
        return False
    family = family_of(passage.document, knowledge)
    applies_if = passage.provision.applies_if or "" if passage.provision else ""
    if frame.family == "factory" and not frame.compared and "园区" in applies_if:
        return False
    if frame.family == "factory" and not frame.compared and (family == "green_factory" or "绿色工厂" in applies_if):
        # What a green-factory notice says of zero-carbon factories is worth quoting to who asks about both.
        return "green_factory" in frame.mentioned and "零碳" in passage.sentence.text
    if family == "context" and frame.family == "factory":
        return "零碳" in passage.sentence.text
    if family == "centre" and frame.family == "factory":
        return "digital_centre" in frame.topics
    return True


def level_of(passage: Passage) -> EvidenceLevel:
    """A document whose place is not known cannot decide anything for anyone."""
    if UNKNOWN_PLACE in passage.document.region and passage.evidence.decidable:
        return EvidenceLevel.NEWS
    return passage.evidence


def is_heading(passage: Passage) -> bool:
    """A run-in heading repeated in the body, or a heading clause."""
    heading = plain(last_heading(passage.clause)).rstrip("。")
    text = plain(passage.sentence.text).rstrip("。:")
    return passage.clause.kind == "head" or (text.endswith(heading) and len(text) <= len(heading) + LONGEST_NUMBERING)


def local_to(evidence: Evidence, frame: Frame) -> bool:
    return any(covers(evidence.passage.document, region) for region in frame.regions)


def fits_type(evidence: Evidence, frame: Frame) -> bool:
    """The sentence holds a value of the asked type, on a topic that may hold it."""
    if frame.type is None:
        return True
    if frame.type.topics and not set(frame.type.topics) & set(evidence.passage.topics):
        return False
    return bool(frame.type.evidence.search(evidence.passage.sentence.text))


def on_topic(evidence: Evidence, frame: Frame) -> bool:
    return bool(set(frame.topics) & set(evidence.passage.topics))


def _bonus(passage: Passage, frame: Frame) -> float:
    bonus = -HEADING_PENALTY if is_heading(passage) else 0.0
    shared = [topic for topic in frame.topics if topic in passage.topics]
    if shared:
        # A clause of an official text has many topics, a sentence of a digest one: the one says more.
        bonus += TOPIC_BONUS * (1.0 if passage.provision else 0.7) / (1 + 0.5 * frame.topics.index(shared[0]))
    if frame.type is not None and frame.type.evidence.search(passage.sentence.text):
        bonus += TYPE_BONUS
    if frame.phrases:
        indexed = plain(passage.indexed)
        bonus += PHRASE_BONUS if any(phrase in indexed for phrase in frame.phrases) else 0.0
    if passage.document.level == "standard" and passage.document.id not in frame.named:
        bonus -= STANDARD_PENALTY
    if frame.places and not is_national(passage.document):
        bonus += _place_bonus(passage.document, frame)
    if frame.years:
        bonus += YEAR_BONUS if any(year in passage.sentence.text for year in frame.years) else 0.0
    return bonus


def _place_bonus(document: PolicyDocument, frame: Frame) -> float:
    """The document of a place inside the named one speaks for that place alone; that of the named city speaks before its
    province's. A region is written from the widest to the narrowest name (江苏苏州)."""
    ends = [document.region.find(short) + len(short) for short in map(short_region, frame.places) if short in document.region]
    if not ends:
        return 0.0
    if len(document.region) - max(ends) > LONGEST_SUFFIX:
        return -NARROWER_PLACE_PENALTY
    return NAMED_CITY_BONUS if max(ends) > LONGEST_PROVINCE else 0.0
