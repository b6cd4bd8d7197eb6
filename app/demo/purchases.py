"""The factory's invoices, made from the ledger: who sold what, with which remark, under which number."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

from app.demo import ledger
from app.demo.grid_bill import main_bill
from app.demo.invoice import Invoice, Line, line, reversed_line
from app.demo.money import unit_price
from app.demo.parties import FUEL, GAS, GRID, PROPERTY, STATIONERY, WATER
from app.domain.period import Period

_AUX_PRICE = "0.7186"
_GAS_PRICE = "3.62"
_DIESEL_PRICE = "7.28"
POWER_CLASS, GAS_CLASS, DIESEL_CLASS, PETROL_CLASS = (
    "1100101010000000000", "1100201010000000000", "1070101030000000000", "1070101010000000000",
)  # fmt: skip


def invoice_number(serial: int, issued: date) -> str:
    """Year of issue, province code 34, channel 2, then a sequence that is obviously made up: 20 digits."""
    return f"{issued:%y}342{9900000000000 + serial:015d}"


def _issued(period: Period, days: int = 6) -> date:
    return period.last + timedelta(days=days)


def _span(period: Period) -> str:
    return f"{period.start.isoformat()}至{period.last.isoformat()}"


def main_electricity_invoice(month: int) -> Invoice:
    """The invoice for the main account's bill: one energy line and two lines without energy; its gross is the bill."""
    bill = main_bill(month)
    energy, demand, factor = (r.amount for r in bill.rows if r.level == 1)
    power = line("*供电*电费", rate=13, gross=str(energy), tax_class=POWER_CLASS)
    quantity = Decimal(bill.kwh)
    power = Line(
        item=power.item, amount=power.amount, tax=power.tax, rate=13, unit="千瓦时", quantity=str(bill.kwh),
        price=unit_price(power.amount, quantity), tax_class=POWER_CLASS,
    )  # fmt: skip
    issued = _issued(bill.period)
    return Invoice(
        number=invoice_number(100 + month, issued),
        issued=issued,
        seller=GRID,
        lines=(
            power,
            line("*供电*基本电费", rate=13, gross=str(demand), tax_class=POWER_CLASS),
            line("*供电*功率因数调整电费", rate=13, gross=str(factor), tax_class=POWER_CLASS),
        ),
        remark=f"户号：{ledger.MAIN_ACCOUNT}；用电期间：{_span(bill.period)}",
    )


def auxiliary_invoice(month: int, *, unit: str = "千瓦时") -> Invoice:
    """The auxiliary account has no bills, only invoices whose remark names account, meter and period."""
    period = ledger.month(month)
    issued = _issued(period, 8)
    return Invoice(
        number=invoice_number(200 + month, issued),
        issued=issued,
        seller=GRID,
        lines=(
            line(
                "*供电*电费", rate=13, gross_price=_AUX_PRICE, quantity=ledger.of(ledger.AUX_KWH, month), unit=unit,
                tax_class=POWER_CLASS,
            ),
        ),
        remark=f"户号：{ledger.AUX_ACCOUNT}；表号：{ledger.AUX_METER}\n用电期间：{_span(period)}",
    )  # fmt: skip


def gas_invoice(month: int, *, older: bool = False) -> Invoice:
    """Gas in standard cubic metres; ``older`` gives the kind with code and check code."""
    period = ledger.month(month)
    issued = _issued(period, 5)
    check = "".join(str(b % 10) for b in sha256(f"gas{month}".encode()).digest()[:20])
    return Invoice(
        number=f"{99000000 + month}" if older else invoice_number(300 + month, issued),
        code="034002599111" if older else "",
        check_code=check if older else "",
        special=not older,
        issued=issued,
        seller=GAS,
        lines=(
            line(
                "*燃气*天然气", rate=9, gross_price=_GAS_PRICE, quantity=ledger.of(ledger.GAS_NM3, month), unit="Nm³",
                tax_class=GAS_CLASS,
            ),
        ),
        remark=f"用户编号：{ledger.GAS_ACCOUNT}；表号：{ledger.GAS_METER}\n用气期间：{_span(period)}\n"
        "气量为标准状态（0℃，101.325kPa）体积",
    )  # fmt: skip


def _diesel(serial: int, litres: int, period: Period, issued: date, **more: object) -> Invoice:
    row = line(
        "*柴油*0号车用柴油(Ⅵ)", rate=13, gross_price=_DIESEL_PRICE, quantity=Decimal(litres), unit="升",
        tax_class=DIESEL_CLASS,
    )  # fmt: skip
    return Invoice(
        number=invoice_number(serial, issued), issued=issued, seller=FUEL, lines=(row,), tag="成品油",
        remark=f"加油期间：{_span(period)}；用途：厂内叉车、备用发电机", **more,  # type: ignore[arg-type]
    )  # fmt: skip


def diesel_invoice(quarter: str) -> Invoice:
    period = ledger.QUARTERS[quarter]
    return _diesel(400 + int(quarter[1]) * 10, ledger.DIESEL_L[quarter], period, _issued(period, 9))


def wrong_diesel_invoice() -> Invoice:
    """Issued for too many litres in the first quarter, later reversed."""
    period = ledger.QUARTERS["Q1"]
    return _diesel(401, ledger.DIESEL_WRONG_L, period, _issued(period, 3))


def red_diesel_invoice() -> Invoice:
    """The red-letter invoice that takes ``wrong_diesel_invoice`` back in full."""
    blue, issued = wrong_diesel_invoice(), _issued(ledger.QUARTERS["Q1"], 8)
    return Invoice(
        number=invoice_number(402, issued), issued=issued, seller=FUEL, tag="成品油",
        lines=tuple(reversed_line(x) for x in blue.lines), blue_number=blue.number, remark=blue.remark,
    )  # fmt: skip


def broken_diesel_invoice() -> Invoice:
    """Its printed totals are 300.00 more than its line: to be sent back, not to be counted."""
    period = ledger.month(12)
    return _diesel(450, ledger.DIESEL_BROKEN_L, period, _issued(period), misprint=Decimal("300.00"))


def prepaid_card_invoice() -> Invoice:
    """A fuel card top-up: money, no litres."""
    issued = date(ledger.YEAR, 3, 11)
    return Invoice(
        number=invoice_number(460, issued), issued=issued, seller=FUEL, special=False,
        lines=(line("*预付卡销售*加油卡充值", rate=0, gross="5000.00"),), remark="不征税；加油卡充值，凭实际加油另行记账",
    )  # fmt: skip


def water_invoice(month: int) -> Invoice:
    """Tap water and, with the same quantity once more, sewage treatment: no energy, nothing to add up."""
    period, tonnes = ledger.month(month), Decimal(8420)
    issued = _issued(period, 4)
    return Invoice(
        number=invoice_number(500 + month, issued),
        issued=issued,
        seller=WATER,
        special=False,
        lines=(
            line("*水冰雪*自来水", rate=3, gross_price="2.95", quantity=tonnes, unit="立方米", spec="工业"),
            line("*劳务*污水处理费", rate=3, gross_price="1.40", quantity=tonnes, unit="立方米"),
        ),
        remark=f"户号：S9900012；起码：128640；止码：{128640 + int(tonnes)}；用水量：{tonnes}；用水期间：{_span(period)}",
    )


def property_invoice() -> Invoice:
    """The landlord's invoice: management fee and, in between, resold electricity for the rented warehouse."""
    period = ledger.span(7, 12)
    issued = period.last
    return Invoice(
        number=invoice_number(600, issued),
        issued=issued,
        seller=PROPERTY,
        lines=(
            line("*企业管理服务*物业管理费", rate=6, gross="36000.00"),
            line(
                "*供电*仓库转供电费", rate=13, gross_price="0.8450", quantity=Decimal(ledger.WAREHOUSE_KWH), unit="度"
            ),
            line("*生活服务*垃圾清运费", rate=6, gross="2400.00"),
        ),
        remark=f"租赁仓库B2；电费期间：{_span(period)}",
    )


def stationery_invoice() -> Invoice:
    """An invoice that has nothing to do with energy."""
    issued = date(ledger.YEAR, 5, 20)
    return Invoice(
        number=invoice_number(700, issued),
        issued=issued,
        seller=STATIONERY,
        special=False,
        lines=(
            line("*纸制品*复印纸", rate=13, gross_price="118.50", quantity=Decimal(20), unit="箱", spec="A4 70g"),
            line("*文具*中性笔", rate=13, gross_price="1.80", quantity=Decimal(200), unit="支"),
        ),
    )
