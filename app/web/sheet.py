"""A document's view made ready for the page: merged cells joined again, column letters, readable names of invoice elements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.page import Cell, Tag
from app.services.viewing import DocumentView, Mark, ShownTable

ELEMENTS = {
    "EIid": "发票号码",
    "RequestTime": "开票时间",
    "SellerIdNum": "销售方税号",
    "SellerName": "销售方名称",
    "SellerAddr": "销售方地址",
    "SellerTelNum": "销售方电话",
    "SellerBankName": "销售方开户行",
    "SellerBankAccNum": "销售方账号",
    "BuyerIdNum": "购买方税号",
    "BuyerName": "购买方名称",
    "BuyerAddr": "购买方地址",
    "BuyerTelNum": "购买方电话",
    "BuyerBankName": "购买方开户行",
    "BuyerBankAccNum": "购买方账号",
    "TotalAmWithoutTax": "合计金额",
    "TotalTaxAm": "合计税额",
    "TotalTax-includedAmount": "价税合计",
    "TotaltaxIncludedAmount": "价税合计",
    "TotalTax-includedAmountInChinese": "价税合计（大写）",
    "Drawer": "开票人",
    "ItemName": "项目名称",
    "SpecMod": "规格型号",
    "MeaUnits": "单位",
    "Quantity": "数量",
    "UnPrice": "单价",
    "Amount": "金额",
    "TaxRate": "税率",
    "ComTaxAm": "税额",
    "Remark": "备注",
    "TaxBureauName": "税务机关",
    "TaxBureauCode": "税务机关代码",
    "TaxClassificationCode": "税收分类编码",
    "EInvoiceType/LabelName": "票种",
    "GeneralOrSpecialVAT/LabelName": "专用或普通",
    "TaxpayerType/LabelName": "纳税人类型",
    "InIssuType/LabelName": "票别",
    "IssueTime": "开具时间",
    "InvoiceNumber": "发票号码",
}
"""Element names of the fully digitalised e-invoice's XML as they are printed on the invoice."""

_ADDRESS = re.compile(r"!([A-Z]{1,3})(\d+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCell:
    """One cell over ``span`` columns; ``hit`` when a value was taken from it."""

    text: str
    locator: str
    span: int
    hit: bool
    number: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table with its column letters (empty when the file has none) and numbered rows."""

    name: str
    letters: tuple[str, ...]
    rows: tuple[tuple[str, tuple[ShownCell, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTag:
    label: str
    path: str
    value: str
    hit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """What ``_partials/page_view.html`` draws; exactly one of pictures, grids, tags, paragraphs is filled."""

    pictures: tuple[int, ...]
    boxes: tuple[Mark, ...]
    grids: tuple[Grid, ...]
    tags: tuple[ShownTag, ...]
    paragraphs: tuple[str, ...]
    cut: int
    place: str


def layout(view: DocumentView) -> PageView:
    """The view of a document as the page shows it. ``place`` names the highlighted cell when there is just one."""
    parents = {locator.rpartition("/")[0] for locator in view.cells} - {""}
    return PageView(
        pictures=view.pictures,
        boxes=view.boxes,
        grids=tuple(_grid(t, view.cells) for t in view.tables),
        tags=tuple(_tag(t, parents) for t in view.tags),
        paragraphs=view.paragraphs,
        cut=view.cut,
        place=next(iter(view.cells)) if len(view.cells) == 1 and view.tables else "",
    )


def _grid(table: ShownTable, hits: frozenset[str]) -> Grid:
    width = max((len(row) for row in table.rows), default=0)
    letters: list[str] = [""] * width
    rows = []
    for row in table.rows:
        name = ""
        for place, cell in enumerate(row):
            if address := _ADDRESS.search(cell.locator):
                letters[place], name = address[1], address[2]
        rows.append((name, tuple(_joined(row, hits))))
    return Grid(name=table.name, letters=tuple(letters) if any(letters) else (), rows=tuple(rows))


def _joined(row: tuple[Cell, ...], hits: frozenset[str]) -> Iterator[ShownCell]:
    """Neighbours that came from one merged cell become one again."""
    place = 0
    while place < len(row):
        cell = row[place]
        origin = cell.merged_from or cell.locator
        end = place + 1
        while end < len(row) and row[end].merged_from == origin:
            end += 1
        yield ShownCell(
            text=cell.text,
            locator=cell.locator,
            span=end - place,
            hit=any(c.locator in hits for c in row[place:end]),
            number=_is_number(cell.text),
        )
        place = end


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[-+]?[\d,]+(\.\d+)?%?", text.strip()))


def _tag(tag: Tag, parents: set[str]) -> ShownTag:
    """A named value; it is in focus with its neighbours, as quantity, unit and amount of one invoice line belong together."""
    name, pair = tag.path.rsplit("/", 1)[-1], "/".join(tag.path.rsplit("/", 2)[-2:])
    label = ELEMENTS.get(pair) or ELEMENTS.get(name) or name
    return ShownTag(label=label, path=tag.path, value=tag.value, hit=tag.locator.rpartition("/")[0] in parents)
