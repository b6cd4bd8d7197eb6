"""One page picture → words, rules and the turn that made it straight. Heavy: worker only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import median
from typing import Any

from app.domain.page import Box, Rule, Word
from ingestion.ocr.engine import Char, Engine, Pixels
from ingestion.ocr.missed import has_minus, leftovers
from ingestion.ocr.picture import (
    LEAST_SKEW,
    Ruled,
    decode,
    fit,
    quarter_turns,
    skew_of,
    take_rules,
    turn,
    without_seals,
)
from ingestion.ocr.spacing import Mark, em_of, place, split
from ingestion.ocr.strips import Strip, cut_strips

#: Text is found on a smaller copy (half the time, no loss measured) and read from the full one.
_SEARCH_SIDE = 1600
_LEAST_SCORE = 0.35
_SURE = 0.75
_GUESSED = 0.5
_STRIPS_TO_JUDGE = 12
_MONEY = re.compile(r"[VvYyF羊]-?\d[\d,]*\.\d\d", re.ASCII)
_CLASS_WITHOUT_STAR = re.compile("[\u4e00-\u9fff、]{2,14}\\*")
_SMALL_PRINT = frozenset("0123456789.,-+*%¥￥/()（）：:")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """``turn`` is by how many degrees clockwise the page was turned (right angles included); words and rules are fractions of the
    turned page, whose pixels are ``width`` × ``height``."""

    words: tuple[Word, ...]
    rules: tuple[Rule, ...]
    turn: float
    width: int
    height: int


def read_page(engine: Engine, data: bytes, number: int) -> PageReading:
    """Reads the picture (PNG, JPEG) of page ``number``. Raises ValueError when it is not a picture."""
    picture = fit(decode(data))
    skew = skew_of(picture)
    skew = skew if abs(skew) >= LEAST_SKEW else 0.0
    straight = without_seals(turn(picture, skew) if skew else picture)
    quarters = 0
    look = _look(engine, straight)
    if _lies_on_its_side(look.boxes):
        quarters = 1
        look = _look(engine, quarter_turns(straight, quarters))
    if _stands_on_its_head(engine, look.strips):
        quarters += 2
        look = _look(engine, quarter_turns(straight, quarters))
    height, width = look.ruled.picture.shape[:2]
    lines = _read_lines(engine, look)
    words = tuple(
        _word(text, box, em, score, number, width, height)
        for text, box, em, score in sorted(lines, key=lambda w: ((w[1][1] + w[1][3]) / 2, w[1][0]))
    )
    return PageReading(
        words=words,
        rules=tuple(Rule(bbox=_fraction(line, width, height)) for line in look.ruled.lines),
        turn=round(skew + 90 * quarters, 3),
        width=width,
        height=height,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """A page in one position: its rules, the boxes of its lines, the lines cut out."""

    ruled: Ruled
    boxes: list[Pixels]
    strips: list[Strip]


def _look(engine: Engine, picture: Any) -> _Look:
    ruled = take_rules(picture)
    boxes = engine.regions(ruled.picture, long_side=_SEARCH_SIDE)
    return _Look(ruled=ruled, boxes=boxes, strips=cut_strips(ruled.picture, boxes))


def _lies_on_its_side(boxes: list[Pixels]) -> bool:
    """More line length runs down the page than across it."""
    across = sum(x1 - x0 for x0, y0, x1, y1 in boxes if x1 - x0 > 2 * (y1 - y0))
    down = sum(y1 - y0 for x0, y0, x1, y1 in boxes if y1 - y0 > 2 * (x1 - x0))
    return down > 2 * across


def _stands_on_its_head(engine: Engine, strips: list[Strip]) -> bool:
    longest = sorted((s for s in strips if not s.tall), key=lambda s: s.box[0] - s.box[2])[:_STRIPS_TO_JUDGE]
    return len(longest) >= 3 and engine.upside_down([s.picture for s in longest]) > 0.6


_Line = tuple[str, tuple[float, float, float, float], float, float]
"""Text, box in pixels, type size in pixels, certainty 0..1."""


def _read_lines(engine: Engine, look: _Look) -> list[_Line]:
    strips = look.strips
    flat = [s.bottom - s.top for s in strips if not s.tall]
    usual = median(flat) if flat else 0.0
    spare = leftovers(look.ruled.ink, [s.box for s in strips], usual)
    passed_over = cut_strips(look.ruled.picture, [_aired(box, usual) for box in spare.boxes])
    words: list[_Line] = []
    for strip, chars in zip(strips, engine.texts([s.picture for s in strips]), strict=True):
        words += _words(strip, chars, _LEAST_SCORE)
    for strip, chars in zip(passed_over, engine.texts([s.picture for s in passed_over]), strict=True):
        # Scraps of pictures look like characters to somebody who expects characters: what was passed over has to stand in a row.
        words += [w for w in _words(strip, chars, _SURE) if set(w[0]) <= _SMALL_PRINT and _in_row(w, words)]
    return [_mended(word, spare.dashes) for word in words]


def _mended(word: _Line, dashes: tuple[Pixels, ...]) -> _Line:
    """The two mistakes that are plain from what stands beside: a minus sign passed over, a currency sign taken for a letter."""
    text, box, em, score = word
    if _MONEY.fullmatch(text):
        text = "¥" + text[1:]
    if has_minus(text, box, dashes, em):
        text, score = "-" + text, min(score, _GUESSED)
    return text, box, em, score


def _in_row(one: _Line, others: list[_Line]) -> bool:
    middle = (one[1][1] + one[1][3]) / 2
    return sum(abs((box[1] + box[3]) / 2 - middle) < 0.35 * em for _, box, em, _ in others) >= 2


def _aired(box: Pixels, em: float) -> Pixels:
    air = round(0.25 * em)
    return max(box[0] - air, 0), max(box[1] - air, 0), box[2] + air, box[3] + air


def _words(strip: Strip, chars: tuple[Char, ...], least: float) -> list[_Line]:
    text = "".join(c.char for c in chars).strip()
    if not text or sum(c.score for c in chars) / len(chars) < least:
        return []
    x0, y0, x1, y1 = strip.box
    if strip.tall:
        return [(text, (x0, y0, x1, y1), min(x1 - x0, 0.9 * (y1 - y0)), min(c.score for c in chars))]
    em = em_of(text, strip.bottom - strip.top)
    placed = [(c.char, x0 + c.centre * (x1 - x0), c.score) for c in chars]
    middle = (strip.top + strip.bottom) / 2
    marks, strangers = place(placed, strip.runs, em)
    star = _lost_star(text, marks, strangers, em)
    if star is not None:
        marks = [star, *marks]
    return [
        (
            "".join(m.char for m in group),
            (group[0].x0, middle - em / 2, group[-1].x1, middle + em / 2),
            em,
            # A word is as certain as its least certain character: one digit in doubt makes another number.
            min(m.score for m in group),
        )
        for group in split(marks, em)
    ]


def _lost_star(text: str, marks: list[Mark], strangers: list[tuple[int, int]], em: float) -> Mark | None:
    """Item names begin ``*class*name``. Where the second asterisk was read and something small stands unread in front, it is the first."""
    if not _CLASS_WITHOUT_STAR.match(text):
        return None
    before = [(a, b) for a, b in strangers if 0 < marks[0].x0 - b < 0.5 * em and 0.1 * em < b - a < 0.7 * em]
    return Mark(char="*", score=_GUESSED, x0=before[-1][0], x1=before[-1][1]) if len(before) == 1 else None


def _word(text: str, box: Any, size: float, score: float, number: int, width: int, height: int) -> Word:
    return Word(
        text=text,
        bbox=_fraction(box, width, height),
        page=number,
        height=round(size / height, 5),
        confidence=round(score, 3),
    )


def _fraction(box: tuple[float, float, float, float], width: int, height: int) -> Box:
    def part(value: float, whole: int) -> float:
        return round(min(max(value / whole, 0.0), 1.0), 5)

    return part(box[0], width), part(box[1], height), part(box[2], width), part(box[3], height)
