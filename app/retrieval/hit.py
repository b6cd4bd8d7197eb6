"""Search results: clauses with their best sentences and what each method thought of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.clause import Clause, PolicyDocument, Sentence
from app.retrieval.passages import Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceHit:
    sentence: Sentence
    passage: Passage
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """``scores`` holds ``late`` (late interaction), ``dense`` (sentence cosine), ``lexical`` (BM25 over the best one of
    this search) and ``coverage`` (idf share of the question's terms found in the clause), each 0..1. ``sentences`` best first."""

    clause: Clause
    document: PolicyDocument
    score: float
    scores: Mapping[str, float]
    sentences: tuple[SentenceHit, ...]
