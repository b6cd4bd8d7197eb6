"""Four ways to find the clause, side by side in one run, over the same passages and the same questions.

``bm25-jieba`` cuts words with jieba (an optional package, left out with a note where it is not installed) · ``dense`` is the
cosine of sentence vectors · ``rrf`` fuses the ranks of bigram BM25 and dense · ``ours`` is the index the assistant uses.
Two scopes: the guideline alone (questions all of whose gold clauses stand in it), and the whole corpus without any filter.
R@5 counts gold clauses among the first five, out of as many as five places can hold.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from app.retrieval.folding import plain, strip_question_words, terms
from app.retrieval.index import PolicyIndex
from app.retrieval.lexical import Bm25
from evals.answers import DATASETS, build_context

GUIDELINE = "miit-2026-13"
DEVELOPMENT, HELD = "questions_dev", "questions_held"
RRF_CONSTANT = 60
SCOPES = {"guideline": "只查指导意见", "corpus": "全库，不按地区筛"}
TARGETS = {"guideline": (0.92, 0.98), "corpus": (0.85, 0.95)}
NO_JIEBA = "未安装 jieba，略去 bm25-jieba 一行（pip install jieba 后再运行）。"

Ranker = Callable[[str, "set[str] | None"], list[str]]


class Rankers:
    """Every method over the passages of one index; each gives clause ids, best first, optionally of some documents only."""

    def __init__(self, index: PolicyIndex) -> None:
        self._index = index
        self._bigrams = Bm25([terms(index.folder.fold(p.indexed)) for p in index.passages])
        self.methods: dict[str, Ranker] = {"dense": self._dense, "rrf": self._fused, "ours": self._ours}
        if find_spec("jieba"):
            self._words = Bm25([_cut(p.indexed) for p in index.passages])
            self.methods = {"bm25-jieba": self._jieba, **self.methods}

    def _clauses(self, scores: Iterable[float], allowed: set[str] | None) -> list[str]:
        """Clauses by the score of their best passage."""
        best: dict[str, float] = {}
        for passage, score in zip(self._index.passages, scores, strict=True):
            if allowed is None or passage.document.id in allowed:
                best[passage.clause.id] = max(score, best.get(passage.clause.id, float("-inf")))
        return sorted(best, key=lambda clause: (-best[clause], clause))

    def _jieba(self, question: str, allowed: set[str] | None) -> list[str]:
        return self._clauses(self._words.scores(_cut(question)), allowed)

    def _lexical(self, question: str, allowed: set[str] | None) -> list[str]:
        folded = self._index.folder.fold(question)
        return self._clauses(self._bigrams.scores(terms(strip_question_words(folded)) or terms(folded)), allowed)

    def _dense(self, question: str, allowed: set[str] | None) -> list[str]:
        return self._clauses(self._index.similarities(question).tolist(), allowed)

    def _fused(self, question: str, allowed: set[str] | None) -> list[str]:
        score: defaultdict[str, float] = defaultdict(float)
        for ranking in (self._lexical(question, allowed), self._dense(question, allowed)):
            for place, clause in enumerate(ranking, 1):
                score[clause] += 1.0 / (RRF_CONSTANT + place)
        return sorted(score, key=lambda clause: (-score[clause], clause))

    def _ours(self, question: str, allowed: set[str] | None) -> list[str]:
        return [hit.clause.id for hit in self._index.search(question, doc_ids=allowed, limit=50)]


def _cut(text: str) -> list[str]:
    import jieba

    jieba.setLogLevel(60)
    return [word for word in jieba.cut(plain(text)) if any(c.isalnum() for c in word)]


def questions_of(file: Path, index: PolicyIndex) -> list[tuple[str, list[str]]]:
    """Questions that stand alone, are to be answered, and whose gold clauses are held; with those clauses."""
    held = {p.clause.id for p in index.passages}
    found = []
    for question in yaml.safe_load(file.read_text("utf-8"))["questions"]:
        gold = question.get("gold") or []
        answerable = question.get("expected_status") in ("answered", "reference_only")
        if answerable and gold and set(gold) <= held and not question.get("history"):
            found.append((question["q"], list(gold)))
    return found


def measure(ranker: Ranker, questions: Sequence[tuple[str, list[str]]], allowed: set[str] | None) -> dict[str, Any]:
    """``{n, hit_at_1, recall_at_5, mrr}``."""
    hits, recalls, reciprocals = [], [], []
    for question, gold in questions:
        ranked = ranker(question, allowed)
        first = next((place for place, clause in enumerate(ranked, 1) if clause in gold), None)
        hits.append(float(first == 1))
        recalls.append(len(set(ranked[:5]) & set(gold)) / min(5, len(gold)))
        reciprocals.append(1.0 / first if first else 0.0)
    values = {"hit_at_1": hits, "recall_at_5": recalls, "mrr": reciprocals}
    return {"n": len(questions), **{name: round(statistics.fmean(v), 3) if v else None for name, v in values.items()}}


def run(index: PolicyIndex | None = None) -> dict[str, Any]:
    """``sets``: set -> scope -> method -> figures; ``ok`` when ours reaches the targets on the development set."""
    index = index or build_context().index
    rankers = Rankers(index)
    sets: dict[str, Any] = {}
    for file in sorted(DATASETS.glob("questions_*.yaml")):
        whole = questions_of(file, index)
        guideline = [(q, gold) for q, gold in whole if all(g.startswith(GUIDELINE + "/") for g in gold)]
        scopes = (("guideline", guideline, {GUIDELINE}), ("corpus", whole, None))
        sets[file.stem] = {scope: {name: measure(ranker, chosen, allowed) for name, ranker in rankers.methods.items()}
                           for scope, chosen, allowed in scopes if chosen}
    reached = {scope: sets[DEVELOPMENT][scope]["ours"] for scope in TARGETS}
    ok = all(reached[s]["hit_at_1"] >= hit and reached[s]["recall_at_5"] >= recall for s, (hit, recall) in TARGETS.items())
    notes = [] if "bm25-jieba" in rankers.methods else [NO_JIEBA]
    return {"suite": "retrieval", "sets": sets, "targets": TARGETS, "notes": notes, "lines": notes, "ok": ok,
            "headline": headline(sets)}


def headline(sets: dict[str, Any]) -> str:
    parts = []
    for name, label in ((DEVELOPMENT, "开发题"), (HELD, "留出题")):
        if name in sets:
            figures = "，".join(f"{SCOPES[scope]}首位 {row['ours']['hit_at_1']:.3f}、前五 {row['ours']['recall_at_5']:.3f}"
                               for scope, row in sets[name].items())
            parts.append(f"{label}：{figures}")
    return "；".join(parts)


def main() -> None:
    report = run()
    print(f"{'':20}{'':10}{'':12}{'n':>4}{'hit@1':>8}{'R@5':>8}{'MRR':>8}")
    for name, scopes in report["sets"].items():
        for scope, methods in scopes.items():
            for method, row in methods.items():
                print(f"{name:20}{scope:10}{method:12}{row['n']:>4}{row['hit_at_1']:>8.3f}{row['recall_at_5']:>8.3f}{row['mrr']:>8.3f}")
    print(*report["notes"], report["headline"], sep="\n")


if __name__ == "__main__":
    main()
