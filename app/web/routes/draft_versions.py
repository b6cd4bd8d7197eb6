"""What is done with a section besides editing it: begin anew, take over values, compare, go back, approve, comment."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from app.services import draft_versions as service
from app.services.draft_diff import changed, folded
from app.services.draft_sections import outline, versions_of
from app.web.depends import ProjectDep, WorkspaceDep, go
from app.web.draft_view import who
from app.web.routes.draft_sections import section_frame
from app.web.templating import render

router = APIRouter(include_in_schema=False)
SECTION = "/projects/{project_id}/draft/sections/{section_id}"


def _back(request: Request, project_id: str, section_id: str) -> Response:
    return go(request, f"/projects/{project_id}/draft/sections/{section_id}")


@router.post(SECTION + "/regenerate")
def regenerate(request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str) -> Response:
    service.regenerate(ws, project, section_id)
    return _back(request, project.id, section_id)


@router.post(SECTION + "/refresh")
def refresh(request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str) -> Response:
    service.refresh(ws, project, section_id)
    return _back(request, project.id, section_id)


@router.post(SECTION + "/restore")
def restore(request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str, version: Annotated[int, Form()]) -> Response:
    service.restore(ws, project, section_id, version)
    return _back(request, project.id, section_id)


@router.post(SECTION + "/approve")
def approve(request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str, hash: Annotated[str, Form()]) -> Response:
    service.approve(ws, project, section_id, hash)
    return _back(request, project.id, section_id)


@router.post(SECTION + "/withdraw")
def withdraw(request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str, why: Annotated[str, Form()] = "") -> Response:
    service.withdraw(ws, project, section_id, why)
    return _back(request, project.id, section_id)


@router.get(SECTION + "/compare")
def compare(
    request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str, before: int = 0, after: int | None = None
) -> Response:
    """Two versions word by word; 0 is what the program writes today."""
    outlined = outline(ws, project)
    section = outlined.find(section_id)
    later = section.version if after is None else after
    rows = service.difference(ws, project, outlined, section, before, later)
    context: dict[str, Any] = {
        **section_frame(request, ws, project, outlined, section),
        "versions": list(reversed(versions_of(ws, project, outlined.draft.form, section_id))),
        "ways": service.WAYS,
        "before": before,
        "after": later,
        "rows": folded(rows),
        "count": changed(rows),
    }
    return render(request, "pages/draft_compare.html", context)


def _comments(request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str) -> Response:
    section = outline(ws, project).find(section_id)
    context = {
        "section": section,
        "here": f"/projects/{project.id}/draft/sections/{section_id}",
        "by": lambda actor: who(request, actor),
    }
    return render(request, "_partials/draft_comments.html", context)


@router.post(SECTION + "/comments")
def comment(request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str, text: Annotated[str, Form()] = "") -> Response:
    service.comment(ws, project, section_id, text)
    return _comments(request, ws, project, section_id)


@router.post(SECTION + "/comments/{seq}")
def resolve(
    request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str, seq: int, resolved: Annotated[bool, Form()] = True
) -> Response:
    service.resolve(ws, project, section_id, seq, resolved=resolved)
    return _comments(request, ws, project, section_id)
