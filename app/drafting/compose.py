"""A form and a source to a draft: headings numbered, sentences chosen, tables built, nothing invented."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from app.domain.errors import UsageError
from app.domain.form import Form, FormBlock, FormSection
from app.drafting.charts import CHARTS, build_chart
from app.drafting.context import ComposeContext
from app.drafting.facts import collect_facts
from app.drafting.guard import refuse_untraced
from app.drafting.layout import plain_text
from app.drafting.model import (
    Block,
    ChartBlock,
    ClauseRef,
    Draft,
    DraftSection,
    Inline,
    Inlines,
    Literal,
    Paragraph,
    TableBlock,
    Text,
)
from app.drafting.narrative import chinese_number, chosen, materials_paragraphs, path_paragraphs
from app.drafting.source import DraftSource
from app.drafting.tables import TABLES
from app.drafting.tables_dossier import ABOUT
from app.drafting.trends import read_trends


class _Counter:
    """Running numbers of a document: sections, sub-headings, tables."""

    def __init__(self) -> None:
        self.section = 0
        self.heading = 0
        self.table = 0
        self.figure = 0

    def next_section(self) -> Literal:
        self.section += 1
        self.heading = 0
        return Literal(kind="heading", text=f"{chinese_number(self.section)}、")

    def next_heading(self) -> Literal:
        self.heading += 1
        return Literal(kind="heading", text=f"（{chinese_number(self.heading)}）")

    def next_table(self) -> Literal:
        self.table += 1
        return Literal(kind="caption", text=f"表{self.table}")

    def next_figure(self) -> Literal:
        self.figure += 1
        return Literal(kind="caption", text=f"图{self.figure}")


def compose_draft(form: Form, source: DraftSource, sections: Collection[str] | None = None) -> Draft:
    """The draft of a form; ``sections`` selects by id (None or empty: all), numbered anew in the form's order.

    Raises UsageError for an unknown section and InputRefused ``draft_number_without_fact`` when a number has no fact.
    """
    known = [section.id for section in form.sections]
    unknown = [s for s in sections or () if s not in known]
    if unknown:
        raise UsageError(
            "unknown_section",
            f"没有这些章节：{'、'.join(unknown)}。",
            fix=f"可选的章节：{'、'.join(known)}。",
            subject=unknown[0],
        )
    facts = collect_facts(source)
    scope, conditions = read_trends(form, source, facts)
    context = ComposeContext(form=form, source=source, facts=facts, scope=scope, conditions=conditions)
    counter = _Counter()
    wanted = [s for s in form.sections if not sections or s.id in sections]
    draft = Draft(
        project=source.project,
        form=form.id,
        version=form.version,
        title=form.title,
        header=context.fill(form.header),
        sections=(_cover(context), *(_section(s, context, counter) for s in wanted)),
        generated_on=source.generated_on,
        facts=facts,
    )
    refuse_untraced(draft)
    return draft


def _cover(context: ComposeContext) -> DraftSection:
    blocks: list[Block] = [Paragraph(inlines=(Text(text=context.form.title),), style="title")]
    for label, template in context.form.cover:
        blocks.append(Paragraph(inlines=(Text(text=f"{label}："), *context.fill(template)), style="cover"))
    return DraftSection(id="cover", title=context.form.title, blocks=tuple(blocks), front=True)


def _section(section: FormSection, context: ComposeContext, counter: _Counter) -> DraftSection:
    title = context.fill(section.title)
    if section.numbered:
        heading = Paragraph(inlines=(counter.next_section(), *title), style="heading1")
    else:
        heading = Paragraph(inlines=title, style="subtitle")
    blocks: list[Block] = [heading]
    for block in section.blocks:
        blocks += _blocks(block, context, counter)
    return DraftSection(
        id=section.id,
        title=plain_text(title, context.facts),
        blocks=tuple(cited_once(blocks)),
        front=not section.numbered,
        wide=section.wide and section.numbered,
        word_limit=section.word_limit,
    )


def cited_once(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks with every quote footnoted where a section first rests on it; further footnotes with the same words would
    fill pages and say nothing new. Tables still name document and clause in the row."""
    seen: set[tuple[str, str]] = set()

    def once(inlines: Inlines) -> Inlines:
        kept: list[Inline] = []
        for inline in inlines:
            if isinstance(inline, ClauseRef):
                key = (inline.cited.clause, inline.cited.quote)
                if key in seen:
                    continue
                seen.add(key)
            kept.append(inline)
        return tuple(kept)

    for block in blocks:
        if isinstance(block, Paragraph):
            yield replace(block, inlines=once(block.inlines))
        elif isinstance(block, ChartBlock):
            yield block
        else:
            yield replace(block, rows=tuple(tuple(once(cell) for cell in row) for row in block.rows))


def _blocks(block: FormBlock, context: ComposeContext, counter: _Counter) -> Iterator[Block]:
    if block.kind == "table":
        yield from _table(block, context, counter)
    elif block.kind == "chart":
        yield from _chart(block, context, counter)
    elif block.kind == "path":
        spec = context.form.paths[block.name]
        yield Paragraph(inlines=(counter.next_heading(), Text(text=spec.title)), style="heading2")
        yield from path_paragraphs(spec, context)
    elif block.kind == "materials":
        yield from materials_paragraphs(block, context)
    elif template := chosen(block, context):
        inlines = context.fill(template)
        if block.kind == "heading":
            yield Paragraph(inlines=(counter.next_heading(), *inlines), style="heading2")
        else:
            yield Paragraph(inlines=inlines, style={"note": "note", "sign": "sign"}.get(block.kind, "body"))


def _chart(block: FormBlock, context: ComposeContext, counter: _Counter) -> Iterator[Block]:
    if block.name not in CHARTS:
        raise UsageError(
            "unknown_chart", f"没有名为“{block.name}”的图。", fix="请修改申报表格定义。", subject=block.name
        )
    chart = build_chart(block.name, context)
    if chart is not None:
        unit = (Text(text="（"), Literal(kind="unit", text=chart.unit), Text(text="）"))
        caption = (counter.next_figure(), Text(text="　"), *context.fill(block.caption), *unit)
        yield replace(chart, caption=caption, note=context.fill(block.note))


def _table(block: FormBlock, context: ComposeContext, counter: _Counter) -> Iterator[Block]:
    name, _, what = block.name.partition(":")
    if name not in (ABOUT if what else TABLES):
        raise UsageError(
            "unknown_table", f"没有名为“{block.name}”的表。", fix="请修改申报表格定义。", subject=block.name
        )
    columns, rows, dense = ABOUT[name](context, what) if what else TABLES[name](context)
    if not rows:
        return
    yield TableBlock(
        id=name,
        caption=(counter.next_table(), Text(text="　"), *context.fill(block.caption)),
        columns=columns,
        rows=rows,
        note=context.fill(block.note),
        dense=dense,
    )
