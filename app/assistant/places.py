"""Region names in a question, and the regions whose documents apply to it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.assistant.knowledge import Gazetteer
from app.retrieval.regions import short_region

LOCAL_SUFFIX = "(省|市|州|区|县|盟|这边|那边|的企业|的厂|本地|地区)"
NOT_A_PLACE_BEHIND = re.compile(r"^(小时|经济带|流域|地区性)")


def places_in(question: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """Names in order of appearance, longest match first; a name inside a longer one does not count twice."""
    names = sorted(gazetteer.owner, key=len, reverse=True)
    found: list[tuple[int, str]] = []
    taken = [False] * len(question)
    for name in names:
        for match in re.finditer(re.escape(name), question):
            if any(taken[match.start() : match.end()]):
                continue
            if name in gazetteer.suffix_only and not re.match(LOCAL_SUFFIX, question[match.end() :]):
                continue
            found.append((match.start(), name))
            taken[match.start() : match.end()] = [True] * len(name)
    return tuple(dict.fromkeys(name for _, name in sorted(found)))


def widen(places: Iterable[str], gazetteer: Gazetteer) -> tuple[str, ...]:
    """A city brings its province along: documents of both apply."""
    out: list[str] = []
    for place in places:
        short = short_region(place)
        out.append(short)
        owner = gazetteer.owner.get(short) or next(
            (gazetteer.owner[name] for name in gazetteer.owner if len(name) > 1 and name in short), None)
        if owner and owner not in out:
            out.append(owner)
    return tuple(dict.fromkeys(out))
