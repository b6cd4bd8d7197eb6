"""Draft: preview, Word, package, workbook."""

from __future__ import annotations

import hmac
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from markupsafe import Markup
from starlette.responses import Response

from app.domain.errors import LingtanError, NotFound, UsageError
from app.domain.project import Project
from app.services.drafting import make_draft, preview
from app.services.packing import pack_bytes, workbook_of
from app.web.depends import ProjectDep, WorkspaceDep, frame
from app.web.templating import render

router = APIRouter(include_in_schema=False)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/projects/{project_id}/draft")
def show(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    html, missing, error = "", [], None
    try:
        html, missing = preview(ws, project)
    except LingtanError as refusal:
        error = refusal
    context = {**frame(ws, project), "html": Markup(html), "missing": missing, "error": error}
    return render(request, "pages/draft.html", context)


def _check(request: Request, csrf: str) -> None:
    """A native form post carries its token as a field."""
    if not hmac.compare_digest(csrf, request.state.csrf):
        raise UsageError("csrf", "页面已过期，请刷新后再操作", fix="刷新页面")


def _attachment(data: bytes, media: str, project: Project, suffix: str) -> Response:
    name = f"{project.profile.name}_{project.profile.year or ''}_{suffix}"
    return Response(data, media_type=media, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"})


@router.post("/projects/{project_id}/draft/download")
def word(request: Request, ws: WorkspaceDep, project: ProjectDep, csrf: Annotated[str, Form()] = "") -> Response:
    _check(request, csrf)
    return _attachment(make_draft(ws, project).data, DOCX, project, "申报书.docx")


@router.post("/projects/{project_id}/pack")
def package(request: Request, ws: WorkspaceDep, project: ProjectDep, csrf: Annotated[str, Form()] = "") -> Response:
    _check(request, csrf)
    return _attachment(pack_bytes(ws, project)[0], "application/zip", project, "证据包.zip")


@router.get("/projects/{project_id}/accounts.xlsx")
def workbook(ws: WorkspaceDep, project: ProjectDep) -> Response:
    data = workbook_of(ws, project)
    if data is None:
        raise NotFound("run_not_found", "还没有核算结果", fix="先核算")
    return _attachment(data, XLSX, project, "核算报告.xlsx")
