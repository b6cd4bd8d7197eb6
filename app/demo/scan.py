"""A paper copy put through an office scanner: a page that is only a picture, a little askew, greyish, compressed."""

from __future__ import annotations

import io

from app.demo.pdf import render_pdf
from app.demo.sheet import A4, Picture, Sheet

_DPI = 150


def write_scanned_pdf(sheet: Sheet, *, glyphs: str = "", degrees: float = 0.7, quality: int = 55) -> bytes:
    """An A4 PDF without any text: ``sheet`` printed on the upper half, scanned at 150 dpi."""
    import pypdfium2
    from PIL import Image, ImageFilter

    scale = _DPI / 72
    document = pypdfium2.PdfDocument(render_pdf((sheet,), glyphs=glyphs))
    try:
        printed = document[0].render(scale=scale, grayscale=True).to_pil().convert("L")
    finally:
        document.close()
    paper = Image.new("L", (round(A4[0] * scale), round(A4[1] * scale)), 246)
    paper.paste(printed.point([8 + v * 238 // 255 for v in range(256)]), (0, 40))
    paper = paper.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=240).filter(
        ImageFilter.GaussianBlur(0.6)
    )
    buffer = io.BytesIO()
    paper.save(buffer, "JPEG", quality=quality)
    page = Sheet()
    page.items.append(Picture(x=0, y=0, width=A4[0], height=A4[1], data=buffer.getvalue()))
    return render_pdf((page,))
