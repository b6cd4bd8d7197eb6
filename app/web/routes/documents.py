"""Documents: upload with live progress, list, view, pictures, the original."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, File, Request, UploadFile
from sse_starlette.sse import EventSourceResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from app.domain.activity import DocumentKind
from app.domain.errors import InputRefused, LingtanError, NotFound
from app.domain.project import Project
from app.services import intake
from app.services.review import list_records
from app.services.viewing import SOURCE_LABELS, document_fields, page_picture, view_document
from app.services.workspace import Workspace
from app.store import rows
from app.web.depends import ProjectDep, WorkspaceDep, frame
from app.web.templating import environment, render

router = APIRouter(include_in_schema=False)
MAX_REQUEST = 512 << 20


def shown(row: rows.StoredDocument) -> dict[str, Any]:
    """A document as the pages show it."""
    summary = intake.document_summary(row)
    return {
        **summary,
        "kind_label": DocumentKind(summary["kind"]).label if summary["kind"] else "—",
        "source_label": SOURCE_LABELS.get(row.source or "", "—"),
        "blocking": bool(row.extraction and row.extraction.blocking),
    }


def find(ws: Workspace, project: Project, sha256: str) -> rows.StoredDocument:
    with ws.reading() as c:
        row = rows.find_document(c, project.id, sha256)
    if row is None:
        raise NotFound("document_not_found", "没有这份单据", fix="返回单据列表", subject=sha256)
    return row


def listed(ws: Workspace, project: Project) -> list[dict[str, Any]]:
    with ws.reading() as c:
        return [shown(d) for d in rows.documents(c, project.id)]


@router.get("/projects/{project_id}/documents")
def index(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    return render(request, "pages/documents.html", {**frame(ws, project), "documents": listed(ws, project)})


@router.get("/projects/{project_id}/documents/list")
def list_part(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    return render(request, "_partials/document_list.html", {"project": project, "documents": listed(ws, project)})


@router.post("/projects/{project_id}/documents")
async def upload(
    request: Request, ws: WorkspaceDep, project: ProjectDep, files: Annotated[list[UploadFile], File()]
) -> Response:
    """Keep the files, start a durable job over the new ones, and answer with its progress card."""
    if int(request.headers.get("content-length") or 0) > MAX_REQUEST:
        raise InputRefused("too_large", "一次上传超过 512 MB", fix="分几次上传")
    received, refused, known = await run_in_threadpool(_receive, ws, project, files)
    job = None
    if received:
        from app.jobs.intake import submit

        job = await run_in_threadpool(submit, project.id, received)
    context = {"project": project, "job": job, "total": len(received), "done": 0, "refused": refused, "known": known}
    return render(request, "_partials/upload_result.html", context)


def _receive(
    ws: Workspace, project: Project, files: list[UploadFile]
) -> tuple[list[str], list[tuple[str, LingtanError]], list[str]]:
    received: list[str] = []
    refused: list[tuple[str, LingtanError]] = []
    known: list[str] = []
    for file in files:
        name = file.filename or "未命名"
        try:
            item = intake.receive(ws, project, iter(lambda file=file: file.file.read(1 << 20), b""), name)  # type: ignore[misc]
        except LingtanError as error:
            refused.append((name, error))
            continue
        if item.state == "duplicate":
            known.append(name)
        elif item.sha256 not in received:
            received.append(item.sha256)
    return received, refused, known


@router.get("/projects/{project_id}/jobs/{job}/events")
async def events(request: Request, project: ProjectDep, job: str) -> Response:
    """Progress as server-sent events; a reconnecting browser goes on after the last event it saw."""
    from app.jobs.intake import job_events, job_state

    if await run_in_threadpool(job_state, job) is None:
        raise NotFound("job_not_found", "没有这个任务", subject=job)
    after = request.headers.get("last-event-id", "0")
    env = environment()

    async def stream() -> AsyncIterator[dict[str, str]]:
        async for number, event in job_events(job, int(after) if after.isdigit() else 0):
            yield {"id": str(number), "event": "progress", "data": _one_line(env.get_template("_partials/upload_progress.html").render(**event))}
            yield {"id": str(number), "event": "line", "data": _one_line(env.get_template("_partials/upload_line.html").render(event=event))}
            await asyncio.sleep(0)
        yield {"event": "end", "data": "end"}

    return EventSourceResponse(stream(), ping=15)


def _one_line(html: str) -> str:
    return " ".join(html.split())


@router.get("/projects/{project_id}/documents/{sha256}")
def show(request: Request, ws: WorkspaceDep, project: ProjectDep, sha256: str) -> Response:
    row = find(ws, project, sha256)
    records = [r for r in list_records(ws, project) if r.document_sha256 == row.sha256]
    context = {
        **frame(ws, project),
        "document": shown(row),
        "view": view_document(ws, row, [r.record for r in records]),
        "fields": document_fields(row),
        "records": records,
    }
    return render(request, "pages/document.html", context)


@router.get("/projects/{project_id}/documents/{sha256}/pages/{number}.png")
def picture(ws: WorkspaceDep, project: ProjectDep, sha256: str, number: int) -> Response:
    data = page_picture(ws, find(ws, project, sha256), number)
    return Response(data, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


@router.get("/projects/{project_id}/documents/{sha256}/original")
def original(ws: WorkspaceDep, project: ProjectDep, sha256: str) -> Response:
    """The bytes as uploaded; always a download, never shown in the page."""
    row = find(ws, project, sha256)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.filename)}"}
    return FileResponse(ws.blobs.path(row.sha256), media_type="application/octet-stream", headers=headers)
