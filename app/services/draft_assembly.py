"""Edited sections in the place of those the program wrote: for the document, and for the preview of the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from app.domain.errors import InputRefused
from app.domain.fact import Fact
from app.domain.project import Project
from app.drafting.model import Block, Draft, DraftSection, FactRef
from app.services.draft_content import Content, fact_ids
from app.services.draft_numbering import renumber_captions
from app.services.draft_sections import Outline, Section, outline
from app.services.draft_stale import Change
from app.services.workspace import Workspace
from app.store import rows_drafts


def with_edits(ws: Workspace, project: Project, draft: Draft) -> Draft:
    """The draft with every edited or approved section as it was kept, tables and charts numbered anew.

    Raises InputRefused ``draft_section_stale`` when a value behind one of its sections has changed since: its old values have no fact any
    more, and nobody has seen the sentence with the new ones."""
    if not any_kept(ws, project, draft):
        return draft
    outlined = outline(ws, project, draft)
    stale = [s for s in outlined.sections if s.stored and s.changes]
    if stale:
        first = stale[0]
        names = "、".join(f"“{s.title}”" for s in stale)
        raise InputRefused(
            "draft_section_stale",
            f"{names}依据的数据或条款已变化，没有导出：{first.title}中{said(first.changes[0])}",
            fix="在申报书页面打开该节，选“采用新值”或“重新生成”，再导出",
            subject=first.id,
        )
    return _assembled(draft, outlined)


def any_kept(ws: Workspace, project: Project, draft: Draft) -> bool:
    """Whether anybody has touched a section of this form."""
    with ws.reading() as c:
        newest = rows_drafts.latest_versions(c, project.id, draft.form)
    return any(stored.way != "generated" for stored in newest.values())


def said(change: Change) -> str:
    """A change in one phrase."""
    if change.kind == "text":
        return change.label
    return f"{change.label}由“{change.before[:40]}”变为“{change.after[:40]}”" if change.after else f"{change.label}“{change.before[:40]}”已不存在"


def for_reading(outlined: Outline) -> Draft:
    """The draft as it is kept today, changed values and all: each section with the values it was written with. A value that has changed since
    goes by a name of its own, so that old and new can stand in one document."""
    draft = _assembled(outlined.draft, outlined)
    facts = dict(draft.facts)
    by_id = {s.id: s for s in outlined.sections}
    sections: list[DraftSection] = []
    for section in draft.sections:
        kept = by_id.get(section.id)
        blocks = section.blocks
        if kept is not None and kept.changes:
            blocks = tuple(_aliased(kept.content, blocks, facts, section.id))
        sections.append(replace(section, blocks=blocks))
    return replace(draft, sections=tuple(sections), facts=facts)


def _aliased(content: Content, blocks: tuple[Block, ...], facts: dict[str, Fact], section: str) -> Iterator[Block]:
    names = {}
    for id in fact_ids(blocks):
        if id in content.facts and facts.get(id) != content.facts[id]:
            names[id] = f"{id}@{section}"
            facts[names[id]] = content.facts[id]
    return (_renamed(block, names) for block in blocks)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """The same records with other fact ids, in text and in charts."""
    if isinstance(value, FactRef):
        return replace(value, fact=names.get(value.fact, value.fact))
    if isinstance(value, tuple):
        return tuple(_renamed(v, names) for v in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: _renamed(getattr(value, f.name), names) for f in fields(value) if isinstance(getattr(value, f.name), tuple)}
        return replace(value, **changed) if changed else value
    return names.get(value, value) if isinstance(value, str) else value


def _assembled(draft: Draft, outlined: Outline) -> Draft:
    kept: dict[str, Section] = {s.id: s for s in outlined.sections if s.stored is not None}
    sections = tuple(
        replace(section, blocks=kept[section.id].content.blocks) if section.id in kept else section for section in draft.sections
    )
    return replace(draft, sections=renumber_captions(sections))
