"""Damage inside and around zip containers: parts, their directory, their names, their size, and archives within archives."""

from __future__ import annotations

import io
import random
import struct
import warnings
import zipfile

from evals.fuzz.mutations import ANY, IMAGE, XML, Mutation

_NAMES = ("../../evil.txt", "/etc/passwd", "C:\\x.dll", "a/" * 200 + "b", "\u202excod.exe", "a\x00b", "", "CON")


def _entries(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        return {info.filename: container.read(info) for info in container.infolist()}


def _packed(entries: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        warnings.simplefilter("ignore")  # doubled names are the point
        for name, content in entries:
            container.writestr(zipfile.ZipInfo(name or "x"), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def parts(data: bytes, rng: random.Random) -> bytes:
    """One part damaged after its own kind, emptied, swapped, renamed, doubled or missing."""
    entries = _entries(data)
    names = sorted(n for n in entries if entries[n])
    name, other = rng.choice(names), rng.choice(names)
    how = rng.choice(("damage",) * 6 + ("empty", "swap", "drop", "double", "rename"))
    if how == "damage":
        content = entries[name]
        ways = XML if content.lstrip()[:1] == b"<" else IMAGE if content[:4] in (b"\x89PNG", b"\xff\xd8\xff\xe0") else ANY
        entries[name] = rng.choice(ways)(content, rng)
    elif how == "empty":
        entries[name] = b""
    elif how == "swap":
        entries[name], entries[other] = entries[other], entries[name]
    elif how == "drop":
        del entries[name]
    elif how == "rename":
        entries[rng.choice(_NAMES)] = entries.pop(name)
    listed = list(entries.items())
    return _packed([*listed, (name, b"<a/>")] if how == "double" else listed)


def directory(data: bytes, rng: random.Random) -> bytes:
    """Sizes, methods, flags (encrypted), offsets of the headers, or the check sums."""
    damaged = bytearray(data)
    marks = [b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"]
    mark = rng.choice(marks)
    at = rng.choice([i for i in range(len(data) - 30) if data[i : i + 4] == mark] or [0])
    for _ in range(rng.choice((1, 2))):
        field = at + rng.choice((6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28))
        damaged[field : field + 2] = struct.pack("<H", rng.choice((0, 1, 9, 99, 0xFFFF, rng.randrange(65536))))
    return bytes(damaged)


def bomb(data: bytes, rng: random.Random) -> bytes:
    """A part that unpacks to far more than the archive holds, or very many parts."""
    entries = list(_entries(data).items())
    if rng.random() < 0.5:
        name = rng.choice(entries)[0] if rng.random() < 0.5 else "bomb.xml"
        entries = [e for e in entries if e[0] != name] + [(name, bytes(rng.choice((8, 30)) * 1024 * 1024))]
    else:
        entries += [(f"x/{n}.xml", b"<a/>") for n in range(rng.choice((300, 5_200)))]
    return _packed(entries)


def nested(data: bytes, rng: random.Random) -> bytes:
    """The archive in an archive, several levels deep or several times side by side."""
    for _ in range(rng.randint(1, 4)):
        data = _packed([("a.zip", data)] if rng.random() < 0.6 else [("a.zip", data), ("b.zip", data)])
    return data


ZIP: tuple[Mutation, ...] = (*(parts,) * 9, directory, directory, bomb, nested, *ANY[:4])
