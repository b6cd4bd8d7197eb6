"""Lines of an invoice from page words: column anchors, vertical rules where they exist, and arithmetic as the judge."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from app.domain.activity import InvoiceLine
from app.domain.finding import Finding
from app.domain.page import Source
from extractors.evidence import explain
from extractors.geometry.columns import FORBIDDEN, Column, assignments, choose, columns_of
from extractors.geometry.labels import Hit, find_labels, label_map
from extractors.geometry.sheet import Piece, Sheet, make_rows
from extractors.text import compact, number, number_text, rate, tidy, ulp

NUMERIC = ("quantity", "unit_price", "amount", "tax_amount")
TEXTUAL = ("item", "spec", "unit", "other")
WRAPPED = ("item", "spec", "unit")
_CATEGORY = re.compile(r"[\u3400-\u9fff、（）()]{2,20}\*[\u3400-\u9fffA-Za-z0-9]")
_RATE_WORDS = ("免税", "不征税", "***", "零税率", "出口退税", "差额征税")


def read_lines(sheets: Sequence[Sheet], template: Mapping[str, Any]) -> tuple[tuple[InvoiceLine, ...], list[Finding]]:
    """The lines of all pages in order; a first page that only refers to its list gives way to the list."""
    pages = [_page_lines(sheet, template) for sheet in sheets]
    findings = [f for _, found in pages for f in found]
    lines = [line for found, _ in pages for line in found]
    words = [compact(w) for w in template["list"]["placeholders"]]
    real = [line for line in lines if not any(w in compact(line.item) for w in words)]
    return tuple(real or lines), findings


def header_of(sheet: Sheet, template: Mapping[str, Any]) -> list[Hit]:
    """The header labels of the table of lines: the row (or two) that names 金额 and 税额 or a rate."""
    hits = find_labels(sheet, label_map(template["columns"]))
    for anchor in (h for h in hits if h.name == "amount"):
        row = [h for h in hits if abs(h.cy - anchor.cy) <= 1.2 * sheet.em]
        names = {h.name for h in row}
        if (
            "amount" in names
            and ("tax_amount" in names or "tax_rate" in names)
            and ("item" in names or "unit_price" in names)
        ):
            seen: dict[str, Hit] = {}
            for hit in sorted(row, key=lambda h: abs(h.cy - anchor.cy)):
                seen.setdefault(hit.name if hit.name != "other" else f"other@{hit.x0:.0f}", hit)
            return sorted(seen.values(), key=lambda h: h.x0)
    return []


def _page_lines(sheet: Sheet, template: Mapping[str, Any]) -> tuple[list[InvoiceLine], list[Finding]]:
    header = header_of(sheet, template)
    if not header:
        return [], []
    top = max(h.y1 for h in header if h.name in ("amount", "tax_amount", "tax_rate"))
    ends = find_labels(
        sheet,
        label_map({"end": [*template["ends"]["page"], *template["ends"]["all"], *template["labels"]["capitals"]]}),
    )
    bottoms = [h.y0 for h in ends if h.y0 > top]
    bottom = min(bottoms, default=sheet.height)
    columns = columns_of(sheet, header, min(h.y0 for h in header), bottom)
    own = {
        id(p)
        for row in sheet.rows
        for p in row
        if any(abs(p.cy - h.cy) < 0.6 * sheet.em and p.x0 < h.x1 and p.x1 > h.x0 for h in header)
    }
    body = [p for p in sheet.pieces if p.cy > top - 0.3 * sheet.em and p.cy < bottom and id(p) not in own]
    return _assembled(sheet, _with_item_edge(columns, body), make_rows(body))


def _with_item_edge(columns: list[Column], body: Sequence[Piece]) -> list[Column]:
    """The name column reaches as far left as its ``*类别*`` names do: its label may be centred over a wide column."""
    starts = [p.x0 for p in body if _kind(p.text) == "item"]
    edge = min(starts, default=None)
    return [replace(c, x0=min(c.x0, edge)) if c.name == "item" and edge is not None else c for c in columns]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One row of words by column. ``band`` is the number of ruled bands above it, where lines are ruled off from one another."""

    pieces: tuple[Piece, ...]
    texts: Mapping[str, str]
    clear: bool
    band: int
    quantity: tuple[Piece, ...] = ()

    @property
    def has_amount(self) -> bool:
        return bool(self.texts.get("amount"))


def _assembled(
    sheet: Sheet, columns: list[Column], rows: Sequence[tuple[Piece, ...]]
) -> tuple[list[InvoiceLine], list[Finding]]:
    """Rows with an amount are lines; rows without numbers carry on the wrapped texts of a line above or below them."""
    findings: list[Finding] = []
    read: list[_Row] = []
    for pieces in rows:
        cells, clear = _cells(pieces, columns, sheet.em)
        if cells is None:
            findings.append(_unread(sheet, pieces))
            continue
        texts = {name: _text(own, name) for name, own in cells.items()}
        band = sum(1 for h in sheet.horizontals if h.at < pieces[0].cy and h.high - h.low > 0.3 * sheet.width)
        counted = cells.get("quantity", ())
        read.append(_Row(pieces=pieces, texts=texts, clear=clear, band=band, quantity=counted))
    alone = {b for b, n in Counter(r.band for r in read if r.has_amount).items() if n == 1}
    lines: list[InvoiceLine] = []
    pending: dict[str, str] = {}
    for order, row in enumerate(read):
        own = row.texts
        if row.has_amount:
            line = _line(sheet, row, pending)
            lines.append(line)
            if not row.clear:
                findings.append(_unclear(line))
            pending = {}
        elif any(name in NUMERIC for name in own) or not any(name in WRAPPED for name in own):
            findings.append(_unread(sheet, row.pieces))
        elif _goes_down(read, order, alone, bool(lines)):
            pending = {name: pending.get(name, "") + own.get(name, "") for name in WRAPPED}
        else:
            lines[-1] = _continued(lines[-1], own)
    return lines, findings


def _goes_down(rows: Sequence[_Row], order: int, alone: Set[int], begun: bool) -> bool:
    """Whether a row of texts belongs to the line below it: the first rows, a new ``*类别*`` name, or one ruled off together with it."""
    row = rows[order]
    if row.band in alone:
        return any(r.has_amount and r.band == row.band for r in rows[order + 1 :])
    return not begun or row.texts.get("item", "").startswith("*")


def _line(sheet: Sheet, row: _Row, above: Mapping[str, str]) -> InvoiceLine:
    texts = row.texts
    item = above.get("item", "") + texts.get("item", "")
    return InvoiceLine(
        item=_starred(item) if sheet.source is Source.OCR else item,
        spec=above.get("spec", "") + texts.get("spec", ""),
        unit=above.get("unit", "") + texts.get("unit", ""),
        quantity=texts.get("quantity", ""),
        unit_price=texts.get("unit_price", ""),
        amount=texts["amount"],
        tax_rate=texts.get("tax_rate", ""),
        tax_amount=texts.get("tax_amount", ""),
        page=sheet.number,
        bbox=sheet.box(row.pieces),
        quantity_bbox=sheet.box(row.quantity),
    )


def _starred(item: str) -> str:
    """Recognition loses the small first asterisk of ``*供电*电费``; the second one still says what stands before it."""
    return f"*{item}" if _CATEGORY.match(item) else item


def _continued(line: InvoiceLine, texts: Mapping[str, str]) -> InvoiceLine:
    """A row without numbers carries on the wrapped texts of the line above it."""
    return replace(
        line,
        item=line.item + texts.get("item", ""),
        spec=line.spec + texts.get("spec", ""),
        unit=line.unit + texts.get("unit", ""),
    )


def _text(pieces: tuple[Piece, ...], name: str) -> str:
    joined = tidy((" " if name in ("item", "spec") else "").join(p.text for p in pieces))
    if name in NUMERIC:
        return number_text(joined) or joined
    return joined


def _cells(
    row: tuple[Piece, ...], columns: list[Column], em: float
) -> tuple[dict[str, tuple[Piece, ...]] | None, bool]:
    tokens = _join_signs(list(row))
    options = assignments(tokens, columns, em, _penalty)
    chosen = choose(options, _credit)
    return (None, False) if chosen is None else (dict(chosen[0]), chosen[1])


def _join_signs(tokens: list[Piece]) -> list[Piece]:
    """A lone minus or currency sign belongs to the number after it."""
    out: list[Piece] = []
    for piece in tokens:
        if out and compact(out[-1].text) in ("-", "¥", "-¥") and number_text(piece.text):
            last = out.pop()
            piece = replace(piece, text=last.text + piece.text, x0=last.x0)
        out.append(piece)
    return out


def _kind(text: str) -> str:
    plain = compact(text)
    if plain.startswith("*") and plain.strip("*"):
        return "item"
    if plain == "***":
        return "hidden"
    if plain.endswith("%") or any(word in plain for word in _RATE_WORDS):
        return "rate"
    return "number" if number_text(plain) is not None else "text"


def _penalty(piece: Piece, column: str) -> float:
    again = column.startswith("+")
    name = column.lstrip("+")
    name = "other" if name.startswith("other") else name
    kind = _kind(piece.text)
    if again:
        # Only words of one text share a column; a second number in a column is a misreading.
        return 0.3 if name in TEXTUAL and kind in ("text", "number", "item") else FORBIDDEN
    table = {
        "item": {"item": 0.0, "text": 0.3, "number": 4.0, "rate": 6.0, "hidden": FORBIDDEN},
        "spec": {"item": FORBIDDEN, "text": 0.3, "number": 0.8, "rate": 3.0, "hidden": FORBIDDEN},
        "unit": {"item": FORBIDDEN, "text": 0.3, "number": 5.0, "rate": 6.0, "hidden": FORBIDDEN},
        "other": {"item": FORBIDDEN, "text": 0.3, "number": 0.3, "rate": 1.0, "hidden": 1.0},
        "tax_rate": {"item": FORBIDDEN, "text": 6.0, "number": 5.0, "rate": 0.0, "hidden": 0.3},
        "tax_amount": {"item": FORBIDDEN, "text": FORBIDDEN, "number": 0.0, "rate": FORBIDDEN, "hidden": 0.0},
    }
    numeric = {"item": FORBIDDEN, "text": FORBIDDEN, "number": 0.0, "rate": FORBIDDEN, "hidden": FORBIDDEN}
    return table.get(name, numeric).get(kind, 1.0)


def _credit(cells: Mapping[str, tuple[Piece, ...]]) -> float:
    """What the arithmetic of a row is worth: 数量×单价=金额 and 金额×税率=税额 each outweigh a column's distance."""
    texts = {name: "".join(p.text for p in pieces) for name, pieces in cells.items()}
    amount, tax = number(texts.get("amount", "")), number(texts.get("tax_amount", ""))
    quantity, price = number(texts.get("quantity", "")), number(texts.get("unit_price", ""))
    percent = rate(texts.get("tax_rate", ""))
    credit = 0.0
    if amount is not None and quantity is not None and price is not None:
        near = max(Fraction(1, 100), ulp(texts["unit_price"]) / 2 * abs(quantity))
        credit += 3.0 if abs(abs(quantity * price) - abs(amount)) <= near else -1.5
    if amount is not None and tax is not None and percent is not None:
        credit += 3.0 if abs(amount * percent - tax) <= Fraction(1, 100) else -1.5
    return credit


def _unread(sheet: Sheet, row: tuple[Piece, ...]) -> Finding:
    text = tidy(" ".join(p.text for p in row))
    return explain(
        "line-unread",
        f"第 {sheet.number} 页明细区有一行没有读懂：“{text[:60]}”。",
        "请对照原件确认是否漏了一行明细。",
        data={"page": str(sheet.number), "text": text[:200]},
    )


def _unclear(line: InvoiceLine) -> Finding:
    return explain(
        "line-columns",
        f"明细行“{line.item[:30]}”的数字归列有歧义。",
        "请对照原件核对该行的数量、单价、金额。",
        data={"item": line.item[:80], "amount": line.amount},
    )
