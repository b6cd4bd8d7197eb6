"""One section of a draft: read, edit with a live preview, and where its figures come from."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from app.domain.errors import NotFound
from app.domain.project import Project
from app.drafting.model import FactRef
from app.services.draft_diff import compare, folded, readable_lines
from app.services.draft_editing import Reading, read_text, save_text, text_of
from app.services.draft_origin import origin_of
from app.services.draft_sections import Outline, Section, legend_of, outline, versions_of
from app.services.draft_tokens import Piece, printed
from app.services.draft_versions import WAYS, accounts_behind, approvals_of, causes, generated_since
from app.services.drafting import FORM
from app.services.workspace import Workspace
from app.web.depends import ProjectDep, WorkspaceDep, frame, go
from app.web.draft_view import FormDep, form_links, section_paper, told, who
from app.web.routes.drafts import TONES
from app.web.templating import render

router = APIRouter(include_in_schema=False)
BASE = "/projects/{project_id}/draft"
FOUND = 12
"""Facts shown for a search."""


def section_frame(request: Request, ws: Workspace, project: Project, outlined: Outline, section: Section) -> dict[str, Any]:
    """What the pages of a section share."""
    order = [s.id for s in outlined.sections]
    place = order.index(section.id)
    return {
        **frame(ws, project),
        **form_links(outlined.draft.form),
        "section": section,
        "here": f"/projects/{project.id}/draft/sections/{section.id}",
        "tones": TONES,
        "by": lambda actor: who(request, actor),
        "previous": outlined.sections[place - 1] if place else None,
        "following": outlined.sections[place + 1] if place + 1 < len(order) else None,
    }


@router.get(BASE + "/sections/{section_id}")
def show(request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str, said: str = "", form: FormDep = FORM) -> Response:
    outlined = outline(ws, project, form=form)
    section = outlined.find(section_id)
    approvals = approvals_of(ws, project, form, section_id)
    context = {
        **section_frame(request, ws, project, outlined, section),
        "html": section_paper(outlined.draft, project.id, section),
        "versions": list(reversed(versions_of(ws, project, form, section_id))),
        "approvals": list(reversed(approvals)),
        "ways": WAYS,
        "causes": causes(ws, project, section) if section.changes else [],
        "behind": bool(section.changes) and accounts_behind(ws, project),
        "since": folded(generated_since(section)) if section.changes else [],
        "said": {"saved": "已保存", "same": "没有改动，未生成新版本"}.get(said, ""),
    }
    return render(request, "pages/draft_section.html", context)


@router.get(BASE + "/sections/{section_id}/edit")
def edit(request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str, form: FormDep = FORM) -> Response:
    outlined = outline(ws, project, form=form)
    section = outlined.find(section_id)
    context = {
        **section_frame(request, ws, project, outlined, section),
        "text": text_of(ws, outlined, section),
        "base": section.version,
        "html": section_paper(outlined.draft, project.id, section),
    }
    return render(request, "pages/draft_edit.html", context)


def _reading_context(reading: Reading, accept: list[str]) -> dict[str, Any]:
    return {"problems": told(reading.text, reading.problems), "dropped": reading.dropped, "accepted": "citations" in accept}


@router.post(BASE + "/sections/{section_id}/preview")
def preview(
    request: Request,
    ws: WorkspaceDep,
    project: ProjectDep,
    section_id: str,
    text: Annotated[str, Form()] = "",
    base: Annotated[int, Form()] = 0,
    accept: Annotated[list[str] | None, Form()] = None,
    form: FormDep = FORM,
) -> Response:
    """The text as it would stand in the document, with what stands in its way; nothing is saved."""
    outlined = outline(ws, project, form=form)
    section = outlined.find(section_id)
    reading = read_text(ws, project, outlined, section, text, base)
    context = {"html": section_paper(outlined.draft, project.id, section, reading.content), **_reading_context(reading, accept or [])}
    return render(request, "_partials/draft_preview.html", context)


@router.post(BASE + "/sections/{section_id}/edit")
def save(
    request: Request,
    ws: WorkspaceDep,
    project: ProjectDep,
    section_id: str,
    text: Annotated[str, Form()] = "",
    base: Annotated[int, Form()] = 0,
    note: Annotated[str, Form()] = "",
    accept: Annotated[list[str] | None, Form()] = None,
    form: FormDep = FORM,
) -> Response:
    """Save, or say what stands in the way; the text stays in the reader's own field either way."""
    saving = save_text(ws, project, section_id, text, base=base, note=note, accept=accept or [], form=form)
    if saving.version is not None:
        said = "same" if saving.unchanged else "saved"
        return go(request, f"/projects/{project.id}/draft/sections/{section_id}?said={said}{form_links(form)['amp']}")
    outlined = outline(ws, project, form=form)
    section = outlined.find(section_id)
    context: dict[str, Any] = {
        **_reading_context(saving.reading, accept or []),
        "section": section,
        "newer": saving.newer,
        "refused": True,
        "by": lambda actor: who(request, actor),
    }
    if saving.newer:
        theirs = readable_lines(section.content.blocks, section.content.facts)
        mine = readable_lines(saving.reading.content.blocks, {**outlined.draft.facts, **saving.reading.content.facts})
        context["rows"] = folded(compare(theirs, mine))
    return render(request, "_partials/draft_refusal.html", context)


@router.get(BASE + "/sections/{section_id}/pieces")
def pieces(request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str, q: str = "", form: FormDep = FORM) -> Response:
    """Facts whose name, figure or unit holds every word of the search, with the token to insert."""
    outlined = outline(ws, project, form=form)
    section = outlined.find(section_id)
    legend = legend_of(ws, outlined, section)
    words = q.lower().replace(",", "").split()
    found = []
    for fact in outlined.draft.facts.values():
        inline = FactRef(fact=fact.id, unit=bool(fact.unit))
        text = printed(inline, fact)
        said = f"{fact.label} {text} {fact.id}".lower()
        if words and all(w in said for w in words):
            order = (fact.id.startswith(("extra.", "policy.", "verdict.")), fact.id not in section.made.facts, len(text) > 40)
            found.append((order, fact, text, legend.token(Piece(inline=inline, fact=fact))))
    found.sort(key=lambda item: item[0])
    shown = [(fact.label, text, token) for _, fact, text, token in found[:FOUND]]
    return render(request, "_partials/draft_pieces.html", {"pieces": shown, "more": max(0, len(found) - FOUND), "asked": bool(words)})


@router.get(BASE + "/fact")
def fact(request: Request, ws: WorkspaceDep, project: ProjectDep, id: Annotated[str, Query()], form: FormDep = FORM) -> Response:
    """Where a figure comes from: a card for htmx, a page of its own otherwise."""
    outlined = outline(ws, project, form=form)
    found = outlined.draft.facts.get(id) or next((s.content.facts[id] for s in outlined.sections if id in s.content.facts), None)
    if found is None:
        raise NotFound("fact_not_found", "没有这项数据", fix="刷新页面", subject=id)
    context = {**frame(ws, project), "origin": origin_of(ws, project, found), "today": outlined.draft.facts.get(id)}
    name = "_partials/draft_origin.html" if request.headers.get("hx-request") else "pages/draft_fact.html"
    return render(request, name, context)
