"""The profile of a project: pages of questions, and the text they are written into."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.domain.errors import InputRefused
from app.services.profile_answers import save_page
from app.services.profile_form import profile_page
from app.services.profile_schema import form_sections
from app.services.projects import profile_text, update_project
from app.web.depends import ProjectDep, WorkspaceDep, frame, go
from app.web.snippets import SNIPPETS
from app.web.templating import render

router = APIRouter(include_in_schema=False)
MOST_FIELDS = 8000


@router.get("/projects/{project_id}/profile")
def first(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    return page(request, ws, project, form_sections()[0].id)


@router.get("/projects/{project_id}/profile/text")
def text(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    context = {**frame(ws, project), "toml": profile_text(ws, project), "snippets": SNIPPETS, "sections": form_sections(), "current": "text"}
    return render(request, "pages/profile_text.html", context)


@router.post("/projects/{project_id}/profile/text")
def change_text(request: Request, ws: WorkspaceDep, project: ProjectDep, profile_toml: Annotated[str, Form()] = "") -> Response:
    update_project(ws, project.id, profile_toml)
    return go(request, f"/projects/{project.id}")


@router.get("/projects/{project_id}/profile/{section_id}")
def page(request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str, saved: bool = False) -> Response:
    context = {
        **frame(ws, project),
        "page": profile_page(ws, project, section_id),
        "sections": form_sections(),
        "current": section_id,
        "saved": saved,
    }
    return render(request, "pages/profile.html", context)


@router.post("/projects/{project_id}/profile/{section_id}")
async def save(request: Request, ws: WorkspaceDep, project: ProjectDep, section_id: str) -> Response:
    form = await request.form(max_fields=MOST_FIELDS)
    answers: dict[str, str] = {}
    for name, value in form.multi_items():
        if not isinstance(value, str):
            raise InputRefused("profile_form", "档案页不接收文件", fix="文件请在“单据”页上传，再在这里填文件名")
        answers[name] = f"{answers[name]}\n{value}".strip() if name in answers else value
    version = answers.pop("version", "")
    await run_in_threadpool(save_page, ws, project, section_id, answers, version=version)
    return go(request, f"/projects/{project.id}/profile/{section_id}?saved=true")
