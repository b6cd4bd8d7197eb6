"""Second family: rarer habits, each a small departure that a reader fitted to the first family has not seen."""

from __future__ import annotations

import io
import random
from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from evals.layouts.bills import Metered, fees, period_of, plain
from evals.layouts.canvas import Paper, table
from evals.layouts.invoice import Invoice, make_invoice
from evals.layouts.values import account, capitals, cents, company, quantity

FULL = str.maketrans("0123456789.:-", "０１２３４５６７８９．：－")


def draw_odd_invoice(rng: random.Random) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    """Columns in another order, extra columns, texts set wide, names centred over several lines, parties below one another."""
    invoice = make_invoice(rng, scenario=rng.choice(("metered", "metered", "goods", "fuel", "exempt")))
    traits = []
    columns = [("item", "项目名称", 0.26, "left"), ("spec", "规格型号", 0.1, "left"), ("unit", "单位", 0.07, "centre"), ("qty", "数量", 0.11, "right"), ("price", "单价", 0.13, "right"), ("amount", "金额", 0.11, "right"), ("rate", "税率/征收率", 0.1, "centre"), ("tax", "税额", 0.1, "right")]
    if rng.random() < 0.35:
        columns.insert(0, ("order", "序号", 0.05, "centre"))
        traits.append("order")
    if rng.random() < 0.25:
        columns.append(("gross", "含税金额", 0.11, "right"))
        traits.append("gross")
    if rng.random() < 0.25:
        i, j = [n for n, c in enumerate(columns) if c[0] in ("qty", "unit")]
        columns[i], columns[j] = columns[j], columns[i]
        traits.append("unit-behind")
    size = rng.choice((7.0, 8.0))
    wide = rng.random() < 0.2
    paper = Paper(620.0, 480.0 + 20 * len(invoice.lines), digits=rng.choice(("", "Helvetica")))
    paper.text(310, 34, "电子发票（普通发票）", 15, align="centre")
    full = rng.random() < 0.15
    number = invoice.number.translate(FULL) if full else invoice.number
    paper.text(380, 30 + size, f"发票号码：{number}", size)
    paper.text(380, 46 + size, f"开票日期：{invoice.issued:%Y年%m月%d日}", size)
    y = 78.0
    below = rng.random() < 0.3
    traits += ["full-width"] * full + ["wide"] * wide + ["parties-below"] * below
    for n, (word, party) in enumerate((("购买方信息", invoice.buyer), ("销售方信息", invoice.seller))):
        x = 24.0 if below or n == 0 else 316.0
        at = y + (48.0 * n if below else 0.0)
        paper.text(x, at, word, size)
        name = (" ".join(party.name) if wide else party.name) if rng.random() < 0.5 else party.name
        room = 560.0 if below else 220.0
        lines = paper.wrapped(f"名称：{name}", size, room)
        for j, text in enumerate(lines):
            paper.text(x + 60, at + j * (size + 2), text, size)
        paper.text(x + 60, at + len(lines) * (size + 2) + 4, f"统一社会信用代码/纳税人识别号：{party.tax_id}", size * 0.85)
    y += 110.0 if below else 64.0
    xs = [22.0]
    total = sum(c[2] for c in columns)
    for column in columns:
        xs.append(xs[-1] + column[2] / total * 576.0)
    rows = [[c[1] for c in columns]]
    for order, line in enumerate(invoice.lines, 1):
        tax = Decimal(line.tax) if line.tax not in ("", "***") else Decimal(0)
        extra = {"order": str(order), "gross": f"{Decimal(line.amount) + tax:.2f}"}
        rows.append([extra.get(c[0]) or str(getattr(line, c[0], "")) for c in columns])
    sums = {"amount": f"¥{invoice.amount:.2f}", "tax": f"¥{invoice.tax:.2f}" if invoice.tax is not None else "***", "item": "合计"}
    rows.append([sums.get(c[0], "") for c in columns])
    ruled = rng.random() < 0.6
    y = table(paper, y, xs, rows, size=size * 0.9, ruled=ruled, aligns=[c[3] for c in columns], step=17)
    paper.text(30, y + 14, "价税合计（大写）", size)
    paper.text(150, y + 14, capitals(invoice.total), size)
    paper.text(420, y + 14, f"（小写）¥{invoice.total:.2f}", size)
    for j, text in enumerate(paper.wrapped(f"备注：{invoice.remark}".replace("\n", " "), size, 540)):
        paper.text(30, y + 36 + j * (size + 3), text, size)
    paper.text(30, y + 80, "开票人：某某", size)
    return paper.bytes(), invoice.truth(), (*invoice.traits, *traits)


def draw_accounts(rng: random.Random) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    """Several accounts in one remark: the quantity belongs to none of them alone."""
    from evals.layouts.invoice_pdf import draw_digital

    invoice = make_invoice(rng, scenario="metered")
    digits = rng.choice((10, 13))
    numbers = [account(rng, digits) for _ in range(rng.randint(2, 3))]
    words = rng.choice((f"户号：{'、'.join(numbers)}", "；".join(f"户号{n}" for n in numbers), f"用户编号:{'/'.join(numbers)}"))
    start = invoice.issued.replace(day=1) - timedelta(days=1)
    energy = [{**invoice.energy[0], "account_number": None, "several_accounts": True, "period": f"{start.replace(day=1)}/{start}"}]
    energy[0].pop("period_unsettled", None)
    changed = replace(invoice, remark=f"{words}；用电期间：{start.replace(day=1)}至{start}", energy=tuple(energy))
    return draw_digital(rng, changed), changed.truth(), ("accounts",)


def draw_two_invoices(rng: random.Random) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    """Two invoices in one file, a page each: both are read, and nothing of the one is mixed into the other."""
    from evals.layouts.invoice_pdf import _page, look

    first, second = make_invoice(rng, most_lines=5), make_invoice(rng, most_lines=5)
    style = look(rng, first)
    style = replace(style, qr=False, columns=look(rng, replace(first, lines=(*first.lines, *second.lines))).columns)
    paper = Paper(style.width, 520.0, digits=style.digits)
    for n, invoice in enumerate((first, second)):
        if n:
            paper.page()
        _page(rng, paper, style, invoice, list(invoice.lines), 0, 1)
    return paper.bytes(), {"papers": [first.truth(), second.truth()]}, ("two",)


def draw_toll(rng: random.Random) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    """通行费: vehicle, kind and days in place of quantity and price."""
    invoice: Invoice = make_invoice(rng, scenario="goods")
    amount = Decimal(rng.randint(500, 90_000)) / 100
    tax = cents(amount * Decimal("0.03"))
    width, size, left = rng.choice((595.28, 610.0, 700.0)), rng.choice((7.0, 7.5, 8.0)), rng.choice((16.0, 24.0, 36.0))
    middle = width / 2
    paper = Paper(width, rng.choice((396.85, 842.0)), digits=rng.choice(("", "Helvetica")))
    paper.text(middle, 34, rng.choice(("电子发票（普通发票）", "电子发票（增值税专用发票）")), 15, align="centre")
    paper.text(left + 60, 30, "通行费", 9)
    paper.text(width - 175, 40, f"发票号码：{invoice.number}", size)
    paper.text(width - 175, 54, f"开票日期：{invoice.issued:%Y年%m月%d日}", size)
    upright = rng.random() < 0.6
    for x, word, party in ((left, "购买方信息", invoice.buyer), (middle, "销售方信息", invoice.seller)):
        if upright:
            paper.column(x, 76, word, size, 11)
        else:
            paper.text(x, 68, word, size)
        for j, text in enumerate(paper.wrapped(f"名称：{party.name}", size, middle - left - 24)):
            paper.text(x + 16, 80 + j * 10, text, size)
        paper.text(x + 16, 122, f"{rng.choice(('统一社会信用代码/纳税人识别号', '纳税人识别号'))}：{party.tax_id}", size)
    start = invoice.issued - timedelta(days=9)
    shares = (0.0, 0.234, 0.351, 0.432, 0.559, 0.685, 0.793, 0.883, 1.0)
    xs = [left + s * (width - 2 * left) for s in shares]
    rows = [["项目名称", "车牌号", rng.choice(("类型", "车辆类型")), "通行日期起", "通行日期止", "金额", rng.choice(("税率/征收率", "税率")), "税额"], [rng.choice(("*经营租赁*代收通行费", "*经营租赁*通行费")), "苏B12345", "货车", f"{start:%Y%m%d}", f"{start:%Y%m%d}", f"{amount:.2f}", "3%", f"{tax:.2f}"], ["合计", "", "", "", "", f"¥{amount:.2f}", "", f"¥{tax:.2f}"]]
    y = table(paper, 136, xs, rows, size=size * 0.95, ruled=rng.random() < 0.5)
    paper.text(left + 10, y + 14, f"价税合计（大写） {capitals(amount + tax)}", size)
    paper.text(middle + 100, y + 14, f"（小写）¥{amount + tax:.2f}", size)
    truth = invoice.truth() | {"total_amount": f"{amount:.2f}", "total_tax": f"{tax:.2f}", "total_with_tax": f"{amount + tax:.2f}", "energy": []}
    truth.pop("lines")
    return paper.bytes(), truth, ("toll",)


def draw_stacked_bill(rng: random.Random) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    """Labels over their values, a meter table with a head of two rows, readings per meter, fees on the next page."""
    m = Metered(rng)
    m.loss = m.back = Decimal(0)
    m.settled = m.read
    start, end = period_of(rng)
    items = fees(rng, start, m.settled)
    money = f"{sum((Decimal(r[3]) for r in items if '其中' not in r[0]), Decimal(0)):.2f}"
    number, holder = account(rng, 13), company(rng)
    paper = Paper(595.0, 842.0)
    size = rng.choice((8.0, 9.0))
    paper.text(297, 46, f"{start.year}年{start.month}月电费账单", 15, align="centre")
    pairs = [("户号", number), ("户名", holder), ("抄表周期", f"{start:%Y.%m.%d}-{end:%Y.%m.%d}"), ("本期电量", f"{plain(m.settled)}千瓦时"), ("本期电费", f"{money}元")]
    xs = [30.0, 125.0, 300.0, 415.0, 490.0, 570.0]
    y = table(paper, 70, xs, [[a for a, _ in pairs], [b for _, b in pairs]], size=size, ruled=rng.random() < 0.7)
    head = [["表号", "示数类型", "示数", "", "倍率", "抄见电量"], ["", "", "上次", "本次", "", "千瓦时"]]
    rows = [[m.number if n == 0 else "", name, f"{a:.2f}", f"{b:.2f}", str(m.multiplier), plain(v)] for n, (name, a, b, v) in enumerate([("总", m.opening, m.closing, m.read), *m.bands])]
    columns = [30.0, 150.0, 230.0, 310.0, 390.0, 450.0, 570.0]
    y = table(paper, y + 20, columns, [*head, *rows], size=size * 0.9, aligns=["left", "left", *["right"] * 4])
    if rng.random() < 0.5:
        paper.page()
        y = 40.0
    table(paper, y + 20, [30.0, 240.0, 350.0, 460.0, 570.0], [["项目", "电量", "电价", "电费"], *[list(r) for r in items], ["合计", "", "", money]], size=size, ruled=rng.random() < 0.5, aligns=["left", "right", "right", "right"])
    energy = {"type": "electricity", "quantity": plain(m.settled), "unit": "kWh", "period": f"{start}/{end}", "account_number": number, "direction": "purchased"}
    return paper.bytes(), {"energy": [energy], "total_with_tax": money, "buyer_name": holder}, ("stacked",)


def draw_odd_ledger(rng: random.Random) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    """Serial dates, units inside cells, total and sub-meters, hidden rows, quarters, head groups by workshop."""
    from openpyxl import Workbook

    book = Workbook()
    sheet: Any = book.active
    year = rng.randint(2022, 2025)
    shape = rng.choice(("serial", "unit-in-cell", "sub-meters", "quarters", "hidden", "workshops", "kilo"))
    energy: list[dict[str, Any]] = []
    unit = rng.choice(("kWh", "千瓦时"))

    def month(m: int) -> str:
        return f"{year}-{m:02d}-01/{year}-{m:02d}-{monthrange(year, m)[1]}"

    def add(m: int, text: str, of: str = unit) -> None:
        energy.append({"type": "electricity", "quantity": text, "unit": of, "period": month(m)})

    sheet.append([rng.choice((f"{year}年用电统计台账", f"{year}年度电力消耗记录表", f"用电量月报（{year}年）"))])
    if rng.random() < 0.3:
        sheet.append([])
    said, when = rng.choice(("用电量", "电量", "耗电量", "市电用量")), rng.choice(("月份", "统计月份", "年月"))
    if shape == "sub-meters":
        sheet.append([when, rng.choice(("计量点", "表计名称", "回路名称")), f"{said}（{unit}）"])
        for m in range(1, 7):
            a, b = int(quantity(rng, 100, 900, 0)), int(quantity(rng, 100, 900, 0))
            for name, used in (("总表", a + b), ("一车间", a), ("二车间", b)):
                sheet.append([f"{year}年{m}月", name, used])
            add(m, str(a + b))
        return _bytes(book), {"energy": energy, "sub_meters": True}, (shape,)
    if shape == "workshops":
        sheet.append([when, "一车间", "", "二车间", ""])
        top = sheet.max_row
        sheet.append(["", f"{said}（{unit}）", "电费（元）", f"{said}（{unit}）", "电费（元）"])
        for cells in (f"A{top}:A{top + 1}", f"B{top}:C{top}", f"D{top}:E{top}"):
            sheet.merge_cells(cells)
    else:
        sheet.append([when, f"{said}{rng.choice(('（', '('))}{'万kWh' if shape == 'kilo' else unit}）", "备注"])
    quarter = 0
    for m in range(1, 13):
        text = quantity(rng, 100, 9000, 0)
        if shape == "workshops":
            other = quantity(rng, 100, 9000, 0)
            sheet.append([f"{m}月", int(text), float(text) * 0.6, int(other), float(other) * 0.6])
            add(m, text)
            add(m, other)
        elif shape == "serial":
            sheet.append([(date(year, m, 1) - date(1899, 12, 30)).days, int(text), ""])
            add(m, text)
        elif shape == "unit-in-cell":
            sheet.append([f"{year}年{m}月", f"{text}{unit}" if m % 3 == 0 else int(text), ""])
            add(m, text)
        elif shape == "kilo":
            value = f"{Decimal(text) / 10000:.4f}"
            sheet.append([f"{year}年{m}月", float(value), ""])
            add(m, value, "万kWh")
        else:
            sheet.append([f"{year}年{m}月", int(text), ""])
            add(m, text)
        quarter += int(text)
        if shape == "quarters" and m % 3 == 0:
            sheet.append([f"{'一二三四'[m // 3 - 1]}季度小计", quarter, ""])
            quarter = 0
        if shape == "hidden" and m in (4, 5):
            sheet.row_dimensions[sheet.max_row].hidden = True
    return _bytes(book), {"energy": energy}, (shape,)


def _bytes(book: Any) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()

