"""The text layer of a PDF page as glyphs, with what it is made of: how many characters are readable, broken or unseen."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.page import Box
from ingestion import limits
from ingestion.readers.glyphs import Glyph, is_visible, is_wide, plain_char, takes_room
from ingestion.readers.pdf_drawing import Drawing, is_white
from ingestion.readers.pdf_frame import Frame

_SMALLEST_SIZE, _LARGEST_SIZE = 0.6, 5_000.0
_INVISIBLE_RENDER_MODE = 3
_UNFILLED_RENDER_MODES = (1, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLayer:
    """Counts: ``characters`` of any kind, blanks included; ``broken`` without a Unicode meaning; ``overlay`` drawn invisibly
    over a picture (the mark of a recognised scan); ``unseen`` left out because nobody could see them: no size, outside the
    page, white on white, drawn invisibly with no picture underneath. ``unseen_text`` is what those say."""

    glyphs: tuple[Glyph, ...]
    characters: int
    broken: int
    overlay: int
    unseen: int
    unseen_text: str = ""

    @property
    def useful(self) -> int:
        """Ideographs, letters and digits."""
        return sum(1 for g in self.glyphs if g.char.isalnum())


def read_text_layer(textpage: Any, frame: Frame, drawing: Drawing) -> TextLayer:
    """Characters of a pypdfium2 text page in stream order. Raises nothing on odd content; what it cannot read it counts."""
    import pypdfium2.raw as pdfium

    source = _Source(pdfium, textpage, frame)
    glyphs: list[Glyph] = []
    characters = broken = overlay = unseen = 0
    blank: tuple[float, float] | None = None
    hidden: list[str] = []
    for index, char in _characters(pdfium, textpage):
        characters += 1
        if char is None or _is_private(char):
            broken += 1
            continue
        if char.isspace():
            if blank is None and pdfium.FPDFText_IsGenerated(textpage, index) != 1:
                blank = source.origin(index)
            continue
        if not is_visible(char):
            continue
        run = source.run(index)
        broken += pdfium.FPDFText_HasUnicodeMapError(textpage, index) == 1
        glyph = source.glyph(index, char, run, blank)
        blank = None
        if glyph is None or _cannot_be_seen(glyph, run, drawing):
            unseen += 1
            hidden.append(char)
            continue
        overlay += run.invisible
        glyphs.append(glyph)
    return TextLayer(
        glyphs=tuple(glyphs),
        characters=characters,
        broken=broken,
        overlay=overlay,
        unseen=unseen,
        unseen_text="".join(hidden),
    )


def _characters(pdfium: Any, textpage: Any) -> Iterator[tuple[int, str | None]]:
    count = min(max(pdfium.FPDFText_CountChars(textpage), 0), limits.MAX_GLYPHS_PER_PAGE)
    high = 0
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(textpage, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            paired, high = high, 0
            if paired:
                yield index, chr(0x10000 + ((paired - 0xD800) << 10) + (code - 0xDC00))
            else:
                yield index, None
        elif code == 2:
            # pdfium's stand-in for a hyphen at the end of a line: in bills it is a minus or a dash.
            yield index, "-"
        elif code in (0, 0xFFFD, 0xFFFE, 0xFFFF) or code > 0x10FFFF:
            yield index, None
        else:
            yield index, plain_char(chr(code))


def _is_private(char: str) -> bool:
    # U+F020..U+F0FF is where Word puts bullets and ticks of symbol fonts: no loss of text.
    return "\ue000" <= char <= "\uf8ff" and not "\uf020" <= char <= "\uf0ff"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What the characters of one text object share: number on the page, size in points, writing direction as shown and in
    user space, drawn invisibly, filled with white."""

    number: int
    size: float
    direction: tuple[float, float]
    along_x: bool
    invisible: bool
    white: bool


class _Source:
    """Reads positions through pdfium; the ctypes cells are made once, because a page asks thousands of times."""

    def __init__(self, pdfium: Any, textpage: Any, frame: Frame) -> None:
        self._pdfium, self._textpage, self._frame = pdfium, textpage, frame
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._box = pdfium.FS_RECTF()
        self._runs: dict[int, _Run] = {}

    def origin(self, index: int) -> tuple[float, float] | None:
        """Where a character sits on its baseline, on the page as shown."""
        if not self._pdfium.FPDFText_GetCharOrigin(self._textpage, index, self._x, self._y):
            return None
        return self._frame.point(self._x.value, self._y.value)

    def run(self, index: int) -> _Run:
        """The text object of a character."""
        obj = self._pdfium.FPDFText_GetTextObject(self._textpage, index)
        address = ctypes.cast(obj, ctypes.c_void_p).value or 0
        found = self._runs.get(address)
        if found is None or not address:
            found = self._runs[address] = self._read_run(index, obj if address else None)
        return found

    def glyph(self, index: int, char: str, run: _Run, blank: tuple[float, float] | None) -> Glyph | None:
        """None for a character without position, without size or off the page."""
        origin, size = self.origin(index), run.size
        if origin is None or not _SMALLEST_SIZE <= size < _LARGEST_SIZE:
            return None
        x, y = origin
        if not (-size < x < self._frame.width + size and -size < y < self._frame.height + size):
            return None
        advance = 0.0
        box = self._box
        if self._pdfium.FPDFText_GetLooseCharBox(self._textpage, index, box):
            advance = box.right - box.left if run.along_x else box.top - box.bottom
        if not 0.05 * size <= advance <= 2.5 * size:
            advance = size if is_wide(char) else 0.5 * size
        return Glyph(
            char=char,
            x=x,
            y=y,
            advance=advance,
            size=size,
            dx=run.direction[0],
            dy=run.direction[1],
            run=run.number,
            blank_before=takes_room(blank, origin, run.direction, size),
        )

    def _read_run(self, index: int, obj: Any | None) -> _Run:
        pdfium, matrix = self._pdfium, self._pdfium.FS_MATRIX()
        scale, direction = 1.0, (1.0, 0.0)
        if pdfium.FPDFText_GetMatrix(self._textpage, index, matrix):
            scale = math.hypot(matrix.c, matrix.d)
            length = math.hypot(matrix.a, matrix.b)
            if length > 1e-9:
                direction = (matrix.a / length, matrix.b / length)
        mode = pdfium.FPDFTextObj_GetTextRenderMode(obj) if obj is not None else 0
        return _Run(
            number=len(self._runs),
            size=pdfium.FPDFText_GetFontSize(self._textpage, index) * scale,
            direction=self._frame.vector(*direction),
            along_x=abs(direction[0]) >= abs(direction[1]),
            invisible=mode == _INVISIBLE_RENDER_MODE,
            white=obj is not None and mode not in _UNFILLED_RENDER_MODES and is_white(pdfium, obj),
        )


def _cannot_be_seen(glyph: Glyph, run: _Run, drawing: Drawing) -> bool:
    if not run.invisible and not run.white:
        return False
    x, y = glyph.x + glyph.dx * glyph.advance / 2, glyph.y + glyph.dy * glyph.advance / 2
    if run.invisible:
        return not any(_holds(box, x, y) for box in drawing.pictures)
    return not drawing.shaded and not any(_holds(box, x, y) for box in (*drawing.backgrounds, *drawing.pictures))


def _holds(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] - 2 <= y <= box[3] + 2
