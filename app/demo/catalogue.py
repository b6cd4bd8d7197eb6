"""Every file of the demonstration, in the order a person would hand them over, with what it proves and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from app.demo import ledger, purchases
from app.demo.factory import EQUIPMENT_LIST
from app.demo.fuel_csv import fillings, write_fuel_csv
from app.demo.grid_bill import main_bill
from app.demo.grid_bill_pdf import feed_in_bill_sheets, grid_bill_sheets
from app.demo.invoice import Invoice
from app.demo.invoice_ofd import write_invoice_ofd
from app.demo.invoice_pdf import sheets_of
from app.demo.invoice_xml import write_invoice_xml
from app.demo.pdf import render_pdf
from app.demo.scan import write_scanned_pdf
from app.demo.sheet import Sheet
from app.demo.statements import statement_sheets
from app.demo.supply_sheets import gas_bill_sheets, green_power_sheets, steam_settlement_sheets
from app.demo.truth import DemoDocument, Energy, Flag
from app.demo.word import report_rows, write_energy_report, write_steam_settlement_docx
from app.demo.workbook import write_equipment_list, write_fuel_ledger, write_meter_list, write_pv_log
from app.domain.activity import DocumentKind
from app.domain.carrier import Carrier, Direction
from app.domain.page import Media
from app.domain.period import Period

PV_LOG = "台账_光伏发电_2025.xlsx"
_SUFFIX = {Media.PDF: "pdf", Media.XML: "xml", Media.OFD: "ofd"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A file to be written: ``write`` takes the characters to cut fonts for; ``sheets`` are the pages that need fonts."""

    document: DemoDocument
    write: Callable[[str], bytes]
    sheets: tuple[Sheet, ...] = ()


def plan_documents() -> tuple[Planned, ...]:
    """All files in order. Building the plan draws the pages but loads no third-party library and writes nothing."""
    return tuple(
        item
        for group in (
            _main_account(), _auxiliary_account(), _gas(), _fuels(), _heat(), _renewables(), _other_invoices(), _reports(),
        )
        for item in group
    )  # fmt: skip


def _pdf(
    name: str, title: str, kind: DocumentKind, sheets: tuple[Sheet, ...], *, energy: tuple[Energy, ...] = (),
    flags: tuple[Flag, ...] = (), remark: str = "", printed: tuple[tuple[str, object], ...] = (),
) -> Planned:  # fmt: skip
    document = DemoDocument(
        name=name, title=title, kind=kind, media=Media.PDF, energy=energy, flags=flags, remark=remark, printed=printed
    )
    return Planned(
        document=document, sheets=sheets, write=lambda glyphs: render_pdf(sheets, title=title, glyphs=glyphs)
    )


def _file(
    name: str, title: str, kind: DocumentKind, media: Media, write: Callable[[], bytes], *,
    energy: tuple[Energy, ...] = (), flags: tuple[Flag, ...] = (), remark: str = "",
) -> Planned:  # fmt: skip
    document = DemoDocument(name=name, title=title, kind=kind, media=media, energy=energy, flags=flags, remark=remark)
    return Planned(document=document, write=lambda _: write())


def _invoice(
    stem: str, invoice: Invoice, media: Media, *, energy: tuple[Energy, ...] = (), flags: tuple[Flag, ...] = (),
    remark: str = "",
) -> Planned:  # fmt: skip
    name, title = f"发票_{stem}.{_SUFFIX[media]}", invoice.title
    if media is Media.PDF:
        return _pdf(
            name, title, DocumentKind.VAT_INVOICE, sheets_of(invoice), energy=energy, flags=flags, remark=remark,
            printed=(*invoice.printed(), ("qr", invoice.qr)),
        )  # fmt: skip
    write = write_invoice_xml if media is Media.XML else write_invoice_ofd
    document = DemoDocument(
        name=name, title=title, kind=DocumentKind.VAT_INVOICE, media=media, energy=energy, flags=flags, remark=remark,
        printed=(*invoice.printed(), ("qr", None if media is Media.XML else invoice.qr)),
    )  # fmt: skip
    return Planned(document=document, write=lambda _: write(invoice))


def _energy(
    carrier: Carrier, quantity: Decimal, unit: str, period: Period, account: str = "",
    direction: Direction = Direction.PURCHASED,
) -> Energy:  # fmt: skip
    return Energy(carrier=carrier, quantity=quantity, unit=unit, period=period, account=account, direction=direction)


def bill_name(month: int) -> str:
    return f"电费账单_主户_{ledger.YEAR}-{month:02d}.pdf"


def _main_use(month: int) -> tuple[Energy, ...]:
    kwh = ledger.of(ledger.MAIN_KWH, month)
    return (_energy(Carrier.ELECTRICITY, kwh, "kWh", ledger.month(month), ledger.MAIN_ACCOUNT),)


def _main_account() -> Iterator[Planned]:
    for month in ledger.MONTHS:
        bill = main_bill(month)
        printed = (
            ("account_no", ledger.MAIN_ACCOUNT),
            ("period_start", bill.period.start.isoformat()),
            ("period_end", bill.period.last.isoformat()),
            ("total_fee", str(bill.amount)),
        )
        yield _pdf(
            bill_name(month), "电费账单", DocumentKind.GRID_BILL, grid_bill_sheets(bill), energy=_main_use(month),
            printed=printed,
        )  # fmt: skip
        if month == 3:
            yield _pdf(
                bill_name(month).replace(".pdf", "(1).pdf"), "电费账单", DocumentKind.GRID_BILL, grid_bill_sheets(bill),
                energy=_main_use(month), flags=(Flag(kind="exact_duplicate", about=bill_name(month)),), printed=printed,
                remark="与3月账单逐字节相同的副本",
            )  # fmt: skip
    invoice, same = purchases.main_electricity_invoice(1), Flag(kind="same_activity", about=bill_name(1))
    yield _invoice("电费_主户_2025-01", invoice, Media.XML, energy=_main_use(1), flags=(same,))
    yield _invoice(
        "电费_主户_2025-01", invoice, Media.PDF, energy=_main_use(1),
        flags=(Flag(kind="same_invoice", about="发票_电费_主户_2025-01.xml"), same),
    )  # fmt: skip


def _auxiliary_account() -> Iterator[Planned]:
    media = {
        1: Media.OFD, 2: Media.OFD, 3: Media.OFD, 4: Media.XML, 5: Media.XML, 6: Media.PDF, 7: Media.PDF, 9: Media.PDF,
        10: Media.OFD, 11: Media.XML, 12: Media.PDF,
    }  # fmt: skip
    for month, kind in media.items():
        blank = month == 7
        yield _invoice(
            f"电费_辅助户_{ledger.YEAR}-{month:02d}",
            purchases.auxiliary_invoice(month, unit="" if blank else "千瓦时"), kind,
            energy=_auxiliary_use(month, "" if blank else "kWh"), flags=(Flag(kind="unit_missing"),) if blank else (),
            remark="单位栏空白，数量按单价判断为千瓦时，须人工核对" if blank else "",
        )  # fmt: skip
    first = purchases.auxiliary_invoice(1)
    page = sheets_of(first)[0]
    flags = (Flag(kind="scanned"), Flag(kind="same_invoice", about="发票_电费_辅助户_2025-01.ofd"))
    document = DemoDocument(
        name="扫描件_电费发票_辅助户_2025-01.pdf", title=first.title, kind=DocumentKind.UNREADABLE, media=Media.PDF,
        flags=flags, remark="纸质打印件的扫描图像，没有文字层", energy=_auxiliary_use(1), printed=first.printed(),
    )  # fmt: skip
    yield Planned(document=document, sheets=(page,), write=lambda glyphs: write_scanned_pdf(page, glyphs=glyphs))


def _auxiliary_use(month: int, unit: str = "kWh") -> tuple[Energy, ...]:
    kwh = ledger.of(ledger.AUX_KWH, month)
    return (_energy(Carrier.ELECTRICITY, kwh, unit, ledger.month(month), ledger.AUX_ACCOUNT),)


def _gas_use(month: int) -> Energy:
    return _energy(
        Carrier.NATURAL_GAS, ledger.of(ledger.GAS_NM3, month), "Nm3", ledger.month(month), ledger.GAS_ACCOUNT
    )


def _gas() -> Iterator[Planned]:
    media = {1: Media.XML, 2: Media.XML, 3: Media.OFD, 4: Media.OFD, 5: Media.PDF, 6: Media.PDF}
    for month, kind in media.items():
        invoice = purchases.gas_invoice(month, older=kind is Media.PDF)
        yield _invoice(f"天然气_{ledger.YEAR}-{month:02d}", invoice, kind, energy=(_gas_use(month),))
    for quarter, first in ((3, 7), (4, 10)):
        yield _pdf(
            f"结算单_天然气_{ledger.YEAR}Q{quarter}.pdf", "天然气用气结算单", DocumentKind.GAS_BILL,
            gas_bill_sheets(first, first + 2), energy=tuple(_gas_use(m) for m in range(first, first + 3)),
        )  # fmt: skip


def _diesel_use(litres: int, period: Period) -> tuple[Energy, ...]:
    return (_energy(Carrier.DIESEL, Decimal(litres), "L", period),)


def _fuels() -> Iterator[Planned]:
    q1, wrong, red = ledger.QUARTERS["Q1"], purchases.wrong_diesel_invoice(), purchases.red_diesel_invoice()
    yield _invoice(
        "柴油_2025Q1_作废", wrong, Media.PDF, energy=_diesel_use(ledger.DIESEL_WRONG_L, q1),
        flags=(Flag(kind="reversed", about=red.number),), remark="数量开错，已红冲",
    )  # fmt: skip
    yield _invoice(
        "柴油_2025Q1_红字", red, Media.PDF, energy=_diesel_use(-ledger.DIESEL_WRONG_L, q1),
        flags=(Flag(kind="red_letter", about=wrong.number),), remark="冲销开错的蓝字发票",
    )  # fmt: skip
    for quarter, media in (("Q1", Media.XML), ("Q2", Media.OFD), ("Q3", Media.PDF), ("Q4", Media.PDF)):
        yield _invoice(
            f"柴油_{ledger.YEAR}{quarter}", purchases.diesel_invoice(quarter), media,
            energy=_diesel_use(ledger.DIESEL_L[quarter], ledger.QUARTERS[quarter]),
        )  # fmt: skip
    yield _invoice(
        "柴油_2025-12_补充", purchases.broken_diesel_invoice(), Media.PDF,
        energy=_diesel_use(ledger.DIESEL_BROKEN_L, ledger.month(12)), flags=(Flag(kind="sum_mismatch"),),
        remark="合计与价税合计比明细多300.00元",
    )  # fmt: skip
    yield _invoice("加油卡充值_2025-03", purchases.prepaid_card_invoice(), Media.PDF, flags=(Flag(kind="no_quantity"),))
    yield _file(
        "台账_车辆加油_2025H1.xlsx", "车辆加油台账", DocumentKind.FUEL_LEDGER, Media.XLSX,
        lambda: write_fuel_ledger(1, 6),
        energy=tuple(
            _energy(Carrier.GASOLINE, ledger.of(ledger.GASOLINE_L, m), "L", ledger.month(m)) for m in range(1, 7)
        ),
    )  # fmt: skip
    yield _file(
        "加油明细_2025H2.csv", "加油卡明细导出", DocumentKind.FUEL_LEDGER, Media.CSV, lambda: write_fuel_csv(7, 12),
        energy=tuple(
            _energy(Carrier.GASOLINE, f.litres, "L", Period.inclusive(f.day, f.day)) for f in fillings(7, 12)
        ),
    )  # fmt: skip


def _heat() -> Iterator[Planned]:
    def use(first: int, last: int) -> tuple[Energy, ...]:
        return tuple(
            _energy(Carrier.STEAM, ledger.of(ledger.STEAM_T, m), "t", ledger.month(m), ledger.STEAM_ACCOUNT)
            for m in range(first, last + 1)
        )

    kind, title = DocumentKind.HEAT_SETTLEMENT, "蒸汽用量结算单"
    yield _pdf("结算单_蒸汽_2025H1.pdf", title, kind, steam_settlement_sheets(1, 6), energy=use(1, 6))
    yield _file(
        "结算单_蒸汽_2025H2.docx",
        title,
        kind,
        Media.DOCX,
        lambda: write_steam_settlement_docx(7, 12),
        energy=use(7, 12),
    )


def _pv(month: int, direction: Direction, quantity: Decimal) -> Energy:
    return _energy(Carrier.PV_GENERATION, quantity, "kWh", ledger.month(month), ledger.PV_ACCOUNT, direction)


def _renewables() -> Iterator[Planned]:
    rows = []
    for month in ledger.MONTHS:
        rows += [
            _pv(month, Direction.SELF_GENERATED, ledger.of(ledger.PV_GENERATION_KWH, month)),
            _pv(month, Direction.EXPORTED, ledger.of(ledger.PV_FEED_IN_KWH, month)),
            _pv(month, Direction.SELF_CONSUMED, ledger.pv_self_use(month)),
        ]
    yield _file(PV_LOG, "光伏发电运行记录", DocumentKind.PV_LOG, Media.XLSX, write_pv_log, energy=tuple(rows))
    yield _pdf(
        "上网电费账单_2025-06.pdf", "上网电费账单", DocumentKind.FEED_IN_BILL, feed_in_bill_sheets(6),
        energy=(_pv(6, Direction.EXPORTED, ledger.of(ledger.PV_FEED_IN_KWH, 6)),),
        flags=(Flag(kind="same_activity", about=PV_LOG),),
    )  # fmt: skip
    yield _pdf(
        "结算单_绿电交易_2025.pdf", "绿色电力交易结算单", DocumentKind.GREEN_POWER_SETTLEMENT, green_power_sheets(),
        energy=tuple(
            _energy(
                Carrier.GREEN_POWER, ledger.of(ledger.GREEN_MWH, m) * 1000, "kWh", ledger.month(m), ledger.MAIN_ACCOUNT
            )
            for m in ledger.MONTHS
        ),
        remark="主户外购电量的一部分，不得另加",
    )  # fmt: skip


def _other_invoices() -> Iterator[Planned]:
    nothing = (Flag(kind="no_energy"),)
    yield _invoice(
        "水费_2025-04", purchases.water_invoice(4), Media.PDF, flags=nothing, remark="污水处理费行重复印了用水量"
    )
    yield _invoice(
        "物业_2025H2", purchases.property_invoice(), Media.PDF, flags=(Flag(kind="resold"),),
        energy=(_energy(Carrier.ELECTRICITY, Decimal(ledger.WAREHOUSE_KWH), "kWh", ledger.span(7, 12)),),
        remark="仅转供电一行含能源",
    )  # fmt: skip
    yield _invoice("办公用品_2025-05", purchases.stationery_invoice(), Media.XML, flags=nothing)


_REPORT_CARRIERS = {
    "外购电力": (Carrier.ELECTRICITY, "kWh", 10000), "天然气": (Carrier.NATURAL_GAS, "Nm3", 10000),
    "柴油": (Carrier.DIESEL, "t", 1), "汽油": (Carrier.GASOLINE, "t", 1), "外购蒸汽": (Carrier.STEAM, "t", 1),
}  # fmt: skip


def _reports() -> Iterator[Planned]:
    accounts = ((ledger.MAIN_ACCOUNT, ledger.MAIN_KWH), (ledger.AUX_ACCOUNT, ledger.AUX_KWH))
    yield _file(
        "台账_用电计量_2025.xlsx", "用电计量台账", DocumentKind.METER_LIST, Media.XLSX, write_meter_list,
        energy=tuple(
            _energy(Carrier.ELECTRICITY, ledger.of(series, m), "kWh", ledger.month(m), account)
            for account, series in accounts
            for m in ledger.MONTHS
            if not (account == ledger.AUX_ACCOUNT and m == ledger.AUX_MISSING_MONTH)
        ),
        flags=(Flag(kind="same_activity", about=bill_name(1)), Flag(kind="missing_month", about=ledger.AUX_ACCOUNT)),
        remark="与账单、发票为同一用量，单位只写在表名里",
    )  # fmt: skip
    year, rows = ledger.span(1, 12), {r[0]: r for r in report_rows()}
    stated = [
        _energy(carrier, Decimal(rows[label][2]) * factor, unit, year)
        for label, (carrier, unit, factor) in _REPORT_CARRIERS.items()
    ]
    stated.append(
        _energy(
            Carrier.PV_GENERATION, Decimal(rows["自用光伏"][2]) * 10000, "kWh", year, direction=Direction.SELF_CONSUMED
        )
    )
    yield _file(
        "报告_能源利用状况_2025.docx", "能源利用状况报告", DocumentKind.ENERGY_REPORT, Media.DOCX, write_energy_report,
        energy=tuple(stated), flags=(Flag(kind="control_total"),), remark="全年汇总，含缺证的8月与待更正的12月柴油",
    )  # fmt: skip
    for name, sheets in statement_sheets().items():
        yield _pdf(
            name,
            name.partition("_")[2].removesuffix(".pdf"),
            DocumentKind.OTHER,
            sheets,
            flags=(Flag(kind="no_energy"),),
        )
    yield _file(
        EQUIPMENT_LIST, "主要用能设备清单", DocumentKind.OTHER, Media.XLSX, write_equipment_list,
        flags=(Flag(kind="no_energy"),),
    )  # fmt: skip
