"""An element tree as a flat list of named values, in document order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from app.domain.page import Tag
from ingestion import limits
from ingestion.readers.content import too_large
from ingestion.readers.xmltree import local


def tags_of(root: Any, *, origin: str, include_root: bool, locator_prefix: str = "") -> tuple[Tag, ...]:
    """One Tag for every attribute and every element that has text of its own; empty elements give none.

    ``path`` joins local names from the root (or from below it); an attribute is ``…/Element@name``. ``index`` is the position
    of the innermost repeated ancestor-or-self among its like-named siblings, so that all fields of the k-th line carry k.
    ``locator`` is the XPath with positions of repeated elements, behind ``locator_prefix``. Raises InputRefused
    ``too_large`` beyond the tag limit.
    """
    tags: list[Tag] = []
    for element, path, xpath, index in walk(root, include_root=include_root):
        text = " ".join(part.strip() for part in _own_text(element) if part and part.strip())
        if text:
            tags.append(Tag(origin=origin, path=path, value=text, locator=locator_prefix + xpath, index=index))
        for key, value in element.attrib.items():
            name = key.rpartition("}")[2]
            if value.strip() and path:
                tags.append(
                    Tag(
                        origin=origin,
                        path=f"{path}@{name}",
                        value=value.strip(),
                        locator=f"{locator_prefix}{xpath}/@{name}",
                        index=index,
                    )
                )
        if len(tags) > limits.MAX_TAGS:
            raise too_large(f"XML 字段超过 {limits.MAX_TAGS} 个")
    return tuple(tags)


def _own_text(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield child.tail or ""


def walk(root: Any, *, include_root: bool) -> Iterator[tuple[Any, str, str, int]]:
    """(element, path, xpath, index), parents before children, siblings in order."""
    name = local(root)
    stack = [(root, name if include_root else "", f"/{name}", 0)]
    while stack:
        element, path, xpath, index = stack.pop()
        yield element, path, xpath, index
        totals = Counter(local(child) for child in element)
        seen: Counter[str] = Counter()
        below = []
        for child in element:
            child_name = local(child)
            if not child_name:
                continue
            place = seen[child_name]
            seen[child_name] += 1
            repeated = totals[child_name] > 1
            below.append(
                (
                    child,
                    f"{path}/{child_name}" if path else child_name,
                    f"{xpath}/{child_name}[{place + 1}]" if repeated else f"{xpath}/{child_name}",
                    place if repeated else index,
                )
            )
        stack += reversed(below)
