"""Confirmed provisions → the rule files that judge by them.

A rule that compared a reported figure takes over the clause, the figure and the level of the provision that a person confirmed in its
place; an indicator the reports did not mention gets a rule of its own; a reported figure the official text does not bear out is no
longer compared. The result is a rule file like any other, which a policy expert can read and change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.clause import EvidenceLevel
from app.domain.number import exact_text, parse_number

Row = Mapping[str, Any]
_SIGNS = {">=": "不低于", "<=": "不高于", ">": "高于", "<": "低于", "==": "等于"}
_BASES = {"等价值": "equivalent", "当量值": "calorific"}
_CONDITION = re.compile(r"年用电量不少于(\d+(?:\.\d+)?)(万|亿)?千瓦时")
_SCALES = {"万": 10_000, "亿": 100_000_000, None: 1}
_ORIGINAL = "通知原文"


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedRules:
    """``files`` are scheme files by scheme id; ``left`` says in Chinese what could not be turned into a rule and why."""

    files: Mapping[str, Mapping[str, Any]]
    left: tuple[str, ...]


def derive(schemes: Mapping[str, Mapping[str, Any]], meta: Row, rows: Sequence[Row], earlier: str, quantities: Sequence[Row]) -> DerivedRules:
    """The scheme files that change when ``rows`` (confirmed provisions of the document of ``meta``) hold.

    ``schemes`` are the files in use by name, ``earlier`` the id of the document whose reports are replaced (it may be the same)."""
    files: dict[str, Mapping[str, Any]] = {}
    left: list[str] = []
    for data in schemes.values():
        documents = data["scheme"]["documents"]
        if meta["id"] in documents or earlier in documents:
            new, said = _scheme(data, meta, rows, earlier, quantities)
            left += said
            if new != data:
                files[data["scheme"]["id"]] = new
    return DerivedRules(files=files, left=tuple(dict.fromkeys(left)))


def _scheme(data: Mapping[str, Any], meta: Row, rows: Sequence[Row], earlier: str, quantities: Sequence[Row]) -> tuple[dict[str, Any], list[str]]:
    by_replaced = {str(r["replaces"]): r for r in rows if r.get("replaces")}
    own = {str(r["pid"]) for r in rows}
    kept: list[Mapping[str, Any]] = []
    left: list[str] = []
    used: set[str] = set()
    for rule in data.get("rule", []):
        document = str(rule["clause"]).partition("/")[0]
        row = next((by_replaced[key] for p in rule["provisions"] if (key := f"{document}#{p}") in by_replaced), None)
        if row is None:
            said = _fate(rule, document, meta, own, earlier)
            left += [said] if said else []
            kept += [] if said else [rule]
            continue
        used.add(str(row["pid"]))
        made = _rule(rule, meta, row, _quantity(row, quantities))
        if made is None:
            left.append(f"“{rule['title']}”的条目已确认，但适用条件“{row.get('applies_if')}”不能自动写成规则，须由政策人员改规则文件")
        else:
            kept.append(made)
    kept += _further(data, meta, [r for r in rows if str(r["pid"]) not in used], kept, quantities, left)
    return {"scheme": _head(data["scheme"], meta, rows, earlier, kept), "rule": kept}, left


def _fate(rule: Row, document: str, meta: Row, own: set[str], earlier: str) -> str:
    """Why a rule that no confirmed provision takes over is no longer used; empty when it stays.

    What was only reported stays comparable until the first provision of the official text is confirmed."""
    if document == earlier and not EvidenceLevel(rule["evidence"]).decidable:
        return f"“{rule['title']}”的报道数值在官方正文中没有确认对应的条目，不再比较" if own else ""
    if document == meta["id"] and not set(rule["provisions"]) <= own:
        return f"“{rule['title']}”所依据的条目在新正文中没有了，规则停用"
    return ""


def _head(head: Mapping[str, Any], meta: Row, rows: Sequence[Row], earlier: str, rules: Sequence[Row]) -> dict[str, Any]:
    """The scheme under its official title, with the last day of the batch; what was only reported needs no warning any more."""
    out = dict(head)
    official = EvidenceLevel(str(meta["evidence"])).decidable and any(r.get("confirmed") for r in rows)
    if str(meta["id"]) not in out["documents"]:
        out["documents"] = [str(meta["id"]), *(d for d in out["documents"] if d != earlier)]
    days = [str(r["threshold"]) for r in rows if r["topic"] == "deadline" and r.get("unit") == "日期"]
    if days and official:
        out["closes"] = max(days)
    if official and len(out["documents"]) == 1:
        out["title"] = str(meta["title"])
        out.pop("caution", None)
        if not all(EvidenceLevel(r["evidence"]).decidable for r in rules):
            out["caution"] = "部分条目仍只有报道，另行注明。"
    return out


def _rule(rule: Row, meta: Row, row: Row, quantity: Row | None) -> dict[str, Any] | None:
    """The rule with what the confirmed provision says; None when its condition of application cannot be written as one."""
    test = dict(rule["test"])
    operands = list(test.get("operands", ()) or [test.get("operand")])
    if test.get("kind") != "compare" or not row.get("threshold"):
        return None
    chosen = [o for o in operands if str(o).endswith(_BASES.get(str(row.get("basis")), ""))] or operands
    test |= {"operands": chosen, "operator": row["operator"], "threshold": str(row["threshold"]), "unit": row.get("unit", "")}
    test.pop("operand", None)
    test.pop("by_year", None)
    made = dict(rule) | {
        "requirement": requirement(rule["title"], row),
        "clause": f"{meta['id']}/{row['clause']}",
        "provisions": [row["pid"]],
        "topic": row["topic"],
        "modality": row["modality"],
        "evidence": row["evidence"],
        "test": test,
        "proof": [p for p in rule["proof"] if p != _ORIGINAL] or list(quantity["proof"] if quantity else rule["proof"]),
    }
    if quantity and quantity.get("remedy"):
        made |= {"remedy": quantity["remedy"], "supplier": quantity["supplier"]}
    made.pop("caution", None)
    if len(chosen) > 1:
        made["caution"] = "条文没有写明折标口径的，等价值和当量值两种结果一致才下结论。"
    return _conditioned(made, row)


def _conditioned(made: dict[str, Any], row: Row) -> dict[str, Any] | None:
    made.pop("applies_if", None)
    made.pop("applies_to", None)
    said = str(row.get("applies_if", ""))
    if not said:
        return made
    match = _CONDITION.fullmatch(said.replace(" ", ""))
    if match is None:
        return None
    least = exact_text(parse_number(match[1]) * _SCALES[match[2]])
    return made | {"applies_if": f"electricity_kwh >= {least}", "applies_to": f"{said}的工厂"}


def _further(
    data: Mapping[str, Any], meta: Row, rows: Iterable[Row], kept: Sequence[Row], quantities: Sequence[Row], left: list[str]
) -> list[dict[str, Any]]:
    """Rules for figures no report had: only where the facts to judge them by exist."""
    out: list[dict[str, Any]] = []
    taken = {str(r["id"]) for r in kept}
    held = {p for r in kept for p in r["provisions"]}
    prefix = next((str(r["id"]).partition("-")[0] for r in data.get("rule", [])), str(meta["id"]))
    for row in rows:
        quantity = _quantity(row, quantities)
        if quantity is None or not row.get("confirmed") or not row.get("threshold") or row["operator"] not in _SIGNS or row["pid"] in held:
            continue
        if not quantity["operands"]:
            left.append(f"“{quantity['title']}”没有可供判断的事实，只作条文展示")
            continue
        stage = str(row.get("stage", ""))
        name = f"{prefix}-{quantity['name']}-{ {'基本要求': 'basic'}.get(stage, stage) or 'limit'}"
        id = next(i for i in (name, *(f"{name}-{n}" for n in range(2, 1000))) if i not in taken)
        taken.add(id)
        test = {"kind": "compare", "operands": list(quantity["operands"]), "operator": ">=", "threshold": "0"}
        title = f"{quantity['title']}：{stage + '年值' if stage.isdigit() else stage or '要求'}"
        blank = {"id": id, "title": title, "test": test, "proof": list(quantity["proof"])}
        made = _rule(blank | {"remedy": quantity["remedy"], "supplier": quantity["supplier"]}, meta, row, quantity)
        if made is None:
            left.append(f"“{title}”的适用条件“{row.get('applies_if')}”不能自动写成规则，须由政策人员写规则文件")
        else:
            out.append(made)
    return out


def _quantity(row: Row, quantities: Sequence[Row]) -> Row | None:
    """The indicator a row speaks of: its title stands in the row's words; the longest wins."""
    named = [q for q in quantities if q["topic"] == row["topic"] and str(q["title"]) in str(row["rule"])]
    return max(named, key=lambda q: len(q["title"]), default=None)


def requirement(title: str, row: Row) -> str:
    """The requirement in one sentence: the rule's title without its stage mark, the comparison, the figure."""
    name, _, stage = title.partition("：")
    when = f"（{row.get('applies_if')}）" if row.get("applies_if") else ""
    unit = str(row.get("unit", ""))
    gap = "" if unit in ("%", "项", "") else " "
    return f"{name}{'的' + stage if stage else ''}：{_SIGNS[str(row['operator'])]} {row['threshold']}{gap}{unit}{when}"


def dump_scheme(data: Mapping[str, Any], remark: str) -> str:
    """A scheme file as TOML, ``remark`` as its first comment line."""
    parts = [f"# {remark}\n", "[scheme]\n" + _pairs(data["scheme"])]
    parts += ["[[rule]]\n" + _pairs(rule) for rule in data.get("rule", [])]
    return "\n".join(parts)


def _pairs(table: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items() if value is not None)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(k) if k[:1].isdigit() else k} = {_value(v)}" for k, v in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
