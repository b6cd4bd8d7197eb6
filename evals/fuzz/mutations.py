"""Ways to damage a file: of any bytes, of texts and XML, of PDF objects, of pictures, of mails and compound files."""

from __future__ import annotations

import random
import re
import struct
import zlib
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]

WILD = (b"0", b"-1", b"1e308", b"NaN", b"99999999999999999999", b"2147483648", b"-2147483649", b"0.0000000001", b"", b"1 2 3", b"<<>>", b"\x00", b"/X", b"1048577")
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_MAGIC = (b"%PDF-1.7\n", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"Rar!\x1a\x07\x00", b"<?xml version='1.0'?>", b"\x1f\x8b\x08", b"II*\x00", b"BM", b"GIF89a")


def flip(data: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.choice((1, 2, 8, 40))):
        damaged[rng.randrange(len(damaged))] = rng.choice((0, 0xFF, ord("<"), ord("9"), rng.randrange(256)))
    return bytes(damaged)


def splice(data: bytes, rng: random.Random) -> bytes:
    """A stretch removed, repeated or moved."""
    a, b = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return rng.choice((data[:a] + data[b:], data[:b] + data[a:], data[b:] + data[:b], data[:a] + data[a:b] * 3 + data[b:]))


def cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def blank(data: bytes, rng: random.Random) -> bytes:
    """A stretch of zeros or of noise."""
    a = rng.randrange(len(data))
    size = min(rng.choice((4, 64, 512)), len(data) - a)
    return data[:a] + rng.choice((bytes(size), rng.randbytes(size))) + data[a + size :]


def disguise(data: bytes, rng: random.Random) -> bytes:
    """The first bytes of another format, in front or in place."""
    mark = rng.choice(_MAGIC)
    return mark + (data if rng.random() < 0.5 else data[len(mark) :])


def numbers(data: bytes, rng: random.Random) -> bytes:
    """Numbers written in the file become absurd."""
    places = list(_NUMBER.finditer(data))
    for place in sorted(rng.sample(places, min(len(places), rng.choice((1, 3, 10)))), key=lambda m: m.start(), reverse=True):
        data = data[: place.start()] + rng.choice(WILD) + data[place.end() :]
    return data


ANY: tuple[Mutation, ...] = (flip, flip, splice, cut, blank, disguise, numbers)

_DOCTYPES = (
    b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>',
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
    b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">',
    b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///dev/zero"> %p;]>',
)
_ENTITIES = (b"&d;", b"&x;", b"&#0;", b"&#x1F600;", b"&unknown;", b"<![CDATA[", b"]]>", b"<!--", b"<?pi ?>", b"\xff\xfe")
_TAG = re.compile(rb"<[^<>]{1,300}>")


def xml_entities(data: bytes, rng: random.Random) -> bytes:
    at = data.find(b"?>") + 2 if data.startswith(b"<?xml") else 0
    data = data[:at] + rng.choice(_DOCTYPES) + data[at:]
    texts = [m.end() for m in _TAG.finditer(data)]
    spot = rng.choice(texts) if texts else len(data)
    return data[:spot] + rng.choice(_ENTITIES) + data[spot:]


def xml_tags(data: bytes, rng: random.Random) -> bytes:
    """A tag dropped, doubled, swapped, nested many times, or without its attributes."""
    tags = list(_TAG.finditer(data))
    if len(tags) < 2:
        return flip(data, rng) if data else data
    a, b = rng.choice(tags), rng.choice(tags)
    name = re.sub(rb"[^\w:.-].*", b"", a.group()[1:], flags=re.DOTALL) or b"a"
    by = rng.choice((b"", a.group() * 2, b.group(), b"<" + name + b">", (b"<" + name + b">") * 3000, b"</" + name + b">"))
    return data[: a.start()] + by + data[a.end() :]


def encoding(data: bytes, rng: random.Random) -> bytes:
    """Another encoding than the one declared, or one that does not exist."""
    text = data.decode("utf-8", "replace")
    how = rng.choice(("utf-16", "utf-32", "gb18030", "big5", "declared", "utf-7"))
    if how == "declared":
        return data.replace(b"UTF-8", rng.choice((b"x-none", b"utf-16", b"ebcdic-cp-us", b"GBK")), 1)
    return text.encode(how, "replace")


XML: tuple[Mutation, ...] = (xml_entities, xml_tags, xml_tags, encoding, *ANY)


def pdf_objects(data: bytes, rng: random.Random) -> bytes:
    """References turned on themselves or elsewhere, names and lengths changed, objects dropped or doubled."""
    how = rng.randrange(6)
    if how == 0:
        refs = list(re.finditer(rb"\d+ 0 R", data))
        if refs:
            place = rng.choice(refs)
            return data[: place.start()] + b"%d 0 R" % rng.randrange(30) + data[place.end() :]
    if how == 1:
        objects = list(re.finditer(rb"\d+ 0 obj.*?endobj", data, re.DOTALL))
        if objects:
            place = rng.choice(objects)
            return data[: place.start()] + rng.choice((b"", place.group() * 2, rng.choice(objects).group())) + data[place.end() :]
    if how == 2:
        names = list(re.finditer(rb"/[A-Z][A-Za-z0-9]+", data))
        if names:
            place = rng.choice(names)
            return data[: place.start()] + rng.choice((rng.choice(names).group(), b"/JBIG2Decode", b"/Encrypt", b"/ObjStm", b"/")) + data[place.end() :]
    if how == 3:
        return re.sub(rb"/Length \d+", b"/Length " + rng.choice(WILD), data, count=1)
    if how == 4:
        return re.sub(rb"/(MediaBox|CropBox) \[[^\]]*\]", lambda m: b"/" + m.group(1) + b" [ " + b" ".join(rng.choice(WILD) for _ in range(rng.choice((4, 4, 2)))) + b" ]", data)
    return re.sub(rb"startxref\s+\d+", b"startxref\n" + rng.choice(WILD), data)


def pdf_stream(data: bytes, rng: random.Random) -> bytes:
    """A stream that unpacks to a lot, in the place of one that does not."""
    place = re.search(rb"stream\r?\n.*?endstream", data, re.DOTALL)
    if place is None:
        return flip(data, rng)
    inner = zlib.compress(rng.choice((b"q " * 2_000_000, b"BT /F1 9 Tf (a) Tj ET " * 200_000, b"0 0 m 9 9 l S " * 200_000, b"[" * 200_000)), 9)
    return data[: place.start()] + b"stream\n" + inner + b"\nendstream" + data[place.end() :]


PDF: tuple[Mutation, ...] = (*(pdf_objects,) * 5, pdf_stream, numbers, numbers, *ANY)


def image_size(data: bytes, rng: random.Random) -> bytes:
    """A picture that claims other dimensions than it has: a decompression bomb when they are large."""
    wide, tall = (rng.choice((0, 1, 7, 9_000, 60_000)) for _ in range(2))
    if data.startswith(b"\x89PNG"):
        head = b"IHDR" + struct.pack(">II", wide, tall) + data[24:29]
        return data[:12] + head + struct.pack(">I", zlib.crc32(head)) + data[33:]
    if data.startswith(b"\xff\xd8"):
        at = data.find(b"\xff\xc0")
        return data[: at + 5] + struct.pack(">HH", tall, wide) + data[at + 9 :]
    if data.startswith(b"BM"):
        return data[:18] + struct.pack("<ii", wide, rng.choice((tall, -tall))) + data[26:]
    if data.startswith(b"GIF"):
        return data[:6] + struct.pack("<HH", wide % 65536, tall % 65536) + data[10:]
    return flip(data, rng)


def bomb(data: bytes, rng: random.Random) -> bytes:
    """A small PNG of very many equal pixels that unpacks as it says."""
    side = rng.choice((3_000, 9_500))
    head = b"IHDR" + struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    body = b"IDAT" + zlib.compress(bytes((side + 7) // 8 + 1) * side, 9)
    return data[:8] + b"".join(struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (head, body, b"IEND"))


IMAGE: tuple[Mutation, ...] = (image_size, image_size, image_size, bomb, *ANY)


def mail_parts(data: bytes, rng: random.Random) -> bytes:
    how = rng.randrange(6)
    if how == 0:
        return data.replace(b"=boundary=", rng.choice((b"", b"=other=", b"a" * 4000)), rng.choice((1, 2)))
    if how == 1:
        return data.replace(b"base64", rng.choice((b"quoted-printable", b"x-unknown", b"7bit")), 1)
    if how == 2:
        return re.sub(rb'filename="?[^\r\n]*', rng.choice((b'filename="../../etc/passwd"', b"filename=", b'filename="\xff\xfe"', b'filename="' + b"a" * 5000 + b'"')), data, count=1)
    if how == 3:
        return b"Content-Type: message/rfc822\nFrom: a@b\nSubject: x\n\n" * rng.choice((1, 30, 400)) + data
    if how == 4:
        return data.replace(b"utf-8", rng.choice((b"x-none", b"utf-16", b"idna")), 1)
    lines = data.split(b"\n")
    rng.shuffle(lines)
    return b"\n".join(lines)


def ole_sectors(data: bytes, rng: random.Random) -> bytes:
    """Allocation table, directory or record lengths of a compound file changed."""
    damaged = bytearray(data)
    for _ in range(rng.choice((1, 2, 6))):
        at = rng.choice((rng.randrange(0, 512, 4), rng.randrange(512, 1024, 4), rng.randrange(1024, 1536, 4), rng.randrange(0, len(damaged) - 3, 2)))
        damaged[at : at + 4] = struct.pack("<I", rng.choice((0, 1, 2, 3, 0xFFFFFFFF, 0xFFFFFFFE, 0x7FFFFFFF, rng.randrange(2**32))))
    return bytes(damaged)


MAIL: tuple[Mutation, ...] = (*(mail_parts,) * 5, *ANY)
OLE: tuple[Mutation, ...] = (*(ole_sectors,) * 5, *ANY)
TEXT: tuple[Mutation, ...] = (encoding, encoding, *ANY)
