"""Loads on a weighbridge and other quantities that count in tonnes: the printed places decide what agrees."""

from __future__ import annotations

from datetime import date

import pytest
from extract_pages import BUYER, Canvas, document

from app.domain.activity import DocumentKind, Extraction
from extractors import extract

TODAY = date(2026, 6, 1)


def read(title: str, *lines: str, rows: list[list[str]] | None = None) -> Extraction:
    c = Canvas(width=595, height=842)
    c.text(200, 30, title, 15)
    for i, line in enumerate(lines):
        c.text(50, 70 + 18 * i, line)
    if rows:
        c.grid([40 + 75 * i for i in range(len(rows[0]) + 1)], [200 + 18 * i for i in range(len(rows) + 1)], rows)
    return extract(document(c.page()), today=TODAY)


def facts(extraction: Extraction) -> list[tuple[str, ...]]:
    return [(r.carrier.value, r.quantity, r.unit, r.period_start or "") for r in extraction.records]


def test_a_ticket_is_one_load_of_a_day_for_a_person_to_place() -> None:
    extraction = read("过磅单", "磅单编号：GB1    过磅时间：2025-03-12 14:22", "货物名称：无烟煤", f"收货单位：{BUYER}", "毛重：48.62 吨", "皮重：15.30 吨", "净重：33.32 吨")
    assert extraction.kind is DocumentKind.FUEL_LEDGER
    assert facts(extraction) == [("anthracite", "33.32", "t", "2025-03-12")]
    assert extraction.records[0].needs_review


def test_what_was_taken_off_the_load_is_not_counted_and_asked_about() -> None:
    extraction = read("地磅称重计量单", "称重时间 2025年3月12日", "品名 烟煤", "毛重(kg) 48620", "皮重(kg) 15300", "净重(kg) 33320", "扣杂(kg) 200", "实重(kg) 33120")
    assert facts(extraction) == [("bituminous_coal", "33.12", "t", "2025-03-12")]
    assert extraction.records[0].needs_review
    assert "read-differs" in [f.id for f in extraction.findings]


def test_gravel_is_no_fuel() -> None:
    assert read("过磅单", "过磅时间：2025-03-12", "货物名称：碎石", "毛重：48.62 吨", "净重：33.32 吨").records == ()


@pytest.mark.parametrize(("second", "asked"), [("350.40", False), ("350.90", True)])
def test_tonnes_that_differ_by_half_a_tonne_do_not_agree(second: str, asked: bool) -> None:
    extraction = read("蒸汽结算单", "用户编号：RL000123", "结算周期：2025年3月1日至2025年3月31日", "结算汽量：350.40 吨", f"用汽量：{second} 吨")
    (record,) = extraction.records
    assert record.needs_review is asked


@pytest.mark.parametrize(("closing", "blocked"), [("450.5", False), ("451.1", True)])
def test_readings_of_a_flow_meter_hold_to_their_places(closing: str, blocked: bool) -> None:
    extraction = read("蒸汽结算单", "用户编号：RL000123", "结算周期：2025年3月1日至2025年3月31日", f"上次读数：100.0  本次读数：{closing}", "用汽量：350.5 吨")
    assert ("reading-product" in [f.id for f in extraction.findings]) is blocked


def test_what_was_unloaded_counts_not_what_was_loaded() -> None:
    rows = [["日期", "装车净重(吨)", "卸车净重(吨)", "单价(元/吨)", "金额(元)"], ["2025-03-05", "20.50", "20.46", "4500", "92070.00"], ["2025-03-19", "19.88", "19.80", "4500", "89100.00"], ["合计", "40.38", "40.26", "", "181170.00"]]
    extraction = read("液化天然气（LNG）送货明细", f"客户：{BUYER}", rows=rows)
    assert facts(extraction) == [("lng", "20.46", "t", "2025-03-05"), ("lng", "19.8", "t", "2025-03-19")]
