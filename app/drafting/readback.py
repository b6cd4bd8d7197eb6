"""A .docx read back for checking: paragraphs with the control, field and footnote each piece of text lies in.

Written against the format, not against our writer: Word and LibreOffice split runs, move controls into their own markup and
renumber footnotes, and all of that reads the same here. Deleted revisions are not text, inserted ones are.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from types import MappingProxyType
from typing import Any

from app.domain.errors import InputRefused
from app.drafting.readback_charts import ReadChart, read_charts
from app.drafting.word_xml import MC, W

MAX_PART_BYTES = 64 * 1024 * 1024
MAX_PARTS = 2000
OBJECT = "\ufffc"
_READ = (".xml", ".rels", ".xlsx")
#: Hidden bookmarks of this name and a number surround our controls; the manifest says which tag a number had.
MARK = "_lt"
MANIFEST_NAMESPACE = "urn:lingtan:draft:1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Text of one run: ``tag`` of the innermost tagged control around it and that control's running number (0: none),
    ``fields`` the instructions of the fields it is a result of, ``footnote`` the id of a footnote reference."""

    text: str = ""
    tag: str = ""
    control: int = 0
    fields: tuple[str, ...] = ()
    footnote: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellPlace:
    """Zero-based position in a table; tables are numbered through the whole part."""

    table: int
    row: int
    column: int


@dataclass(kw_only=True)
class ReadParagraph:
    """``part`` is body, header, footer, endnotes, comments or ``footnote:<id>``; ``style`` the style's name in lower case."""

    part: str
    style: str = ""
    cell: CellPlace | None = None
    pieces: list[Piece] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(p.text for p in self.pieces)

    def in_field(self, keyword: str) -> bool:
        return any(f.split()[:1] == [keyword] for p in self.pieces for f in p.fields)


@dataclass(kw_only=True)
class ReadDocx:
    """``footnotes`` by id; ``manifest`` the bytes of our custom XML part when the package still carries it."""

    paragraphs: list[ReadParagraph] = field(default_factory=list)
    footnotes: dict[str, list[ReadParagraph]] = field(default_factory=dict)
    manifest: bytes | None = None
    application: str = ""
    charts: list[ReadChart] = field(default_factory=list)


class _Reader:
    """Walks one part. Field state and control numbers run through the part; text boxes become paragraphs of their own."""

    def __init__(self, part: str, styles: dict[str, str], marks: Mapping[str, str]) -> None:
        self.part = part
        self.styles = styles
        self.marks = marks
        self.open_marks: dict[str, tuple[str, int]] = {}
        self.out: list[ReadParagraph] = []
        self.controls = 0
        self.tables = 0
        self.fields: list[list[str]] = []

    def walk(self, element: Any, cell: CellPlace | None = None, tag: str = "", control: int = 0) -> None:
        """Block content: paragraphs, tables and what wraps them."""
        for child in element:
            name = _local(child)
            if name == "p":
                self._paragraph(child, cell, tag, control)
            elif name == "tbl":
                self._table(child, tag, control)
            elif name == "sdt":
                inner_tag, inner = self._open_control(child, tag, control)
                for content in child:
                    if _local(content) == "sdtContent":
                        self.walk(content, cell, inner_tag, inner)
            elif name in ("bookmarkStart", "bookmarkEnd"):
                self._mark(child, name)
            elif name in ("del", "moveFrom", "sectPr", "pPr", "tcPr", "trPr", "tblPr", "tblGrid", ""):
                continue
            else:
                self.walk(child, cell, tag, control)

    def _open_control(self, sdt: Any, tag: str, control: int) -> tuple[str, int]:
        found = sdt.find(f"{{{W}}}sdtPr/{{{W}}}tag")
        value = found.get(f"{{{W}}}val", "") if found is not None else ""
        if not value:
            return tag, control
        self.controls += 1
        return value, self.controls

    def _mark(self, bookmark: Any, name: str) -> None:
        id = bookmark.get(f"{{{W}}}id", "")
        if name == "bookmarkEnd":
            self.open_marks.pop(id, None)
        elif tag := self.marks.get(bookmark.get(f"{{{W}}}name", "")):
            self.controls += 1
            self.open_marks[id] = (tag, self.controls)

    def _table(self, table: Any, tag: str, control: int) -> None:
        self.tables += 1
        number = self.tables
        row = -1
        for tr in table.iter(f"{{{W}}}tr"):
            if next(tr.iterancestors(f"{{{W}}}tbl")) is not table or _deleted(tr):
                continue
            row += 1
            column = 0
            for tc in tr.iter(f"{{{W}}}tc"):
                if next(tc.iterancestors(f"{{{W}}}tr")) is not tr:
                    continue
                self.walk(tc, CellPlace(table=number, row=row, column=column), tag, control)
                span = tc.find(f"{{{W}}}tcPr/{{{W}}}gridSpan")
                column += int(span.get(f"{{{W}}}val", "1")) if span is not None else 1

    def _paragraph(self, p: Any, cell: CellPlace | None, tag: str, control: int) -> None:
        style = p.find(f"{{{W}}}pPr/{{{W}}}pStyle")
        id = style.get(f"{{{W}}}val", "") if style is not None else ""
        paragraph = ReadParagraph(part=self.part, style=self.styles.get(id, id.lower()), cell=cell)
        self.out.append(paragraph)
        self._inline(p, paragraph, tag, control)

    def _inline(self, element: Any, into: ReadParagraph, tag: str, control: int) -> None:
        for child in element:
            name = _local(child)
            if name == "r" and child.tag.startswith(f"{{{W}}}"):
                self._run(child, into, tag, control)
            elif name == "sdt":
                inner_tag, inner = self._open_control(child, tag, control)
                if inner != control:  # an emptied control is still read, as a number that is gone
                    into.pieces.append(Piece(tag=inner_tag, control=inner, fields=self._results()))
                for content in child:
                    if _local(content) == "sdtContent":
                        self._inline(content, into, inner_tag, inner)
            elif name == "fldSimple":
                self.fields.append([child.get(f"{{{W}}}instr", ""), "result"])
                self._inline(child, into, tag, control)
                self.fields.pop()
            elif name == "t":
                self._add(into, child.text or "", tag, control)
            elif name in ("bookmarkStart", "bookmarkEnd"):
                self._mark(child, name)
            elif name == "p":
                self._paragraph(child, into.cell, tag, control)
            elif name in ("del", "moveFrom", "pPr", ""):
                continue
            else:
                self._inline(child, into, tag, control)

    def _run(self, run: Any, into: ReadParagraph, tag: str, control: int) -> None:
        for child in run:
            name = _local(child)
            if name == "t":
                self._add(into, child.text or "", tag, control)
            elif name == "tab":
                self._add(into, "\t", tag, control)
            elif name in ("br", "cr"):
                self._add(into, "\n", tag, control)
            elif name == "noBreakHyphen":
                self._add(into, "-", tag, control)
            elif name == "sym":
                self._add(into, _symbol(child.get(f"{{{W}}}char", "")), tag, control)
            elif name == "instrText" and self.fields:
                self.fields[-1][0] += child.text or ""
            elif name == "fldChar":
                self._field(child.get(f"{{{W}}}fldCharType", ""))
            elif name in ("footnoteReference", "endnoteReference"):
                note = child.get(f"{{{W}}}id", "")
                kind = "" if name == "footnoteReference" else "end:"
                into.pieces.append(Piece(tag=tag, control=control, footnote=kind + note, fields=self._results()))
            elif name == "AlternateContent":
                choice = child.find(f"{{{MC}}}Choice")
                chosen = choice if choice is not None else child.find(f"{{{MC}}}Fallback")
                if chosen is not None:
                    self._inline(chosen, into, tag, control)
            elif name in ("drawing", "pict", "object", "ruby", "rt", "rubyBase"):
                self._inline(child, into, tag, control)

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self.fields.append(["", "code"])
        elif kind == "separate" and self.fields:
            self.fields[-1][1] = "result"
        elif kind == "end" and self.fields:
            self.fields.pop()

    def _results(self) -> tuple[str, ...]:
        return tuple(" ".join(code.split()) for code, state in self.fields if state == "result")

    def _add(self, into: ReadParagraph, text: str, tag: str, control: int) -> None:
        if not tag and self.open_marks:
            tag, control = list(self.open_marks.values())[-1]
        if text and not (self.fields and self.fields[-1][1] == "code"):
            into.pieces.append(Piece(text=text, tag=tag, control=control, fields=self._results()))


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _deleted(row: Any) -> bool:
    return row.find(f"{{{W}}}trPr/{{{W}}}del") is not None


def _symbol(code: str) -> str:
    try:
        return chr(int(code, 16) & 0xFF) if code.upper().startswith("F0") else chr(int(code, 16))
    except ValueError:
        return "?"


def read_part(
    root: Any, part: str, styles: dict[str, str], marks: Mapping[str, str] = MappingProxyType({})
) -> list[ReadParagraph]:
    """The paragraphs of one part's root element; ``marks`` name the tags of bookmarks whose control lost its own."""
    reader = _Reader(part, styles, marks)
    reader.walk(root)
    return reader.out


def read_notes(root: Any, styles: dict[str, str], marks: Mapping[str, str]) -> dict[str, list[ReadParagraph]]:
    """Footnotes by id, separators left out."""
    notes = {}
    for note in root.iter(f"{{{W}}}footnote", f"{{{W}}}endnote"):
        if note.get(f"{{{W}}}type") in (None, "normal"):
            id = note.get(f"{{{W}}}id", "")
            notes[id] = read_part(note, f"footnote:{id}", styles, marks)
    return notes


def read_docx(data: bytes) -> ReadDocx:
    """Every text of a Word file. Raises InputRefused ``docx_unreadable`` for anything that is no Word file."""
    parts = _parts(data)
    styles = _style_names(parts.get("word/styles.xml"))
    out = ReadDocx(manifest=_manifest_part(parts))
    marks = _marks(out.manifest)
    for name in sorted(parts, key=lambda n: (n != "word/document.xml", n)):
        if name == "word/document.xml":
            out.paragraphs += read_part(_xml(parts[name]), "body", styles, marks)
        elif name.startswith(("word/header", "word/footer")):
            out.paragraphs += read_part(_xml(parts[name]), "header" if "header" in name else "footer", styles, marks)
        elif name == "word/footnotes.xml":
            out.footnotes.update(read_notes(_xml(parts[name]), styles, marks))
        elif name == "word/endnotes.xml":
            out.footnotes.update({f"end:{k}": v for k, v in read_notes(_xml(parts[name]), styles, marks).items()})
        elif name == "docProps/app.xml":
            out.application = "".join(e.text or "" for e in _xml(parts[name]).iter() if _local(e) == "Application")
    out.charts = read_charts(parts, _xml)
    return out


def _manifest_part(parts: Mapping[str, bytes]) -> bytes | None:
    """The custom XML item whose root is ours; word processors rename and renumber such items."""
    root = f"{{{MANIFEST_NAMESPACE}}}draft"
    for name, data in sorted(parts.items()):
        if name.startswith("customXml/") and MANIFEST_NAMESPACE.encode() in data and _xml(data).tag == root:
            return data
    return None


def _marks(manifest: bytes | None) -> dict[str, str]:
    if manifest is None:
        return {}
    marks = _xml(manifest).iter(f"{{{MANIFEST_NAMESPACE}}}mark")
    return {m.get("name", ""): m.get("tag", "") for m in marks}


def _parts(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            infos = package.infolist()
            if len(infos) > MAX_PARTS or any(i.file_size > MAX_PART_BYTES for i in infos):
                raise InputRefused("docx_unreadable", "Word 文件过大，不能核对。", fix="请提供由本系统导出的申报书。")
            wanted = [i for i in infos if i.filename.endswith(_READ) and not i.filename.startswith("word/theme")]
            parts = {i.filename: package.read(i) for i in wanted}
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise InputRefused(
            "docx_unreadable", "文件不是可读取的 Word 文件（.docx）。", fix="请提供由本系统导出的申报书，且不要加密。"
        ) from error
    if "word/document.xml" not in parts:
        raise InputRefused("docx_unreadable", "文件里没有 Word 正文。", fix="请提供由本系统导出的申报书（.docx）。")
    return parts


def _xml(data: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise InputRefused("docx_unreadable", "Word 文件内容损坏，不能核对。", fix="请重新导出申报书。") from error


def _style_names(data: bytes | None) -> dict[str, str]:
    if data is None:
        return {}
    names = {}
    for style in _xml(data).iter(f"{{{W}}}style"):
        name = style.find(f"{{{W}}}name")
        if name is not None:
            names[style.get(f"{{{W}}}styleId", "")] = name.get(f"{{{W}}}val", "").lower()
    return names


def segments(paragraph: ReadParagraph) -> Iterator[tuple[str, str, str]]:
    """(tag, text, footnote id) of a paragraph: neighbouring pieces of one control joined, running text with tag ''.
    Results of fields other than TOC are left out: they belong to the word processor."""
    current: tuple[str, int] | None = None
    text = ""
    for piece in paragraph.pieces:
        if any(f.split()[:1] not in ([], ["TOC"], ["HYPERLINK"]) for f in piece.fields):
            continue
        key = (piece.tag, piece.control)
        if piece.footnote is not None:
            if current is not None:
                yield current[0], text, ""
            yield "", "", piece.footnote
            current, text = None, ""
            continue
        if current is not None and key != current:
            yield current[0], text, ""
            text = ""
        current = key
        text += piece.text
    if current is not None:
        yield current[0], text, ""
