"""Server-sent events as a list."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    event: str
    data: str
    id: str


def parse_events(text: str) -> list[Event]:
    """Events of a finished stream, comments left out."""
    out = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        fields: dict[str, list[str]] = {}
        for line in block.split("\n"):
            name, colon, value = line.partition(":")
            if colon and name:
                fields.setdefault(name, []).append(value.removeprefix(" "))
        if "data" in fields:
            out.append(Event(event=fields.get("event", ["message"])[0], data="\n".join(fields["data"]), id=fields.get("id", [""])[0]))
    return out
