"""A file of several papers taken apart: invoices on one page or on many, and the bills bound in with them.

An invoice begins at its number. Pages of one number are one invoice, wherever they lie in the file; a second impression of the same page
(抵扣联 beside 发票联) is left out. A page without a number is a paper of its own when it is a bill, else it continues the one before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.finding import Finding
from app.domain.page import Box, Document, Media, Page, Rule, Tag
from extractors.bills.bound import bills_of
from extractors.evidence import note
from extractors.geometry.sheet import Sheet, lay_out
from extractors.invoices.lines import read_lines
from extractors.invoices.printed import invoice_numbers
from extractors.invoices.tagged import numbered_tags
from extractors.templates import Template, classify, load_templates
from extractors.text import compact

PAGED = frozenset({Media.PDF, Media.OFD, Media.IMAGE})
ENOUGH_TEXT = 20
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
TOTAL = ("价税合计", "(小写)")
_NUMBERS = re.compile(r"(?<!\d)(?:\d{20}|\d{8})(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of one page, in page fractions, and the number of the invoice it shows (empty when it shows none)."""

    page: Page
    frame: Box
    number: str = ""

    @property
    def whole(self) -> bool:
        return self.frame == WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper of the file as a document of its own; ``number`` is empty for what is no invoice."""

    document: Document
    number: str


def take_apart(document: Document) -> tuple[tuple[Paper, ...], tuple[Finding, ...]]:
    """The papers of a file with what was left out of them; a single paper that is the whole file for what is not several.

    An XML file is taken apart at the elements that repeat; the tags of an OFD belong to the file as a whole, which is never taken apart.
    """
    alone = (Paper(document=document, number=""),)
    if document.media is Media.XML:
        return _elements(document) or alone, ()
    if document.media not in PAGED or any(t.origin != "qr" for t in document.tags):
        return alone, ()
    if not _maybe_several(document):
        return _bills(document) or (alone, ())
    template = next(t for t in load_templates() if t.id == "vat-invoice")
    pieces = [piece for page in document.pages for piece in _pieces(page, template)]
    if not any(p.number for p in pieces):
        return _bills(document) or (alone, ())
    groups, copies = _without_copies(_grouped(document, pieces), template)
    if len(groups) < 2 and not copies:
        return alone, ()
    papers = tuple(Paper(document=_document(document, group), number=group[0].number) for group in groups)
    return papers, tuple(_copy(number, page) for number, page in copies)


def _bills(document: Document) -> tuple[tuple[Paper, ...], tuple[Finding, ...]] | None:
    def only(*pages: Page) -> Document:
        return _document(document, [Piece(page=page, frame=WHOLE) for page in pages])

    bills, findings = bills_of(document, only)
    return (tuple(Paper(document=only(*pages), number="") for pages in bills), findings) if bills else None


def _elements(document: Document) -> tuple[Paper, ...]:
    """The invoices of one XML file: the repeated elements that each hold a number of their own."""
    template = next(t for t in load_templates() if t.id == "vat-invoice")
    numbers = numbered_tags(document.tags, template.data)
    if len({value for _, value in numbers}) < 2:
        return ()
    places = [[m.end() for m in re.finditer(r"\]", tag.locator)] for tag, _ in numbers]
    for depth in range(min(len(p) for p in places)):
        heads = [tag.locator[: ends[depth]] for (tag, _), ends in zip(numbers, places, strict=True)]
        values = {head: value for head, (_, value) in zip(heads, numbers, strict=True)}
        if len(values) == len({v for _, v in numbers}) and all(values[h] == v for h, (_, v) in zip(heads, numbers, strict=True)):
            return tuple(
                Paper(document=replace(document, tags=_below(document.tags, head)), number=value)
                for head, value in values.items()
            )
    return ()


def _below(tags: Sequence[Tag], head: str) -> tuple[Tag, ...]:
    return tuple(t for t in tags if t.locator.startswith((f"{head}/", f"{head}@")) or t.locator == head)


def _maybe_several(document: Document) -> bool:
    """Cheap: two numbers of an invoice's length among the words, or a further page beside one that speaks of an invoice."""
    pages = [p for p in document.pages if p.words]
    if not any("发票" in compact(p.text) for p in pages):
        return False
    found = {run for p in pages for w in p.words for run in _NUMBERS.findall(compact(w.text))}
    return len(pages) > 1 or len(found) > 1


def _pieces(page: Page, template: Template) -> list[Piece]:
    """The page cut between its invoices, or whole."""
    if not page.words or (page.scanned and len(page.words) < ENOUGH_TEXT):
        return [Piece(page=page, frame=WHOLE)]
    sheet = lay_out(page)
    found: dict[str, tuple[float, float]] = {}
    for number, hit in invoice_numbers(sheet, template.data):
        found.setdefault(number, (hit.y0, hit.cx))
    if len(found) < 2:
        return [Piece(page=page, frame=WHOLE, number=next(iter(found), ""))]
    ordered = sorted(found.items(), key=lambda item: item[1])
    tops = [y for _, (y, _) in ordered]
    if max(tops) - min(tops) < 3 * sheet.em:
        return _side_by_side(page, sheet, sorted(found.items(), key=lambda item: item[1][1]))
    edges = [0.0, *(_edge(sheet, tops[0], y) / sheet.height for y in tops[1:]), 1.0]
    cut = [
        Piece(page=page, frame=(0.0, low, 1.0, high), number=number)
        for (number, _), low, high in zip(ordered, edges, edges[1:], strict=False)
    ]
    # A number named in a remark begins no invoice: every paper states its own total.
    complete = all(any(word in compact(_cut(p).text) for word in TOTAL) for p in cut)
    return cut if complete else [Piece(page=page, frame=WHOLE, number=ordered[0][0])]


def _side_by_side(page: Page, sheet: Sheet, found: Sequence[tuple[str, tuple[float, float]]]) -> list[Piece]:
    """Invoices beside each other fill equal shares of the width, each with its number in its own share; else the page stays whole."""
    share = sheet.width / len(found)
    if any(not n * share <= x < (n + 1) * share for n, (_, (_, x)) in enumerate(found)):
        return [Piece(page=page, frame=WHOLE, number=found[0][0])]
    return [
        Piece(page=page, frame=(n / len(found), 0.0, (n + 1) / len(found), 1.0), number=number)
        for n, (number, _) in enumerate(found)
    ]


def _edge(sheet: Sheet, first: float, top: float) -> float:
    """Where the invoice begins whose number stands at ``top``: above its title, in the gap below the paper before. Without a title, about
    as far above the number as the first invoice of the page begins above its own."""
    reach = top - 0.12 * sheet.height
    titles = [r for r in sheet.rows if reach < r[0].cy <= top + 2 * sheet.em and "发票" in (t := _row_text(r)) and "号码" not in t]
    begin = min((min(p.y0 for p in row) for row in titles), default=None)
    if begin is None or begin > top:
        begin = top - min(first, 0.08 * sheet.height)
        return begin
    above = [max(p.y1 for p in row) for row in sheet.rows if max(p.y1 for p in row) < begin]
    return (max(above) + begin) / 2 if above else begin


def _row_text(row: Sequence[object]) -> str:
    return compact("".join(getattr(p, "text", "") for p in row))


def _grouped(document: Document, pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces of one number together; pieces without a number by what they are: a bill is a paper of its own, anything else goes on."""
    groups: list[list[Piece]] = []
    by_number: dict[str, list[Piece]] = {}
    current: list[Piece] = []
    bill: str | None = None
    for piece in pieces:
        if piece.number:
            if piece.number not in by_number:
                by_number[piece.number] = []
                groups.append(by_number[piece.number])
            by_number[piece.number].append(piece)
            current, bill = by_number[piece.number], None
            continue
        kind = _bill_kind(document, piece)
        if (kind is not None and kind != bill) or not groups:
            current = []
            groups.append(current)
        current.append(piece)
        bill = kind or bill
    return groups


def _bill_kind(document: Document, piece: Piece) -> str | None:
    if not piece.page.words:
        return None
    found = classify(_document(document, [piece]))
    return found[0].id if found and found[0].mechanism == "bill" else None


def _without_copies(
    groups: Sequence[list[Piece]], template: Template
) -> tuple[list[list[Piece]], list[tuple[str, int]]]:
    """Groups without the pages that print the same lines a second time, and (number, page) of those."""
    kept: list[list[Piece]] = []
    copies: list[tuple[str, int]] = []
    for group in groups:
        own: list[Piece] = []
        seen: list[tuple[tuple[str, ...], ...]] = []
        for piece in group:
            printed = _printed_lines(piece, template) if len(group) > 1 and piece.number else ()
            if printed and printed in seen:
                copies.append((piece.number, piece.page.number))
                continue
            seen.append(printed)
            own.append(piece)
        kept.append(own)
    return kept, copies


def _printed_lines(piece: Piece, template: Template) -> tuple[tuple[str, ...], ...]:
    lines, _ = read_lines([lay_out(_cut(piece))], template.data)
    return tuple((li.item, li.spec, li.unit, li.quantity, li.unit_price, li.amount, li.tax_amount) for li in lines)


def _copy(number: str, page: int) -> Finding:
    return note(
        "invoice-copy",
        f"第 {page} 页与前面的发票 {number} 号码、明细都相同（同一张发票的另一联或副本），没有重复读取。",
        subjects=("invoice_number",),
        data={"number": number, "page": str(page)},
    )


def _document(document: Document, group: Sequence[Piece]) -> Document:
    """The pieces as a document of their own: same bytes, same page numbers, only what stands in their frames."""
    numbers = {p.page.number for p in group}
    return replace(
        document,
        pages=tuple(_cut(p) for p in group),
        tags=tuple(t for t in document.tags if _owned(t, group)),
        findings=tuple(f for f in document.findings if _about(f, numbers)),
    )


def _cut(piece: Piece) -> Page:
    if piece.whole:
        return piece.page
    page = piece.page
    return replace(
        page,
        words=tuple(w for w in page.words if _inside(w.bbox, piece.frame)),
        rules=tuple(r for r in (_clipped(rule, piece.frame) for rule in page.rules) if r is not None),
    )


def _inside(box: Box, frame: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return frame[0] <= x <= frame[2] and frame[1] <= y <= frame[3]


def _clipped(rule: Rule, frame: Box) -> Rule | None:
    x0, y0 = max(rule.bbox[0], frame[0]), max(rule.bbox[1], frame[1])
    x1, y1 = min(rule.bbox[2], frame[2]), min(rule.bbox[3], frame[3])
    return Rule(bbox=(x0, y0, x1, y1)) if x0 <= x1 and y0 <= y1 else None


def _owned(tag: Tag, group: Sequence[Piece]) -> bool:
    here = [p for p in group if p.page.number == tag.page]
    return tag.page is None or any(tag.bbox is None or _inside(tag.bbox, p.frame) for p in here)


def _about(finding: Finding, pages: set[int]) -> bool:
    """Findings of other pages are left to the papers on them."""
    named = str(finding.data.get("page", ""))
    return not named.isdigit() or int(named) in pages

