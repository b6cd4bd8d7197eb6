"""Intake as a workflow: one step a document. A step may run twice after a crash; processing is idempotent (the same bytes are one
document, and a document that was read is not read again), so every document is there exactly once."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any

from dbos import DBOS, SetWorkflowID

from app.domain.errors import LingtanError
from app.jobs.runtime import workspace
from app.services import intake
from app.store import rows

STREAM = "progress"


@DBOS.step(retries_allowed=True, max_attempts=3)
def process_document(project_id: str, sha256: str) -> dict[str, Any]:
    """Read, extract and propose one document; returns its summary."""
    ws = workspace()
    try:
        row = intake.process(ws, ws.project(project_id), sha256)
    except LingtanError as error:
        return {"sha256": sha256, "status": "refused", "error": error.to_plain(), "records": 0, "needs_review": 0, "file": ""}
    return intake.document_summary(row)


@DBOS.workflow()
def intake_documents(project_id: str, documents: list[str]) -> dict[str, int]:
    """Process documents one by one and report each; returns counts."""
    counts = {"total": len(documents), "read": 0, "refused": 0, "records": 0, "needs_review": 0}
    for number, sha256 in enumerate(documents, 1):
        summary = process_document(project_id, sha256)
        counts["read" if summary["status"] == "read" else "refused"] += 1
        counts["records"] += summary["records"]
        counts["needs_review"] += summary["needs_review"]
        DBOS.write_stream(
            STREAM,
            {
                "done": number,
                "total": len(documents),
                "file": summary["file"],
                "sha256": sha256,
                "status": summary["status"],
                "kind": summary.get("kind"),
                "records": summary["records"],
                "needs_review": summary["needs_review"],
                "message": (summary.get("error") or {}).get("message", ""),
            },
        )
    DBOS.close_stream(STREAM)
    return counts


def submit(project_id: str, documents: Sequence[str]) -> str:
    """Start a job; returns its id at once."""
    job = f"intake-{project_id}-{uuid.uuid4().hex[:12]}"
    with SetWorkflowID(job):
        DBOS.start_workflow(intake_documents, project_id, list(documents))
    return job


def resume_queued() -> list[str]:
    """Jobs for documents that were received but belong to no unfinished job (the process died in between); returns their ids."""
    ws = workspace()
    unfinished: set[str] = set()
    for status in DBOS.list_workflows(status=["PENDING", "ENQUEUED"]):
        if status.input:
            unfinished.update(status.input["args"][1])
    jobs = []
    with ws.reading() as c:
        waiting = {p.id: [d.sha256 for d in rows.documents(c, p.id, status="queued")] for p in rows.projects(c)}
    for project_id, documents in waiting.items():
        left = [sha256 for sha256 in documents if sha256 not in unfinished]
        if left:
            jobs.append(submit(project_id, left))
    return jobs


def running_jobs(project_id: str) -> list[tuple[str, int]]:
    """(job, number of documents) of a project's unfinished jobs, oldest first."""
    return [
        (status.workflow_id, len(status.input["args"][1]))
        for status in DBOS.list_workflows(status=["PENDING", "ENQUEUED"], sort_desc=False)
        if status.input and status.input["args"][0] == project_id
    ]


def job_state(job: str) -> dict[str, Any] | None:
    """``{job, state, result}``, state running | done | failed; None when there is no such job."""
    status = DBOS.get_workflow_status(job)
    if status is None:
        return None
    state = {"SUCCESS": "done", "ERROR": "failed", "CANCELLED": "failed"}.get(status.status, "running")
    result = DBOS.retrieve_workflow(job).get_result() if state == "done" else None
    return {"job": job, "state": state, "result": result}


async def job_events(job: str, after: int = 0) -> AsyncIterator[tuple[int, dict[str, Any]]]:
    """(number, event) from the job's stream, beginning after event ``after``; ends with the job."""
    number = after
    async for event in DBOS.read_stream_async(job, STREAM, offset=after, polling_interval_sec=0.1):
        number += 1
        yield number, event
