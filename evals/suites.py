"""The quality suites by name, run together, printed as a table and kept as one JSON report."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from app import __version__

Say = Callable[[str], None]


def _accounting() -> dict[str, Any]:
    from evals.accounting import run

    report = run()
    return {**report, "ok": report["passed"] == report["total"], "headline": f"{report['passed']}/{report['total']} 个算例逐位相符"}


def _answers() -> dict[str, Any]:
    from evals.answers import headline, run

    report = run()
    return {**report, "headline": headline(report)}


def _retrieval() -> dict[str, Any]:
    from evals.retrieval import run

    return run()


def _extraction() -> dict[str, Any]:
    """Over the demonstration's documents, whose truth is known; and over the private samples where they are present."""
    import json
    import tempfile

    from app.demo.documents import truth, write_documents
    from evals.extraction import run

    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        write_documents(base)
        (base / "expected.json").write_text(json.dumps(truth(), ensure_ascii=False), "utf-8")
        demo = run(base, base / "expected.json")
    report: dict[str, Any] = {"demo": demo}
    samples = Path(__file__).resolve().parents[1].parent / "shared" / "samples"
    if (samples / "expected.json").is_file():
        report["samples"] = run(samples, samples / "expected.json")
    totals = {name: part["total"] for name, part in report.items()}
    silent = sum(t["silent_errors"] for t in totals.values())
    headline = "；".join(
        f"{LABELS[name]}：抬头 {t['fields_right']}/{t['fields']}，明细 {t['lines_right']}/{t['lines']}，"
        f"用能记录 {t['records_right']}/{t['records']}，静默错误 {t['silent_errors']}"
        for name, t in totals.items()
    )
    lines = [f"{LABELS[name]} {text}" for name, t in totals.items() for text in (*t["silent"], *t["misses"])]
    return {"suite": "extraction", **report, "ok": silent == 0, "headline": headline, "lines": lines[:40]}


LABELS = {"demo": "演示单据", "samples": "真实样本"}


SUITES: dict[str, Callable[[], dict[str, Any]]] = {
    "accounting": _accounting,
    "extraction": _extraction,
    "answers": _answers,
    "retrieval": _retrieval,
}


def run_suites(names: Sequence[str], say: Say) -> dict[str, Any]:
    """``{version, suites: {name: report}, ok}``; each report carries ``headline`` (Chinese) and ``ok``."""
    reports: dict[str, Any] = {}
    for name in names:
        say(f"评测 {name} …")
        started = time.perf_counter()
        reports[name] = {**SUITES[name](), "seconds": round(time.perf_counter() - started, 1)}
    return {"version": __version__, "suites": reports, "ok": all(r["ok"] for r in reports.values())}


def report_text(report: dict[str, Any]) -> str:
    """One line a suite, then the mismatches worth a look."""
    lines = []
    for name, part in report["suites"].items():
        lines.append(f"{'✓' if part['ok'] else '✗'} {name:<11}{part['headline']}  （{part['seconds']} 秒）")
        lines += [f"    {text}" for text in part.get("lines", [])]
    return "\n".join(lines)
