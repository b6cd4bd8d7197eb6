"""Old Excel workbooks (BIFF8 in a compound file) and OpenDocument sheets, written byte by byte for the tests of their readers."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class Formula:
    """A formula cell; ``result`` is the stored number, text, or None for a workbook that was never computed."""

    result: float | str | None


Value = str | float | int | date | Formula


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _bof(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 1996, 0x41, 6))


def _text(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _cell(row: int, column: int, value: Value) -> bytes:
    head = struct.pack("<HHH", row, column, 0)
    if isinstance(value, Formula):
        if isinstance(value.result, str):
            result = b"\x00\x00\x00\x00\x00\x00\xff\xff"
        elif value.result is None:
            result = b"\x03\x00\x00\x00\x00\x00\xff\xff"
        else:
            result = struct.pack("<d", value.result)
        # The formula itself: the number 1 as one token.
        out = _record(0x0006, head + result + struct.pack("<HIH", 0, 0, 3) + b"\x1e\x01\x00")
        return out + (_record(0x0207, _text(value.result)) if isinstance(value.result, str) else b"")
    if isinstance(value, date):
        serial = (value - date(1899, 12, 30)).days
        return _record(0x0203, struct.pack("<HHHd", row, column, 1, serial))
    if isinstance(value, str):
        return _record(0x0204, head + _text(value))
    return _record(0x0203, head + struct.pack("<d", value))


def xls(
    sheets: Mapping[str, Sequence[Sequence[Value | None]]],
    *,
    merged: Sequence[tuple[int, int, int, int]] = (),
    hidden: Sequence[str] = (),
    password: bool = False,
) -> bytes:
    """A workbook; ``merged`` are (first row, last row, first column, last column) of its first sheet, from 0."""
    bodies = []
    for n, rows in enumerate(sheets.values()):
        cells = b"".join(_cell(r, c, v) for r, row in enumerate(rows) for c, v in enumerate(row) if v is not None)
        ranges = merged if n == 0 else ()
        joined = _record(0x00E5, struct.pack("<H", len(ranges)) + b"".join(struct.pack("<4H", *m) for m in ranges)) if ranges else b""
        width = max((len(r) for r in rows), default=0)
        bodies.append(_bof(0x0010) + _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0)) + cells + joined + _record(0x000A))
    names = [struct.pack("<BB", len(name), 1) + name.encode("utf-16-le") for name in sheets]
    formats = b"".join(_record(0x00E0, struct.pack("<HH", 0, f) + bytes(16)) for f in (0, 14))
    lock = _record(0x002F, struct.pack("<HHH", 1, 1, 1) + bytes(48)) if password else b""
    front = _bof(0x0005) + lock + _record(0x0042, struct.pack("<H", 1200)) + formats
    at = len(front) + sum(4 + 6 + len(n) for n in names) + 4
    listed = b""
    for name, body, title in zip(names, bodies, sheets, strict=True):
        listed += _record(0x0085, struct.pack("<IBB", at, int(title in hidden), 0) + name)
        at += len(body)
    return compound("Workbook", front + listed + _record(0x000A) + b"".join(bodies))


def compound(name: str, stream: bytes) -> bytes:
    """A compound file of one stream, padded so that it needs no mini stream."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\x00")
    sectors = len(stream) // 512
    chain = [*range(1, sectors), 0xFFFFFFFE, 0xFFFFFFFE, 0xFFFFFFFD]
    fat_sectors = -(-(len(chain)) // 128)
    chain = [*chain[:-1], *[0xFFFFFFFD] * fat_sectors]
    assert len(chain) <= 128 * fat_sectors
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(512 * fat_sectors, b"\xff")
    directory = b"".join(
        entry.encode("utf-16-le").ljust(64, b"\x00")
        + struct.pack("<HBB3I", 2 * len(entry) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
        for entry, kind, child, start, size in (("Root Entry", 5, 1, 0xFFFFFFFE, 0), (name, 2, 0xFFFFFFFF, 0, len(stream)))
    ).ljust(512, b"\x00")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, fat_sectors, sectors, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    places = [sectors + 1 + n for n in range(fat_sectors)]
    header += struct.pack(f"<{fat_sectors}I", *places).ljust(436, b"\xff")
    return header + stream + directory + fat


def ods(rows: Sequence[Sequence[Value | None]], *, name: str = "用电台账", span: int = 1, encrypted: bool = False) -> bytes:
    """A sheet; ``span`` is the width of its first cell. The rest of the sheet repeats empty, as real programs write it."""
    lines = []
    for r, row in enumerate(rows):
        cells = "".join(_ods_cell(v, span if r == c == 0 else 1) for c, v in enumerate(row))
        lines.append(f'<table:table-row>{cells}<table:table-cell table:number-columns-repeated="16000"/></table:table-row>')
    lines.append('<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>')
    spaces = " ".join(f'xmlns:{p}="urn:oasis:names:tc:opendocument:xmlns:{p}:1.0"' for p in ("office", "table", "text", "style"))
    body = f'<office:body><office:spreadsheet><table:table table:name="{name}">{"".join(lines)}</table:table></office:spreadsheet></office:body>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as box:
        box.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        box.writestr("META-INF/manifest.xml", "<m><encryption-data/></m>" if encrypted else "<m/>")
        box.writestr("content.xml", f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}>{body}</office:document-content>')
    return out.getvalue()


def _ods_cell(value: Value | None, span: int) -> str:
    wide = f' table:number-columns-spanned="{span}"' if span > 1 else ""
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, Formula):
        formula = ' table:formula="of:=SUM([.A1:.A2])"'
        if value.result is None:
            return f"<table:table-cell{formula}/>"
        return f'<table:table-cell{formula} office:value-type="float" office:value="{value.result}"><text:p>{value.result}</text:p></table:table-cell>'
    if isinstance(value, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}"><text:p>{value:%Y/%m/%d}</text:p></table:table-cell>'
    if isinstance(value, str):
        return f'<table:table-cell{wide} office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value:,.1f}</text:p></table:table-cell>'
