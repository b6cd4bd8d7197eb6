"""What a file is, by its bytes. The name only breaks the tie between CSV and plain text, which share one alphabet."""

from __future__ import annotations

import re

from app.domain.errors import InputRefused
from app.domain.page import Media
from ingestion import limits
from ingestion.readers.archive import Archive
from ingestion.readers.content import encrypted, too_large
from ingestion.readers.decoding import decode_text
from ingestion.readers.separated import looks_separated

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IMAGES = {"png", "jpg", "gif", "bmp", "webp", "tif"}
_HTML = re.compile(r"<(!doctype\s+html|html|head|body|table)\b", re.IGNORECASE)
_MARKUP = re.compile(r"\A\s*<(\?xml\b|[A-Za-z_:][\w.:-]*[\s/>]|!--|!DOCTYPE\b)", re.ASCII)
_CHINESE_MARKUP = re.compile(r"\A\s*<[\u3400-\u9fff][\w.-]*[\s/>]")
_PLAIN_NAMES = (".txt", ".md", ".markdown", ".log")


def sniff(data: bytes, filename: str = "") -> Media:
    """The media type of ``data``.

    Raises InputRefused: ``empty_file``, ``too_large``, ``encrypted_file``, ``unsupported_format`` (with the way out),
    and those of ``Archive`` for a broken or dangerous zip container.
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise InputRefused(
            "empty_file", "文件是空的，没有任何内容。", fix="请重新导出或下载后再上传。", subject=filename
        )
    if len(data) > limits.MAX_FILE_BYTES:
        raise too_large(f"{len(data) // limits.MB} MB，上限 {limits.MAX_FILE_BYTES // limits.MB} MB")
    # An archive that stores a PDF has the mark of both in its first bytes.
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zip_media(data)
    if b"%PDF-" in data[:1024]:
        return Media.PDF
    if data.startswith(_OLE):
        return _ole_media(data)
    kind = _magic(data)
    if kind in _IMAGES:
        return Media.IMAGE
    if kind is not None:
        raise _unsupported(f"{kind} 格式", "请上传 PDF、OFD、XML、xlsx、docx、csv 文件；压缩包请先解压。")
    return _text_media(data, filename)


def _magic(data: bytes) -> str | None:
    import filetype

    found = filetype.guess(data[:8192])
    # Text cannot hold NUL bytes in its first kilobytes; a short magic inside readable text is chance.
    if found is None or (found.extension not in _IMAGES and decode_text(data[:4096], partial=True) is not None):
        return None
    return str(found.extension)


def _zip_media(data: bytes) -> Media:
    archive = Archive(data)
    types = archive.read("[Content_Types].xml")
    if types is not None:
        for mark, media in ((b"spreadsheetml.sheet.main", Media.XLSX), (b"sheet.macroEnabled.main", Media.XLSX)):
            if mark in types:
                return media
        if b"wordprocessingml.document.main" in types or b"word.document.macroEnabled.main" in types:
            return Media.DOCX
        if b"sheet.binary" in types:
            raise _unsupported("xlsb 二进制工作簿", "请用 Excel 或 WPS 打开后另存为 xlsx 再上传。")
        if b"presentationml" in types:
            raise _unsupported("演示文稿", "请导出为 PDF，或把数据整理到 xlsx 再上传。")
    if "OFD.xml" in archive:
        return Media.OFD
    # Exporters that forget or mislabel the content types still name the main part.
    for part, media in (("xl/workbook.xml", Media.XLSX), ("word/document.xml", Media.DOCX)):
        if part in archive:
            return media
    mimetype = archive.read("mimetype") or b""
    if mimetype.strip().startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return Media.ODS
    if b"opendocument" in mimetype:
        raise _unsupported("OpenDocument 文字或演示文件", "请另存为 docx 或 PDF 再上传。")
    raise _unsupported("普通压缩包", "请解压后逐个上传其中的文件。")


def _ole_media(data: bytes) -> Media:
    """Old Office container. Its directory holds the stream names in UTF-16."""

    def has(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if has("EncryptedPackage") or has("EncryptionInfo"):
        raise encrypted("Office 文件")
    if has("WordDocument"):
        raise _unsupported("旧版 Word（.doc）", "请用 Word 或 WPS 打开后另存为 docx 再上传。")
    if has("PowerPoint Document"):
        raise _unsupported("旧版演示文稿（.ppt）", "请导出为 PDF 再上传。")
    if has("Workbook") or has("Book"):
        return Media.XLS
    raise _unsupported("旧版 Office 或其他复合文档", "请用原程序打开后另存为 xlsx、docx 或 PDF 再上传。")


def _text_media(data: bytes, filename: str) -> Media:
    text = decode_text(data[:262_144], partial=len(data) > 262_144)
    if text is None:
        raise _unsupported("无法辨认的二进制", "请上传 PDF、OFD、XML、xlsx、docx、csv、html 文件或图片。")
    head = text.lstrip("\ufeff \t\r\n")[:4096]
    if _HTML.search(head) and (head.startswith("<") or "</" in text):
        return Media.HTML
    if _MARKUP.match(head) or (_CHINESE_MARKUP.match(head) and "</" in text and text.rstrip().endswith(">")):
        return Media.XML
    if filename.lower().endswith(_PLAIN_NAMES):
        return Media.TEXT
    return Media.CSV if filename.lower().endswith(".csv") or looks_separated(text) else Media.TEXT


def _unsupported(what: str, fix: str) -> InputRefused:
    return InputRefused("unsupported_format", f"暂不支持的文件格式：{what}。", fix=fix)
