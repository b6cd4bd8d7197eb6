"""The parts of a workbook around its sheets: sheet list, shared strings, number formats (ECMA-376 part 1, 18)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingestion.readers.archive import Archive, resolve
from ingestion.readers.content import damaged
from ingestion.readers.number_text import BUILTIN, GENERAL, NumberFormat, parse_format
from ingestion.readers.xmltree import attribute, children, first, local, parse_xml


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPart:
    name: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """``formats`` is indexed by a cell's style number, ``strings`` by a shared string's number."""

    sheets: tuple[SheetPart, ...]
    strings: tuple[str, ...]
    formats: tuple[NumberFormat, ...]
    base_1904: bool
    pictures: int

    def format_of(self, style: str | None) -> NumberFormat:
        if style is None or not style.isdigit() or int(style) >= len(self.formats):
            return GENERAL
        return self.formats[int(style)]


def read_workbook(archive: Archive) -> Workbook:
    """Raises InputRefused ``damaged_file`` when the workbook part is missing or malformed."""
    main = _main_part(archive)
    root = _xml(archive, main)
    if root is None:
        raise damaged("缺少工作簿描述", what="Excel 文件")
    targets = dict(_relationships(archive, main))
    properties = first(root, "workbookPr")
    listing = first(root, "sheets")
    sheets: list[SheetPart] = []
    for sheet in children(listing, "sheet") if listing is not None else ():
        part = targets.get(attribute(sheet, "id") or "", ("", ""))
        if part[0].endswith("/worksheet"):
            state = (sheet.get("state") or "visible").lower()
            sheets.append(
                SheetPart(name=sheet.get("name") or f"Sheet{len(sheets) + 1}", part=part[1], hidden=state != "visible")
            )
    parts = {kind.rpartition("/")[2]: name for kind, name in targets.values()}
    return Workbook(
        sheets=tuple(sheets),
        strings=tuple(_shared_strings(_xml(archive, parts.get("sharedStrings", "")))),
        formats=tuple(_formats(_xml(archive, parts.get("styles", "")))),
        base_1904=properties is not None and (properties.get("date1904") or "0").lower() in ("1", "true"),
        pictures=sum(1 for name in archive.names if name.lower().startswith("xl/media/")),
    )


def rich_text(element: Any) -> str:
    """The text of a string item: its runs, without the phonetic hints."""
    parts: list[str] = []
    for child in element:
        kind = local(child)
        if kind == "t":
            parts.append(child.text or "")
        elif kind == "r":
            parts += [t.text or "" for t in children(child, "t")]
    return "".join(parts)


def _main_part(archive: Archive) -> str:
    for kind, name in dict(_relationships(archive, "")).values():
        if kind.endswith("/officeDocument") and name in archive:
            return name
    return "xl/workbook.xml"


def _relationships(archive: Archive, part: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """(id, (type, entry name)) of what ``part`` refers to inside the container."""
    folder, _, name = part.rpartition("/")
    root = _xml(archive, f"{folder}/_rels/{name}.rels".lstrip("/"))
    for element in children(root, "Relationship") if root is not None else ():
        if (element.get("TargetMode") or "").lower() != "external":
            yield element.get("Id") or "", (element.get("Type") or "", resolve(part, element.get("Target") or ""))


def _xml(archive: Archive, name: str) -> Any | None:
    data = archive.read(name) if name else None
    return parse_xml(data, what="Excel 文件") if data is not None else None


def _shared_strings(root: Any | None) -> Iterator[str]:
    for item in children(root, "si") if root is not None else ():
        yield rich_text(item)


def _formats(root: Any | None) -> Iterator[NumberFormat]:
    if root is None:
        return
    codes = dict(BUILTIN)
    for element in root.iter():
        if local(element) == "numFmt":
            number, code = element.get("numFmtId") or "", element.get("formatCode")
            if number.isdigit() and code:
                codes[int(number)] = code
    styles = first(root, "cellXfs")
    parsed: dict[str, NumberFormat] = {}
    for style in children(styles, "xf") if styles is not None else ():
        number = style.get("numFmtId") or "0"
        if number not in parsed:
            code = codes.get(int(number)) if number.isdigit() else None
            parsed[number] = parse_format(code) if code else GENERAL
        yield parsed[number]
