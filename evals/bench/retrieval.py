"""Retrieval measured in one run: warm questions, a corpus of many clauses, indexing a long policy.

``python -m evals.bench.retrieval`` runs each scenario in a process of its own and prints wall and CPU milliseconds a question
(median and 95th percentile), peak memory, and the ratio to the first line of its group: on a busy machine the ratios and the
CPU figures are what holds. ``python -m evals.bench retrieval`` prints the same work in the table of all benchmarks.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

DATASET = Path(__file__).parents[1] / "datasets" / "questions_dev.yaml"
PAGES, CHARACTERS_A_PAGE, CLAUSES_A_DOCUMENT = 100, 700, 200
TARGETS = {"ask-warm": "p50 ≤ 80 ms, p95 ≤ 200 ms, ≤ 400 MB", "search-20k": "p95 ≤ 400 ms", "index-100-pages": "≤ 60 s"}


def questions() -> list[str]:
    return [q["q"] for q in yaml.load(DATASET.read_text("utf-8"), Loader=yaml.CSafeLoader)["questions"]]


def sentences() -> list[str]:
    """Every sentence of the corpus, the stuff of the synthetic policies."""
    from app.corpus.documents import load_documents
    from app.retrieval.passages import passages_of

    return [p.sentence.text for p in passages_of(load_documents().values())]


def synthetic_documents(clauses: int) -> list[Any]:
    """Policies of ``CLAUSES_A_DOCUMENT`` clauses: corpus sentences in other order under other numbers, nothing random."""
    from app.domain.clause import Clause, EvidenceLevel, PolicyDocument, Sentence

    pool, documents = sentences(), []
    for number in range(-(-clauses // CLAUSES_A_DOCUMENT)):
        id, text, made = f"synthetic-{number}", "", []
        for place in range(min(CLAUSES_A_DOCUMENT, clauses - number * CLAUSES_A_DOCUMENT)):
            serial = number * CLAUSES_A_DOCUMENT + place
            body = f"第{serial}款 {pool[(serial * 7) % len(pool)]}"
            start, end, path = len(text), len(text) + len(body), f"第{place + 1}条"
            text += body + "\n"
            made.append(Clause(id=f"{id}/{path}", doc_id=id, path=path, title="", text=body, start=start, end=end, kind="text", digest="",
                               sentences=(Sentence(id=f"{id}/{path}#s1", text=body, start=start, end=end),)))
        documents.append(PolicyDocument(
            id=id, title=f"第{number}号文件", document_number=f"测〔2026〕{number}号", issuer="", issued="2026-01-01", region="全国",
            level="national", scheme="零碳工厂", evidence=EvidenceLevel.OFFICIAL, full_text=True, text=text, clauses=tuple(made)))
    return documents


class ReusingEngine:
    """Passages that differ in their number alone get the vectors of the sentence they repeat: what is measured is the search.
    Questions go through the real engine."""

    def __init__(self) -> None:
        from app.retrieval.embedder import open_embedder

        self._engine = open_embedder()
        self.engine_id, self.dimension, self.has_tokens = "bench-reusing", self._engine.dimension, True
        self._known: dict[str, Any] = {}
        self.encode_query, self.encode_queries = self._engine.encode_query, self._engine.encode_queries

    def encode_passages(self, texts: Sequence[str]) -> list[Any]:
        bare = [text.split(" ", 1)[-1] for text in texts]
        new = [text for text in dict.fromkeys(bare) if text not in self._known]
        self._known.update(zip(new, self._engine.encode_passages(new), strict=True))
        return [self._known[text] for text in bare]


def ask_warm() -> dict[str, Any]:
    import tempfile

    from app.bootstrap import open_workspace
    from app.services.asking import ask_question, warm_up

    with tempfile.TemporaryDirectory() as home:
        ws = open_workspace(home)
        warm_up(ws)
        return timed(lambda question: ask_question(ws, question))


def search(clauses: int) -> dict[str, Any]:
    from app.retrieval.index import PolicyIndex

    index = PolicyIndex.build(synthetic_documents(clauses), ReusingEngine())
    index.search("预热")
    return {**timed(index.search), "clauses": clauses}


def index_long_policy() -> dict[str, Any]:
    """A policy of a hundred pages through the splitter, the engine and the cache, with progress."""
    import tempfile
    from dataclasses import replace

    from app.retrieval.embedder import open_embedder
    from app.retrieval.index import PolicyIndex
    from ingestion.clauses import split_clauses

    pool, lines, size, serial = sentences(), [], 0, 0
    while size < PAGES * CHARACTERS_A_PAGE:
        serial += 1
        lines.append(f"第{serial}条 {pool[(serial * 7) % len(pool)]}编号{serial}。{pool[(serial * 11) % len(pool)]}")
        size += len(lines[-1])
    text = "\n".join(lines)
    engine = open_embedder()
    engine.encode_query("预热")
    seen: list[tuple[int, int]] = []
    cpu, wall = time.process_time(), time.perf_counter()
    document = replace(synthetic_documents(1)[0], text=text, clauses=split_clauses(text, "synthetic-0"))
    with tempfile.TemporaryDirectory() as folder:
        index = PolicyIndex.build([document], engine, cache_path=Path(folder) / "v.sqlite", on_progress=lambda *at: seen.append(at))
    return {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu, "passages": len(index.passages),
            "characters": size, "progress_steps": len(seen)}


def timed(ask: Callable[[str], Any]) -> dict[str, Any]:
    wall, cpu = [], []
    for question in questions():
        started, used = time.perf_counter(), time.process_time()
        ask(question)
        wall.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    return {"n": len(wall), **{f"{name}_{label}": sorted(values)[min(len(values) - 1, int(len(values) * share))]
                               for name, values in (("wall", wall), ("cpu", cpu)) for label, share in (("p50", 0.5), ("p95", 0.95))}}


SCENARIOS: dict[str, Callable[[], dict[str, Any]]] = {
    "ask-warm": ask_warm,
    "search-200": lambda: search(200),
    "search-2k": lambda: search(2_000),
    "search-20k": lambda: search(20_000),
    "index-100-pages": index_long_policy,
}


def main(arguments: Sequence[str]) -> None:
    if arguments[:1] == ["--one"]:
        import resource

        figures = SCENARIOS[arguments[1]]()
        print(json.dumps({**figures, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
        return
    base: dict[str, Any] = {}
    for name in arguments or SCENARIOS:
        done = subprocess.run([sys.executable, "-m", "evals.bench.retrieval", "--one", name], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{name}: {done.stderr[-2000:]}")
        got = json.loads(done.stdout.splitlines()[-1])
        print(f"{name:16} {line(got, base)}  peak {got['peak_mb']:.0f} MB  {TARGETS.get(name, '')}", flush=True)
        if name.startswith("search"):
            base = base or got


def line(got: dict[str, Any], base: dict[str, Any]) -> str:
    if "cpu_s" in got:
        return (f"{got['passages']} passages, {got['characters']} characters: wall {got['wall_s']:.1f} s  cpu {got['cpu_s']:.1f} s  "
                f"{got['progress_steps']} progress steps")
    ratio = f"  cpu ×{got['cpu_p50'] / base['cpu_p50']:.2f} for clauses ×{got['clauses'] / base['clauses']:.0f}" if base and "clauses" in got else ""
    return (f"n={got['n']}  wall p50 {got['wall_p50']:.0f} p95 {got['wall_p95']:.0f} ms  cpu p50 {got['cpu_p50']:.0f} "
            f"p95 {got['cpu_p95']:.0f} ms{ratio}")


if __name__ == "__main__":
    main(sys.argv[1:])
