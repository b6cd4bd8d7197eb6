"""CustomTag files of an OFD: names → the text objects they point at."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.page import Box, Tag
from ingestion.readers.glyphs import fraction_box, hull
from ingestion.readers.ofd_objects import TextObject
from ingestion.readers.xmltags import walk
from ingestion.readers.xmltree import attribute, children, local

#: A value that is complete by itself: a number, a rate, 免税 and the like.
_COMPLETE = re.compile(r"[¥￥]?\s*[+-]?[\d,]+(\.\d+)?\s*%?|\*{2,}|免税|不征税|零税率|/")
_ITEM_START = re.compile(r"\*[^*]+\*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A text object on its page (``width``/``height`` in points)."""

    text: TextObject
    page: int
    width: float
    height: float


def custom_tags(root: Any, objects: Mapping[tuple[str, str], Placed], *, part: str) -> tuple[Tag, ...]:
    """One Tag a value. ``objects`` maps (page id, object id) and ("", object id) to text objects.

    The objects of one value are joined in the order of their references; references of one element that are values of
    different lines (numbers below one another, a new ``*类别*`` name) become tags of their own. Boxes let a reader put the
    tags of one line together by height, which the order of repeated tags does not allow: a line without 数量 has no tag.
    """
    tags: list[Tag] = []
    for element, path, xpath, index in walk(root, include_root=False):
        if not path or local(element) == "ObjectRef":
            continue
        references = list(children(element, "ObjectRef"))
        for group in _values([p for p in (_lookup(r, objects) for r in references) if p is not None]):
            value = "".join(p.text.text for p in group).strip()
            if value:
                ids = "+".join(p.text.id for p in group)
                tags.append(
                    Tag(
                        origin="custom_tag",
                        path=path,
                        value=value,
                        locator=f"{part}{xpath}#{ids}",
                        index=index,
                        page=group[0].page,
                        bbox=_box(group),
                    )
                )
        own = (element.text or "").strip()
        if own and not references and len(element) == 0:
            tags.append(Tag(origin="custom_tag", path=path, value=own, locator=f"{part}{xpath}", index=index))
    return tuple(tags)


def _lookup(reference: Any, objects: Mapping[tuple[str, str], Placed]) -> Placed | None:
    page = (attribute(reference, "PageRef") or "").strip()
    name = "".join(reference.itertext()).strip()
    return objects.get((page, name)) or objects.get(("", name))


def _values(placed: Sequence[Placed]) -> list[list[Placed]]:
    groups: list[list[Placed]] = []
    for item in placed:
        if groups and not _starts_value(groups[-1], item):
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def _starts_value(group: Sequence[Placed], item: Placed) -> bool:
    last = group[-1]
    if last.page != item.page:
        return True
    if last.text.box is None or item.text.box is None:
        return False
    height = min(last.text.box[3] - last.text.box[1], item.text.box[3] - item.text.box[1])
    if item.text.box[1] - last.text.box[1] < 0.5 * height:
        return False
    if _ITEM_START.match(item.text.text):
        return True
    so_far = "".join(p.text.text for p in group).strip()
    return bool(_COMPLETE.fullmatch(so_far) and _COMPLETE.fullmatch(item.text.text))


def _box(group: Sequence[Placed]) -> Box | None:
    boxes = [p.text.box for p in group if p.text.box is not None]
    return fraction_box(hull(boxes), group[0].width, group[0].height) if boxes else None
