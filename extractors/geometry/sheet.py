"""A page in points, ready for association by position.

Words become pieces; a piece that a vertical rule crosses is cut there; labels set vertically (购/买/方/信/息) are taken out of the rows
and kept as stacks, because their characters interleave with the values beside them. Seals and watermarks are laid over the form and
belong to no row.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import median

from app.domain.page import Box, Page, Source, Word
from extractors.text import compact

#: Labels that forms set vertically, longest first.
VERTICAL_LABELS = ("购买方信息", "销售方信息", "购货单位", "销货单位", "购买方", "销售方", "密码区", "下载次数", "备注")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of characters with its box in points, origin top left."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def cx(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def cy(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def height(self) -> float:
        return self.y1 - self.y0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A drawn rule in points: at ``at`` from ``low`` to ``high``."""

    at: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page. ``rows`` are pieces of one text line each, left to right; ``stacks`` the vertical labels."""

    number: int
    width: float
    height: float
    source: Source
    rows: tuple[tuple[Piece, ...], ...]
    stacks: tuple[Piece, ...]
    verticals: tuple[Line, ...]
    horizontals: tuple[Line, ...]
    em: float

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return tuple(p for row in self.rows for p in row)

    def box(self, pieces: Iterable[Piece]) -> Box | None:
        """The union of ``pieces`` in page fractions."""
        members = list(pieces)
        if not members or not self.width or not self.height:
            return None
        x0, y0 = min(p.x0 for p in members), min(p.y0 for p in members)
        x1, y1 = max(p.x1 for p in members), max(p.y1 for p in members)
        return (
            _unit(x0 / self.width),
            _unit(y0 / self.height),
            _unit(x1 / self.width),
            _unit(y1 / self.height),
        )

    def rule_between(self, x0: float, x1: float, y: float) -> bool:
        """True when a vertical rule stands between ``x0`` and ``x1`` at height ``y``."""
        slack = self.em * 0.3
        return any(x0 - 0.5 < v.at < x1 + 0.5 and v.low - slack <= y <= v.high + slack for v in self.verticals)

    def without_rows(self, keep: range) -> Sheet:
        """The same sheet with only the rows whose index is in ``keep``."""
        return replace(self, rows=tuple(r for i, r in enumerate(self.rows) if i in keep))


def _unit(value: float) -> float:
    return min(1.0, max(0.0, round(value, 6)))


def char_weight(char: str) -> float:
    """Advance width in em: 1 for full-width characters, about a half for the rest."""
    return 1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.55


@lru_cache(maxsize=32)
def lay_out(page: Page) -> Sheet:
    """The sheet of a page; pages are frozen, so the result is kept."""
    w, h = page.width or 1.0, page.height or 1.0
    pieces = [
        Piece(text=word.text, x0=word.bbox[0] * w, y0=word.bbox[1] * h, x1=word.bbox[2] * w, y1=word.bbox[3] * h)
        for word in page.words
        if word.text.strip() and not _slanted(word, w, h)
    ]
    pieces = _without_overlays(_once(pieces))
    verticals, horizontals = _lines(page, w, h)
    flat = [p for p in pieces if not _is_tall(p)]
    em = median(p.height for p in flat) if flat else 10.0
    stacks, rest = _take_stacks(flat, em)
    stacks += [p for p in pieces if _is_tall(p)]
    cut = [part for p in rest for part in _cut_at_rules(p, verticals)]
    return Sheet(
        number=page.number,
        width=w,
        height=h,
        source=page.source,
        rows=make_rows(cut),
        stacks=tuple(stacks),
        verticals=verticals,
        horizontals=horizontals,
        em=em,
    )


def _slanted(word: Word, w: float, h: float) -> bool:
    """Text set at an angle (seals, watermarks): its box is much taller and wider than its characters are high."""
    glyph = word.height * h
    across, down = (word.bbox[2] - word.bbox[0]) * w, (word.bbox[3] - word.bbox[1]) * h
    return len(word.text.strip()) > 1 and 0 < 1.5 * glyph < down and across > 1.5 * glyph


def _without_overlays(pieces: list[Piece]) -> list[Piece]:
    """Without large text that is drawn over smaller text: a form leaves room for what it prints, a stamp does not."""
    if not pieces:
        return pieces
    em = median(p.height for p in pieces)
    large = [p for p in pieces if p.height > 1.6 * em and not _is_tall(p)]
    small = [p for p in pieces if p.height <= 1.6 * em]
    covering = {id(big) for big in large if any(_covers(big, p) for p in small)}
    return [p for p in pieces if id(p) not in covering]


def _covers(big: Piece, small: Piece) -> bool:
    inset = 0.25 * big.height
    return big.x0 + inset < small.cx < big.x1 - inset and big.y0 + inset < small.cy < big.y1 - inset


def _once(pieces: list[Piece]) -> list[Piece]:
    """Words drawn twice on one spot (imitated bold type) count once."""
    out: list[Piece] = []
    seen: dict[str, list[Piece]] = {}
    for piece in pieces:
        twins = seen.setdefault(piece.text, [])
        if not any(abs(p.x0 - piece.x0) < 1.2 and abs(p.y0 - piece.y0) < 1.2 for p in twins):
            twins.append(piece)
            out.append(piece)
    return out


def _lines(page: Page, w: float, h: float) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    vertical, horizontal = [], []
    for rule in page.rules:
        x0, y0, x1, y1 = rule.bbox[0] * w, rule.bbox[1] * h, rule.bbox[2] * w, rule.bbox[3] * h
        if x1 - x0 <= 3 and y1 - y0 > 4:
            vertical.append(Line(at=(x0 + x1) / 2, low=y0, high=y1))
        elif y1 - y0 <= 3 and x1 - x0 > 4:
            horizontal.append(Line(at=(y0 + y1) / 2, low=x0, high=x1))
        elif x1 - x0 > 4 and y1 - y0 > 4:  # a frame: its four sides
            vertical += [Line(at=x, low=y0, high=y1) for x in (x0, x1)]
            horizontal += [Line(at=y, low=x0, high=x1) for y in (y0, y1)]
    return tuple(sorted(vertical, key=lambda v: v.at)), tuple(sorted(horizontal, key=lambda v: v.at))


def _is_tall(piece: Piece) -> bool:
    plain = compact(piece.text)
    return len(plain) >= 2 and piece.height > 2.2 * (piece.x1 - piece.x0) and not plain.isascii()


def _take_stacks(pieces: list[Piece], em: float) -> tuple[list[Piece], list[Piece]]:
    """Known vertical labels set as single characters below each other, and the other pieces."""
    singles = [p for p in pieces if len(p.text.strip()) == 1]
    stacks: list[Piece] = []
    used: set[int] = set()
    for label in VERTICAL_LABELS:
        for start in (p for p in singles if p.text.strip() == label[0] and id(p) not in used):
            column = [start]
            for char in label[1:]:
                last = column[-1]
                reach = 3.6 * max(em, last.height)
                below = [
                    p
                    for p in singles
                    if p.text.strip() == char
                    and id(p) not in used
                    and abs(p.cx - last.cx) < 0.7 * em
                    and 0.5 * last.height < p.y0 - last.y0 < reach
                ]
                if not below:
                    break
                column.append(min(below, key=lambda p: p.y0))
            if len(column) == len(label):
                used.update(id(p) for p in column)
                x0, x1 = min(p.x0 for p in column), max(p.x1 for p in column)
                stacks.append(Piece(text=label, x0=x0, y0=start.y0, x1=x1, y1=column[-1].y1))
    return stacks, [p for p in pieces if id(p) not in used]


def _cut_at_rules(piece: Piece, verticals: tuple[Line, ...]) -> list[Piece]:
    """Cut where a vertical rule crosses the inside of a word; character widths are estimated."""
    margin = 0.35 * piece.height
    crossing = [v.at for v in verticals if v.low < piece.cy < v.high and piece.x0 + margin < v.at < piece.x1 - margin]
    text = piece.text
    if not crossing or len(text) < 2:
        return [piece]
    total = sum(char_weight(c) for c in text)
    scale = (piece.x1 - piece.x0) / total
    parts: list[Piece] = []
    left, begin, x = piece.x0, 0, piece.x0
    for index, char in enumerate(text):
        x_next = x + char_weight(char) * scale
        if crossing and (x + x_next) / 2 > crossing[0]:
            crossing.pop(0)
            # A number is never cut: in old layouts it simply overshoots its column.
            if index > begin and not (text[index - 1] in "0123456789.,-" and char in "0123456789.,-"):
                parts.append(replace(piece, text=text[begin:index], x0=left, x1=x))
                begin, left = index, x
        x = x_next
    parts.append(replace(piece, text=text[begin:], x0=left))
    return [p for p in parts if p.text.strip()]


def make_rows(pieces: Iterable[Piece]) -> tuple[tuple[Piece, ...], ...]:
    """Pieces whose vertical centres lie within max(2 pt, 0.4 of their height) share a row."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (p.cy, p.x0)):
        if rows:
            row = rows[-1]
            middle = sum(p.cy for p in row) / len(row)
            limit = max(2.0, 0.4 * min(piece.height, max(p.height for p in row)))
            if abs(piece.cy - middle) <= limit:
                row.append(piece)
                continue
        rows.append([piece])
    return tuple(tuple(sorted(row, key=lambda p: p.x0)) for row in rows)
