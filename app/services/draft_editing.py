"""Saving a section that a person edited: nothing is saved that the document could not prove, and nothing that was typed is lost.

What stands in the way is returned, not raised: problems with their place in the text and ways out, a version somebody else saved in the
meantime, citations that would go. The caller still has the text and sends it again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from sqlalchemy import Connection

from app.domain.errors import Conflict, UsageError
from app.domain.fact import Fact
from app.domain.finding import Severity
from app.domain.project import Project
from app.drafting.guard import check_inlines
from app.drafting.layout import plain_text
from app.drafting.model import Block, DraftSection, FactRef, Paragraph
from app.services.draft_content import Content, content_of, content_to_plain, fact_ids, is_object, lines_of
from app.services.draft_diff import readable_lines
from app.services.draft_sections import Outline, Section, content_of_version, legend_of, outline
from app.services.draft_stale import basis_of
from app.services.draft_suggest import Suggestion, suggestions
from app.services.draft_text import Parsed, Problem, citations, cleaned, parse, to_text
from app.services.draft_tokens import Legend
from app.services.drafting import FORM
from app.services.workspace import Workspace
from app.store import rows_drafts

TEXT_LIMIT = 60_000
SUGGESTED = 12
"""Problems that get suggestions; a text with more is not being edited, it was pasted."""
SAME_CLAIM = 0.6
CLAUSE_FINDINGS = frozenset({"quote-not-found", "quote-changed", "unknown-clause", "clause-changed", "citation-changed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A problem with its ways out."""

    problem: Problem
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text as it would be saved. ``content`` is for the preview only while there are problems; ``dropped`` are citations that would go
    although their sentence stays."""

    text: str
    content: Content
    problems: tuple[Told, ...]
    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """``version`` is the number saved, None when it was not; ``newer`` says that somebody saved since the writer began."""

    reading: Reading
    version: int | None = None
    unchanged: bool = False
    newer: bool = False


def text_of(ws: Workspace, outlined: Outline, section: Section) -> str:
    """The section's text as it is offered for editing."""
    legend = legend_of(ws, outlined, section)
    return to_text(section.content.blocks, section.content.facts, legend)


def read_text(ws: Workspace, project: Project, outlined: Outline, section: Section, text: str, base: int) -> Reading:
    """What a text says, with everything that stands in its way. ``base`` is the version the writer began with."""
    if len(text) > TEXT_LIMIT:
        raise UsageError("text_too_long", f"一节最多 {TEXT_LIMIT} 字", fix="分成几节，或删去粘贴进来的多余内容", subject=section.id)
    text = cleaned(text)
    began = content_of_version(ws, project, outlined, section, base) if base != section.version else section.content
    legend = legend_of(ws, outlined, section, began)
    parsed = parse(text, legend, (*section.content.blocks, *section.made.blocks))
    facts = _facts_meant(parsed, section, began, outlined.draft.facts)
    found = [*parsed.problems, *_mixed(parsed, facts, section)]
    if not found:
        found += _guarded(parsed.blocks, facts, ws)
    told = tuple(_told(text, found, legend, outlined.draft.facts, section.content.facts))
    dropped = tuple(_dropped(section.content, parsed.blocks, facts))
    return Reading(text=text, content=content_of(parsed.blocks, facts), problems=told, dropped=dropped)


def _told(
    text: str, found: Iterable[Problem], legend: Legend, facts: Mapping[str, Fact], used: Iterable[str]
) -> Iterator[Told]:
    """The problems in the order of the text with their ways out. Figures of one date or code are one problem: what replaces the
    whole of it stands first among its suggestions."""
    covered = 0
    for n, problem in enumerate(sorted(found, key=lambda p: (p.start, p.end))):
        if problem.id == "number" and problem.end <= covered:
            continue
        ways = suggestions(text, problem, facts, legend, used) if n < SUGGESTED else ()
        covered = max([covered, *(w.end for w in ways if w.start <= problem.start and w.literal)])
        yield Told(problem=problem, suggestions=ways)


def _facts_meant(parsed: Parsed, section: Section, began: Content, today: Mapping[str, Fact]) -> dict[str, Fact]:
    """Each fact as the text or the kept table prints it."""
    facts: dict[str, Fact] = dict(today)
    for source in (section.made, began, section.content):
        for block in source.blocks:
            if is_object(block) and block in parsed.blocks:
                facts.update({id: source.facts[id] for id in fact_ids([block]) if id in source.facts})
    return {**facts, **parsed.facts}


def _mixed(parsed: Parsed, facts: dict[str, Fact], section: Section) -> Iterator[Problem]:
    """A table with old values beside text with new ones, or the other way round."""
    own = section.content.blocks
    for source in (section.content, section.made):
        tables = [b for b in source.blocks if is_object(b) and b in parsed.blocks and (b not in own or source is section.content)]
        for id in fact_ids(tables):
            shown = source.facts.get(id)
            if shown and (shown.text, shown.unit) != (facts[id].text, facts[id].unit):
                message = f"表中“{shown.label}”为 {shown.text}，正文为 {facts[id].text}"
                yield Problem(id="mixed", message=message, fix="先用“采用新值”更新全节，再修改", start=0, end=0)
                return


def _guarded(blocks: tuple[Block, ...], facts: dict[str, Fact], ws: Workspace) -> Iterator[Problem]:
    """The gate before export, once more over what was read: reading and gate must never differ, and if they do the gate is right."""
    for block in blocks:
        for line in lines_of(block):
            for finding in check_inlines(line, facts, ws.policies if isinstance(block, Paragraph) else None):
                if finding.id != "quote-not-found":  # a clause that changed is a reason to update, not to lose the text
                    yield Problem(id="guard", message=finding.message, fix=finding.fix, start=0, end=0)


def _dropped(before: Content, blocks: tuple[Block, ...], facts: dict[str, Fact]) -> Iterator[str]:
    """Citations that are gone while a paragraph much like theirs still makes the claim."""
    left = {(type(i), i.cited.clause, i.cited.quote) for _, i in citations(blocks)}
    said = [plain_text(b.inlines, facts) for b in blocks if isinstance(b, Paragraph) and _whole(b, facts)]
    for paragraph, inline in citations(before.blocks):
        if (type(inline), inline.cited.clause, inline.cited.quote) in left:
            continue
        claim = plain_text(paragraph.inlines, before.facts)
        if any(SequenceMatcher(None, claim, other, autojunk=False).ratio() >= SAME_CLAIM for other in said):
            yield f"《{inline.cited.title}》：“{inline.cited.quote[:60]}”"


def _whole(block: Paragraph, facts: dict[str, Fact]) -> bool:
    return all(i.fact in facts for i in block.inlines if isinstance(i, FactRef))


def save_text(
    ws: Workspace,
    project: Project,
    section_id: str,
    text: str,
    *,
    base: int,
    note: str = "",
    accept: Collection[str] = (),
    form: str = FORM,
) -> Saving:
    """Save a section's text as its next version. It is not saved when a problem stands in the way, when a newer version than ``base``
    exists, or when citations would go and ``accept`` does not hold ``citations``."""
    outlined = outline(ws, project, form=form)
    section = outlined.find(section_id)
    reading = read_text(ws, project, outlined, section, text, base)
    if section.version != base:
        return Saving(reading=reading, newer=True)
    if reading.problems or (reading.dropped and "citations" not in accept):
        return Saving(reading=reading)
    if reading.content.hash == section.content.hash:
        return Saving(reading=reading, version=section.version, unchanged=True)
    if doubts := tuple(_unproved(ws, outlined, section, reading.content)):
        return Saving(reading=replace(reading, problems=doubts))
    basis = section.stored.basis if section.stored else basis_of(section.made, readable_lines(section.made.blocks, section.made.facts))
    with ws.writing() as c:
        if newest_version(c, project, outlined.draft.form, section_id) != base:
            return Saving(reading=reading, newer=True)
        version = write_version(ws, c, project, outlined.draft.form, section, reading.content, way="edited", note=note, basis=basis)
    return Saving(reading=reading, version=version)


def _unproved(ws: Workspace, outlined: Outline, section: Section, content: Content) -> Iterator[Told]:
    """The section written as a Word file and read back: what the verifier would hold against the document is said now, to the person
    who wrote it, and not at the export. Changed clauses are left to the stale mark."""
    from app.drafting.verify import verify_docx
    from app.drafting.word import write_docx

    facts = {**outlined.draft.facts, **content.facts}
    alone = DraftSection(id=section.id, title=section.title, blocks=content.blocks, front=section.front)
    report = verify_docx(write_docx(replace(outlined.draft, sections=(alone,), facts=facts)), facts=facts, policies=ws.policies)
    for finding in report.findings:
        if finding.severity is Severity.BLOCKING and not (section.changes and finding.id in CLAUSE_FINDINGS):
            fix = finding.fix or "改写这一句"
            yield Told(problem=Problem(id="verify", message=finding.message, fix=fix, start=0, end=0), suggestions=())


def newest_version(c: Connection, project: Project, form: str, section: str) -> int:
    newest = rows_drafts.latest_versions(c, project.id, form).get(section)
    return newest.version if newest else 0


def write_version(
    ws: Workspace,
    c: Connection,
    project: Project,
    form: str,
    section: Section,
    content: Content,
    *,
    way: str,
    note: str = "",
    basis: dict[str, object],
) -> int:
    """One more version in the caller's transaction. Raises Conflict when another one has been written since ``section`` was read."""
    if newest_version(c, project, form, section.id) != section.version:
        raise changed_meanwhile(section)
    version = section.version + 1
    payload = {
        "form": form,
        "section": section.id,
        "version": version,
        "way": way,
        "note": note.strip()[:500],
        "content": content_to_plain(content),
        "hash": content.hash,
        "basis": basis,
    }
    ws.record(c, project.id, "draft-section-saved", payload)
    return version


def changed_meanwhile(section: Section) -> Conflict:
    return Conflict("section_changed", f"“{section.title}”刚刚被他人改动", fix="刷新页面，看过新的内容后再操作", subject=section.id)

