"""Whether a value's page and box are where it was drawn: intersection over union with the characters on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.domain.activity import Extraction
from app.domain.page import Box
from evals.layouts.canvas import Run

ENOUGH = 0.5
MOST_LINES = 4
"""A value runs over at most so many drawn texts."""


@dataclass(slots=True, kw_only=True)
class Places:
    """Counts over values whose text was found among what was drawn. ``overlapping``: IoU with it at least one half."""

    values: int = 0
    right_page: int = 0
    overlapping: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, other: Places) -> None:
        self.values += other.values
        self.right_page += other.right_page
        self.overlapping += other.overlapping
        self.misses += other.misses


def measure(name: str, extraction: Extraction, runs: Sequence[Run]) -> Places:
    """Fields and records of a paged document that state a box, against ``runs``. Values that were never drawn (a quantity made of
    several, a value from a tag alone) are left out."""
    places = Places()
    valued = [(f.name, f.raw or f.value, f.page, f.bbox) for f in extraction.fields]
    valued += [(r.id, r.raw_quantity, r.page, r.bbox) for r in extraction.records]
    for what, text, page, box in valued:
        if box is None or page is None:
            continue
        drawn = list(_drawn(runs, "".join(text.replace(",", "").split())))
        if not drawn:
            continue
        places.values += 1
        places.right_page += any(p == page for p, _ in drawn)
        best = max((overlap(box, b) for p, b in drawn if p == page), default=0.0)
        places.overlapping += best >= ENOUGH
        if best < ENOUGH:
            places.misses.append(f"{name}: {what} {text!r} overlaps by {best:.2f}")
    return places


def overlap(left: Box, right: Box) -> float:
    """Intersection over union."""
    wide = min(left[2], right[2]) - max(left[0], right[0])
    tall = min(left[3], right[3]) - max(left[1], right[1])
    if wide <= 0 or tall <= 0:
        return 0.0
    shared = wide * tall
    whole = sum((b[2] - b[0]) * (b[3] - b[1]) for b in (left, right)) - shared
    return shared / whole


def _drawn(runs: Sequence[Run], text: str) -> Iterator[tuple[int, Box]]:
    """Every place where ``text`` (without spaces and thousands marks) was drawn, over up to four consecutive runs of a page."""
    if not text:
        return
    for first in range(len(runs)):
        for count in range(1, MOST_LINES + 1):
            group = runs[first : first + count]
            if len(group) < count or any(r.page != group[0].page for r in group):
                break
            letters = [(r, i, c) for r in group for i, c in enumerate(r.text) if not c.isspace() and c != ","]
            joined = "".join(c for _, _, c in letters)
            at = joined.find(text)
            while at >= 0:
                used = letters[at : at + len(text)]
                if {id(r) for r, _, _ in used} == {id(r) for r in group}:
                    yield group[0].page, _union(used)
                at = joined.find(text, at + 1)


def _union(used: Sequence[tuple[Run, int, str]]) -> Box:
    boxes = []
    for run in {id(r): r for r, _, _ in used}.values():
        indexes = [i for r, i, _ in used if r is run]
        boxes.append(run.box(min(indexes), max(indexes) + 1))
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
