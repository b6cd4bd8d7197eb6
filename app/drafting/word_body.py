"""Blocks and inlines of a draft as WordprocessingML, with running ids for controls, footnotes and bookmarks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.fact import Fact
from app.drafting.clauses import footnote_pieces
from app.drafting.model import (
    Block,
    ChartBlock,
    CitedClause,
    ClauseRef,
    FactRef,
    Inline,
    Inlines,
    Literal,
    Missing,
    Paragraph,
    Quote,
    TableBlock,
    Text,
)
from app.drafting.readback import MARK
from app.drafting.tags import clause_tag, fact_tag, literal_tag, missing_tag, unit_tag
from app.drafting.word_charts import drawing
from app.drafting.word_styles import TEXT_WIDTH_TWIPS
from app.drafting.word_xml import control, el, run, unit_runs

#: Bookmark ids of controls start here; those of headings stay below.
MARK_IDS = 100_000
PARAGRAPH_STYLES = {
    "title": "title",
    "subtitle": "subtitle",
    "heading1": "heading 1",
    "heading2": "heading 2",
    "heading3": "heading 3",
    "body": "normal",
    "note": "table note",
    "sign": "signature line",
}
#: A table of at most so many rows is kept on one page.
SHORT_TABLE = 9
#: Units that stand directly behind the figure; all others keep a no-break space before them (GB 3100).
_CLOSE_UNITS = ("%", "％", "‰")


def needs_space(unit: str) -> bool:
    """Whether a no-break space belongs between a figure and this unit: before Latin symbols, not before % or Han units."""
    return bool(unit) and unit not in _CLOSE_UNITS and unit[0].isascii()


@dataclass(kw_only=True)
class BodyWriter:
    """Turns blocks into elements. ``styles`` maps style names to ids; footnotes collect in reading order from id 1."""

    facts: Mapping[str, Fact]
    styles: Mapping[str, str]
    width: int = TEXT_WIDTH_TWIPS
    """Width of the text on the page being written, in twips."""
    tags: list[str] = field(default_factory=list)
    """Tags of all controls; a control's running number is its position from 1."""
    first_note: int = 0
    """The highest footnote id that is taken already."""
    bookmarks: int = 0
    footnotes: list[CitedClause] = field(default_factory=list)
    charts: list[tuple[ChartBlock, Any]] = field(default_factory=list)
    """Every chart with its drawing, in reading order; their parts are added when the body is complete."""
    headings: list[tuple[int, str, Inlines]] = field(default_factory=list)
    """(level, bookmark, inlines) of every numbered heading, for the table of contents."""

    def _control(self, tag: str, runs: Sequence[Any], *, locked: bool = True) -> Iterator[Any]:
        """A control inside a hidden bookmark of its number: older LibreOffice drops tags on saving but keeps bookmarks."""
        self.tags.append(tag)
        number = len(self.tags)
        yield el("w:bookmarkStart", id=MARK_IDS + number, name=f"{MARK}{number}")
        yield control(tag, number, runs, locked=locked)
        yield el("w:bookmarkEnd", id=MARK_IDS + number)

    def inlines(self, inlines: Inlines, *, bold: bool = False) -> Iterator[Any]:
        for inline in inlines:
            yield from self._inline(inline, bold)

    def _inline(self, inline: Inline, bold: bool) -> Iterator[Any]:
        if isinstance(inline, Text):
            if inline.text:
                yield run(inline.text, bold=bold or inline.bold)
        elif isinstance(inline, FactRef):
            fact = self.facts[inline.fact]
            as_unit = fact.id.endswith(".unit")
            runs = list(unit_runs(fact.text, bold=bold)) if as_unit else [run(fact.text, bold=bold)]
            yield from self._control(fact_tag(fact.id), runs)
            if inline.unit and fact.unit:
                if needs_space(fact.unit):
                    yield run("\u00a0", bold=bold)
                yield from self._control(unit_tag(fact.id), list(unit_runs(fact.unit, bold=bold)))
        elif isinstance(inline, Literal):
            runs = list(unit_runs(inline.text, bold=bold)) if inline.kind == "unit" else [run(inline.text, bold=bold)]
            yield from self._control(literal_tag(inline.kind, inline.text), runs)
        elif isinstance(inline, Quote):
            yield from self._control(clause_tag("quote", inline.cited.clause), [run(inline.cited.quote, bold=bold)])
        elif isinstance(inline, Missing):
            yield from self._control(missing_tag(inline.text), [run(inline.text, highlight=True)], locked=False)
        elif isinstance(inline, ClauseRef):
            self.footnotes.append(inline.cited)
            style = self.styles["footnote reference"]
            yield el(
                "w:r",
                el("w:rPr", el("w:rStyle", val=style)),
                el("w:footnoteReference", id=self.first_note + len(self.footnotes)),
            )

    def paragraph(self, inlines: Inlines, style: str, *, align: str = "", page_break: bool = False) -> Any:
        """A paragraph in a style by name; ``align`` overrides the style's."""
        properties = el("w:pPr", el("w:pStyle", val=self.styles[style]))
        if page_break:
            properties.append(el("w:pageBreakBefore"))
        if align:
            properties.append(el("w:jc", val=align))
        return el("w:p", properties, *self.inlines(inlines))

    def block(self, block: Block) -> Iterator[Any]:
        if isinstance(block, TableBlock):
            yield from self.table(block)
        elif isinstance(block, ChartBlock):
            yield from self.chart(block)
        elif block.style in ("heading1", "heading2", "heading3"):
            yield self.heading(block)
        else:
            yield self.paragraph(block.inlines, PARAGRAPH_STYLES[block.style], page_break=block.style == "subtitle")

    def chart(self, block: ChartBlock) -> Iterator[Any]:
        """The chart, its caption below it (GB/T 1.1), its note."""
        inline = drawing(block, len(self.charts) + 1)
        self.charts.append((block, inline))
        properties = el("w:pPr", el("w:pStyle", val=self.styles["figure"]))
        yield el("w:p", properties, el("w:r", el("w:drawing", inline)))
        yield self.paragraph(block.caption, "figure caption")
        if block.note:
            yield self.paragraph(block.note, "table note")

    def heading(self, block: Paragraph) -> Any:
        """A heading with the bookmark its table-of-contents entry points to."""
        self.bookmarks += 1
        name = f"_Toc{self.bookmarks:08d}"
        self.headings.append((int(block.style[-1]), name, block.inlines))
        properties = el("w:pPr", el("w:pStyle", val=self.styles[PARAGRAPH_STYLES[block.style]]))
        return el(
            "w:p",
            properties,
            el("w:bookmarkStart", id=self.bookmarks, name=name),
            *self.inlines(block.inlines),
            el("w:bookmarkEnd", id=self.bookmarks),
        )

    def cover(self, blocks: Sequence[Paragraph]) -> Any:
        """The lines of the cover as a borderless table: labels set to one width, values on a ruled line."""
        label_width, value_width = round(TEXT_WIDTH_TWIPS * 0.36), round(TEXT_WIDTH_TWIPS * 0.6)
        table = el(
            "w:tbl",
            el(
                "w:tblPr",
                el("w:tblW", w=label_width + value_width, type="dxa"),
                el("w:jc", val="center"),
                el("w:tblLayout", type="fixed"),
            ),
            el("w:tblGrid", el("w:gridCol", w=label_width), el("w:gridCol", w=value_width)),
        )
        for block in blocks:
            label = block.inlines[:1]
            line = el("w:tcBorders", el("w:bottom", val="single", sz=4, space=0, color="000000"))
            table.append(
                el(
                    "w:tr",
                    el("w:trPr", el("w:cantSplit"), el("w:trHeight", val=760, hRule="atLeast")),
                    self._cell(label, label_width, "cover label", valign="bottom"),
                    self._cell(block.inlines[1:], value_width, "cover value", valign="bottom", borders=line),
                )
            )
        return table

    def _cell(
        self,
        inlines: Inlines,
        width: int,
        style: str,
        *,
        align: str = "",
        bold: bool = False,
        shade: str = "",
        valign: str = "center",
        borders: Any = None,
        together: bool = False,
    ) -> Any:
        properties = el("w:tcPr", el("w:tcW", w=width, type="dxa"))
        if borders is not None:
            properties.append(borders)
        if shade:
            properties.append(el("w:shd", val="clear", color="auto", fill=shade))
        properties.append(el("w:vAlign", val=valign))
        paragraph = el("w:pPr", el("w:pStyle", val=self.styles[style]))
        if together:
            paragraph.append(el("w:keepNext"))
        if align:
            paragraph.append(el("w:jc", val=align))
        return el("w:tc", properties, el("w:p", paragraph, *self.inlines(inlines, bold=bold)))

    def table(self, block: TableBlock) -> Iterator[Any]:
        """Caption, table with a header row that repeats on every page, note."""
        yield self.paragraph(block.caption, "caption")
        style = "table small" if block.dense else "table text"
        total = sum(c.share for c in block.columns)
        widths = [round(self.width * c.share / total) for c in block.columns]
        borders = el("w:tblBorders")
        for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
            thick = 8 if side in ("top", "bottom") else 4
            borders.append(el(f"w:{side}", val="single", sz=thick, space=0, color="000000"))
        margins = el("w:tblCellMar", el("w:left", w=70, type="dxa"), el("w:right", w=70, type="dxa"))
        table = el(
            "w:tbl",
            el(
                "w:tblPr",
                el("w:tblW", w=sum(widths), type="dxa"),
                el("w:jc", val="center"),
                borders,
                el("w:tblLayout", type="fixed"),
                margins,
            ),
            el("w:tblGrid", *(el("w:gridCol", w=w) for w in widths)),
        )
        head = el("w:tr", el("w:trPr", el("w:cantSplit"), el("w:tblHeader")))
        for column, width in zip(block.columns, widths, strict=True):
            head.append(
                self._cell(column.header, width, style, align="center", bold=True, shade="EDEDED", together=True)
            )
        table.append(head)
        short = len(block.rows) <= SHORT_TABLE
        for number, row in enumerate(block.rows, 1):
            line = el("w:tr", el("w:trPr", el("w:cantSplit")))
            for cell, column, width in zip(row, block.columns, widths, strict=True):
                together = short and number < len(block.rows)
                line.append(self._cell(cell, width, style, align=column.align, together=together))
            table.append(line)
        yield table
        yield self.paragraph(block.note, "table note")

    def footnote(self, number: int, cited: CitedClause) -> Any:
        """A footnote element; each part of the citation lies in its own control, the quote in a ``cite:`` control."""
        runs = [run(" ")]
        for piece in footnote_pieces(cited):
            if isinstance(piece, Quote):
                runs += self._control(clause_tag("cite", cited.clause), [run(cited.quote)])
            else:
                runs += self._inline(piece, False)
        mark = el("w:r", el("w:rPr", el("w:rStyle", val=self.styles["footnote reference"])), el("w:footnoteRef"))
        properties = el("w:pPr", el("w:pStyle", val=self.styles["footnote text"]))
        return el("w:footnote", el("w:p", properties, mark, *runs), id=number)
