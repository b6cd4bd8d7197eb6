"""Which invoice lines become activity data, and which never do."""

from __future__ import annotations

from datetime import date

import pytest
from extract_pages import Invoice, Item, document

from app.domain.activity import Extraction, InvoiceLine
from app.domain.finding import Severity
from extractors import extract
from extractors.invoices.records import classify_line

TODAY = date(2026, 6, 1)


def carrier(item: str, unit: str = "", spec: str = "") -> str | None:
    terms, _, _ = classify_line(InvoiceLine(item=item, unit=unit, spec=spec))
    return terms.carrier.value if terms else None


@pytest.mark.parametrize(
    ("item", "unit", "expected"),
    [
        ("*供电*电费", "千瓦时", "electricity"),
        ("*供电*售电", "度", "electricity"),
        ("*燃气*天然气", "立方米", "natural_gas"),
        ("*天然气*管道天然气", "Nm³", "natural_gas"),
        ("*燃气*液化天然气", "吨", "lng"),
        ("*液化石油气*液化石油气", "吨", "lpg"),
        ("*汽油*92号车用汽油(ⅥB)", "升", "gasoline"),
        ("*柴油*0号车用柴油(Ⅵ)", "升", "diesel"),
        ("*热力*蒸汽", "吨", "steam"),
        ("*热力*热力", "GJ", "heat"),
        ("*热力*暖气", "吉焦", "heat"),
        ("*煤炭*烟煤", "吨", "bituminous_coal"),
        ("*水冰雪*自来水", "吨", "water"),
        ("*企业管理服务*电费", "度", "electricity"),
        ("*物业管理服务*代收电费", "度", "electricity"),
        ("电费", "千瓦时", "electricity"),
        ("0#柴油", "升", "diesel"),
    ],
)
def test_energy(item: str, unit: str, expected: str) -> None:
    assert carrier(item, unit) == expected


@pytest.mark.parametrize(
    ("item", "unit"),
    [
        ("*劳务*污水处理费", "立方米"),
        ("*生活服务*垃圾处理费", "吨"),
        ("*供电*基本电费", "千瓦·月"),
        ("*供电*力调电费", ""),
        ("*供电*功率因数调整电费", ""),
        ("*供电*违约金", ""),
        ("*供电*输配电费", "千瓦时"),
        ("*供电*系统运行费", "千瓦时"),
        ("*供电*容（需）量电费", "千瓦"),
        ("*热力*采暖费", "平方米"),
        ("*预付卡销售*加油卡充值", ""),
        ("*机械设备*柴油发电机组", "台"),
        ("*润滑油*柴油机油", "升"),
        ("*通用设备*蒸汽锅炉", "台"),
        ("*信息技术服务*电费管理系统", "套"),
        ("*餐饮服务*餐费", ""),
        ("*电力电子元器件*电容", "只"),
        ("*物业管理服务*物业费", "平方米"),
        ("*汽车零部件*柴油滤清器", "个"),
    ],
)
def test_no_energy(item: str, unit: str) -> None:
    assert carrier(item, unit) is None


def read(*items: Item, remark: tuple[str, ...] = ("用电期间：2025年03月01日至2025年03月31日",), **totals: str) -> Extraction:
    return extract(document(Invoice(items=list(items), remark=remark, **totals).draw()), today=TODAY)


def test_blank_unit_is_never_guessed() -> None:
    extraction = read(Item("*供电*电费", "", "", "12000", "0.65", "7800.00", "13%", "1014.00"))
    (record,) = extraction.records
    assert record.unit == ""
    assert record.needs_review
    finding = record.findings[0]
    assert (finding.id, finding.severity) == ("unit-missing", Severity.BLOCKING)
    assert finding.data["suggested_unit"] == "kWh"


def test_blank_quantity_gives_a_finding_and_no_record() -> None:
    extraction = read(Item("*供电*电费", amount="7800.00", tax="1014.00"))
    assert extraction.records == ()
    assert "quantity-missing" in [f.id for f in extraction.findings if f.severity is Severity.BLOCKING]


def test_sewage_repeats_the_water_quantity_and_is_left_out() -> None:
    extraction = read(
        Item("*水冰雪*自来水", "工业", "立方米", "2000", "2.90", "5800.00", "13%", "754.00"),
        Item("*劳务*污水处理费", "", "立方米", "2000", "1.00", "2000.00", "13%", "260.00"),
    )
    assert [(r.carrier.value, r.quantity) for r in extraction.records] == [("water", "2000")]


def test_heating_by_floor_area_is_no_quantity_of_heat() -> None:
    extraction = read(Item("*热力*采暖费", "", "平方米", "300", "26", "7800.00", "13%", "1014.00"))
    assert extraction.records == ()
    assert any("平方米" in f.message for f in extraction.findings if f.id == "line-not-energy")


def test_without_a_period_the_issue_date_does_not_stand_in() -> None:
    extraction = read(Item("*供电*电费", "", "千瓦时", "12000", "0.65", "7800.00", "13%", "1014.00"), remark=("",))
    (record,) = extraction.records
    assert record.period_start is None
    assert record.needs_review
    assert [f.id for f in record.findings] == ["period-missing"]


def test_an_unlabelled_period_is_proposed_with_a_doubt() -> None:
    extraction = read(Item("*供电*电费", "", "千瓦时", "12000", "0.65", "7800.00", "13%", "1014.00"), remark=("2025年03月01日-2025年03月31日",))
    (record,) = extraction.records
    assert record.period_start == "2025-03-01"
    assert record.needs_review


def test_dates_of_contracts_are_no_period() -> None:
    extraction = read(
        Item("*供电*电费", "", "千瓦时", "12000", "0.65", "7800.00", "13%", "1014.00"),
        remark=("合同签订日期2024年1月1日至2024年12月31日",),
    )
    assert extraction.records[0].period_start is None


def test_an_implausible_price_asks_about_the_unit() -> None:
    extraction = read(Item("*供电*电费", "", "兆瓦时", "12000", "0.65", "7800.00", "13%", "1014.00"))
    (record,) = extraction.records
    assert (record.quantity, record.unit) == ("12000000", "kWh")
    assert "unit-price-band" in [f.id for f in record.findings]
    assert record.needs_review


def test_equal_quantities_of_price_components_are_not_added() -> None:
    extraction = read(
        Item("*供电*电费", "", "千瓦时", "10000", "0.5", "5000.00", "13%", "650.00"),
        Item("*供电*输配电费", "", "千瓦时", "10000", "0.28", "2800.00", "13%", "364.00"),
    )
    assert [r.quantity for r in extraction.records] == ["10000"]


def test_the_same_quantity_twice_is_asked_about() -> None:
    extraction = read(
        Item("*供电*电费", "", "千瓦时", "10000", "0.5", "5000.00", "13%", "650.00"),
        Item("*供电*电费", "", "千瓦时", "10000", "0.28", "2800.00", "13%", "364.00"),
    )
    assert [f.id for r in extraction.records for f in r.findings] == ["repeated-quantity"] * 2
    assert all(r.needs_review for r in extraction.records)


def test_coal_of_unknown_kind_is_not_certain() -> None:
    extraction = read(Item("*煤炭*动力煤", "", "吨", "10", "780", "7800.00", "13%", "1014.00"))
    (record,) = extraction.records
    assert record.carrier.value == "other"
    assert "carrier-uncertain" in [f.id for f in record.findings]


def test_several_accounts_on_one_invoice_are_reported() -> None:
    extraction = read(
        Item("*供电*电费", "", "千瓦时", "12000", "0.65", "7800.00", "13%", "1014.00"),
        remark=("户号：3200001234567；户号：3200007654321", "用电期间：2025年03月01日至2025年03月31日"),
    )
    assert extraction.records[0].account_number is None
    assert "several-accounts" in [f.id for f in extraction.findings]


def test_issue_before_the_end_of_the_period_blocks() -> None:
    extraction = read(
        Item("*供电*电费", "", "千瓦时", "12000", "0.65", "7800.00", "13%", "1014.00"),
        remark=("用电期间：2025年04月01日至2025年04月30日",),
    )
    assert "period-order" in [f.id for f in extraction.records[0].findings]


def test_steam_conditions_in_the_remark_travel_with_the_record() -> None:
    extraction = read(
        Item("*热力*蒸汽", "", "吨", "39", "200", "7800.00", "13%", "1014.00"),
        remark=("用汽期间：2025年03月01日至2025年03月31日", "饱和蒸汽，绝对压力0.8MPa"),
    )
    (record,) = extraction.records
    assert (record.quantity, record.unit) == ("39", "t")
    assert dict(record.params) == {"pressure_mpa": "0.8", "pressure_basis": "absolute", "steam": "saturated"}
