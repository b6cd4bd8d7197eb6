"""Accounting vectors against the core: every expected value is compared as text, digit for digit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from app.accounting import calculate
from app.accounting.library import FactorLibrary
from app.accounting.report import run_to_json
from app.corpus.factors import load_factor_library
from app.domain.errors import CalculationRefused, LingtanError

DATASET = Path(__file__).parent / "datasets" / "accounting_dev.yaml"
# Keys of `expected` that describe the test or the original document instead of a result.
DESCRIPTIVE = {"printed", "expected_refusal", "refused_activity", "must_not_report", "order_independent", "lines"}


def load_vectors(path: Path | None = None) -> list[dict[str, Any]]:
    """The vectors of a dataset file, numbers as the text the file shows."""
    return yaml.load((path or DATASET).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["vectors"]


def with_requested_conversions(vector: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs, with the conversions a vector expects passed as conversions asked for."""
    rows = vector["expected"].get("conversions")
    inputs = dict(vector["inputs"])
    if rows:
        inputs["conversions"] = [{k: r[k] for k in ("from", "unit", "to_unit")} for r in rows]
    return inputs


def _difference(path: str, expected: Any, actual: Any) -> list[str]:
    if isinstance(expected, Mapping):
        have = actual if isinstance(actual, Mapping) else {}
        return [d for key, value in expected.items() for d in _difference(f"{path}.{key}", value, have.get(key))]
    if isinstance(expected, list):
        rows = actual if isinstance(actual, list) else []
        return [f"{path}: 缺 {item}" for item in expected if not any(not _difference("", item, row) for row in rows)]
    return [] if expected == actual else [f"{path}: 期望 {expected}，得到 {actual}"]


def _compare_refusal(expected: Mapping[str, Any], error: LingtanError) -> list[str]:
    out = _difference("expected_refusal", expected.get("expected_refusal"), error.id)
    if expected.get("refused_activity"):
        out += _difference("refused_activity", expected["refused_activity"], error.subject)
    return out


def compare(vector: Mapping[str, Any], library: FactorLibrary) -> list[str]:
    """Every difference between what a vector expects and what the core gives; empty when it matches."""
    expected = vector["expected"]
    try:
        result = run_to_json(calculate(with_requested_conversions(vector), library))
    except CalculationRefused as error:
        return _compare_refusal(expected, error)
    if expected.get("expected_refusal"):
        return [f"expected_refusal: 期望 {expected['expected_refusal']}，却得到 {result['total_tco2']}"]
    out = []
    for key in expected.keys() - DESCRIPTIVE:
        out += _difference(key, expected[key], result.get(key))
    if "lines" in expected:
        shown = [{k: line[k] for k in want} for want, line in zip(expected["lines"], result["lines"], strict=False)]
        out += [] if shown == expected["lines"] and len(shown) == len(result["lines"]) else [f"lines: {shown}"]
    out += [f"must_not_report: {key}" for key in expected.get("must_not_report", ()) if key in result]
    return out + _compare_printed(expected, result)


def _compare_printed(expected: Mapping[str, Any], result: Mapping[str, Any]) -> list[str]:
    """The total an original document printed, within the tolerance it was printed to."""
    printed = expected.get("printed") or {}
    if "total" not in printed:
        return []
    size = 10000 if printed.get("unit") == "万tCO2" else 1
    gap = abs(Fraction(result["total_exact"]) / size - Fraction(printed["total"]))
    return [] if gap <= Fraction(printed["tolerance"]) else [f"printed: 原文 {printed['total']}，相差 {gap}"]


def run(dataset_path: Path | str | None = None) -> dict[str, Any]:
    """``{suite, total, passed, groups: {group: {total, passed}}, mismatches: [{id, group, differences}]}``."""
    library = load_factor_library()
    totals: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    mismatches: list[dict[str, Any]] = []
    for vector in load_vectors(Path(dataset_path) if dataset_path else None):
        totals[vector["group"]] += 1
        differences = compare(vector, library)
        if differences:
            mismatches.append({"id": vector["id"], "group": vector["group"], "differences": differences})
        else:
            passed[vector["group"]] += 1
    groups = {group: {"total": totals[group], "passed": passed[group]} for group in sorted(totals)}
    return {
        "suite": "accounting",
        "total": sum(totals.values()),
        "passed": sum(passed.values()),
        "groups": groups,
        "mismatches": mismatches,
    }
