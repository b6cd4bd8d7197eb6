"""WordprocessingML in small pieces: elements, runs, content controls, fields.

Everything is built with explicit ids handed in by the caller, so the same draft gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
NSMAP = {"w": W, "r": R, "mc": MC, "w15": W15}
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: A unit's figures are set low (CO2) or high (m3); the characters stay plain digits, so text and unit compare equal.
_UNIT_PIECES = re.compile(r"(CO2)|(m3)")


def qn(name: str) -> str:
    """``w:tag`` as a Clark name."""
    prefix, _, local = name.partition(":")
    return f"{{{NSMAP[prefix]}}}{local}"


def el(name: str, /, *children: Any, **attributes: str | int) -> Any:
    """An element of the w namespace (or of a prefixed one); attributes without prefix are in the same namespace."""
    from lxml import etree

    element = etree.Element(qn(name), nsmap=NSMAP if name in ("w:hdr", "w:ftr", "w:footnotes") else None)
    prefix = name.partition(":")[0]
    for key, value in attributes.items():
        attr = key.replace("__", ":")
        element.set(qn(attr if ":" in attr else f"{prefix}:{attr}"), str(value))
    for child in children:
        if child is not None:
            element.append(child)
    return element


def run(
    text: str,
    *,
    bold: bool = False,
    vertical: str = "",
    style: str = "",
    highlight: bool = False,
    preserve: bool = True,
) -> Any:
    """A run of text; ``vertical`` is subscript | superscript, ``highlight`` the marker for what is missing."""
    properties = el("w:rPr")
    if style:
        properties.append(el("w:rStyle", val=style))
    if bold:
        properties.append(el("w:b"))
    if highlight:
        properties.append(el("w:highlight", val="yellow"))
    if vertical:
        properties.append(el("w:vertAlign", val=vertical))
    content = el("w:t")
    content.text = _NOT_XML.sub("", text)
    if preserve:
        content.set(_XML_SPACE, "preserve")
    return el("w:r", properties if len(properties) else None, content)


def unit_runs(unit: str, *, bold: bool = False) -> Iterator[Any]:
    """A unit with CO2 and m3 set as readers know them."""
    position = 0
    for match in _UNIT_PIECES.finditer(unit):
        end = match.end() - 1
        if end > position:
            yield run(unit[position:end], bold=bold)
        yield run(unit[end : match.end()], bold=bold, vertical="subscript" if match.group(1) else "superscript")
        position = match.end()
    if position < len(unit):
        yield run(unit[position:], bold=bold)


def control(tag: str, id: int, runs: Iterable[Any], *, locked: bool = True) -> Any:
    """An inline content control without a visible frame. ``locked`` keeps its text from being edited by accident; the
    control as a whole can still be deleted with its sentence."""
    properties = el("w:sdtPr", el("w:tag", val=tag), el("w:id", val=id))
    if locked:
        properties.append(el("w:lock", val="contentLocked"))
    properties.append(el("w15:appearance", val="hidden"))
    return el("w:sdt", properties, el("w:sdtContent", *runs))


def field(instruction: str, cached: str = "", *, dirty: bool = False) -> Iterator[Any]:
    """The runs of a complex field with its cached result."""
    yield field_mark("begin", dirty=dirty)
    yield field_code(instruction)
    yield field_mark("separate")
    if cached:
        yield run(cached)
    yield field_mark("end")


def field_mark(kind: str, *, dirty: bool = False) -> Any:
    mark = el("w:fldChar", fldCharType=kind)
    if dirty:
        mark.set(qn("w:dirty"), "true")
    return el("w:r", mark)


def field_code(instruction: str) -> Any:
    code = el("w:instrText")
    code.text = f" {instruction} "
    code.set(_XML_SPACE, "preserve")
    return el("w:r", code)


def rebased(root: Any) -> Any:
    """The tree under a root that declares our prefixes and lets an old Word ignore w15."""
    from lxml import etree

    fresh = etree.Element(root.tag, nsmap={**{k: v for k, v in root.nsmap.items() if k}, **NSMAP})
    for key, value in root.attrib.items():
        fresh.set(key, value)
    # An old Word stops at a prefix it does not know unless it is told to ignore it.
    ignored = [p for p in root.get(qn("mc:Ignorable"), "").split() if p in fresh.nsmap and p != "w15"]
    fresh.set(qn("mc:Ignorable"), " ".join([*ignored, "w15"]))
    for child in list(root):
        fresh.append(child)
    etree.cleanup_namespaces(fresh, keep_ns_prefixes=[*NSMAP, *ignored])
    return fresh
