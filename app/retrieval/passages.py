"""What is indexed: one passage a sentence, bound to its clause, with the clause's last heading in front."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.clause import Clause, PolicyDocument, Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """``text`` is the sentence as stored; ``indexed`` what engines see. ``sentence.start/end`` are offsets in the document."""

    id: str
    document: PolicyDocument
    clause: Clause
    sentence: Sentence
    indexed: str


def passages_of(documents: Iterable[PolicyDocument]) -> list[Passage]:
    """Passages in document order. Pure headings are left out: a heading says what follows, it is not evidence."""
    found: list[Passage] = []
    for document in documents:
        for clause in document.clauses:
            if clause.kind == "head" or not clause.text.strip():
                continue
            heading = last_heading(clause)
            for sentence in clause.sentences or (_whole(clause),):
                if not sentence.text.strip():
                    continue
                lead = "" if not heading or sentence.text.startswith(heading) else heading + "。"
                found.append(Passage(id=sentence.id, document=document, clause=clause, sentence=sentence,
                                     indexed=lead + sentence.text))
    return found


def last_heading(clause: Clause) -> str:
    """The innermost heading of the breadcrumb."""
    for mark in (" > ", " › ", "＞", ">", "/", "／"):
        if mark in clause.title:
            return clause.title.rsplit(mark, 1)[-1].strip()
    return clause.title.strip()


def _whole(clause: Clause) -> Sentence:
    return Sentence(id=clause.id, text=clause.text, start=clause.start, end=clause.end)
