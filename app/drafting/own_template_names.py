"""What an applicant's own Word template may ask for: Chinese names for what is asked most, ids for everything else.

``{{ 企业名称 }}``                  a fact, by its Chinese name
``{{ run_total }}``                a fact, by its id with every other character than letters and digits written as ``_``
``{{ 章节_baseline }}``             all blocks of a section, ``{{ 表_activity }}`` a table, ``{{ 图_energy }}`` a chart
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from app.drafting.layout import plain_text
from app.drafting.model import Block, ChartBlock, Draft, TableBlock

#: Chinese name → (fact id, meaning). docs/template.md lists the same names; a test compares them.
NAMES: Mapping[str, tuple[str, str]] = {
    "企业名称": ("profile.name", "企业全称"),
    "统一社会信用代码": ("profile.uscc", "统一社会信用代码"),
    "所在省份": ("profile.province", "省、自治区、直辖市"),
    "所在地": ("profile.place", "省、市和详细地址"),
    "所属行业": ("profile.industry", "所属行业"),
    "主要产品": ("profile.product", "主要产品名称"),
    "报告年度": ("profile.year", "报告年度，带“年”字"),
    "产品产量": ("profile.output", "报告年度产品产量及单位"),
    "工业增加值": ("profile.value_added", "报告年度工业增加值（万元）"),
    "排放总量": ("run.total", "二氧化碳排放合计（tCO2）"),
    "直接排放": ("run.direct", "燃料燃烧和生产过程排放"),
    "间接排放": ("run.indirect", "外购电力、热力排放，输出抵减后"),
    "燃料燃烧排放": ("run.subtotal.fuel_combustion", "化石燃料燃烧排放"),
    "购入电力排放": ("run.subtotal.electricity_in", "购入电力产生的排放"),
    "购入热力排放": ("run.subtotal.heat_in", "购入热力产生的排放"),
    "综合能源消费量": ("indicator.energy_tce.当量", "综合能源消费量（当量值，tce）"),
    "非化石能源占比": ("indicator.non_fossil_share.当量", "非化石能源消费占比（当量值）"),
    "单位能耗碳排放": ("indicator.intensity_tco2_per_tce.当量", "单位能耗碳排放（当量值）"),
    "物理认定绿电占比": ("indicator.physical_share", "绿色电力物理认定量占比"),
    "核算标准": ("run.edition", "核算所用标准及版本"),
    "核算批次": ("run.id", "核算批次编号"),
    "证据文件数": ("doc.count", "证据文件份数"),
    "能源记录数": ("ledger.count", "已确认的能源记录条数"),
    "评价项数": ("verdict.count", "符合性评价的总项数"),
    "符合项数": ("verdict.count.met", "符合的项数"),
    "不符合项数": ("verdict.count.not_met", "不符合的项数"),
    "待补证项数": ("verdict.count.insufficient_evidence", "待补证的项数"),
    "待办事项数": ("gap.count", "补证清单的事项数"),
    "计划减排量": ("plan.reduction", "重点项目预计年减排量之和"),
    "剩余排放": ("plan.residual", "重点项目落实后的剩余排放（测算）"),
    "抵销量": ("run.offsets", "另列的抵销量"),
    "负责人": ("organisation.leader", "零碳工厂建设负责人"),
    "管理部门": ("organisation.department", "能源与碳排放管理部门"),
    "联系人": ("organisation.contact", "联系人及联系方式"),
}
DATE = "编制日期"
_NOT_WORD = re.compile(r"\W", re.UNICODE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """``fact`` is set for a figure or string, ``blocks`` for what stands on lines of its own; both empty: not there yet, and
    ``label`` says what is missing."""

    name: str
    label: str
    fact: str = ""
    blocks: tuple[Block, ...] = ()
    date: bool = False

    @property
    def inline(self) -> bool:
        return not self.name.startswith(("章节_", "表_", "图_"))


def mangled(fact: str) -> str:
    """A fact's id as a placeholder: ``run.total`` → ``run_total``."""
    return _NOT_WORD.sub("_", fact)


def placeholders(draft: Draft) -> dict[str, Placeholder]:
    """Everything this draft can fill in, by name. A Chinese name stands even when its fact is missing; then 【待补充】 is printed."""
    out: dict[str, Placeholder] = {}
    for id, fact in draft.facts.items():
        name = mangled(id)
        if not name[:1].isdigit():
            out.setdefault(name, Placeholder(name=name, label=fact.label, fact=id))
    for name, (id, meaning) in NAMES.items():
        out[name] = Placeholder(name=name, label=meaning, fact=id if id in draft.facts else "")
    out[DATE] = Placeholder(name=DATE, label="编制日期", date=True)
    for section in draft.sections:
        if section.front:
            continue
        out[f"章节_{section.id}"] = Placeholder(name=f"章节_{section.id}", label=section.title, blocks=section.blocks)
        for block in section.blocks:
            if isinstance(block, (TableBlock, ChartBlock)):
                name = f"{'图' if isinstance(block, ChartBlock) else '表'}_{block.id}"
                label = plain_text(block.caption, draft.facts)
                out.setdefault(name, Placeholder(name=name, label=label, blocks=(block,)))
    return out


def nearest(name: str, known: Mapping[str, Placeholder]) -> list[str]:
    """Up to three names that look like ``name``, those that share its characters after those that share its spelling."""
    close = get_close_matches(name, known, n=3, cutoff=0.5)
    if not close:
        shared = sorted(NAMES, key=lambda n: (-len(set(n) & set(name)), n))
        close = [n for n in shared[:3] if set(n) & set(name)]
    return close
