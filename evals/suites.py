"""The quality suites by name, run together, printed as a table and kept as one JSON report."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
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


def _eligibility() -> dict[str, Any]:
    from evals.eligibility import run

    return run()


def _extraction() -> dict[str, Any]:
    from evals.held_out import run

    return run()


def _drafting() -> dict[str, Any]:
    from evals.drafting import run

    return run()


SUITES: dict[str, Callable[[], dict[str, Any]]] = {
    "accounting": _accounting,
    "extraction": _extraction,
    "answers": _answers,
    "retrieval": _retrieval,
    "eligibility": _eligibility,
    "drafting": _drafting,
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
