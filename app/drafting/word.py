"""A draft as a .docx in the layout of a Chinese official document, every number in a content control.

python-docx opens the package and keeps styles, headers and properties; the body is built element by element. Footnotes have no
support there, so ``/word/footnotes.xml`` and the manifest are parts of our own. The same draft gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from app.drafting.guard import refuse_untraced
from app.drafting.layout import heading_pages, plain_text
from app.drafting.manifest import write_manifest
from app.drafting.model import CitedClause, Draft, DraftSection, Paragraph
from app.drafting.package import pack, unpack
from app.drafting.places import find_places
from app.drafting.readback import MANIFEST_NAMESPACE, read_part
from app.drafting.word_body import BodyWriter
from app.drafting.word_charts import add_charts
from app.drafting.word_styles import (
    TEXT_WIDTH_TWIPS,
    WIDE_WIDTH_TWIPS,
    apply_styles,
    section_properties,
    style_ids,
)
from app.drafting.word_xml import el, field, field_code, field_mark, qn, rebased, run

APPLICATION = "lingtan"
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FOOTNOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_CUSTOM_PROPS_TYPE = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
_DATASTORE = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
#: Identifies the kind of part, not the document; any fixed value serves.
_ITEM_ID = "{6C696E67-7461-4E2D-8472-616674303031}"


def write_docx(draft: Draft) -> bytes:
    """The document's bytes. Raises InputRefused ``draft_number_without_fact`` when a number of the draft has no fact."""
    from docx import Document

    refuse_untraced(draft)
    document = Document()
    apply_styles(document)
    writer = BodyWriter(facts=draft.facts, styles=style_ids(document))
    body = document.element.body
    for child in list(body):
        if child.tag != qn("w:sectPr"):
            body.remove(child)
    last_section = body[-1]
    body_blocks, breaks, last_wide = _body(draft, writer)
    front, contents = _front(draft, writer)
    headers = tuple([*writer.inlines(draft.header)] for _ in range(2))
    cited = add_footnotes(document, writer)
    for element in (*front, *body_blocks):
        last_section.addprevious(element)
    charts = add_charts(document, writer.charts, draft.facts)
    headers_part = _page_furniture(document, headers, writer.styles, breaks, last_wide)
    _settings(document)
    _properties(document, draft)

    names = {i: n for n, i in writer.styles.items()}
    places = find_places(read_part(document.element, "body", names))
    places += find_places(read_part(headers_part, "header", names))
    manifest = write_manifest(draft, places, cited, contents, writer.tags, charts)
    add_manifest(document, manifest)
    buffer = BytesIO()
    document.save(buffer)
    return pack(_tidy(unpack(buffer.getvalue())))


def add_footnotes(document: Any, writer: BodyWriter, existing: Any | None = None) -> dict[str, CitedClause]:
    """The writer's footnotes as a part of the document, or behind those of a part that exists; returns what each id cites."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from lxml import etree

    if existing is not None:
        footnotes = etree.fromstring(existing.blob)
    else:
        footnotes = el("w:footnotes")
        footnotes.append(_separator(-1, "separator"))
        footnotes.append(_separator(0, "continuationSeparator"))
    cited = {str(n): c for n, c in enumerate(list(writer.footnotes), writer.first_note + 1)}
    for number, clause in cited.items():
        footnotes.append(writer.footnote(int(number), clause))
    if existing is not None:
        existing._blob = _serialise(footnotes)
    else:
        notes = Part(PackURI("/word/footnotes.xml"), _FOOTNOTES_TYPE, _serialise(footnotes), document.part.package)
        document.part.relate_to(notes, f"{_RELS}/footnotes")
    return cited


def add_manifest(document: Any, manifest: bytes) -> None:
    """The manifest as the document's only custom XML item; one that a template brought along would take its name."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    package = document.part.package
    for id in [r.rId for r in document.part.rels.values() if r.reltype == f"{_RELS}/customXml"]:
        document.part.rels.pop(id)
    item = Part(PackURI("/customXml/item1.xml"), "application/xml", manifest, package)
    props = Part(PackURI("/customXml/itemProps1.xml"), _CUSTOM_PROPS_TYPE, _item_props(), package)
    item.relate_to(props, f"{_RELS}/customXmlProps")
    document.part.relate_to(item, f"{_RELS}/customXml")


def _serialise(element: Any) -> bytes:
    from lxml import etree

    return etree.tostring(rebased(element), xml_declaration=True, encoding="UTF-8", standalone=True)


def _front(draft: Draft, writer: BodyWriter) -> tuple[list[Any], list[tuple[str, str]]]:
    """Cover, front sections, table of contents, and the section break that ends them; and the contents' (entry, page)."""
    out: list[Any] = []
    for section in draft.sections:
        if not section.front:
            continue
        if section.id == "cover":
            out += _cover(section, writer)
        else:
            out += [e for b in section.blocks for e in writer.block(b)]
    contents: list[tuple[str, str]] = []
    if writer.headings:
        entries, contents = _contents(draft, writer)
        out += entries
    break_paragraph = el("w:p", el("w:pPr", el("w:pStyle", val=writer.styles["table note"]), section_properties()))
    out.append(break_paragraph)
    return out, contents


def _body(draft: Draft, writer: BodyWriter) -> tuple[list[Any], list[Any], bool]:
    """The numbered sections, the section properties that end each run of pages of one orientation but the last, and whether the
    last run lies across."""
    out: list[Any] = []
    breaks: list[Any] = []
    wide: bool | None = None
    for section in draft.sections:
        if section.front:
            continue
        if wide is not None and section.wide != wide:
            breaks.append(section_properties(wide=wide))
            out.append(el("w:p", el("w:pPr", el("w:pStyle", val=writer.styles["section end"]), breaks[-1])))
        wide = section.wide
        writer.width = WIDE_WIDTH_TWIPS if wide else TEXT_WIDTH_TWIPS
        out += [e for b in section.blocks for e in writer.block(b)]
    return out, breaks, bool(wide)


def _cover(section: DraftSection, writer: BodyWriter) -> list[Any]:
    titles = [b for b in section.blocks if isinstance(b, Paragraph) and b.style == "title"]
    lines = [b for b in section.blocks if isinstance(b, Paragraph) and b.style == "cover"]
    out: list[Any] = []
    for n, block in enumerate(titles):
        title = writer.paragraph(block.inlines, "title")
        if n == 0:
            title[0].append(el("w:spacing", before=3000, after=2000, line=800, lineRule="exact"))
        out.append(title)
    if lines:
        out.append(writer.cover(lines))
    return out


def _contents(draft: Draft, writer: BodyWriter) -> tuple[list[Any], list[tuple[str, str]]]:
    """The TOC field with written entries: hyperlinks to the headings, page numbers as PAGEREF fields with an estimate."""
    heading = writer.paragraph((), "toc heading", page_break=True)
    heading.append(run("目　录"))
    out = [heading]
    contents: list[tuple[str, str]] = []
    pages = heading_pages(draft)
    for n, ((level, bookmark, inlines), page) in enumerate(zip(writer.headings, pages, strict=True)):
        text = plain_text(inlines, draft.facts)
        contents.append((text, str(page)))
        paragraph = writer.paragraph((), f"toc {min(level, 2)}")
        if n == 0:
            paragraph.append(field_mark("begin", dirty=True))
            paragraph.append(field_code('TOC \\o "1-2" \\h \\z \\u'))
            paragraph.append(field_mark("separate"))
        tab = el("w:r", el("w:tab"))
        page_field = field(f"PAGEREF {bookmark} \\h", str(page))
        paragraph.append(el("w:hyperlink", run(text), tab, *page_field, anchor=bookmark, history=1))
        if n == len(writer.headings) - 1:
            paragraph.append(field_mark("end"))
        out.append(paragraph)
    return out, contents


def _separator(id: int, kind: str) -> Any:
    paragraph = el("w:p", el("w:pPr", el("w:spacing", after=0, line=240, lineRule="auto")), el("w:r", el(f"w:{kind}")))
    return el("w:footnote", paragraph, type=kind, id=id)


def _page_furniture(
    document: Any, headers: tuple[list[Any], ...], styles: Mapping[str, str], breaks: Sequence[Any], wide: bool
) -> Any:
    """Header of the numbered part, and ``— 1 —`` on the outer side: right on odd pages, left on even ones. The first run of pages
    carries them and the number to start from; the runs after it inherit both. Returns the header."""
    section = document.sections[-1]
    header_element: Any = None
    document.settings.odd_and_even_pages_header_footer = True
    sides = (
        (section.header, section.footer, "right"),
        (section.even_page_header, section.even_page_footer, "left"),
    )
    for (slot, footer, align), header in zip(sides, headers, strict=True):
        slot.is_linked_to_previous = False
        footer.is_linked_to_previous = False
        header_element = header_element if header_element is not None else slot._element
        _refill(slot._element, el("w:p", el("w:pPr", el("w:pStyle", val=styles["header"])), *header))
        side = {"right": {"right": 280}, "left": {"left": 280}}[align]
        properties = el("w:pPr", el("w:pStyle", val=styles["footer"]), el("w:ind", **side), el("w:jc", val=align))
        _refill(footer._element, el("w:p", properties, run("— "), *field("PAGE"), run(" —")))
    old, last = section._sectPr, section_properties(wide=wide)
    first = breaks[0] if breaks else last
    references = [r for r in old if r.tag in (qn("w:headerReference"), qn("w:footerReference"))]
    for n, reference in enumerate(references):
        first.insert(n, reference)
    first.find(qn("w:pgMar")).addnext(el("w:pgNumType", start=1))
    old.getparent().replace(old, last)
    return header_element


def _refill(container: Any, paragraph: Any) -> None:
    for child in list(container):
        container.remove(child)
    container.append(paragraph)


def _settings(document: Any) -> None:
    """Footnote separators, and Chinese punctuation kept at full width at line ends."""
    settings = document.settings.element
    properties = el("w:footnotePr", el("w:footnote", id=-1), el("w:footnote", id=0))
    anchor = settings.find(qn("w:compat"))
    if anchor is not None:
        anchor.addprevious(properties)
    else:
        settings.append(properties)


def _properties(document: Any, draft: Draft) -> None:
    properties = document.core_properties
    at = datetime(draft.generated_on.year, draft.generated_on.month, draft.generated_on.day)
    name = draft.facts.get("profile.name")
    properties.title = draft.title
    properties.author = name.text if name else APPLICATION
    properties.last_modified_by = APPLICATION
    properties.comments = ""
    properties.keywords = ""
    properties.language = "zh-CN"
    properties.revision = 1
    properties.created = properties.modified = at


def _item_props() -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
        f'<ds:datastoreItem ds:itemID="{_ITEM_ID}" xmlns:ds="{_DATASTORE}"><ds:schemaRefs>'
        f'<ds:schemaRef ds:uri="{MANIFEST_NAMESPACE}"/></ds:schemaRefs></ds:datastoreItem>'
    ).encode()


def _tidy(parts: dict[str, bytes]) -> dict[str, bytes]:
    """The template's thumbnail goes; the application is ours; parts that use w15 declare it."""
    from lxml import etree

    out = {name: data for name, data in parts.items() if not name.startswith("docProps/thumbnail")}
    relations = etree.fromstring(out["_rels/.rels"])
    for relation in list(relations):
        if relation.get("Target", "").startswith("docProps/thumbnail"):
            relations.remove(relation)
    out["_rels/.rels"] = etree.tostring(relations, xml_declaration=True, encoding="UTF-8", standalone=True)
    out["docProps/app.xml"] = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns='
        '"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
        f"<Application>{APPLICATION}</Application></Properties>"
    ).encode()
    for name in out:
        if name == "word/document.xml" or name.startswith(("word/header", "word/footer")):
            out[name] = _serialise(etree.fromstring(out[name]))
    return out
