"""A draft section by section: what stands in each, how it came about, what has changed behind it.

A section nobody touched is written anew from today's data whenever it is looked at. As soon as a person edits or approves it, its
content is kept as a version in the log, and from then on it is compared with what the data say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.errors import NotFound
from app.domain.fact import Fact
from app.domain.project import Project
from app.domain.stored import StoredApproval, StoredComment, StoredVersion
from app.drafting.model import Draft, DraftSection, Literal
from app.services.draft_content import Content, content_from_plain, content_of, missing_count
from app.services.draft_numbering import with_section_number
from app.services.draft_stale import Change, changes_behind
from app.services.draft_tokens import Legend
from app.services.drafting import FORM, compose
from app.services.workspace import Workspace
from app.store import log, rows_drafts

NOT_EDITED = frozenset({"cover"})
"""The cover is filled in from the profile."""
LIVE = "generated"
KEPT = 6
"""Composed drafts kept in memory, one a state of a project."""


class SectionState(StrEnum):
    DRAFT = "draft"
    EDITED = "edited"
    STALE = "stale"
    APPROVED = "approved"

    @property
    def label(self) -> str:
        return {"draft": "草稿", "edited": "已改", "stale": "待更新", "approved": "已批准"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """``version`` is the newest version's number, 0 before the first; ``stored`` that version unless the section is live; ``made`` what the
    program writes today. ``approval`` is one that holds for exactly this content."""

    id: str
    title: str
    front: bool
    version: int
    stored: StoredVersion | None
    content: Content
    made: Content
    changes: tuple[Change, ...]
    approval: StoredApproval | None
    comments: tuple[StoredComment, ...]

    @property
    def state(self) -> SectionState:
        if self.changes:
            return SectionState.STALE
        if self.approval:
            return SectionState.APPROVED
        edited = self.stored is not None and self.stored.way != "frozen"
        return SectionState.EDITED if edited else SectionState.DRAFT

    @property
    def missing(self) -> int:
        return missing_count(self.content.blocks)

    @property
    def open_comments(self) -> int:
        return sum(1 for c in self.comments if c.resolved_at is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The composed draft of today and its sections in order, the cover left out."""

    draft: Draft
    sections: tuple[Section, ...]

    def find(self, id: str) -> Section:
        """Raises NotFound."""
        for section in self.sections:
            if section.id == id:
                return section
        names = "、".join(f"{s.id}（{s.title}）" for s in self.sections)
        raise NotFound("section_not_found", f"没有章节 {id}", fix=f"可选的章节：{names}", subject=id)


def made_draft(ws: Workspace, project: Project, form: str = FORM) -> Draft:
    """What the program writes today, composed once per state of the log. Raises InputRefused when it cannot be written, NotFound for
    an unknown form."""
    kept: dict[Any, Draft] = ws.cached("composed drafts", dict)
    with ws.reading() as c:
        _, head = log.head(c, project.id)
    key = (project.id, form, head, ws.clock().astimezone().date(), id(ws.policies), id(ws.ruleset))
    if (draft := kept.get(key)) is None:
        draft = compose(ws, project, form=form)
        while len(kept) >= KEPT:
            kept.pop(next(iter(kept)), None)
        kept[key] = draft
    return draft


def outline(ws: Workspace, project: Project, draft: Draft | None = None, *, form: str = FORM) -> Outline:
    """Every section of a form with its state; ``draft`` is the composed draft when the caller has it already."""
    draft = draft or made_draft(ws, project, form)
    with ws.reading() as c:
        newest = rows_drafts.latest_versions(c, project.id, draft.form)
        approvals = rows_drafts.approvals(c, project.id, draft.form)
        comments = rows_drafts.comments(c, project.id, draft.form)
    sections = tuple(
        _section(
            ws,
            draft,
            made,
            newest.get(made.id),
            [a for a in approvals if a.section == made.id],
            tuple(c for c in comments if c.section == made.id),
        )
        for made in draft.sections
        if made.id not in NOT_EDITED
    )
    return Outline(draft=draft, sections=sections)


def _section(
    ws: Workspace,
    draft: Draft,
    made: DraftSection,
    newest: StoredVersion | None,
    approvals: list[StoredApproval],
    comments: tuple[StoredComment, ...],
) -> Section:
    today = content_of(made.blocks, draft.facts)
    stored = newest if newest is not None and newest.way != LIVE else None
    content, approval = today, None
    changes: tuple[Change, ...] = ()
    if stored is not None:
        kept = content_from_plain(stored.content)
        content = Content(blocks=with_section_number(kept.blocks, made.blocks), facts=kept.facts)
        changes = changes_behind(content, stored.basis, today, draft.facts, ws.policies)
        # The last word counts: an approval that was withdrawn is not revived by an older one of the same text.
        last = next((a for a in reversed(approvals) if a.hash == stored.hash), None)
        approval = last if last is not None and last.withdrawn_at is None else None
    return Section(
        id=made.id,
        title=made.title,
        front=made.front,
        version=newest.version if newest else 0,
        stored=stored,
        content=content,
        made=today,
        changes=changes,
        approval=approval,
        comments=comments,
    )


def legend_of(ws: Workspace, outlined: Outline, section: Section, *earlier: Content) -> Legend:
    """Every piece the text of a section may name: its own, those of the version the writer began with, what the program writes today in
    any section, all facts, and titles and numbers of the corpus."""
    legend = Legend()
    legend.offer(section.content.blocks, section.content.facts, own=True)
    for content in (*earlier, section.made):
        legend.offer(content.blocks, content.facts)
    for other in outlined.sections:
        if other.id != section.id:
            legend.offer([b for b in other.made.blocks if not hasattr(b, "id")], other.made.facts)
    legend.offer_facts(outlined.draft.facts.values())
    for document in ws.policies.values():
        legend.offer_literals([Literal(kind="title", text=document.title)])
        if document.document_number:
            legend.offer_literals([Literal(kind="document", text=document.document_number)])
    return legend


def versions_of(ws: Workspace, project: Project, form: str, section: str) -> list[StoredVersion]:
    with ws.reading() as c:
        return rows_drafts.versions(c, project.id, form, section)


def content_of_version(ws: Workspace, project: Project, outlined: Outline, section: Section, version: int) -> Content:
    """The content of an earlier version; 0 is what the program writes today. Raises NotFound."""
    if version == 0:
        return section.made
    for stored in versions_of(ws, project, outlined.draft.form, section.id):
        if stored.version == version:
            return content_from_plain(stored.content)
    raise NotFound("version_not_found", f"“{section.title}”没有第 {version} 版", fix="从版本列表中选", subject=str(version))


def facts_for(section: Section, facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """The facts of the project, with those the section prints as it prints them."""
    return {**facts, **section.content.facts}
