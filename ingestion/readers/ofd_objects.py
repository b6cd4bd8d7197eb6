"""The graphic objects of one OFD page part (page, template, annotation) in points on the page (GB/T 33190-2016, 8–11)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.page import Box
from ingestion import limits
from ingestion.readers.glyphs import Glyph, glyph_box, hull, is_visible, is_wide, plain_char, takes_room
from ingestion.readers.ofd_path import subpaths
from ingestion.readers.pdf_frame import IDENTITY, Matrix, apply
from ingestion.readers.rules import Segment, outline_segments
from ingestion.readers.xmltree import attribute, children, local

POINTS_PER_MM = 72 / 25.4
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextObject:
    """``text`` is the object's characters as written (a tag's value), ``glyphs`` its visible ones, ``box`` in points."""

    id: str
    text: str
    glyphs: tuple[Glyph, ...]
    broken: int
    box: Box | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image: where it lies (points) and the id of the resource that holds its bytes."""

    box: Box
    resource: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartObjects:
    """``outlines`` counts filled shapes with curves: text turned into drawings."""

    texts: tuple[TextObject, ...] = ()
    segments: tuple[Segment, ...] = ()
    pictures: tuple[Picture, ...] = ()
    outlines: int = 0


def numbers(text: str | None) -> list[float]:
    """The finite numbers of an OFD array attribute; anything else in it is skipped."""
    return [v for v in (float(n) for n in _NUMBER.findall(text or "")) if abs(v) < 1e7]


def read_objects(part: Any, *, left: float, top: float, first_run: int) -> PartObjects:
    """All objects below ``part``; ``left``/``top`` (mm) is where the page's own corner lies in this part's coordinates.

    ``first_run`` numbers the text objects on from there, so that runs stay distinct across the parts of a page.
    """
    texts: list[TextObject] = []
    segments: list[Segment] = []
    pictures: list[Picture] = []
    outlines = count = 0
    for element in part.iter():
        kind = local(element)
        if kind not in ("TextObject", "PathObject", "ImageObject") or _invisible(element):
            continue
        place = _Placement.of(element, left, top)
        if kind == "TextObject":
            text = _text_object(element, place, first_run + len(texts), limits.MAX_GLYPHS_PER_PAGE - count)
            count += len(text.glyphs)
            texts.append(text)
        elif kind == "ImageObject":
            if place.boundary is not None:
                resource = (attribute(element, "ResourceID") or "").strip()
                pictures.append(Picture(box=place.boundary, resource=resource))
        elif len(segments) < limits.MAX_PATH_SEGMENTS_PER_PAGE:
            strokes, curved = _path_object(element, place)
            segments += strokes
            outlines += curved
    return PartObjects(texts=tuple(texts), segments=tuple(segments), pictures=tuple(pictures), outlines=outlines)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placement:
    """Object space (mm) → page points: the object's CTM, then the corner of its boundary, then the page's corner."""

    ctm: Matrix
    x: float
    y: float
    boundary: Box | None

    @classmethod
    def of(cls, element: Any, left: float, top: float) -> _Placement:
        box = numbers(attribute(element, "Boundary"))
        ctm = numbers(attribute(element, "CTM"))
        x, y = (box[0], box[1]) if len(box) >= 2 else (0.0, 0.0)
        boundary = None
        if len(box) == 4:
            boundary = tuple(v * POINTS_PER_MM for v in (x - left, y - top, x - left + box[2], y - top + box[3]))
        matrix: Matrix = (ctm[0], ctm[1], ctm[2], ctm[3], ctm[4], ctm[5]) if len(ctm) == 6 else IDENTITY
        return cls(ctm=matrix, x=x - left, y=y - top, boundary=boundary)  # type: ignore[arg-type]

    def point(self, x: float, y: float) -> tuple[float, float]:
        px, py = apply(self.ctm, x, y)
        return (px + self.x) * POINTS_PER_MM, (py + self.y) * POINTS_PER_MM


def _invisible(element: Any) -> bool:
    return (attribute(element, "Visible") or "true").strip().lower() == "false"


def _text_object(element: Any, place: _Placement, run: int, room: int) -> TextObject:
    size = (numbers(attribute(element, "Size")) or [3.175])[0]
    scale = (numbers(attribute(element, "HScale")) or [1.0])[0]
    turn = (numbers(attribute(element, "CharDirection")) or [0.0])[0]
    a, b, c, d, *_ = place.ctm
    height = size * math.hypot(c, d) * POINTS_PER_MM
    stretch = math.hypot(a, b) * POINTS_PER_MM
    cos, sin = round(math.cos(math.radians(turn)), 6), round(math.sin(math.radians(turn)), 6)
    dx, dy = a * cos + c * sin, b * cos + d * sin
    length = math.hypot(dx, dy)
    direction = (dx / length, dy / length) if length > 1e-9 else (1.0, 0.0)
    written: list[str] = []
    glyphs: list[Glyph] = []
    broken = 0
    blank: tuple[float, float] | None = None
    position = (0.0, 0.0)
    for code in children(element, "TextCode"):
        text = "".join(code.itertext())
        written.append(text)
        position = _start(code, position)
        for char, x, y, advance in _spread(code, text, position, size * scale):
            if not is_visible(char):
                blank = blank or place.point(x, y)
                broken += "\ue000" <= char <= "\uf8ff" or char == "\ufffd"
                continue
            if "\ue000" <= char <= "\uf8ff" or char == "\ufffd":
                broken += 1
                continue
            if len(glyphs) < room and height > 0.3:
                px, py = place.point(x, y)
                glyphs.append(
                    Glyph(
                        char=plain_char(char),
                        x=px,
                        y=py,
                        advance=advance * stretch,
                        size=height,
                        dx=direction[0],
                        dy=direction[1],
                        run=run,
                        blank_before=takes_room(blank, (px, py), direction, height),
                    )
                )
            blank = None
    return TextObject(
        id=(attribute(element, "ID") or "").strip(),
        text="".join(written).strip(),
        glyphs=tuple(glyphs),
        broken=broken,
        box=hull(glyph_box(g) for g in glyphs) if glyphs else None,
    )


def _start(code: Any, before: tuple[float, float]) -> tuple[float, float]:
    """X and Y of a TextCode; what is not stated is taken over from the one before (11.3)."""
    x, y = numbers(attribute(code, "X")), numbers(attribute(code, "Y"))
    return (x[0] if x else before[0]), (y[0] if y else before[1])


def _spread(code: Any, text: str, start: tuple[float, float], em: float) -> Iterator[tuple[str, float, float, float]]:
    """(character, x, y, advance) in object space. Offsets may be missing or fewer than the characters need: then the font's
    usual advance (one em for ideographs, half an em else) stands in. An offset up to one em is taken for the advance itself:
    only the font could tell a wide letter from a spaced one."""
    xs = _offsets(attribute(code, "DeltaX"), len(text))
    ys = _offsets(attribute(code, "DeltaY"), len(text))
    x, y = start
    for index, char in enumerate(text):
        usual = em if is_wide(char) else 0.5 * em
        step_x = xs[index] if index < len(xs) else None
        step_y = ys[index] if index < len(ys) else None
        along = step_x is not None and not step_y and 0.05 * em < step_x <= em
        advance = step_x if along and step_x is not None else usual
        yield char, x, y, advance
        if step_x is None and step_y is None:
            x += usual
        else:
            x += step_x or 0.0
            y += step_y or 0.0


def _offsets(text: str | None, length: int) -> list[float]:
    """The offsets of a DeltaX/DeltaY attribute, ``g n v`` (n times v) unfolded, at most ``length`` of them."""
    tokens = (text or "").split()
    result: list[float] = []
    index = 0
    while index < len(tokens) and len(result) < length:
        if tokens[index].lower() == "g" and index + 2 < len(tokens):
            repeat, value = numbers(tokens[index + 1]), numbers(tokens[index + 2])
            if repeat and value:
                result += [value[0]] * min(max(int(repeat[0]), 0), length)
            index += 3
            continue
        result += numbers(tokens[index])
        index += 1
    return result[:length]


def _path_object(element: Any, place: _Placement) -> tuple[list[Segment], bool]:
    filled = (attribute(element, "Fill") or "false").strip().lower() == "true"
    stroked = (attribute(element, "Stroke") or "true").strip().lower() == "true"
    strokes: list[Segment] = []
    for data in children(element, "AbbreviatedData"):
        for points, curved, closed in subpaths("".join(data.itertext())):
            if curved:
                return [], filled
            shown = [place.point(x, y) for x, y in points]
            strokes += outline_segments(shown, closed=closed, filled=filled, stroked=stroked)
    return strokes, False
