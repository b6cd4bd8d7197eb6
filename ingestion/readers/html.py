"""HTML (web pages, and the "xls" files many systems export) → paragraphs and tables."""

from __future__ import annotations

import re
from typing import Any

from app.domain.page import Cell, Table
from ingestion import limits
from ingestion.readers.content import Content, damaged, too_large
from ingestion.readers.decoding import decode_text
from ingestion.readers.grid import Placed, fill_grid
from ingestion.readers.xmltree import local

_SKIPPED = {"script", "style", "head", "noscript", "template", "svg"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol", "p",
    "pre", "section", "table", "td", "th", "title", "tr", "ul",
}  # fmt: skip
_SPACE = re.compile(r"[ \t\r\n\f\u00a0]+")


def read(data: bytes) -> Content:
    """Paragraphs of running text, one table for every innermost ``<table>``; ``Cell.locator`` ``表2!r3c4``.

    Text hidden by ``display:none`` or the ``hidden`` attribute is not read. Raises InputRefused ``damaged_file``.
    """
    from lxml import etree, html

    text = decode_text(data)
    if text is None:
        raise damaged("文字编码无法辨认（支持 UTF-8 和 GB 18030）", what="网页文件")
    text = re.sub(r"\A\s*<\?xml[^>]*\?>", "", text)
    try:
        root = html.document_fromstring(text, parser=html.HTMLParser(no_network=True, huge_tree=False, encoding=None))
    except (etree.LxmlError, ValueError) as error:
        raise damaged("HTML 结构无法解析", what="网页文件") from error
    collector = _Collector()
    collector.walk(root)
    title = root.findtext(".//title") or ""
    return Content(
        tables=tuple(collector.tables),
        paragraphs=tuple(p for p in (_SPACE.sub(" ", t).strip() for t in collector.paragraphs) if p),
        properties={
            "html:title": _SPACE.sub(" ", title).strip(),
            "page_count": "1",
            "tables_after": ",".join(map(str, collector.before)),
        },
    )


class _Collector:
    """Walks the tree with its own stack: depth is the author's choice, not ours."""

    def __init__(self) -> None:
        self.paragraphs: list[str] = [""]
        self.tables: list[Table] = []
        self.before: list[int] = []
        """How many paragraphs stand before each table."""
        self._cells = 0

    def walk(self, root: Any) -> None:
        stack: list[tuple[Any, bool]] = [(root, True)]
        while stack:
            element, entering = stack.pop()
            name = local(element).lower()
            if not entering:
                if name in _BLOCKS:
                    self.paragraphs.append("")
                self.paragraphs[-1] += element.tail or ""
                continue
            stack.append((element, False))
            if name in _SKIPPED or not name or _is_hidden(element):
                continue
            if name in _BLOCKS:
                self.paragraphs.append("")
            if name == "table" and not any(local(e).lower() == "table" for e in element.iterdescendants()):
                self._table(element)
                continue
            self.paragraphs[-1] += element.text or ""
            stack += [(child, True) for child in reversed(element)]

    def _table(self, element: Any) -> None:
        rows: list[list[Placed]] = []
        for row in (e for e in element.iter() if local(e).lower() == "tr"):
            cells = [c for c in row if local(c).lower() in ("td", "th")]
            rows.append([_placed(c) for c in cells])
            self._cells += len(cells)
        if self._cells > limits.MAX_CELLS:
            raise too_large(f"表格超过 {limits.MAX_CELLS} 个单元格")
        number = len(self.tables) + 1
        name = f"表{number}"
        filled: tuple[tuple[Cell, ...], ...] = fill_grid(rows, name)
        if filled:
            self.tables.append(Table(name=name, page=number, rows=filled))
            self.before.append(sum(1 for p in self.paragraphs if p.strip()))


def _placed(cell: Any) -> Placed:
    text = "".join(t for t in _visible_text(cell))
    return Placed(
        text=_SPACE.sub(" ", text).strip(),
        columns=_span(cell.get("colspan")),
        rows=_span(cell.get("rowspan")),
    )


def _visible_text(cell: Any) -> list[str]:
    parts: list[str] = []
    for element in cell.iter():
        if local(element).lower() == "br":
            parts.append(" ")
        elif local(element).lower() not in _SKIPPED and not _is_hidden(element):
            parts.append(element.text or "")
        if element is not cell:
            parts.append(element.tail or "")
    return parts


def _span(text: str | None) -> int:
    return min(max(int(text), 1), 1_000) if text is not None and text.isascii() and text.strip().isdigit() else 1


def _is_hidden(element: Any) -> bool:
    style = re.sub(r"\s", "", element.get("style") or "").lower()
    return "display:none" in style or "visibility:hidden" in style or element.get("hidden") is not None
