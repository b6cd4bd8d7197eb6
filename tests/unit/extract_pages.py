"""Invented invoices and bills drawn as words and rules, for the tests of the extractors. No file, no font, no reader."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from app.domain.page import Cell, Document, Media, Page, Rule, Source, Table, Tag, Word

BUYER, BUYER_ID = "江州云帆精密制造有限公司", "91320100MA0000001B"
SELLER, SELLER_ID = "江州城北供能有限公司", "91320100MA0000002E"
TODAY_YEAR = 2026


def advance(text: str, size: float) -> float:
    return sum(size if ord(c) > 0x2E7F else size * 0.5 for c in text)


@dataclass
class Canvas:
    """A page in points. ``text`` puts one word, ``right`` one that ends at x; rules are drawn lines."""

    width: float = 595.0
    height: float = 397.0
    words: list[Word] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    number: int = 1

    def text(self, x: float, y: float, text: str, size: float = 9.0) -> float:
        """Words of ``text`` (split at spaces) from ``x`` with their top at ``y``; the x behind the last one."""
        for part in text.split(" "):
            if part:
                x1 = x + advance(part, size)
                box = (x / self.width, y / self.height, x1 / self.width, (y + size) / self.height)
                self.words.append(Word(text=part, bbox=box, page=self.number, height=size / self.height))
                x = x1
            x += size * 0.5
        return x

    def right(self, x: float, y: float, text: str, size: float = 9.0) -> None:
        if text:
            self.text(x - advance(text, size), y, text, size)

    def column(self, x: float, y: float, text: str, size: float = 9.0, step: float = 10.0) -> None:
        for i, char in enumerate(text):
            self.text(x, y + i * step, char, size)

    def vline(self, x: float, y0: float, y1: float) -> None:
        self.rules.append(Rule(bbox=(x / self.width, y0 / self.height, (x + 0.4) / self.width, y1 / self.height)))

    def hline(self, y: float, x0: float, x1: float) -> None:
        self.rules.append(Rule(bbox=(x0 / self.width, y / self.height, x1 / self.width, (y + 0.4) / self.height)))

    def grid(self, xs: list[float], ys: list[float], rows: list[list[str]], size: float = 8.0) -> None:
        """A fully ruled table; texts are centred, a cell's lines are separated by a line break."""
        for x in xs:
            self.vline(x, ys[0], ys[-1])
        for y in ys:
            self.hline(y, xs[0], xs[-1])
        for r, row in enumerate(rows):
            for c, text in enumerate(row):
                lines = text.split("\n")
                top = (ys[r] + ys[r + 1]) / 2 - size * len(lines) / 2
                for i, line in enumerate(lines):
                    middle = (xs[c] + xs[c + 1]) / 2
                    if line:
                        self.text(middle - advance(line, size) / 2, top + i * size, line, size)

    def page(self, source: Source = Source.PDF_TEXT) -> Page:
        ordered = sorted(self.words, key=lambda w: (w.bbox[1], w.bbox[0]))
        return Page(
            number=self.number,
            width=self.width,
            height=self.height,
            words=tuple(ordered),
            rules=tuple(self.rules),
            source=source,
        )


def document(*pages: Page, media: Media = Media.PDF, **extra: object) -> Document:
    """A document of ``pages``; the hash is that of its text, so equal pages are equal documents."""
    seed = "".join(p.text for p in pages) + repr(sorted(extra))
    return Document(
        sha256=hashlib.sha256(seed.encode()).hexdigest(),
        filename="样例.pdf",
        media=media,
        size=len(seed),
        pages=pages,
        **extra,  # type: ignore[arg-type]
    )


def table(name: str, rows: list[list[str]], *, merged: tuple[tuple[int, int], ...] = (), hidden: bool = False) -> Table:
    """A sheet; ``merged`` names (row, column) of cells whose text came from a merge (0 based)."""
    return Table(
        name=name,
        page=1,
        hidden=hidden,
        rows=tuple(
            tuple(
                Cell(
                    text=text,
                    row=r + 1,
                    column=c + 1,
                    locator=f"{name}!{chr(65 + c)}{r + 1}",
                    merged_from=f"{name}!A1" if (r, c) in merged else None,
                )
                for c, text in enumerate(row)
            )
            for r, row in enumerate(rows)
        ),
    )


def tables(*sheets: Table, media: Media = Media.XLSX, paragraphs: tuple[str, ...] = ()) -> Document:
    seed = "".join(c.text for t in sheets for row in t.rows for c in row) + "".join(paragraphs)
    return Document(
        sha256=hashlib.sha256(seed.encode()).hexdigest(),
        filename="台账.xlsx",
        media=media,
        size=len(seed),
        tables=sheets,
        paragraphs=paragraphs,
    )


def tags(origin: str, values: list[tuple[str, str]], media: Media = Media.XML) -> Document:
    """A document of tags (path, value); repeated paths are numbered in order."""
    seen: dict[str, int] = {}
    out = []
    for path, value in values:
        index = seen.get(path, 0)
        seen[path] = index + 1
        out.append(Tag(origin=origin, path=path, value=value, locator=f"/{path}#{index}", index=index))
    seed = repr(values)
    return Document(
        sha256=hashlib.sha256(seed.encode()).hexdigest(), filename="样例.xml", media=media, size=len(seed), tags=tuple(out)
    )


@dataclass
class Item:
    """A line of an invoice as printed; ``wrap`` is the rest of its name on the next text line."""

    name: str
    spec: str = ""
    unit: str = ""
    quantity: str = ""
    price: str = ""
    amount: str = ""
    rate: str = "13%"
    tax: str = ""
    wrap: str = ""


POWER = Item("*供电*电费", "", "千瓦时", "12000", "0.65", "7800.00", "13%", "1014.00")
"""12 000 kWh at 0.65."""


@dataclass
class Invoice:
    """What an invented 数电票 prints. The totals belong to POWER."""

    items: list[Item] = field(default_factory=lambda: [POWER])
    number: str = "25322000000012345678"
    date: str = "2025年04月08日"
    buyer: str = BUYER
    buyer_wrap: str = ""
    buyer_id: str = BUYER_ID
    seller: str = SELLER
    seller_id: str = SELLER_ID
    amount: str = "7800.00"
    tax: str = "1014.00"
    total: str = "8814.00"
    words: str = "捌仟捌佰壹拾肆圆整"
    remark: tuple[str, ...] = ("用电户号：3200001234567；用电期间：2025年03月01日至2025年03月31日",)

    def draw(self, canvas: Canvas | None = None, dy: float = 0.0) -> Page:
        """The 数电票 layout: no rules between the columns of the lines, values in their own layer."""
        c = canvas or Canvas()
        c.text(165, dy + 22, "电子发票（增值税专用发票）", 18)
        c.text(438, dy + 32, "发票号码：")
        c.text(481, dy + 32, self.number)
        c.text(438, dy + 49, "开票日期：")
        c.text(481, dy + 49, self.date)
        for x in (12, 30, 298, 315, 582):
            c.vline(x, dy + 85, dy + 147)
        for y in (85, 147, 272, 295, 351):
            c.hline(dy + y, 12, 582)
        c.column(16, dy + 92, "购买方信息")
        c.column(301, dy + 92, "销售方信息")
        for x, name, wrap, code in (
            (33, self.buyer, self.buyer_wrap, self.buyer_id),
            (318, self.seller, "", self.seller_id),
        ):
            c.text(x, dy + 96, "名称：")
            c.text(x + 27, dy + (91 if wrap else 96), name)
            if wrap:
                c.text(x + 27, dy + 102, wrap)
            c.text(x, dy + 126, "统一社会信用代码/纳税人识别号：")
            if code:
                c.text(x + 139, dy + 125, code, 10)
        for x, label in ((45, "项目名称"), (119, "规格型号"), (189, "单 位"), (263, "数 量"), (334, "单 价"), (406, "金 额")):
            c.text(x, dy + 150, label)
        c.text(447, dy + 150, "税率/征收率")
        c.text(551, dy + 150, "税 额")
        y = dy + 161
        for item in self.items:
            c.text(13, y, item.name)
            c.text(119, y, item.spec)
            c.text(195, y, item.unit)
            c.right(290, y, item.quantity)
            c.right(361, y, item.price)
            c.right(433, y, item.amount)
            c.text(465, y, item.rate)
            c.right(582, y, item.tax)
            if item.wrap:
                y += 10
                c.text(13, y, item.wrap)
            y += 11
        c.text(60, dy + 260, "合")
        c.text(104, dy + 260, "计")
        c.right(435, dy + 260, f"¥{self.amount}")
        c.right(582, dy + 260, self.tax if self.tax.startswith("*") else f"¥{self.tax}")
        c.text(48, dy + 279, "价税合计（大写）")
        c.text(178, dy + 278, self.words)
        c.text(410, dy + 279, "（小写）")
        c.text(447, dy + 277, f"¥{self.total}", 10)
        c.column(16, dy + 308, "备注", step=20)
        for i, line in enumerate(self.remark):
            c.text(33, dy + 297 + 10 * i, line)
        c.text(55, dy + 368, "开票人：")
        c.text(91, dy + 368, "演示员")
        return c.page()


def old_layout(items: list[Item], *, rules: bool, shift: float = 0.0) -> Page:
    """The older electronic layout; ``rules`` draws the column rules, ``shift`` lets right-aligned numbers overshoot."""
    c = Canvas(width=610, height=394)
    c.text(200, 22, "江苏增值税电子普通发票", 18)
    for y, label, value in ((13, "发票代码：", "032002500111"), (30, "发票号码：", "12345678"), (47, "开票日期：", "2025年04月08日")):
        c.text(430, y, label)
        c.text(478, y, value)
    c.text(430, 64, "校验码：")
    c.text(478, 64, "12345 67890 12345 67890")
    walls = (23, 176, 219, 254, 320, 391, 480, 504, 592)
    if rules:
        for x in walls:
            c.vline(x, 144, 269)
    for y in (85, 144, 269, 293, 349):
        c.hline(y, 23, 592)
    for y, label, value in (
        (88, "名 称：", BUYER),
        (101, "纳税人识别号：", BUYER_ID),
        (114, "地 址、电 话：", "江州市样例路1号 025-0000000"),
        (128, "开户行及账号：", "样例银行 32000000000001"),
        (294, "名 称：", SELLER),
        (307, "纳税人识别号：", SELLER_ID),
        (320, "地 址、电 话：", "江州市样例路2号 025-0000001"),
        (335, "开户行及账号：", "样例银行 32000000000002"),
    ):
        c.text(46, y, label)
        c.text(113, y, value)
    for i, line in enumerate(("5/405517-71<35>6<14>/4204/><", "3*>493+<5<9-408493944>7+1946", "5+0/6073-9*9572*<><3224+5/+5")):
        c.text(371, 89 + 13 * i, line)
    for x, label in ((46, "货物或应税劳务、服务名称"), (180, "规格型号"), (225, "单位"), (270, "数 量"), (340, "单 价"), (415, "金 额")):
        c.text(x, 148, label)
    c.text(483, 148, "税率")
    c.text(535, 148, "税 额")
    for i, item in enumerate(items):
        y = 160 + 12 * i
        c.text(26, y, item.name)
        c.text(180, y, item.spec)
        c.text(228, y, item.unit)
        c.right(319 + shift, y, item.quantity)
        c.right(390 + shift, y, item.price)
        c.right(479 + shift / 2, y, item.amount)
        c.text(486, y, item.rate)
        c.right(591, y, item.tax)
    c.text(76, 256, "合")
    c.text(109, 256, "计")
    c.right(478, 256, "¥7800.00")
    c.right(591, 256, "¥1014.00")
    c.text(61, 275, "价税合计(大写)")
    c.text(195, 275, "捌仟捌佰壹拾肆圆整")
    c.text(440, 275, "(小写)")
    c.text(470, 275, "¥8814.00")
    c.text(380, 298, "户号:3200001234567 用电期间:2025-03-01至2025-03-31")
    c.text(53, 362, "收款人：")
    c.text(170, 362, "复核：")
    c.text(300, 362, "开票人：")
    return c.page()
