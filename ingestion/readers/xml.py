"""Any XML data file (数电票 XML, exports of accounting systems) → named values."""

from __future__ import annotations

from ingestion.readers.content import Content
from ingestion.readers.xmltags import tags_of
from ingestion.readers.xmltree import local, parse_xml


def read(data: bytes) -> Content:
    """Tags of origin ``xml``, paths from the root's name on. Raises InputRefused: ``unsafe_xml``, ``damaged_file``."""
    root = parse_xml(data)
    namespace = root.tag[1:].partition("}")[0] if root.tag.startswith("{") else ""
    return Content(
        tags=tags_of(root, origin="xml", include_root=True),
        properties={"xml:root": local(root), "xml:namespace": namespace},
    )
