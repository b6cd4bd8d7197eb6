"""Invoices from the words of a page, by position: header values from label boxes, never from the reading library's text order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from app.domain.page import Source
from extractors.capitals import find_capitals
from extractors.evidence import Candidate
from extractors.geometry.blocks import cell_value
from extractors.geometry.labels import Hit, Value, find_labels, label_map, value_right
from extractors.geometry.sheet import Piece, Sheet, make_rows
from extractors.identifiers import tax_id_candidates
from extractors.invoices.lines import read_lines
from extractors.invoices.paper import is_paper, paper_code, paper_number
from extractors.invoices.reading import InvoiceReading, normalise
from extractors.text import compact, iso_date, leading_number, number_text, tidy

_SIDES = {"购": "buyer", "销": "seller"}
_MARKS = "：:;；"


def read_printed(sheets: Sequence[Sheet], template: Mapping[str, Any], rank: int) -> InvoiceReading:
    """The reading of the pages of one invoice. Totals may stand on any page, the header on the first that has it."""
    reading = InvoiceReading(origin="page", source=_source(sheets))
    labels = label_map({**template["labels"], **{f"column:{k}": v for k, v in template["columns"].items()}})
    for sheet in sheets:
        hits = [h for h in find_labels(sheet, labels) if not h.name.startswith("column:")]
        _numbers(reading, sheet, hits, rank)
        _parties(reading, sheet, hits, rank)
        _totals(reading, sheet, hits, template, rank)
        _remark(reading, sheet, hits)
    lines, notes = read_lines(sheets, template)
    reading.lines = lines
    reading.findings += notes
    text = compact("".join("".join(p.text for p in row) for sheet in sheets for row in sheet.rows))
    reading.red = any(mark in text for mark in template["red"]["marks"])
    return reading


def _source(sheets: Sequence[Sheet]) -> Source:
    """Recognised text on any page makes the whole reading one of recognised text."""
    return Source.OCR if any(s.source is Source.OCR for s in sheets) else sheets[0].source


def invoice_numbers(sheet: Sheet, template: Mapping[str, Any]) -> list[tuple[str, Hit]]:
    """Every labelled invoice number of a page with its label: several different ones mean several invoices."""
    hits = find_labels(sheet, label_map(template["labels"]))
    out = []
    for hit in (h for h in hits if h.name == "invoice_number"):
        value = value_right(sheet, hit, hits)
        digits = _digits(value, (20, 8)) if value else None
        if digits:
            out.append((digits, hit))
    if not out and is_paper(sheet) and (found := paper_number(sheet, hits)) is not None:
        number, piece = found
        place = Hit(
            name="invoice_number",
            label="№",
            row=0,
            x0=piece.x0,
            y0=piece.y0,
            x1=piece.x1,
            y1=piece.y1,
            colon=False,
            ends=(),
        )
        out.append((number, place))
    return out


def _digits(value: Value, lengths: tuple[int, ...]) -> str | None:
    for run in re.findall(r"\d+", value.text.replace(" ", "")):
        if len(run) in lengths:
            return run
    return None


def _add(
    reading: InvoiceReading,
    sheet: Sheet,
    name: str,
    raw: str,
    pieces: Sequence[Piece],
    how: str,
    rank: int,
    doubt: bool = False,
) -> None:
    value = normalise(name, raw)
    if value is None:
        return
    reading.candidates.append(
        Candidate(
            name=name,
            value=value,
            raw=raw,
            how=how,
            source=reading.source,
            rank=rank,
            page=sheet.number,
            bbox=sheet.box(pieces),
            doubt=doubt,
        )
    )


def _numbers(reading: InvoiceReading, sheet: Sheet, hits: list[Hit], rank: int) -> None:
    for name, lengths in (("invoice_number", (20, 8)), ("invoice_code", (12, 10))):
        for hit in (h for h in hits if h.name == name):
            value = value_right(sheet, hit, hits)
            digits = _digits(value, lengths) if value else None
            if value and digits:
                _add(reading, sheet, name, digits, value.pieces, f"标签“{hit.label}”右侧", rank)
    named = {c.name for c in reading.candidates}
    if "invoice_number" not in named and is_paper(sheet):
        for name, found in (("invoice_number", paper_number(sheet, hits)), ("invoice_code", paper_code(sheet, hits))):
            if found is not None and name not in named:
                _add(reading, sheet, name, found[0], [found[1]], "票头无标签的号码", rank, doubt=True)
    for hit in (h for h in hits if h.name == "issue_date"):
        value = value_right(sheet, hit, hits, max_gap_em=8)
        if value and iso_date(value.text):
            _add(reading, sheet, "issue_date", value.text, value.pieces, f"标签“{hit.label}”右侧", rank)


def _parties(reading: InvoiceReading, sheet: Sheet, hits: list[Hit], rank: int) -> None:
    for side in ("buyer", "seller"):
        for kind in ("name", "tax_id"):
            for hit in (h for h in hits if h.name == f"{side}_{kind}"):
                value = cell_value(sheet, hit, hits)
                if value:
                    _party_value(reading, sheet, side, kind, hit, value, rank)
    plain = [h for h in hits if h.name in ("name", "tax_id") and (h.colon or h.name == "tax_id")]
    stacks = [(_SIDES[s.text[0]], s) for s in sheet.stacks if s.text and s.text[0] in _SIDES]
    heads = [h for h in hits if h.name == "stop" and h.label[0] in _SIDES and "章" not in h.label]
    for kind in ("name", "tax_id"):
        found = [h for h in plain if h.name == kind]
        for hit, side, certain in _sides(found, stacks, heads, sheet):
            value = cell_value(sheet, hit, hits)
            if value:
                _party_value(reading, sheet, side, kind, hit, value, rank, doubt=not certain)


def _sides(
    found: list[Hit], stacks: list[tuple[str, Piece]], heads: list[Hit], sheet: Sheet
) -> list[tuple[Hit, str, bool]]:
    """Which party each label belongs to: by the vertical label beside it, by the heading beside or above it, else by place (left or
    upper is the buyer)."""
    out: list[tuple[Hit, str, bool]] = []
    free: list[Hit] = []
    for hit in found:
        beside = [
            (hit.x0 - s.x1, side)
            for side, s in stacks
            if s.y0 - sheet.em <= hit.cy <= s.y1 + sheet.em and s.x1 <= hit.x0 + 1
        ]
        headed = _headed(hit, heads, sheet)
        if beside:
            out.append((hit, min(beside)[1], True))
        elif headed:
            out.append((hit, headed, True))
        else:
            free.append(hit)
    taken = {side for _, side, _ in out}
    free.sort(key=lambda h: (round(h.cy / (2 * sheet.em)), h.x0))
    sides = [s for s in ("buyer", "seller") if s not in taken]
    clear = len(free) == len(sides)
    for hit, side in zip(free, sides, strict=False):
        out.append((hit, side, clear))
    return out


def _headed(hit: Hit, heads: list[Hit], sheet: Sheet) -> str | None:
    """The party named by the heading left of the label on its row, else by the nearest row of headings above it. Headings side by side
    share the width at the middle between them, because a heading may be centred over its block."""
    beside = [h for h in heads if abs(h.cy - hit.cy) < 1.2 * sheet.em and h.x1 <= hit.x0 + 1]
    if beside:
        return _SIDES[max(beside, key=lambda h: h.x0).label[0]]
    above = [h for h in heads if h.cy < hit.cy - 0.5 * sheet.em]
    if not above:
        return None
    nearest = max(h.cy for h in above)
    if hit.cy - nearest > 8 * sheet.em:
        return None
    row = sorted((h for h in above if nearest - h.cy < sheet.em), key=lambda h: h.cx)
    for left, right in pairwise(row):
        if hit.cx < (left.cx + right.cx) / 2:
            return _SIDES[left.label[0]]
    return _SIDES[row[-1].label[0]]


def _party_value(
    reading: InvoiceReading,
    sheet: Sheet,
    side: str,
    kind: str,
    hit: Hit,
    value: Value,
    rank: int,
    *,
    doubt: bool = False,
) -> None:
    name = f"{side}_{kind}"
    how = f"{'购买方' if side == 'buyer' else '销售方'}区内标签“{hit.label}”"
    if kind == "tax_id":
        candidates = tax_id_candidates(value.text)
        if not candidates:
            return
        doubt = doubt or (len(candidates) > 1 and not candidates[0][1])
        _add(reading, sheet, name, candidates[0][0], value.pieces, how, rank, doubt)
    elif compact(value.text).strip(_MARKS):
        _add(reading, sheet, name, value.text, value.pieces, how, rank, doubt)


def _totals(reading: InvoiceReading, sheet: Sheet, hits: list[Hit], template: Mapping[str, Any], rank: int) -> None:
    for hit in (h for h in hits if h.name == "capitals"):
        value = value_right(sheet, hit, hits, max_gap_em=30, one_cell=False)
        words = find_capitals(value.text) if value else None
        if words and not reading.capitals:
            reading.capitals = words
        if not any(h.name == "grand_total" and abs(h.cy - hit.cy) < 1.5 * sheet.em for h in hits):
            _amount(reading, sheet, "amount_incl_tax", value, f"标签“{hit.label}”同一行", rank)
    for hit in (h for h in hits if h.name == "grand_total"):
        value = value_right(sheet, hit, hits, max_gap_em=8)
        _amount(reading, sheet, "amount_incl_tax", value, "标签“（小写）”右侧", rank)
    row = total_row(sheet, template)
    if row is None:
        return
    label, amounts = row
    names = amounts_by_column(sheet, amounts, template, label)
    for name, piece in names:
        _add(reading, sheet, name, piece.text, [piece], f"“{label.label}”行", rank)


def _amount(reading: InvoiceReading, sheet: Sheet, name: str, value: Value | None, how: str, rank: int) -> None:
    if value is None:
        return
    text = re.sub(r".*?(?=[¥￥\-\d(*])", "", compact(value.text), count=1)
    leading = leading_number(text)
    raw = text if number_text(text) else (leading[0] if leading else "")
    if raw:
        _add(reading, sheet, name, raw, value.pieces, how, rank)


def total_row(sheet: Sheet, template: Mapping[str, Any]) -> tuple[Hit, list[Piece]] | None:
    """The 合计 row under the table of lines and its amounts, left to right; the currency sign is joined to its number."""
    labels = label_map({"total": template["ends"]["all"], "stop": template["labels"]["capitals"]})
    hits = find_labels(sheet, labels)
    columns = find_labels(sheet, label_map(template["columns"]))
    header = [h for h in columns if h.name in ("amount", "tax_amount")]
    if not header:
        return None
    top = min(h.y1 for h in header)
    for hit in (h for h in hits if h.name == "total" and h.y0 > top - 1):
        for reach in (0.6, 1.2):
            beside = [p for p in sheet.pieces if p.x0 > hit.x1 and abs(p.cy - hit.cy) <= reach * sheet.em]
            amounts = join_currency(sorted(beside, key=lambda p: p.x0))
            amounts = [p for p in amounts if number_text(p.text) is not None]
            if amounts:
                return hit, amounts
    return None


def join_currency(pieces: list[Piece]) -> list[Piece]:
    """``¥`` and the number after it as one piece."""
    out: list[Piece] = []
    for piece in pieces:
        if out and compact(out[-1].text) in ("¥", "-¥", "¥-"):
            last = out.pop()
            piece = Piece(
                text=last.text + piece.text,
                x0=last.x0,
                y0=min(last.y0, piece.y0),
                x1=piece.x1,
                y1=max(last.y1, piece.y1),
            )
        out.append(piece)
    return out


def amounts_by_column(
    sheet: Sheet, amounts: list[Piece], template: Mapping[str, Any], label: Hit
) -> list[tuple[str, Piece]]:
    """Which of the 合计 row's numbers is 金额 and which is 税额: two in order, one by the nearer header label."""
    header = {h.name: h for h in find_labels(sheet, label_map(template["columns"])) if h.y0 < label.y0}
    if len(amounts) == 2:
        return [("amount_excl_tax", amounts[0]), ("tax_amount", amounts[1])]
    out: list[tuple[str, Piece]] = []
    for column, name in (("amount", "amount_excl_tax"), ("tax_amount", "tax_amount")):
        hit = header.get(column)
        if hit is None:
            continue
        near = sorted((abs(p.x1 - hit.x1), i) for i, p in enumerate(amounts))
        if near and near[0][0] < 8 * sheet.em:
            out.append((name, amounts[near[0][1]]))
    return out if len({id(p) for _, p in out}) == len(out) else out[:1]


def _remark(reading: InvoiceReading, sheet: Sheet, hits: list[Hit]) -> None:
    """The remark's cell: right of the vertical label 备注, below the totals, above 收款人/开票人; without a label, the lower right."""
    totals = [h for h in hits if h.name in ("capitals", "grand_total")]
    if not totals:
        return
    top = max(h.y1 for h in totals)
    stack = next((s for s in sheet.stacks if s.text.startswith("备") and s.y1 > top), None)
    label = next((h for h in hits if h.name == "remark" and h.y1 > top), None)
    left = stack.x1 if stack else (label.x1 if label else 0.58 * sheet.width)
    tails: list[Piece] = []
    if label and not stack:
        # Label and text may be one run (备注：户号…); then its further lines begin under the label.
        tails = [replace(p, text=p.text[n:], x0=label.x1) for p, n in label.ends if p.text[n:].strip()]
        left = label.x0 if tails else left
    foot = [
        h.y0
        for h in hits
        if h.label in ("开票人", "收款人", "复核", "复核人") and h.y0 > top and h.colon and h.x0 < left + 4 * sheet.em
    ]
    end = min(foot, default=sheet.height)
    floor = [
        r.at
        for r in sheet.horizontals
        if r.at > top + 2 * sheet.em and r.high - r.low > 0.3 * sheet.width and r.low < left + 40
    ]
    bottom = min([end, *floor]) if floor else end
    own = {id(p) for p, _ in label.ends} if label else set()
    inside = [
        p
        for p in sheet.pieces
        if top < p.cy < bottom + 0.5 * sheet.em and p.x0 >= left - 0.5 * sheet.em and id(p) not in own
    ]
    rows = make_rows([*tails, *inside])
    text = "\n".join(tidy(" ".join(p.text for p in row)) for row in rows)
    if text and not reading.remark:
        reading.remark = text
        reading.remark_joined = _run_on(rows, sheet.em)
        reading.remark_page = sheet.number
        reading.remark_box = sheet.box(p for row in rows for p in row)


def _run_on(rows: Sequence[Sequence[Piece]], em: float) -> str:
    """The remark with a line joined to the next where it reaches the right edge of the cell: there the form broke it, not the writer."""
    edge = max(row[-1].x1 for row in rows)
    out = ""
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        out += tidy(" ".join(p.text for p in row))
        if after is not None:
            out += "" if row[-1].x1 > edge - 1.2 * em and after[0].x0 < row[0].x0 + em else "\n"
    return out
