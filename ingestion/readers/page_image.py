"""One page as a PNG for the reviewer's screen. Works on bytes, in this process; ``ingestion.rendering`` is the safe door."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

from app.domain.errors import InputRefused
from app.domain.page import Box, Media, Page, Word
from ingestion import limits
from ingestion.sniffing import sniff

_INK, _LINE, _PAPER = (20, 20, 20), (150, 150, 150), (255, 255, 255)
_LARGEST_SIDE = 12_000


def measure_pages(data: bytes, filename: str) -> list[tuple[float, float]]:
    """(width, height) of every page in points. Raises InputRefused ``not_renderable`` for files without pages."""
    media = sniff(data, filename)
    if media is Media.PDF:
        from ingestion.readers.pdf import PDFIUM_LOCK, open_pdf

        with PDFIUM_LOCK:
            document = open_pdf(data)
            try:
                return [document.get_page_size(index) for index in range(len(document))]
            finally:
                document.close()
    return [(page.width, page.height) for page in _pages(data, filename, media)]


def draw_page(data: bytes, filename: str, *, page: int, width_px: int) -> bytes:
    """Page ``page`` (from 1), ``width_px`` wide, as PNG.

    Raises InputRefused: ``not_renderable`` (no pages in this kind of file), ``no_such_page``, and the reader's refusals.
    """
    width_px = min(max(width_px, 16), limits.MAX_RENDER_WIDTH)
    media = sniff(data, filename)
    if media is Media.PDF:
        return _draw_pdf(data, page, width_px)
    if media is Media.IMAGE:
        return _draw_image(data, page, width_px)
    pages = _pages(data, filename, media)
    if not 1 <= page <= len(pages):
        raise _no_such_page(page, len(pages))
    from ingestion.readers.ofd_pictures import page_pictures

    return _draw_words(pages[page - 1], page_pictures(data, page), width_px)


def _pages(data: bytes, filename: str, media: Media) -> tuple[Page, ...]:
    if media not in (Media.OFD, Media.IMAGE):
        raise InputRefused(
            "not_renderable",
            "这种文件没有版面，无法显示页面图像。",
            fix="请查看读取出的表格或文字。",
            subject=filename,
        )
    from ingestion.reading import read_content

    return read_content(data, filename)[1].pages


def _draw_pdf(data: bytes, number: int, width_px: int) -> bytes:
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
            width, height = page.get_size()
            scale = min(width_px / max(width, 1.0), _LARGEST_SIDE / max(height, 1.0))
            image = page.render(scale=scale).to_pil()
        except pypdfium2.PdfiumError as error:
            raise damaged(f"第{number}页打不开", what="PDF 文件") from error
        finally:
            document.close()
    return _png(image)


def _draw_image(data: bytes, number: int, width_px: int) -> bytes:
    from PIL import Image, ImageOps

    from ingestion.readers.image import read

    pages = read(data).pages
    if not 1 <= number <= len(pages):
        raise _no_such_page(number, len(pages))
    with Image.open(io.BytesIO(data)) as image:
        image.seek(number - 1)
        upright = ImageOps.exif_transpose(image.convert("RGB")) or image
        height = max(round(upright.height * width_px / upright.width), 1)
        return _png(upright.resize((width_px, min(height, _LARGEST_SIDE))))


def _draw_words(page: Page, pictures: list[tuple[Box, bytes]], width_px: int) -> bytes:
    from PIL import Image, ImageDraw

    height_px = min(max(round(width_px * page.height / page.width), 1), _LARGEST_SIDE)
    canvas = Image.new("RGB", (width_px, height_px), _PAPER)
    for box, data in pictures:
        _paste(canvas, box, data)
    pen = ImageDraw.Draw(canvas)
    for rule in page.rules:
        x0, y0, x1, y1 = rule.bbox
        pen.line(
            (x0 * width_px, y0 * height_px, x1 * width_px, y1 * height_px), fill=_LINE, width=max(width_px // 900, 1)
        )
    for word in page.words:
        _write(canvas, pen, word)
    return _png(canvas)


def _paste(canvas: Any, box: Box, data: bytes) -> None:
    """Puts an image into its place; a kind that Pillow does not know (JBIG2) leaves a frame, so that it is not overlooked."""
    from PIL import Image, ImageDraw

    left, top = round(box[0] * canvas.width), round(box[1] * canvas.height)
    size = max(round((box[2] - box[0]) * canvas.width), 1), max(round((box[3] - box[1]) * canvas.height), 1)
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > limits.MAX_IMAGE_PIXELS:
                raise ValueError("too many pixels")
            shown = image.convert("RGBA").resize(size)
            canvas.paste(shown, (left, top), shown)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        ImageDraw.Draw(canvas).rectangle((left, top, left + size[0], top + size[1]), outline=_LINE)


def _write(canvas: Any, pen: Any, word: Word) -> None:
    """Sets the word into its box, letters spread over the box's width; a word that runs down the page is turned."""
    x0, y0, x1, y1 = word.bbox
    left, top = x0 * canvas.width, y0 * canvas.height
    width, height = (x1 - x0) * canvas.width, (y1 - y0) * canvas.height
    size = max(round((word.height or (y1 - y0)) * canvas.height), 4)
    font = _font(min(size, 400))
    if len(word.text) > 1 and height > 1.6 * size and width < 1.6 * size:
        from PIL import Image, ImageDraw

        strip = Image.new("RGBA", (max(round(height), 1), max(round(width), 1)), (255, 255, 255, 0))
        _spread(ImageDraw.Draw(strip), word.text, font, 0.0, 0.0, height, size)
        turned = strip.rotate(-90, expand=True)
        canvas.paste(turned, (round(left), round(top)), turned)
        return
    _spread(pen, word.text, font, left, top, width, size)


def _spread(pen: Any, text: str, font: Any, left: float, top: float, width: float, size: int) -> None:
    natural = font.getlength(text)
    extra = max((width - natural) / (len(text) - 1), -0.12 * size) if len(text) > 1 else 0.0
    x = left
    for char in text:
        pen.text((x, top + 0.88 * size), char, font=font, fill=_INK, anchor="ls")
        x += font.getlength(char) + extra


@lru_cache(maxsize=64)
def _font(size: int) -> Any:
    from PIL import ImageFont
    from pylopdf_fonts_zh_cn import sans_path

    return ImageFont.truetype(str(sans_path()), size)


def _png(image: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=False, compress_level=3)
    return buffer.getvalue()


def _no_such_page(number: int, count: int) -> InputRefused:
    return InputRefused(
        "no_such_page", f"没有第{number}页：该文件共{count}页。", fix=f"请输入 1 到 {count} 之间的页码。"
    )
