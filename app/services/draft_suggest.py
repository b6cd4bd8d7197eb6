"""What a person may have meant by a typed number: facts that print it, facts that are close, or a date, clause or standard."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from app.domain.fact import Fact
from app.domain.number import parse_number
from app.drafting.model import FactRef, Missing
from app.services.draft_literals import LABELS, literals_around
from app.services.draft_text import Problem
from app.services.draft_tokens import BAR, CLOSE, OPEN, Legend, Piece, missing_text, printed

LIMIT = 6
NEAR = Fraction(1, 50)
"""How far, as a part of the fact, a typed number may lie from it to be called close."""
_SPOKEN = {"tCO2": "吨二氧化碳|吨", "tCO2e": "吨二氧化碳当量|吨", "t": "吨", "tce": "吨标准煤|吨", "kWh": "千瓦时|度", "Nm3": "标方|立方米|方", "L": "升", "GJ": "吉焦"}
"""How a unit is also written behind a number; a fact brings its own unit in their place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Replace start..end of the text by ``text``; ``label`` says what that is, ``literal`` that it is a date, clause or code."""

    label: str
    start: int
    end: int
    text: str
    literal: bool = False


def suggestions(
    text: str, problem: Problem, facts: Mapping[str, Fact], legend: Legend, used: Iterable[str] = ()
) -> tuple[Suggestion, ...]:
    """Ways out of a problem, the likeliest first. ``used`` are facts the section prints already."""
    if problem.id == "number":
        return tuple(_for_number(text, problem, facts, legend, frozenset(used)))
    if problem.id == "token":
        return tuple(_for_token(text, problem, facts, legend))
    return ()


def _for_number(
    text: str, problem: Problem, facts: Mapping[str, Fact], legend: Legend, used: frozenset[str]
) -> Iterator[Suggestion]:
    start, end = problem.start, problem.end
    spans = list(literals_around(text, start, end))
    for span in spans:
        label = LABELS[span.kind]
        words = text[span.start : span.end]
        token = f"{OPEN}{label}{BAR}{words}{CLOSE}"
        yield Suggestion(label=f"{label} {words}", start=span.start, end=span.end, text=token, literal=True)
    typed = re.sub(r"[,，\s]", "", text[start:end])
    ranked = sorted(_close(typed, facts.values()), key=lambda c: (c[0], c[1].id not in used, _aside(c[1]), c[1].id))
    for distance, fact in ranked[:LIMIT]:
        if distance and (spans or _aside(fact)):
            continue
        inline = FactRef(fact=fact.id, unit=bool(fact.unit))
        near = "（最接近）" if distance else ""
        yield Suggestion(
            label=f"{fact.label} {printed(inline, fact)}{near}",
            start=start,
            end=end + _unit_behind(text[end:], fact.unit),
            text=legend.token(Piece(inline=inline, fact=fact)),
        )
    yield Suggestion(label="标为待补充", start=start, end=end, text=missing_text(Missing(what="该项数据及其证明")))


def _aside(fact: Fact) -> bool:
    """Facts that are offered last, and only when they print exactly the number: words of policies, verdicts and the profile's lists."""
    return fact.id.startswith(("extra.", "policy.", "verdict.", "doc."))


def _unit_behind(text: str, unit: str) -> int:
    """How many characters of the text repeat the unit."""
    ways = "|".join((re.escape(unit), _SPOKEN.get(unit, re.escape(unit))))
    found = re.match(f"[ \u00a0]?(?:{ways})", text) if unit else None
    return found.end() if found else 0


def _close(typed: str, facts: Iterable[Fact]) -> Iterator[tuple[Fraction, Fact]]:
    """(distance, fact): 0 for facts that print the number, else facts within NEAR of it."""
    try:
        number: Fraction | None = parse_number(typed.rstrip("%％‰"))
    except ValueError:
        number = None
    for fact in facts:
        plain = re.sub(r"[,，\s]", "", fact.text)
        if plain == typed.rstrip("%％‰") or plain == typed:
            yield Fraction(0), fact
        elif number:
            try:
                value = parse_number(plain)
            except ValueError:
                continue
            if value and abs(value - number) <= abs(value) * NEAR:
                yield abs(value - number) / abs(value), fact


def _for_token(text: str, problem: Problem, facts: Mapping[str, Fact], legend: Legend) -> Iterator[Suggestion]:
    """The pieces a token may have meant: all that carry its name, or the facts with its label."""
    body = text[problem.start + 1 : problem.end - 1]
    found = legend.find(body)
    label = body.partition(BAR)[0]
    pieces = found or tuple(
        Piece(inline=FactRef(fact=f.id, unit=bool(f.unit)), fact=f) for f in facts.values() if f.label == label
    )
    for piece in pieces[:LIMIT]:
        token = legend.token(piece)
        where = f"（{piece.fact.id}）" if piece.fact is not None and len(pieces) > 1 else ""
        yield Suggestion(label=f"{token.strip(OPEN + CLOSE)}{where}", start=problem.start, end=problem.end, text=token)


def utf16(text: str, place: int) -> int:
    """A place in the text as a browser counts it."""
    return len(text[:place].encode("utf-16-le")) // 2
