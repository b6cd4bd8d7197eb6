"""Sheets to a PDF with embedded fonts; the same sheets give the same bytes."""

from __future__ import annotations

import io
from typing import Any

from app.demo.fonts import register
from app.demo.sheet import Align, Ellipse, Fill, Item, Picture, QrCode, Sheet, Stroke, Text, characters


def render_pdf(sheets: tuple[Sheet, ...], *, title: str = "", glyphs: str = "") -> bytes:
    """One page a sheet. ``glyphs`` are the characters to cut the fonts for (default: those of these sheets); a caller
    that writes many files passes the characters of all of them, so that the fonts are cut once."""
    from reportlab.pdfgen.canvas import Canvas

    needed = glyphs or characters(sheets)
    fonts = {sans: register(sans, needed) for sans in {t.sans for s in sheets for t in s.texts}}
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(sheets[0].width, sheets[0].height), invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor("lingtan demo")
    for sheet in sheets:
        canvas.setPageSize((sheet.width, sheet.height))
        for item in sheet.items:
            _draw(canvas, sheet.height, item, fonts)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw(canvas: Any, height: float, item: Item, fonts: dict[bool, str]) -> None:
    match item:
        case Text():
            canvas.setFillColorRGB(*(c / 255 for c in item.colour))
            canvas.setFont(fonts[item.sans], item.size)
            draw = {
                Align.LEFT: canvas.drawString,
                Align.CENTRE: canvas.drawCentredString,
                Align.RIGHT: canvas.drawRightString,
            }[item.align]
            draw(item.x, height - item.y, item.text)
        case Stroke():
            canvas.setStrokeColorRGB(*(c / 255 for c in item.colour))
            canvas.setLineWidth(item.width)
            canvas.line(item.x0, height - item.y0, item.x1, height - item.y1)
        case Ellipse():
            canvas.setStrokeColorRGB(*(c / 255 for c in item.colour))
            canvas.setLineWidth(item.width)
            canvas.ellipse(item.x0, height - item.y1, item.x1, height - item.y0, stroke=1, fill=0)
        case Fill():
            canvas.setFillColorRGB(*(c / 255 for c in item.colour))
            canvas.rect(item.x, height - item.y - item.height, item.width, item.height, stroke=0, fill=1)
        case QrCode():
            _draw_qr(canvas, height, item)
        case Picture():
            _draw_picture(canvas, height, item)


def qr_runs(content: str) -> tuple[int, list[tuple[int, int, int]]]:
    """(modules a side, runs of dark modules as (row, first column, length))."""
    from reportlab.graphics.barcode.qr import QrCodeWidget

    widget = QrCodeWidget(content, barLevel="M")
    widget.qr.make()
    size = widget.qr.getModuleCount()
    runs = []
    for row in range(size):
        start = None
        for column in range(size + 1):
            dark = column < size and widget.qr.isDark(row, column)
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                runs.append((row, start, column - start))
                start = None
    return size, runs


def _draw_qr(canvas: Any, height: float, item: QrCode) -> None:
    size, runs = qr_runs(item.content)
    step = item.side / size
    canvas.setFillColorRGB(0, 0, 0)
    path = canvas.beginPath()
    for row, column, length in runs:
        path.rect(item.x + column * step, height - item.y - (row + 1) * step, length * step, step)
    canvas.drawPath(path, stroke=0, fill=1)


def _draw_picture(canvas: Any, height: float, item: Picture) -> None:
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(io.BytesIO(item.data)), item.x, height - item.y - item.height, item.width, item.height)
