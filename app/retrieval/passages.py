"""What is indexed: one passage a sentence, bound to its clause, with the clause's last heading in front."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.clause import Clause, EvidenceLevel, PolicyDocument, Provision, Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """``text`` of the sentence as stored; ``indexed`` what engines see. ``sentence.start/end`` are offsets in the document.

    ``provision`` is set for sentences of a digest: it tells the topic and evidence level of this sentence alone, where the
    clause only has the weakest of its sentences."""

    id: str
    document: PolicyDocument
    clause: Clause
    sentence: Sentence
    indexed: str
    provision: Provision | None = None

    @property
    def topics(self) -> tuple[str, ...]:
        return (self.provision.topic,) if self.provision else self.clause.topics

    @property
    def evidence(self) -> EvidenceLevel:
        return self.provision.evidence if self.provision else self.clause.evidence


def passages_of(documents: Iterable[PolicyDocument], topic_labels: Mapping[str, str] | None = None) -> list[Passage]:
    """Passages in document order, headings included: a heading answers questions about the outline."""
    labels = topic_labels or {}
    found: list[Passage] = []
    for document in documents:
        for clause in document.clauses:
            members = [p for p in document.provisions if p.clause == clause.path] if clause.kind == "provision" else []
            for place, sentence in enumerate(clause.sentences or (_whole(clause),)):
                if not sentence.text.strip():
                    continue
                provision = members[place] if place < len(members) else None
                heading = labels.get(provision.topic, "") if provision else last_heading(clause)
                lead = "" if not heading or sentence.text.startswith(heading) else heading + "。"
                found.append(Passage(id=sentence.id, document=document, clause=clause, sentence=sentence,
                                     indexed=lead + sentence.text, provision=provision))
    return found


def last_heading(clause: Clause) -> str:
    """The innermost heading of the breadcrumb."""
    return clause.title.rsplit(" > ", 1)[-1].strip()


def _whole(clause: Clause) -> Sentence:
    return Sentence(id=clause.id, text=clause.text, start=clause.start, end=clause.end)
