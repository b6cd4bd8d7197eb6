"""From ranked evidence to the few sentences worth quoting."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.assistant.evidence import Evidence, is_heading, on_topic
from app.assistant.frame import Frame
from app.domain.clause import Clause
from app.retrieval.folding import plain, strip_question_words, terms

SAME_CLAUSE_MARGIN = 0.02
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


def outline(frame: Frame, ranked: Sequence[Evidence], cue: bool) -> list[Evidence]:
    """A question about the outline (``遵循哪些原则``, ``建设路径有几条``): the first sentence of each clause below the heading
    or lead-in it names, in the order of the document; all sentences when there is only one clause."""
    leads = [e for e in ranked if e.passage.clause.kind == "head" or e.passage.sentence.text.rstrip().endswith(("：", ":"))]
    named = next((e for e in leads if e.passage.clause.kind == "head" and plain(heading_of(e)) in frame.text), None)
    if named is None and cue and ranked and ranked[0] in leads:
        named = ranked[0]
    if named is None or not (cue or named.passage.clause.kind == "head"):
        return []
    heading = heading_of(named)
    members = [e for e in ranked if e.passage.document.id == named.passage.document.id and e.clause_id != named.clause_id
               and _below(e.passage.clause, heading)]
    members.sort(key=lambda e: e.passage.sentence.start)
    first = list({e.clause_id: e for e in reversed(members)}.values())
    first.sort(key=lambda e: e.passage.sentence.start)
    return members if len(first) == 1 else first


def heading_of(evidence: Evidence) -> str:
    """The words of a heading or lead-in without number and colon."""
    lead = re.sub(r"^[一二三四五六七八九十]+、", "", evidence.passage.sentence.text.strip())
    return lead.rstrip("：:。")


def _below(clause: Clause, heading: str) -> bool:
    parts = [part.strip() for part in clause.title.split(" > ")]
    return clause.kind != "head" and (heading in parts[:-1] or (heading == parts[-1] and "-p" in clause.path))
