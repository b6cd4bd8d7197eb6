"""Draft: preview, Word, package, workbook."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from markupsafe import Markup
from starlette.responses import Response

from app.domain.errors import LingtanError, NotFound
from app.domain.project import Project
from app.services.account import latest
from app.services.drafting import make_draft, preview
from app.services.packing import pack_bytes, workbook_of
from app.web.depends import ProjectDep, WorkspaceDep, attachment, frame
from app.web.security import check_form_token
from app.web.templating import render

router = APIRouter(include_in_schema=False)
POLICY_LINK = re.compile(r'(href="/policies/[^"#?]*)')
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/projects/{project_id}/draft")
def show(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    html, error = "", None
    missing: list[str] = []
    try:
        html, missing = preview(ws, project)
    except LingtanError as refusal:
        error = refusal
    context = {
        **frame(ws, project),
        "html": Markup(POLICY_LINK.sub(rf'\1?project={project.id}', html)),
        "missing": missing,
        "error": error,
        "accounted": latest(ws, project) is not None,
    }
    return render(request, "pages/draft.html", context)


def file_name(project: Project, suffix: str) -> str:
    return "_".join(part for part in (project.profile.name, str(project.profile.year or ""), suffix) if part)


@router.post("/projects/{project_id}/draft/download")
def word(request: Request, ws: WorkspaceDep, project: ProjectDep, csrf: Annotated[str, Form()] = "") -> Response:
    check_form_token(request, csrf)
    return Response(make_draft(ws, project).data, media_type=DOCX, headers=attachment(file_name(project, "申报书.docx")))


@router.post("/projects/{project_id}/pack")
def package(request: Request, ws: WorkspaceDep, project: ProjectDep, csrf: Annotated[str, Form()] = "") -> Response:
    check_form_token(request, csrf)
    data, _ = pack_bytes(ws, project)
    return Response(data, media_type="application/zip", headers=attachment(file_name(project, "证据包.zip")))


@router.get("/projects/{project_id}/accounts.xlsx")
def workbook(ws: WorkspaceDep, project: ProjectDep) -> Response:
    data = workbook_of(ws, project)
    if data is None:
        raise NotFound("run_not_found", "还没有核算结果", fix="先核算")
    return Response(data, media_type=XLSX, headers=attachment(file_name(project, "核算报告.xlsx")))
