"""An applicant's own Word template, filled: placeholders become the same controls that our own documents have.

docxtpl renders the template with a mark for every placeholder; the marks are then exchanged for controls, tables and charts. What
the template says itself stays its own: its figures are kept in controls of the kind ``template`` and named to the user, because
they have no source here, but a change of them is still seen.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from app.domain.errors import InputRefused
from app.drafting.manifest import write_manifest
from app.drafting.model import (
    Block,
    ChartBlock,
    Draft,
    DraftSection,
    FactRef,
    Inlines,
    Literal,
    Missing,
    Paragraph,
)
from app.drafting.own_template_env import environment, refused
from app.drafting.own_template_names import Placeholder, placeholders
from app.drafting.own_template_text import own_numbers, split_runs
from app.drafting.package import pack, unpack
from app.drafting.places import find_places
from app.drafting.readback import read_part
from app.drafting.word import add_footnotes, add_manifest
from app.drafting.word_body import BodyWriter
from app.drafting.word_charts import add_charts
from app.drafting.word_styles import add_missing_styles, style_ids
from app.drafting.word_xml import qn, rebased

MAX_BYTES = 20 * 1024 * 1024
MAX_PART = 8 * 1024 * 1024
OPEN, CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
#: Parts that run something or fetch something when the document is opened.
_ACTIVE = ("vbaProject", "activeX", "oleObject", "attachedTemplate")


class _Mark(str):
    """What a placeholder renders to; false in ``{% if %}`` when there is nothing to print."""

    present: bool

    def __new__(cls, placeholder: Placeholder) -> _Mark:
        mark = super().__new__(cls, f"{OPEN}{placeholder.name}{CLOSE}")
        mark.present = bool(placeholder.fact or placeholder.blocks or placeholder.date)
        return mark

    def __bool__(self) -> bool:
        return self.present


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The filled document, and what its user should know."""

    data: bytes
    notes: tuple[str, ...]


def fill_template(data: bytes, draft: Draft) -> Filled:
    """``draft`` printed into a template. Raises InputRefused ``template_invalid`` with what is wrong and what would be right."""
    _check_package(data)
    known = placeholders(draft)
    document = _rendered(data, known)
    add_missing_styles(document)
    names = style_ids(document)
    notes_part = _footnotes_part(document)
    writer = BodyWriter(facts=draft.facts, styles=names, first_note=_last_note(notes_part))
    roots = [document.element.body, *_furniture(document)]
    own = [text for root in roots for text in own_numbers(root, writer)]
    if notes_part is not None:
        notes_root = _parsed(notes_part)
        own += own_numbers(notes_root, writer)
        notes_part._blob = _bytes(notes_root)
    used: list[Placeholder] = []
    for root in roots:
        used += _fill(root, known, writer, draft, body=root is document.element.body)
    charts = add_charts(document, writer.charts, draft.facts)
    cited = add_footnotes(document, writer, notes_part)
    styles = {i: n for n, i in names.items()}
    places = find_places(read_part(document.element, "body", styles))
    for root in roots[1:]:
        places += find_places(read_part(root, "header", styles))
    shown = replace(draft, header=(), sections=(_shown(used),))
    add_manifest(document, write_manifest(shown, places, cited, (), writer.tags, charts))
    buffer = BytesIO()
    document.save(buffer)
    notes = [f"模板自带的数字不由本系统核对：{'、'.join(dict.fromkeys(own))}"] if own else []
    return Filled(data=pack(_declared(unpack(buffer.getvalue()))), notes=tuple(notes))


def _check_package(data: bytes) -> None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            infos = package.infolist()
            if len(data) > MAX_BYTES or any(i.file_size > MAX_PART for i in infos if i.filename.endswith(".xml")):
                raise refused("模板过大。", fix="请精简模板，去掉大图。")
            rels = b"".join(package.read(i) for i in infos if i.filename.endswith(".rels") and i.file_size < MAX_PART)
            names = " ".join(i.filename for i in infos)
            if "word/document.xml" not in names:
                raise refused("模板不是 Word 文件（.docx）。", fix="请在 Word 中另存为 .docx。")
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise refused("模板不是可读取的 Word 文件（.docx）。", fix="请在 Word 中另存为 .docx，且不要加密。") from error
    active = next((word for word in _ACTIVE if word in names or word.encode() in rels), None)
    if active is not None:
        raise refused("模板含有宏、嵌入对象或外部模板，不能使用。", active, fix="请去掉这些内容后再用。")


def _rendered(data: bytes, known: Mapping[str, Placeholder]) -> Any:
    from docxtpl import DocxTemplate

    try:
        template = DocxTemplate(BytesIO(data))
        template.render({name: _Mark(p) for name, p in known.items()}, environment(known))
    except InputRefused:
        raise
    except Exception as error:
        # docxtpl, jinja2 and lxml each have their own tree of errors; all of them mean that this file is no usable template.
        raise refused("模板无法填写，可能是占位符跨越了表格或段落的边界。") from error
    return template.docx


def _furniture(document: Any) -> list[Any]:
    """Roots of the headers and footers, each once."""
    roots = {}
    for rel in document.part.rels.values():
        if rel.reltype.endswith(("/header", "/footer")):
            roots[str(rel.target_part.partname)] = rel.target_part._element
    return [roots[name] for name in sorted(roots)]


def _footnotes_part(document: Any) -> Any | None:
    return next((r.target_part for r in document.part.rels.values() if r.reltype.endswith("/footnotes")), None)


def _parsed(part: Any) -> Any:
    from lxml import etree

    return etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))


def _bytes(root: Any) -> bytes:
    from lxml import etree

    return etree.tostring(rebased(root), xml_declaration=True, encoding="UTF-8", standalone=True)


def _last_note(part: Any | None) -> int:
    if part is None:
        return 0
    ids = [int(n.get(qn("w:id"), "0")) for n in _parsed(part).iter(qn("w:footnote"))]
    return max([0, *ids])


def _fill(
    root: Any, known: Mapping[str, Placeholder], writer: BodyWriter, draft: Draft, *, body: bool
) -> Iterator[Placeholder]:
    """Exchange every mark under a root; yields what was used, in reading order, tables and charts numbered as they come."""
    counts: dict[str, int] = {}
    for paragraph in list(root.iter(qn("w:p"))):
        text = "".join(t.text or "" for t in paragraph.iter(qn("w:t")))
        found = [known[name] for name in _MARK.findall(text)]
        yield from found
        blocks = [p for p in found if not p.inline]
        if not blocks:
            for run, name in split_runs(paragraph, _MARK):
                for element in writer.inlines(_inlines(known[name], draft)):
                    run.addprevious(element)
                run.getparent().remove(run)
            continue
        placeholder = blocks[0]
        if len(found) > 1 or _MARK.sub("", text).strip() or not body:
            raise refused(f"占位符“{placeholder.name}”要在正文中单独成段。", placeholder.name)
        for block in placeholder.blocks:
            for element in writer.block(_renumbered(block, counts)):
                paragraph.addprevious(element)
        if paragraph.getparent().tag == qn("w:tc"):
            for child in list(paragraph):  # a cell must end in a paragraph
                paragraph.remove(child)
        else:
            paragraph.getparent().remove(paragraph)


def _renumbered(block: Block, counts: dict[str, int]) -> Block:
    """The block with the number that its caption has in this document."""
    if isinstance(block, Paragraph) or not block.caption or not isinstance(block.caption[0], Literal):
        return block
    kind = "图" if isinstance(block, ChartBlock) else "表"
    counts[kind] = counts.get(kind, 0) + 1
    return replace(block, caption=(Literal(kind="caption", text=f"{kind}{counts[kind]}"), *block.caption[1:]))


def _inlines(placeholder: Placeholder, draft: Draft) -> Inlines:
    if placeholder.date:
        day = draft.generated_on
        return (Literal(kind="date", text=f"{day.year}年{day.month}月{day.day}日"),)
    if not placeholder.fact:
        return (Missing(what=placeholder.label),)
    return (FactRef(fact=placeholder.fact, unit=bool(draft.facts[placeholder.fact].unit)),)


def _shown(used: list[Placeholder]) -> DraftSection:
    """What was printed, as a section: the manifest lists its facts and charts."""
    facts = Paragraph(inlines=tuple(FactRef(fact=p.fact) for p in used if p.fact))
    return DraftSection(id="template", title="", blocks=(facts, *(b for p in used for b in p.blocks)))


def _declared(parts: dict[str, bytes]) -> dict[str, bytes]:
    """Parts with controls declare the namespace of their hidden frame."""
    from lxml import etree

    for name, data in parts.items():
        if name == "word/document.xml" or name.startswith(("word/header", "word/footer")):
            parts[name] = _bytes(etree.fromstring(data))
    return parts
