"""Word files: the steam settlement of the second half-year and the yearly energy report."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.demo import ledger
from app.demo.archive import settle
from app.demo.factory import ADDED_VALUE_WAN_YUAN, DENSITIES, OUTPUT_GWH, PRODUCT
from app.demo.money import cents, plain
from app.demo.parties import FACTORY, HEAT
from app.demo.sheet import SPECIMEN
from app.demo.supply_sheets import STEAM_COLUMNS, steam_header, steam_rows


def _document(title: str) -> Any:
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn

    document = Document()
    style = document.styles["Normal"]
    style.font.name = "宋体"
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    core = document.core_properties
    core.author, core.title = "演示", title
    core.created = core.modified = datetime(2026, 1, 5, 9)
    heading = document.add_heading(title, level=0)
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return document


def _table(document: Any, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=1, cols=len(header), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, header, strict=True):
        cell.text = text
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def _bytes(document: Any) -> bytes:
    document.add_paragraph(SPECIMEN)
    buffer = io.BytesIO()
    document.save(buffer)
    return settle(buffer.getvalue())


def write_steam_settlement_docx(first: int, last: int) -> bytes:
    document = _document("蒸汽用量结算单")
    document.add_paragraph(f"供热单位：{HEAT.name}")
    for label, value in steam_header(first, last):
        document.add_paragraph(f"{label}：{value}")
    _table(document, STEAM_COLUMNS, steam_rows(first, last))
    document.add_paragraph("说明：凝结水不回收；压力、温度为结算月平均值。")
    return _bytes(document)


# GB/T 2589-2020 appendix A as printed there; equivalent value of electricity: 当量.
_COEFFICIENTS = {
    "电力": ("1.229", "tce/万kWh"), "天然气": ("13.3", "tce/万Nm³"), "柴油": ("1.4571", "tce/t"),
    "汽油": ("1.4714", "tce/t"), "蒸汽": ("0.1286", "tce/t"),
}  # fmt: skip


def report_rows() -> list[tuple[str, str, str, str, str]]:
    """(energy, unit, yearly quantity, coefficient, tce): what the factory itself states for the whole year."""
    totals = {(t.carrier, t.direction): t.actual for t in ledger.year_totals()}
    self_use = totals["pv_generation", "self_generated"] - totals["pv_generation", "exported"]
    tonnes = {c: totals[c, "purchased"] * Decimal(DENSITIES[c]) / 1000 for c in ("diesel", "gasoline")}
    quantities = (
        ("外购电力", "电力", "万kWh", totals["electricity", "purchased"] / 10000),
        ("自用光伏", "电力", "万kWh", self_use / 10000),
        ("天然气", "天然气", "万Nm³", totals["natural_gas", "purchased"] / 10000),
        ("柴油", "柴油", "t", tonnes["diesel"]),
        ("汽油", "汽油", "t", tonnes["gasoline"]),
        ("外购蒸汽", "蒸汽", "t", totals["steam", "purchased"]),
    )
    rows, whole = [], Decimal(0)
    for label, key, unit, quantity in quantities:
        value, _ = _COEFFICIENTS[key]
        tce = cents(quantity * Decimal(value))
        whole += tce
        rows.append((label, unit, plain(quantity), f"{value} {_COEFFICIENTS[key][1]}", str(tce)))
    return [*rows, ("综合能耗合计", "tce", "", "", str(whole))]


def write_energy_report() -> bytes:
    """The yearly energy report: yearly totals that serve as control totals, never as further activity."""
    rows = report_rows()
    whole = Decimal(rows[-1][-1])
    document = _document(f"{FACTORY.name}{ledger.YEAR}年度能源利用状况报告")
    document.add_heading("一、企业概况", level=1)
    document.add_paragraph(
        f"{FACTORY.name}位于{FACTORY.address}，主要产品为{PRODUCT}，{ledger.YEAR}年产量{OUTPUT_GWH}GWh，"
        f"工业增加值{ADDED_VALUE_WAN_YUAN}万元。"
    )
    document.add_heading("二、能源消费结构", level=1)
    document.add_paragraph(f"表1 {ledger.YEAR}年度能源消费量汇总（电力按当量值折标）")
    _table(document, ("能源种类", "计量单位", "全年消费量", "折标系数", "折标准煤(tce)"), rows)
    document.add_heading("三、能效指标", level=1)
    document.add_paragraph("表2 主要能效指标")
    _table(
        document,
        ("指标", "单位", "数值"),
        (
            ("综合能耗（当量值）", "tce", str(whole)),
            ("单位产品综合能耗", "tce/GWh", str(cents(whole / Decimal(OUTPUT_GWH)))),
            ("单位工业增加值能耗", "tce/万元", f"{whole / Decimal(ADDED_VALUE_WAN_YUAN):.4f}"),
        ),
    )
    document.add_paragraph(
        "注：辅助户8月账单原件遗失，本表按供电企业口头告知数计入，待补齐凭证；柴油含12月一张待更正发票的数量。"
    )
    return _bytes(document)
