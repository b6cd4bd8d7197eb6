"""An optional second opinion on the order: a cross-encoder reads the question and a passage together.

It decides the order only. Scores keep their values, so that every threshold above the index stays true: the passage it
likes best gets the best score that was there, and so on down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from app.retrieval.hit import Hit, SentenceHit
from app.retrieval.local_models import open_local_model

LATE_INTERACTION = ("", "maxsim")
RERANKED_CLAUSES = 20
RERANKED_SENTENCES = 60
REMEMBERED = 4096


class Reranker(Protocol):
    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """One number a text, higher is better; only their order counts."""
        ...


class CrossEncoderReranker:
    """A cross-encoder of sentence-transformers by directory or name. Pairs are scored once while they are remembered."""

    def __init__(self, model: str) -> None:
        self._model: Any = open_local_model("CrossEncoder", model)
        self._known: dict[tuple[str, str], float] = {}

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        new = [pair for pair in dict.fromkeys((question, text) for text in texts) if pair not in self._known]
        fresh: dict[tuple[str, str], float] = {}
        if new:
            values = self._model.predict(new, show_progress_bar=False)
            fresh = {pair: float(value) for pair, value in zip(new, values, strict=True)}
        found = [fresh[pair] if pair in fresh else self._known[pair] for pair in ((question, text) for text in texts)]
        if len(self._known) > REMEMBERED:
            self._known.clear()
        self._known.update(fresh)
        return found


def open_reranker(name: str) -> Reranker | None:
    """None for the late interaction that the index has anyway. Raises Unavailable when the model cannot be opened."""
    return None if name.strip() in LATE_INTERACTION else CrossEncoderReranker(name.strip())


def reorder(question: str, hits: Sequence[Hit], reranker: Reranker) -> list[Hit]:
    """The first ``RERANKED_CLAUSES`` of hits (best first) in the reranker's order, their sentences likewise; the rest behind."""
    first, rest = list(hits[:RERANKED_CLAUSES]), list(hits[RERANKED_CLAUSES:])
    sentences = sorted((s for hit in first for s in hit.sentences), key=lambda s: -s.score)[:RERANKED_SENTENCES]
    liked = dict(zip((s.passage.id for s in sentences),
                     reranker.scores(question, [s.passage.indexed for s in sentences]), strict=True))
    order = sorted(sentences, key=lambda s: (-liked[s.passage.id], -s.score))
    given = {s.passage.id: was.score for s, was in zip(order, sentences, strict=True)}
    least = min(liked.values(), default=0.0)
    best = {hit.clause.id: max((liked.get(s.passage.id, least) for s in hit.sentences), default=least) for hit in first}
    ranked = sorted(first, key=lambda hit: (-best[hit.clause.id], -hit.score))
    scores = sorted((hit.score for hit in first), reverse=True)
    return [replace(hit, score=score, sentences=_sentences(hit, given), scores={**hit.scores, "reranker": best[hit.clause.id]})
            for hit, score in zip(ranked, scores, strict=True)] + rest


def _sentences(hit: Hit, given: dict[str, float]) -> tuple[SentenceHit, ...]:
    changed = (replace(s, score=given.get(s.passage.id, s.score)) for s in hit.sentences)
    return tuple(sorted(changed, key=lambda s: -s.score))
