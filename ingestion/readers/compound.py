"""One stream of a compound file (the container of old Office files; MS-CFB), by name."""

from __future__ import annotations

import struct

from ingestion.readers.content import damaged

_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFF
_ROOT = 5
_WHAT = "Excel 文件"


def read_stream(data: bytes, *names: str) -> bytes | None:
    """The first stream that has one of ``names`` (case ignored), None when there is none. Raises InputRefused ``damaged_file``."""
    try:
        return _Compound(data).stream({n.lower() for n in names})
    except (struct.error, IndexError) as error:
        raise damaged("复合文档结构不完整", what=_WHAT) from error


class _Compound:
    def __init__(self, data: bytes) -> None:
        self._data = data
        major, shift, mini_shift = struct.unpack_from("<H", data, 26)[0], *struct.unpack_from("<HH", data, 30)
        if major not in (3, 4) or shift not in (9, 12) or mini_shift != 6:
            raise damaged("复合文档头不正确", what=_WHAT)
        self._size, self._mini_size = 1 << shift, 1 << mini_shift
        fat_count, directory = struct.unpack_from("<II", data, 44)
        self._cutoff, mini_fat, _, table, table_count = struct.unpack_from("<IIIII", data, 56)
        places = list(struct.unpack_from("<109I", data, 76))
        per = self._size // 4 - 1
        # The library that reads the cells follows every chain to its end, whatever the header counts: one that returns never ends.
        tables: set[int] = set()
        while table < _END:
            if table in tables or len(tables) > table_count:
                raise damaged("扇区链成环", what=_WHAT)
            tables.add(table)
            *more, table = struct.unpack_from(f"<{per + 1}I", data, self._offset(table))
            places += more
        self._fat: list[int] = []
        for place in [p for p in places if p < _END][: min(fat_count, len(data) // self._size)]:
            self._fat += struct.unpack_from(f"<{self._size // 4}I", data, self._offset(place))
        entries = self._chain(directory)
        self._entries = [entries[i : i + 128] for i in range(0, len(entries) - 127, 128)]
        for entry in self._entries:
            if entry[66] == _ROOT:
                self._chain(struct.unpack_from("<I", entry, 116)[0])
        raw = self._chain(mini_fat)
        self._mini_fat = list(struct.unpack(f"<{len(raw) // 4}I", raw))

    def _offset(self, sector: int) -> int:
        return (sector + 1) * self._size

    def _chain(self, start: int) -> bytes:
        parts, seen = [], set()
        while start < _END and start < len(self._fat):
            if start in seen:
                raise damaged("扇区链成环", what=_WHAT)
            seen.add(start)
            parts.append(self._data[self._offset(start) : self._offset(start) + self._size])
            start = self._fat[start]
        return b"".join(parts)

    def stream(self, names: set[str]) -> bytes | None:
        for entry in self._entries:
            length, kind = struct.unpack_from("<HB", entry, 64)
            name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace").lower()
            if kind == 2 and name in names:
                start, size = struct.unpack_from("<II", entry, 116)
                if size >= self._cutoff:
                    return self._chain(start)[:size]
                return self._mini(start, size)
        return None

    def _mini(self, start: int, size: int) -> bytes:
        root = next(e for e in self._entries if e[66] == _ROOT)
        room = self._chain(struct.unpack_from("<I", root, 116)[0])
        parts, seen = [], set()
        while start < _END and start not in seen and start < len(self._mini_fat):
            seen.add(start)
            parts.append(room[start * self._mini_size : (start + 1) * self._mini_size])
            start = self._mini_fat[start]
        return b"".join(parts)[:size]
