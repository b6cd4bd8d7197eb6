"""Which character separates the columns of a text file, if any."""

from __future__ import annotations

import csv
import io
from collections import Counter

_DELIMITERS = (",", "\t", ";", "|", "，")
_SAMPLE_LINES = 200


def find_delimiter(text: str) -> str | None:
    """The delimiter that splits most rows into the same number (two or more) of columns; None for running text."""
    sample = "\n".join(text.splitlines()[:_SAMPLE_LINES])
    best: tuple[float, int, str] | None = None
    for delimiter in _DELIMITERS:
        if delimiter not in sample:
            continue
        try:
            widths = Counter(len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if any(row))
        except csv.Error:
            continue
        total = sum(widths.values())
        wide = {width: count for width, count in widths.items() if width > 1}
        if not wide:
            continue
        width, count = max(wide.items(), key=lambda item: (item[1], item[0]))
        share = count / total
        if best is None or (share, width) > best[:2]:
            best = (share, width, delimiter)
    return best[2] if best is not None and best[0] >= 0.5 else None


def looks_separated(text: str) -> bool:
    """True for a table in text form. A comma in Chinese prose is full-width and proves nothing."""
    rows = [line for line in text.splitlines() if line.strip()]
    return len(rows) >= 2 and find_delimiter(text) in (",", "\t", ";", "|")
