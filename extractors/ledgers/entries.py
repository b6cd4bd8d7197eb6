"""The data of a table as entries: one number with its carrier, unit, period and address. Summary rows become controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.domain.activity import InvoiceLine
from app.domain.finding import Finding
from app.domain.page import Cell, Table
from extractors import checks
from extractors.evidence import blocking, explain, show
from extractors.ledgers.columns import Column, Head, row_span
from extractors.ledgers.words import (
    Meaning,
    is_bought,
    is_main_meter,
    is_summary,
    meaning_inside,
    meaning_of,
    month_of,
    read_label,
)
from extractors.periods import Span, month_span
from extractors.readings import Register
from extractors.text import compact, leading_number, number, number_text, ulp
from extractors.vocabulary import find_printed_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One measured quantity. ``series`` names what belongs together (column or row), for gaps and control sums;
    ``proven`` says that 数量×单价=金额 holds in its row."""

    cell: Cell
    raw: str
    meaning: Meaning | None
    unit: str
    span: Span | None
    account: str = ""
    meter: str = ""
    amount: str = ""
    label: str = ""
    series: str = ""
    sub_meter: bool = False
    proven: bool = False
    register: Register | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheetful:
    """Entries, findings and held controls (series → number of sums that held) of one table."""

    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    controls: Mapping[str, int]


def read_entries(table: Table, head: Head) -> Sheetful:
    """Rows under the head, read as a list of months (a column each carrier) or as a matrix (a column each month)."""
    if len(head.months) >= 2:
        return _matrix(table, head)
    return _list(table, head)


def _by_column(row: Sequence[Cell]) -> dict[int, Cell]:
    return {c.column: c for c in row}


def _text(cells: Mapping[int, Cell], column: Column | None) -> str:
    return cells[column.index].text.strip() if column and column.index in cells else ""


def _row_labels(cells: Mapping[int, Cell], head: Head) -> list[str]:
    own = ("period", "carrier", "meter", "account", "unknown", "ignore")
    return [
        cells[c.index].text for c in head.columns if c.role in own and c.index in cells and cells[c.index].text.strip()
    ]


def _is_summary_row(cells: Mapping[int, Cell], head: Head) -> bool:
    first = next((cells[i].text for i in sorted(cells) if cells[i].text.strip()), "")
    labels = [t for t in _row_labels(cells, head)[:3] if number_text(t) is None]
    return is_summary(first) or any(is_summary(t) and not row_span(t, None) for t in labels)


def _list(table: Table, head: Head) -> Sheetful:
    quantities = [c for c in head.columns if c.role == "quantity"]
    used = [c for c in quantities if not is_bought(c.label)]
    quantities = used or quantities
    totals = [c for c in quantities if c.meaning and c.meaning.carrier.value == "electricity"]
    bands = [c for c in head.columns if c.role == "band"]
    entries: list[Entry] = []
    findings: list[Finding] = []
    sums = _Sums()
    for row in table.rows[head.first :]:
        cells = _by_column(row)
        if not any(c.text.strip() for c in row):
            continue
        if _is_summary_row(cells, head):
            for column in quantities:
                sums.control(f"{column.index}", cells.get(column.index), findings)
            continue
        findings += _readings(cells, head, quantities)
        for column in quantities:
            span = _row_period(cells, head, column)
            cell = cells.get(column.index)
            meaning = _meaning(cells, head, column)
            where = _place(head, span, cells)
            if cell is None or not cell.text.strip() or compact(cell.text).strip("-—/") == "":
                if span is not None and (meaning or column.meaning):
                    findings.append(_blank(column, where, cell))
                continue
            value = _cell_number(cell.text, _text(cells, head.role("unit")) or column.unit or head.unit)
            if value is None:
                findings.append(_not_a_number(cell, column, where))
                continue
            dated = head.period_of(column)
            if span is None and dated is not None and not month_of(_text(cells, dated)):
                findings.append(_row_unread(cell, _row_labels(cells, head)))
                continue
            sums.add(f"{column.index}", value)
            meter = _nearest(cells, head, column, "meter")
            product, held = _product(cells, head, value, where) if len(quantities) == 1 else ((), False)
            findings += product
            entries.append(
                Entry(
                    cell=cell,
                    raw=value,
                    meaning=meaning,
                    unit=_text(cells, head.role("unit")) or column.unit or head.unit,
                    span=span,
                    account=_text(cells, head.role("account")) or column.account,
                    meter=meter,
                    amount=number_text(_text(cells, head.role("amount"))) or "" if len(quantities) == 1 else "",
                    label=" ".join(
                        dict.fromkeys(t for t in (column.label, _text(cells, head.role("carrier")), meter) if t)
                    ),
                    series=f"{column.index}|{meaning.carrier if meaning else ''}|{meaning.direction if meaning else ''}|{meter or column.group}",
                    sub_meter=_sub_meter(table, head, cells, column),
                    proven=held,
                    register=_register(cells, head, value) if len(quantities) == 1 else None,
                )
            )
        if totals and len(bands) >= 3:
            parts = [(b.texts[-1], number_text(_text(cells, b)) or "") for b in bands]
            total = _text(cells, totals[0])
            if all(v for _, v in parts) and number(total) is not None:
                where = _place(head, _row_period(cells, head, totals[0]), cells)
                findings += checks.tou_sum(parts, number_text(total) or "", where)
    return Sheetful(entries=tuple(entries), findings=tuple(findings), controls=sums.held)


def _cell_number(text: str, unit: str) -> str | None:
    """The number of a cell, also with its column's own unit behind it (``1234kWh`` under 用电量（千瓦时）); None with any other text."""
    plain = number_text(text)
    leading = leading_number(text) if plain is None else None
    if leading is None:
        return plain
    own, stated = find_printed_unit(leading[1]), find_printed_unit(unit) if unit else None
    return leading[0] if own is not None and own == stated else None


def _row_period(cells: Mapping[int, Cell], head: Head, quantity: Column) -> Span | None:
    """The period of a row for one of its quantities: blocks side by side have a month column each, years side by side their own year."""
    column = head.period_of(quantity)
    if column is not None:
        year = quantity.year or column.year or head.year
        return row_span(_text(cells, column), year, monthly="月" in column.label)
    start, end = head.role("period_start"), head.role("period_end")
    if start and end:
        first, last = row_span(_text(cells, start), head.year), row_span(_text(cells, end), head.year)
        if first and last:
            return Span(first=first.first, last=last.last, raw=f"{first.raw} 至 {last.raw}", grain="days")
    return head.span


def _meaning(cells: Mapping[int, Cell], head: Head, column: Column) -> Meaning | None:
    if column.meaning:
        return column.meaning
    named = head.role("carrier")
    text = _text(cells, named)
    if text:
        return meaning_of(text) or meaning_inside(text)
    labels = [m for t in _row_labels(cells, head) if (m := meaning_of(t))]
    return labels[0] if labels else head.meaning


def _nearest(cells: Mapping[int, Cell], head: Head, column: Column, role: str) -> str:
    """The text of the column of that role in the same group, else the last one to the left."""
    options = [c for c in head.columns if c.role == role]
    grouped = [c for c in options if column.group and c.group == column.group]
    chosen = grouped or [c for c in options if not c.group] or []
    left = [c for c in chosen if c.index < column.index] or chosen
    return _text(cells, left[-1]) if left else ""


def _names(cells: Mapping[int, Cell], head: Head) -> list[str]:
    return [_text(cells, c) for c in head.columns if c.role in ("carrier", "meter") and _text(cells, c)]


def _sub_meter(table: Table, head: Head, cells: Mapping[int, Cell], column: Column) -> bool:
    """True when the table also has a total meter and this row or column is not it."""
    own = [*_names(cells, head), column.label]
    if any(is_main_meter(t) for t in own):
        return False
    rows = table.rows[head.first :]
    names = [
        c.text
        for row in rows
        for c in row
        for h in head.columns
        if h.index == c.column and h.role in ("carrier", "meter")
    ]
    return any(is_main_meter(t) for t in names) or any(
        is_main_meter(c.label) for c in head.columns if c.role == "quantity"
    )


def _readings(cells: Mapping[int, Cell], head: Head, quantities: Sequence[Column]) -> tuple[Finding, ...]:
    opening, closing = head.role("opening"), head.role("closing")
    if not opening or not closing or len(quantities) != 1:
        return ()
    return checks.reading_product(
        _text(cells, opening),
        _text(cells, closing),
        _text(cells, head.role("multiplier")),
        _text(cells, quantities[0]),
        " ".join(_row_labels(cells, head)[:2]),
    )


def _register(cells: Mapping[int, Cell], head: Head, value: str) -> Register | None:
    opening, closing = _text(cells, head.role("opening")), _text(cells, head.role("closing"))
    if not opening or not closing:
        return None
    return Register(opening=opening, closing=closing, multiplier=_text(cells, head.role("multiplier")), billed=value)


def _product(cells: Mapping[int, Cell], head: Head, quantity: str, where: str) -> tuple[tuple[Finding, ...], bool]:
    """V1a in a ledger: 数量 × 单价 = 金额; (findings, whether it was checked and held)."""
    price, amount = _text(cells, head.role("price")), _text(cells, head.role("amount"))
    if number(price) is None or number(amount) is None:
        return (), False
    line = InvoiceLine(item=where, quantity=quantity, unit_price=price, amount=amount)
    found = checks.line_product(line, where)
    return found, not found


def _matrix(table: Table, head: Head) -> Sheetful:
    """A row each carrier or meter, a column each month; the 合计 column and the 合计 row are controls."""
    entries: list[Entry] = []
    findings: list[Finding] = []
    sums = _Sums()
    total = next((c for c in head.columns if c.role == "total"), None)
    for number_, row in enumerate(table.rows[head.first :]):
        cells = _by_column(row)
        if not any(c.text.strip() for c in row):
            continue
        if _is_summary_row(cells, head):
            for column in head.months:
                sums.control(f"m{column.index}", cells.get(column.index), findings)
            continue
        labels = _row_labels(cells, head)
        meaning = next((m for t in labels if (m := meaning_of(t))), None) or _row_meaning(labels) or head.meaning
        unit = _text(cells, head.role("unit")) or next((u for t in labels if (u := _label_unit(t))), "") or head.unit
        for column in head.months:
            assert column.month is not None
            cell = cells.get(column.index)
            year = column.month[0] or head.year
            span = month_span(year, column.month[1], column.texts[-1]) if year else None
            where = f"{' '.join(labels[:2])} {column.texts[-1]}".strip()
            if cell is None or not cell.text.strip() or compact(cell.text).strip("-—/") == "":
                if meaning is not None:
                    findings.append(_blank(column, where, cell))
                continue
            value = number_text(cell.text)
            if value is None:
                findings.append(_not_a_number(cell, column, where))
                continue
            sums.add(f"r{number_}", value)
            sums.add(f"m{column.index}", value)
            entries.append(
                Entry(
                    cell=cell,
                    raw=value,
                    meaning=meaning,
                    unit=unit,
                    span=span,
                    account=_text(cells, head.role("account")),
                    meter=_text(cells, head.role("meter")),
                    label=" ".join(labels[:2]),
                    series=f"r{number_}",
                    sub_meter=_sub_meter(table, head, cells, column),
                )
            )
        if total is not None:
            sums.control(f"r{number_}", cells.get(total.index), findings)
    return Sheetful(entries=tuple(entries), findings=tuple(findings), controls=sums.held)


def _row_meaning(labels: Sequence[str]) -> Meaning | None:
    found = [m for t in labels if (m := meaning_inside(t))]
    return found[0] if found else None


def _label_unit(text: str) -> str:

    unit = read_label(text).unit
    return unit if unit and find_printed_unit(unit) else ""


class _Sums:
    """Running sums by series; a summary cell must equal the sum since the last summary or the sum of all."""

    def __init__(self) -> None:
        self.part: dict[str, Fraction] = {}
        self.whole: dict[str, Fraction] = {}
        self.count: dict[str, int] = {}
        self.held: dict[str, int] = {}

    def add(self, series: str, value: str) -> None:
        amount = number(value) or Fraction(0)
        self.part[series] = self.part.get(series, Fraction(0)) + amount
        self.whole[series] = self.whole.get(series, Fraction(0)) + amount
        self.count[series] = self.count.get(series, 0) + 1

    def control(self, series: str, cell: Cell | None, findings: list[Finding]) -> None:
        value = number_text(cell.text) if cell is not None else None
        if cell is None or value is None or series not in self.whole:
            return
        printed = number(value) or Fraction(0)
        tolerance = ulp(value) * max(self.count[series], 1) / 2
        if any(abs(total[series] - printed) <= tolerance for total in (self.part, self.whole)):
            self.held[series] = self.held.get(series, 0) + 1
        elif self.count[series] > 1:
            findings.append(
                blocking(
                    "control-total",
                    f"{cell.locator} 的合计 {value} 与明细之和 {show(self.part[series])}（累计 {show(self.whole[series])}）不符。",
                    "请核对明细与合计，确认是否漏填或改动过数字。",
                    subjects=(cell.locator,),
                    data={"left": show(self.whole[series]), "right": show(printed), "tolerance": show(tolerance)},
                )
            )
        self.part[series] = Fraction(0)


def _place(head: Head, span: Span | None, cells: Mapping[int, Cell]) -> str:
    return (span.raw if span else "") or " ".join(_row_labels(cells, head)[:2])


def _blank(column: Column, where: str, cell: Cell | None) -> Finding:
    return explain(
        "quantity-missing",
        f"{where} 的“{column.label}”没有填写。",
        "缺失不等于零：请补录，确为零的请填 0。",
        subjects=(cell.locator,) if cell is not None else (),
        data={"place": where, "text": cell.text if cell is not None else ""},
    )


def _not_a_number(cell: Cell, column: Column, where: str) -> Finding:
    return explain(
        "quantity-unread",
        f"{where} 的“{column.label}”是文字“{cell.text[:20]}”，不是数字。",
        "请补录数字，或说明原因。",
        subjects=(cell.locator,),
        data={"text": cell.text[:80]},
    )


def _row_unread(cell: Cell, labels: Sequence[str]) -> Finding:
    return explain(
        "row-unread",
        f"{cell.locator} 的数字 {cell.text} 所在行（{' '.join(labels[:2])}）没有读到日期或月份，未计入。",
        "请补写该行的月份或日期。",
        subjects=(cell.locator,),
        data={"text": cell.text[:40]},
    )
