"""Draft: outline of its sections, preview, Word, package, workbook."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from app.domain.errors import LingtanError, NotFound
from app.domain.project import Project
from app.services.account import latest
from app.services.draft_assembly import for_reading
from app.services.draft_sections import SectionState, outline
from app.services.draft_versions import accounts_behind, refresh_all
from app.services.drafting import FORM, forms, make_draft
from app.services.packing import pack_bytes, workbook_of
from app.web.depends import ProjectDep, WorkspaceDep, attachment, frame, go
from app.web.draft_view import FormDep, form_links, paper, who
from app.web.security import check_form_token
from app.web.templating import render

router = APIRouter(include_in_schema=False)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TONES = {"draft": "secondary", "edited": "azure", "stale": "orange", "approved": "green"}


@router.get("/projects/{project_id}/draft")
def show(request: Request, ws: WorkspaceDep, project: ProjectDep, form: FormDep = FORM) -> Response:
    context: dict[str, Any] = {
        **frame(ws, project),
        **form_links(form),
        "forms": forms(),
        "html": "",
        "missing": [],
        "sections": [],
        "stale": [],
        "behind": False,
        "error": None,
        "accounted": latest(ws, project) is not None,
        "tones": TONES,
    }
    try:
        outlined = outline(ws, project, form=form)
        draft = for_reading(outlined)
        stale = [s for s in outlined.sections if s.state is SectionState.STALE]
        context |= {
            "html": paper(draft, project.id, [c for s in stale for c in s.changes]),
            "missing": list(draft.missing),
            "sections": outlined.sections,
            "stale": stale,
            "behind": bool(stale) and accounts_behind(ws, project),
            "by": {s.id: who(request, s.stored.saved_by) for s in outlined.sections if s.stored},
        }
    except LingtanError as refusal:
        context["error"] = refusal
    return render(request, "pages/draft.html", context)


@router.post("/projects/{project_id}/draft/refresh")
def refresh(request: Request, ws: WorkspaceDep, project: ProjectDep, form: FormDep = FORM) -> Response:
    """Take over today's values in every section that waits for it."""
    refresh_all(ws, project, form=form)
    return go(request, f"/projects/{project.id}/draft{form_links(form)['q']}")


def file_name(project: Project, suffix: str) -> str:
    return "_".join(part for part in (project.profile.name, str(project.profile.year or ""), suffix) if part)


@router.post("/projects/{project_id}/draft/download")
def word(
    request: Request, ws: WorkspaceDep, project: ProjectDep, csrf: Annotated[str, Form()] = "", form: FormDep = FORM
) -> Response:
    check_form_token(request, csrf)
    title = next((f["title"] for f in forms() if f["id"] == form and not f["default"]), "申报书")
    data = make_draft(ws, project, form=form).data
    return Response(data, media_type=DOCX, headers=attachment(file_name(project, f"{title}.docx")))


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
