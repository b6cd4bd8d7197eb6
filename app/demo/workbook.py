"""The factory's own ledgers as XLSX, as people keep them: the unit only in the title, merged headers, formulas that no
program ever calculated, a dash where a bill is missing."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from app.demo import ledger
from app.demo.archive import settle
from app.demo.factory import EQUIPMENT
from app.demo.money import cents
from app.demo.parties import FACTORY

GASOLINE_PRICE = Decimal("7.86")


def _workbook(title: str, name: str, fill: Callable[[Any], None], widths: tuple[int, ...]) -> bytes:
    """A workbook of one sheet with the factory and ``title`` in its merged first row."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, Side

    book = Workbook()
    sheet = book.active
    sheet.title = name
    last = chr(64 + len(widths))
    sheet["A1"] = f"{FACTORY.name}{title}"
    sheet["A1"].font = Font(size=14, bold=True)
    sheet.merge_cells(f"A1:{last}1")
    fill(sheet)
    edge = Side(style="thin", color="999999")
    for row in sheet.iter_rows(min_row=1, max_row=sheet.max_row, max_col=len(widths)):
        for cell in row:
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=cell.row == 1)
            if cell.row > 1:
                cell.border = Border(left=edge, right=edge, top=edge, bottom=edge)
    for index, width in enumerate(widths):
        sheet.column_dimensions[chr(65 + index)].width = width
    sheet.row_dimensions[1].height = 28
    buffer = io.BytesIO()
    book.save(buffer)
    return settle(buffer.getvalue())


def write_meter_list() -> bytes:
    """Electricity by account and month in 万kWh, with quarterly subtotals and a yearly total as uncalculated formulas."""

    def fill(sheet: Any) -> None:
        sheet.append(["月份", "生产主户", None, "辅助户", None, "备注"])
        sheet.append([None, "户号", ledger.MAIN_ACCOUNT, "户号", ledger.AUX_ACCOUNT, None])
        sheet.append([None, "表号", "电量", "表号", "电量", None])
        for cells in ("A2:A4", "B2:C2", "D2:E2", "F2:F4"):
            sheet.merge_cells(cells)
        subtotals = []
        for number in ledger.MONTHS:
            missing = number == ledger.AUX_MISSING_MONTH
            main = Decimal(ledger.MAIN_KWH[number - 1]) / 10000
            auxiliary = Decimal(ledger.AUX_KWH[number - 1]) / 10000
            sheet.append(
                [
                    f"{ledger.YEAR}年{number}月", ledger.MAIN_METER, main, ledger.AUX_METER,
                    "—" if missing else auxiliary, "辅助户账单未收到" if missing else None,
                ]
            )  # fmt: skip
            if number % 3 == 0:
                row = sheet.max_row
                subtotals.append(row + 1)
                sums = [f"=SUM({c}{row - 2}:{c}{row})" for c in "CE"]
                sheet.append([f"{'一二三四'[number // 3 - 1]}季度小计", None, sums[0], None, sums[1], None])
        totals = ["=" + "+".join(f"{c}{r}" for r in subtotals) for c in "CE"]
        sheet.append(["全年合计", None, totals[0], None, totals[1], None])

    return _workbook(f"{ledger.YEAR}年度用电计量台账（单位：万kWh）", "用电台账", fill, (14, 16, 16, 16, 16, 20))


def write_pv_log() -> bytes:
    """Photovoltaic generation, self-use and feed-in by month, kWh; the totals are uncalculated formulas."""

    def fill(sheet: Any) -> None:
        sheet.append(["月份", "发电量", "上网电量", "自用电量", "并网户号", "记录人"])
        for number in ledger.MONTHS:
            sheet.append(
                [
                    f"{ledger.YEAR}-{number:02d}", ledger.PV_GENERATION_KWH[number - 1],
                    ledger.PV_FEED_IN_KWH[number - 1], int(ledger.pv_self_use(number)), ledger.PV_ACCOUNT, "演示员",
                ]
            )  # fmt: skip
        row = sheet.max_row
        sheet.append(["合计", f"=SUM(B3:B{row})", f"=SUM(C3:C{row})", f"=SUM(D3:D{row})", None, None])

    return _workbook(
        f"{ledger.YEAR}年度屋顶光伏发电运行记录（装机容量4.6MWp，电量单位：kWh）",
        "光伏发电",
        fill,
        (12, 14, 14, 14, 18, 10),
    )


def write_fuel_ledger(first: int, last: int) -> bytes:
    """Gasoline of the company cars by month, litres, with a total that is an uncalculated formula."""

    def fill(sheet: Any) -> None:
        sheet.append(["加油月份", "油品", "加油量(升)", "单价(元/升)", "金额(元)", "备注"])
        for number in range(first, last + 1):
            litres = ledger.of(ledger.GASOLINE_L, number)
            sheet.append(
                [
                    f"{ledger.YEAR}年{number:02d}月", "92号车用汽油", int(litres), GASOLINE_PRICE,
                    cents(litres * GASOLINE_PRICE), "公务车",
                ]
            )  # fmt: skip
        row = sheet.max_row
        sheet.append(["合计", None, f"=SUM(C3:C{row})", None, f"=SUM(E3:E{row})", None])

    return _workbook(f"{ledger.YEAR}年上半年车辆加油台账", "加油台账", fill, (14, 16, 14, 14, 14, 12))


def write_equipment_list() -> bytes:
    """The main energy-using equipment with its efficiency grades: power in kW, no energy quantity."""

    def fill(sheet: Any) -> None:
        sheet.append(["设备类别", "型号", "数量(台)", "额定功率(kW)", "能效标准", "能效等级"])
        for item in EQUIPMENT:
            sheet.append([item.category, item.model, item.count, item.power_kw, item.standard, f"{item.grade}级"])

    return _workbook("主要用能设备清单", "设备清单", fill, (16, 18, 12, 14, 18, 12))
