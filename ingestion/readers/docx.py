"""docx → running text and tables of the body, with the automatic numbers Word shows but does not store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.domain.finding import Finding, Severity
from app.domain.page import Table
from ingestion.readers.archive import Archive
from ingestion.readers.asides import office_asides
from ingestion.readers.content import Content, damaged
from ingestion.readers.docx_numbering import Numbering
from ingestion.readers.grid import Placed, fill_grid
from ingestion.readers.xmltree import attribute, children, first, local, parse_xml

#: Deleted and field-code text is stored but not shown; the fallback of an alternative repeats what the choice says.
_UNSHOWN = {"del", "moveFrom", "instrText", "delText", "Fallback", "delInstrText"}
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}


def read(data: bytes) -> Content:
    """Paragraphs outside tables in order, tables as 表1, 表2 … (an inner table follows the one around it) with
    ``Cell.locator`` ``表1!r2c3``; merged cells repeat their text.

    Raises InputRefused ``damaged_file`` and those of ``Archive``.
    """
    archive = Archive(data)
    part = archive.read("word/document.xml")
    if part is None:
        raise damaged("缺少正文 word/document.xml", what="Word 文件")
    body = first(parse_xml(part, what="Word 文件"), "body")
    if body is None:
        raise damaged("正文为空", what="Word 文件")
    reading = _Reading(Numbering(archive.read("word/numbering.xml"), archive.read("word/styles.xml")))
    reading.blocks(body)
    pictures = sum(1 for name in archive.names if name.lower().startswith("word/media/"))
    return Content(
        paragraphs=tuple(reading.paragraphs),
        tables=tuple(reading.tables),
        findings=_findings(pictures),
        properties={
            "docx:pictures": str(pictures),
            "page_count": "1",
            **office_asides(archive),
            # How many paragraphs stand before each table: a policy is read in the order of the page, tables included.
            "tables_after": ",".join(map(str, reading.before)),
        },
    )


class _Reading:
    def __init__(self, numbering: Numbering) -> None:
        self.paragraphs: list[str] = []
        self.tables: list[Table] = []
        self.before: list[int] = []
        self._numbering = numbering

    def blocks(self, parent: Any) -> None:
        """Paragraphs and tables below ``parent``, through content controls, custom XML and accepted insertions."""
        for child in parent:
            kind = local(child)
            if kind == "p":
                self._paragraph(child)
            elif kind == "tbl":
                self._table(child)
            elif kind in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"):
                self.blocks(child)

    def _paragraph(self, element: Any) -> None:
        text = self._numbered(element)
        self.paragraphs += [line.strip() for line in text.split("\n") if line.strip()]
        for box in _text_boxes(element):
            self.blocks(box)

    def _numbered(self, element: Any) -> str:
        text = "".join(_shown(element)).strip()
        return f"{self._numbering.label(element)}{text}" if text else ""

    def _table(self, element: Any) -> None:
        number = len(self.tables) + 1
        name = f"表{number}"
        self.tables.append(Table(name=name, page=number, rows=()))
        self.before.append(len(self.paragraphs))
        inner: list[Any] = []
        rows = [self._row(row, inner) for row in _descend(element, "tr")]
        self.tables[number - 1] = Table(name=name, page=number, rows=fill_grid(_joined_down(rows), name))
        for table in inner:
            self._table(table)

    def _row(self, row: Any, inner: list[Any]) -> list[tuple[Placed, str]]:
        """(cell, vertical merge state "" | "restart" | "continue") of one row."""
        cells: list[tuple[Placed, str]] = []
        properties = next(children(row, "trPr"), None)
        before = _count(properties, "gridBefore", 0)
        for cell in _descend(row, "tc"):
            settings = next(children(cell, "tcPr"), None)
            merge = next(children(settings, "vMerge"), None) if settings is not None else None
            state = "" if merge is None else (attribute(merge, "val") or "continue")
            lines = [self._numbered(p) for p in _descend(cell, "p")]
            inner += list(_descend(cell, "tbl"))
            text = "\n".join(line for line in lines if line)
            cells.append((Placed(text=text, columns=_count(settings, "gridSpan", 1), before=before), state))
            before = 0
        return cells


def _joined_down(rows: list[list[tuple[Placed, str]]]) -> list[list[Placed]]:
    """Vertical merges as row spans: a continued cell belongs to the one above that starts in the same column.

    ``fill_grid`` then leaves its squares free in the rows below.
    """
    result: list[list[Placed]] = [[] for _ in rows]
    open_cells: dict[int, tuple[int, int]] = {}
    for index, row in enumerate(rows):
        column = 0
        for cell, state in row:
            column += cell.before
            above = open_cells.get(column)
            if state == "continue" and above is not None:
                r, c = above
                start = result[r][c]
                result[r][c] = Placed(text=start.text, columns=start.columns, rows=index - r + 1, before=start.before)
            else:
                result[index].append(cell)
                if state == "restart":
                    open_cells[column] = (index, len(result[index]) - 1)
                else:
                    open_cells.pop(column, None)
            column += cell.columns
    return result


def _descend(parent: Any, name: str) -> Iterator[Any]:
    """Children of that name, looking through content controls and insertions but not into other blocks."""
    for child in parent:
        kind = local(child)
        if kind == name:
            yield child
        elif kind in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _descend(child, name)


def _shown(element: Any) -> Iterator[str]:
    """The visible text of a paragraph, text boxes left for later."""
    for child in element:
        kind = local(child)
        if kind in _UNSHOWN or kind in ("pPr", "txbxContent"):
            continue
        if kind == "t":
            yield child.text or ""
        elif kind in _BREAKS:
            yield _BREAKS[kind]
        elif kind == "sym":
            yield ""
        else:
            yield from _shown(child)


def _text_boxes(element: Any) -> Iterator[Any]:
    for child in element:
        kind = local(child)
        if kind == "txbxContent":
            yield child
        elif kind not in _UNSHOWN:
            yield from _text_boxes(child)


def _count(settings: Any | None, name: str, default: int) -> int:
    element = next(children(settings, name), None) if settings is not None else None
    value = attribute(element, "val") if element is not None else None
    return min(int(value), 100) if value is not None and value.isascii() and value.isdigit() else default


def _findings(pictures: int) -> tuple[Finding, ...]:
    if not pictures:
        return ()
    return (
        Finding(
            id="pictures-not-read",
            severity=Severity.NOTE,
            message=f"文件中有 {pictures} 张图片，图片里的内容没有读取。",
            fix="图片里若有抄表数等数据，请手工录入。",
        ),
    )
