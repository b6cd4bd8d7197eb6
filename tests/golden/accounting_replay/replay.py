"""What the core said when this file was last written: every run by a short hash a key, findings and comparisons in full.

The vectors say what is right; this says that nothing else moved. When the output for the same input changes on purpose, raise
ENGINE in app/accounting/run.py and run ``python tests/golden/accounting_replay/replay.py``: then read the difference line by line.
The script writes nothing while ENGINE is the one that wrote a record which would change, and engines.json keeps the digest of each
engine's record, so that a record edited without a new engine fails its test. Cases may be added under the same engine.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from cases import CHECKS, PAIRS, RUNS

HERE = Path(__file__).parent
FILE = HERE / "replay.json"
ENGINES = HERE / "engines.json"
VOLATILE = {"run_id", "engine", "inputs_hash"}


def _steady(value: Any) -> Any:
    """Without what follows the factor library: ids of runs, where a figure of the library was transcribed from."""
    if isinstance(value, list):
        return [_steady(v) for v in value]
    if not isinstance(value, dict):
        return value
    dropped = VOLATILE | ({"source"} if value.get("evidence", "user") != "user" else set())
    return {k: _steady(v) for k, v in value.items() if k not in dropped and not (k == "id" and "run-" in str(v))}


def _hashes(output: dict[str, Any]) -> dict[str, str]:
    return {
        key: hashlib.sha256(json.dumps(_steady(value), ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:10]
        for key, value in output.items()
        if key not in VOLATILE
    }


def made(inputs: dict[str, Any]) -> dict[str, Any]:
    """The output of one calculation, or its refusal."""
    from app.accounting import calculate
    from app.accounting.report import run_to_json
    from app.corpus.factors import load_factor_library
    from app.domain.errors import LingtanError

    try:
        return run_to_json(calculate(inputs, load_factor_library()))
    except LingtanError as error:
        return {"error": error.to_plain()}


def of_run(name: str) -> dict[str, Any]:
    """Every key of a run's output by its hash, and what the run says in full."""
    output = made(RUNS[name])
    said = {key: output.get(key) for key in ("error", "warnings", "caveats", "findings") if output.get(key)}
    return {"hashes": _hashes(output), "said": said}


def of_check(name: str) -> list[dict[str, Any]]:
    from app.accounting.completeness import check_completeness
    from app.accounting.report import finding_to_json

    records, evidence = CHECKS[name]
    return [finding_to_json(f) for f in check_completeness(records, years=(2025,), evidence=evidence)]


def of_pair(name: str) -> dict[str, Any]:
    from app.accounting.compare import compare_runs, comparison_text, comparison_to_json

    before, after = name.split(" → ")
    got = comparison_to_json(
        compare_runs(made(RUNS[before]), made(RUNS[after]), before_inputs=RUNS[before], after_inputs=RUNS[after])
    )
    return {"hashes": _hashes(got), "text": comparison_text(got).split("\n")[1:]}


def vectors() -> dict[str, dict[str, Any]]:
    """The inputs of every vector, the published ones and our own."""
    from evals.accounting import DATASET, load_vectors, with_requested_conversions

    every = [*load_vectors(DATASET), *load_vectors(HERE.parent / "accounting" / "vectors.yaml")]
    return {v["id"]: with_requested_conversions(v) for v in every}


def build() -> dict[str, Any]:
    """The whole record."""
    from app.accounting import ENGINE

    return {
        "engine": ENGINE,
        "vectors": {name: _hashes(made(inputs)) for name, inputs in vectors().items()},
        "runs": {name: of_run(name) for name in RUNS},
        "checks": {name: of_check(name) for name in CHECKS},
        "comparisons": {f"{a} → {b}": of_pair(f"{a} → {b}") for a, b in PAIRS},
    }


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Cases both records hold whose content differs."""
    return [
        f"{part}/{name}"
        for part, cases in before.items()
        if isinstance(cases, dict)
        for name, kept in cases.items()
        if name in after[part] and json.loads(json.dumps(after[part][name])) != kept
    ]


def digest(record: dict[str, Any]) -> str:
    """sha256 of the record without the name of its engine."""
    text = json.dumps({k: v for k, v in record.items() if k != "engine"}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def write() -> str:
    """Write the record and its digest anew, or say which cases changed under an engine that stayed the same."""
    before, after = json.loads(FILE.read_text(encoding="utf-8")), build()
    moved = changed(before, after)
    if moved and before["engine"] == after["engine"]:
        return f"{after['engine']} gives other results for {len(moved)} cases; raise ENGINE first: {', '.join(moved[:5])}\n"
    engines = json.loads(ENGINES.read_text(encoding="utf-8")) if ENGINES.exists() else {}
    engines[after["engine"]] = digest(after)
    ENGINES.write_text(json.dumps(engines, indent=1) + "\n", encoding="utf-8")
    FILE.write_text(json.dumps(after, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return f"{len(moved)} cases changed, {len(after['vectors'])} vectors\n"


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[2]))
    sys.stdout.write(write())
