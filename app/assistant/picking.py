"""From ranked evidence to the few sentences worth quoting."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.assistant.evidence import Evidence, is_heading, on_topic
from app.assistant.frame import Frame
from app.domain.clause import Clause
from app.retrieval.folding import strip_question_words, terms

SAME_CLAUSE_MARGIN = 0.03
OTHER_CLAUSE_MARGIN = 0.018
MULTI_MARGIN = 0.04
MOST_SENTENCES = 3
MOST_CLAUSES = 2
MULTI_SENTENCES = 5
MULTI_CLAUSES = 3
PARTS = re.compile(r"[,;、?]|和|与|以及|及|又|到(?=.{2})|分别|还是")
SHORT_QUOTE = 6
FEWEST_TERMS = 3


def pick(ranked: Sequence[Evidence], frame: Frame, *, sentences: int = 0, clauses: int = 0) -> list[Evidence]:
    """The best sentence and those hardly worse: narrow for a plain question, wider for one with several parts."""
    usable = [e for e in ranked if not is_heading(e.passage) and len(e.passage.sentence.text) >= SHORT_QUOTE]
    if not usable:
        return []
    top = usable[0]
    most_sentences = sentences or (MULTI_SENTENCES if frame.multi else MOST_SENTENCES)
    most_clauses = clauses or (MULTI_CLAUSES if frame.multi else MOST_CLAUSES)
    picked, held = [top], {top.clause_id}
    for candidate in usable[1:]:
        if len(picked) >= most_sentences:
            break
        inside = candidate.clause_id in held
        margin = MULTI_MARGIN if frame.multi else SAME_CLAUSE_MARGIN if inside else OTHER_CLAUSE_MARGIN
        if candidate.score < top.score - margin or (not inside and len(held) >= most_clauses):
            continue
        if frame.topics and not inside and not on_topic(candidate, frame) and on_topic(top, frame):
            continue
        picked.append(candidate)
        held.add(candidate.clause_id)
    return picked


def parts_of(frame: Frame) -> list[str]:
    """The parts of a question that asks several things, each long enough to search for."""
    if not frame.multi:
        return []
    parts = [part.strip() for part in PARTS.split(frame.text)]
    return [part for part in parts if len(terms(strip_question_words(part))) >= FEWEST_TERMS]


def outline(top: Evidence, ranked: Sequence[Evidence]) -> list[Evidence]:
    """When a lead-in (``…遵循以下原则：``) or a heading is what fits best, its members are the answer: the first sentence
    of each clause below it, in the order of the document."""
    clause = top.passage.clause
    lead = top.passage.sentence.text.rstrip()
    if not (clause.kind == "head" or lead.endswith(("：", ":"))):
        return []
    heading = re.sub(r"[：:。]$", "", re.sub(r"^[一二三四五六七八九十]+、", "", lead))
    first: dict[str, Evidence] = {}
    for evidence in ranked:
        member = evidence.passage.clause
        if member.doc_id == clause.doc_id and member.id != clause.id and _below(member, heading):
            known = first.get(member.id)
            if known is None or evidence.passage.sentence.start < known.passage.sentence.start:
                first[member.id] = evidence
    return sorted(first.values(), key=lambda e: e.passage.sentence.start)


def _below(clause: Clause, heading: str) -> bool:
    return clause.kind != "head" and heading in [part.strip() for part in clause.title.split(" > ")][:-1]
