"""Texts that travel with a file without being part of what it states: comments, notes, headers, text nobody can see.

They are kept apart from the content, so that no value is ever read from them, and as properties, so that what they say can be reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from app.domain.errors import InputRefused
from ingestion.readers.archive import Archive
from ingestion.readers.xmltree import local, parse_xml

PREFIX = "aside:"
LONGEST = 8_000

_PARTS = (
    (re.compile(r"(word|xl)/(comments|threadedcomments/).*\.xml"), "批注"),
    (re.compile(r"word/(footnotes|endnotes)\d*\.xml"), "脚注"),
    (re.compile(r"word/(header|footer)\d*\.xml"), "页眉页脚"),
)


def asides(texts: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Properties of the texts by place; empty ones are left out, long ones cut."""
    joined = {place: "\n".join(t.strip() for t in found if t.strip())[:LONGEST] for place, found in texts.items()}
    return {f"{PREFIX}{place}": text for place, text in joined.items() if text}


def office_asides(archive: Archive) -> dict[str, str]:
    """Comments, notes, headers and footers of an Office file. A part that cannot be read costs nothing but itself."""
    found: dict[str, list[str]] = {}
    for name in archive.names:
        place = next((label for pattern, label in _PARTS if pattern.fullmatch(name.lower().lstrip("/"))), None)
        data = archive.read(name) if place else None
        if place is None or data is None:
            continue
        try:
            found.setdefault(place, []).append(_text(parse_xml(data, what="批注")))
        except InputRefused:
            continue
    return asides(found)


def _text(root: Any) -> str:
    return "".join((e.text or "") if local(e) in ("t", "text") else "\n" if local(e) in ("p", "comment") else "" for e in root.iter())
