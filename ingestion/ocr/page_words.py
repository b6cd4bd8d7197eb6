"""One page picture → words, rules and the turn that made it straight. Heavy: worker only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain.page import Box, Rule, Word
from ingestion.ocr.engine import Char, Engine, Pixels
from ingestion.ocr.picture import LEAST_SKEW, decode, fit, quarter_turns, skew_of, take_rules, turn
from ingestion.ocr.spacing import Mark, em_of, place, split
from ingestion.ocr.strips import Strip, cut_strips

#: Text is found on a smaller copy (half the time, no loss measured) and read from the full one.
_SEARCH_SIDE = 1600
_LEAST_SCORE = 0.35
_STRIPS_TO_JUDGE = 12


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
    quarters = 0
    straight = turn(picture, skew) if skew else picture
    ruled = take_rules(straight)
    boxes = engine.regions(ruled.picture, long_side=_SEARCH_SIDE)
    if _lies_on_its_side(boxes):
        quarters = 1
        ruled = take_rules(quarter_turns(straight, 1))
        boxes = engine.regions(ruled.picture, long_side=_SEARCH_SIDE)
    strips = cut_strips(ruled.picture, boxes)
    if _stands_on_its_head(engine, strips):
        quarters += 2
        ruled = take_rules(quarter_turns(straight, quarters))
        boxes = engine.regions(ruled.picture, long_side=_SEARCH_SIDE)
        strips = cut_strips(ruled.picture, boxes)
    height, width = ruled.picture.shape[:2]
    words: list[Word] = []
    for strip, chars in zip(strips, engine.texts([s.picture for s in strips]), strict=True):
        words += _words(strip, chars, number, width, height)
    rules = tuple(Rule(bbox=_fraction(line, width, height)) for line in ruled.lines)
    words.sort(key=lambda w: ((w.bbox[1] + w.bbox[3]) / 2, w.bbox[0]))
    return PageReading(words=tuple(words), rules=rules, turn=round(skew + 90 * quarters, 3), width=width, height=height)


def _lies_on_its_side(boxes: list[Pixels]) -> bool:
    """More line length runs down the page than across it."""
    across = sum(x1 - x0 for x0, y0, x1, y1 in boxes if x1 - x0 > 2 * (y1 - y0))
    down = sum(y1 - y0 for x0, y0, x1, y1 in boxes if y1 - y0 > 2 * (x1 - x0))
    return down > 2 * across


def _stands_on_its_head(engine: Engine, strips: list[Strip]) -> bool:
    longest = sorted((s for s in strips if not s.tall), key=lambda s: s.box[0] - s.box[2])[:_STRIPS_TO_JUDGE]
    return len(longest) >= 3 and engine.upside_down([s.picture for s in longest]) > 0.6


def _words(strip: Strip, chars: tuple[Char, ...], number: int, width: int, height: int) -> list[Word]:
    text = "".join(c.char for c in chars).strip()
    if not text or sum(c.score for c in chars) / len(chars) < _LEAST_SCORE:
        return []
    x0, y0, x1, y1 = strip.box
    if strip.tall:
        size = min(x1 - x0, 0.9 * (y1 - y0))
        score = min(c.score for c in chars)
        return [_word(text, (x0, y0, x1, y1), size, score, number, width, height)]
    em = em_of(text, strip.bottom - strip.top)
    placed = [(c.char, x0 + c.centre * (x1 - x0), c.score) for c in chars]
    marks, _ = place(placed, strip.runs, em)
    middle = (strip.top + strip.bottom) / 2
    return [
        _word(
            "".join(m.char for m in group),
            (group[0].x0, middle - em / 2, group[-1].x1, middle + em / 2),
            em,
            _certainty(group),
            number,
            width,
            height,
        )
        for group in split(marks, em)
    ]


def _certainty(marks: list[Mark]) -> float:
    """A word is as certain as its least certain character; one character in doubt makes another number."""
    return min(m.score for m in marks)


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
