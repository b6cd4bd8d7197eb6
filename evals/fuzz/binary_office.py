"""A minimal old workbook (.xls): BIFF8 records ([MS-XLS]) in an OLE compound file ([MS-CFB]), enough for readers and for damage."""

from __future__ import annotations

import struct
from collections.abc import Sequence

SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SMALLEST_STREAM = 4096
"""Shorter streams live in a stream of their own kind; padding the workbook to this size avoids it."""


def old_workbook(rows: Sequence[Sequence[str | float]], *, sheet: str = "Sheet1") -> bytes:
    """One sheet of texts and numbers."""
    return _compound("Workbook", _workbook_stream(rows, sheet))


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _unicode(text: str, *, wide_count: bool) -> bytes:
    """A string with its count of characters, stored as UTF-16."""
    return struct.pack("<H" if wide_count else "<B", len(text)) + b"\x01" + text.encode("utf-16-le")


def _workbook_stream(rows: Sequence[Sequence[str | float]], sheet: str) -> bytes:
    def begin(of: int) -> bytes:
        return _record(0x0809, struct.pack("<HHHHII", 0x0600, of, 0x0DBB, 0x07CC, 0, 6))

    codepage = _record(0x0042, struct.pack("<H", 1200))
    format_record = _record(0x00E0, bytes(20))
    end = _record(0x000A)
    name = _unicode(sheet, wide_count=False)
    globals_size = len(begin(5)) + len(codepage) + len(format_record) + 4 + 6 + len(name) + len(end)
    listed = _record(0x0085, struct.pack("<IH", globals_size, 0) + name)
    depth, width = len(rows), max((len(r) for r in rows), default=0)
    body = begin(0x10) + _record(0x0200, struct.pack("<IIHHH", 0, depth, 0, width, 0))
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            at = struct.pack("<HHH", r, c, 0)
            if isinstance(value, str):
                body += _record(0x0204, at + _unicode(value, wide_count=True))
            else:
                body += _record(0x0203, at + struct.pack("<d", value))
    return begin(5) + codepage + format_record + listed + end + body + end


def _compound(stream_name: str, stream: bytes) -> bytes:
    stream = stream.ljust(_SMALLEST_STREAM, b"\0")
    stream += bytes(-len(stream) % SECTOR)
    sectors = len(stream) // SECTOR
    # Sector 0 is the allocation table, sector 1 the directory, the stream follows.
    table = [_FAT, _END, *range(3, sectors + 2), _END]
    table += [_FREE] * (SECTOR // 4 - len(table))
    directory = _entry("Root Entry", 5, child=1, start=_END, size=0) + _entry(stream_name, 2, child=_FREE, start=2, size=len(stream))
    directory += _entry("", 0, child=_FREE, start=0, size=0) * 2
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, _SMALLEST_STREAM, _END, 0, _END, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", _FREE) * 108
    return header + struct.pack(f"<{len(table)}I", *table) + directory + stream


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    written = name.encode("utf-16-le")
    head = written.ljust(64, b"\0") + struct.pack("<H", len(written) + 2 if name else 0)
    return head + struct.pack("<BBIII", kind, 1, _FREE, _FREE, child) + bytes(36) + struct.pack("<IQ", start, size)
