"""Ledgers, meter lists, logs and reports: rows and columns to records, sums to controls, gaps to findings."""

from __future__ import annotations

from datetime import date

from extract_pages import Canvas, document, table, tables

from app.domain.activity import DocumentKind, Extraction
from app.domain.finding import Severity
from app.domain.page import Document, Media
from extractors import extract


def read(doc: Document) -> Extraction:
    return extract(doc, today=date(2026, 6, 1))


def ids(extraction: Extraction) -> list[str]:
    return [f.id for f in extraction.findings]


def rows_of(extraction: Extraction) -> list[tuple[str, ...]]:
    return [(r.carrier.value, r.direction.value, r.quantity, r.unit, r.period_start or "") for r in extraction.records]


def months(*values: str, title: str = "2025年用电台账（单位：万kWh）") -> Document:
    body = [[f"{i}月", v] for i, v in enumerate(values, 1)]
    return tables(table("台账", [[title, ""], ["月份", "用电量"], *body]))


def test_the_unit_of_the_title_and_the_year_of_the_title_apply() -> None:
    extraction = read(months("218.46", "174.23"))
    assert extraction.kind is DocumentKind.METER_LIST
    assert rows_of(extraction) == [
        ("electricity", "purchased", "2184600", "kWh", "2025-01-01"),
        ("electricity", "purchased", "1742300", "kWh", "2025-02-01"),
    ]
    assert extraction.records[0].locator == "台账!B3"


def test_a_total_row_is_a_control_and_makes_the_rows_certain() -> None:
    doc = tables(table("台账", [["2025年用电台账（单位：kWh）", ""], ["月份", "用电量"], ["1月", "100"], ["2月", "150"], ["合计", "250"]]))
    extraction = read(doc)
    assert [r.quantity for r in extraction.records] == ["100", "150"]
    assert all(not r.needs_review for r in extraction.records)
    wrong = tables(table("台账", [["2025年用电台账（单位：kWh）", ""], ["月份", "用电量"], ["1月", "100"], ["2月", "150"], ["合计", "260"]]))
    refused = read(wrong)
    assert "control-total" in ids(refused)
    assert all(r.needs_review for r in refused.records)


def test_without_a_control_nothing_is_accepted_unseen() -> None:
    assert all(r.needs_review for r in read(months("1", "2")).records)


def test_quarterly_subtotals_are_not_counted() -> None:
    body = [["1月", "1"], ["2月", "2"], ["3月", "3"], ["一季度小计", "6"], ["4月", "4"], ["全年合计", "10"]]
    extraction = read(tables(table("台账", [["2025年用电台账（单位：kWh）", ""], ["月份", "用电量"], *body])))
    assert [r.quantity for r in extraction.records] == ["1", "2", "3", "4"]
    assert "control-total" not in ids(extraction)


def test_dashes_blanks_and_texts_are_missing_not_zero() -> None:
    extraction = read(months("100", "—", "", "停产检修", "200", title="2025年用电台账（单位：kWh）"))
    assert [r.quantity for r in extraction.records] == ["100", "200"]
    assert ids(extraction).count("quantity-missing") == 2
    assert "quantity-unread" in ids(extraction)
    gap = next(f for f in extraction.findings if f.id == "month-missing")
    assert gap.data["months"] == ["2025-02", "2025-03", "2025-04"]


def test_zero_is_a_value() -> None:
    assert [r.quantity for r in read(months("0", "5", title="2025年用电台账（单位：kWh）")).records] == ["0", "5"]


def test_without_a_unit_nothing_is_assumed() -> None:
    extraction = read(months("100", "200", title="2025年用电台账"))
    assert [(r.quantity, r.unit) for r in extraction.records] == [("100", ""), ("200", "")]
    assert all(f.id == "unit-missing" and f.severity is Severity.BLOCKING for r in extraction.records for f in r.findings)


def test_without_a_year_there_is_no_period() -> None:
    (record,) = read(months("100", title="用电台账（单位：kWh）")).records
    assert (record.quantity, record.period_start) == ("100", None)
    assert [f.id for f in record.findings] == ["period-missing"]


def test_a_number_in_an_undated_row_is_reported() -> None:
    body = [["2025年1月", "100"], ["见附表", "200"]]
    extraction = read(tables(table("台账", [["2025年用电台账（单位：kWh）", ""], ["月份", "用电量"], *body])))
    assert [r.quantity for r in extraction.records] == ["100"]
    assert "row-unread" in ids(extraction)


def test_several_carriers_side_by_side() -> None:
    head = ["月份", "用电量(kWh)", "天然气(万m³)", "柴油(L)", "自来水(吨)", "备注"]
    extraction = read(tables(table("2025年", [["2025年能源消耗统计表", "", "", "", "", ""], head, ["2025年1月", "1000", "1.2", "300", "50", ""]])))
    assert rows_of(extraction) == [
        ("electricity", "purchased", "1000", "kWh", "2025-01-01"),
        ("natural_gas", "purchased", "12000", "m3", "2025-01-01"),
        ("diesel", "purchased", "300", "L", "2025-01-01"),
        ("water", "purchased", "50", "t", "2025-01-01"),
    ]


def test_months_across_and_carriers_down() -> None:
    head = ["能源品种", "单位", "1月", "2月", "合计"]
    body = [["电力", "万千瓦时", "10.5", "9.5", "20"], ["天然气", "Nm³", "100", "200", "300"], ["蒸汽", "吨", "7", "—", "7"]]
    extraction = read(tables(table("统计表", [["2025年度能源消费月度统计表", "", "", "", ""], head, *body])))
    assert rows_of(extraction) == [
        ("electricity", "purchased", "105000", "kWh", "2025-01-01"),
        ("electricity", "purchased", "95000", "kWh", "2025-02-01"),
        ("natural_gas", "purchased", "100", "Nm3", "2025-01-01"),
        ("natural_gas", "purchased", "200", "Nm3", "2025-02-01"),
        ("steam", "purchased", "7", "t", "2025-01-01"),
    ]
    assert "quantity-missing" in ids(extraction)


def test_merged_heads_carry_account_and_meter_to_their_columns() -> None:
    rows = [
        ["2025年度用电计量台账（单位：万kWh）"] * 5,
        ["月份", "生产主户", "生产主户", "辅助户", "辅助户"],
        ["月份", "户号", "3200001234567", "户号", "3200007654321"],
        ["月份", "表号", "电量", "表号", "电量"],
        ["2025年1月", "990000000011", "218.46", "990000000028", "12.14"],
    ]
    merged = (*((0, c) for c in range(1, 5)), (1, 2), (1, 4), (2, 0), (3, 0))
    extraction = read(tables(table("台账", rows, merged=merged)))
    assert [(r.quantity, r.account_number, r.meter_number) for r in extraction.records] == [
        ("2184600", "3200001234567", "990000000011"),
        ("121400", "3200007654321", "990000000028"),
    ]


def test_readings_prove_or_refuse_a_quantity() -> None:
    head = ["抄表日期", "表号", "起码", "止码", "倍率", "用电量(kWh)"]
    good = ["2025-01-31", "990000000011", "100", "150", "40", "2000"]
    bad = ["2025-02-28", "990000000011", "150", "200", "40", "2500"]
    extraction = read(tables(table("抄表", [["2025年抄表记录", "", "", "", "", ""], head, good, bad])))
    assert "reading-product" in ids(extraction)
    assert [(r.period_start, r.period_end) for r in extraction.records] == [(None, None), ("2025-02-01", "2025-02-28")]
    assert [r.meter_number for r in extraction.records] == ["990000000011"] * 2


def test_a_day_of_unknown_meaning_is_no_period_of_a_month() -> None:
    body = [["2025-01-31", "1000"], ["2025-02-28", "1200"], ["合计", "2200"]]
    extraction = read(tables(table("台账", [["2025年用电台账（单位：kWh）", ""], ["日期", "用电量"], *body])))
    assert [(r.period_start, r.needs_review) for r in extraction.records] == [(None, True), (None, True)]


def test_a_daily_log_keeps_its_days() -> None:
    body = [["2025-01-01", "100"], ["2025-01-02", "120"], ["合计", "220"]]
    extraction = read(tables(table("台账", [["2025年用电台账（单位：kWh）", ""], ["日期", "用电量"], *body])))
    assert [(r.period_start, r.period_end) for r in extraction.records] == [("2025-01-01", "2025-01-01"), ("2025-01-02", "2025-01-02")]


def test_a_month_stored_as_its_first_day_is_the_month() -> None:
    body = [["2025-01-01", "100"], ["2025-02-01", "120"], ["合计", "220"]]
    extraction = read(tables(table("台账", [["2025年用电台账（单位：kWh）", ""], ["月份", "用电量"], *body])))
    assert [(r.period_start, r.period_end) for r in extraction.records] == [("2025-01-01", "2025-01-31"), ("2025-02-01", "2025-02-28")]


def test_a_total_meter_and_its_sub_meters_are_not_added_unasked() -> None:
    head = ["月份", "仪表名称", "用电量(kWh)"]
    body = [["2025年1月", "总表", "1000"], ["2025年1月", "一车间", "600"], ["2025年1月", "二车间", "400"]]
    extraction = read(tables(table("台账", [["2025年用电台账", "", ""], head, *body])))
    flags = [[f.id for f in r.findings] for r in extraction.records]
    assert flags == [[], ["sub-meter"], ["sub-meter"]]


def test_photovoltaic_log_keeps_generation_feed_in_and_own_use_apart() -> None:
    head = ["月份", "发电量", "上网电量", "自用电量", "并网户号"]
    rows = [["2025年度屋顶光伏发电运行记录（电量单位：kWh）"] * 5, head, ["2025-01", "248360", "18420", "229940", "3200001234599"]]
    extraction = read(tables(table("光伏", rows, merged=tuple((0, c) for c in range(1, 5)))))
    assert extraction.kind is DocumentKind.PV_LOG
    assert [(r.direction.value, r.quantity, r.account_number) for r in extraction.records] == [
        ("self_generated", "248360", "3200001234599"),
        ("exported", "18420", "3200001234599"),
        ("self_consumed", "229940", "3200001234599"),
    ]


def test_fuel_ledger_by_day_with_price_and_amount() -> None:
    head = ["加油日期", "车牌号", "油品", "加油量(升)", "单价(元/升)", "金额(元)"]
    body = [["2025-07-06", "苏A00001", "92号车用汽油", "169.00", "7.79", "1316.51"], ["2025-07-15", "苏A00002", "0号柴油", "100.00", "7.00", "710.00"]]
    extraction = read(tables(table("CSV", [head, *body]), media=Media.CSV))
    assert extraction.kind is DocumentKind.FUEL_LEDGER
    assert rows_of(extraction) == [
        ("gasoline", "purchased", "169", "L", "2025-07-06"),
        ("diesel", "purchased", "100", "L", "2025-07-15"),
    ]
    assert "line-product" in ids(extraction)


def test_stock_cards_count_what_was_used_not_what_was_bought() -> None:
    head = ["月份", "购入量(L)", "消耗量(L)", "库存(L)"]
    doc = tables(table("柴油", [["2025年柴油进销存台账", "", "", ""], head, ["2025年1月", "1000", "800", "200"]]))
    assert [r.quantity for r in read(doc).records] == ["800"]


def test_a_report_gives_control_totals_and_no_record() -> None:
    rows = [["能源种类", "计量单位", "全年消费量", "折标系数"], ["外购电力", "万kWh", "2860.084", "1.229"], ["天然气", "万Nm³", "70.98", "13.3"], ["综合能耗合计", "tce", "", ""]]
    doc = tables(table("表1", rows), media=Media.DOCX, paragraphs=("江州云帆公司2025年度能源利用状况报告",))
    extraction = read(doc)
    assert extraction.kind is DocumentKind.ENERGY_REPORT
    assert extraction.records == ()
    totals = [f.data for f in extraction.findings if f.id == "report-total"]
    assert [(t["carrier"], t["quantity"], t["unit"], t["period_start"]) for t in totals] == [
        ("electricity", "28600840", "kWh", "2025-01-01"),
        ("natural_gas", "709800", "Nm3", "2025-01-01"),
    ]


def test_hidden_sheets_are_disclosed() -> None:
    doc = tables(table("隐藏", [["2025年用电台账（单位：kWh）", ""], ["月份", "用电量"], ["1月", "100"]], hidden=True))
    assert "hidden-sheet" in ids(read(doc))


def test_a_ruled_table_on_a_page_is_a_ledger_too() -> None:
    c = Canvas(width=595, height=842)
    c.text(150, 40, "2025年用电抄表台账（单位：kWh）", 14)
    c.grid([40, 200, 360, 520], [80, 100, 120, 140, 160], [["月份", "表号", "用电量"], ["2025年1月", "990000000011", "1000"], ["2025年2月", "990000000011", "1200"], ["合计", "", "2200"]])
    extraction = read(document(c.page()))
    assert [(r.quantity, r.page) for r in extraction.records] == [("1000", 1), ("1200", 1)]
    assert all(r.bbox is not None for r in extraction.records)


def test_a_list_of_equipment_is_no_ledger() -> None:
    doc = tables(table("清单", [["设备类别", "型号", "数量(台)", "额定功率(kW)"], ["电动机", "YE5", "42", "15"], ["变压器", "SCB", "6", "2500"]]))
    extraction = read(doc)
    assert extraction.kind is DocumentKind.OTHER
    assert extraction.records == ()
