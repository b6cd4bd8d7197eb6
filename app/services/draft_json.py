"""Sections of a draft as JSON, for programs that edit as a person would."""

from __future__ import annotations

from typing import Any

from app.domain.plain import to_plain
from app.domain.project import Project
from app.services.draft_editing import Saving, text_of
from app.services.draft_sections import Outline, Section, versions_of
from app.services.workspace import Workspace


def section_summary(section: Section) -> dict[str, Any]:
    """One row of the outline."""
    return {
        "id": section.id,
        "title": section.title,
        "state": section.state.value,
        "state_label": section.state.label,
        "version": section.version,
        "hash": section.content.hash,
        "missing": section.missing,
        "open_comments": section.open_comments,
        "changes": to_plain(section.changes),
        "saved_by": section.stored.saved_by if section.stored else None,
        "saved_at": section.stored.saved_at if section.stored else None,
        "approved_by": section.approval.approved_by if section.approval else None,
        "approved_at": section.approval.approved_at if section.approval else None,
    }


def section_detail(ws: Workspace, project: Project, outlined: Outline, section: Section) -> dict[str, Any]:
    """The summary with the text to edit, the history and the comments."""
    history = [
        {"version": v.version, "way": v.way, "note": v.note, "hash": v.hash, "saved_by": v.saved_by, "saved_at": v.saved_at}
        for v in versions_of(ws, project, outlined.draft.form, section.id)
    ]
    comments = to_plain(section.comments)
    return {**section_summary(section), "text": text_of(ws, outlined, section), "versions": history, "comments": comments}


def saving_to_json(saving: Saving) -> dict[str, Any]:
    """What became of a text: ``version`` is None when it was not saved, with everything that stood in the way. Places count
    characters of ``text``."""
    return {
        "version": saving.version,
        "unchanged": saving.unchanged,
        "newer": saving.newer,
        "text": saving.reading.text,
        "problems": [
            {**to_plain(told.problem), "suggestions": to_plain(told.suggestions)} for told in saving.reading.problems
        ],
        "dropped_citations": list(saving.reading.dropped),
    }
