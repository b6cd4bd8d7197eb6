"""What if: a scenario through the same accounting core and the same rules, beside what stands now.

The result holds the ``Projection`` of app.accounting. It has no run id, is kept nowhere, and nothing that drafts or packs takes one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from app.accounting.projection import Projection, projected
from app.domain.errors import Conflict, UsageError
from app.domain.finding import Finding, Severity
from app.domain.number import exact_text, fixed_text, parse_number
from app.domain.plain import to_plain
from app.domain.project import FactoryProfile, Project
from app.domain.run import CalculationRun
from app.domain.verdict import EligibilityReport
from app.eligibility import evaluate
from app.eligibility.changes import VerdictChange, change_to_plain, verdict_changes
from app.eligibility.facts import build_fact_sheet
from app.eligibility.margins import Margin, margins
from app.eligibility.rule import RuleSet
from app.eligibility.scenario import Scenario, apply_changes, read_scenario
from app.eligibility.values import plain_number
from app.services.account import confirmed_records, latest, latest_grid_year
from app.services.eligibility import documents_of, facts_of, known_schemes
from app.services.inventory import build_inputs
from app.services.inventory_choices import ask_for_indicators
from app.services.inventory_pieces import InventoryBuild
from app.services.profile import parse_toml, plain_numbers
from app.services.workspace import Workspace
from app.store.log import canonical

CAUTION = "这是设想，不是核算：假定所需凭证齐全，不保存为核算结果，不进入申报书。"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The accounts and verdicts of one set of inputs."""

    run: CalculationRun
    report: EligibilityReport
    margins: tuple[Margin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a scenario would give: the projection of the accounts (the same type as everywhere) and what the rules would say of it."""

    projection: Projection
    project: str
    name: str
    changes: tuple[VerdictChange, ...]
    margins: tuple[tuple[Margin, Margin], ...]
    counts_before: Mapping[str, int]
    counts_after: Mapping[str, int]
    findings: tuple[Finding, ...]


def parse_scenario(text: str) -> Scenario:
    """A scenario file. Raises UsageError."""
    return read_scenario(plain_numbers(parse_toml(text, "设想文件")))


def scenario_of_json(data: Mapping[str, Any]) -> Scenario:
    """A scenario given as JSON. Raises UsageError; a number that came as a binary fraction is refused with its place."""
    return read_scenario(_exact_numbers(data, "设想"))


def _exact_numbers(value: Any, where: str) -> Any:
    if isinstance(value, float):
        raise UsageError("number_not_exact", f"{where} 的数字 {value} 不能精确表示", fix='写成十进制字符串，例如 "0.2"', subject=where)
    if isinstance(value, Mapping):
        return {str(k): _exact_numbers(v, str(k)) for k, v in value.items()}
    if isinstance(value, list):
        return [_exact_numbers(v, where) for v in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def project_margins(ws: Workspace, project: Project, schemes: Sequence[str] | None = None) -> tuple[Margin, ...]:
    """Distances to every numeric threshold on the latest run. Raises NotFound for an unknown scheme."""
    facts, _ = facts_of(ws, project)
    return margins(ws.ruleset, facts, known_schemes(ws.ruleset, schemes or project.schemes))


def project_scenario(
    ws: Workspace, project: Project, scenario: Scenario, schemes: Sequence[str] | None = None
) -> Outlook:
    """The scenario against what the confirmed records give now.

    Raises Conflict without confirmed data or a run, UsageError for a change that cannot be made, CalculationRefused when the
    core has no grounds for a number of the scenario."""
    stored = latest(ws, project)
    if stored is None:
        raise Conflict("no_run", "还没有核算，无从设想", fix="先核算：lingtan account -p 项目", subject=project.id)
    chosen = tuple(schemes) if schemes else project.schemes
    now = _build(ws, project, project.profile)
    findings = list(_newer(now.inputs, stored.inputs))
    base = _state(ws, project, project.profile, now.inputs, chosen)
    profile = _with_overrides(project.profile, scenario, now.inputs)
    build = _build(ws, project, profile)
    run = _calculated(ws, build.inputs)
    activities, said = apply_changes(build.inputs["activities"], scenario.changes, run)
    changed = _asked_again(build, activities)
    after = _state(ws, project, profile, changed.inputs, chosen)
    digest = hashlib.sha256(canonical([to_plain(changed.inputs), list(chosen)]).encode()).hexdigest()[:12]
    name = f"projection-{digest}"
    assumed = (*_overrides_said(scenario), *said)
    made = projected(base.run, after.run, assumed, inputs=now.inputs, changed=changed.inputs, id=name)
    after = _renamed(after, name)
    findings += [f for f in changed.findings if f.severity is not Severity.NOTE and f not in now.findings]
    return Outlook(
        projection=made,
        project=project.id,
        name=scenario.name,
        changes=verdict_changes(base.report, after.report),
        margins=tuple(zip(base.margins, after.margins, strict=True)),
        counts_before=base.report.counts,
        counts_after=after.report.counts,
        findings=tuple(findings),
    )


def _build(ws: Workspace, project: Project, profile: FactoryProfile) -> InventoryBuild:
    return build_inputs(profile, confirmed_records(ws, project), latest_grid_year(ws.factors))


def _calculated(ws: Workspace, inputs: Mapping[str, Any]) -> CalculationRun:
    from app.accounting import calculate

    return calculate(inputs, ws.factors)


def _state(
    ws: Workspace, project: Project, profile: FactoryProfile, inputs: Mapping[str, Any], schemes: Sequence[str]
) -> State:
    return judge_inputs(ws.ruleset, profile, _calculated(ws, inputs), documents_of(ws, project), project.id, schemes)


def judge_inputs(
    ruleset: RuleSet,
    profile: FactoryProfile,
    run: CalculationRun,
    documents: Sequence[Any],
    project: str,
    schemes: Sequence[str],
) -> State:
    """Verdicts and margins of a run. Pure."""
    facts = build_fact_sheet(profile, run, documents)
    report = evaluate(ruleset, facts, project=project, run_id=run.run_id, schemes=schemes)
    return State(run=run, report=report, margins=margins(ruleset, facts, tuple(dict.fromkeys(schemes))))


def _renamed(state: State, id: str) -> State:
    """The same state under the projection's own name: no line of it may be taken for a line of a run."""
    criteria = tuple(
        replace(
            c,
            operands=tuple(
                replace(o, run_line=f"{id}/{o.run_line.partition('/')[2]}") if o.run_line else o for o in c.operands
            ),
        )
        for c in state.report.criteria
    )
    report = replace(state.report, run_id=None, criteria=criteria)
    return replace(state, run=replace(state.run, run_id=id), report=report)


def _newer(now: Mapping[str, Any], stored: Mapping[str, Any]) -> list[Finding]:
    if canonical(to_plain(now)) == canonical(stored):
        return []
    return [
        Finding(
            id="baseline-newer",
            severity=Severity.EXPLAIN,
            message="上次核算之后已确认的数据或档案有变化；对比以现在的数据为起点，与已保存的核算不完全相同",
            fix="先重新核算：lingtan account -p 项目",
        )
    ]


def _with_overrides(profile: FactoryProfile, scenario: Scenario, inputs: Mapping[str, Any]) -> FactoryProfile:
    """The profile with the scenario's sections over its own; a grid basis starts from the one in use."""
    extra = dict(profile.extra)
    if scenario.accounting:
        own = extra.get("accounting", {})
        merged = {**own, **scenario.accounting}
        given = scenario.accounting.get("tce_coefficients")
        if isinstance(given, Mapping):
            merged["tce_coefficients"] = {**own.get("tce_coefficients", {}), **given}
        extra["accounting"] = merged
    if scenario.grid_basis:
        extra["grid_basis"] = {**(inputs.get("grid_basis") or {}), **scenario.grid_basis}
    return replace(profile, extra=extra)


def _overrides_said(scenario: Scenario) -> tuple[str, ...]:
    said = [f"核算口径 {key} 改为 {_said(value)}" for key, value in scenario.accounting.items()]
    said += [f"电网因子口径 {key} 改为 {_said(value)}" for key, value in scenario.grid_basis.items()]
    return tuple(said)


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return "、".join(f"{k} {v}" for k, v in value.items())
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


def _asked_again(build: InventoryBuild, activities: list[dict[str, Any]]) -> InventoryBuild:
    """Other activities can need other coefficients: the indicators are asked for anew."""
    inputs = {**build.inputs, "request": [], "activities": sorted(activities, key=lambda a: a["id"])}
    inputs["options"] = dict(build.inputs["options"])
    changed = InventoryBuild(inputs=inputs, findings=[f for f in build.findings if f.id != "conversion-missing"])
    ask_for_indicators(changed)
    return changed


def projection_to_json(outlook: Outlook) -> dict[str, Any]:
    """``{projection, project, name, caution, assumed, total_tco2, indicators, changes, margins, crossed, counts, findings}``.

    ``crossed`` holds comparisons that turn out otherwise, also those whose text may not decide a verdict."""
    return {
        "projection": outlook.projection.id,
        "project": outlook.project,
        "name": outlook.name,
        "caution": CAUTION,
        "assumed": list(outlook.projection.assumed),
        "total_tco2": _total(outlook.projection.total_before, outlook.projection.total_after),
        "indicators": {
            "before": to_plain(outlook.projection.indicators_before),
            "after": to_plain(outlook.projection.indicators_after),
        },
        "changes": [change_to_plain(change) for change in outlook.changes],
        "margins": [
            {**margin_to_plain(after), "value_before": before.value, "distance_before": before.distance, "reached_before": before.reached}
            for before, after in outlook.margins
        ],
        "crossed": [
            {"id": a.criterion, "label": a.label, "operator": a.operator, "threshold": a.threshold, "unit": a.unit, "before": b.reached, "after": a.reached, "evidence": a.evidence.value, "current": a.current}
            for b, a in outlook.margins
            if b.reached is not a.reached
        ],
        "counts": {"before": dict(outlook.counts_before), "after": dict(outlook.counts_after)},
        "findings": to_plain(outlook.findings),
    }


def _total(before: Fraction, after: Fraction) -> dict[str, str]:
    return {
        "before": fixed_text(before, 6),
        "after": fixed_text(after, 6),
        "difference": fixed_text(after - before, 6),
        "before_exact": exact_text(before),
        "after_exact": exact_text(after),
        "difference_exact": exact_text(after - before),
    }


def margin_to_plain(margin: Margin) -> dict[str, Any]:
    """One margin as JSON; numbers stay exact text."""
    return {**to_plain(margin), "modality": margin.modality.value, "evidence": margin.evidence.value}


def near_text(text: str | None, unknown: str = "—") -> str:
    """An exact number for the eye: the decimal itself, or six places of one that does not end; a date stays a date."""
    if text is None:
        return unknown
    try:
        return plain_number(parse_number(text))
    except ValueError:
        return text
