"""OFD (GB/T 33190-2016) → pages of words and rules, CustomTag values, attached invoice records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.errors import InputRefused
from app.domain.finding import Finding
from app.domain.page import Page, Source, Tag
from ingestion import limits
from ingestion.readers.attachments import attachment_tags
from ingestion.readers.content import Content, damaged, scanned_page
from ingestion.readers.glyphs import group_words
from ingestion.readers.ofd_objects import POINTS_PER_MM, PartObjects, numbers, read_objects
from ingestion.readers.ofd_package import Package
from ingestion.readers.ofd_tags import Placed, custom_tags
from ingestion.readers.pagekind import Evidence, covered_share, page_findings, picture_reason
from ingestion.readers.rules import make_rules
from ingestion.readers.xmltree import attribute, children, first, local, text_of

_A4_MM = (0.0, 0.0, 210.0, 297.0)


@dataclass(slots=True, kw_only=True)
class _Reading:
    """What has been read so far, across the documents of the container."""

    pages: list[Page] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read(data: bytes) -> Content:
    """Reads every document and page of the container.

    Raises InputRefused: ``damaged_file`` when OFD.xml or a Document.xml cannot be read, ``too_many_pages``, and the
    refusals of ``Archive``. A damaged or missing page is a page with a finding; malformed tag files are mended or left out.
    """
    package = Package(data)
    root = package.xml("OFD.xml")
    parts = package.document_parts(root)
    if not parts:
        raise damaged("找不到文档描述 Document.xml", what="OFD 文件")
    reading = _Reading()
    for part in parts:
        _read_document(package, part, reading)
    if not reading.pages:
        raise damaged("OFD 中没有任何页面", what="OFD 文件")
    return Content(
        pages=tuple(reading.pages),
        tags=tuple(reading.tags),
        findings=tuple(reading.findings),
        properties=_properties(root) | {"page_count": str(len(reading.pages))},
    )


def _properties(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter():
        name = local(element)
        if name in ("Creator", "CreatorVersion", "CreationDate", "Author", "Title"):
            found.setdefault(f"ofd:{name}", text_of(element))
        elif name == "CustomData":
            found.setdefault(f"ofd:{attribute(element, 'Name') or ''}", text_of(element))
        elif name == "Signatures":
            found["ofd:signed"] = "true"
    return found | {"producer": found.get("ofd:Creator", "")}


def _read_document(package: Package, part: str, reading: _Reading) -> None:
    document = package.xml(part)
    listed = package.page_parts(document, part)
    if len(reading.pages) + len(listed) > limits.MAX_PAGES:
        raise InputRefused(
            "too_many_pages",
            f"OFD 页数超过上限 {limits.MAX_PAGES} 页。",
            fix="请只保留与能源数据有关的页，拆分后再上传。",
        )
    templates = {i: package.xml_or_none(name) for i, name in package.template_parts(document, part).items()}
    annotations = _annotations(package, document, part)
    common = first(document, "PageArea")
    objects: dict[tuple[str, str], Placed] = {}
    for page_id, name in listed:
        number = len(reading.pages) + 1
        content = package.xml_or_none(name) if name is not None else None
        if content is None:
            reading.pages.append(Page(number=number, width=595.28, height=841.89, source=Source.OFD, scanned=True))
            reading.findings.append(scanned_page(number, "页面文件缺失或损坏"))
            continue
        used = used_templates(content, templates)
        page, parts, notes = _read_page(number, content, used, annotations.get(page_id, []), common)
        reading.pages.append(page)
        reading.findings += notes
        for objects_of_part in parts:
            for text in objects_of_part.texts:
                if text.id:
                    placed = Placed(text=text, page=number, width=page.width, height=page.height)
                    objects.setdefault((page_id, text.id), placed)
                    objects.setdefault(("", text.id), placed)
    reading.tags += _tags(package, document, part, objects)


def _read_page(
    number: int, content: Any, templates: list[Any], annotations: list[Any], common: Any | None
) -> tuple[Page, list[PartObjects], tuple[Finding, ...]]:
    """The page, its parts with the page's own objects first (they win over template objects of the same id), findings."""
    left, top, width, height = page_box(content, templates, common)
    parts: list[PartObjects] = []
    runs = 0
    for part in (content, *templates):
        parts.append(read_objects(part, left=left, top=top, first_run=runs))
        runs += len(parts[-1].texts)
    for appearance in annotations:
        corner = numbers(attribute(appearance, "Boundary"))[:2]
        x, y = corner if len(corner) == 2 else (0.0, 0.0)
        parts.append(read_objects(appearance, left=left - x, top=top - y, first_run=runs))
        runs += len(parts[-1].texts)
    wide, high = width * POINTS_PER_MM, height * POINTS_PER_MM
    glyphs = [g for p in parts for t in p.texts for g in t.glyphs]
    seen = Evidence(
        useful=sum(1 for g in glyphs if g.char.isalnum()),
        broken=sum(t.broken for p in parts for t in p.texts),
        picture_share=covered_share((picture.box for p in parts for picture in p.pictures), wide, high),
        outlines=sum(p.outlines for p in parts),
    )
    page = Page(
        number=number,
        width=round(wide, 2),
        height=round(high, 2),
        words=group_words(glyphs, page=number, width=wide, height=high),
        rules=make_rules((s for p in parts for s in p.segments), width=wide, height=high),
        source=Source.OFD,
        scanned=picture_reason(seen) is not None,
    )
    return page, parts, page_findings(number, seen)


def used_templates(content: Any, templates: Mapping[str, Any]) -> list[Any]:
    """The template pages that a page lies on, in its order; one that is missing is left out."""
    found = (templates.get((attribute(e, "TemplateID") or "").strip()) for e in children(content, "Template"))
    return [template for template in found if template is not None]


def page_box(content: Any, templates: list[Any], common: Any | None) -> tuple[float, float, float, float]:
    """(left, top, width, height) in mm: the page's own area, else its template's, else the document's, else A4."""
    areas = [area for part in (content, *templates) if (area := first(part, "Area")) is not None]
    for area in [*areas, *([common] if common is not None else [])]:
        for name in ("PhysicalBox", "ApplicationBox", "CropBox"):
            element = first(area, name)
            box = numbers(text_of(element)) if element is not None else []
            if len(box) == 4 and 1 < box[2] < 20_000 and 1 < box[3] < 20_000:
                return box[0], box[1], box[2], box[3]
    return _A4_MM


def _annotations(package: Package, document: Any, base: str) -> dict[str, list[Any]]:
    """Page id → Appearance elements of its visible annotations (stamps, 下载次数)."""
    result: dict[str, list[Any]] = {}
    for reference in children(document, "Annotations"):
        name = package.locate(base, text_of(reference))
        listing = package.xml_or_none(name) if name is not None else None
        for page in children(listing, "Page") if listing is not None else ():
            location = first(page, "FileLoc")
            part = package.locate(name or "", text_of(location)) if location is not None else None
            root = package.xml_or_none(part) if part is not None else None
            for annotation in root.iter() if root is not None else ():
                if local(annotation) == "Annot" and (attribute(annotation, "Visible") or "true").lower() != "false":
                    page_id = (attribute(page, "PageID") or "").strip()
                    result.setdefault(page_id, []).extend(children(annotation, "Appearance"))
    return result


def _tags(package: Package, document: Any, base: str, objects: dict[tuple[str, str], Placed]) -> list[Tag]:
    tags: list[Tag] = []
    tag_files = package.listed_files(document, base, list_name="CustomTags", item="CustomTag", folder="Tags")
    for name in tag_files:
        root = package.xml_or_none(name, recover=True)
        if root is not None:
            tags += custom_tags(root, objects, part=name)
    attached = package.listed_files(document, base, list_name="Attachments", item="Attachment", folder="Attachs")
    for name, element in attached.items():
        label = (attribute(element, "Name") or "") if element is not None else ""
        tags += attachment_tags(label if "inv_ord" in label.lower() else name, package.archive.read(name) or b"")
    return tags
