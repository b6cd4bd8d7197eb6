"""Case tables to inputs: what a row writes down in a line becomes a profile, a run and documents.

Keys of a row: ``profile`` (fields of FactoryProfile and ``district``), ``run`` (see ``make_run``), ``documents`` (kinds of
uploaded documents), ``proved`` / ``stated`` / ``unfiled`` / ``bare`` (declarations with an uploaded document, without any
document, with a document that was never uploaded, without name and date), ``marks``, ``absent``, ``items``, ``annual``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from app.domain.project import FactoryProfile
from app.eligibility.evidence import DocumentFact
from evals.factories import LINES, PAPER, PROVED, STATED, SUPPORT, UNFILED, Inputs, make_run

__all__ = ["LINES", "PAPER", "PROVED", "STATED", "SUPPORT", "UNFILED", "Case", "Inputs", "build_inputs", "make_run"]

FOLDER = Path(__file__).parent
@dataclass(frozen=True, kw_only=True)
class Case:
    rule: str
    clause: str
    expect: str
    row: Mapping[str, Any]
    says: tuple[str, ...] = ()
    name: str = ""
    operand: Mapping[str, str] = field(default_factory=dict)


def _items(spec: Mapping[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    rows = []
    for row in spec.get("rows", []):
        name, values, *rest = row
        count, support = (list(rest) + [1, "proved"][len(rest) :])[:2]
        rows.append({"name": name, "quantity": str(count), **values, **SUPPORT[support]})
    register = {"total": str(spec["total"]), **SUPPORT[spec.get("total_support", "proved")]} if "total" in spec else {}
    return rows, register


def build_inputs(row: Mapping[str, Any]) -> Inputs:
    """The inputs of ``build_fact_sheet`` for one row."""
    fields = {"name": "示例工厂", "year": 2025, "province": "安徽", "ets_covered": False, **row.get("profile", {})}
    extra: dict[str, Any] = {"declarations": [], "annual": [], "registers": {}}
    if fields.pop("district", ""):
        extra["factory"] = {"district": row["profile"]["district"]}
    for support, backing in SUPPORT.items():
        extra["declarations"] += [{"id": k, "value": v, **backing} for k, v in row.get(support, {}).items()]
    for section, names in row.get("marks", {}).items():
        for name in names:
            text, _, support = str(name).partition("|")
            extra.setdefault(section, []).append({"name": text, "value": True, **SUPPORT[support or "proved"]})
    for section, names in row.get("absent", {}).items():
        extra.setdefault(section, []).extend({"name": name, "value": False, **STATED} for name in names)
    for section, spec in row.get("items", {}).items():
        extra[section], extra["registers"][section] = _items(spec)
    for series, points in row.get("annual", {}).items():
        for year, value in points.items():
            text, _, support = str(value).partition("|")
            extra["annual"].append({"id": series, "year": year, "value": text, **SUPPORT[support or "proved"]})
    papers = tuple(
        DocumentFact(sha256=f"{number:02d}" * 32, filename=f"{kind}.pdf", kind=kind)
        for number, kind in enumerate(row.get("documents", []))
    )
    run = make_run(row["run"] or {}) if "run" in row else None
    return Inputs(profile=FactoryProfile(extra=extra, **fields), run=run, documents=(PAPER, *papers))


def _merged(given: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """``row`` over ``given``, one level deep: a row that sets the year keeps the province of its block."""
    out = dict(given)
    for key, value in row.items():
        out[key] = {**out[key], **value} if isinstance(out.get(key), dict) and isinstance(value, dict) else value
    return out


def _expanded(rule: str, clause: str, block: Mapping[str, Any]) -> list[Case]:
    """Short forms of a rule's block: ``each`` (any of), ``all_of``, ``levels``, ``rises`` and ``texts``."""
    cases: list[Case] = []

    def add(expect: str, row: Mapping[str, Any], name: str, says: tuple[str, ...] = ()) -> None:
        base = _merged(block.get("given", {}), row)
        cases.append(Case(rule=rule, clause=clause, expect=expect, row=base, name=name, says=says))

    undecided = "insufficient_evidence"
    for section, names in block.get("each", {}).items():
        yes, no = block.get("verdicts", ["met", "not_met"])
        says = block.get("says", [(), ()])
        for name in names:
            add(yes, {"marks": {section: [name]}}, f"只有{name}", tuple(says[0]))
            add(undecided, {"marks": {section: [f"{name}|stated"]}}, f"{name}没有证明文件")
        add(no, {"absent": {section: names}}, "全部没有", tuple(says[1]))
        add(undecided, {"absent": {section: names[1:]}} if names[1:] else {}, "有一项未说明")
        add(undecided, {}, "都未说明")
    for section, names in block.get("all_of", {}).items():
        yes, no = block.get("verdicts", ["met", "not_met"])
        says = block.get("says", [(), ()])
        add(yes, {"marks": {section: names}}, "全部具备", tuple(says[0]))
        for name in names:
            others = [n for n in names if n != name]
            add(undecided, {"marks": {section: others}}, f"没有说明{name}")
            add(no, {"marks": {section: others}, "absent": {section: [name]}}, f"没有{name}", tuple(says[1]))
        add(undecided, {}, "都未说明")
    for section, spec in block.get("levels", {}).items():
        column = spec["column"]

        def item(value: str, column: str = column) -> list[Any]:
            return [f"设备 {value}", {column: value}]

        good, bad = spec["accept"], spec.get("reject", [])
        every = spec.get("every", True)
        for value in good:
            add("met", {"items": {section: {"total": 1, "rows": [item(value)]}}}, f"全部{value}")
            add(undecided, {"items": {section: {"total": 1, "rows": [[*item(value), 1, "stated"]]}}}, f"{value}没有证明文件")
            add("met" if not every else undecided, {"items": {section: {"total": 2, "rows": [item(value)]}}}, f"{value}但没有列全")
            add("met" if not every else undecided, {"items": {section: {"rows": [item(value)]}}}, f"{value}但没有台账总数")
        for value in bad:
            rows = [item(good[0]), item(value)] if every else [item(value)]
            add("not_met", {"items": {section: {"total": len(rows), "rows": rows}}}, f"有{value}")
        for value in spec.get("undecided", []):
            add(undecided, {"items": {section: {"total": 1, "rows": [item(value)]}}}, f"{value or '空白'}不在条文情形之内")
        add(undecided, {}, "没有填报")
    for series, spec in block.get("rises", {}).items():
        up = spec["direction"] == "up"
        yes, no = block.get("verdicts", ["met", "not_met"])
        says = block.get("says", [(), ()])
        years = list(range(2025 - spec.get("window", 2) + 1, 2026))
        rising = {year: str(10 + number) for number, year in enumerate(years)}
        falling = {year: str(90 - number) for number, year in enumerate(years)}
        good, bad = (rising, falling) if up else (falling, rising)
        add(yes, {"annual": {series: good}}, "连续变化方向正确", tuple(says[0]))
        add(no, {"annual": {series: bad}}, "方向相反", tuple(says[1]))
        add(no, {"annual": {series: dict.fromkeys(years, "50")}}, "没有变化", tuple(says[1]))
        add(undecided, {"annual": {series: {years[-1]: good[years[-1]]}}}, "只有报告年")
        add(undecided, {"annual": {series: {k: f"{v}|stated" for k, v in good.items()}}}, "没有证明文件")
        add(undecided, {"profile": {"year": 2026}, "annual": {series: good}}, "不到报告年")
        add(undecided, {}, "没有填报")
    for operand, spec in block.get("texts", {}).items():
        where = spec.get("where", "proved")
        for key in ("met", "not_met", "not_applicable", undecided):
            for value in spec.get(key, []):
                add(key, {where: {operand: value}}, f"{value}")
        if where == "proved":
            add(undecided, {"stated": {operand: spec["met"][0]}}, f"{spec['met'][0]}但没有证明文件")
            add(undecided, {}, "没有说明")
    return cases


def load_cases() -> list[Case]:
    """Every case of every table beside this file."""
    cases: list[Case] = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8")):
            rule, clause = block["rule"], block["clause"]
            cases += _expanded(rule, clause, block)
            for row in block.get("cases", []):
                own = {k: v for k, v in row.items() if k not in ("expect", "says", "name")}
                given = _merged(block.get("given", {}), own)
                says = row.get("says", ())
                cases.append(
                    Case(
                        rule=rule, clause=clause, expect=row["expect"], row=given, name=str(row.get("name", "")),
                        says=(says,) if isinstance(says, str) else tuple(says),
                    )
                )  # fmt: skip
    return cases
