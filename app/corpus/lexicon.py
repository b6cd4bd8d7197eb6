"""The words of the shop floor and the words of the policy texts: folding of spellings, expansion of questions.

The lexicon widens a search and routes to topics; it never rewrites a quotation, and ``not_synonyms`` lists pairs that look alike
but must not stand for each other (零碳工厂 and 近零碳工厂, 等价值 and 当量值).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.corpus.paths import corpus_root


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSynonym:
    a: str
    b: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """``users`` are words users say, ``policy`` the words of the text, ``documents`` where they stand when not in the national
    guideline; empty for terms of the guideline itself."""

    users: tuple[str, ...]
    policy: tuple[str, ...]
    topic: str
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """What a question touches: policy words to search for besides its own, topics, documents named by other_terms."""

    words: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """``variants`` are groups of spellings with one meaning, the first is the one to fold to."""

    variants: tuple[tuple[str, ...], ...]
    not_synonyms: tuple[NotSynonym, ...]
    terms: tuple[Term, ...]
    other_terms: tuple[Term, ...]

    def fold(self, text: str) -> str:
        """Every variant spelling replaced by the first of its group, longest first, in one pass (nothing is folded twice).

        Latin and digit spellings count only as whole words: CO2 inside CO2e and 13号 inside 工信部节〔2024〕13号 stay."""
        pattern, canonical = _folding(self.variants)
        return pattern.sub(lambda match: canonical[match[0].casefold()], text)

    def expand(self, question: str) -> Expansion:
        """The terms whose user words occur in the question, as written or folded; policy words already present are left out."""
        texts = (question, self.fold(question))
        terms = tuple(
            t for t in (*self.terms, *self.other_terms) if any(_says(text, u) for text in texts for u in t.users)
        )
        words = (word for term in terms for word in term.policy if word not in question)
        return Expansion(
            words=tuple(dict.fromkeys(words)),
            topics=tuple(dict.fromkeys(term.topic for term in terms)),
            documents=tuple(dict.fromkeys(doc for term in terms for doc in term.documents)),
            terms=terms,
        )

    def topics_named(self, text: str) -> tuple[str, ...]:
        """Topics whose policy words or user words the text contains, in the order of the file."""
        folded = self.fold(text)
        hit = (
            t.topic for t in (*self.terms, *self.other_terms) if any(_says(folded, w) for w in (*t.users, *t.policy))
        )
        return tuple(dict.fromkeys(hit))

    def confusions(self, text: str) -> tuple[NotSynonym, ...]:
        """The pairs of which the text names one side: answering with the other side would be wrong."""
        return tuple(pair for pair in self.not_synonyms if _says(text, pair.a) != _says(text, pair.b))

    def vocabulary(self) -> frozenset[str]:
        """Every word the lexicon knows, folded and unfolded: a question made of none of them is outside the corpus."""
        words = {w for group in self.variants for w in group}
        words |= {w for t in (*self.terms, *self.other_terms) for w in (*t.users, *t.policy)}
        return frozenset(words | {self.fold(word) for word in words})


def load_lexicon(root: Path | None = None) -> Lexicon:
    """policy_corpus/lexicon.toml."""
    return _read(root or corpus_root())


@lru_cache(maxsize=8)
def _read(root: Path) -> Lexicon:
    table = tomllib.loads((root / "lexicon.toml").read_text(encoding="utf-8"))
    return Lexicon(
        variants=tuple(tuple(group) for group in table["variants"]),
        not_synonyms=tuple(NotSynonym(a=row["a"], b=row["b"], why=row["why"]) for row in table["not_synonyms"]),
        terms=tuple(_term(row) for row in table["terms"]),
        other_terms=tuple(_term(row) for row in table["other_terms"]),
    )


def _term(row: dict[str, list[str] | str]) -> Term:
    return Term(
        users=tuple(row["u"]), policy=tuple(row["p"]), topic=str(row["t"]), documents=tuple(row.get("docs", ()))
    )


@lru_cache(maxsize=8)
def _folding(variants: tuple[tuple[str, ...], ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    canonical = {spelling.casefold(): group[0] for group in variants for spelling in group}
    spellings = sorted({s for group in variants for s in group}, key=len, reverse=True)
    return re.compile("|".join(_bounded(s) for s in spellings), re.IGNORECASE), canonical


def _bounded(word: str) -> str:
    """The word as a pattern that does not match inside a longer latin word, a longer number or another document number."""
    before = r"(?<![A-Za-z])" if word[0].isascii() and word[0].isalpha() else ""
    if word[0].isdigit():
        before = r"(?<![0-9〕\])）.])"
    after = r"(?![A-Za-z0-9])" if word[-1].isascii() and word[-1].isalnum() else ""
    return before + re.escape(word) + after


@lru_cache(maxsize=2048)
def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(_bounded(word), re.IGNORECASE)


def _says(text: str, word: str) -> bool:
    return _pattern(word).search(text) is not None
