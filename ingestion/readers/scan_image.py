"""One page as the picture a recogniser or a code reader works on. Runs in the sandbox: the file is foreign."""

from __future__ import annotations

import io
from typing import Any

from app.domain.errors import InputRefused
from app.domain.page import Media
from ingestion.readers.page_image import draw_page, measure_pages
from ingestion.sniffing import sniff

#: 200 dpi: at 300 nothing more is recognised, at 150 small print begins to fail.
DPI = 200
LONGEST_SIDE = 2_400
_POINTS = 72


def scan_page(data: bytes, filename: str, *, page: int) -> bytes:
    """Page ``page`` (from 1) as PNG, at most LONGEST_SIDE pixels on its longer side; pictures are never enlarged.

    Raises InputRefused as ``draw_page``.
    """
    buffer = io.BytesIO()
    page_picture(data, filename, page=page).save(buffer, format="PNG", compress_level=1)
    return buffer.getvalue()


def page_picture(data: bytes, filename: str, *, page: int, dpi: int = DPI) -> Any:
    """As ``scan_page``, the picture itself (PIL, RGB)."""
    media = sniff(data, filename)
    if media is Media.PDF:
        return _pdf_picture(data, page, dpi)
    if media is Media.IMAGE:
        return _image_picture(data, page)
    from PIL import Image

    sizes = measure_pages(data, filename)
    if not 1 <= page <= len(sizes):
        raise _no_such_page(page, len(sizes))
    width, height = sizes[page - 1]
    scale = min(dpi / _POINTS, LONGEST_SIDE / max(width, height, 1.0))
    drawn = draw_page(data, filename, page=page, width_px=round(width * scale))
    return Image.open(io.BytesIO(drawn)).convert("RGB")


def _pdf_picture(data: bytes, number: int, dpi: int) -> Any:
    import pypdfium2

    from ingestion.readers.content import damaged
    from ingestion.readers.pdf import PDFIUM_LOCK, open_pdf

    with PDFIUM_LOCK:
        document = open_pdf(data)
        try:
            if not 1 <= number <= len(document):
                raise _no_such_page(number, len(document))
            document.init_forms()
            page = document[number - 1]
            longest = max(*page.get_size(), 1.0)
            return page.render(scale=min(dpi / _POINTS, LONGEST_SIDE / longest)).to_pil().convert("RGB")
        except pypdfium2.PdfiumError as error:
            raise damaged(f"第{number}页打不开", what="PDF 文件") from error
        finally:
            document.close()


def _image_picture(data: bytes, number: int) -> Any:
    from PIL import Image, ImageOps

    from ingestion.readers.image import read

    count = len(read(data).pages)
    if not 1 <= number <= count:
        raise _no_such_page(number, count)
    with Image.open(io.BytesIO(data)) as image:
        image.seek(number - 1)
        frame = ImageOps.exif_transpose(image.copy()) or image
    if frame.mode in ("RGBA", "LA", "PA") or "transparency" in frame.info:
        frame = frame.convert("RGBA")
        paper = Image.new("RGBA", frame.size, (255, 255, 255, 255))
        frame = Image.alpha_composite(paper, frame)
    frame = frame.convert("RGB")
    frame.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return frame


def _no_such_page(page: int, count: int) -> InputRefused:
    return InputRefused("no_such_page", f"没有第{page}页：该文件共{count}页。", fix=f"请输入 1 到 {count} 之间的页码。")
