"""Which documents a question leans to, when whoever searches has not chosen them.

Many documents say nearly the same in nearly the same words: the wording alone cannot tell whose rule is asked for. The
question often does: it names a document by number, a province or city, a scheme. Where it names nothing, the national
text that is held in full speaks first, and standards, park rules and forum posts last. Each weight is small beside the
span of the scores; they decide between clauses that fit about equally well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from app.domain.clause import EvidenceLevel, PolicyDocument
from app.retrieval.folding import plain
from app.retrieval.regions import covers, is_national

NAMED, REGIONAL, SUPERSEDED = 0.15, 0.10, -0.10
FULL_TEXT, NATIONAL = 0.02, 0.02
OTHER_SCHEME, STANDARD, FORUM = -0.03, -0.02, -0.02
YEAR_AND_NUMBER = re.compile(r"\((\d{4})\)(\d+)号")
CODE = re.compile(r"^([a-z][a-z/\-]*?)-?(\d+(?:-\d{1,3}(?!\d))?)(?:[-:]\d{4})?$")
STANDARD_WORDS = ("标准", "团标", "规范", "通则", "导则")
OWN_SCHEME, OWN_PREFIX, NOT_A_FACTORY = "零碳", re.compile("^近?零碳"), "园区"


class Leaning:
    """``of(question in plain spelling)`` maps document ids to what is added to the score of their clauses; 0 is left out.

    ``places`` maps a place name to its province, so that a question from a city leans to the province's documents too."""

    def __init__(self, documents: Iterable[PolicyDocument], places: Mapping[str, str] | None = None) -> None:
        self._documents = tuple(documents)
        self._places = {plain(name): owner for name, owner in (places or {}).items()}
        self._bearers: dict[str, list[PolicyDocument]] = {}
        for document in self._documents:
            for name in _names(document):
                self._bearers.setdefault(name, []).append(document)
        known = sorted(self._places, key=len, reverse=True)
        self._place = re.compile("|".join(map(re.escape, known))) if known else None

    def of(self, question: str) -> dict[str, float]:
        named = self._named(question.replace(" ", ""))
        places = set(self._place.findall(question)) if self._place else set()
        found = {d.id: self._weight(d, question, places, d.id in named) for d in self._documents}
        return {id: weight for id, weight in found.items() if weight}

    def _weight(self, document: PolicyDocument, question: str, places: set[str], named: bool) -> float:
        weight = SUPERSEDED if document.superseded_by and not named else 0.0
        if document.full_text:
            weight += FULL_TEXT
        if places:
            weight += REGIONAL if self._belongs(document, places) else 0.0
        elif is_national(document):
            weight += NATIONAL
        if named:
            return weight + NAMED
        if not _own_scheme(document) and OWN_PREFIX.sub("", document.scheme) not in question:
            weight += OTHER_SCHEME
        if document.level == "standard" and not any(word in question for word in STANDARD_WORDS):
            weight += STANDARD
        return weight + (FORUM if document.evidence is EvidenceLevel.FORUM else 0.0)

    def _belongs(self, document: PolicyDocument, places: set[str]) -> bool:
        """True for documents of the place itself, and for its province's when the place is a city."""
        return not is_national(document) and any(
            covers(document, place) or document.region == self._places[place] for place in places)

    def _named(self, text: str) -> set[str]:
        """Ids of the documents whose number stands in the question. A bare number that several bear means the one held in
        full; a longer name decides over a shorter one inside it."""
        standing = [name for name in self._bearers if re.search(rf"(?<![0-9a-z]){re.escape(name)}(?!\d)", text)]
        found: set[str] = set()
        for name in standing:
            if any(name != other and name in other for other in standing):
                continue
            bearers = self._bearers[name]
            whole = [d for d in bearers if d.full_text] if len(bearers) > 1 else []
            found |= {d.id for d in whole or bearers}
        return found


def _names(document: PolicyDocument) -> set[str]:
    """How a document number is written in a question: with and without its year, codes without theirs."""
    number = plain(document.document_number or "").replace(" ", "")
    dated = YEAR_AND_NUMBER.search(number)
    if dated:
        return {dated.group(), dated[2] + "号"}
    code = CODE.match(number)
    return {code[1] + code[2]} if code else set()


def _own_scheme(document: PolicyDocument) -> bool:
    return OWN_SCHEME in document.scheme and NOT_A_FACTORY not in document.scheme
