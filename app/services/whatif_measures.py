"""The cheapest set of the measures a factory lists in its profile that reaches a target; every number with its origin.

``[[measures]]`` name, effect_tco2 and/or effect_kwh (a year), cost_wan_yuan, source. ``reduction_tco2`` and ``investment_wan_yuan``
of a building plan are taken where those are not given. Nothing is estimated: a measure without effect, cost or source is left
out and said so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.domain.errors import Conflict, UsageError
from app.domain.number import exact_text, parse_number
from app.domain.project import FactoryProfile, Project
from app.domain.run import CalculationRun
from app.eligibility.cheapest import MOST, Candidate, Choice, Step, cheapest
from app.eligibility.checks import threshold_for
from app.eligibility.facts_profile import entries, plain_value
from app.eligibility.rule import Rule, RuleSet
from app.eligibility.values import FactSheet
from app.services.eligibility import facts_of, run_of
from app.services.workspace import Workspace

CAUTION = "措施效果按可以相加计，相互影响和实际效果须由企业核实；结果不是核算，不进入申报书。"
HELD = "按综合能耗不变估算；"
EFFECTS = ("effect_tco2", "reduction_tco2")
COSTS = ("cost_wan_yuan", "investment_wan_yuan")
PHYSICAL = "physical_share"
PHYSICAL_KINDS = ("pv", "direct_line", "自用光伏", "绿电直连")
USAGE = "写成 reduce_tco2=500、total_tco2=8000、green_kwh=1000000 或条目编号（如 hn-renewable）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """``needed`` more of ``unit`` (tCO2 or kWh a year) than now; ``how`` explains it."""

    text: str
    needed: Fraction
    unit: str
    how: tuple[str, ...]
    physical: bool = False
    """Only power that is traced physically counts: own use of photovoltaics and direct lines, not trade or certificates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A measure that takes part: its candidate, the source given for it and how its effect came about."""

    candidate: Candidate
    source: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """``excluded`` are (name, reason) of measures that could not take part."""

    target: Target
    listed: tuple[Listed, ...]
    excluded: tuple[tuple[str, str], ...]
    choice: Choice


def choose_measures(ws: Workspace, project: Project, target: str) -> Selection:
    """The cheapest set for ``target``: ``reduce_tco2=N``, ``total_tco2=N``, ``green_kwh=N`` or the id of a criterion.

    Raises Conflict without a run, UsageError for a target nobody understands or a list of more than 20 measures."""
    facts, stored = facts_of(ws, project)
    run = run_of(ws, stored)
    if run is None:
        raise Conflict("no_run", "还没有核算，无从比较措施", fix="先核算：lingtan account -p 项目", subject=project.id)
    goal = read_target(target, run, facts, ws.ruleset)
    listed, excluded = listed_measures(project.profile, goal.unit, run, physical=goal.physical)
    if len(listed) > MOST:
        raise UsageError(
            "too_many_measures", f"列出的措施有 {len(listed)} 项，最多比较 {MOST} 项", fix="在项目档案的措施中只留要比较的几项", subject="measures"
        )
    choice = cheapest([m.candidate for m in listed], goal.needed)
    return Selection(target=goal, listed=listed, excluded=excluded, choice=choice)


def read_target(text: str, run: CalculationRun, facts: FactSheet, ruleset: RuleSet) -> Target:
    """What is still needed for a target. Raises UsageError."""
    name, equals, number = (part.strip() for part in text.partition("="))
    if not equals:
        rule = next((r for s in ruleset.schemes.values() for r in s.rules if r.id == name), None)
        if rule is None:
            raise UsageError("target_unknown", f"不认识的目标：{text}", fix=USAGE, subject=text)
        return _rule_target(rule, run, facts, ruleset)
    try:
        value = parse_number(number)
    except ValueError:
        value = Fraction(-1)
    if value < 0 or name not in ("reduce_tco2", "total_tco2", "green_kwh"):
        raise UsageError("target_unknown", f"不认识的目标：{text}", fix=USAGE, subject=text)
    if name == "total_tco2":
        how = (f"现在 {exact_text(run.total_tco2)} tCO2，目标 {exact_text(value)} tCO2",)
        return Target(text=text, needed=run.total_tco2 - value, unit="tCO2", how=how)
    return Target(text=text, needed=value, unit="tCO2" if name == "reduce_tco2" else "kWh", how=("按给出的数量",))


def _rule_target(rule: Rule, run: CalculationRun, facts: FactSheet, ruleset: RuleSet) -> Target:
    """A threshold as an amount: for every reading what is missing; the most demanding reading counts."""

    def lookup(name: str) -> Any:
        return facts.value(name, strict=False)

    _, threshold = threshold_for(rule.check, lookup)
    if rule.check.kind != "compare" or not isinstance(threshold, Fraction):
        raise UsageError("target_not_numeric", f"条目 {rule.id} 没有可换算的数值门槛", fix=USAGE, subject=rule.id)
    found = {ruleset.label(name): _needed(name, threshold, run, lookup) for name in rule.check.operands}
    needs = [(*need, label) for label, need in found.items() if need is not None]
    unknown = [label for label, need in found.items() if need is None]
    if not needs:
        raise UsageError(
            "target_not_known",
            f"条目 {rule.id} 的{'、'.join(unknown)}还没有值，或不能换算成措施效果",
            fix="补齐该指标所需的数据与折标系数后重新核算；或直接给出减排量",
            subject=rule.id,
        )
    units = {unit for _, unit, _ in needs}
    assert len(units) == 1
    how = [f"{label}还差 {_shown(amount)} {unit}" for amount, unit, label in needs]
    held = HELD if "tCO2" in units else ""
    doubt = "" if rule.evidence.decidable else f"这一数值为{rule.evidence.label}；"
    if unknown:
        how.append(f"{'、'.join(unknown)}未知，没有计入：达到所列目标不等于各种口径都达到")
    how.append(f"{doubt}{held}几种算法取要求最高的一种。")
    physical = rule.check.operands == (PHYSICAL,)
    if physical:
        how.append("只计自用光伏和绿电直连，按年用电量不变估算；绿电交易和绿证不计入物理认定量。")
    return Target(text=rule.id, needed=max(amount for amount, _, _ in needs), unit=units.pop(), how=tuple(how), physical=physical)


def _needed(name: str, threshold: Fraction, run: CalculationRun, lookup: Any) -> tuple[Fraction, str] | None:
    """How much more a reading needs: tCO2 less, or kWh of zero-carbon electricity in place of grid power."""
    kind, _, basis = name.rpartition("_")
    value, energy = lookup(name), lookup(f"energy_tce_{basis}")
    if name == "total_tco2" and value is not None:
        return value - threshold, "tCO2"
    if kind in ("intensity", "co2e_intensity") and value is not None and energy is not None:
        return (value - threshold) * energy, "tCO2"
    if name == PHYSICAL and value is not None:
        whole = lookup("electricity_kwh")
        return None if whole is None else ((threshold - value) / 100 * whole, "kWh")
    if name == "renewable_kwh_share":
        whole, green = lookup("electricity_kwh"), lookup("renewable_kwh")
        return None if whole is None or green is None else (threshold / 100 * whole - green, "kWh")
    if kind == "non_fossil_share" and value is not None and energy is not None:
        per_kwh = _coal_of_power(run, {"calorific": "当量", "equivalent": "等价"}[basis])
        return None if not per_kwh else ((threshold - value) / 100 * energy / per_kwh, "kWh")
    return None


def _coal_of_power(run: CalculationRun, basis: str) -> Fraction | None:
    """tce of one kWh, as the run took it."""
    names = (f"TCE/电力/{basis}", f"USER/tce/电力_{basis}")
    use = next((f for f in run.factors if f.id in names and f.unit in ("kgce/kWh", "tce/MWh")), None)
    return parse_number(use.value) / 1000 if use else None


def grid_factor(run: CalculationRun) -> tuple[Fraction, str] | None:
    """(tCO2 of one kWh of grid power, factor id) when the run used one factor for all of it."""
    seen = {
        (o.value, o.source)
        for line in run.lines
        if line.category == "electricity_in"
        for o in line.operands
        if o.name == "电网排放因子" and o.unit == "tCO2/MWh"
    }
    if len(seen) != 1:
        return None
    value, source = seen.pop()
    return parse_number(value) / 1000, source


def listed_measures(
    profile: FactoryProfile, unit: str, run: CalculationRun, *, physical: bool = False
) -> tuple[tuple[Listed, ...], tuple[tuple[str, str], ...]]:
    """(measures that take part, (name, reason) of the others) for effects in ``unit``, tCO2 or kWh a year; with ``physical`` only
    those that say they are own photovoltaics or a direct line."""
    listed: list[Listed] = []
    excluded: list[tuple[str, str]] = []
    for number, entry in enumerate(entries(profile, "measures"), 1):
        name = str(entry.get("name") or f"第 {number} 项").strip()
        problem = _problem(entry)
        if not problem and physical and str(entry.get("kind", "")).strip() not in PHYSICAL_KINDS:
            problem = "没有写明是自用光伏或绿电直连，物理认定量不计"
        effect = None if problem else effect_of(entry, unit, run)
        cost = _amount(entry, COSTS)
        if problem or effect is None or cost is None:
            excluded.append((name, problem or f"没有以 {unit} 计、可以采用的效果"))
            continue
        candidate = Candidate(name=name, effect=effect[0], cost=cost)
        listed.append(Listed(candidate=candidate, source=str(entry["source"]).strip(), how=effect[1]))
    return tuple(listed), tuple(excluded)


def _problem(entry: Mapping[str, Any]) -> str:
    """Why a measure cannot take part whatever the target is; empty when it can."""
    if plain_value(entry.get("value")) is True:
        return "已实施，效果已在核算中"
    if not str(entry.get("source") or "").strip():
        return "没有写数据来源"
    for keys, label in ((EFFECTS, "效果"), (("effect_kwh",), "效果"), (COSTS, "费用")):
        if any(entry.get(k) not in (None, "") for k in keys) and _amount(entry, keys) is None:
            return f"{label}不是不小于零的数"
    return "" if _amount(entry, COSTS) is not None else "没有写费用"


def _amount(entry: Mapping[str, Any], keys: Sequence[str]) -> Fraction | None:
    text = next((str(entry[k]).strip() for k in keys if entry.get(k) not in (None, "")), "")
    try:
        value = parse_number(text)
    except ValueError:
        return None
    return value if value >= 0 else None


def effect_of(entry: Mapping[str, Any], unit: str, run: CalculationRun) -> tuple[Fraction, str] | None:
    """(effect, how it came about); kWh become tCO2 by the grid factor of the run, never the other way round."""
    stated, kwh = _amount(entry, EFFECTS), _amount(entry, ("effect_kwh",))
    if unit == "kWh":
        return None if kwh is None else (kwh, "档案给出的年电量")
    if stated is not None:
        return stated, "档案给出的年减排量"
    factor = grid_factor(run)
    if kwh is None or factor is None:
        return None
    per_kwh, source = factor
    return kwh * per_kwh, f"{exact_text(kwh)} kWh × {exact_text(per_kwh * 1000)} tCO2/MWh（{source}）"


def _shown(value: Fraction) -> str:
    from app.eligibility.values import plain_number

    return plain_number(value)


def selection_to_json(selection: Selection) -> dict[str, Any]:
    """``{target, reached, chosen, effect, cost_wan_yuan, short, excluded, trace, caution}``; numbers are exact text."""
    choice = selection.choice
    chosen = [selection.listed[n] for n in choice.chosen or ()]
    return {
        "target": {
            "text": selection.target.text,
            "needed": exact_text(max(selection.target.needed, Fraction(0))),
            "unit": selection.target.unit,
            "how": list(selection.target.how),
        },
        "reached": choice.chosen is not None,
        "chosen": [_listed_to_json(m) for m in chosen],
        "effect": exact_text(choice.effect),
        "cost_wan_yuan": exact_text(choice.cost) if choice.chosen is not None else None,
        "short": exact_text(choice.short),
        "measures": [_listed_to_json(m) for m in selection.listed],
        "excluded": [{"name": name, "reason": reason} for name, reason in selection.excluded],
        "trace": {"visited": choice.visited, "cut": choice.cut, "steps": [_step_to_json(s) for s in choice.steps]},
        "caution": CAUTION,
    }


def _listed_to_json(measure: Listed) -> dict[str, str]:
    candidate = measure.candidate
    return {
        "name": candidate.name,
        "effect": exact_text(candidate.effect),
        "cost_wan_yuan": exact_text(candidate.cost),
        "source": measure.source,
        "how": measure.how,
    }


def _step_to_json(step: Step) -> dict[str, Any]:
    return {"chosen": list(step.chosen), "effect": exact_text(step.effect), "cost_wan_yuan": exact_text(step.cost), "note": step.note}
