"""A reranker decides the order and leaves the scores their values."""

from __future__ import annotations

import pytest

from app.retrieval import reranker as module
from app.retrieval.reranker import reorder
from tests.unit.test_retrieval_index import build, documents  # noqa: F401


class ByLength:
    """Prefers the longest text; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def scores(self, question, texts):
        self.asked.append((question, tuple(texts)))
        return [float(len(t)) for t in texts]


def test_the_order_is_the_rerankers_and_the_scores_stay(documents):  # noqa: F811
    plain = build(documents).search("光伏")
    changed = build(documents, reranker=ByLength()).search("光伏")
    assert [h.score for h in changed] == [h.score for h in plain]
    assert {h.clause.id for h in changed} == {h.clause.id for h in plain}
    lengths = [len(h.clause.text) for h in changed]
    assert lengths == sorted(lengths, reverse=True)
    assert sorted(s.score for h in changed for s in h.sentences) == pytest.approx(sorted(s.score for h in plain for s in h.sentences))
    assert max((s for h in changed for s in h.sentences), key=lambda s: s.score).sentence.text == changed[0].clause.text


def test_only_the_first_clauses_are_read_again(documents, monkeypatch):  # noqa: F811
    monkeypatch.setattr(module, "RERANKED_CLAUSES", 2)
    plain = build(documents).search("光伏")
    asked = ByLength()
    changed = reorder("光伏", plain, asked)
    assert [h.clause.id for h in changed[2:]] == [h.clause.id for h in plain[2:]]
    assert len(asked.asked[0][1]) == 2


def test_the_limit_counts_after_the_second_reading(documents):  # noqa: F811
    best = build(documents, reranker=ByLength()).search("光伏", limit=1)[0]
    assert best.clause.id == build(documents, reranker=ByLength()).search("光伏")[0].clause.id
