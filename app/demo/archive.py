"""Zip containers with fixed dates, so that the same content is the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable

_FIXED = (2026, 1, 5, 9, 0, 0)
_STAMP = b"2026-01-05T09:00:00Z"
_CORE_DATE = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def pack(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip of (name, content) in the given order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name, date_time=_FIXED)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def settle(data: bytes) -> bytes:
    """An Office file with every date of its container and of its core properties replaced by one fixed date."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = [(i.filename, archive.read(i)) for i in archive.infolist() if not i.is_dir()]
    return pack(
        (name, _CORE_DATE.sub(rb"\g<1>" + _STAMP + rb"\g<3>", content) if name == "docProps/core.xml" else content)
        for name, content in entries
    )
