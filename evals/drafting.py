"""Drafts measured: traceability and citations over generated factories, falsifications caught, a reviewer's thirty questions.

    python -m evals.drafting [--projects 200] [--perturb 1000] [--home DIR] [--json FILE]

Without ``--home`` the demonstration is built in a temporary folder for the questions of the reviewer; the home of an existing one
saves that time.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.corpus.forms import load_form
from app.drafting.compose import compose_draft
from app.drafting.layout import plain_text
from app.drafting.model import ChartBlock, ClauseRef, Draft, FactRef, Inline, Missing, Paragraph, TableBlock
from app.drafting.source import DraftSource
from app.drafting.verify import verify_docx
from app.drafting.word import write_docx
from evals.drafting_mutations import MUTATIONS, Parts
from evals.drafting_projects import make_project

FORMS = ("zero_carbon_factory_application", "zero_carbon_factory_plan", "zero_carbon_factory_self_assessment", "zero_carbon_factory_report")
CHECKLIST = Path(__file__).with_name("datasets") / "reviewer_checklist.yaml"
CAUGHT_AT_LEAST = 0.995
Say = Callable[[str], None]


def form_of(seed: int) -> str:
    """Forms in turn, the whole dossier most often."""
    return FORMS[seed % 6] if seed % 6 < len(FORMS) else FORMS[0]


def measure_projects(count: int, say: Say = lambda text: None) -> dict[str, Any]:
    """Traceability, citation validity and false alarms over generated factories; every tenth is written twice and compared."""
    totals: Counter[str] = Counter()
    alarms: list[str] = []
    slowest = 0.0
    for seed in range(count):
        source = make_project(seed)
        draft = compose_draft(load_form(form_of(seed)), source)
        started = time.perf_counter()
        data = write_docx(draft)
        slowest = max(slowest, time.perf_counter() - started)
        report = verify_docx(data, facts=draft.facts, policies=source.policies)
        totals.update(
            numbers=report.numbers_total, traced=report.numbers_traced, citations=report.citations_total,
            valid=report.citations_valid, charts=len(draft.charts), projects=1,
        )  # fmt: skip
        alarms += [f"{seed}: {f.message}" for f in report.findings]
        if seed % 10 == 0:
            again = compose_draft(load_form(form_of(seed)), make_project(seed))
            totals.update(compared=1, same=write_docx(again) == data)
        if (seed + 1) % 20 == 0:
            say(f"{seed + 1}/{count} 个项目")
    return {
        **totals,
        "traceability": totals["traced"] / max(1, totals["numbers"]),
        "citation_validity": totals["valid"] / max(1, totals["citations"]),
        "false_alarms": len(alarms),
        "alarms": alarms[:20],
        "slowest_seconds": round(slowest, 2),
    }


def measure_perturbations(count: int, say: Say = lambda text: None, *, per_draft: int = 10) -> dict[str, Any]:
    """``count`` drafts, each with one random falsification; kinds in turn, ``per_draft`` of them from one generated factory."""
    rng = random.Random(20261124)
    made: Counter[str] = Counter()
    missed: list[str] = []
    turn = seed = 0
    while made.total() < count:
        source = make_project(10_000 + seed)
        draft = compose_draft(load_form(form_of(seed)), source)
        parts = Parts(write_docx(draft))
        for _ in range(per_draft * 3):
            if made.total() >= count or made.total() >= (seed + 1) * per_draft:
                break
            mutation = MUTATIONS[turn % len(MUTATIONS)]
            turn += 1
            changed = parts.changed(rng, mutation)
            if changed is None:
                continue
            made[mutation.__name__] += 1
            if verify_docx(changed[0], facts=draft.facts, policies=source.policies).ok:
                missed.append(f"{seed} {mutation.__name__}: {changed[1]}")
        seed += 1
        if seed % 10 == 0:
            say(f"{made.total()}/{count} 处改动")
    return {
        "drafts": made.total(),
        "caught": made.total() - len(missed),
        "rate": 1 - len(missed) / max(1, made.total()),
        "kinds": dict(made),
        "missed": missed,
    }


def checklist() -> list[dict[str, Any]]:
    import yaml

    return yaml.safe_load(CHECKLIST.read_text("utf-8"))


def review(draft: Draft, points: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Each point answered, open (answered by 【待补充】) or absent."""
    states = {p["id"]: (_state(p, draft), p["q"]) for p in (points or checklist())}
    counts = Counter(state for state, _ in states.values())
    return {
        "points": len(states),
        **{state: counts[state] for state in ("answered", "open", "absent")},
        "details": [f"{id} {question}：{state}" for id, (state, question) in states.items() if state != "answered"],
    }


def _state(point: Mapping[str, Any], draft: Draft) -> str:
    if all(_holds(condition, draft) for condition in point["answered"]):
        return "answered"
    wanted = point.get("missing")
    return "open" if wanted and any(wanted in what for what in draft.missing) else "absent"


def _holds(condition: Mapping[str, str], draft: Draft) -> bool:
    section = next((s for s in draft.sections if s.id == condition.get("section")), None)
    if "section" in condition and section is None:
        return False
    blocks = [b for s in ([section] if section else draft.sections) for b in s.blocks]
    inlines: list[Inline] = [i for b in blocks for line in _lines(b) for i in line]
    text = "".join(plain_text(line, draft.facts) for b in blocks for line in _lines(b))
    checks = {
        "table": lambda id: any(isinstance(b, TableBlock) and b.id == id for b in blocks),
        "chart": lambda id: any(isinstance(b, ChartBlock) and b.id == id for b in blocks),
        "fact": lambda id: any(isinstance(i, FactRef) and i.fact == id for i in inlines),
        "words": lambda words: words in text,
        "cites": lambda clause: any(isinstance(i, ClauseRef) and i.cited.clause == clause for i in inlines),
        "section": lambda id: section is not None and not all(isinstance(i, Missing) for i in inlines),
    }
    return all(checks[key](value) for key, value in condition.items())


def _lines(block: Any) -> list[Any]:
    if isinstance(block, Paragraph):
        return [block.inlines]
    rows = [cell for row in block.rows for cell in row] + [c.header for c in block.columns] if isinstance(block, TableBlock) else []
    return [block.caption, *rows, block.note]


def demo_source(home: Path | None, say: Say) -> DraftSource:
    """What the demonstration's draft is made from; its home is built when none is given."""
    from app.bootstrap import open_workspace
    from app.services.demonstration import demonstrate
    from app.services.drafting import draft_source

    if home is None:
        folder = Path(tempfile.mkdtemp(prefix="lingtan-eval-"))
        home = folder / "home"
        demonstrate(home, folder / "out", open_workspace, say=say, fancy=False)
    ws = open_workspace(home)
    return draft_source(ws, ws.project(None))


def measure_dossier(source: DraftSource) -> dict[str, Any]:
    """The demonstration's dossier: seconds to build, trace, questions answered."""
    started = time.perf_counter()
    draft = compose_draft(load_form(FORMS[0]), source)
    data = write_docx(draft)
    report = verify_docx(data, facts=draft.facts, policies=source.policies)
    return {
        "seconds": round(time.perf_counter() - started, 2),
        "numbers": report.numbers_total,
        "traced": report.numbers_traced,
        "citations": report.citations_total,
        "valid": report.citations_valid,
        "charts": len(draft.charts),
        "tables": sum(isinstance(b, TableBlock) for s in draft.sections for b in s.blocks),
        "review": review(draft),
    }


def run(projects: int = 20, perturb: int = 40, home: Path | None = None, say: Say = lambda text: None) -> dict[str, Any]:
    """The whole suite; ``ok`` when nothing is untraced, nothing accused, enough caught and no question without an answer."""
    dossier = measure_dossier(demo_source(home, say))
    generated = measure_projects(projects, say)
    perturbed = measure_perturbations(perturb, say)
    ok = (
        generated["traced"] == generated["numbers"]
        and generated["valid"] == generated["citations"]
        and not generated["false_alarms"]
        and generated["compared"] == generated["same"]
        and perturbed["rate"] >= CAUGHT_AT_LEAST
        and not dossier["review"]["absent"]
    )
    reviewed = dossier["review"]
    headline = (
        f"{generated['projects']} 个生成项目：数字有出处 {generated['traced']}/{generated['numbers']}，引用无误 {generated['valid']}/"
        f"{generated['citations']}，误报 {generated['false_alarms']}；{perturbed['drafts']} 处改动发现 {perturbed['caught']}；"
        f"评审三十问 已答 {reviewed['answered']}、待补充 {reviewed['open']}、漏答 {reviewed['absent']}"
    )
    lines = [*generated["alarms"], *perturbed["missed"], *reviewed["details"]]
    return {
        "suite": "drafting", "dossier": dossier, "generated": generated, "perturbed": perturbed, "ok": ok, "headline": headline,
        "lines": lines[:40],
    }  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.drafting", description="起草质量评测")
    parser.add_argument("--projects", type=int, default=20)
    parser.add_argument("--perturb", type=int, default=40)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(argv)
    report = run(given.projects, given.perturb, given.home, lambda text: print(text, file=sys.stderr))
    if given.json:
        given.json.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", "utf-8")
    print(report["headline"])
    for line in report["lines"]:
        print(f"    {line}")
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
