"""/api/v1/projects and /api/v1/jobs: the commands on a project as JSON over HTTP. Long work returns a job with a stream."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, File, Query, Request, UploadFile
from sse_starlette.sse import EventSourceResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.domain.activity import RecordStatus
from app.domain.errors import NotFound, UsageError
from app.services import account as accounting
from app.services import intake, looking, projects
from app.services import review as reviewing
from app.services.drafting import make_draft, verify_file
from app.services.eligibility import check_eligibility
from app.services.packing import pack_bytes
from app.services.verification import verify_project
from app.web.depends import ProjectDep, WorkspaceDep, attachment
from app.web.receiving import as_paths, receive_files
from app.web.routes.api_shapes import PROBLEMS, DraftIn, ProfileIn, ReviewIn, result
from app.web.routes.documents import last_seen
from app.web.routes.drafts import DOCX, file_name

router = APIRouter(prefix="/api/v1", responses=PROBLEMS)
EVENTS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {}}, "description": "事件流"}}
WORD: dict[int | str, dict[str, Any]] = {200: {"content": {DOCX: {}}, "description": "Word 文件"}}
ZIP: dict[int | str, dict[str, Any]] = {200: {"content": {"application/zip": {}}, "description": "压缩包"}}


@router.get("/projects", tags=["项目"], summary="列出项目")
def project_list(ws: WorkspaceDep) -> Response:
    return result({"projects": [projects.project_to_json(p) for p in projects.list_projects(ws)]})


@router.post("/projects", status_code=201, tags=["项目"], summary="用档案新建项目")
def project_add(ws: WorkspaceDep, body: ProfileIn) -> Response:
    return result(projects.project_to_json(projects.add_project(ws, body.profile_toml)), 201)


@router.get("/projects/{project_id}", tags=["项目"], summary="项目的现状")
def project_show(ws: WorkspaceDep, project: ProjectDep) -> Response:
    return result(projects.overview(ws, project))


@router.put("/projects/{project_id}/profile", tags=["项目"], summary="用新的档案替换项目档案（旧档案留痕）")
def project_update(ws: WorkspaceDep, project: ProjectDep, body: ProfileIn) -> Response:
    return result(projects.project_to_json(projects.update_project(ws, project.id, body.profile_toml)))


@router.get("/projects/{project_id}/documents", tags=["单据"], summary="已收单据")
def documents(ws: WorkspaceDep, project: ProjectDep) -> Response:
    found = looking.documents(ws, project)
    return result({"project": project.id, "documents": [intake.document_summary(d) for d in found]})


@router.post(
    "/projects/{project_id}/documents",
    status_code=202,
    tags=["单据"],
    summary="上传单据，返回任务编号",
    description="同样内容只算一份。读取在后台进行：任务的进度见 /api/v1/jobs/{job}/events。",
)
async def upload(ws: WorkspaceDep, project: ProjectDep, files: Annotated[list[UploadFile], File(description="一个或多个文件")]) -> Response:
    reception = await run_in_threadpool(receive_files, ws, project, files)
    job = None
    if reception.received:
        from app.jobs.intake import submit

        job = await run_in_threadpool(submit, project.id, reception.received)
    body = {
        "project": project.id,
        "job": job,
        "received": reception.received,
        "duplicates": reception.known,
        "refused": [{"file": name, "error": error.to_plain()} for name, error in reception.refused],
    }
    return result(body, 202)


@router.get("/projects/{project_id}/documents/{sha256}", tags=["单据"], summary="一份单据读出的内容")
def document(ws: WorkspaceDep, project: ProjectDep, sha256: str) -> Response:
    row = looking.document(ws, project, sha256)
    return result({**intake.document_summary(row), "extraction": row.extraction})


@router.get("/jobs/{job}", tags=["单据"], summary="任务的状态")
def job(job: str) -> Response:
    return result(_job(job))


def _job(job: str) -> dict[str, Any]:
    from app.jobs.intake import job_state

    found = job_state(job)
    if found is None:
        raise NotFound("job_not_found", "没有这个任务", fix="用上传时返回的任务编号", subject=job)
    return found


@router.get(
    "/jobs/{job}/events",
    tags=["单据"],
    summary="任务的进度（SSE）",
    description="每份单据一个 progress 事件，最后一个 end 事件。断线后带 Last-Event-ID 重连，从断处继续。",
    responses=EVENTS,
)
async def job_stream(request: Request, job: str) -> Response:
    from app.jobs.intake import job_events

    await run_in_threadpool(_job, job)

    async def stream() -> AsyncIterator[dict[str, str]]:
        async for number, event in job_events(job, last_seen(request)):
            yield {"id": str(number), "event": "progress", "data": json.dumps(event, ensure_ascii=False)}
        state = await run_in_threadpool(_job, job)
        yield {"event": "end", "data": json.dumps(state, ensure_ascii=False)}

    return EventSourceResponse(stream(), ping=15)


@router.get("/projects/{project_id}/records", tags=["核对"], summary="活动数据记录")
def records(
    ws: WorkspaceDep,
    project: ProjectDep,
    status: Annotated[str | None, Query(description="proposed、confirmed、rejected 或 superseded；省略为全部")] = None,
) -> Response:
    known = [s.value for s in RecordStatus]
    if status is not None and status not in known:
        raise UsageError("status_unknown", f"没有“{status}”这种状态", fix="可用：" + "、".join(known), subject="status")
    found = reviewing.list_records(ws, project, RecordStatus(status) if status else None)
    return result({"project": project.id, "records": [reviewing.record_to_json(r) for r in found]})


@router.post("/projects/{project_id}/review", tags=["核对"], summary="确认、更正、否决")
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
    every = reviewing.list_records(ws, project)
    counts = {s.value: sum(1 for r in every if r.status is s) for s in RecordStatus}
    waiting = [r.id for r in every if r.status is RecordStatus.PROPOSED and r.record.needs_review]
    return result({"project": project.id, **done, "counts": counts, "needs_review": waiting})


@router.post("/projects/{project_id}/account", tags=["核算与资格"], summary="用已确认的活动数据核算")
def account(ws: WorkspaceDep, project: ProjectDep) -> Response:
    return result(accounting.result_to_json(project, accounting.account(ws, project)))


@router.get("/projects/{project_id}/eligible", tags=["核算与资格"], summary="逐条判断是否符合申报方案")
def eligible(
    ws: WorkspaceDep, project: ProjectDep, scheme: Annotated[list[str] | None, Query(description="申报方案，可多次")] = None
) -> Response:
    return result(check_eligibility(ws, project, scheme))


@router.post("/projects/{project_id}/draft", tags=["申报书"], summary="起草申报书（Word）", responses=WORD)
def draft(ws: WorkspaceDep, project: ProjectDep, body: DraftIn | None = None) -> Response:
    made = make_draft(ws, project, (body.sections if body else None) or None)
    headers = {**attachment(file_name(project, "申报书.docx")), "X-Draft-Sha256": made.sha256}
    return Response(made.data, media_type=DOCX, headers=headers)


@router.get("/projects/{project_id}/verify", tags=["申报书"], summary="核对留痕、文件与每次核算")
def verify(ws: WorkspaceDep, project: ProjectDep) -> Response:
    report = verify_project(ws, project)
    return result({**report, "ok": not report["findings"]})


@router.post("/projects/{project_id}/verify", tags=["申报书"], summary="核对一份申报书的每个数字与引用")
def verify_document(ws: WorkspaceDep, project: ProjectDep, file: Annotated[UploadFile, File(description="Word 文件")]) -> Response:
    with as_paths([file]) as paths:
        report = verify_file(ws, project, paths[0])
    return result({**report, "file": paths[0].name, "ok": not report["findings"]})


@router.post("/projects/{project_id}/pack", tags=["申报书"], summary="打包：申报书、核算报告、原始单据与哈希清单", responses=ZIP)
def pack(ws: WorkspaceDep, project: ProjectDep) -> Response:
    data, _ = pack_bytes(ws, project)
    return Response(data, media_type="application/zip", headers=attachment(file_name(project, "证据包.zip")))
