"""Settlement sheets of the gas, heat and green-power suppliers as A4 pages: letterhead, parties, one row a month, a total."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.demo import ledger
from app.demo.money import capital, cents
from app.demo.parties import FACTORY, GAS, HEAT, TRADING, WIND, Party
from app.demo.sheet import GREY, MAROON, SEAL_RED, SPECIMEN, Align, Ellipse, Sheet
from app.demo.table import Column, draw_pairs, draw_table

_R = Align.RIGHT
GAS_PRICE = Decimal("3.62")
STEAM_PRICE = Decimal("226.00")
ENERGY_PRICE = Decimal("388.50")
GREEN_PRICE = Decimal("21.60")
_GAS_MULTIPLIER = 10


def _letterhead(sheet: Sheet, supplier: Party, title: str) -> None:
    sheet.text(sheet.width / 2, 60, supplier.name, size=13, align=Align.CENTRE, sans=True)
    sheet.text(sheet.width / 2, 88, title, size=18, align=Align.CENTRE)
    sheet.stroke(40, 100, 555, 100, width=1.2)
    sheet.text(sheet.width - 40, sheet.height - 24, SPECIMEN, size=8, colour=GREY, align=_R, sans=True)


def _signatures(sheet: Sheet, y: float, supplier: Party, day: str) -> None:
    sheet.text(60, y, f"供方（章）：{supplier.name}", size=9, sans=True)
    sheet.text(330, y, f"需方（章）：{FACTORY.name}", size=9, sans=True)
    sheet.text(60, y + 18, f"日期：{day}", size=9, sans=True)
    sheet.items.append(Ellipse(x0=140, y0=y - 34, x1=224, y1=y + 40))
    sheet.text(182, y + 32, "演示样例", size=9, colour=SEAL_RED, align=Align.CENTRE, sans=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class GasMonth:
    """A metered month: (current - previous) × 10 = Nm3 at 0 ℃ and 101.325 kPa."""

    number: int
    previous: Decimal
    current: Decimal
    quantity: Decimal
    amount: Decimal


def gas_month(number: int) -> GasMonth:
    quantity = ledger.of(ledger.GAS_NM3, number)
    previous = 20518 + ledger.total(ledger.GAS_NM3, 1, number - 1) / _GAS_MULTIPLIER
    return GasMonth(
        number=number, previous=previous, current=previous + quantity / _GAS_MULTIPLIER, quantity=quantity,
        amount=cents(GAS_PRICE * quantity),
    )  # fmt: skip


def gas_bill_sheets(first: int, last: int) -> tuple[Sheet, ...]:
    """The gas company's bill for months ``first`` to ``last``."""
    sheet, period = Sheet(), ledger.span(first, last)
    _letterhead(sheet, GAS, "天然气用气结算单")
    y = draw_pairs(
        sheet, 40, 124,
        (
            ("用户名称", FACTORY.name), ("用户编号", ledger.GAS_ACCOUNT), ("表号", ledger.GAS_METER),
            ("结算周期", f"{period.start.isoformat()} 至 {period.last.isoformat()}"), ("用气性质", "工业用气"),
            ("计量状态", "标准状态（0℃，101.325kPa）"),
        ),
    )  # fmt: skip
    columns = (
        Column(title="用气月份", width=75), Column(title="上次示数", width=75, align=_R),
        Column(title="本次示数", width=75, align=_R), Column(title="倍率", width=45, align=_R),
        Column(title="标况气量(Nm³)", width=90, align=_R), Column(title="单价(元/Nm³)", width=70, align=_R),
        Column(title="金额(元)", width=85, align=_R),
    )  # fmt: skip
    months = [gas_month(m) for m in range(first, last + 1)]
    quantity, amount = sum(m.quantity for m in months), sum((m.amount for m in months), Decimal(0))
    rows = [
        (
            f"{ledger.YEAR}-{m.number:02d}", str(m.previous), str(m.current), str(_GAS_MULTIPLIER), str(m.quantity),
            str(GAS_PRICE), str(m.amount),
        )
        for m in months
    ]  # fmt: skip
    rows.append(("合计", "", "", "", str(quantity), "", str(amount)))
    y = draw_table(sheet, 40, y + 10, columns, rows, row_height=20, bold_rows=frozenset({len(rows) - 1}))
    sheet.text(40, y + 22, f"应收金额（含税，大写）：{capital(amount)}    （小写）¥{amount}", size=9, sans=True)
    sheet.text(
        40, y + 40, "说明：气量已由流量计折算为标准状态体积；低位发热量检测值另附。", size=8.5, colour=GREY, sans=True
    )
    _signatures(sheet, y + 90, GAS, period.end.isoformat())
    return (sheet,)


STEAM_COLUMNS = (
    "结算月份",
    "流量计起码(t)",
    "流量计止码(t)",
    "蒸汽用量(t)",
    "绝对压力(MPa)",
    "温度(℃)",
    "单价(元/t)",
    "金额(元)",
)


def steam_rows(first: int, last: int) -> list[tuple[str, ...]]:
    """Settlement rows of months ``first`` to ``last`` and their total, in the order of ``STEAM_COLUMNS``."""
    rows, quantity, amount = [], Decimal(0), Decimal(0)
    for number in range(first, last + 1):
        used = ledger.of(ledger.STEAM_T, number)
        start = Decimal("3120.0") + ledger.total(ledger.STEAM_T, 1, number - 1)
        fee = cents(STEAM_PRICE * used)
        quantity, amount = quantity + used, amount + fee
        rows.append(
            (
                f"{ledger.YEAR}-{number:02d}", str(start), str(start + used), str(used), ledger.STEAM_PRESSURE_MPA,
                ledger.STEAM_TEMPERATURE_C, str(STEAM_PRICE), str(fee),
            )
        )  # fmt: skip
    return [*rows, ("合计", "", "", str(quantity), "", "", "", str(amount))]


def steam_header(first: int, last: int) -> tuple[tuple[str, str], ...]:
    period = ledger.span(first, last)
    return (
        ("用热单位", FACTORY.name), ("用户编号", ledger.STEAM_ACCOUNT), ("流量计编号", ledger.STEAM_METER),
        ("结算周期", f"{period.start.isoformat()} 至 {period.last.isoformat()}"), ("供热介质", "饱和蒸汽"),
        ("压力口径", "绝对压力（已计入当地大气压）"),
    )  # fmt: skip


def steam_settlement_sheets(first: int, last: int) -> tuple[Sheet, ...]:
    sheet = Sheet()
    _letterhead(sheet, HEAT, "蒸汽用量结算单")
    y = draw_pairs(sheet, 40, 124, steam_header(first, last))
    widths = (58, 70, 70, 68, 68, 50, 58, 73)
    columns = tuple(Column(title=t, width=w, align=_R) for t, w in zip(STEAM_COLUMNS, widths, strict=True))
    rows = steam_rows(first, last)
    y = draw_table(sheet, 40, y + 10, columns, rows, size=8, row_height=20, bold_rows=frozenset({len(rows) - 1}))
    sheet.text(40, y + 22, f"合计金额（含税）：{capital(Decimal(rows[-1][-1]))}", size=9, sans=True)
    sheet.text(40, y + 40, "说明：凝结水不回收；压力、温度为结算月平均值。", size=8.5, colour=GREY, sans=True)
    _signatures(sheet, y + 90, HEAT, ledger.span(first, last).end.isoformat())
    return (sheet,)


def green_power_sheets() -> tuple[Sheet, ...]:
    """The trading centre's yearly settlement: energy and environmental value apart, quantity the least of three."""
    sheet, period = Sheet(), ledger.span(1, 12)
    _letterhead(sheet, TRADING, "绿色电力交易结算单")
    y = draw_pairs(
        sheet, 40, 124,
        (
            ("购方", FACTORY.name), ("售方", WIND.name), ("购方户号", ledger.MAIN_ACCOUNT),
            ("合同编号", "LD-DEMO-2025-0001"), ("项目名称", "皖北示范风电场一期"), ("项目类型", "陆上风电"),
            ("结算周期", f"{period.start.isoformat()} 至 {period.last.isoformat()}"), ("绿证划转", "随结算电量划转至购方账户"),
        ),
    )  # fmt: skip
    columns = (
        Column(title="结算月份", width=62), Column(title="合同电量(MWh)", width=72, align=_R),
        Column(title="上网电量(MWh)", width=72, align=_R), Column(title="用电量(MWh)", width=72, align=_R),
        Column(title="结算电量(MWh)", width=72, align=_R), Column(title="电能量电费(元)", width=85, align=_R),
        Column(title="环境价值费用(元)", width=80, align=_R),
    )  # fmt: skip
    rows, energy, value = [], Decimal(0), Decimal(0)
    for number in ledger.MONTHS:
        settled = ledger.of(ledger.GREEN_MWH, number)
        contract = settled + (20 if number % 3 == 0 else 0)
        delivered = settled + (0 if number % 3 == 0 else 36)
        fees = cents(ENERGY_PRICE * settled), cents(GREEN_PRICE * settled)
        energy, value = energy + fees[0], value + fees[1]
        used = Decimal(ledger.MAIN_KWH[number - 1]) / 1000
        rows.append(
            (
                f"{ledger.YEAR}-{number:02d}", str(contract), str(delivered), f"{used:.3f}", str(settled), str(fees[0]),
                str(fees[1]),
            )
        )  # fmt: skip
    rows.append(("合计", "", "", "", str(ledger.total(ledger.GREEN_MWH)), str(energy), str(value)))
    y = draw_table(sheet, 40, y + 10, columns, rows, size=8, row_height=18, bold_rows=frozenset({len(rows) - 1}))
    for number, text in enumerate(
        (
            f"电能量价格 {ENERGY_PRICE} 元/MWh，环境价值价格 {GREEN_PRICE} 元/MWh，两项分别结算。",
            "结算电量取合同电量、上网电量、用电量三者中的最小值；对应绿证 1 张折合 1 MWh。",
        )
    ):
        sheet.text(40, y + 22 + number * 16, text, size=8.5, sans=True)
    sheet.text(40, y + 62, "本结算单仅用于演示。", size=8.5, colour=MAROON, sans=True)
    _signatures(sheet, y + 108, TRADING, "2026-01-25")
    return (sheet,)
