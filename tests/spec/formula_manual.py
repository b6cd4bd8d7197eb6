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


def section(formula: Any, case: Any, output: dict[str, Any]) -> list[str]:
    """One formula: its text and clause, where each operand comes from, and the example worked to the end."""
    line = output["lines"][0]
    activity = case.full_inputs()["activities"][0]
    out = [f"## {formula.id}", "", f"`{formula.text}`", "", f"- 依据：{formula.clause}"]
    if formula.suspect_name:
        out.append(f"- 公式为重构，须点名 `{formula.suspect_name}` 启用")
    out += [f"- 类别：`{line['category']}`", *([f"- {case.note}"] if case.note else []), ""]
    operands = [(o["name"], o["value"], o["unit"], _source(o["source"])) for o in line["operands"]]
    out += [*_table(("操作数", "取值", "单位", "来自"), operands), ""]
    factors = [(f"`{f['id']}`", f"{f['value']} {f['unit']}".strip(), EVIDENCE[f["evidence"]]) for f in output["factors"]]
    if factors:
        out += [*_table(("因子", "数值", "可信度"), factors), ""]
    given = f"{activity['carrier']} {activity['quantity']} {activity['unit']}"
    out += [f"算例：{case.title}（{given}）", "", "```", f"{case.arithmetic}", f"= {line['exact']}", f"≈ {line['tco2']} tCO2", "```", ""]
    return out


def manual() -> str:
    """The whole page."""
    from formula_cases import CASES

    from app.accounting import calculate
    from app.accounting.formulas import FORMULAS
    from app.accounting.report import run_to_json
    from app.corpus.factors import load_factor_library

    cases = {case.formula: case for case in CASES}
    parts = [HEAD]
    parts += [f"- [{f.id}](#{f.id})：{f.text}" for f in FORMULAS.values()]
    parts.append("")
    for formula in FORMULAS.values():
        output = run_to_json(calculate(cases[formula.id].full_inputs(), load_factor_library()))
        parts += section(formula, cases[formula.id], output)
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.write(f"{PAGE.write_text(manual(), encoding='utf-8')} characters\n")
