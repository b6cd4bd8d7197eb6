"""The money side of a bill as a witness: do its items add up to its total. No quantity is taken from here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.finding import Finding
from extractors import checks
from extractors.bills.grids import Grid, strip_unit
from extractors.geometry.lattice import ruled_rows
from extractors.geometry.sheet import Sheet
from extractors.text import compact, number, number_text

_NUMBERED = re.compile(r"^\((\d{1,2})\)")


def check_fees(
    sheets: Sequence[Sheet],
    grids: Sequence[Grid],
    data: Mapping[str, Any],
    total: str,
) -> tuple[Finding, ...]:
    """Σ items = total. Numbered items (1)…(n) without a gap are complete; otherwise the top level of the fee tree, which may not be
    known in full, so that a difference only asks."""
    if number(total) is None:
        return ()
    numbered = _numbered_items(sheets)
    if len(numbered) >= 4 and sorted(numbered) == list(range(1, len(numbered) + 1)):
        return checks.bill_sum([(f"({n})", v) for n, v in sorted(numbered.items())], total, complete=True)
    fees = data.get("fees", {})
    amounts = _amounts(grids)
    root = next(({label: amounts[label]} for label in map(compact, fees.get("roots", ())) if label in amounts), None)
    branches = {label: amounts[label] for label in map(compact, fees.get("branches", ())) if label in amounts}
    beside = {label: amounts[label] for label in map(compact, fees.get("beside", ())) if label in amounts}
    parts = {**(root or branches), **beside}
    return checks.bill_sum(list(parts.items()), total, complete=False) if root or len(branches) > 1 else ()


def _numbered_items(sheets: Sequence[Sheet]) -> dict[int, str]:
    """Amounts of cells that begin with (n): at the end of their row when they are a row's label, below them when they head a column."""
    out: dict[int, str] = {}
    for sheet in sheets:
        rows = ruled_rows(sheet)
        for index, row in enumerate(rows):
            numbers = [c.text for c in row.cells if number_text(c.text) is not None]
            for position, text in enumerate(row.texts):
                match = _NUMBERED.match(compact(text))
                if not match:
                    continue
                if numbers:
                    out.setdefault(int(match.group(1)), number_text(numbers[-1]) or "")
                    continue
                below = rows[index + 1] if index + 1 < len(rows) else None
                if below is not None:
                    middle = (row.edges[position] + row.edges[position + 1]) / 2
                    cell = next(
                        (c for i, c in enumerate(below.cells) if below.edges[i] <= middle < below.edges[i + 1]), None
                    )
                    value = number_text(cell.text) if cell else None
                    if value is not None:
                        out.setdefault(int(match.group(1)), value)
    return out


def _amounts(grids: Sequence[Grid]) -> dict[str, str]:
    """Item → amount, each item once: page 2 of a bill repeats page 1."""
    out: dict[str, str] = {}
    for grid in grids:
        if "amount" not in grid.headers:
            continue
        for row in grid.rows:
            name = strip_unit(row["item"].text)[0] if "item" in row else ""
            value = number_text(row["amount"].text) if "amount" in row else None
            if name and value is not None:
                out.setdefault(name, value)
    return out
