"""The text layer of a PDF page as glyphs, with what it is made of: how many characters are readable, broken or unseen."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingestion import limits
from ingestion.readers.glyphs import Glyph, is_visible, is_wide, plain_char
from ingestion.readers.pdf_frame import Frame

_SMALLEST_SIZE = 0.6
_INVISIBLE_RENDER_MODE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLayer:
    """``broken`` counts characters without a Unicode meaning, ``overlay`` those drawn invisibly over a picture (the mark of a
    recognised scan), ``unseen`` those left out because no reader could see them (no size, outside the page)."""

    glyphs: tuple[Glyph, ...]
    broken: int
    overlay: int
    unseen: int

    @property
    def useful(self) -> int:
        """Ideographs, letters and digits."""
        return sum(1 for g in self.glyphs if g.char.isalnum())


def read_text_layer(textpage: Any, frame: Frame) -> TextLayer:
    """Characters of a pypdfium2 text page in stream order. Raises nothing on odd content; what it cannot read it counts."""
    import pypdfium2.raw as pdfium

    glyphs: list[Glyph] = []
    broken = overlay = unseen = 0
    runs: dict[int, tuple[int, bool]] = {}
    blank = False
    for index, char in _characters(pdfium, textpage):
        if char is None:
            broken += 1
            continue
        if char.isspace():
            blank = blank or pdfium.FPDFText_IsGenerated(textpage, index) != 1
            continue
        if not is_visible(char):
            broken += _is_private(char)
            continue
        broken += _is_private(char)
        if _is_private(char):
            continue
        run, is_overlay = _run_of(pdfium, textpage, index, runs)
        glyph = _glyph(pdfium, textpage, index, char, frame, run=run, blank=blank)
        blank = False
        if glyph is None:
            unseen += 1
            continue
        overlay += is_overlay
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


def _run_of(pdfium: Any, textpage: Any, index: int, runs: dict[int, tuple[int, bool]]) -> tuple[int, bool]:
    """The number of the text object a character belongs to, and whether that object is drawn invisibly."""
    obj = pdfium.FPDFText_GetTextObject(textpage, index)
    address = ctypes.cast(obj, ctypes.c_void_p).value or 0
    if address not in runs:
        hidden = bool(address) and pdfium.FPDFTextObj_GetTextRenderMode(obj) == _INVISIBLE_RENDER_MODE
        runs[address] = (len(runs), hidden)
    return runs[address]


def _glyph(pdfium: Any, textpage: Any, index: int, char: str, frame: Frame, *, run: int, blank: bool) -> Glyph | None:
    x, y = ctypes.c_double(), ctypes.c_double()
    matrix, box = pdfium.FS_MATRIX(), pdfium.FS_RECTF()
    if not pdfium.FPDFText_GetCharOrigin(textpage, index, x, y):
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
    sx, sy = frame.point(x.value, y.value)
    if not (-size < sx < frame.width + size and -size < sy < frame.height + size):
        return None
    dx, dy = frame.vector(*direction)
    return Glyph(char=char, x=sx, y=sy, advance=advance, size=size, dx=dx, dy=dy, run=run, blank_before=blank)
