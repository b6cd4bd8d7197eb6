"""Questions against the assistant: right status, right clause, exact quote, no false answer.

hit@1, R@5 and MRR are about the index alone (gold clause among the ranked ones); citation precision and recall about the
answers (cited clauses in gold or related, gold clauses cited); a false answer is a claim where the set says there is none;
an invalid citation one whose quote does not stand at its place in the stored clause. A question is right when the status is and
no document is cited that the set forbids (``must_not``). The held-out set has a line of its own, stays out of the total, and its
misses are never listed: nobody may tune on them.
"""

from __future__ import annotations

import statistics
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from app.assistant import AssistantContext, answer, assemble_context, check_answer
from app.corpus.claims import load_rejected_claims
from app.corpus.documents import load_document_detail, load_documents
from app.corpus.lexicon import load_lexicon
from app.corpus.topics import load_topics
from app.domain.answer import Answer, AnswerStatus
from app.retrieval.embedder import open_embedder
from app.retrieval.regions import short_region
from app.services.policy_vectors import with_corpus_vectors
from evals.example_project import example_project

DATASETS = Path(__file__).parent / "datasets"
SETS = ("questions_dev", "questions_own", "questions_later", "questions_last", "questions_fresh",
        "questions_second", "questions_third", "questions_held")
HELD = "questions_held"
CLAIMS = (AnswerStatus.ANSWERED, AnswerStatus.REFERENCE_ONLY)
FLOOR = 0.95


@dataclass(slots=True)
class Tally:
    """Counts of one group of questions; every share is computed from them at the end."""

    total: int = 0
    right: int = 0
    false_answers: int = 0
    false_refusals: int = 0
    invalid: int = 0
    hits: list[float] = field(default_factory=list)
    recall5: list[float] = field(default_factory=list)
    reciprocal: list[float] = field(default_factory=list)
    precision: list[float] = field(default_factory=list)
    recall: list[float] = field(default_factory=list)
    any_gold: list[float] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        shares = {"decision_accuracy": self.right / self.total if self.total else None}
        for name in ("hits", "recall5", "reciprocal", "precision", "recall", "any_gold"):
            values = getattr(self, name)
            shares[LABELS[name]] = statistics.fmean(values) if values else None
        rounded = {name: None if value is None else round(value, 3) for name, value in shares.items()}
        return {"total": self.total, "right": self.right, **rounded, "false_answers": self.false_answers,
                "false_refusals": self.false_refusals, "invalid_citations": self.invalid}


LABELS = {"hits": "hit_at_1", "recall5": "recall_at_5", "reciprocal": "mrr", "precision": "citation_precision",
          "recall": "citation_recall", "any_gold": "any_gold_cited"}


def build_context(cache: Path | None = None) -> AssistantContext:
    documents = load_documents()
    return assemble_context(documents, with_corpus_vectors(open_embedder()), lexicon=load_lexicon(), claims=load_rejected_claims(),
                            topics=load_topics(), cache_path=cache,
                            coverage={id: load_document_detail(id).coverage for id in documents})


def run(dataset: Path | str | None = None, *, context: AssistantContext | None = None,
        names: Sequence[str] = SETS) -> dict[str, Any]:
    """Runs one dataset file, or every bundled set. Keys: sets, by_set, by_kind, latency_ms, wrong, ok."""
    if context is None:
        with tempfile.TemporaryDirectory() as folder:
            return run(dataset, context=build_context(Path(folder) / "vectors.sqlite"), names=names)
    files = [Path(dataset)] if dataset else [DATASETS / f"{n}.yaml" for n in names if (DATASETS / f"{n}.yaml").is_file()]
    view = example_project()
    total, elapsed = Tally(), list[int]()
    groups: defaultdict[str, Tally] = defaultdict(Tally)
    per_file: dict[str, Tally] = {}
    wrong: list[dict[str, Any]] = []
    answer("零碳工厂", context)
    for file in files:
        tally = per_file.setdefault(file.stem, Tally())
        for question in yaml.safe_load(file.read_text("utf-8"))["questions"]:
            asked = context.with_project(view if question.get("project") else None)
            found = answer(question["q"], asked, region=question.get("region"), history=question.get("history", ()))
            elapsed.append(found.elapsed_ms)
            tuned = file.stem != HELD
            for target in (total, tally, groups[f"set:{question['set']}"], groups[f"kind:{question['kind']}"]) if tuned else (tally,):
                _count(target, question, found, asked)
            if tuned and not _right(question, found):
                wrong.append({"id": question["id"], "q": question["q"], "expected": question["expected_status"],
                              "got": found.status.value, "cited": [c.clause for c in found.citations]})
    return _report(total, per_file, groups, elapsed, wrong)


def headline(report: dict[str, Any]) -> str:
    t = report["total"]
    return (f"判定 {t['right']}/{t['total']}（{t['decision_accuracy']:.3f}），检索首位 {t['hit_at_1']:.3f}，引用精度 "
            f"{t['citation_precision']:.3f}、召回 {t['any_gold_cited']:.3f}，误答 {t['false_answers']}，"
            f"无效引用 {t['invalid_citations']}，p95 {report['latency_ms']['p95']} 毫秒")


def _right(question: dict[str, Any], found: Answer) -> bool:
    forbidden = set(question.get("must_not") or ())
    return found.status.value in (question.get("accept_status") or [question["expected_status"]]) and \
        not any(c.doc_id in forbidden for c in found.citations)


def _count(tally: Tally, question: dict[str, Any], found: Answer, context: AssistantContext) -> None:
    accepted = question.get("accept_status") or [question["expected_status"]]
    gold = set(question.get("gold") or [])
    tally.total += 1
    tally.right += _right(question, found)
    claimed = found.status is AnswerStatus.ANSWERED
    tally.false_answers += claimed and "answered" not in accepted
    tally.false_refusals += found.status not in CLAIMS and not {"not_in_corpus", "declined"} & set(accepted)
    tally.invalid += sum(f.id in ("citation-invalid", "citation-unknown") for f in check_answer(found, context.documents))
    if not gold:
        return
    region = question.get("region")
    regions = (short_region(region),) if region else None
    ranked = [h.clause.id for h in context.index.search(question["q"], regions=regions, limit=50)]
    places = [ranked.index(g) for g in gold if g in ranked]
    first = min(places, default=None)
    if question["expected_status"] in ("answered", "reference_only"):
        tally.hits.append(float(first == 0))
        tally.recall5.append(sum(p < 5 for p in places) / len(gold))
        tally.reciprocal.append(0.0 if first is None else 1 / (first + 1))
    if found.status in CLAIMS:
        cited = {c.clause for c in found.citations}
        welcome = gold | set(question.get("related") or [])
        tally.precision.append(len(cited & welcome) / len(cited) if cited else 0.0)
        tally.recall.append(len(cited & gold) / len(gold))
        tally.any_gold.append(float(bool(cited & gold)))


def _report(total: Tally, per_file: dict[str, Tally], groups: dict[str, Tally], elapsed: list[int],
            wrong: list[dict[str, Any]]) -> dict[str, Any]:
    ordered = sorted(elapsed)
    at = {"p50": ordered[len(ordered) // 2], "p95": ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]}
    summary = total.report()
    lines = [f"{w['id']} {w['q']}：应为 {w['expected']}，得 {w['got']}" for w in wrong]
    return {"suite": "answers", "total": summary, "sets": {name: t.report() for name, t in per_file.items()},
            "groups": {name: t.report() for name, t in sorted(groups.items())}, "latency_ms": at, "wrong": wrong,
            "lines": lines[:20],
            "ok": summary["invalid_citations"] == 0 and (summary["decision_accuracy"] or 0) >= FLOOR}


def main() -> None:
    """Prints a table: one line a file, one a group, then the misses."""
    report = run()
    print(headline(report))
    for name, row in {**report["sets"], **report["groups"]}.items():
        print(f"{name:28} {row['right']:>3}/{row['total']:<3} acc {row['decision_accuracy']}  hit@1 {row['hit_at_1']}  "
              f"R@5 {row['recall_at_5']}  MRR {row['mrr']}  P {row['citation_precision']}  R {row['citation_recall']}  "
              f"any {row['any_gold_cited']}  false {row['false_answers']}  refused {row['false_refusals']}  "
              f"invalid {row['invalid_citations']}")
    for line in report["lines"]:
        print("  ", line)


if __name__ == "__main__":
    main()
