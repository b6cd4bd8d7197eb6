"""What is done with a section besides editing it: begin anew, take over values, compare, go back, approve, comment."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from app.services import draft_versions as service
from app.services.draft_diff import changed, folded
from app.services.draft_sections import outline, versions_of
from app.services.drafting import FORM
from app.web.depends import ProjectDep, WorkspaceDep, go
from app.web.draft_view import FormDep, form_links, who
from app.web.routes.draft_sections import section_frame
from app.web.templating import render

router = APIRouter(include_in_schema=False)
SECTION = "/projects/{project_id}/draft/sections/{section_id}"


def _back(request: Request, project_id: str, section_id: str, form: str) -> Response:
    return go(request, f"/projects/{project_id}/draft/sections/{section_id}{form_links(form)['q']}")


@router.post(SECTION + "/regenerate")
def regenerate(request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str, form: FormDep = FORM) -> Response:
    service.regenerate(ws, project, section_id, form=form)
    return _back(request, project.id, section_id, form)


@router.post(SECTION + "/refresh")
def refresh(request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str, form: FormDep = FORM) -> Response:
    service.refresh(ws, project, section_id, form=form)
    return _back(request, project.id, section_id, form)


@router.post(SECTION + "/restore")
def restore(
    request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str, version: Annotated[int, Form()], form: FormDep = FORM
) -> Response:
    service.restore(ws, project, section_id, version, form=form)
    return _back(request, project.id, section_id, form)


@router.post(SECTION + "/approve")
def approve(
    request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str, hash: Annotated[str, Form()], form: FormDep = FORM
) -> Response:
    service.approve(ws, project, section_id, hash, form=form)
    return _back(request, project.id, section_id, form)


@router.post(SECTION + "/withdraw")
def withdraw(
    request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str, why: Annotated[str, Form()] = "", form: FormDep = FORM
) -> Response:
    service.withdraw(ws, project, section_id, why, form=form)
    return _back(request, project.id, section_id, form)


@router.get(SECTION + "/compare")
def compare(
    request: Request,
    ws: WorkspaceDep,
    project: ProjectDep,
    section_id: str,
    before: int = 0,
    after: int | None = None,
    form: FormDep = FORM,
) -> Response:
    """Two versions word by word; 0 is what the program writes today."""
    outlined = outline(ws, project, form=form)
    section = outlined.find(section_id)
    later = section.version if after is None else after
    rows = service.difference(ws, project, outlined, section, before, later)
    context: dict[str, Any] = {
        **section_frame(request, ws, project, outlined, section),
        "versions": list(reversed(versions_of(ws, project, form, section_id))),
        "ways": service.WAYS,
        "before": before,
        "after": later,
        "rows": folded(rows),
        "count": changed(rows),
    }
    return render(request, "pages/draft_compare.html", context)


def _comments(request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str, form: str) -> Response:
    section = outline(ws, project, form=form).find(section_id)
    context = {
        **form_links(form),
        "section": section,
        "here": f"/projects/{project.id}/draft/sections/{section_id}",
        "by": lambda actor: who(request, actor),
    }
    return render(request, "_partials/draft_comments.html", context)


@router.post(SECTION + "/comments")
def comment(
    request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str, text: Annotated[str, Form()] = "", form: FormDep = FORM
) -> Response:
    service.comment(ws, project, section_id, text, form=form)
    return _comments(request, ws, project, section_id, form)


@router.post(SECTION + "/comments/{seq}")
def resolve(
    request: Request,
    ws: WorkspaceDep,
    project: ProjectDep,
    section_id: str,
    seq: int,
    resolved: Annotated[bool, Form()] = True,
    form: FormDep = FORM,
) -> Response:
    service.resolve(ws, project, section_id, seq, resolved=resolved, form=form)
    return _comments(request, ws, project, section_id, form)
