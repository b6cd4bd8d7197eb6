"""Documents: upload with live progress, list, view, pictures, the original."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from sse_starlette.sse import EventSourceResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from app.domain.activity import DocumentKind
from app.domain.errors import NotFound, UsageError
from app.domain.project import Project
from app.domain.stored import StoredDocument
from app.services import intake, looking
from app.services.review import list_records
from app.services.viewing import SOURCE_LABELS, document_fields, page_picture, view_document
from app.services.workspace import Workspace
from app.web.depends import ProjectDep, WorkspaceDep, attachment, frame
from app.web.receiving import receive_files
from app.web.sheet import layout
from app.web.templating import one_line, partial, render

router = APIRouter(include_in_schema=False)


def shown(row: StoredDocument) -> dict[str, Any]:
    """A document as the pages show it."""
    summary = intake.document_summary(row)
    blocking = bool(row.extraction and row.extraction.blocking)
    state = (
        row.status
        if row.status != "read"
        else "blocking"
        if blocking
        else "review"
        if summary["needs_review"]
        else "read"
    )
    return {
        **summary,
        "kind_label": DocumentKind(summary["kind"]).label if summary["kind"] else "—",
        "source_label": SOURCE_LABELS.get(row.source or "", "—"),
        "state": state,
    }


def listed(ws: Workspace, project: Project) -> list[dict[str, Any]]:
    return [shown(d) for d in looking.documents(ws, project)]


@router.get("/projects/{project_id}/documents")
def index(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    from app.jobs.intake import running_jobs

    context = {
        **frame(ws, project),
        "documents": listed(ws, project),
        "running": [{"job": job, "total": total, "done": 0} for job, total in running_jobs(project.id)],
        "swapped": False,
    }
    return render(request, "pages/documents.html", context)


@router.get("/projects/{project_id}/documents/list")
def list_part(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    """The list alone, with the count of waiting records for the menu."""
    context = {**frame(ws, project), "documents": listed(ws, project), "swapped": True}
    return render(request, "_partials/document_list.html", context)


@router.post("/projects/{project_id}/documents")
async def upload(
    request: Request, ws: WorkspaceDep, project: ProjectDep, files: Annotated[list[UploadFile] | None, File()] = None
) -> Response:
    """Keep the files, start a durable job over the new ones, and answer with its progress card."""
    if not files:
        raise UsageError("files_missing", "没有收到文件", fix="选择一个或多个文件后再上传")
    reception = await run_in_threadpool(receive_files, ws, project, files)
    job = None
    if reception.received:
        from app.jobs.intake import submit

        job = await run_in_threadpool(submit, project.id, reception.received)
    context = {
        "project": project,
        "job": job,
        "total": len(reception.received),
        "done": 0,
        "refused": reception.refused,
        "known": reception.known,
    }
    return render(request, "_partials/upload_result.html", context)


def last_seen(request: Request) -> int:
    """The number of the last event a reconnecting reader has seen; 0 for a new one."""
    text = request.headers.get("last-event-id", "0")
    return int(text) if text.isascii() and text.isdigit() else 0


@router.get("/projects/{project_id}/jobs/{job}/events")
async def events(request: Request, ws: WorkspaceDep, project: ProjectDep, job: str) -> Response:
    """Progress as server-sent events; a reconnecting browser goes on after the last event it saw.

    Both parts of one step carry its number: a reader cut off between them gets the second one again, and the page knows a
    line it already has by its id."""
    from app.jobs.intake import job_events, job_state

    if not job.startswith(f"intake-{project.id}-") or await run_in_threadpool(job_state, job) is None:
        raise NotFound("job_not_found", "没有这个任务", fix="返回单据列表", subject=job)

    async def stream() -> AsyncIterator[dict[str, str]]:
        async for number, event in job_events(job, last_seen(request)):
            line = partial("upload_line", event=event, number=number, job=job, project=project)
            yield {"id": str(number - 1), "event": "line", "data": one_line(line)}
            progress = partial("upload_progress", done=event["done"], total=event["total"])
            yield {"id": str(number), "event": "progress", "data": one_line(progress)}
        state = await run_in_threadpool(job_state, job)
        around = await run_in_threadpool(frame, ws, project)
        yield {"event": "progress", "data": one_line(partial("upload_done", **around, state=state))}
        yield {"event": "end", "data": "end"}

    return EventSourceResponse(stream(), ping=15)


@router.get("/projects/{project_id}/documents/{sha256}")
def show(request: Request, ws: WorkspaceDep, project: ProjectDep, sha256: str) -> Response:
    row = looking.document(ws, project, sha256)
    records = [r for r in list_records(ws, project) if r.document_sha256 == row.sha256]
    context = {
        **frame(ws, project),
        "document": shown(row),
        "view": layout(view_document(ws, row, [r.record for r in records])),
        "fields": document_fields(row),
        "records": records,
    }
    return render(request, "pages/document.html", context)


@router.get("/projects/{project_id}/documents/{sha256}/pages/{number}.png")
def picture(ws: WorkspaceDep, project: ProjectDep, sha256: str, number: int) -> Response:
    data = page_picture(ws, looking.document(ws, project, sha256), number)
    return Response(data, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


@router.get("/projects/{project_id}/documents/{sha256}/original")
def original(ws: WorkspaceDep, project: ProjectDep, sha256: str) -> Response:
    """The bytes as uploaded; always a download, never shown in the page."""
    row = looking.document(ws, project, sha256)
    return FileResponse(ws.blobs.path(row.sha256), media_type="application/octet-stream", headers=attachment(row.filename))
