"""Bills, settlements and certificates: one quantity for one account and period, however often it is printed."""

from __future__ import annotations

from datetime import date

import pytest
from extract_pages import BUYER, Canvas, document, table, tables

from app.domain.activity import Confidence, DocumentKind, Extraction
from app.domain.finding import Severity
from app.domain.page import Document, Media
from extractors import extract
from extractors.geometry.labels import find_labels
from extractors.geometry.sheet import lay_out

TODAY = date(2026, 6, 1)


def read(doc: Document) -> Extraction:
    return extract(doc, today=TODAY)


def ids(extraction: Extraction, severity: Severity | None = None) -> list[str]:
    return [f.id for f in extraction.findings if severity is None or f.severity is severity]


def state_grid(printed: str = "12,345", detail: str = "12345", closing: str = "1012.345", unit: str = "千瓦时") -> Document:
    """Two pages: fees with an analysis column beside them, then the same rows again with wrapped leaves and the meter table."""
    c = Canvas(width=595, height=842)
    c.text(220, 20, "样例电网江州供电公司 电费账单", 16)
    c.text(40, 60, "户号 3200001234567")
    c.text(300, 60, f"户名 {BUYER}")
    c.text(40, 80, "账单周期 2025-03-01至2025-03-31")
    c.text(300, 80, "用电地址 江州市样例路1号")
    c.text(40, 110, f"本期电量 {printed} {unit}", 12)
    c.text(300, 110, "本期电费 9,876.54 元", 12)
    c.text(40, 140, "账单概况")
    c.text(400, 140, "用能分析")
    c.text(40, 160, "电费构成")
    c.text(200, 160, f"电量（{unit}）" if unit else "电量")
    c.text(320, 160, "电费（元）")
    fees = [
        ("工商业电费", detail, "9376.54"),
        ("①市场化购电电费", detail, "7000.00"),
        ("直接交易电费", detail, "7000.00"),
        ("②上网环节线损费用", detail, "200.00"),
        ("③输配电费", detail, "1500.00"),
        ("④系统运行费用", detail, "300.00"),
        ("⑤政府性基金及附加", detail, "376.54"),
        ("功率因数调整电费", "", "-100.00"),
        ("容（需）量电费", "", "600.00"),
    ]
    for i, (label, quantity, amount) in enumerate(fees):
        y = 174 + 14 * i
        c.text(40, y, label)
        c.right(260, y, quantity)
        c.right(370, y, amount)
        c.text(400, y, "峰段占比 28.00%")
    first = c.page()
    c = Canvas(width=595, height=842, number=2)
    c.text(220, 20, "本期电费明细", 16)
    for x, label in ((40, "项目"), (200, "计费数量"), (300, "单价"), (400, "电费")):
        c.text(x, 60, label)
    leaves = [("直接交易电费", "0.56", "7000.00"), ("上网环节线损代理采购", "", ""), ("损益", "0.01", "200.00"), ("输配电费", "0.12", "1500.00")]
    for i, (label, price, amount) in enumerate(leaves):
        y = 74 + 14 * i
        c.text(40, y, label)
        if price:
            c.right(250, y, detail)
            c.right(330, y, price)
            c.right(440, y, amount)
    rows = [
        ["表号", "示数类型", "上次示数", "本次示数", "倍率", "抄见电量"],
        ["320000990001", "有功(总)", "1000.00", closing, "1000", "12345"],
        ["", "尖", "0", "1.000", "1000", "1000"],
        ["", "峰", "0", "4.345", "1000", "4345"],
        ["", "平", "0", "4.000", "1000", "4000"],
        ["", "谷", "0", "3.000", "1000", "3000"],
        ["", "无功(总)", "0", "9.000", "1000", "9000"],
    ]
    c.grid([40, 130, 200, 270, 340, 400, 480], [200 + 16 * i for i in range(8)], rows)
    return document(first, c.page())


def test_a_two_page_grid_bill_gives_one_quantity() -> None:
    extraction = read(state_grid())
    assert extraction.kind is DocumentKind.GRID_BILL
    (record,) = extraction.records
    assert (record.carrier, record.direction, record.quantity, record.unit) == ("electricity", "purchased", "12345", "kWh")
    assert (record.period_start, record.period_end) == ("2025-03-01", "2025-03-31")
    assert (record.account_number, record.meter_number, record.amount) == ("3200001234567", "320000990001", "9876.54")
    assert record.confidence is Confidence.A
    assert not record.needs_review


def test_its_header_fields() -> None:
    found = {f.name: f.value for f in read(state_grid()).fields}
    assert found["buyer_name"] == BUYER
    assert found["amount_incl_tax"] == "9876.54"
    assert found["period_end"] == "2025-03-31"


def test_a_total_that_its_own_rows_contradict_is_asked_about() -> None:
    extraction = read(state_grid(printed="12,354"))
    assert "read-differs" in ids(extraction, Severity.EXPLAIN)
    assert all(r.needs_review for r in extraction.records)


def test_readings_that_do_not_give_the_quantity_block() -> None:
    extraction = read(state_grid(closing="1013.345"))
    assert "reading-product" in ids(extraction, Severity.BLOCKING)
    assert extraction.records[0].confidence is Confidence.D


def test_a_quantity_without_unit_stays_without_unit() -> None:
    (record,) = read(state_grid(unit="")).records
    assert record.unit == ""
    assert [f.id for f in record.findings if f.severity is Severity.BLOCKING] == ["unit-missing"]


def southern(total: str = "1550.00", peak_total: str = "600.00") -> Document:
    """A 南方电网 notice: billed quantity differs from the reading by the 尖峰调整; items (1) to (8) add up to the amount due."""
    c = Canvas(width=842, height=900)
    c.text(300, 10, "样例南方电网公司 电费通知单", 14)
    for y, label, value in ((40, "用户编号：", "0800130199"), (55, "结算户号：", "8000000001"), (70, "结算户名：", BUYER)):
        c.text(40, y, label)
        c.text(100, y, value)
    for y, label, value in ((150, "用电开始时间：", "20240501"), (165, "用电结束时间：", "20240531")):
        c.text(300, y, label)
        c.text(400, y, value)
    header = ["表计资产编号", "示数类型", "上次表示数", "本次表示数", "倍率"]
    header += [f"{name}\n(千瓦时)" for name in ("抄见电量", "换表电量", "退补电量", "变/线损电量", "尖峰调整电量", "合计电量")]
    meter = "03011SG0000001"
    rows = [
        header,
        [meter, "尖", "1.00", "1.05", "4000", "200.00", "0.00", "0.00", "0.00", "-200.00", "0.00"],
        [meter, "峰", "1.00", "1.10", "4000", "400.00", "0.00", "0.00", "0.00", "200.00", peak_total],
        [meter, "平", "3.00", "3.225", "4000", "900.00", "0.00", "0.00", "0.00", "", "900.00"],
        [meter, "谷", "3.00", "3.20", "4000", "800.00", "0.00", "0.00", "0.00", "", "800.00"],
        [meter, "无功总", "2.00", "2.125", "4000", "500.00", "0.00", "0.00", "0.00", "", "500.00"],
    ]
    c.grid([5, 90, 150, 215, 280, 330, 420, 500, 580, 660, 750, 838], [200, 228, *[246 + 18 * i for i in range(5)]], rows, 7)
    items = [["类别", "项目", "电量\n(千瓦时)", "电价\n(元/千瓦时)", "金额\n(元)"]]
    items += [["大工业", n, q, "0.5", a] for n, q, a in (("(1)尖", "0.00", "0.00"), ("(2)峰", "600.00", "700.00"), ("(3)平", "900.00", "600.00"), ("(4)谷", "800.00", "200.00"))]
    c.grid([5, 200, 355, 510, 675, 838], [440, 460, 478, 496, 514, 532], items, 7)
    c.grid([5, 200, 275, 355, 510, 675, 838], [532, 556, 574], [["功率因数标准", "功率因数", "(5)调整电费\n(元)", "基金及附加费单价", "(6)基金及附加费\n(元)", "(7)退补电费\n(元)"], ["0.85", "0.85", "-10.00", "0.0276", "60.00", "0.00"]], 7)
    c.grid([5, 200, 510, 838], [574, 598, 616], [["计费容量\n(千伏安)", "容(需)量电费单价", "(8)容(需)量电费\n(元)"], ["0.00", "0.00", "0.00"]], 7)
    c.text(30, 630, "应收电费合计（大写）：")
    c.text(135, 630, "壹仟伍佰伍拾圆整")
    c.text(610, 630, "应收电费合计（小写）：")
    c.text(740, 630, total)
    return document(c.page())


def test_billed_quantity_is_after_the_peak_adjustment() -> None:
    extraction = read(southern())
    (record,) = extraction.records
    assert (record.quantity, record.unit, record.account_number) == ("2300", "kWh", "0800130199")
    assert (record.period_start, record.period_end) == ("2024-05-01", "2024-05-31")
    assert ids(extraction, Severity.BLOCKING) == []


def test_items_that_do_not_add_up_to_the_amount_due_block() -> None:
    extraction = read(southern(total="1600.00"))
    assert {"bill-sum", "amount-in-words"} <= set(ids(extraction, Severity.BLOCKING))
    assert all(r.needs_review for r in extraction.records)


def test_parts_that_do_not_give_the_total_of_a_row_block() -> None:
    assert "settled-sum" in ids(read(southern(peak_total="400.00")), Severity.BLOCKING)


def pairs(title: str, *rows: tuple[str, ...]) -> Document:
    """A form of labels and values in two columns."""
    c = Canvas(width=595, height=842)
    c.text(200, 30, title, 16)
    for i, row in enumerate(rows):
        for k, text in enumerate(row):
            c.text(40 + 270 * k, 70 + 18 * i, text)
    return document(c.page())


@pytest.mark.parametrize(
    ("title", "rows", "kind", "record"),
    [
        (
            "2025年3月电费账单",
            [("户号：3200001234567",), ("总电量：123456 kWh",)],
            "grid_bill",
            ("electricity", "purchased", "123456", "kWh", "2025-03-01", "2025-03-31"),
        ),
        (
            "电费结算单",
            [("户号：3200001234567", "结算月份：202503"), ("结算电量（兆瓦时）：123.456",)],
            "grid_bill",
            ("electricity", "purchased", "123456", "kWh", "2025-03-01", "2025-03-31"),
        ),
        (
            "样例供电公司 上网电费账单",
            [("发电户号：3200009876543", "项目类型：分布式光伏"), ("账期：2025年03月",), ("上网电量：8,765 千瓦时",)],
            "feed_in_bill",
            ("pv_generation", "exported", "8765", "kWh", "2025-03-01", "2025-03-31"),
        ),
        (
            "天然气用气结算单",
            [("用户编号：G0012345",), ("结算周期：2025年3月1日至2025年3月31日",), ("本期用气量：12,345 m³",)],
            "gas_bill",
            ("natural_gas", "purchased", "12345", "m3", "2025-03-01", "2025-03-31"),
        ),
        (
            "绿色电力交易结算单",
            [("购电方：江州云帆公司", "户号：3200001234567"), ("结算月份：2025年3月",), ("结算电量：1,250.5 MWh",)],
            "green_power_settlement",
            ("green_power", "purchased", "1250500", "kWh", "2025-03-01", "2025-03-31"),
        ),
    ],
)
def test_forms(title: str, rows: list[tuple[str, ...]], kind: str, record: tuple[str, ...]) -> None:
    extraction = read(pairs(title, *rows))
    assert extraction.kind.value == kind
    (found,) = extraction.records
    assert (found.carrier.value, found.direction.value, found.quantity, found.unit, found.period_start, found.period_end) == record


def test_a_quantity_said_once_is_not_accepted_unseen() -> None:
    (record,) = read(pairs("2025年3月电费账单", ("户号：3200001234567",), ("总电量：123456 kWh",))).records
    assert record.confidence is Confidence.B
    assert record.needs_review


def test_two_totals_that_differ_block() -> None:
    extraction = read(pairs("2025年3月电费账单", ("户号：3200001234567",), ("本期电量：1000 kWh", "结算电量：1100 kWh")))
    assert "quantity-conflict" in ids(extraction, Severity.BLOCKING)


def test_certificates_count_a_thousand_kwh_each_and_only_when_redeemed() -> None:
    rows = [("电量生产年月：2025年1月",), ("证书数量：500张",), ("买方：江州云帆公司",)]
    redeemed = read(pairs("绿色电力证书", *rows, ("证书状态：已核销",)))
    moved = read(pairs("绿色电力证书", *rows, ("证书状态：已划转",)))
    (record,) = redeemed.records
    assert (record.carrier, record.quantity, record.unit, record.raw_quantity, record.raw_unit) == ("green_certificate", "500000", "kWh", "500", "张")
    assert record.findings == ()
    assert [f.id for f in moved.records[0].findings] == ["certificate-status"]


STEAM = [
    ["结算月份", "上期读数", "本期读数", "蒸汽用量(t)", "绝对压力(MPa)", "温度(℃)", "单价(元/t)", "金额(元)"],
    ["2025-01", "100.0", "300.5", "200.5", "0.80", "170.4", "226.00", "45313.00"],
    ["2025-02", "300.5", "450.0", "149.5", "0.80", "170.4", "226.00", "33787.00"],
    ["合计", "", "", "350", "", "", "", "79100.00"],
]


def steam(rows: list[list[str]]) -> Document:
    return tables(table("表1", rows), media=Media.DOCX, paragraphs=("蒸汽结算单", "用汽单位：江州云帆公司", "用户编号：RL000123"))


def test_a_settlement_of_months_gives_one_record_a_month() -> None:
    extraction = read(steam(STEAM))
    assert extraction.kind is DocumentKind.HEAT_SETTLEMENT
    assert [(r.quantity, r.unit, r.period_start, r.period_end) for r in extraction.records] == [
        ("200.5", "t", "2025-01-01", "2025-01-31"),
        ("149.5", "t", "2025-02-01", "2025-02-28"),
    ]
    assert all(not r.needs_review for r in extraction.records)
    assert dict(extraction.records[0].params) == {
        "pressure_mpa": "0.80",
        "pressure_basis": "absolute",
        "temperature_c": "170.4",
        "opening": "100.0",
        "closing": "300.5",
    }


def test_months_that_do_not_add_up_to_the_total_row_block() -> None:
    rows = [list(r) for r in STEAM]
    rows[3][3] = "360"
    extraction = read(steam(rows))
    assert "control-total" in ids(extraction, Severity.BLOCKING)
    assert all(r.needs_review for r in extraction.records)


def test_values_that_run_together_in_one_paragraph_are_separated() -> None:
    doc = tables(media=Media.DOCX, paragraphs=("天然气用气结算单", "用户名称：江州云帆公司    用户编号：G0012345", "结算周期：2025年3月  本期用气量：120 标方"))
    found = {f.name: f.value for f in read(doc).fields}
    assert found["buyer_name"] == "江州云帆公司"
    assert found["account_number"] == "G0012345"


def two_meters(printed: str) -> Document:
    """A bill without rules: two meters, each with its bands, and an hourly price list on the second page."""
    c = Canvas(width=595, height=842)
    c.text(200, 30, "江州供电局 电费清单", 16)
    c.text(40, 60, "客户编号：0312345678")
    c.text(40, 78, "抄表周期：2025.03.01-2025.03.31")
    c.text(300, 78, f"结算电量(千瓦时)：{printed}")
    columns = (40, 130, 200, 270, 340, 390, 460, 520)
    rows = [("电能表编号", "示数类型", "上期示数", "本期示数", "倍率", "抄见电量", "加减电量", "结算电量")]
    rows += [("A000000001", "有功(总)", "100", "110", "1000", "10000", "0", "10000"), ("", "峰", "50", "56", "1000", "6000", "0", "6000"), ("", "谷", "50", "54", "1000", "4000", "0", "4000")]
    rows += [("A000000002", "有功(总)", "200", "205", "1000", "5000", "0", "5000"), ("", "峰", "100", "103", "1000", "3000", "0", "3000"), ("", "谷", "100", "102", "1000", "2000", "0", "2000")]
    for i, row in enumerate(rows):
        for x, text in zip(columns, row, strict=True):
            c.text(x, 110 + 15 * i, text)
    hourly = Canvas(width=595, height=842, number=2)
    hourly.text(200, 30, "分时直接交易价格", 14)
    for x, text in ((40, "时段"), (150, "电量"), (260, "电价")):
        hourly.text(x, 60, text)
    for h in range(24):
        for x, text in ((40, f"{h}:00-{h + 1}:00"), (150, "625"), (260, "0.41")):
            hourly.text(x, 76 + 14 * h, text)
    return document(c.page(), hourly.page())


def test_two_meters_add_up_to_the_printed_total() -> None:
    (record,) = read(two_meters("15,000")).records
    assert (record.quantity, record.needs_review) == ("15000", False)


def test_our_own_sum_over_meters_is_not_accepted_unseen() -> None:
    (record,) = read(two_meters("")).records
    assert record.quantity == "15000"
    assert record.needs_review


def test_a_label_inside_a_printed_formula_is_an_operand() -> None:
    """平均电价=应收电费合计/总合计电量 does not make the number of the next note a quantity."""
    c = Canvas(width=595, height=842)
    c.text(40, 60, "2.总合计电量=(峰合计电量+尖合计电量)。")
    c.text(40, 100, "4.平均电价=应收电费合计/总合计电量。")
    c.text(300, 100, "5.上网环节线损费用单列")
    c.text(40, 140, "总合计电量")
    c.text(120, 140, "2300")
    hits = find_labels(lay_out(c.page()), {"总合计电量": "quantity", "应收电费合计": "total"})
    assert [(h.label, round(h.cy) > 130) for h in hits] == [("总合计电量", True)]
