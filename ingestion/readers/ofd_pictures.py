"""The images of an OFD page with their bytes, for showing the page to a person."""

from __future__ import annotations

from typing import Any

from app.domain.page import Box
from ingestion.readers.archive import resolve
from ingestion.readers.glyphs import fraction_box
from ingestion.readers.ofd import page_box, used_templates
from ingestion.readers.ofd_objects import POINTS_PER_MM, read_objects
from ingestion.readers.ofd_package import Package
from ingestion.readers.xmltree import attribute, children, first, local, text_of


def page_pictures(data: bytes, number: int) -> list[tuple[Box, bytes]]:
    """(place in page fractions, file bytes) of the images on page ``number`` (from 1), template images first.

    Images that are missing or lie outside the page are left out. Raises InputRefused as ``ofd.read``.
    """
    package = Package(data)
    before = 0
    for part in package.document_parts(package.xml("OFD.xml")):
        document = package.xml(part)
        listed = package.page_parts(document, part)
        if number - before > len(listed):
            before += len(listed)
            continue
        name = listed[number - before - 1][1]
        content = package.xml_or_none(name) if name is not None else None
        if content is None:
            return []
        roots = {i: package.xml_or_none(t) for i, t in package.template_parts(document, part).items()}
        return _pictures(package, document, part, content, used_templates(content, roots))
    return []


def _pictures(
    package: Package, document: Any, base: str, content: Any, templates: list[Any]
) -> list[tuple[Box, bytes]]:
    files = _resources(package, document, base)
    left, top, width, height = page_box(content, templates, first(document, "PageArea"))
    found: list[tuple[Box, bytes]] = []
    for part in (*templates, content):
        for picture in read_objects(part, left=left, top=top, first_run=0).pictures:
            box = fraction_box(picture.box, width * POINTS_PER_MM, height * POINTS_PER_MM)
            data = package.archive.read(files.get(picture.resource, ""))
            if box is not None and data:
                found.append((box, data))
    return found


def _resources(package: Package, document: Any, base: str) -> dict[str, str]:
    """Resource id → entry name of the media files."""
    files: dict[str, str] = {}
    for element in document.iter():
        if local(element) not in ("PublicRes", "DocumentRes"):
            continue
        listing_part = package.locate(base, text_of(element))
        root = package.xml_or_none(listing_part) if listing_part is not None else None
        folder = (attribute(root, "BaseLoc") or "") if root is not None else ""
        for medium in root.iter() if root is not None else ():
            if local(medium) == "MultiMedia":
                for location in children(medium, "MediaFile"):
                    reference = resolve("", f"{folder}/{text_of(location)}")
                    name = package.locate(listing_part or "", reference) or package.locate(
                        listing_part or "", text_of(location)
                    )
                    if name is not None:
                        files[(attribute(medium, "ID") or "").strip()] = name
    return files
