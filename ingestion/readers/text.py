"""Plain text → paragraphs."""

from __future__ import annotations

from ingestion.readers.content import Content, damaged
from ingestion.readers.decoding import decode_text


def read(data: bytes) -> Content:
    """One paragraph a non-empty line. Raises InputRefused ``damaged_file`` for bytes in no known encoding."""
    text = decode_text(data)
    if text is None:
        raise damaged("文字编码无法辨认（支持 UTF-8 和 GB 18030）", what="文本文件")
    lines = (line.strip().lstrip("\ufeff") for line in text.splitlines())
    return Content(paragraphs=tuple(line for line in lines if line), properties={"page_count": "1"})
