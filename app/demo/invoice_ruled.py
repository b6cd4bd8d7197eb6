"""The page of an older electronic invoice (增值税电子普通发票): code and number, cipher block, ruled line columns,
buyer above and seller below the lines."""

from __future__ import annotations

from hashlib import sha256

from app.demo.invoice import CLERK, Invoice
from app.demo.parties import Party
from app.demo.sheet import GREY, INVOICE_SIZE, MAROON, SEAL_RED, SPECIMEN, Align, Ellipse, QrCode, Sheet, wrap

LEFT, RIGHT = 23.0, 586.0
TOP, HEAD, TOTAL, SELLER, BOTTOM = 84.0, 144.0, 268.0, 291.0, 346.0
COLUMNS = (23.0, 172.0, 222.0, 256.0, 322.0, 390.0, 470.0, 503.0, 586.0)
SIZE = 9.0
_CIPHER = "0123456789+-*/<>"


def ruled_invoice_sheet(invoice: Invoice) -> Sheet:
    """The one page of ``invoice``, which has a code, an 8-digit number and a check code."""
    sheet = Sheet(*INVOICE_SIZE)
    sheet.items.append(QrCode(x=40, y=9, side=50, content=invoice.qr))
    _header(sheet, invoice)
    _frame(sheet)
    _party(sheet, invoice.buyer, 96, "购买方")
    _cipher(sheet, invoice)
    _lines(sheet, invoice)
    _totals(sheet, invoice)
    _party(sheet, invoice.seller, SELLER + 12, "销售方")
    for number, text in enumerate([t for p in invoice.remark.split("\n") for t in wrap(p, 8, 205)][:5]):
        sheet.text(378, SELLER + 12 + number * 10, text, size=8, tag="Note")
    for x, label, value in ((30, "收 款 人", CLERK), (170, "复    核", CLERK), (300, "开 票 人", CLERK)):
        sheet.text(x, 360, f"{label}：", size=SIZE, colour=MAROON)
        sheet.text(x + 50, 360, value, size=SIZE)
    sheet.text(430, 360, "销 售 方：（章）", size=SIZE, colour=MAROON)
    sheet.text(RIGHT, 384, SPECIMEN, size=8, colour=GREY, align=Align.RIGHT)
    return sheet


def _header(sheet: Sheet, invoice: Invoice) -> None:
    sheet.text(306, 40, f"安徽{invoice.title}", size=19, colour=MAROON, align=Align.CENTRE)
    for y in (53, 56):
        sheet.stroke(197, y, 418, y, colour=MAROON)
    sheet.items.append(Ellipse(x0=266, y0=46, x1=346, y1=80))
    sheet.text(306, 66, "演示样例", size=8, colour=SEAL_RED, align=Align.CENTRE)
    sheet.text(30, 74, "机器编号：", size=SIZE, colour=MAROON)
    sheet.text(75, 74, "990000000099", size=SIZE)
    spaced = " ".join(invoice.check_code[i : i + 5] for i in range(0, 20, 5))
    for y, label, value, tag in (
        (21, "发票代码", invoice.code, "InvoiceCode"), (38, "发票号码", invoice.number, "InvoiceNo"),
        (55, "开票日期", invoice.issued_text, "IssueDate"), (72, "校 验 码", spaced, "InvoiceCheckCode"),
    ):  # fmt: skip
        sheet.text(430, y, f"{label}：", size=SIZE, colour=MAROON)
        sheet.text(476, y, value, size=SIZE, tag=tag)


def _frame(sheet: Sheet) -> None:
    sheet.box(LEFT, TOP, RIGHT, BOTTOM, colour=MAROON)
    for y in (HEAD, TOTAL, SELLER):
        sheet.stroke(LEFT, y, RIGHT, y, colour=MAROON)
    for x in COLUMNS[1:-1]:
        sheet.stroke(x, HEAD, x, TOTAL, colour=MAROON, width=0.4)
    sheet.stroke(COLUMNS[1], TOTAL, COLUMNS[1], SELLER, colour=MAROON)
    for y0, y1 in ((TOP, HEAD), (SELLER, BOTTOM)):
        for x in (42, 348, 366):
            sheet.stroke(x, y0, x, y1, colour=MAROON)
    for x, y, label in (
        (28, 104, "购买方"), (28, SELLER + 18, "销售方"), (352, 104, "密码区"), (352, SELLER + 22, "备注")
    ):  # fmt: skip
        for number, char in enumerate(label):
            sheet.text(x, y + number * 14, char, size=SIZE, colour=MAROON)
    titles = (
        "货物或应税劳务、服务名称", "规格型号", "单 位", "数    量", "单    价", "金    额", "税率", "税    额",
    )  # fmt: skip
    for index, title in enumerate(titles):
        middle = (COLUMNS[index] + COLUMNS[index + 1]) / 2
        sheet.text(middle, 155, title, size=8.5, colour=MAROON, align=Align.CENTRE)


def _party(sheet: Sheet, party: Party, y: float, role: str) -> None:
    pairs = (
        ("名        称", party.name), ("纳税人识别号", party.tax_id),
        ("地 址、电 话", f"{party.address} {party.phone}"), ("开户行及账号", f"{party.bank} {party.bank_account}"),
    )  # fmt: skip
    for number, (label, value) in enumerate(pairs):
        sheet.text(46, y + number * 13.2, f"{label}：", size=8.5, colour=MAROON)
        sheet.text(104, y + number * 13.2, value, size=8, tag=f"{role}{number}")


def _cipher(sheet: Sheet, invoice: Invoice) -> None:
    digest = b"".join(sha256(f"{invoice.code}{invoice.number}{i}".encode()).digest() for i in range(4))
    for row in range(4):
        text = "".join(_CIPHER[b % 16] for b in digest[row * 28 : row * 28 + 28])
        sheet.text(371, 98 + row * 13, text, size=10.5)


def _lines(sheet: Sheet, invoice: Invoice) -> None:
    y = 168.0
    for part, row in enumerate(invoice.lines):
        wrapped = wrap(row.item, SIZE, COLUMNS[1] - COLUMNS[0] - 6)
        for number, text in enumerate(wrapped):
            sheet.text(COLUMNS[0] + 3, y + number * 11, text, size=SIZE, tag="Item", part=part)
        sheet.text(COLUMNS[1] + 2, y, row.spec, size=SIZE, tag="Specification", part=part)
        sheet.text((COLUMNS[2] + COLUMNS[3]) / 2, y, row.unit, size=SIZE, align=Align.CENTRE, part=part)
        for right, text in (
            (COLUMNS[4], row.quantity), (COLUMNS[5], row.price), (COLUMNS[6], str(row.amount)),
            (COLUMNS[7], row.rate_text), (COLUMNS[8], row.tax_text),
        ):  # fmt: skip
            sheet.text(right - 1.5, y, text, size=8 if len(text) > 12 else SIZE, align=Align.RIGHT, part=part)
        y += len(wrapped) * 11


def _totals(sheet: Sheet, invoice: Invoice) -> None:
    sheet.text(97, 264, "合          计", size=SIZE, colour=MAROON, align=Align.CENTRE)
    sheet.text(COLUMNS[6] - 1.5, 264, f"¥{invoice.net}", size=SIZE, align=Align.RIGHT)
    sheet.text(COLUMNS[8] - 1.5, 264, f"¥{invoice.tax_text}", size=SIZE, align=Align.RIGHT)
    sheet.text(97, 283, "价税合计（大写）", size=SIZE, colour=MAROON, align=Align.CENTRE)
    sheet.items.append(Ellipse(x0=180, y0=274, x1=191, y1=285, width=0.8, colour=(0, 0, 0)))
    for y0, y1 in ((275.6, 283.4), (283.4, 275.6)):
        sheet.stroke(181.6, y0, 189.4, y1, width=0.8)
    sheet.text(195, 283, invoice.words, size=SIZE)
    sheet.text(440, 283, "（小写）", size=SIZE, colour=MAROON)
    sheet.text(478, 283, f"¥{invoice.gross}", size=10)
