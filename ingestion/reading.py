"""Any file → ``Document``, in this process. For files from outside use ``ingestion.sandbox``."""

from __future__ import annotations

import hashlib
import importlib
from pathlib import PurePath

from app.domain.errors import InputRefused
from app.domain.page import Document, Media
from ingestion.qr import code_tags
from ingestion.readers.content import Content, damaged
from ingestion.sniffing import sniff

#: The module of ingestion.readers that reads a media type; imported when first needed.
READERS = {
    Media.PDF: "pdf",
    Media.OFD: "ofd",
    Media.XML: "xml",
    Media.XLSX: "xlsx",
    Media.XLS: "xls",
    Media.ODS: "ods",
    Media.DOCX: "docx",
    Media.CSV: "csv",
    Media.IMAGE: "image",
    Media.HTML: "html",
    Media.TEXT: "text",
}


def read_document(data: bytes, filename: str) -> Document:
    """Reads a file by its content.

    Raises InputRefused with one of the ids ``empty_file``, ``too_large``, ``too_many_pages``, ``encrypted_file``,
    ``damaged_file``, ``unsupported_format``, ``unsafe_archive``, ``unsafe_xml``, ``zip_bomb``; its subject is the file's name.
    Never raises anything else for bad input.
    """
    name = PurePath(filename.replace("\\", "/")).name
    try:
        media, content = read_content(data, name)
    except InputRefused as refusal:
        refusal.subject = refusal.subject or name
        raise
    return Document(
        sha256=hashlib.sha256(data).hexdigest(),
        filename=name,
        media=media,
        size=len(data),
        pages=content.pages,
        tables=content.tables,
        tags=(*content.tags, *code_tags(data, name, media, content.pages)),
        paragraphs=content.paragraphs,
        findings=content.findings,
        properties={k: v for k, v in content.properties.items() if v},
    )


def read_content(data: bytes, name: str) -> tuple[Media, Content]:
    """The media type and what its reader finds, before anything that needs the page drawn. Raises as ``read_document``."""
    try:
        media = sniff(data, name)
        reader = importlib.import_module(f"ingestion.readers.{READERS[media]}")
        content: Content = reader.read(data)
    except (InputRefused, MemoryError, ImportError):
        raise
    except Exception as error:
        # The parsers under the readers raise whatever they like on damaged bytes; to the user it is one thing.
        raise damaged(type(error).__name__) from error
    return media, content
