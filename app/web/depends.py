"""What routes ask for, as annotated aliases."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from app.domain.project import Project
from app.services.looking import waiting
from app.services.workspace import Workspace


def get_workspace(request: Request) -> Workspace:
    """The workspace, acting in the name of the logged-in key holder when there is one."""
    ws: Workspace = request.app.state.ws
    user = getattr(request.state, "user", None)
    return ws.acting_as(user) if user else ws


WorkspaceDep = Annotated[Workspace, Depends(get_workspace)]


def get_project(project_id: str, ws: WorkspaceDep) -> Project:
    return ws.project(project_id)


ProjectDep = Annotated[Project, Depends(get_project)]


def frame(ws: Workspace, project: Project) -> dict[str, Any]:
    """What every page of a project shows around its content: the project and how many records wait."""
    return {"project": project, "waiting": waiting(ws, project)}


def go(request: Request, path: str) -> Response:
    """After a post: tell htmx to navigate, or redirect with 303."""
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": path})
    return Response(status_code=303, headers={"Location": path})


def attachment(filename: str) -> dict[str, str]:
    """A download header whose name may be Chinese (RFC 6266), with a plain fallback for old clients."""
    from urllib.parse import quote

    _, dot, ending = filename.rpartition(".")
    plain = f"download.{ending}" if dot and ending.isascii() and ending.isalnum() else "download"
    return {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"}
