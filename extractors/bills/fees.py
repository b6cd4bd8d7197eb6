"""The money side of a bill as a witness: do its items add up to its total. No quantity is taken from here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from app.domain.finding import Finding
from extractors import checks
from extractors.bills.grids import Grid, strip_unit
from extractors.geometry.lattice import GridRow, ruled_rows
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
    runs = [r for r in _numbered_runs(sheets) if len(r) >= 4 and sorted(r) == list(range(1, len(r) + 1))]
    tried = [checks.bill_sum([(f"({n})", v) for n, v in sorted(r.items())], total, complete=True) for r in runs]
    if tried:
        return () if any(not t for t in tried) else tried[-1]
    if _listed_sum_holds(grids, number(total)):
        return ()
    fees = data.get("fees", {})
    amounts = _amounts(grids)
    root = next(({label: amounts[label]} for label in map(compact, fees.get("roots", ())) if label in amounts), None)
    branches = {label: amounts[label] for label in map(compact, fees.get("branches", ())) if label in amounts}
    beside = {label: amounts[label] for label in map(compact, fees.get("beside", ())) if label in amounts}
    parts = {**(root or branches), **beside}
    return checks.bill_sum(list(parts.items()), total, complete=False) if root or len(branches) > 1 else ()


def _numbered_runs(sheets: Sequence[Sheet]) -> list[dict[int, str]]:
    """Amounts of cells that begin with (n), one mapping a numbering: at the end of their row when they are a row's label, below them when
    they head a column. A number that does not go up begins another numbering (the bands of a meter are numbered too)."""
    runs: list[dict[int, str]] = []
    for sheet in sheets:
        rows = ruled_rows(sheet)
        for index, row in enumerate(rows):
            numbers = [c.text for c in row.cells if number_text(c.text) is not None]
            for position, text in enumerate(row.texts):
                match = _NUMBERED.match(compact(text))
                value = number_text(numbers[-1]) if numbers else _below(rows, index, position)
                if not match or value is None:
                    continue
                order = int(match.group(1))
                if not runs or order <= max(runs[-1]):
                    runs.append({})
                runs[-1][order] = value
    return runs


def _below(rows: Sequence[GridRow], index: int, position: int) -> str | None:
    if index + 1 >= len(rows):
        return None
    row, below = rows[index], rows[index + 1]
    middle = (row.edges[position] + row.edges[position + 1]) / 2
    cell = next((c for i, c in enumerate(below.cells) if below.edges[i] <= middle < below.edges[i + 1]), None)
    return number_text(cell.text) if cell else None


def _listed_sum_holds(grids: Sequence[Grid], total: Fraction | None) -> bool:
    """Whether the rows of some table of fees, parts (其中) and sums left out, add up to the total: then no name need be known."""
    for grid in grids:
        if "amount" not in grid.headers or "item" not in grid.headers:
            continue
        rows = [(compact(r["item"].text), number(r["amount"].text)) for r in grid.rows if "item" in r and "amount" in r]
        parts = [v for name, v in rows if v is not None and not re.search(r"其中|合计|总计|小计", name)]
        if len(parts) > 1 and total is not None and abs(sum(parts, Fraction(0)) - total) <= Fraction(len(parts), 100):
            return True
    return False


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
