"""Invoices on paper: the digital layout, the older electronic one and browser prints, each with its sizes and habits drawn by lot."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from evals.layouts.canvas import Paper, qr_picture
from evals.layouts.goods import Line
from evals.layouts.invoice import Invoice
from evals.layouts.values import capitals

Factory = Callable[..., Paper]
SIDES = {"购买方信息": "Buyer", "销售方信息": "Seller"}
FIELDS = {"item": "Item", "spec": "Specification", "unit": "MeasurementDimension", "qty": "Quantity", "price": "Price", "amount": "Amount", "rate": "TaxScheme", "tax": "TaxAmount"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One issuer's habits. ``labels`` by field, ``columns`` as (field, label, share of the width, alignment)."""

    size: float
    width: float
    margin: float
    buyer_left: bool
    marks: str
    colon: str
    rules: bool
    stacked: bool
    thousands: bool
    qr: bool
    seal: bool
    watermark: bool
    bilingual: bool
    split_columns: bool
    columns: tuple[tuple[str, str, float, str], ...]
    per_page: int
    digits: str


def look(rng: random.Random, invoice: Invoice) -> Look:
    lines = invoice.lines
    gap = rng.choice(("", " ", "  ", "　"))
    tax_rate = rng.choice(("税率/征收率", "税率/征收率", "税率", "税 率"))
    columns = [
        ("item", rng.choice(("项目名称", "项目名称", "货物或应税劳务、服务名称", "项 目 名 称")), 0.30, "left"),
        ("spec", rng.choice(("规格型号", "规格 型号")), 0.11, "left"),
        ("unit", rng.choice(("单位", f"单{gap}位")), 0.08, rng.choice(("left", "centre"))),
        ("qty", rng.choice(("数量", f"数{gap}量", f"数{gap}{gap}量")), 0.12, "right"),
        ("price", rng.choice(("单价", f"单{gap}价")), 0.12, "right"),
        ("amount", rng.choice(("金额", f"金{gap}额", f"金{gap}{gap}额")), 0.11, "right"),
        ("rate", tax_rate, 0.09, rng.choice(("right", "centre"))),
        ("tax", rng.choice(("税额", f"税{gap}{gap}额")), 0.10, "right"),
    ]
    for name in ("spec", "price", "qty"):
        used = any(getattr(x, name) for x in lines)
        if not used and rng.random() < 0.4:
            columns = [c for c in columns if c[0] != name]
    return Look(
        size=rng.choice((7.0, 7.5, 8.0, 9.0, 9.5)),
        width=rng.choice((595.28, 595.28, 610.0, 680.0, 842.0)),
        margin=rng.choice((16.0, 20.0, 28.0, 40.0)),
        buyer_left=rng.random() < 0.85,
        marks=rng.choice(("¥", "￥", "¥ ", "￥ ", "")),
        colon=rng.choice(("：", ":", "： ", " : ")),
        rules=rng.random() < 0.6,
        stacked=rng.random() < 0.6,
        thousands=rng.random() < 0.15,
        qr=rng.random() < 0.25,
        seal=rng.random() < 0.35,
        watermark=rng.random() < 0.2,
        bilingual=rng.random() < 0.08,
        split_columns=rng.random() < 0.35,
        columns=tuple(columns),
        per_page=rng.choice((8, 14, 20)) if len(lines) > 8 else 8,
        digits=rng.choice(("", "", "Courier", "Helvetica")),
    )


def money(value: str, style: Look, *, mark: bool = False) -> str:
    if value in ("", "***"):
        return value
    text = f"{Decimal(value):,.2f}" if style.thousands else value
    return (style.marks + text) if mark else text


def draw_digital(rng: random.Random, invoice: Invoice, paper_of: Factory = Paper) -> bytes:
    """数电票: number and date at the right, both parties side by side, lines, totals, remark."""
    style = look(rng, invoice)
    chunks = [invoice.lines[i : i + style.per_page] for i in range(0, len(invoice.lines), style.per_page)]
    height = rng.choice((396.85, 396.85, 420.0, 842.0)) if len(chunks) == 1 and len(chunks[0]) <= 5 else 842.0
    paper = paper_of(style.width, height, digits=style.digits)
    for number, chunk in enumerate(chunks):
        if number:
            paper.page()
        _page(rng, paper, style, invoice, list(chunk), number, len(chunks))
    return paper.bytes()


def _page(rng: random.Random, paper: Paper, style: Look, invoice: Invoice, lines: list[Line], number: int, pages: int) -> None:
    left, right, size = style.margin, style.width - style.margin, style.size
    kind = rng.choice(("电子发票（普通发票）", "电子发票（增值税专用发票）"))
    paper.text(style.width / 2, 34, kind + (" E-INVOICE" if style.bilingual else ""), 15, align="centre")
    if invoice.tag:
        paper.text(left + 60, 30, invoice.tag, size)
    if style.qr and number == 0:
        paper.picture(qr_picture(invoice.qr), left + 2, 8, 46)
    if pages > 1:
        paper.text(right, 16, f"共{pages}页 第{number + 1}页", size, align="right")
    label = "发票号码 Invoice No." if style.bilingual else "发票号码"
    x = right - max(paper.length(f"{label}{style.colon}{invoice.number}", size), 130) - 4
    together = rng.random() < 0.6 and not paper.tagged
    date_label = "开票日期 Date" if style.bilingual else "开票日期"
    issued = rng.choice((f"{invoice.issued:%Y年%m月%d日}", f"{invoice.issued.year}年{invoice.issued.month:02d}月{invoice.issued.day:02d}日", f"{invoice.issued:%Y-%m-%d}"))
    for y, said, value, name in ((26, label, invoice.number, "InvoiceNo"), (26 + size + 7, date_label, issued, "IssueDate")):
        if together:
            paper.text(x, y, f"{said}{style.colon}{value}", size)
        else:
            paper.text(x, y, f"{said}{style.colon}", size)
            paper.text(x + paper.length(f"{said}{style.colon}", size) + rng.choice((1, 3, 6)), y, value, size, name=name)
    y = _parties(rng, paper, style, invoice, 62.0)
    y = _lines(rng, paper, style, invoice, lines, y, number == pages - 1, pages)
    if number < pages - 1:
        return
    y = _closing(rng, paper, style, invoice, y)
    paper.text(left + 30, y + 12, f"开票人{style.colon}某某", size)
    if style.seal:
        paper.slanted(right - 120, 110, "发票专用章 " + invoice.seller.name[:6], 10, 25)
    if style.watermark:
        paper.slanted(style.width * 0.3, y - 60, rng.choice(("仅供报销使用", "已入账", "复印件")), 26, 30)


def _parties(rng: random.Random, paper: Paper, style: Look, invoice: Invoice, top: float) -> float:
    left, right, size = style.margin, style.width - style.margin, style.size
    middle = (left + right) / 2
    sides = [("购买方信息", invoice.buyer), ("销售方信息", invoice.seller)]
    if not style.buyer_left:
        sides.reverse()
    name_label = rng.choice(("名称", "名 称", "名称")) + (" Name" if style.bilingual else "")
    id_label = rng.choice(("统一社会信用代码/纳税人识别号", "统一社会信用代码/纳税人识别号", "纳税人识别号"))
    step = size + 2.5
    tall = 0.0
    texts = []
    for word, party in sides:
        room = middle - left - size * 2 - 12 - paper.length(f"{name_label}{style.colon}", size)
        texts.append((word, party, paper.wrapped(party.name, size, room)))
        tall = max(tall, len(texts[-1][2]) * step + size * 2 + 18)
    bottom = top + max(tall, 5 * (size + 1.5) + 6 if style.stacked else 40)
    for index, (word, party, name_lines) in enumerate(texts):
        x0 = left if index == 0 else middle
        x = x0 + size * 2 + 2
        if style.stacked:
            paper.column(x0 + 3, top + size + 1, word, size * 0.95, (bottom - top - 4) / 5)
        else:
            paper.text(x0 + 3, top + size + 1, word, size * 0.95)
            x = x0 + 3 + paper.length(word, size) + 4
        start = top + size + 3
        paper.text(x, start, f"{name_label}{style.colon}", size)
        at = x + paper.length(f"{name_label}{style.colon}", size) + 1
        room = (middle if index == 0 else right) - at - 3
        name_lines = paper.wrapped(party.name, size, room)
        for j, text in enumerate(name_lines):
            paper.text(at, start + j * step, text, size, name=f"{SIDES[word]}/{SIDES[word]}Name")
        below = start + len(name_lines) * step + 4
        said = f"{id_label}{style.colon}"
        fit = size if paper.length(said + party.tax_id, size) < room + at - x - 4 else size * 0.78
        if paper.tagged:
            paper.text(x, below, said, fit)
            paper.text(x + paper.length(said, fit) + 1, below, party.tax_id, fit, name=f"{SIDES[word]}/{SIDES[word]}TaxID")
        else:
            paper.text(x, below, said + party.tax_id, fit)
        bottom = max(bottom, start + len(name_lines) * step + 4 + size)
    if style.rules:
        paper.box(left, top, right, bottom)
        paper.line(middle, top, middle, bottom)
        if style.stacked:
            paper.line(left + size + 6, top, left + size + 6, bottom)
            paper.line(middle + size + 6, top, middle + size + 6, bottom)
    return bottom


def _lines(rng: random.Random, paper: Paper, style: Look, invoice: Invoice, lines: list[Line], top: float, last: bool, pages: int) -> float:
    left, right, size = style.margin, style.width - style.margin, style.size
    shares = sum(c[2] for c in style.columns)
    xs = [left + 2]
    for column in style.columns:
        xs.append(xs[-1] + column[2] / shares * (right - left - 4))
    y = top + size + 4
    for index, (_, label, _, align) in enumerate(style.columns):
        text = label + (" Amount" if style.bilingual and label.startswith("金") else "")
        x = {"left": xs[index] + 3, "right": xs[index + 1] - 6, "centre": (xs[index] + xs[index + 1]) / 2}[align]
        paper.text(x, y, text, size * (0.85 if len(label) > 5 else 1), align=align)
    step = size + rng.choice((2.5, 4.0, 6.0))
    y += step + 2
    small = size * rng.choice((1.0, 0.95))
    for order, line in enumerate(lines):
        item = paper.wrapped(line.item, small, xs[1] - xs[0] - 6)
        spec_at = next((i for i, c in enumerate(style.columns) if c[0] == "spec"), None)
        spec = paper.wrapped(line.spec, small, xs[spec_at + 1] - xs[spec_at] - 4) if spec_at is not None else []
        for index, (name, _, _, align) in enumerate(style.columns):
            if name in ("item", "spec"):
                continue
            value = getattr(line, name)
            shown = money(value, style) if name in ("amount", "tax") else value
            x = {"left": xs[index] + 3, "right": xs[index + 1] - 4, "centre": (xs[index] + xs[index + 1]) / 2}[align]
            room = xs[index + 1] - xs[index] - 4
            fit = small if paper.length(shown, small) <= room else small * room / paper.length(shown, small)
            paper.text(x, y, shown, fit, align=align, name=f"{FIELDS[name]}#{order}")
        for j in range(max(len(item), len(spec))):
            if j < len(item):
                paper.text(xs[0] + 2, y + j * (small + 1.5), item[j], small, name=f"Item#{order}")
            if j < len(spec) and spec_at is not None:
                paper.text(xs[spec_at] + 3, y + j * (small + 1.5), spec[j], small, name=f"Specification#{order}")
        y += step + (max(len(item), len(spec), 1) - 1) * (small + 1.5)
    y = max(y, top + 70) if pages == 1 else y
    amount_at = next(i for i, c in enumerate(style.columns) if c[0] == "amount")
    tax_at = next(i for i, c in enumerate(style.columns) if c[0] == "tax")
    if pages > 1:
        taxes = [Decimal(x.tax) for x in lines if x.tax not in ("", "***")]
        paper.text(left + 30, y, rng.choice(("小计", "小 计", "本页小计")), size)
        paper.text(xs[amount_at + 1] - 4, y, money(f"{sum(Decimal(x.amount) for x in lines):.2f}", style, mark=True), size, align="right")
        paper.text(xs[tax_at + 1] - 4, y, money(f"{sum(taxes, Decimal(0)):.2f}", style, mark=True), size, align="right")
        y += step
    if last:
        paper.text(left + 30, y, rng.choice(("合计", "合 计", "合    计", "合　　计")), size)
        paper.text(xs[amount_at + 1] - 4, y, money(f"{invoice.amount:.2f}", style, mark=True), size, align="right", name="TaxExclusiveTotalAmount")
        paper.text(xs[tax_at + 1] - 4, y, money(invoice.tax_text, style, mark=invoice.tax is not None), size, align="right", name="TaxTotalAmount")
    if style.rules:
        paper.box(left, top, right, y + 5)
        if style.split_columns:
            for x in xs[1:-1]:
                paper.line(x, top, x, y + 5)
    return y + 5


def _closing(rng: random.Random, paper: Paper, style: Look, invoice: Invoice, top: float) -> float:
    left, right, size = style.margin, style.width - style.margin, style.size
    y = top + size + 5
    paper.text(left + 20, y, rng.choice(("价税合计（大写）", "价税合计(大写)", "价税合计 （大写）")), size)
    sign = rng.choice(("", "⊗", "ⓧ"))
    paper.text(left + 150, y, sign + capitals(invoice.total), size)
    small = rng.choice(("（小写）", "(小写)", "（小写） "))
    x = left + (right - left) * 0.68
    if rng.random() < 0.5 and not paper.tagged:
        paper.text(x, y, small + money(f"{invoice.total:.2f}", style, mark=True), size)
    else:
        paper.text(x, y, small, size)
        paper.text(x + paper.length(small, size) + 2, y, money(f"{invoice.total:.2f}", style, mark=True), size, name="TaxInclusiveTotalAmount")
    bottom = y + 7
    if style.rules:
        paper.box(left, top, right, bottom)
    remark_top = bottom
    tall = 56.0
    x = left + size * 2 + 6
    if style.stacked:
        paper.column(left + 4, remark_top + size + 8, "备注", size, 18)
    else:
        paper.text(left + 4, remark_top + size + 4, "备注" + style.colon, size)
        x = left + 8 + paper.length("备注" + style.colon, size)
    lines = [part for text in invoice.remark.split("\n") for part in paper.wrapped(text, size, right - x - 10)]
    for j, text in enumerate(lines):
        paper.text(x, remark_top + size + 4 + j * (size + 2), text, size, name="Note")
    bottom = remark_top + max(tall, len(lines) * (size + 2) + size + 4)
    if style.rules:
        paper.box(left, remark_top, right, bottom)
        if style.stacked:
            paper.line(left + size + 8, remark_top, left + size + 8, bottom)
    return bottom


def draw_old(rng: random.Random, invoice: Invoice) -> bytes:
    """电子普通发票 of before 2023: code and number apart, cipher area, buyer above the lines, seller below the totals."""
    style = look(rng, invoice)
    width, height, size = 610.0, 396.0 if len(invoice.lines) <= 5 else 640.0, rng.choice((8.0, 9.0))
    paper = Paper(width, height, digits=style.digits)
    left, right = 24.0, width - 24.0
    paper.text(width / 2, 30, f"{rng.choice(('虚江', '临海'))}增值税电子普通发票", 16, align="centre")
    check = " ".join(f"{rng.randrange(10**5):05d}" for _ in range(4))
    for j, (name, value) in enumerate((("发票代码", invoice.code), ("发票号码", invoice.number), ("开票日期", f"{invoice.issued:%Y年%m月%d日}" if rng.random() < 0.5 else f"{invoice.issued:%Y 年 %m 月 %d 日}"), ("校 验 码", check))):
        paper.text(430, 22 + j * (size + 4), f"{name}:", size)
        paper.text(430 + paper.length(f"{name}:", size) + rng.choice((1, 5, 9)), 22 + j * (size + 4), value, size)
    paper.text(left, 62, f"机器编号：{rng.randrange(10**12):012d}", size)
    top, bottom = 76.0, 138.0
    _old_party(rng, paper, invoice.buyer.name, invoice.buyer.tax_id, left, top, size, "购买方", right * 0.56)
    cipher = ["".join(rng.choice("0123456789+-*/<>") for _ in range(27)) for _ in range(4)]
    paper.column(right * 0.6 + 4, top + 16, "密码区", size, 16)
    for j, text in enumerate(cipher):
        paper.text(right * 0.6 + 20, top + 14 + j * 13, text, size)
    paper.box(left, top, right, bottom)
    for x in (left + 16, right * 0.6, right * 0.6 + 16):
        paper.line(x, top, x, bottom)
    y = _lines(rng, paper, _old_style(style, size), invoice, list(invoice.lines), bottom, True, 1)
    total_y = y + size + 4
    paper.text(left + 20, total_y, "价税合计（大写）", size)
    paper.text(left + 130, total_y, "⊗" + capitals(invoice.total), size)
    paper.text(right - 160, total_y, "（小写）" + money(f"{invoice.total:.2f}", style, mark=True), size)
    paper.box(left, y, right, total_y + 6)
    top = total_y + 6
    _old_party(rng, paper, invoice.seller.name, invoice.seller.tax_id, left, top, size, "销售方", right * 0.56)
    paper.column(right * 0.6 + 4, top + 20, "备注", size, 20)
    remark = [part for text in invoice.remark.split("\n") for part in paper.wrapped(text, size * 0.9, right * 0.4 - 40)]
    for j, text in enumerate(remark[:6]):
        paper.text(right * 0.6 + 20, top + 12 + j * (size + 1), text, size * 0.9)
    paper.box(left, top, right, top + 62)
    for x in (left + 16, right * 0.6, right * 0.6 + 16):
        paper.line(x, top, x, top + 62)
    for j, word in enumerate(("收款人", "复核", "开票人", "销售方：（章）")):
        paper.text(left + 20 + j * 130, top + 76, word + ("：某某" if j < 3 else ""), size)
    if style.seal:
        paper.slanted(right * 0.62, top + 50, "发票专用章" + invoice.seller.tax_id, 9, 12)
    return paper.bytes()


def _old_style(style: Look, size: float) -> Look:
    from dataclasses import replace

    return replace(style, size=size, width=610.0, margin=24.0, rules=True, split_columns=True, bilingual=False)


def _old_party(rng: random.Random, paper: Paper, name: str, tax_id: str, left: float, top: float, size: float, word: str, edge: float) -> None:
    paper.column(left + 4, top + 14, word, size, 17)
    x = left + 20
    labels = ("名　　　　称", "纳税人识别号", "地 址、电 话", "开户行及账号")
    for j, label in enumerate(labels):
        y = top + 13 + j * 14
        paper.text(x, y, label + ":", size)
        at = x + paper.length(label + ":", size) + 2
        value = (name, tax_id, "云泽市创新路8号 0510-82660000", "虚江银行云泽支行 6200010203040506")[j]
        fit = min(1.0, (edge - at - 2) / paper.length(value, size))
        paper.text(at, y, value, size * fit)


def draw_browser(rng: random.Random, invoice: Invoice) -> bytes:
    """A page printed from a browser: A4, everything in table cells, labels and values in neighbouring cells."""
    from evals.layouts.canvas import table

    style = look(rng, invoice)
    paper = Paper(595.0, 842.0, digits=style.digits)
    size = rng.choice((7.5, 8.0, 8.5))
    paper.text(20, 20, "2025/3/4 10:22", 7)
    paper.text(300, 20, "电子发票服务平台", 7)
    paper.text(297, 52, "电子发票（普通发票）", 14, align="centre")
    paper.text(380, 70, f"发票号码：{invoice.number}", size)
    paper.text(380, 84, f"开票日期：{invoice.issued:%Y年%m月%d日}", size)
    left, right = 30.0, 565.0
    middle = (left + right) / 2
    y = table(
        paper,
        95,
        [left, middle, right],
        [["购买方信息", "销售方信息"], [f"名称：{invoice.buyer.name}", f"名称：{invoice.seller.name}"], [f"统一社会信用代码/纳税人识别号：{invoice.buyer.tax_id}", f"统一社会信用代码/纳税人识别号：{invoice.seller.tax_id}"]],
        size=size,
    )
    shares = [0.27, 0.11, 0.07, 0.12, 0.13, 0.11, 0.08, 0.11]
    xs = [left]
    for share in shares:
        xs.append(xs[-1] + share * (right - left))
    rows = [["项目名称", "规格型号", "单位", "数量", "单价", "金额", "税率/征收率", "税额"]]
    rows += [[x.item, x.spec, x.unit, x.qty, x.price, money(x.amount, style), x.rate, money(x.tax, style)] for x in invoice.lines]
    rows.append(["合计", "", "", "", "", money(f"{invoice.amount:.2f}", style, mark=True), "", money(invoice.tax_text, style, mark=invoice.tax is not None)])
    y = table(paper, y, xs, rows, size=size * 0.9, aligns=["left", "left", "centre", "right", "right", "right", "centre", "right"])
    y = table(paper, y, [left, left + 110, right - 190, right - 130, right], [["价税合计（大写）", capitals(invoice.total), "（小写）", money(f"{invoice.total:.2f}", style, mark=True)]], size=size)
    table(paper, y, [left, left + 40, right], [["备注", invoice.remark.replace("\n", " ")]], size=size)
    return paper.bytes()
