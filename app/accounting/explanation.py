"""Why a line differs between two runs: each cause by kind, with the values before and after and a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SETTINGS = ("edition", "factor_set", "year")
_NAMES = {"edition": "标准版本", "factor_set": "燃料默认集", "year": "报告年", "grid_basis": "电网因子口径", "province": "省份"}
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
Table = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """``kind`` is added | removed | quantity | unit | period | factor | factor_year | factor_value | formula | category | direction |
    carrier | boundary | setting | option | parameter | text."""

    kind: str
    text: str
    before: str = ""
    after: str = ""

    def to_plain(self) -> dict[str, str]:
        return {"kind": self.kind, "text": self.text, "before": self.before, "after": self.after}


def _text(value: Any) -> str:
    if value is None or value == "":
        return "未写"
    if isinstance(value, Mapping):
        return "、".join(f"{k}={_text(v)}" for k, v in sorted(value.items()))
    if isinstance(value, (list, tuple)):
        return "、".join(_text(v) for v in value)
    return str(value)


def _changed(kind: str, name: str, before: Any, after: Any) -> Cause:
    old, new = _text(before), _text(after)
    return Cause(kind=kind, text=f"{name}由 {old} 改为 {new}", before=old, after=new)


def setting_changes(
    before: Mapping[str, Any], after: Mapping[str, Any], before_inputs: Mapping[str, Any], after_inputs: Mapping[str, Any]
) -> tuple[Cause, ...]:
    """What both runs as a whole were asked differently: edition, factor set, year, grid basis, options, and the engine."""
    out = [_changed("setting", _NAMES[n], before.get(n), after.get(n)) for n in SETTINGS if before.get(n) != after.get(n)]
    for name in ("grid_basis", "province"):
        one, other = before_inputs.get(name), after_inputs.get(name)
        if one != other:
            out.append(_changed("setting", _NAMES[name], one, other))
    old, new = before_inputs.get("options") or {}, after_inputs.get("options") or {}
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            out.append(_changed("option", f"选项 {name} ", old.get(name), new.get(name)))
    if before.get("engine") != after.get("engine"):
        out.append(_changed("setting", "核算程序与因子库", before.get("engine"), after.get("engine")))
    return tuple(out)


_PARTS = (
    ("carrier", "carrier", "品种"),
    ("direction", "direction", "方向"),
    ("unit", "unit", "单位"),
    ("quantity", "quantity", "数量"),
    ("period_start", "period", "账期起"),
    ("period_end", "period", "账期止"),
    ("category", "category", "类别"),
    ("formula_id", "formula", "公式"),
)


def _stem(id: str) -> str:
    """A factor id without its years: what stays the same when the factor of another year is taken."""
    return _YEAR.sub("*", id)


def _factor_changes(before: Mapping[str, Any], after: Mapping[str, Any], used: tuple[Table, Table]) -> list[Cause]:
    old, new = list(before.get("factors", ())), list(after.get("factors", ()))
    out = []
    gone, come = [i for i in old if i not in new], [i for i in new if i not in old]
    for id in list(gone):
        heir = next((c for c in come if _stem(c) == _stem(id)), None)
        if heir is None:
            continue
        gone.remove(id)
        come.remove(heir)
        years = _YEAR.findall(id), _YEAR.findall(heir)
        values = [f"{t.get(i, {}).get('value', '')} {t.get(i, {}).get('unit', '')}".strip() for t, i in zip(used, (id, heir), strict=True)]
        text = f"因子年份由 {years[0][0]} 改为 {years[1][0]}（{values[0]} → {values[1]}）"
        out.append(Cause(kind="factor_year", text=text, before=id, after=heir))
    if gone or come:
        out.append(_changed("factor", "因子", gone, come))
    for id in (i for i in old if i in new):
        one, other = (t.get(id, {}).get("value") for t in used)
        if one != other:
            out.append(_changed("factor_value", f"因子 {id} 的数值", one, other))
    return out


def _parameter_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Cause]:
    """Operands given by the activity (density, pressure, calorific value …) with other values; quantities are named already."""
    old, new = ({o["name"]: o for o in line.get("operands", ())} for line in (before, after))
    return [
        _changed("parameter", f"参数“{name}”", old[name]["value"], new[name]["value"])
        for name in old
        if name in new
        and old[name]["value"] != new[name]["value"]
        and new[name]["source"].startswith(("params:", "USER/"))
    ]


def causes_of(
    before: Mapping[str, Any], after: Mapping[str, Any], used: tuple[Table, Table], settings: tuple[Cause, ...]
) -> tuple[Cause, ...]:
    """Every way in which two lines of one activity differ. A line whose amount moved without any of them is said to follow the
    settings of the run; one whose wording alone moved is said so too."""
    out = [
        _changed(kind, name, before.get(key), after.get(key)) for key, kind, name in _PARTS if before.get(key) != after.get(key)
    ]
    out += _factor_changes(before, after, used)
    out += _parameter_changes(before, after)
    if not out and before.get("exact") != after.get("exact"):
        out += settings or (Cause(kind="formula", text="计算方法随核算程序改变"),)
    if not out:
        out.append(Cause(kind="text", text="数值未变，说明或操作数的写法有变"))
    return tuple(out)
