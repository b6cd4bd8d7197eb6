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

_SMALLEST_SIZE = 0.6
_INVISIBLE_RENDER_MODE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLayer:
    """``broken`` counts characters without a Unicode meaning, ``overlay`` those drawn invisibly over a picture (the mark of a
    recognised scan), ``unseen`` those left out because nobody could see them: no size, outside the page, white on white,
    drawn invisibly with no picture underneath."""

    glyphs: tuple[Glyph, ...]
    broken: int
    overlay: int
    unseen: int

    @property
    def useful(self) -> int:
        """Ideographs, letters and digits."""
        return sum(1 for g in self.glyphs if g.char.isalnum())


def read_text_layer(textpage: Any, frame: Frame, drawing: Drawing) -> TextLayer:
    """Characters of a pypdfium2 text page in stream order. Raises nothing on odd content; what it cannot read it counts."""
    import pypdfium2.raw as pdfium

    glyphs: list[Glyph] = []
    broken = overlay = unseen = 0
    runs: dict[int, _Run] = {}
    blank: tuple[float, float] | None = None
    for index, char in _characters(pdfium, textpage):
        if char is None:
            broken += 1
            continue
        if char.isspace():
            if blank is None and pdfium.FPDFText_IsGenerated(textpage, index) != 1:
                blank = _origin(pdfium, textpage, index, frame)
            continue
        if not is_visible(char):
            broken += _is_private(char)
            continue
        broken += _is_private(char)
        if _is_private(char):
            continue
        run = _run_of(pdfium, textpage, index, runs)
        glyph = _glyph(pdfium, textpage, index, char, frame, run=run.number, blank=blank)
        blank = None
        if glyph is None or _cannot_be_seen(glyph, run, drawing):
            unseen += 1
            continue
        overlay += run.invisible
        glyphs.append(glyph)
    return TextLayer(glyphs=tuple(glyphs), broken=broken, overlay=overlay, unseen=unseen)


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
    """The text object a character belongs to: its number on the page, drawn invisibly, filled with white."""

    number: int
    invisible: bool
    white: bool


def _run_of(pdfium: Any, textpage: Any, index: int, runs: dict[int, _Run]) -> _Run:
    obj = pdfium.FPDFText_GetTextObject(textpage, index)
    address = ctypes.cast(obj, ctypes.c_void_p).value or 0
    if address not in runs:
        mode = pdfium.FPDFTextObj_GetTextRenderMode(obj) if address else 0
        fills = mode not in (1, 5)
        runs[address] = _Run(
            number=len(runs),
            invisible=mode == _INVISIBLE_RENDER_MODE,
            white=bool(address) and fills and is_white(pdfium, obj),
        )
    return runs[address]


def _cannot_be_seen(glyph: Glyph, run: _Run, drawing: Drawing) -> bool:
    if not run.invisible and not run.white:
        return False
    x, y = glyph.x + glyph.dx * glyph.advance / 2, glyph.y + glyph.dy * glyph.advance / 2
    if run.invisible:
        return not any(_holds(box, x, y) for box in drawing.pictures)
    return not drawing.shaded and not any(_holds(box, x, y) for box in (*drawing.backgrounds, *drawing.pictures))


def _holds(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] - 2 <= y <= box[3] + 2


def _glyph(
    pdfium: Any, textpage: Any, index: int, char: str, frame: Frame, *, run: int, blank: tuple[float, float] | None
) -> Glyph | None:
    matrix, box = pdfium.FS_MATRIX(), pdfium.FS_RECTF()
    origin = _origin(pdfium, textpage, index, frame)
    if origin is None:
        return None
    scale, direction = 1.0, (1.0, 0.0)
    if pdfium.FPDFText_GetMatrix(textpage, index, matrix):
        scale = math.hypot(matrix.c, matrix.d)
        length = math.hypot(matrix.a, matrix.b)
        if length > 1e-9:
            direction = (matrix.a / length, matrix.b / length)
    size = pdfium.FPDFText_GetFontSize(textpage, index) * scale
    if not _SMALLEST_SIZE <= size < 5_000:
        return None
    advance = 0.0
    if pdfium.FPDFText_GetLooseCharBox(textpage, index, box):
        along_x = abs(direction[0]) >= abs(direction[1])
        advance = box.right - box.left if along_x else box.top - box.bottom
    if not 0.05 * size <= advance <= 2.5 * size:
        advance = size if is_wide(char) else 0.5 * size
    sx, sy = origin
    if not (-size < sx < frame.width + size and -size < sy < frame.height + size):
        return None
    dx, dy = frame.vector(*direction)
    spaced = takes_room(blank, origin, (dx, dy), size)
    return Glyph(char=char, x=sx, y=sy, advance=advance, size=size, dx=dx, dy=dy, run=run, blank_before=spaced)


def _origin(pdfium: Any, textpage: Any, index: int, frame: Frame) -> tuple[float, float] | None:
    """Where a character sits on its baseline, on the page as shown."""
    x, y = ctypes.c_double(), ctypes.c_double()
    if not pdfium.FPDFText_GetCharOrigin(textpage, index, x, y):
        return None
    return frame.point(x.value, y.value)
