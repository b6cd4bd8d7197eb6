"""A draft as HTML for the preview: escaped text, facts that can be pointed at, clauses that can be opened.

``<span class="fact" data-fact=…>`` for figures, ``<mark>`` for what is missing, ``<a class="clause">`` for footnotes. Only
elements and class names, no styles and no scripts: the page decides how it looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from urllib.parse import quote

from app.drafting.clauses import footnote_pieces, spoken_path
from app.drafting.layout import plain_text
from app.drafting.model import (
    Block,
    ChartBlock,
    CitedClause,
    ClauseRef,
    Draft,
    FactRef,
    Inline,
    Inlines,
    Literal,
    Missing,
    Paragraph,
    Quote,
    TableBlock,
)
from app.drafting.word_body import needs_space

_ELEMENTS = {"title": "h1", "subtitle": "h2", "heading1": "h2", "heading2": "h3", "heading3": "h4"}
_ORIGINS = (("run_line", "核算"), ("document", "证据"), ("clause", "条款"), ("profile", "项目资料"))


def clause_link(cited: CitedClause) -> str:
    """``/policies/<document>#<clause path>``, percent-encoded."""
    return f"/policies/{quote(cited.doc_id)}#{quote(cited.path)}"


def render_html(draft: Draft) -> str:
    """The whole draft as one ``<article>``; every text is escaped."""
    return "".join(_Page(draft).article())


class _Page:
    """Numbers the footnotes while it walks the draft, and lists them at the end of their section."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.notes: list[CitedClause] = []

    def article(self) -> Iterator[str]:
        yield f'<article class="draft" data-form="{escape(self.draft.form)}">'
        for section in self.draft.sections:
            first = len(self.notes)
            yield f'<section id="section-{escape(section.id)}">'
            for block in section.blocks:
                yield from self._block(block)
            if len(self.notes) > first:
                yield '<aside class="footnotes"><ol>'
                for number in range(first, len(self.notes)):
                    yield from self._note(number)
                yield "</ol></aside>"
            yield "</section>"
        yield "</article>"

    def _block(self, block: Block) -> Iterator[str]:
        if isinstance(block, TableBlock):
            return self._table(block)
        return self._chart(block) if isinstance(block, ChartBlock) else self._paragraph(block)

    def _chart(self, block: ChartBlock) -> Iterator[str]:
        """A chart's data as a table, every figure its fact; the picture itself is drawn in Word."""
        kind = escape(block.kind)
        yield f'<figure class="chart" id="chart-{escape(block.id)}" data-kind="{kind}" data-unit="{escape(block.unit)}"><table>'
        yield f"<caption>{self._inlines(block.caption)}</caption><thead><tr><td></td>"
        yield from (f'<th scope="col">{escape(series.name)}</th>' for series in block.series)
        yield "</tr></thead><tbody>"
        for n, category in enumerate(block.categories):
            facts = [series.facts[n] for series in block.series]
            cells = "".join(f'<td class="right">{self._fact(FactRef(fact=f)) if f else ""}</td>' for f in facts)
            yield f'<tr><th scope="row">{escape(category)}</th>{cells}</tr>'
        yield "</tbody></table></figure>"

    def _paragraph(self, block: Paragraph) -> Iterator[str]:
        element = _ELEMENTS.get(block.style, "p")
        kind = f' class="{block.style}"' if element == "p" and block.style != "body" else ""
        yield f"<{element}{kind}>{self._inlines(block.inlines)}</{element}>"

    def _table(self, block: TableBlock) -> Iterator[str]:
        yield f'<figure class="table" id="table-{escape(block.id)}"><table>'
        yield f"<caption>{self._inlines(block.caption)}</caption><thead><tr>"
        yield from (f'<th scope="col">{self._inlines(c.header)}</th>' for c in block.columns)
        yield "</tr></thead><tbody>"
        for row in block.rows:
            cells = zip(row, block.columns, strict=True)
            yield "<tr>" + "".join(f'<td class="{c.align}">{self._inlines(cell)}</td>' for cell, c in cells) + "</tr>"
        yield "</tbody></table>"
        if block.note:
            yield f"<figcaption>{self._inlines(block.note)}</figcaption>"
        yield "</figure>"

    def _note(self, number: int) -> Iterator[str]:
        cited = self.notes[number]
        text = plain_text(footnote_pieces(cited), self.draft.facts)
        link = escape(clause_link(cited))
        yield f'<li id="note-{number + 1}" value="{number + 1}"><a class="clause" href="{link}">{escape(text)}</a></li>'

    def _inlines(self, inlines: Inlines) -> str:
        return "".join(self._inline(i) for i in inlines)

    def _inline(self, inline: Inline) -> str:
        if isinstance(inline, FactRef):
            return self._fact(inline)
        if isinstance(inline, Missing):
            return f'<mark class="missing">{escape(inline.text)}</mark>'
        if isinstance(inline, ClauseRef):
            self.notes.append(inline.cited)
            title = escape(f"《{inline.cited.title}》{spoken_path(inline.cited.path)}：{inline.cited.quote}")
            link = escape(clause_link(inline.cited))
            return f'<sup><a class="clause" href="{link}" title="{title}">{len(self.notes)}</a></sup>'
        if isinstance(inline, Quote):
            link = escape(clause_link(inline.cited))
            return f'<a class="clause" href="{link}"><span class="quote">{escape(inline.cited.quote)}</span></a>'
        if isinstance(inline, Literal):
            return escape(inline.text)
        return f"<strong>{escape(inline.text)}</strong>" if inline.bold else escape(inline.text)

    def _fact(self, inline: FactRef) -> str:
        fact = self.draft.facts[inline.fact]
        origin = next((f"{label}：{getattr(fact, name)}" for name, label in _ORIGINS if getattr(fact, name)), "")
        unit = ""
        if inline.unit and fact.unit:
            unit = ("\u00a0" if needs_space(fact.unit) else "") + fact.unit
        title = escape(f"{fact.label}　{origin}")
        return f'<span class="fact" data-fact="{escape(fact.id)}" title="{title}">{escape(fact.text + unit)}</span>'
