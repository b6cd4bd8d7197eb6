"""The page of a digital invoice (数电票): 210 × 140 mm, no rules between the line columns.

Values carry the names of the OFD CustomTag; the labels 购买方信息 and 销售方信息 stand upright, one character a line, beside
the values; column titles have spaces inside (数    量); numbers are set flush right and overshoot their title.
"""

from __future__ import annotations

from app.demo.invoice import CLERK, Invoice
from app.demo.sheet import GREY, INVOICE_SIZE, MAROON, SEAL_RED, SPECIMEN, Align, Ellipse, QrCode, Sheet, wrap

LEFT, RIGHT = 12.8, 583.0
TOP, HEAD, SUM_ROW, TOTAL, BOTTOM = 85.0, 147.0, 272.0, 295.0, 352.0
LINE_STEP = 11.0
ITEM_WIDTH = 104.0
SIZE = 9.0
_L, _C, _R = Align.LEFT, Align.CENTRE, Align.RIGHT


def invoice_sheet(invoice: Invoice) -> Sheet:
    """The one page of ``invoice``; at most eight printed rows of lines fit."""
    sheet = Sheet(*INVOICE_SIZE)
    sheet.items.append(QrCode(x=18, y=17, side=58, content=invoice.qr))
    _title(sheet, invoice)
    _frame(sheet)
    _parties(sheet, invoice)
    _lines(sheet, invoice)
    _totals(sheet, invoice)
    for number, text in enumerate(_remark_lines(invoice)):
        sheet.text(31.5, 305 + number * 10.5, text, size=SIZE, tag="Note", part=0)
    sheet.text(55, 376, "开票人：", size=SIZE, colour=MAROON)
    sheet.text(91, 376, CLERK, size=SIZE, tag="InvoiceClerk")
    sheet.text(RIGHT, 376, SPECIMEN, size=8, colour=GREY, align=_R)
    return sheet


def _title(sheet: Sheet, invoice: Invoice) -> None:
    if invoice.tag:
        sheet.text(84, 30, invoice.tag, size=12, colour=MAROON)
    sheet.text(289, 39, invoice.title, size=20, colour=MAROON, align=_C)
    for y in (50.5, 53.5):
        sheet.stroke(186, y, 392, y, colour=MAROON)
    sheet.items.append(Ellipse(x0=250, y0=44, x1=328, y1=82))
    sheet.text(289, 63, "演示样例", size=8, colour=SEAL_RED, align=_C)
    sheet.text(289, 73, "示范区税务演示章", size=5.5, colour=SEAL_RED, align=_C)
    sheet.text(438, 40, "发票号码：", size=SIZE, colour=MAROON)
    sheet.text(482, 40, invoice.number, size=SIZE, tag="InvoiceNo")
    sheet.text(438, 57, "开票日期：", size=SIZE, colour=MAROON)
    sheet.text(482, 57, invoice.issued_text, size=SIZE, tag="IssueDate")


def _frame(sheet: Sheet) -> None:
    sheet.box(LEFT, TOP, RIGHT, BOTTOM, colour=MAROON)
    for y in (HEAD, SUM_ROW, TOTAL):
        sheet.stroke(LEFT, y, RIGHT, y, colour=MAROON)
    for x, y0, y1 in ((30, TOP, HEAD), (298, TOP, HEAD), (315, TOP, HEAD), (160, SUM_ROW, TOTAL), (30, TOTAL, BOTTOM)):
        sheet.stroke(x, y0, x, y1, colour=MAROON)
    for x, label in ((17, "购买方信息"), (302, "销售方信息")):
        for number, char in enumerate(label):
            sheet.text(x, 97 + number * 11.2, char, size=SIZE, colour=MAROON)
    for number, char in enumerate("备注"):
        sheet.text(17, 318 + number * 17, char, size=SIZE, colour=MAROON)
    for number, char in enumerate("下载次数：1"):
        sheet.text(RIGHT + 2, 94 + number * 8, char, size=7, colour=GREY)
    for x, title, align in (
        (63, "项目名称", _C), (137, "规格型号", _C), (203, "单    位", _C), (290, "数    量", _R), (361, "单    价", _R),
        (433, "金    额", _R), (471, "税率/征收率", _C), (578, "税    额", _R),
    ):  # fmt: skip
        sheet.text(x, 158, title, size=SIZE, colour=MAROON, align=align)


def _parties(sheet: Sheet, invoice: Invoice) -> None:
    for x, role, party in ((33, "Buyer", invoice.buyer), (318, "Seller", invoice.seller)):
        sheet.text(x, 103, "名称：", size=SIZE, colour=MAROON)
        sheet.text(x + 27, 103, party.name, size=SIZE, tag=f"{role}/{role}Name")
        sheet.text(x, 133, "统一社会信用代码/纳税人识别号：", size=8, colour=MAROON)
        sheet.text(x + 122, 133, party.tax_id, size=11, tag=f"{role}/{role}TaxID")


def _lines(sheet: Sheet, invoice: Invoice) -> None:
    y = 169.0
    for part, row in enumerate(invoice.lines):
        wrapped = wrap(row.item, SIZE, ITEM_WIDTH)
        for number, text in enumerate(wrapped):
            sheet.text(LEFT + 0.5, y + number * LINE_STEP, text, size=SIZE, tag="Item", part=part)
        for x, text, align, tag in (
            (119, row.spec, _L, "Specification"), (203, row.unit, _C, "MeasurementDimension"),
            (290, row.quantity, _R, "Quantity"), (362, row.price, _R, "Price"), (434, str(row.amount), _R, "Amount"),
            (471, row.rate_text, _C, "TaxScheme"), (RIGHT - 0.5, row.tax_text, _R, "TaxAmount"),
        ):  # fmt: skip
            sheet.text(x, y, text, size=SIZE, align=align, tag=tag, part=part)
        y += len(wrapped) * LINE_STEP


def _totals(sheet: Sheet, invoice: Invoice) -> None:
    sheet.text(68, 268, "合          计", size=SIZE, colour=MAROON, align=_C)
    for x, text, tag in (
        (434, str(invoice.net), "TaxExclusiveTotalAmount"), (RIGHT - 0.5, invoice.tax_text, "TaxTotalAmount")
    ):  # fmt: skip
        sheet.text(x - 0.53 * SIZE * len(text) - 0.5, 268, "¥", size=SIZE, align=_R, tag=tag)
        sheet.text(x, 268, text, size=SIZE, align=_R, tag=tag)
    sheet.text(83, 286.5, "价税合计（大写）", size=SIZE, colour=MAROON, align=_C)
    sheet.items.append(Ellipse(x0=166, y0=277.5, x1=177, y1=288.5, width=0.8, colour=(0, 0, 0)))
    for y0, y1 in ((279, 287), (287, 279)):
        sheet.stroke(167.6, y0, 175.4, y1, width=0.8)
    sheet.text(179, 286.5, invoice.words, size=SIZE, tag="TaxInclusiveTotalAmountWords")
    sheet.text(412, 286.5, "（小写）", size=SIZE, colour=MAROON)
    sheet.text(445, 286.5, "¥", size=10, tag="TaxInclusiveTotalAmount")
    sheet.text(452, 286.5, str(invoice.gross), size=10, tag="TaxInclusiveTotalAmount")


def _remark_lines(invoice: Invoice) -> list[str]:
    paragraphs = ([f"被红冲蓝字数电票号码：{invoice.blue_number}"] if invoice.blue_number else []) + (
        invoice.remark.split("\n") if invoice.remark else []
    )
    return [part for p in paragraphs for part in wrap(p, SIZE, 545)][:4]
