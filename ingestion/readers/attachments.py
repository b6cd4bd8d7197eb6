"""Machine-readable files that travel inside an invoice: ``original_invoice.xml`` and the XBRL of 电子凭证会计数据标准."""

from __future__ import annotations

from app.domain.errors import InputRefused
from app.domain.page import Tag
from ingestion.readers.xmltags import tags_of
from ingestion.readers.xmltree import local, parse_xml


def attachment_tags(name: str, data: bytes) -> tuple[Tag, ...]:
    """The values of an attached XML; nothing for an attachment that is not XML.

    Origin ``xbrl`` (an XBRL instance) and ``original_invoice`` (the platform's record of older electronic invoices) have
    paths from below the root; any other XML, 数电票 XML included, is read as ``xml`` with the root's name in the path.

    An attachment only adds candidates: one that cannot be read costs nothing but itself.
    """
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return ()
    try:
        root = parse_xml(data, what="附件")
        kind = local(root)
        if kind.lower() == "xbrl" or "inv_ord" in name.lower():
            return tags_of(root, origin="xbrl", include_root=False, locator_prefix=name)
        if kind == "eInvoice" or "original_invoice" in name.lower():
            return tags_of(root, origin="original_invoice", include_root=False, locator_prefix=name)
        return tags_of(root, origin="xml", include_root=True, locator_prefix=name)
    except InputRefused:
        return ()
