"""The assistant: a question posted, its answer streamed sentence by sentence, its sources last."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from sse_starlette.sse import EventSourceResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.domain.answer import AnswerStatus
from app.domain.clause import EvidenceLevel
from app.domain.errors import LingtanError, UsageError
from app.domain.project import Project
from app.services.asking import ask_question
from app.web.depends import ProjectDep, WorkspaceDep, frame
from app.web.templating import environment, render

router = APIRouter(include_in_schema=False)

EXAMPLES = (
    "我们厂去年一共排放了多少二氧化碳？",
    "没有进碳市场，用什么标准核算？",
    "空压机和电机要达到几级能效？",
    "本省有没有零碳工厂的补贴？",
    "绿证能不能抵掉排放？",
)


@router.get("/projects/{project_id}/assistant")
def show(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    return render(request, "pages/assistant.html", {**frame(ws, project), "examples": EXAMPLES})


@router.post("/projects/{project_id}/assistant")
def ask(request: Request, project: ProjectDep, question: Annotated[str, Form()] = "") -> Response:
    question = question.strip()
    if not question:
        raise UsageError("question_missing", "请写出问题", fix="例如：什么时候才可以做碳抵销？")
    stream = f"/projects/{project.id}/assistant/stream?q={quote(question[:500], safe='')}"
    return render(request, "_partials/exchange.html", {"question": question, "stream": stream})


@router.get("/projects/{project_id}/assistant/stream")
async def answer(ws: WorkspaceDep, project: ProjectDep, q: str) -> Response:
    env = environment()

    async def stream() -> AsyncIterator[dict[str, str]]:
        uid = uuid.uuid4().hex[:8]
        try:
            found = await run_in_threadpool(ask_question, ws, q[:500], project=project)
        except LingtanError as error:
            text = env.from_string('<span class="text-danger">{{ e.message }}（{{ e.fix }}）</span>').render(e=error)
            yield {"event": "status", "data": text}
            yield {"event": "end", "data": "end"}
            return
        label = AnswerStatus(found["status"]).label
        yield {"event": "status", "data": _part("answer_status", answer=found, label=label)}
        numbers = {c["key"]: n for n, c in enumerate(found["citations"], 1)}
        for sentence in found["sentences"]:
            marks = sorted({numbers[k] for k in sentence["citations"] if k in numbers})
            yield {"event": "sentence", "data": _part("answer_sentence", sentence=sentence, marks=marks, uid=uid)}
            await asyncio.sleep(0.03)
        shown = {**found, "citations": [_citation(c, project) for c in found["citations"]]}
        yield {"event": "sources", "data": _part("answer_sources", answer=shown, uid=uid)}
        yield {"event": "end", "data": "end"}

    return EventSourceResponse(stream(), ping=15)


def _part(name: str, **context: Any) -> str:
    return " ".join(environment().get_template(f"_partials/{name}.html").render(**context).split("\n"))


def _citation(citation: dict[str, Any], project: Project) -> dict[str, Any]:
    """A citation with where it leads: the clause, the accounts, or the document's page."""
    key = citation["key"]
    href = f"/projects/{project.id}/accounts"
    if key.startswith("file:"):
        href = f"/projects/{project.id}/documents/{key[5:].partition('#')[0]}"
    elif key.startswith("record:"):
        href = f"/projects/{project.id}/review/{key[7:]}"
    levels = {level.value: level.label for level in EvidenceLevel}
    path = citation["clause"].partition("/")[2] if citation["clause"].startswith(citation["doc_id"] + "/") else citation["clause"]
    return {**citation, "href": href, "path": path, "evidence_label": levels.get(citation["evidence"], "本项目数据")}
