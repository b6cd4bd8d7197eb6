"""Reads damaged files and counts what came of each.

Held for every file: the reader (for containers, the unpacker and the reader of each member) answers with a document or with a typed
refusal that says what to do, soon and within a reading process's memory; a document without content says so in a finding; extraction
of what was read does not fail. Every ``SANDBOXED``-th file also goes through the sandbox, as an upload would.

A run is a sequence of short-lived processes, so that the crash of a library is one case and not the end.
"""

from __future__ import annotations

import json
import random
import struct
import subprocess
import sys
import threading
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.fuzz import archives, mutations
from evals.fuzz.seeds import FAMILIES, seeds

WAYS = {"pdf": mutations.PDF, "zip": archives.ZIP, "xml": mutations.XML, "image": mutations.IMAGE, "mail": mutations.MAIL, "ole": mutations.OLE, "text": mutations.TEXT}
ENDINGS = (*FAMILIES, "pdf", "pdf", "ofd", "xlsx", "xml", "xls")
NAMES = ("", "", "", ".pdf", ".xlsx", ".xml", ".jpg", ".eml", ".zip", ".csv", ".docx", ".ofd", ".xls", ".ods", ".exe")
MEETS_DAMAGE = (ValueError, IndexError, KeyError, OSError, EOFError, NotImplementedError, RuntimeError, struct.error, zipfile.BadZipFile, zlib.error)
SILENT_SECONDS = 150.0
"""A process that reports nothing for so long hangs."""
BATCH = 400
SANDBOXED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    number: int
    family: str
    filename: str
    data: bytes


def case(seed: int, number: int) -> Case:
    """Case ``number`` of run ``seed``: always the same bytes."""
    rng = random.Random(f"fuzz/{seed}/{number}")
    ending = rng.choice(ENDINGS)
    start = rng.choice([s for s in seeds() if s.filename.endswith("." + ending)])
    data = start.data
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        try:
            data = rng.choice(WAYS[start.family])(data, rng)
        except MEETS_DAMAGE:
            # A second mutation by structure may meet what the first left of it; plain bytes can always be damaged.
            data = mutations.flip(data, rng) if data else b"\x00"
    stem = start.filename.rpartition(".")[0]
    return Case(number=number, family=start.family, filename=stem + (rng.choice(NAMES) or f".{ending}"), data=data)


def run(count: int, seed: int, *, state: Path | None = None, keep: Path | None = None, say: Callable[[str], None] | None = None) -> dict[str, Any]:
    """Cases 0 … ``count``-1 of ``seed``; with ``state`` a run goes on where an earlier one stopped.

    Returns ``{seed, done, outcomes: {family: {outcome: n}}, found: [{case, family, problem}]}``; ``keep`` is a folder for the bytes of
    cases with a problem. An outcome is ``read``, a refusal's id, or ``container``.
    """
    report: dict[str, Any] = {"seed": seed, "done": 0, "outcomes": {}, "found": []}
    if state is not None and state.is_file():
        kept = json.loads(state.read_text("utf-8"))
        report = kept if kept["seed"] == seed else report
    while report["done"] < count:
        _batch(report, min(BATCH, count - report["done"]), keep)
        if state is not None:
            state.write_text(json.dumps(report, ensure_ascii=False, indent=1), "utf-8")
        if say:
            say(f"{report['done']}/{count}，问题 {len(report['found'])}")
    return report


def _batch(report: dict[str, Any], size: int, keep: Path | None) -> None:
    first, last = report["done"], report["done"] + size
    process = subprocess.Popen(
        [sys.executable, "-X", "utf8", "-m", "evals.fuzz.worker", str(report["seed"]), str(first), str(last)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    assert process.stdout is not None
    current, timer = first, _watch(process)
    spent = False
    for line in process.stdout:
        timer.cancel()
        timer = _watch(process)
        told = json.loads(line)
        if "begin" in told:
            current = told["begin"]
            continue
        _note(report, told, keep)
        report["done"], spent = told["case"] + 1, told.get("spent", False)
    timer.cancel()
    process.wait()
    if report["done"] < last and not spent:
        lost = case(report["seed"], current)
        problem = "hang" if process.returncode == -9 else f"process ended with {process.returncode}"
        _note(report, {"case": current, "family": lost.family, "outcome": "crash", "problem": problem}, keep)
        report["done"] = current + 1


def _watch(process: subprocess.Popen[str]) -> threading.Timer:
    timer = threading.Timer(SILENT_SECONDS, process.kill)
    timer.daemon = True
    timer.start()
    return timer


def _note(report: dict[str, Any], told: dict[str, Any], keep: Path | None) -> None:
    family = report["outcomes"].setdefault(told["family"], {})
    family[told["outcome"]] = family.get(told["outcome"], 0) + 1
    if not told["problem"]:
        return
    report["found"].append({"case": told["case"], "family": told["family"], "problem": told["problem"]})
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        lost = case(report["seed"], told["case"])
        (keep / f"{report['seed']}-{lost.number}-{lost.filename}").write_bytes(lost.data)


def text(report: dict[str, Any]) -> str:
    """The report in Chinese: a line a family, then what was found."""
    lines = []
    for family, outcomes in sorted(report["outcomes"].items()):
        counts = Counter(outcomes)
        lines.append(f"{family:6}{sum(counts.values()):6} 份  " + "，".join(f"{name} {n}" for name, n in counts.most_common()))
    lines += [f"问题：第 {f['case']} 份（{f['family']}）{f['problem']}" for f in report["found"]]
    return "\n".join([*lines, f"合计 {report['done']} 份，问题 {len(report['found'])} 个"])

