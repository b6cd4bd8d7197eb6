"""A picture → one page that is known to hold more than it says."""

from __future__ import annotations

import io
import warnings

from app.domain.page import Page, Source
from ingestion import limits
from ingestion.readers.content import Content, damaged, scanned_page, too_large

_SCREEN_DPI = 96.0


def read(data: bytes) -> Content:
    """One scanned page per frame (TIFF), its size in points from the picture's resolution.

    Raises InputRefused ``damaged_file`` for a picture that does not decode, ``too_large`` for one too big to decode.
    """
    from PIL import Image

    pages: list[Page] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as image:
                format_name, frames = image.format or "", min(getattr(image, "n_frames", 1), limits.MAX_PAGES)
                still = format_name in ("GIF", "WEBP")
                for index in range(1 if still else frames):
                    image.seek(index)
                    if image.width * image.height > limits.MAX_IMAGE_PIXELS:
                        raise too_large(f"图片 {image.width}×{image.height} 像素")
                    if index == 0:
                        image.load()
                    dpi = float(image.info.get("dpi", (_SCREEN_DPI, _SCREEN_DPI))[0] or _SCREEN_DPI)
                    dpi = dpi if 30 <= dpi <= 2400 else _SCREEN_DPI
                    pages.append(
                        Page(
                            number=index + 1,
                            width=round(image.width * 72 / dpi, 2),
                            height=round(image.height * 72 / dpi, 2),
                            source=Source.OCR,
                            scanned=True,
                        )
                    )
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, Image.DecompressionBombError) as error:
        raise damaged("图片解码失败", what="图片") from error
    return Content(pages=tuple(pages), findings=tuple(scanned_page(p.number, "图片文件") for p in pages), properties={"image:format": format_name})
