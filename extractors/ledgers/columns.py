"""The head of a table: title, header rows, and what each column holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.domain.page import Cell, Table
from extractors.ledgers.words import (
    Meaning,
    counted_unit,
    is_summary,
    meaning_inside,
    meaning_of,
    month_of,
    read_label,
    role_of,
)
from extractors.periods import Span, find_span, find_spans, month_span
from extractors.text import compact, number_text
from extractors.vocabulary import find_printed_unit

_UNIT_IN_TITLE = re.compile(r"单位[:：为]\s*([^\s,，;；。)）\]】]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its index, header texts from top to bottom, role, and what it says about carrier, unit, month, account. ``year`` is the
    column's own year where a table sets years side by side."""

    index: int
    texts: tuple[str, ...]
    role: str
    meaning: Meaning | None = None
    unit: str = ""
    month: tuple[int | None, int] | None = None
    group: str = ""
    account: str = ""
    year: int | None = None

    @property
    def label(self) -> str:
        return " ".join(self.texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands above the data of one table. ``first`` is the index of the first data row; ``unit`` and ``meaning`` come from the
    title when it names exactly one."""

    title: str
    year: int | None
    span: Span | None
    unit: str
    meaning: Meaning | None
    columns: tuple[Column, ...]
    first: int

    def role(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.role == name), None)

    def period_of(self, quantity: Column) -> Column | None:
        """The month column of a quantity: the last one to its left, else the first."""
        periods = [c for c in self.columns if c.role == "period"]
        left = [c for c in periods if c.index < quantity.index]
        return left[-1] if left else (periods[0] if periods else None)

    @property
    def months(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.role == "month")


def read_head(table: Table, context: str) -> Head | None:
    """The head of a table, or None when no row of it names at least two known columns. ``context`` is text near the table (document
    title, sheet name) that may give year, unit and carrier."""
    rows = table.rows
    start = next((i for i, row in enumerate(rows) if _names_columns(row)), None)
    if start is None:
        return None
    first = start + 1
    while first < len(rows) and _is_header_row(rows[first], rows[start]):
        first += 1
    top = start
    while top > 0 and not _is_title(rows[top - 1]) and any(c.text.strip() for c in rows[top - 1]):
        top -= 1
    titles = [c.text for row in rows[:top] for c in row if c.text.strip() and c.merged_from is None]
    title = " ".join([*titles, table.name])
    columns = _columns(rows[top:first])
    if not columns:
        return None
    columns = _years_beside(columns)
    return Head(
        title=title,
        year=_year(title) or _year(context),
        span=_span(title) or _span(context),
        unit=_title_unit(title) or _title_unit(context),
        meaning=meaning_inside(title) or meaning_inside(context),
        columns=columns,
        first=first,
    )


def _texts(row: Sequence[Cell]) -> list[str]:
    return [c.text for c in row if c.text.strip() and c.merged_from is None]


def _names_columns(row: Sequence[Cell]) -> bool:
    texts = _texts(row)
    if len(texts) < 2 or sum(1 for t in texts if number_text(t) is not None) > len(texts) / 2:
        return False
    months = sum(1 for t in texts if month_of(t))
    known = sum(1 for t in texts if role_of(t) or meaning_of(t))
    years = sum(1 for t in texts if own_year(t))
    if years >= 2 and known + years == len(texts) and known:
        return True
    return months >= 2 or known >= 2 or (known >= 1 and months >= 1)


def _is_title(row: Sequence[Cell]) -> bool:
    return len({c.text for c in row if c.text.strip()}) <= 1 or bool(
        _UNIT_IN_TITLE.search(" ".join(_texts(row))) and len(_texts(row)) <= 3
    )


def _is_header_row(row: Sequence[Cell], head: Sequence[Cell]) -> bool:
    """A further header row: its first cell is merged down from above or empty, and it holds labels (or account numbers), no data."""
    if not row or not any(c.text.strip() for c in row):
        return False
    lead = row[0]
    if lead.text.strip() and lead.merged_from is None:
        return False
    texts = _texts(row)
    numbers = [t for t in texts if number_text(t) is not None]
    accounts = [t for t in numbers if re.fullmatch(r"\d{6,}", compact(t))]
    known = sum(1 for t in texts if role_of(t) or meaning_of(t) or month_of(t) or find_printed_unit(t.strip("()（）")))
    return known >= 1 and len(numbers) == len(accounts)


def _columns(rows: Sequence[Sequence[Cell]]) -> tuple[Column, ...]:
    width = max((c.column for row in rows for c in row), default=0)
    stacks: dict[int, list[str]] = {}
    for row in rows:
        for cell in row:
            text = cell.text.strip()
            stack = stacks.setdefault(cell.column, [])
            if text and text not in stack:
                stack.append(text)
    accounts = _group_accounts(stacks)
    out = []
    for index in range(width + 1):
        stack = stacks.get(index, [])
        if stack:
            out.append(_column(index, stack, accounts.get(stack[0], "")))
    return tuple(out)


def _group_accounts(stacks: dict[int, list[str]]) -> dict[str, str]:
    """Account numbers that stand in the header, by the text at the top of their column group."""
    out: dict[str, str] = {}
    for stack in stacks.values():
        for text in stack[1:]:
            found = re.search(r"(?<!\d)\d{6,}(?!\d)", compact(text))
            if found:
                out.setdefault(stack[0], found.group(0))
    return out


def _column(index: int, stack: list[str], account: str) -> Column:
    labels = [t for t in stack if number_text(t) is None]
    group = labels[0] if len(labels) > 1 else ""
    unit = next((u for t in reversed(labels) if (u := _unit(t))), "")
    month = next((found for t in reversed(labels) if (found := month_of(t))), None)
    meaning = next((m for t in reversed(labels) if (m := meaning_of(t))), None)
    roles = [r for t in reversed(labels) if (r := role_of(t))]
    if meaning and not (roles and roles[0] in ("price", "amount", "ignore", "total", "opening", "closing", "band")):
        role = "quantity"
    elif roles and roles[0] not in ("quantity",):
        role = roles[0]
    elif roles:
        role = "quantity"
    elif month:
        role = "month"
    else:
        role = "total" if labels and is_summary(labels[-1]) else "unknown"
    if month and role == "quantity" and not meaning:
        role = "month"
    return Column(
        index=index,
        texts=tuple(labels),
        role=role,
        meaning=meaning,
        unit=unit,
        month=month,
        group=group,
        account=account,
    )


def own_year(text: str) -> tuple[int, str] | None:
    """(year, rest) of a header such as 2024年, 2024年度 or 2024年用电量; None for months and other texts."""
    match = re.match(r"((?:19|20)\d{2})年(?:度)?(?!\d)(.*)$", compact(text))
    return (int(match.group(1)), match.group(2)) if match else None


def _years_beside(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Columns of a table with a month column and one column (or block of columns) a year: each gets its year, and a column that names
    nothing but its year holds the quantity that the title names."""
    if not any(c.role == "period" for c in columns):
        return columns
    years = {c.index: next((found for t in c.texts if (found := own_year(t))), None) for c in columns}
    if len({found[0] for found in years.values() if found}) < 2:
        return columns
    out = []
    for column in columns:
        found = years[column.index]
        if found is None:
            out.append(column)
        elif column.role == "unknown" and (not found[1] or meaning_of(found[1])):
            out.append(replace(column, role="quantity", meaning=meaning_of(found[1]), year=found[0]))
        else:
            out.append(replace(column, year=found[0]))
    return tuple(out)


def _unit(text: str) -> str:
    label = read_label(text)
    if label.unit and find_printed_unit(label.unit):
        return label.unit
    bare = compact(text).strip("()")
    if find_printed_unit(bare) and not meaning_of(text) and not role_of(text):
        return bare
    return label.unit or counted_unit(text)


def _year(text: str) -> int | None:
    years = {int(y) for y in re.findall(r"(?<!\d)(20\d{2})\s*(?:年|[-/.]\d{1,2}(?!\d))", text)}
    return years.pop() if len(years) == 1 else None


def _span(text: str) -> Span | None:
    spans = [s for s in find_spans(text) if s.grain in ("days", "months", "year")]
    return spans[0] if len({(s.first, s.last) for s in spans}) == 1 else None


def _title_unit(text: str) -> str:
    units = [u for u in _UNIT_IN_TITLE.findall(text) if find_printed_unit(u)]
    bracketed = [u for u in re.findall(r"[（(]([^（）()]{1,8})[)）]", text) if find_printed_unit(u)]
    found = list(dict.fromkeys(units or bracketed))
    return found[0] if len(found) == 1 else ""


def _serial_day(text: str) -> Span | None:
    """The day of a spreadsheet's serial number (days since 1899-12-30) of the years 2000 to 2049, as cells without a date format show it."""
    plain = compact(text)
    if not re.fullmatch(r"\d{5}", plain) or not 36526 <= int(plain) <= 54788:
        return None
    day = (date(1899, 12, 30) + timedelta(days=int(plain))).isoformat()
    return Span(first=day, last=day, raw=text, grain="day")


def row_span(text: str, year: int | None, *, monthly: bool = False) -> Span | None:
    """The period of a row's date or month cell; ``year`` completes a bare month. ``monthly``: the column is one of months, so that a
    day in it (2025-03-01, as spreadsheets store months) stands for its month."""
    found = find_span(text) or _serial_day(text)
    if found and found.grain == "day" and monthly:
        return month_span(int(found.first[:4]), int(found.first[5:7]), found.raw)
    if found:
        return found
    month = month_of(text)
    if month and (month[0] or year):
        return month_span(month[0] or year or 0, month[1], text)
    return None
