"""Characters with positions → words. Shared by PDF and OFD, which differ only in how they state positions.

Lengths are points on the page as shown: origin top left, y downwards, page rotation already applied.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.page import Box, Word

#: A gap wider than this many em ends a word: next to a digit or sign, and otherwise. Digits of one number are set tight,
#: while Chinese labels are often letter-spaced.
DIGIT_GAP = 0.22
TEXT_GAP = 0.45
#: A space character that takes at least this much room ends a word even where the gap would not (Latin text).
BLANK_ROOM = 0.12
#: Latin words are sometimes set without any space character, by position alone.
LATIN_GAP = 0.17
#: Between separately drawn objects (Word sets a quarter em between an ideograph and a digit).
RUN_GAP = 0.3
RUN_DIGIT_GAP = 0.18
#: Pieces drawn one after another elsewhere in the stream are joined only when they touch.
TOUCH_GAP = 0.12
ASCENT, DESCENT = 0.88, 0.12
_MAX_PIECES_TO_JOIN = 8_000

#: Fonts that map ideographs to look-alike radicals (no compatibility mapping in Unicode for these).
_RADICALS = str.maketrans(
    "⺠⺟⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻥⻦⻨⻩⻬⻮⻰⻳",
    "民母虎西见角贝车长门青韦页风飞食马骨鱼鸟麦黄齐齿龙龟",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """One character: baseline origin, unit vector of the writing direction, advance and font size in points.

    ``run`` numbers the object it was drawn with; ``blank_before`` says that a space character took room in front of it.
    """

    char: str
    x: float
    y: float
    advance: float
    size: float
    dx: float = 1.0
    dy: float = 0.0
    run: int = 0
    blank_before: bool = False


def takes_room(
    blank: tuple[float, float] | None, glyph_at: tuple[float, float], direction: tuple[float, float], size: float
) -> bool:
    """Whether a space character drawn at ``blank`` leaves visible room before the glyph at ``glyph_at``. Layout programs also
    write spaces of no width, inside numbers too."""
    if blank is None:
        return False
    along = (glyph_at[0] - blank[0]) * direction[0] + (glyph_at[1] - blank[1]) * direction[1]
    return along >= BLANK_ROOM * size


def plain_char(char: str) -> str:
    """The ideograph for a Kangxi or CJK radical code point, every other character as it is."""
    if "⼀" <= char <= "⿕":
        return unicodedata.normalize("NFKC", char)
    return char.translate(_RADICALS) if "⺀" <= char <= "⻳" else char


def is_visible(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Cn")


def is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WFA"


def glyph_box(glyph: Glyph) -> Box:
    """The em box in points (not fractions), axis-parallel hull when the glyph is rotated."""
    ex, ey = glyph.x + glyph.dx * glyph.advance, glyph.y + glyph.dy * glyph.advance
    up, down = ASCENT * glyph.size, DESCENT * glyph.size
    ux, uy = glyph.dy, -glyph.dx
    xs = (glyph.x + ux * up, glyph.x - ux * down, ex + ux * up, ex - ux * down)
    ys = (glyph.y + uy * up, glyph.y - uy * down, ey + uy * up, ey - uy * down)
    return min(xs), min(ys), max(xs), max(ys)


def fraction_box(box: Box, width: float, height: float) -> Box | None:
    """A box in points as page fractions cut to the page; None when it lies outside."""
    x0, y0, x1, y1 = box[0] / width, box[1] / height, box[2] / width, box[3] / height
    if not (x1 > 0 and y1 > 0 and x0 < 1 and y0 < 1 and x0 <= x1 and y0 <= y1):
        return None
    return (
        round(max(x0, 0.0), 5),
        round(max(y0, 0.0), 5),
        round(min(x1, 1.0), 5),
        round(min(y1, 1.0), 5),
    )


def hull(boxes: Iterable[Box]) -> Box:
    x0s, y0s, x1s, y1s = zip(*boxes, strict=True)
    return min(x0s), min(y0s), max(x1s), max(y1s)


def group_words(glyphs: Sequence[Glyph], *, page: int, width: float, height: float) -> tuple[Word, ...]:
    """Words in reading order (rows from the top, left to right). Glyphs outside the page are not part of it."""
    pieces: list[list[Glyph]] = []
    for glyph in _without_overprint(glyphs):
        if pieces and _continues(pieces[-1][-1], glyph):
            pieces[-1].append(glyph)
        else:
            pieces.append([glyph])
    words = []
    for piece in _join_touching(pieces):
        box = fraction_box(hull(glyph_box(g) for g in piece), width, height)
        if box is not None:
            text = "".join(g.char for g in piece)
            size = max(g.size for g in piece)
            words.append(Word(text=text, bbox=box, page=page, height=round(size / height, 5)))
    return tuple(_reading_order(words))


def _gap(left: Glyph, right: Glyph) -> tuple[float, float]:
    """Distance from the end of ``left`` to ``right`` along the line, and off the line, in em of the smaller one."""
    vx, vy = right.x - left.x, right.y - left.y
    em = max(min(left.size, right.size), 0.01)
    return (vx * left.dx + vy * left.dy - left.advance) / em, abs(vx * left.dy - vy * left.dx) / em


def _same_line(left: Glyph, right: Glyph) -> bool:
    return left.dx * right.dx + left.dy * right.dy > 0.98 and 0.6 < left.size / max(right.size, 0.01) < 1.67


def _continues(left: Glyph, right: Glyph) -> bool:
    if right.blank_before or not _same_line(left, right):
        return False
    along, off = _gap(left, right)
    if off > 0.3 or along < -0.6:
        return False
    if right.run != left.run:
        # Two drawn objects: neighbouring cells are sometimes set closer than the letters of a spaced label.
        return along <= (RUN_DIGIT_GAP if left.char.isascii() and right.char.isascii() else RUN_GAP)
    if not (left.char.isascii() and right.char.isascii()):
        return along <= TEXT_GAP
    return along <= (LATIN_GAP if left.char.isalpha() and right.char.isalpha() else DIGIT_GAP)


def _without_overprint(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Drops the second copy of a glyph drawn twice on (nearly) the same spot: how bold is faked."""
    kept: list[Glyph] = []
    seen: dict[tuple[str, int, int], list[Glyph]] = {}
    for glyph in glyphs:
        reach = glyph.size * 0.12
        cell = max(glyph.size * 0.5, 0.5)
        column, row = int(glyph.x // cell), int(glyph.y // cell)
        if any(
            abs(o.x - glyph.x) < reach and abs(o.y - glyph.y) < reach and abs(o.size - glyph.size) < reach
            for i in {int((glyph.x - reach) // cell), column, int((glyph.x + reach) // cell)}
            for j in {int((glyph.y - reach) // cell), row, int((glyph.y + reach) // cell)}
            for o in seen.get((glyph.char, i, j), ())
        ):
            continue
        seen.setdefault((glyph.char, column, row), []).append(glyph)
        kept.append(glyph)
    return kept


def _join_touching(pieces: list[list[Glyph]]) -> list[list[Glyph]]:
    """Joins pieces that touch on one line although the stream drew something else in between."""
    if len(pieces) > _MAX_PIECES_TO_JOIN:
        return pieces
    upright = [p for p in pieces if p[0].dx > 0.99]
    others = [p for p in pieces if p[0].dx <= 0.99]
    rows: dict[int, list[int]] = {}
    for index, piece in enumerate(upright):
        rows.setdefault(int(piece[0].y // 2), []).append(index)
    joined: list[list[Glyph] | None] = list(upright)
    for index in sorted(range(len(upright)), key=lambda i: upright[i][0].x):
        current = joined[index]
        if current is None or current[0].blank_before:
            continue
        head = current[0]
        row = int(head.y // 2)
        for candidate in (i for r in (row - 1, row, row + 1) for i in rows.get(r, ())):
            before = joined[candidate]
            if before is None or candidate == index:
                continue
            along, off = _gap(before[-1], head)
            if _same_line(before[-1], head) and off < 0.1 and -0.05 <= along <= TOUCH_GAP:
                joined[index] = None
                before.extend(current)
                break
    return [p for p in joined if p is not None] + others


def _reading_order(words: list[Word]) -> list[Word]:
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: ((w.bbox[1] + w.bbox[3]) / 2, w.bbox[0])):
        middle = (word.bbox[1] + word.bbox[3]) / 2
        if rows:
            head = rows[-1][0].bbox
            if abs((head[1] + head[3]) / 2 - middle) < 0.4 * max(word.bbox[3] - word.bbox[1], 0.004):
                rows[-1].append(word)
                continue
        rows.append([word])
    return [word for row in rows for word in sorted(row, key=lambda w: w.bbox[0])]
