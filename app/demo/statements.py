"""The factory's statements and certificates that back its declarations: prose and small tables, no energy quantity to count."""

from __future__ import annotations

from collections.abc import Sequence

from app.demo import ledger
from app.demo.factory import (
    ACCOUNTING_RULES,
    CENTRE_STATEMENT,
    COMPLIANCE_STATEMENT,
    DECLARED_ON,
    ENERGY_CERTIFICATE,
    FOOTPRINT_SUMMARY,
    PAST_EMISSIONS,
    PAST_YEARS,
    PRODUCT,
    SOURCE_STATEMENT,
)
from app.demo.parties import FACTORY
from app.demo.sheet import GREY, SEAL_RED, SPECIMEN, Align, Ellipse, Sheet, wrap
from app.demo.table import Column, draw_table


def _page(
    title: str, paragraphs: Sequence[str], signed: str, rows: Sequence[tuple[str, ...]] = ()
) -> tuple[Sheet, ...]:
    """A page with a title, paragraphs, an optional table whose first row is its header, and a signature."""
    sheet = Sheet()
    sheet.text(sheet.width / 2, 96, title, size=20, align=Align.CENTRE)
    y = 140.0
    for paragraph in paragraphs:
        for text in wrap(f"　　{paragraph}", 11, 475):
            sheet.text(60, y, text, size=11)
            y += 20
        y += 4
    if rows:
        width = 475 / len(rows[0])
        columns = [Column(title=t, width=width, align=Align.CENTRE) for t in rows[0]]
        y = draw_table(sheet, 60, y + 6, columns, rows[1:], size=9.5, row_height=22) + 10
    sheet.text(520, y + 60, signed, size=11, align=Align.RIGHT)
    sheet.text(520, y + 82, DECLARED_ON, size=11, align=Align.RIGHT)
    sheet.items.append(Ellipse(x0=380, y0=y + 24, x1=474, y1=y + 104))
    sheet.text(427, y + 97, "演示样例", size=10, colour=SEAL_RED, align=Align.CENTRE)
    sheet.text(sheet.width - 40, sheet.height - 24, SPECIMEN, size=8, colour=GREY, align=Align.RIGHT)
    return (sheet,)


def statement_sheets() -> dict[str, tuple[Sheet, ...]]:
    """File name → pages."""
    return {
        ENERGY_CERTIFICATE: _page(
            "能源管理体系认证证书",
            (
                "证书编号：DEMO-ENMS-2025-0001",
                f"兹证明{FACTORY.name}（统一社会信用代码{FACTORY.tax_id}）建立的能源管理体系符合 GB/T 23331-2020 的要求。",
                f"认证范围：{PRODUCT}的生产及相关能源管理活动。有效期：2025年3月1日至2028年2月29日。",
            ),
            "示范认证中心（虚构）",
        ),
        CENTRE_STATEMENT: _page(
            "数字化能碳管理中心建设说明",
            (
                "本厂能碳管理中心于2025年2月投入运行，接入电、气、蒸汽、光伏计量点共86个，数据按分钟采集并保存。",
                "四项功能中，精准化计量、精细化管控、可视化呈现已投运；智能化决策（用能预测与自动优化）尚在开发。",
            ),
            FACTORY.name,
            (("功能", "状态", "上线时间"), ("精准化计量", "已运行", "2025-02"), ("精细化管控", "已运行", "2025-04"),
             ("可视化呈现", "已运行", "2025-04"), ("智能化决策", "开发中", "—")),
        ),
        FOOTPRINT_SUMMARY: _page(
            "产品碳足迹报告摘要",
            (
                f"产品：{PRODUCT}（示范型号 DEMO-280）。功能单位：1 kWh 额定容量。系统边界：从原材料获取到出厂。",
                "依据：GB/T 24067-2024《温室气体 产品碳足迹量化要求和指南》。报告由本厂编制，尚未经第三方核查。",
            ),
            FACTORY.name,
            (("阶段", "碳足迹(kgCO2e/kWh)"), ("原材料获取", "52.4"), ("生产制造", "26.8"), ("出厂前运输", "1.1"), ("合计", "80.3")),
        ),
        COMPLIANCE_STATEMENT: _page(
            "合规情况声明",
            (
                f"{FACTORY.name}声明：2023年至{ledger.YEAR}年未发生重大及以上安全、环境、质量事故，未被列入严重失信主体名单。",
                "本声明由企业自行出具，主管部门查询结果另附。",
            ),
            FACTORY.name,
        ),
        PAST_EMISSIONS: _page(
            "历年二氧化碳排放汇总",
            (f"下表为本厂编制并在公司网站公开的碳排放清单报告汇总，{ledger.YEAR}年数据待本次核算后公布。",),
            FACTORY.name,
            (
                ("年度", "二氧化碳排放量(tCO2)", "可再生能源电量占比", "编制依据"),
                *((str(p.year), p.tco2, p.renewable_share, "GB/T 32150") for p in PAST_YEARS),
            ),
        ),
        ACCOUNTING_RULES: _page(
            "碳排放核算管理制度（摘录）",
            (
                "第一条 能源管理部为碳排放核算责任部门，设核算员、复核员各一名，按月收集电、气、油、蒸汽的原始凭证。",
                "第二条 原始凭证自入账之日起保存十年；计量器具按台账周期检定，检定证书与凭证一并归档。",
                "第三条 核算结果须由复核员对照原始凭证逐笔复核，修改应留下原值、修改人和理由。",
            ),
            FACTORY.name,
        ),
        SOURCE_STATEMENT: _page(
            "核算边界与排放源识别说明",
            (
                "本厂无碳酸盐使用、焊接保护气等过程排放；无燃煤自备锅炉，生产用热由外购蒸汽供给。",
                "厂内现有柴油叉车和备用发电机，电动化更新尚未完成；公务车使用汽油。",
            ),
            FACTORY.name,
            (("排放源", "识别结果"), ("燃料燃烧", "天然气、柴油、汽油"), ("过程排放", "无"), ("外购电力", "主户、辅助户、租赁仓库"),
             ("外购热力", "饱和蒸汽")),
        ),
    }  # fmt: skip
