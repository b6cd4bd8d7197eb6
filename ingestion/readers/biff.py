"""What of an old workbook (BIFF5/8) the table reader does not tell: encryption, and formulas whose result may never have been computed."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ingestion.readers.content import encrypted

_BOF, _FORMULA, _STRING, _BOUNDSHEET, _FILEPASS = (0x0809, 0x0006, 0x0207, 0x0085, 0x002F)
_TEXT, _EMPTY = 0, 3
#: Records of cells, which all begin with row and column.
_CELLS = frozenset({_FORMULA, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00D6, 0x00BD, 0x00BE})
_COLUMNS = 256

Place = tuple[int, int, int]
"""(sheet from 0, row from 1, column from 1)."""


def uncomputed_formulas(stream: bytes) -> frozenset[Place]:
    """Formula cells whose stored result is zero or nothing. Programs that write workbooks without computing them leave exactly that, so
    such a result says nothing. Raises InputRefused ``encrypted_file``."""
    starts: list[int] = []
    found: set[Place] = set()
    sheet = -1
    waiting: Place | None = None
    for offset, kind, body in _records(stream):
        if kind == _FILEPASS:
            raise encrypted("Excel 文件")
        if kind == _BOUNDSHEET and len(body) >= 4:
            starts.append(struct.unpack_from("<I", body)[0])
        elif kind == _BOF and offset in starts:
            sheet = starts.index(offset)
        elif kind == _STRING:
            waiting = None
        elif kind == _FORMULA and len(body) >= 14:
            if waiting is not None:
                found.add(waiting)
                waiting = None
            row, column = struct.unpack_from("<HH", body)
            result = body[6:14]
            place = (sheet, row + 1, column + 1)
            if result[6:] == b"\xff\xff":
                if result[0] == _TEXT:
                    waiting = place
                elif result[0] == _EMPTY:
                    found.add(place)
            elif struct.unpack("<d", result)[0] == 0:
                found.add(place)
    if waiting is not None:
        found.add(waiting)
    return frozenset(found)


def beyond_sheet(stream: bytes) -> bool:
    """True when a cell claims a column that no old workbook has ([MS-XLS] 2.5.31): a table reader would make room for all in between."""
    return any(
        kind in _CELLS and len(body) >= 4 and struct.unpack_from("<HH", body)[1] >= _COLUMNS for _, kind, body in _records(stream)
    )


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + size]
        at += 4 + size
