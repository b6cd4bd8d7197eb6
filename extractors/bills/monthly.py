"""Settlements that list months: one row a month is one activity a month; the total row is a control, never a further quantity."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.domain.finding import Finding
from extractors import checks
from extractors.bills.grids import Grid, GridValue, strip_unit
from extractors.bills.meters import band_of
from extractors.evidence import blocking, show
from extractors.periods import Span, find_span, month_span
from extractors.readings import Register
from extractors.text import compact, number, number_text, ulp


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """The quantity of one month: its cell, period, money and the row's further texts (pressure, temperature)."""

    value: str
    unit: str
    cell: GridValue
    span: Span
    amount: str
    meter: str
    extras: tuple[tuple[str, str], ...]
    register: Register | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthTable:
    """The rows of a table of months, what its arithmetic raised, and whether its total row was there and held."""

    rows: tuple[MonthRow, ...]
    findings: tuple[Finding, ...]
    proven: bool
    column: str


def month_table(grids: Sequence[Grid], bands: Mapping[str, str], year: int | None) -> MonthTable | None:
    """The first table with a month column, a quantity column and at least two different months; ``year`` completes a bare 3月."""
    for grid in grids:
        column = next((c for c in ("total", "read") if c in grid.headers), None)
        if "month" not in grid.headers or column is None:
            continue
        table = _read(grid, column, bands, year)
        if table and len({(r.span.first, r.span.last) for r in table.rows}) >= 2:
            return table
    return None


def _read(grid: Grid, column: str, bands: Mapping[str, str], year: int | None) -> MonthTable | None:
    unit = strip_unit(grid.headers[column])[1]
    rows: list[MonthRow] = []
    findings: list[Finding] = []
    total: str | None = None
    for row in grid.rows:
        label = row["month"].text if "month" in row else ""
        cell = row.get(column)
        value = number_text(cell.text) if cell else None
        if any(band_of(row[r].text, bands) == "grand" for r in row if row[r].text):
            total = value or total
            continue
        if any(band_of(row[r].text, bands) == "ignore" for r in row if row[r].text):
            continue
        span = _span(label, year, monthly="月" in grid.headers["month"])
        if cell is None or span is None:
            if value is not None:
                return None
            continue
        if value is None:
            if compact(cell.text).strip("-—/"):
                findings.append(_unread(label, cell.text))
            continue
        texts = {r: row[r].text for r in row}
        findings += checks.reading_product(
            texts.get("opening", ""),
            texts.get("closing", ""),
            texts.get("multiplier", ""),
            value,
            f"{label} {grid.headers[column]}",
        )
        rows.append(
            MonthRow(
                value=value,
                unit=unit,
                cell=cell,
                span=span,
                amount=number_text(texts.get("amount", "")) or "",
                meter=compact(texts.get("meter", "")),
                register=_register(texts, value),
                extras=tuple(
                    (grid.headers[r], texts[r]) for r in ("pressure", "temperature", "status", "trade") if texts.get(r)
                ),
            )
        )
    proven = False
    if total is not None and rows:
        left = sum((number(r.value) or Fraction(0) for r in rows), Fraction(0))
        right = number(total) or Fraction(0)
        tolerance = max(ulp(total), Fraction(1, 100)) * len(rows) / 2
        proven = abs(left - right) <= tolerance
        if not proven:
            findings.append(
                blocking(
                    "control-total",
                    f"各月之和 {show(left)} 与合计行 {total} 不符。",
                    "请核对各月用量与合计。",
                    data={"left": show(left), "right": show(right), "tolerance": show(tolerance)},
                )
            )
    return (
        MonthTable(rows=tuple(rows), findings=tuple(findings), proven=proven, column=grid.headers[column])
        if rows
        else None
    )


def _register(texts: Mapping[str, str], value: str) -> Register | None:
    if not texts.get("opening") or not texts.get("closing"):
        return None
    return Register(
        opening=texts["opening"],
        closing=texts["closing"],
        multiplier=texts.get("multiplier", ""),
        read=texts.get("read", ""),
        billed=value,
    )


def _span(label: str, year: int | None, *, monthly: bool) -> Span | None:
    found = find_span(label)
    if found is not None and found.grain == "day" and monthly:
        return month_span(int(found.first[:4]), int(found.first[5:7]), found.raw)
    if found is not None:
        return found if found.grain in ("months", "days") else None
    bare = re.fullmatch(r"(\d{1,2})月份?", compact(label))
    return month_span(year, int(bare.group(1)), label) if bare and year else None


def _unread(label: str, text: str) -> Finding:
    return blocking(
        "quantity-unread",
        f"{label} 的用量“{text[:20]}”不是数字。",
        "请对照原件补录该月用量。",
        data={"text": text[:60]},
    )
