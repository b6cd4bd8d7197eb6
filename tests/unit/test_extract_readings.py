"""Meter readings on the records: opening, closing, multiplier and what the bill adds, from bills, remarks and ledgers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from extract_pages import POWER, Canvas, Invoice, Item, document, table, tables
from test_extract_bills import southern, state_grid, two_meters

from app.domain.activity import Extraction
from app.domain.finding import Severity
from app.domain.page import Document
from extractors import extract

TODAY = date(2026, 6, 1)


def read(source: Document) -> Extraction:
    return extract(source, today=TODAY)


def readings(extraction: Extraction) -> list[dict[str, str]]:
    names = ("opening", "closing", "multiplier", "reading_adjustment")
    return [{n: r.params[n] for n in names if n in r.params} for r in extraction.records]


def test_the_total_register_of_a_grid_bill() -> None:
    extraction = read(state_grid())
    assert readings(extraction) == [{"opening": "1000.00", "closing": "1012.345", "multiplier": "1000"}]
    assert extraction.records[0].meter_number == "320000990001"


def test_several_meters_leave_the_record_without_readings() -> None:
    assert readings(read(two_meters("15000"))) == [{}]


def test_registers_of_bands_are_no_register_of_the_whole() -> None:
    assert readings(read(southern())) == [{}]


def test_what_a_bill_adds_to_the_reading_is_an_adjustment() -> None:
    c = Canvas(width=595, height=842)
    c.text(200, 30, "国网江州供电公司 电费账单", 16)
    c.text(40, 60, "户号：3200001234567")
    c.text(40, 78, "抄表周期：2025.03.01-2025.03.31")
    rows = [
        ["电能表编号", "示数类型", "上次示数", "本次示数", "倍率", "抄见电量", "退补电量", "线损电量", "合计电量(千瓦时)"],
        ["320000990001", "有功(总)", "1000.00", "1012.00", "1000", "12000", "-100", "250", "12150"],
    ]
    c.grid([40, 110, 170, 230, 290, 340, 400, 450, 500, 570], [110, 140, 160], rows, size=7)
    (found,) = readings(read(document(c.page())))
    assert found == {"opening": "1000.00", "closing": "1012.00", "multiplier": "1000", "reading_adjustment": "150"}


@pytest.mark.parametrize(
    "remark",
    [
        "电表号：00123456 上次示数：1000 本次示数：1300 倍率：40",
        "电表号00123456，起码1000，止码1300，倍率×40",
        "表号:00123456 起止码：1000-1300 倍率40",
        "电能表编号 00123456 上期表底1000 本期表底1300 综合倍率 40",
    ],
)
def test_readings_in_the_remark_of_an_invoice(remark: str) -> None:
    spoken = "用电户号：3200001234567；用电期间：2025年03月01日至2025年03月31日"
    extraction = read(document(Invoice(remark=(spoken, remark)).draw()))
    assert readings(extraction) == [{"opening": "1000", "closing": "1300", "multiplier": "40"}]
    assert extraction.records[0].meter_number == "00123456"
    assert not extraction.records[0].needs_review


def test_readings_that_give_another_quantity_are_asked_about() -> None:
    remark = ("用电户号：3200001234567；用电期间：2025年03月01日至2025年03月31日", "起码1000，止码1200，倍率40")
    (record,) = read(document(Invoice(remark=remark).draw())).records
    assert record.needs_review
    assert "reading-product" in [f.id for f in record.findings if f.severity is Severity.EXPLAIN]
    assert record.quantity == "12000"


def test_readings_of_a_remark_belong_to_no_one_line_of_several() -> None:
    half = Item("*供电*电费", "峰", "千瓦时", "6000", "0.65", "3900.00", "13%", "507.00")
    remark = ("用电户号：3200001234567；用电期间：2025年03月01日至2025年03月31日", "起码1000，止码1300，倍率40")
    extraction = read(document(Invoice(items=[half, replace(half, spec="谷")], remark=remark).draw()))
    assert readings(extraction) == [{}, {}]


def test_a_ledger_row_keeps_its_readings_in_either_unit() -> None:
    def book(unit: str, quantity: str) -> Document:
        head = ["户号", "月份", "上月示数", "本月示数", "倍率", f"用电量（{unit}）"]
        row = lambda month, a, b: ["3200001234567", month, a, b, "1000", quantity]  # noqa: E731
        return tables(table("用电", [["2025年用电计量台账", *[""] * 5], head, row("2025年1月", "10", "22"), row("2025年2月", "22", "34")]))
    same = {"opening": "10", "closing": "22", "multiplier": "1000"}
    assert readings(read(book("千瓦时", "12000")))[0] == same
    # 1.2 万kWh: the meter counts kWh.
    assert readings(read(book("万千瓦时", "1.2")))[0] == same


def test_the_unit_of_the_line_is_what_the_quantity_means() -> None:
    mega = replace(POWER, unit="万千瓦时", quantity="1.2", price="6500")
    remark = ("用电户号：3200001234567；用电期间：2025年03月01日至2025年03月31日", "起码1000，止码1300，倍率40")
    (record,) = read(document(Invoice(items=[mega], remark=remark).draw())).records
    assert record.quantity == "12000"
    assert record.params["closing"] == "1300"
