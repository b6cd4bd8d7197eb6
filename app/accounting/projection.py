"""Scenarios: an overlay on a frozen run, computed by the same core, giving a Projection and never a run.

A Projection has no run id, no lines and no factors of its own: whatever takes a run (reports, drafts, packs) cannot take one by
mistake. Each overlay is quantified; a label alone changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from app.accounting.compare import Comparison, compare_runs
from app.accounting.library import FactorLibrary
from app.accounting.numbers import exact, percent
from app.accounting.reading import inputs_hash
from app.accounting.refusals import malformed
from app.accounting.report import run_to_json
from app.accounting.run import calculate
from app.domain.number import exact_text, fixed_text
from app.domain.period import Period
from app.domain.run import CalculationRun

SETTINGS = ("grid_basis", "factor_set", "edition", "options")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceActivity:
    """Other values for one activity (``quantity``, ``unit``, ``params`` …); params are laid over the old ones."""

    label: str
    activity: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceSetting:
    """Another grid basis, factor set, edition or option for the whole run; options are laid over the old ones."""

    label: str
    setting: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """``saves_pct`` per cent less of one activity from the day ``starts`` (ISO) on, by days of the report year; the whole year
    without a day."""

    label: str
    activity: str
    saves_pct: str
    starts: str | None = None


Overlay = ReplaceActivity | ReplaceSetting | Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """What the overlays would make of a run. ``comparison`` says line by line what moves; ``assumed`` one sentence an overlay.
    ``id`` begins with ``projection-`` and is made of the changed inputs: no run has such an id."""

    base_run_id: str
    assumed: tuple[str, ...]
    total_before: Fraction
    total_after: Fraction
    comparison: Comparison
    indicators_before: Mapping[str, Any] = field(default_factory=dict)
    indicators_after: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""

    @property
    def difference(self) -> Fraction:
        return self.total_after - self.total_before


def _find(activities: list[dict[str, Any]], id: str) -> dict[str, Any]:
    found = next((a for a in activities if a.get("id") == id), None)
    if found is None:
        raise malformed(f"情景所指的活动 {id} 不在本次核算中。", fix="请用核算结果中的活动编号。", subject=id)
    return found


def share_of_year(starts: str | None, year: int | None, subject: str) -> Fraction:
    """The share of the report year's days from ``starts`` on."""
    if starts is None:
        return Fraction(1)
    try:
        first = date.fromisoformat(starts)
    except ValueError as error:
        raise malformed(f"措施起始日“{starts}”不是日期。", fix="请写成 2026-07-01。", subject=subject) from error
    if year is None:
        raise malformed("措施有起始日，而核算没有报告年。", fix="请给出报告年 year。", subject=subject)
    whole = Period(start=date(year, 1, 1), end=date(year + 1, 1, 1))
    return Fraction(min(max((whole.end - first).days, 0), whole.days), whole.days)


def _apply(overlay: Overlay, inputs: dict[str, Any], year: int | None) -> str:
    """Lay one overlay over the inputs and say what it assumes."""
    activities: list[dict[str, Any]] = inputs["activities"]
    match overlay:
        case ReplaceActivity(label=label, activity=id, values=values):
            item = _find(activities, id)
            item |= {k: v for k, v in values.items() if k != "params"}
            item["params"] = {**(item.get("params") or {}), **(values.get("params") or {})}
            return f"{label}：活动 {id} 改为 {'、'.join(f'{k} = {v}' for k, v in values.items())}"
        case ReplaceSetting(label=label, setting=name, value=value):
            if name not in SETTINGS:
                raise malformed(f"情景不能更换 {name}。", fix=f"可更换 {'、'.join(SETTINGS)}。", subject=name)
            old = inputs.get(name)
            merged = {**(old or {}), **value} if name == "options" and isinstance(value, Mapping) else value
            inputs[name] = merged
            return f"{label}：{name} 改为 {value}"
        case Measure(label=label, activity=id, saves_pct=saves, starts=starts):
            item = _find(activities, id)
            share = share_of_year(starts, year, id)
            saved = percent(saves, name="节约比例", subject=id) * share
            quantity = exact(item["quantity"], name="数量", subject=id)
            item["quantity"] = fixed_text(quantity * (1 - saved), 6)
            when = f"自 {starts} 起" if starts else "全年"
            return f"{label}：{when}活动 {id} 减少 {saves}%，本年数量 {exact_text(quantity)} → {item['quantity']}"


def projected(
    run: CalculationRun,
    after: CalculationRun,
    assumed: Sequence[str],
    *,
    inputs: Mapping[str, Any],
    changed: Mapping[str, Any],
    id: str = "",
) -> Projection:
    """The one way to make a Projection: ``after`` is what the core makes of ``changed``, ``run`` what it made of ``inputs``."""
    return Projection(
        base_run_id=run.run_id,
        assumed=tuple(assumed),
        total_before=run.total_tco2,
        total_after=after.total_tco2,
        comparison=compare_runs(run_to_json(run), run_to_json(after), before_inputs=inputs, after_inputs=changed),
        indicators_before=run.indicators,
        indicators_after=after.indicators,
        id=id or f"projection-{inputs_hash(changed)[:12]}",
    )


def project(
    run: CalculationRun,
    inputs: Mapping[str, Any],
    overlays: Sequence[Overlay],
    library: FactorLibrary,
    *,
    year: int | None = None,
) -> Projection:
    """What the overlays would make of ``run``, which must be the run of ``inputs``. The run itself is not touched. ``year`` is the
    year in which measures are looked at (a later one on a roadmap), the report year unless it is given.

    Raises ValueError when the inputs are those of another run, UsageError on an overlay of nothing, and refuses as the core does."""
    if inputs_hash(inputs) != run.inputs_hash:
        raise ValueError("the inputs are not those of the run")
    changed: dict[str, Any] = {**inputs, "activities": [dict(a) for a in inputs["activities"]]}
    assumed = tuple(_apply(overlay, changed, run.year if year is None else year) for overlay in overlays)
    return projected(run, calculate(changed, library), assumed, inputs=inputs, changed=changed)
