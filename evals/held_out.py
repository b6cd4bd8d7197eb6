"""The fast extraction suite: the demonstration's documents, the private samples where present, and layouts nobody has fitted to.

Fails on one silent error anywhere and on a held-out class below its floor in ``evals/baselines/extraction.toml``.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from evals.extraction import run as run_files
from evals.layouts.running import held_out
from evals.scoring import shortfalls, table

LAYOUTS_A_CLASS = 20
LABELS = {"demo": "演示单据", "samples": "真实样本", "held_out": "陌生版式"}
SAMPLES = Path(__file__).resolve().parents[1].parent / "shared" / "samples"
MOST_LINES = 40


def run(each: int = LAYOUTS_A_CLASS) -> dict[str, Any]:
    """``{suite, demo, samples?, held_out, ok, headline, lines, shortfalls}``; ``each`` is the number of held-out layouts a class."""
    report: dict[str, Any] = {"demo": _demo()}
    if (SAMPLES / "expected.json").is_file():
        report["samples"] = run_files(SAMPLES, SAMPLES / "expected.json")
    report["held_out"] = held_out(each)
    totals = {name: part["total"] for name, part in report.items()}
    below = shortfalls(report["held_out"]["classes"], "held_out")
    silent = sum(t["silent_errors"] for t in totals.values())
    lines = [*below, *table(report["held_out"]["classes"])]
    lines += [f"{LABELS[name]} {text}" for name, t in totals.items() for text in (*t["silent"], *t["misses"])][:MOST_LINES]
    headline = "；".join(f"{LABELS[name]}：{_summary(t)}" for name, t in totals.items())
    return {"suite": "extraction", **report, "ok": silent == 0 and not below, "headline": headline, "lines": lines, "shortfalls": below}


def _summary(total: dict[str, Any]) -> str:
    parts = [f"抬头 {total['fields_right']}/{total['fields']}", f"明细 {total['lines_right']}/{total['lines']}"]
    parts += [f"用能记录 {total['records_right']}/{total['records']}"]
    parts += [f"位置 {total['boxes_right']}/{total['places']}"] if total["places"] else []
    return "，".join([*parts, f"静默错误 {total['silent_errors']}"])


def _demo() -> dict[str, Any]:
    from app.demo.documents import truth, write_documents

    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        write_documents(base)
        (base / "expected.json").write_text(json.dumps(truth(), ensure_ascii=False), "utf-8")
        return run_files(base, base / "expected.json")
