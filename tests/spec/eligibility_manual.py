"""docs/manual/eligibility/*.md from the rules and the case tables. Run this file to write the pages anew.

One page a scheme: every rule with its clause, what it asks and how it is judged, and every case of the tables with the facts given
and the verdict. The verdicts are those of the tables; tests/spec/test_eligibility_cases.py holds the engine to them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "manual" / "eligibility"
sys.path[:0] = [str(ROOT), str(Path(__file__).parent / "eligibility")]
VERDICTS = {"met": "符合", "not_met": "不符合", "insufficient_evidence": "待补证", "not_applicable": "不适用"}
SUPPORTS = {"proved": "有证明文件", "stated": "只有声明", "unfiled": "所写文件没有上传", "bare": "没有填报人或日期"}
WORDS = {
    "province": "省份", "city": "城市", "district": "区或园区", "year": "报告年", "industry": "行业", "ets_covered": "纳入全国碳市场",
    "total": "排放总量", "co2e": "CO2e 总量", "lines": "活动", "indicators": "指标", "energy_tce": "综合能耗", "edition": "标准",
    "intensity_tco2_per_tce": "单位能耗碳排放", "non_fossil_share": "非化石占比", "physical_share": "物理认定量占比", "offsets": "列示抵销",
    "blocking": "有必须处理的问题", "fuel": "燃料", "process": "过程", "grid": "网购电", "pv": "自用光伏", "green": "绿电交易", "gec": "绿证",
    "direct": "绿电直连", "export": "外售电", "heat": "外购热力", "equipment": "通用设备", "energy_benchmarks": "能耗限额与标杆对照",
    "products": "主要产品与碳足迹", "efficiency_grade": "能效等级", "advanced_level": "能效水平", "limit_level": "限额等级",
    "benchmark_level": "能效标杆", "footprint_standard": "碳足迹标准",
}  # fmt: skip
"""Keys of the case tables in the words of the program's pages."""
NO_CASE = "没有给任何事实"
INDEX = """# 资格判断手册

每个申报类别一页：每条规则的条款、要求、判断办法，以及全部判断案例（给定事实 → 结论）。本目录由规则文件
（`policy_corpus/rules`）和案例表（`tests/spec/eligibility/*.yaml`）生成（`python tests/spec/eligibility_manual.py`），
测试保证三者一致：案例表逐行跑过判断程序，改动任何一条规则的门槛、算符或等级都会使其中某一行不成立。

读法：待补证不是不符合，是还没有足以下结论的材料；只见新闻或转述的规则永远只比较、不下结论。

| 申报类别 | 地区 | 规则 | 案例 |
|---|---|---|---|
"""


def _cell(text: Any) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return "，".join(f"{WORDS.get(str(k), k)} {_shown(v)}" for k, v in value.items())
    if isinstance(value, list):
        return "、".join(_shown(v) for v in value)
    return "未填" if value in (None, "") else str(value)


def _given(row: Mapping[str, Any], label: Any) -> Iterator[str]:
    """The facts of a case in words."""
    if "run" in row:
        run = row["run"] or {}
        parts = [f"{WORDS.get(k, k)} {_shown(v)}" for k, v in run.items()]
        yield "有核算" + (f"（{'；'.join(parts)}）" if parts else "")
    for support, said in SUPPORTS.items():
        for name, value in row.get(support, {}).items():
            yield f"{label(name)}：{_shown(value)}（{said}）"
    for key, word in (("marks", "有"), ("absent", "没有")):
        for section, names in row.get(key, {}).items():
            shown = [f"{n.partition('|')[0]}（{SUPPORTS[n.partition('|')[2]]}）" if "|" in str(n) else str(n) for n in names]
            yield f"{label(section)}：{word}{'、'.join(shown)}"
    for section, spec in row.get("items", {}).items():
        rows = [f"{r[0]}{f' {r[2]}台' if len(r) > 2 else ''}{'（' + SUPPORTS[r[3]] + '）' if len(r) > 3 else ''}" for r in spec.get("rows", [])]
        yield f"台账“{WORDS.get(section, section)}”：{'、'.join(rows) or '空'}；总数 {spec.get('total', '未填')}"
    for series, points in row.get("annual", {}).items():
        yield f"{label(f'annual_{series}')}：" + "，".join(f"{y}年 {_point(str(v))}" for y, v in points.items())
    if row.get("documents"):
        from app.domain.activity import DocumentKind

        yield "已上传：" + "、".join(DocumentKind(k).label for k in row["documents"])
    if row.get("profile"):
        yield "企业：" + _shown(row["profile"])


def _point(text: str) -> str:
    value, _, support = text.partition("|")
    return f"{value}（{SUPPORTS[support]}）" if support else value


def _rule(rule: Any, cases: list[Any], ruleset: Any) -> list[str]:
    from app.eligibility.wording import threshold_text

    check = rule.check
    how = check.expression or threshold_text(check, lambda name: None) or ""
    operands = "、".join(ruleset.label(name) for name in check.operands)
    out = [f"## {rule.title}", "", f"`{rule.id}` · 条款 `{rule.clause}` · {rule.modality.value} · {rule.evidence.label}", ""]
    out += [f"- 要求：{rule.requirement.rstrip('。')}。", f"- 看的是：{operands}"]
    out += [f"- 判断：`{how}`"] if how else []
    out += [f"- 只适用于：{rule.applies_to}"] if rule.applies_to else []
    out += [f"- 证明：{'、'.join(rule.proof)}；由{rule.supplier}提供", f"- 怎么补：{rule.remedy}"]
    out += [f"- 提示：{rule.caution}"] if rule.caution else []
    out += ["", "| 案例 | 给定事实 | 结论 |", "|---|---|---|"]
    for case in cases:
        facts = "；".join(_given(case.row, ruleset.label)) or NO_CASE
        out.append(f"| {_cell(case.name or '—')} | {_cell(facts)} | {VERDICTS[case.expect]} |")
    return [*out, ""]


def pages() -> dict[str, str]:
    """File name to content: ``README.md`` and one page a scheme."""
    from case_builder import load_cases

    from app.corpus.rules import load_ruleset

    ruleset = load_ruleset()
    by_rule: dict[str, list[Any]] = {}
    for case in load_cases():
        by_rule.setdefault(case.rule, []).append(case)
    made: dict[str, str] = {}
    index = [INDEX.rstrip("\n")]
    total = 0
    for scheme in ruleset.schemes.values():
        count = sum(len(by_rule.get(r.id, [])) for r in scheme.rules)
        total += count
        lines = [f"# {scheme.title}", "", "由规则文件和案例表生成，勿手改；见 [目录](README.md)。", ""]
        lines += [f"- 依据：{'、'.join(f'`{d}`' for d in scheme.documents)}", f"- 地区：{scheme.region}；主管：{scheme.authority}"]
        lines += [f"- 适用于：{scheme.applies_to}"] if scheme.applies_to else []
        lines += [f"- 本批次截止：{scheme.closes}"] if scheme.closes else []
        lines += [f"- 提示：{scheme.caution}"] if scheme.caution else []
        lines.append("")
        for rule in scheme.rules:
            lines += _rule(rule, by_rule.get(rule.id, []), ruleset)
        made[f"{scheme.id}.md"] = "\n".join(lines).rstrip() + "\n"
        index.append(f"| [{scheme.title}]({scheme.id}.md) | {scheme.region} | {len(scheme.rules)} | {count} |")
    index.append(f"| 合计 | | {sum(len(s.rules) for s in ruleset.schemes.values())} | {total} |")
    index += ["", "## 不作零碳工厂依据的文件", ""]
    index += [f"- {e.title}（{e.region}）：{e.reason}" for e in ruleset.exclusions]
    made["README.md"] = "\n".join(index) + "\n"
    return made


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
