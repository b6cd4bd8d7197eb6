"""Two runs side by side: which lines came, went and changed, by how much, and why. The differences of the lines are the difference
of the totals, exactly.

Works on the output of runs as it is kept (report.run_to_json): an old run is never computed again to be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.accounting.explanation import SETTINGS, Cause, causes_of, setting_changes
from app.accounting.numbers import exact_sum
from app.domain.number import exact_text, fixed_text, parse_number
from app.domain.units import find_unit

OUTSIDE = "outside_boundary"
ADDED, REMOVED, CHANGED = "added", "removed", "changed"
LABELS = {ADDED: "新增", REMOVED: "删去", CHANGED: "改变"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """One line that is not the same in both runs. ``before``/``after`` are the lines as kept, None where there is none.
    ``difference`` is what it moves the total by; of a change, ``by_quantity`` (at the old rate) and ``by_rate`` (on the new quantity)
    sum to it, both None where quantities cannot be compared."""

    activity: str
    change: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    difference: Fraction
    causes: tuple[Cause, ...] = ()
    by_quantity: Fraction | None = None
    by_rate: Fraction | None = None

    @property
    def why(self) -> str:
        return "；".join(c.text for c in self.causes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """``unexplained`` is the difference of the totals less that of the lines: zero unless a kept run was altered."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    settings: tuple[Cause, ...]
    lines: tuple[LineChange, ...]
    unchanged: int
    difference: Fraction
    unexplained: Fraction


def _counted(line: Mapping[str, Any] | None) -> Fraction:
    return Fraction(0) if line is None or line["category"] == OUTSIDE else parse_number(line["exact"])


def _base_quantity(line: Mapping[str, Any]) -> tuple[str, Fraction] | None:
    unit = find_unit(str(line.get("unit", "")))
    try:
        return (unit.dimension, parse_number(line["quantity"]) * unit.ratio) if unit else None
    except ValueError:
        return None


def _effects(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Fraction | None, Fraction | None]:
    """(by quantity, by rate); the rate is the line's own tCO2 per unit of its quantity."""
    old, new = _base_quantity(before), _base_quantity(after)
    if old is None or new is None or old[0] != new[0] or not old[1]:
        return None, None
    by_quantity = _counted(before) / old[1] * (new[1] - old[1])
    return by_quantity, _counted(after) - _counted(before) - by_quantity


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    ignored = {"id", "activity"}
    return {k: v for k, v in before.items() if k not in ignored} == {k: v for k, v in after.items() if k not in ignored}


def _under_name(line: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An earlier line with the factors it brought itself named after its successor, so that only what differs differs."""
    if line["activity"] == name:
        return line
    own, new = f"USER/{line['activity']}/", f"USER/{name}/"
    operands = [{**o, "source": o["source"].replace(own, new, 1)} for o in line["operands"]]
    return {**line, "factors": [i.replace(own, new, 1) for i in line["factors"]], "operands": operands}


def _totals(output: Mapping[str, Any]) -> dict[str, Any]:
    return {name: output.get(name) for name in ("run_id", "engine", *SETTINGS, "total_tco2", "total_exact")}


def compare_runs(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    before_inputs: Mapping[str, Any] | None = None,
    after_inputs: Mapping[str, Any] | None = None,
    replaced: Mapping[str, str] | None = None,
) -> Comparison:
    """Compare two runs as kept. ``replaced`` maps an activity of ``after`` to the activity of ``before`` it corrects (a corrected
    record is a new record); without it such a line is one removed and one added. The inputs, when given, name changed options."""
    renamed = replaced or {}
    old = {line["activity"]: line for line in before["lines"]}
    settings = setting_changes(before, after, before_inputs or {}, after_inputs or {})
    used = factor_table(before["factors"]), factor_table(after["factors"])
    changes: list[LineChange] = []
    matched: set[str] = set()
    unchanged = 0
    for line in after["lines"]:
        own = line["activity"]
        earlier = own if own in old else renamed.get(own, "")
        if earlier not in old or earlier in matched:
            changes.append(_one(own, ADDED, None, line))
            continue
        matched.add(earlier)
        past = _under_name(old[earlier], own)
        if _same(past, line):
            unchanged += 1
            continue
        by_quantity, by_rate = _effects(past, line)
        changes.append(
            LineChange(
                activity=own,
                change=CHANGED,
                before=old[earlier],
                after=line,
                difference=_counted(line) - _counted(past),
                causes=causes_of(past, line, used, settings),
                by_quantity=by_quantity,
                by_rate=by_rate,
            )
        )
    changes += [_one(i, REMOVED, line, None) for i, line in old.items() if i not in matched]
    difference = parse_number(after["total_exact"]) - parse_number(before["total_exact"])
    return Comparison(
        before=_totals(before),
        after=_totals(after),
        settings=settings,
        lines=tuple(sorted(changes, key=lambda c: (c.activity, c.change))),
        unchanged=unchanged,
        difference=difference,
        unexplained=difference - exact_sum(c.difference for c in changes),
    )


def factor_table(factors: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {f["id"]: f for f in factors}


def _one(activity: str, change: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> LineChange:
    line = after or before or {}
    text = f"{'只在新的核算中' if change == ADDED else '只在旧的核算中'}（{line.get('carrier', '')} {line.get('quantity', '')} {line.get('unit', '')}）"
    return LineChange(
        activity=activity,
        change=change,
        before=before,
        after=after,
        difference=_counted(after) - _counted(before),
        causes=(Cause(kind=change, text=text),),
    )


def _shown(line: Mapping[str, Any] | None) -> dict[str, Any] | None:
    names = ("activity", "category", "carrier", "quantity", "unit", "tco2", "exact", "factors", "formula_id")
    return None if line is None else {name: line.get(name) for name in names}


def _both(name: str, value: Fraction | None) -> dict[str, str | None]:
    if value is None:
        return {name: None}
    return {name: fixed_text(value, 6), f"{name}_exact": exact_text(value)}


def comparison_to_json(comparison: Comparison) -> dict[str, Any]:
    """``{before, after, difference, difference_exact, unexplained, settings, lines: [{activity, change, before, after, difference,
    difference_exact, by_quantity, by_rate, causes, why}], unchanged}``."""
    return {
        "before": dict(comparison.before),
        "after": dict(comparison.after),
        **_both("difference", comparison.difference),
        "unexplained": exact_text(comparison.unexplained),
        "settings": [c.to_plain() for c in comparison.settings],
        "lines": [
            {
                "activity": c.activity,
                "change": c.change,
                "before": _shown(c.before),
                "after": _shown(c.after),
                **_both("difference", c.difference),
                **_both("by_quantity", c.by_quantity),
                **_both("by_rate", c.by_rate),
                "causes": [x.to_plain() for x in c.causes],
                "why": c.why,
            }
            for c in comparison.lines
        ],
        "unchanged": comparison.unchanged,
    }


def comparison_text(shown: Mapping[str, Any]) -> str:
    """The comparison as lines of text for a reader, from its JSON."""
    before, after = shown["before"], shown["after"]
    out = [
        f"与核算 {before['run_id']} 比较：{before['total_tco2']} → {after['total_tco2']} tCO2，相差 {shown['difference']} tCO2",
        *(f"  口径：{c['text']}" for c in shown["settings"]),
        *(_line_text(c) for c in shown["lines"]),
        f"  其余 {shown['unchanged']} 行未变",
    ]
    if shown["unexplained"] != "0":
        out.append(f"  ⚠ 各行之差与合计之差不等，差 {shown['unexplained']} tCO2：保存的核算可能被改动，请用 verify 检查")
    return "\n".join(out)


def _line_text(change: Mapping[str, Any]) -> str:
    sides: Sequence[str] = [line["tco2"] if line else "—" for line in (change["before"], change["after"])]
    return (
        f"  {LABELS[change['change']]} {change['activity']}：{sides[0]} → {sides[1]}（{change['difference']} tCO2）{change['why']}"
    )
