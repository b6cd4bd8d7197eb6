"""The roadmap of a project: the measures of its profile that have a first day and an effect, year by year to a target year.

``[[measures]]`` with ``starts`` (a year or a day), ``source`` and either ``effect_tco2`` / ``effect_kwh`` a year, or ``activity`` and
``saves_pct``. Nothing is estimated: what lacks one of them is left out and said so. Kept nowhere, never an account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.accounting.projection import Measure
from app.accounting.roadmap import Roadmap, Step, roadmap
from app.domain.errors import Conflict
from app.domain.number import exact_text, fixed_text
from app.domain.project import Project
from app.domain.run import CalculationRun
from app.eligibility.facts_profile import entries, plain_value
from app.services.account import latest
from app.services.whatif_measures import effect_of
from app.services.workspace import Workspace

CAUTION = "路线图是设想，不是核算：未采取措施的部分按基准年不变，措施效果按可以相加计；抵销只另列，不从剩余排放中扣减；不进入申报书。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``how`` says how the effect of each step came about, ``excluded`` (name, reason) what could not take part."""

    road: Roadmap
    project: str
    how: Mapping[str, str]
    excluded: tuple[tuple[str, str], ...]


def project_roadmap(ws: Workspace, project: Project, target_year: int) -> Plan:
    """Raises Conflict without a run, UsageError for a target year that is none."""
    from app.accounting import calculate

    stored = latest(ws, project)
    if stored is None:
        raise Conflict("no_run", "还没有核算，无从排路线图", fix="先核算：lingtan account -p 项目", subject=project.id)
    run = calculate(stored.inputs, ws.factors)
    steps, how, excluded = [], {}, []
    for entry in entries(project.profile, "measures"):
        name = str(entry.get("name") or "").strip() or "未命名的措施"
        made = _step(name, entry, run)
        if isinstance(made, str):
            excluded.append((name, made))
        else:
            steps.append(made[0])
            how[name] = made[1]
    road = roadmap(run, stored.inputs, steps, target_year, ws.factors)
    return Plan(road=road, project=project.id, how=how, excluded=tuple(excluded))


def _step(name: str, entry: Mapping[str, Any], run: CalculationRun) -> tuple[Step, str] | str:
    """The step of a measure and how its effect came about, or why it takes no part."""
    if plain_value(entry.get("value")) is True:
        return "已实施，效果已在核算中"
    starts = str(entry.get("starts") or "").strip()
    if not starts:
        return "没有写开始日期（starts）"
    if len(starts) == 4 and starts.isdecimal():
        starts = f"{starts}-01-01"
    source = str(entry.get("source") or "").strip()
    if not source:
        return "没有写数据来源（source）"
    if entry.get("activity") and entry.get("saves_pct"):
        own = Measure(label=name, activity=str(entry["activity"]), saves_pct=str(entry["saves_pct"]), starts=starts)
        return Step(label=name, starts=starts, overlays=(own,)), f"活动 {own.activity} 减少 {own.saves_pct}%（{source}）"
    effect = effect_of(entry, "tCO2", run)
    if effect is None:
        return "没有写效果（effect_tco2、effect_kwh，或 activity 与 saves_pct）"
    return Step(label=name, starts=starts, reduction=effect[0]), f"{effect[1]}（{source}）"


def roadmap_to_json(plan: Plan) -> dict[str, Any]:
    """``{roadmap, project, base, target_year, years, residual_tco2, measures, excluded, caution}``."""
    road = plan.road
    return {
        "roadmap": f"roadmap-{road.milestones[-1].projection.id.removeprefix('projection-')}-{road.target_year}",
        "project": plan.project,
        "base": {"run": road.base_run_id, "year": road.base_year, **_amount(road.base_total)},
        "target_year": road.target_year,
        "years": [
            {
                "year": m.year,
                "projection": m.projection.id,
                **_amount(m.total),
                "reduction_tco2": fixed_text(road.base_total - m.total, 6),
                "assumed": [*m.projection.assumed, *(f"{label}：减少 {fixed_text(part, 6)} tCO2" for label, part in m.parts)],
            }
            for m in road.milestones
        ],
        "residual_tco2": fixed_text(road.residual, 6),
        "overstated_years": list(road.overstated),
        "measures": [{"name": name, "how": how} for name, how in plan.how.items()],
        "excluded": [{"name": name, "reason": reason} for name, reason in plan.excluded],
        "caution": CAUTION,
    }


def _amount(value: Fraction) -> dict[str, str]:
    return {"total_tco2": fixed_text(value, 6), "total_exact": exact_text(value)}


def roadmap_text(value: Mapping[str, Any]) -> str:
    """What ``roadmap_to_json`` gives, as lines for a reader."""
    base = value["base"]
    lines = [f"路线图：{base['year']} 年 {base['total_tco2']} tCO2（{base['run']}）→ {value['target_year']} 年"]
    for year in value["years"]:
        lines.append(f"  {year['year']}  {year['total_tco2']} tCO2（较基准年减少 {year['reduction_tco2']}）")
        lines += [f"        {sentence}" for sentence in year["assumed"]]
    lines.append(f"目标年剩余排放：{value['residual_tco2']} tCO2")
    if value["overstated_years"]:
        years = "、".join(str(y) for y in value["overstated_years"])
        lines.append(f"△ {years} 年申报的减排量大于排放量，请核对各措施的效果是否重复。")
    lines += [f"  未计入：{e['name']}（{e['reason']}）" for e in value["excluded"]]
    return "\n".join([*lines, str(value["caution"])])
