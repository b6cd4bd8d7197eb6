"""policy_corpus/indicators as typed systems of indicators, with formulas and thresholds taken from the provisions they point at."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.accounting.indicators_reported import IndicatorSet, OperandName, ReportedIndicator, ReportedThreshold
from app.domain.errors import Unavailable

FOLDER = "indicators"
KINDS = ("ratio", "share", "count", "unknown")


def _broken(file: str, message: str) -> Unavailable:
    return Unavailable("indicators_broken", f"指标文件 {file}：{message}", fix="请恢复 policy_corpus/indicators。", subject=file)


def _provisions(root: Path, document: str) -> dict[str, Mapping[str, Any]]:
    path = root / "documents" / document / "provisions.toml"
    if not path.is_file():
        return {}
    return {p["pid"]: p for p in tomllib.loads(path.read_text(encoding="utf-8"))["provision"]}


def _threshold(document: str, provision: Mapping[str, Any]) -> ReportedThreshold:
    return ReportedThreshold(
        provision=f"{document}#{provision['pid']}",
        stage=str(provision.get("stage", "")),
        operator=str(provision["operator"]),
        value=str(provision["threshold"]),
        unit=str(provision["unit"]),
        evidence=str(provision["evidence"]),
        applies_if=str(provision.get("applies_if", "")),
    )


def _indicator(raw: Mapping[str, Any], document: str, provisions: Mapping[str, Mapping[str, Any]]) -> ReportedIndicator:
    source = provisions[raw["formula_provision"]]
    return ReportedIndicator(
        id=raw["id"],
        group=raw["group"],
        title=raw["title"],
        unit=raw["unit"],
        kind=raw["kind"],
        formula=raw["formula"],
        source=f"{document}#{source['pid']}",
        evidence=str(source["evidence"]),
        numerator=raw.get("numerator", ""),
        denominator=raw.get("denominator", ""),
        scale=raw.get("scale", "1"),
        of=str(provisions[raw["of"]]["threshold"]) if "of" in raw else "",
        note=raw.get("note", ""),
        thresholds=tuple(_threshold(document, provisions[pid]) for pid in raw.get("thresholds", ())),
    )


def read_indicator_set(path: Path, root: Path) -> IndicatorSet:
    """One system. Raises Unavailable when it points at an operand or provision that does not exist."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    about = raw["set"]
    operands = {o["name"]: OperandName(**o) for o in raw["operand"]}
    try:
        items = tuple(_indicator(i, about["document"], _provisions(root, about["document"])) for i in raw["indicator"])
    except KeyError as missing:
        raise _broken(path.name, f"没有 {missing}") from missing
    for item in items:
        unknown = {n for n in (item.numerator, item.denominator) if n} - set(operands)
        if unknown or item.kind not in KINDS:
            raise _broken(path.name, f"指标 {item.id} 的 {'、'.join(sorted(unknown)) or item.kind} 没有登记")
    return IndicatorSet(
        id=about["id"],
        document=about["document"],
        title=about["title"],
        caution=about["caution"],
        operands=operands,
        indicators=items,
    )


def read_indicator_sets(root: Path) -> tuple[IndicatorSet, ...]:
    """Every system of the corpus, in the order of file names."""
    return tuple(read_indicator_set(path, root) for path in sorted((root / FOLDER).glob("*.toml")))
