"""A draft as typed blocks and inlines. A digit can only enter through an inline that says where it comes from.

Text       running text; the guard refuses any number in it
FactRef    a fact, printed as ``fact.text``, with its unit behind it when ``unit`` is set
Literal    a structural number: date, clause, heading, caption, ordinal, document, standard, unit, rounding, title, field
ClauseRef  a footnote to a clause with an exact quote
Quote      words of a clause in running text (the template sets the quotation marks)
Missing    【待补充：…】, what the applicant still has to add
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from app.domain.fact import Fact

LITERAL_KINDS = frozenset(
    {"date", "clause", "heading", "caption", "ordinal", "document", "standard", "unit", "rounding", "title", "term", "template"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRef:
    fact: str
    unit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """``kind`` is one of LITERAL_KINDS; raises ValueError for any other."""

    kind: str
    text: str

    def __post_init__(self) -> None:
        if self.kind not in LITERAL_KINDS:
            raise ValueError(f"unknown literal kind {self.kind!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedClause:
    """A clause as cited: ``quote`` stands character for character in its text; ``official`` is False for a digest
    (摘要转述). ``digest`` is the clause's digest on the day of writing."""

    clause: str
    doc_id: str
    title: str
    document_number: str | None
    path: str
    quote: str
    digest: str
    evidence: str
    official: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseRef:
    cited: CitedClause


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    cited: CitedClause


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    what: str

    @property
    def text(self) -> str:
        return f"【待补充：{self.what}】"


Inline = Text | FactRef | Literal | ClauseRef | Quote | Missing
Inlines = tuple[Inline, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """``style`` is title | subtitle | cover | heading1 | heading2 | heading3 | body | note | sign | right."""

    inlines: Inlines
    style: str = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """``share`` is the column's part of the text width; ``align`` left | center | right."""

    header: Inlines
    share: int
    align: str = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableBlock:
    """A captioned table. Every row has one cell per column; ``note`` stands below it (rounding, sources)."""

    id: str
    caption: Inlines
    columns: tuple[Column, ...]
    rows: tuple[tuple[Inlines, ...], ...]
    note: Inlines = ()
    dense: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSeries:
    """One row of bars: a fact id per category, None where there is nothing to draw."""

    name: str
    facts: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartBlock:
    """A numbered chart. ``kind`` is bar | column | stacked | pie; every plotted value is the printed text of a fact, and all
    facts have the unit ``unit``. ``alt`` describes the picture to those who cannot see it and holds no figure."""

    id: str
    caption: Inlines
    kind: str
    unit: str
    categories: tuple[str, ...]
    series: tuple[ChartSeries, ...]
    alt: str
    note: Inlines = ()

    def plotted(self) -> Iterator[str]:
        """The fact ids of all plotted values, series by series."""
        for series in self.series:
            yield from (fact for fact in series.facts if fact is not None)


Block = Paragraph | TableBlock | ChartBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSection:
    """``blocks`` include the section's headings. ``front`` sections stand before the table of contents; the pages of a ``wide``
    one lie in landscape. ``word_limit`` is what the form allows, 0 for no limit."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    front: bool = False
    wide: bool = False
    word_limit: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A composed document. ``facts`` are all facts of the project, referred to or not, so that text can be checked later."""

    project: str
    form: str
    version: str
    title: str
    header: Inlines
    sections: tuple[DraftSection, ...]
    generated_on: date
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def lines(self) -> Iterator[Inlines]:
        """Every paragraph, caption, header cell, cell and note in reading order, the page header first."""
        yield self.header
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Paragraph):
                    yield block.inlines
                    continue
                yield block.caption
                if isinstance(block, TableBlock):
                    yield from (column.header for column in block.columns)
                    for row in block.rows:
                        yield from row
                yield block.note

    @property
    def charts(self) -> tuple[ChartBlock, ...]:
        """Every chart, in reading order."""
        return tuple(b for s in self.sections for b in s.blocks if isinstance(b, ChartBlock))

    def inlines(self) -> Iterator[Inline]:
        """Every inline in reading order."""
        for line in self.lines():
            yield from line

    @property
    def missing(self) -> tuple[str, ...]:
        """What the applicant still has to add, each once, in reading order."""
        return tuple(dict.fromkeys(i.what for i in self.inlines() if isinstance(i, Missing)))

    @property
    def citations(self) -> tuple[CitedClause, ...]:
        """Every footnote, in reading order."""
        return tuple(i.cited for i in self.inlines() if isinstance(i, ClauseRef))
