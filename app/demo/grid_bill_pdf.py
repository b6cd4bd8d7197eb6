"""Electricity bills as PDF: two A4 pages for the main account, one page for the photovoltaic feed-in account.

Page 2 repeats the rows of page 1 and adds the registers, so kWh must never be summed over rows. Long labels break
mid-word with their numbers on the next line, and the 用能分析 column stands between the rows of page 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from app.demo import ledger
from app.demo.grid_bill import FeeRow, GridBill, Register
from app.demo.money import cents, grouped
from app.demo.parties import FACTORY, GRID
from app.demo.sheet import GREY, SPECIMEN, Align, Fill, Sheet
from app.demo.table import Column, draw_pairs, draw_table

GREEN = (0, 110, 98)
_R = Align.RIGHT
_INDENT = {1: "", 2: "　", 3: "　　"}
_MARKS = "①②③④⑤"


def grid_bill_sheets(bill: GridBill) -> tuple[Sheet, ...]:
    return _overview(bill), _details(bill)


def _masthead(sheet: Sheet, title: str, subtitle: str, page: str) -> None:
    sheet.items.append(Fill(x=0, y=0, width=sheet.width, height=58, colour=GREEN))
    white = (255, 255, 255)
    sheet.text(40, 27, "示范电网", size=16, colour=white, sans=True)
    sheet.text(40, 44, GRID.name, size=8, colour=white, sans=True)
    sheet.text(sheet.width / 2, 34, title, size=20, colour=white, align=Align.CENTRE, sans=True)
    sheet.text(sheet.width - 40, 34, subtitle, size=10, colour=white, align=_R, sans=True)
    sheet.text(sheet.width / 2, sheet.height - 24, page, size=8, colour=GREY, align=Align.CENTRE, sans=True)
    sheet.text(sheet.width - 40, sheet.height - 24, SPECIMEN, size=8, colour=GREY, align=_R, sans=True)


def _overview(bill: GridBill) -> Sheet:
    sheet = Sheet()
    _masthead(sheet, "电费账单", f"{ledger.YEAR}年{bill.month:02d}月", "第 1 页 / 共 2 页")
    issued = bill.period.end + timedelta(days=4)
    y = draw_pairs(
        sheet, 40, 82,
        (
            ("户号", ledger.MAIN_ACCOUNT), ("户名", FACTORY.name), ("用电地址", FACTORY.address),
            ("用电类别", "大工业用电"), ("电压等级", "交流35kV"), ("市场化属性分类", "市场化直购用户"),
            ("计费周期", f"{bill.period.start.isoformat()} 至 {bill.period.last.isoformat()}"),
            ("出账日期", issued.isoformat()),
        ),
    )  # fmt: skip
    sheet.items.append(Fill(x=40, y=y - 4, width=515, height=44, colour=(232, 244, 242)))
    for x, label, value, unit in (
        (56, "本期电量", grouped(Decimal(bill.kwh)), "千瓦时"), (316, "本期电费", grouped(bill.amount), "元")
    ):  # fmt: skip
        sheet.text(x, y + 11, label, size=9, colour=(90, 90, 90), sans=True)
        sheet.text(x, y + 31, value, size=15, colour=GREEN, sans=True)
        sheet.text(x + 8.2 * len(value) + 6, y + 31, unit, size=9, sans=True)
    sheet.text(40, y + 62, "账单概况", size=11, colour=GREEN, sans=True)
    columns = (
        Column(title="费用项目", width=112), Column(title="电量(千瓦时)", width=92, align=_R),
        Column(title="金额(元)", width=106, align=_R),
    )  # fmt: skip
    draw_table(
        sheet, 40, y + 70, columns, [(c[0], c[1], c[3]) for c in _cells(bill.rows)], size=8.5, row_height=17, ruled=False,
        numbers_last=True, bold_rows=frozenset(i for i, r in enumerate(bill.rows) if r.level == 1),
    )  # fmt: skip
    _analysis(sheet, bill, y + 62)
    return sheet


def _analysis(sheet: Sheet, bill: GridBill, y: float) -> None:
    """The side column whose lines fall between the rows of the table."""
    sheet.text(372, y, "用能分析", size=11, colour=GREEN, sans=True)
    lines = [f"平均电价 {(bill.amount / bill.kwh):.4f} 元/千瓦时"]
    for register in bill.registers[1:]:
        share = Decimal(register.kwh * 100) / bill.kwh
        lines.append(f"{register.name}段电量占比 {share:.2f}%")
    lines += [f"最大需量 {bill.demand_kw} 千瓦", "功率因数 0.97", "上年同期电量 暂无数据"]
    for number, text in enumerate(lines):
        sheet.text(372, y + 30 + number * 27.5, text, size=8.5, colour=(70, 70, 70), sans=True)
        sheet.stroke(372, y + 36 + number * 27.5, 555, y + 36 + number * 27.5, width=0.3, colour=(205, 215, 212))


def _cells(rows: Sequence[FeeRow]) -> list[tuple[str, str, str, str]]:
    out, mark = [], 0
    for row in rows:
        prefix = ""
        if row.level == 2:
            prefix, mark = _MARKS[mark], mark + 1
        kwh = "" if row.kwh is None else str(row.kwh)
        out.append((f"{_INDENT[row.level]}{prefix}{row.label}", kwh, row.price, str(row.amount)))
    return out


def _details(bill: GridBill) -> Sheet:
    sheet = Sheet()
    _masthead(sheet, "本期电费明细", f"户号 {ledger.MAIN_ACCOUNT}", "第 2 页 / 共 2 页")
    columns = (
        Column(title="项目", width=215), Column(title="计费数量", width=95, align=_R),
        Column(title="单价(元)", width=90, align=_R), Column(title="电费(元)", width=115, align=_R),
    )  # fmt: skip
    rows = [*_cells(bill.rows), ("合计", "", "", str(bill.amount))]
    rows[-3] = (rows[-3][0], f"{bill.demand_kw} 千瓦", *rows[-3][2:])
    y = draw_table(sheet, 40, 74, columns, rows, size=8, row_height=14.5, bold_rows=frozenset({0, len(rows) - 1}))
    sheet.text(40, y + 24, "抄表电量", size=11, colour=GREEN, sans=True)
    sheet.text(
        555, y + 24, f"表号：{ledger.MAIN_METER}    倍率：{ledger.MAIN_MULTIPLIER}", size=8.5, align=_R, sans=True
    )
    meter_columns = (
        Column(title="示数类型", width=85), Column(title="上次示数", width=85, align=_R),
        Column(title="本次示数", width=85, align=_R), Column(title="倍率", width=60, align=_R),
        Column(title="抄见电量", width=100, align=_R), Column(title="加减电量", width=100, align=_R),
    )  # fmt: skip
    registers = (*bill.registers, bill.reactive)
    y = draw_table(sheet, 40, y + 32, meter_columns, [_register(r) for r in registers], size=8, row_height=14.5)
    sheet.text(
        40, y + 18, f"抄见电量 {bill.kwh} + 换表电量 0 + 退补电量 0 + 变损电量 0 + 线损电量 0 = 结算电量 {bill.kwh} 千瓦时",
        size=8.5, sans=True,
    )  # fmt: skip
    return sheet


def _register(r: Register) -> tuple[str, ...]:
    return (r.name, f"{r.previous:.2f}", f"{r.current:.2f}", str(ledger.MAIN_MULTIPLIER), str(r.kwh), "0")


FEED_IN_PRICE = Decimal("0.3844")


def feed_in_bill_sheets(number: int) -> tuple[Sheet, ...]:
    """The bill by which the grid pays for the surplus of the photovoltaic plant in month ``number``; components other than
    the total have no energy of their own."""
    sheet = Sheet()
    _masthead(sheet, "上网电费账单", f"{ledger.YEAR}年{number:02d}月", "第 1 页 / 共 1 页")
    period, kwh = ledger.month(number), ledger.of(ledger.PV_FEED_IN_KWH, number)
    amount = cents(FEED_IN_PRICE * kwh)
    y = draw_pairs(
        sheet, 40, 84,
        (
            ("发电户号", ledger.PV_ACCOUNT), ("发电户名称", FACTORY.name), ("发电类型", "分布式光伏（余电上网）"),
            ("并网电压", "交流10kV"), ("结算周期", f"{period.start.isoformat()} 至 {period.last.isoformat()}"),
            ("电能表号", ledger.PV_METER), ("上网电量", f"{kwh} 千瓦时"), ("上网电费", f"{amount} 元"),
        ),
    )  # fmt: skip
    columns = (
        Column(title="费用项目", width=215), Column(title="电量(千瓦时)", width=100, align=_R),
        Column(title="电价(元/千瓦时)", width=90, align=_R), Column(title="金额(元)", width=110, align=_R),
    )  # fmt: skip
    rows = [
        ("上网电费", str(kwh), str(FEED_IN_PRICE), str(amount)), ("　市场交易电费", "0", "0", str(amount)),
        ("　机制电价差价费用", "0", "0", "0.00"), ("　辅助服务分摊费用", "0", "0", "0.00"), ("合计", "", "", str(amount)),
    ]  # fmt: skip
    y = draw_table(sheet, 40, y + 14, columns, rows, bold_rows=frozenset({0, 4}))
    previous = Decimal("84.20") + ledger.total(ledger.PV_FEED_IN_KWH, 1, number - 1) / 400
    meter_columns = tuple(
        Column(title=t, width=103, align=_R) for t in ("示数类型", "上次示数", "本次示数", "倍率", "上网电量")
    )
    draw_table(
        sheet, 40, y + 24, meter_columns,
        [("反向有功(总)", f"{previous:.3f}", f"{previous + kwh / 400:.3f}", "400", str(kwh))],
    )  # fmt: skip
    return (sheet,)
