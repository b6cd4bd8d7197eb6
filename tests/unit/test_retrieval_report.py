"""The side-by-side report: how figures are counted, by hand."""

from __future__ import annotations

import pytest

from evals.retrieval import Rankers, measure
from tests.unit.test_retrieval_index import build, documents  # noqa: F401


def test_figures_by_hand():
    rankings = {"a": ["x", "y", "z"], "b": ["p", "q", "r", "s", "t", "x"]}
    got = measure(lambda question, _: rankings[question], [("a", ["x", "z"]), ("b", ["x"])], None)
    assert got == {"n": 2, "hit_at_1": 0.5, "recall_at_5": 0.5, "mrr": pytest.approx(round((1 + 1 / 6) / 2, 3))}


def test_more_gold_than_places_can_still_be_full_recall():
    got = measure(lambda *_: list("abcdefgh"), [("q", list("abcdefg"))], None)
    assert got["recall_at_5"] == 1.0


@pytest.mark.usefixtures("documents")
def test_every_method_ranks_clauses_and_respects_the_documents(documents):  # noqa: F811
    rankers = Rankers(build(documents))
    assert {"dense", "rrf", "ours"} <= set(rankers.methods)
    for name, ranker in rankers.methods.items():
        assert ranker("能效标准", None)[0] == "nation/2", name
        assert {c.split("/")[0] for c in ranker("光伏", {"city"})} == {"city"}, name
