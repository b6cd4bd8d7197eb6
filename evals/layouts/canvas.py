"""A page to draw on with the origin top left, in points; fonts of several kinds."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from functools import cache
from typing import Any

CID = "STSong-Light"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A text as drawn: page from 1, left edge, base line from the top and size in points, ``ends`` the right edge of each character."""

    page: int
    text: str
    x: float
    y: float
    size: float
    ends: tuple[float, ...]
    width: float
    height: float

    def box(self, first: int, last: int) -> tuple[float, float, float, float]:
        """Characters ``first`` … ``last``-1 as fractions of the page: the em box around their base line."""
        left = self.ends[first - 1] if first else self.x
        return left / self.width, (self.y - 0.88 * self.size) / self.height, self.ends[last - 1] / self.width, (self.y + 0.12 * self.size) / self.height


class Drawing(bytes):
    """A file together with what was drawn where: the truth about places."""

    runs: tuple[Run, ...] = ()

    @classmethod
    def of(cls, data: bytes, runs: list[Run]) -> Drawing:
        drawing = cls(data)
        drawing.runs = tuple(runs)
        return drawing


@cache
def _cid() -> str:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont(CID))
    return CID


class Paper:
    """A PDF document. Chinese text in a font that is not embedded, or numbers in Courier or Helvetica beside it, as printers do."""

    tagged = False

    def __init__(self, width: float, height: float, *, digits: str = "") -> None:
        from reportlab.pdfgen.canvas import Canvas

        self.width, self.height = width, height
        self._buffer = io.BytesIO()
        self._canvas: Any = Canvas(self._buffer, pagesize=(width, height), invariant=1)
        self._font = _cid()
        self._digits = digits
        self.runs: list[Run] = []
        self._page = 1

    def _face(self, text: str) -> str:
        return self._digits if self._digits and text.isascii() else self._font

    def length(self, text: str, size: float) -> float:
        return float(self._canvas.stringWidth(text, self._face(text), size))

    def text(self, x: float, y: float, text: str, size: float = 9.0, *, align: str = "left", name: str = "") -> None:
        """``y`` is the base line from the top; ``align`` says what ``x`` is: left, right or centre. ``name`` is the field whose
        value this is, for formats that carry names beside the picture."""
        if not text:
            return
        shift = {"left": 0.0, "right": 1.0, "centre": 0.5}[align] * self.length(text, size)
        self._canvas.setFillGray(0)
        self._canvas.setFont(self._face(text), size)
        self._canvas.drawString(x - shift, self.height - y, text)
        at, ends = x - shift, []
        for char in text:
            at += float(self._canvas.stringWidth(char, self._face(text), size))
            ends.append(at)
        self.runs.append(Run(page=self._page, text=text, x=x - shift, y=y, size=size, ends=tuple(ends), width=self.width, height=self.height))

    def column(self, x: float, y: float, text: str, size: float, step: float) -> None:
        """Vertical label: one character below the other."""
        for index, char in enumerate(text):
            self.text(x, y + index * step, char, size)

    def slanted(self, x: float, y: float, text: str, size: float, angle: float) -> None:
        """A watermark or the curve of a seal."""
        self._canvas.saveState()
        self._canvas.translate(x, self.height - y)
        self._canvas.rotate(angle)
        self._canvas.setFillGray(0.8)
        self._canvas.setFont(self._font, size)
        self._canvas.drawString(0, 0, text)
        self._canvas.restoreState()

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self._canvas.setLineWidth(0.5)
        self._canvas.line(x0, self.height - y0, x1, self.height - y1)

    def box(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self._canvas.setLineWidth(0.5)
        self._canvas.rect(x0, self.height - y1, x1 - x0, y1 - y0)

    def picture(self, image: Any, x: float, y: float, side: float) -> None:
        from reportlab.lib.utils import ImageReader

        self._canvas.drawImage(ImageReader(image), x, self.height - y - side, side, side)

    def page(self) -> None:
        self._canvas.showPage()
        self._page += 1

    def bytes(self) -> Drawing:
        self._canvas.showPage()
        self._canvas.save()
        return Drawing.of(self._buffer.getvalue(), self.runs)

    def wrapped(self, text: str, size: float, room: float) -> list[str]:
        lines, line = [], ""
        for char in text:
            if line and self.length(line + char, size) > room:
                lines.append(line)
                line = ""
            line += char
        return [*lines, line] if line or not lines else lines


def table(
    paper: Paper,
    top: float,
    xs: list[float],
    rows: list[list[str]],
    *,
    size: float = 8.0,
    step: float = 16.0,
    ruled: bool = True,
    aligns: list[str] | None = None,
    wrap: bool = True,
) -> float:
    """Rows of cells; wrapped texts make their row taller. Returns the bottom."""
    y = top
    for number, row in enumerate(rows):
        cells = [paper.wrapped(t, size, xs[i + 1] - xs[i] - 5) if wrap else [t] for i, t in enumerate(row)]
        tall = max(len(c) for c in cells)
        bottom = y + step + (tall - 1) * (size + 2)
        for i, lines in enumerate(cells):
            align = "centre" if number == 0 else (aligns[i] if aligns else "left")
            x = {"left": xs[i] + 2.5, "right": xs[i + 1] - 2.5, "centre": (xs[i] + xs[i + 1]) / 2}[align]
            first = y + (bottom - y - (len(lines) - 1) * (size + 2)) / 2 + size * 0.35
            for j, text in enumerate(lines):
                paper.text(x, first + j * (size + 2), text, size, align=align)
        if ruled:
            paper.line(xs[0], y, xs[-1], y)
            for x in xs:
                paper.line(x, y, x, bottom)
        y = bottom
    if ruled:
        paper.line(xs[0], y, xs[-1], y)
    return y


def qr_picture(text: str) -> Any:
    import zxingcpp
    from PIL import Image

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=4))


def pick(rng: random.Random, *options: Any) -> Any:
    return rng.choice(options)
