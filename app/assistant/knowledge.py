"""The assistant's own data (``data/*.toml``) as frozen, compiled values: what is refused, what a question asks for, which
region and scheme it names, how things are said. Rules live there, not in code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    id: str
    patterns: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    text: str
    advice: str
    evidence: str = ""
    status: str = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerType:
    """``evidence`` must match a sentence before it can answer; ``strict``: without such a sentence there is no answer at all.

    ``scope`` any | national | named says which documents may answer when the question names no region."""

    id: str
    ask: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    evidence: re.Pattern[str]
    topics: tuple[str, ...]
    strict: bool
    scope: str
    label: str
    ask_where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    kind: str
    words: tuple[str, ...]
    also: tuple[str, ...]
    only_topics: tuple[str, ...]
    context: re.Pattern[str] | None
    strict: bool
    say: str
    nearest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRule:
    """``regional`` says what local documents may add when no region is named; ``generic`` topics give way to specific ones,
    ``leading`` ones are words of art that decide what a question is about whatever else it mentions."""

    slug: str
    ask: tuple[re.Pattern[str], ...]
    regional: str
    generic: bool
    leading: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeFamily:
    id: str
    label: str
    schemes: tuple[re.Pattern[str], ...]
    names: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OffTopic:
    patterns: tuple[re.Pattern[str], ...]
    domain: tuple[str, ...]
    text: str
    advice: str
    late_floor: float
    coverage_floor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """``owner`` maps a place name to its province; ``suffix_only`` names count only with 市, 州 or the like behind them."""

    owner: Mapping[str, str]
    suffix_only: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMark:
    """The marks of a rejected claim (all must be there); ``force``: a question that rests on it has no answer."""

    all: tuple[re.Pattern[str], ...]
    force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDataRule:
    id: str
    patterns: tuple[re.Pattern[str], ...]
    upload: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A common name of a document; ``placeless`` ones count only when no place and no other document is named."""

    document: str
    patterns: tuple[re.Pattern[str], ...]
    placeless: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    refusals: tuple[Refusal, ...]
    off_topic: OffTopic
    types: tuple[AnswerType, ...]
    entities: tuple[Entity, ...]
    topics: Mapping[str, TopicRule]
    families: tuple[SchemeFamily, ...]
    gazetteer: Gazetteer
    own: tuple[OwnDataRule, ...]
    own_markers: re.Pattern[str]
    own_unless: re.Pattern[str]
    carriers: tuple[tuple[re.Pattern[str], str], ...]
    claims: Mapping[str, ClaimMark]
    wording: Mapping[str, str]
    cues: Mapping[str, re.Pattern[str]]
    aliases: tuple[Alias, ...]
    dialect: tuple[tuple[str, str], ...]
    alike: Mapping[str, str]
    trade_words: tuple[str, ...]
    stop_characters: frozenset[str]
    stop_words: tuple[str, ...]


@lru_cache(maxsize=1)
def load_knowledge() -> Knowledge:
    """Reads every data file once a process."""
    own = _toml("own_data")
    off = _toml("offtopic")
    return Knowledge(
        refusals=tuple(Refusal(id=r["id"], patterns=_patterns(r["patterns"]), unless=_patterns(r["unless"]), text=r["text"],
                               advice=r["advice"], evidence=r.get("evidence", ""), status=r.get("status", "declined"))
                       for r in _toml("refusals")["refusal"]),
        off_topic=OffTopic(patterns=_patterns(off["patterns"]), domain=tuple(off["domain"]), text=off["text"],
                           advice=off["advice"], late_floor=off["late_floor"], coverage_floor=off["coverage_floor"]),
        types=tuple(_answer_type(r) for r in _toml("answer_types")["type"]),
        entities=tuple(_entity(r) for r in _toml("entities")["entity"]),
        topics={slug: TopicRule(slug=slug, ask=_patterns(r["ask"]), regional=r["regional"], generic=r.get("generic", False), leading=r.get("leading", False))
                for slug, r in _toml("topics")["topic"].items()},
        families=tuple(SchemeFamily(id=r["id"], label=r["label"], schemes=_patterns(r["schemes"]),
                                    names=_patterns(r["names"])) for r in _toml("schemes")["family"]),
        gazetteer=_gazetteer(_toml("regions")),
        own=tuple(OwnDataRule(id=r["id"], patterns=_patterns(r["patterns"]), upload=r.get("upload", ""))
                  for r in own["rule"]),
        own_markers=re.compile(own["markers"]),
        own_unless=re.compile(own["unless"]),
        carriers=tuple((re.compile(pattern), carrier) for carrier, pattern in own["carriers"].items()),
        claims={r["id"]: ClaimMark(all=_patterns(r["all"]), force=r.get("force", False))
                for r in _toml("claim_marks")["mark"]},
        wording=_toml("wording"),
        aliases=tuple(Alias(document=r["document"], patterns=_patterns(r["patterns"]), placeless=r.get("placeless", False))
                      for r in _toml("aliases")["alias"]),
        dialect=tuple((spoken, plain_word) for spoken, plain_word in _toml("dialect")["words"]),
        alike=_alike(_toml("typos")["groups"]),
        trade_words=tuple(sorted(_toml("typos")["words"], key=len, reverse=True)),
        stop_characters=frozenset(_toml("stop")["characters"]),
        stop_words=tuple(_toml("stop")["words"]),
        cues={name: re.compile(pattern) for name, pattern in _toml("cues")["cue"].items()},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenTerm:
    """A colloquial word and what the texts call it: the same shape as a term of the lexicon."""

    users: tuple[str, ...]
    policy: tuple[str, ...]
    topic: str
    documents: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def spoken_terms() -> tuple[SpokenTerm, ...]:
    return tuple(SpokenTerm(users=tuple(r["u"]), policy=tuple(r["p"]), topic=r["t"]) for r in _toml("colloquial")["terms"])


@lru_cache(maxsize=1)
def load_examples() -> dict[str, tuple[str, ...]]:
    """Example sentences by kind of question."""
    return {kind: tuple(texts) for kind, texts in _toml("exemplars").items() if kind != "version"}


def matches(patterns: tuple[re.Pattern[str], ...], text: str) -> bool:
    return any(pattern.search(text) for pattern in patterns)


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def _patterns(values: list[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(value, re.IGNORECASE) for value in values)


def _answer_type(row: dict[str, Any]) -> AnswerType:
    return AnswerType(id=row["id"], ask=_patterns(row["ask"]), unless=_patterns(row.get("unless", [])),
                      evidence=re.compile(row["evidence"]), topics=tuple(row["topics"]), strict=row["strict"],
                      scope=row["scope"], label=row["label"], ask_where=row["ask_where"])


def _entity(row: dict[str, Any]) -> Entity:
    return Entity(kind=row["kind"], words=tuple(row["words"]), also=tuple(row.get("also", ())),
                  only_topics=tuple(row.get("only_topics", ())), strict=row.get("strict", False), say=row["say"],
                  context=re.compile(row["context"]) if "context" in row else None, nearest=row.get("nearest", ""))


def _alike(groups: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for group in groups:
        for character in group:
            found[character] = found.get(character, "") + group
    return found


def _gazetteer(table: dict[str, Any]) -> Gazetteer:
    owner: dict[str, str] = {}
    for province, cities in table["provinces"].items():
        owner[province] = province
        for city in cities:
            owner.setdefault(city, province)
    return Gazetteer(owner=owner, suffix_only=frozenset(table["suffix_only"]))
