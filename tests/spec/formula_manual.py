"""docs/manual/formulas.md from the formulas of the core and their worked examples. Run this file to write the page anew."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "manual" / "formulas.md"
HEAD = """# 公式手册

本页由 `tests/spec/formula_cases.py` 的算例和核算程序生成（`python tests/spec/formula_manual.py`），测试保证两者一致：
每条算例的手算式在测试中独立求值，必须与核算结果逐位相等。全程用有理数，只在出表时舍入一次（四舍六入五成双，六位小数）。
没有读到原文的标准不写条号，只写数值所在的表或附录；公式为重构的，须在 `options.allow_suspect` 点名才可使用。
"""
EVIDENCE = {
    "confirmed": "两处以上来源同值", "agree": "两处以上转录同值", "single": "仅一处来源", "derived": "推算", "suspect": "疑误，点名启用",
    "user": "输入给出",
}  # fmt: skip


def _cell(text: Any) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> list[str]:
    out = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return [*out, *("| " + " | ".join(_cell(c) for c in row) + " |" for row in rows)]


def _source(source: str) -> str:
    if source == "activity":
        return "活动数量"
    if source == "derived":
        return "上式算得"
    if source == "constant":
        return "常数"
    return f"`{source}`"


def section(formula: Any, case: Any, output: dict[str, Any], more: list[str]) -> list[str]:
    """One formula: its text and clause, where each operand comes from, and the example worked to the end."""
    line = output["lines"][0]
    activity = case.full_inputs()["activities"][0]
    out = [f"## {formula.id}", "", f"`{formula.text}`", "", f"- 依据：{formula.clause}"]
    if formula.suspect_name:
        out.append(f"- 公式为重构，须点名 `{formula.suspect_name}` 启用")
    out += [f"- 类别：`{line['category']}`", *more, *([f"- {case.note}"] if case.note else []), ""]
    operands = [(o["name"], o["value"], o["unit"], _source(o["source"])) for o in line["operands"]]
    out += [*_table(("操作数", "取值", "单位", "来自"), operands), ""]
    factors = [(f"`{f['id']}`", f"{f['value']} {f['unit']}".strip(), EVIDENCE[f["evidence"]]) for f in output["factors"]]
    if factors:
        out += [*_table(("因子", "数值", "可信度"), factors), ""]
    given = f"{activity['carrier']} {activity['quantity']} {activity['unit']}"
    worked = [case.arithmetic, f"= {line['exact']}", f"≈ {line['tco2']} tCO2"]
    if case.gases:
        worked = [f"{gas}（t）= {text}" for gas, text in case.gases.items()]
        worked += [f"tCO2e = {case.co2e}", f"= {output['total_tco2e']} tCO2e（{case.inputs['options']['gwp_report']}）；CO2 总量不变"]
    out += [f"算例：{case.title}（{given}）", "", "```", *worked, "```", ""]
    return out


def every_formula(library: Any) -> dict[str, Any]:
    """The core's own formulas and those of process emissions, by id, in the order of the page."""
    from app.accounting.formulas import FORMULAS

    return {**FORMULAS, **{f.id: f.record for f in library.process_formulas.values()}}


def _material(formula: Any) -> list[str]:
    """How a process formula is reached, what it can be asked for and what is noted beside it."""
    out = [f"- 行业：{formula.sector}；{formula.title}"]
    if formula.carriers:
        out.append(f"- 品种名称（carrier）：{'、'.join(f'`{c}`' for c in formula.carriers)}，数量单位为质量；{formula.quantity_label} = `{formula.quantity}`")
    out.append(f"- 或以 `过程排放`、单位“项”、`params.formula = \"{formula.id}\"` 按变量申报")
    if formula.balance:
        out.append(f"- 按变量申报时 `{formula.quantity} = {formula.balance.text}`")
    if formula.options:
        out.append(f"- {formula.choice_label}（写在品种名称之后，或 params.material）：{'、'.join(dict.fromkeys(formula.options))}")
    return [*out, *([f"- {formula.note}"] if formula.note else [])]


def manual() -> str:
    """The whole page."""
    from formula_cases import CASES

    from app.accounting import calculate
    from app.accounting.report import run_to_json
    from app.corpus.factors import load_factor_library

    library = load_factor_library()
    formulas = every_formula(library)
    cases = {case.formula: case for case in CASES}
    parts = [HEAD]
    parts += [f"- [{f.id}](#{f.id})：{f.text}" for f in formulas.values()]
    parts.append("")
    for formula in formulas.values():
        output = run_to_json(calculate(cases[formula.id].full_inputs(), library))
        own = library.process_formulas.get(formula.id)
        parts += section(formula, cases[formula.id], output, _material(own) if own else [])
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.write(f"{PAGE.write_text(manual(), encoding='utf-8')} characters\n")
