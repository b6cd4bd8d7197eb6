"""/api/v1: the commands as JSON over HTTP. Long work returns a job with a progress stream."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Body, File, Request, UploadFile
from pydantic import BaseModel
from sse_starlette.sse import EventSourceResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from app.domain.activity import RecordStatus
from app.domain.errors import NotFound
from app.domain.plain import to_plain
from app.services import account as accounting
from app.services import intake, projects
from app.services import review as reviewing
from app.services.asking import ask_question
from app.services.calculation import calculate_inputs, parse_json
from app.services.drafting import make_draft
from app.services.eligibility import check_eligibility
from app.services.packing import pack_bytes
from app.services.policies import list_policies, show_policy
from app.services.policy_matrix import policy_matrix
from app.services.verification import verify_project
from app.web.depends import ProjectDep, WorkspaceDep
from app.web.routes.documents import _receive, find
from app.web.routes.drafts import DOCX

router = APIRouter(prefix="/api/v1", tags=["lingtan"])


class ProfileIn(BaseModel):
    """The project profile as TOML text."""

    profile_toml: str


class ReviewIn(BaseModel):
    """Decisions over records; each part is optional."""

    confirm_clean: bool = False
    confirm: list[str] = []
    correct: dict[str, dict[str, str]] = {}
    reject: dict[str, str] = {}
    why: str = ""


class QuestionIn(BaseModel):
    question: str
    project: str | None = None
    region: str | None = None
    scheme: str | None = None


def answer(value: Any, status: int = 200) -> Response:
    return JSONResponse(to_plain(value), status_code=status)


@router.get("/projects")
def project_list(ws: WorkspaceDep) -> Response:
    return answer({"projects": [projects.project_to_json(p) for p in projects.list_projects(ws)]})


@router.post("/projects", status_code=201)
def project_add(ws: WorkspaceDep, body: ProfileIn) -> Response:
    return answer(projects.project_to_json(projects.add_project(ws, body.profile_toml)), 201)


@router.get("/projects/{project_id}")
def project_show(ws: WorkspaceDep, project: ProjectDep) -> Response:
    return answer(projects.overview(ws, project))


@router.put("/projects/{project_id}/profile")
def project_update(ws: WorkspaceDep, project: ProjectDep, body: ProfileIn) -> Response:
    return answer(projects.project_to_json(projects.update_project(ws, project.id, body.profile_toml)))


@router.get("/projects/{project_id}/documents")
def documents(ws: WorkspaceDep, project: ProjectDep) -> Response:
    from app.store import rows

    with ws.reading() as c:
        found = rows.documents(c, project.id)
    return answer({"documents": [intake.document_summary(d) for d in found]})


@router.post("/projects/{project_id}/documents", status_code=202)
async def upload(ws: WorkspaceDep, project: ProjectDep, files: Annotated[list[UploadFile], File()]) -> Response:
    """Receive files and start a job over the new ones; its stream is at ``/api/v1/jobs/{job}/events``."""
    received, refused, known = await run_in_threadpool(_receive, ws, project, files)
    job = None
    if received:
        from app.jobs.intake import submit

        job = await run_in_threadpool(submit, project.id, received)
    body = {
        "job": job,
        "received": received,
        "duplicates": known,
        "refused": [{"file": name, "error": error.to_plain()} for name, error in refused],
    }
    return answer(body, 202)


@router.get("/projects/{project_id}/documents/{sha256}")
def document(ws: WorkspaceDep, project: ProjectDep, sha256: str) -> Response:
    row = find(ws, project, sha256)
    return answer({**intake.document_summary(row), "extraction": row.extraction})


@router.get("/jobs/{job}")
async def job(job: str) -> Response:
    from app.jobs.intake import job_state

    found = await run_in_threadpool(job_state, job)
    if found is None:
        raise NotFound("job_not_found", "没有这个任务", subject=job)
    return answer(found)


@router.get("/jobs/{job}/events")
async def job_stream(request: Request, job: str) -> Response:
    from app.jobs.intake import job_events, job_state

    if await run_in_threadpool(job_state, job) is None:
        raise NotFound("job_not_found", "没有这个任务", subject=job)
    after = request.headers.get("last-event-id", "0")

    async def stream() -> AsyncIterator[dict[str, str]]:
        async for number, event in job_events(job, int(after) if after.isdigit() else 0):
            yield {"id": str(number), "event": "progress", "data": json.dumps(event, ensure_ascii=False)}
        yield {"event": "end", "data": "{}"}

    return EventSourceResponse(stream(), ping=15)


@router.get("/projects/{project_id}/records")
def records(ws: WorkspaceDep, project: ProjectDep, status: str | None = None) -> Response:
    wanted = RecordStatus(status) if status in {s.value for s in RecordStatus} else None
    found = reviewing.list_records(ws, project, wanted)
    return answer({"project": project.id, "records": [reviewing.record_to_json(r) for r in found]})


@router.post("/projects/{project_id}/review")
def review(ws: WorkspaceDep, project: ProjectDep, body: ReviewIn) -> Response:
    done: dict[str, list[str]] = {"confirmed": [], "corrected": [], "rejected": []}
    if body.confirm_clean:
        done["confirmed"] += reviewing.confirm_clean(ws, project)
    if body.confirm:
        done["confirmed"] += reviewing.confirm(ws, project, body.confirm)
    for id, changes in body.correct.items():
        done["corrected"].append(reviewing.correct(ws, project, id, changes, body.why).id)
    for id, why in body.reject.items():
        reviewing.reject(ws, project, id, why)
        done["rejected"].append(id)
    return answer({"project": project.id, **done})


@router.post("/projects/{project_id}/account")
def account(ws: WorkspaceDep, project: ProjectDep) -> Response:
    return answer(accounting.result_to_json(project, accounting.account(ws, project)))


@router.get("/projects/{project_id}/eligible")
def eligible(ws: WorkspaceDep, project: ProjectDep, scheme: str | None = None) -> Response:
    return answer(check_eligibility(ws, project, (scheme,) if scheme else None))


@router.post("/projects/{project_id}/draft")
def draft(ws: WorkspaceDep, project: ProjectDep, sections: Annotated[list[str] | None, Body(embed=True)] = None) -> Response:
    made = make_draft(ws, project, sections or None)
    return Response(made.data, media_type=DOCX, headers={"X-Draft-Sha256": made.sha256})


@router.get("/projects/{project_id}/verify")
def verify(ws: WorkspaceDep, project: ProjectDep) -> Response:
    report = verify_project(ws, project)
    return answer({**report, "ok": not report["findings"]})


@router.post("/projects/{project_id}/pack")
def pack(ws: WorkspaceDep, project: ProjectDep) -> Response:
    return Response(pack_bytes(ws, project)[0], media_type="application/zip")


@router.post("/ask")
def ask(ws: WorkspaceDep, body: QuestionIn) -> Response:
    project = ws.project(body.project) if body.project else None
    return answer(ask_question(ws, body.question, project=project, region=body.region, scheme=body.scheme))


@router.post("/calc")
async def calc(ws: WorkspaceDep, request: Request) -> Response:
    """The body is the input object of ``lingtan calc`` as JSON; numbers are read exactly, never as binary floats."""
    text = (await request.body()).decode("utf-8", "replace")
    inputs = parse_json(text, "请求")
    return answer(await run_in_threadpool(calculate_inputs, inputs, ws.factors))


@router.get("/policies")
def policy_list(ws: WorkspaceDep) -> Response:
    return answer({"documents": list_policies(ws.policies)})


@router.get("/policies/matrix")
def matrix(ws: WorkspaceDep) -> Response:
    return answer(policy_matrix(ws.policies, None, None))


@router.get("/policies/{doc_id}")
def policy(ws: WorkspaceDep, doc_id: str, clause: str | None = None) -> Response:
    return answer(show_policy(ws.policies, doc_id, clause))
