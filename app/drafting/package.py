"""The same parts, the same bytes: a package written with fixed order and fixed times, and our parts added to it."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO

_EPOCH = (2000, 1, 1, 0, 0, 0)
_FIRST = ("[Content_Types].xml", "_rels/.rels", "word/document.xml")


def unpack(data: bytes) -> dict[str, bytes]:
    """Every part of a package by name."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        return {i.filename: package.read(i) for i in package.infolist() if not i.is_dir()}


def pack(parts: Mapping[str, bytes]) -> bytes:
    """A zip whose bytes depend on the parts alone; the content types come first, as Office expects."""
    order = {name: n for n, name in enumerate(_FIRST)}
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for name in sorted(parts, key=lambda n: (order.get(n, len(order)), n)):
            info = zipfile.ZipInfo(name, date_time=_EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            info.create_system = 3
            package.writestr(info, parts[name])
    return buffer.getvalue()
