"""XML without DTD, entities or network. The one way every reader turns bytes into an element tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app.domain.errors import InputRefused
from ingestion.readers.content import damaged

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")


def parse_xml(data: bytes, *, recover: bool = False, what: str = "XML 文件") -> Any:
    """The root element (lxml). Comments and processing instructions are gone, names keep their namespaces.

    ``recover`` mends malformed markup and is meant for OFD tag files only; data files must be well formed.
    A declared encoding is believed only after UTF-8, which nothing else looks like; GB 18030 is the last resort.
    Raises InputRefused: ``unsafe_xml`` for a document type declaration, ``damaged_file`` otherwise.
    """
    from lxml import etree

    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise _unsafe(what)
    error: Exception | None = None
    for candidate in _readings(data):
        try:
            root = etree.fromstring(candidate, _parser(etree, recover))
        except (etree.LxmlError, ValueError) as caught:
            error = error or caught
            continue
        if root is None:
            continue
        document = root.getroottree().docinfo
        if document.internalDTD is not None or document.doctype:
            raise _unsafe(what)
        return root
    raise damaged("XML 结构不完整或编码不明", what=what) from error


def local(element: Any) -> str:
    """The name without namespace or prefix, also of names that a recovering parser kept whole (``ofd:Item``, ``:eInvoice``)."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    return tag.rpartition("}")[2].rpartition(":")[2]


def children(element: Any, name: str) -> Iterator[Any]:
    """Direct children of that local name."""
    return (child for child in element if local(child) == name)


def first(element: Any, name: str) -> Any | None:
    """The first descendant of that local name, None when there is none."""
    return next((e for e in element.iter() if local(e) == name), None)


def attribute(element: Any, name: str) -> str | None:
    """An attribute by local name, whatever its prefix and case."""
    value = element.get(name)
    if value is not None:
        return value
    for key, value in element.attrib.items():
        if key.rpartition("}")[2].rpartition(":")[2].lower() == name.lower():
            return value
    return None


def text_of(element: Any) -> str:
    """All text inside, as written, without the ends' white space."""
    return "".join(element.itertext()).strip()


def _parser(etree: Any, recover: bool) -> Any:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


def _readings(data: bytes) -> Iterator[bytes]:
    """The bytes as UTF-8 without their declaration, as declared, and as GB 18030, as far as they decode."""
    text = _decoded(data, "utf-8-sig")
    if text is not None:
        yield _DECLARATION.sub("", text).encode("utf-8")
    yield data
    text = _decoded(data, "gb18030")
    if text is not None:
        yield _DECLARATION.sub("", text).encode("utf-8")


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _unsafe(what: str) -> InputRefused:
    return InputRefused(
        "unsafe_xml",
        f"{what}含有文档类型声明（DTD）或实体定义，出于安全不予读取。",
        fix="请从开票平台重新下载原始 XML；正常的数电票 XML 不含 DTD。",
    )
