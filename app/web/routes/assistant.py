"""The assistant: a question posted, its answer streamed sentence by sentence, its sources last."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
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
from app.web.routes.documents import last_seen
from app.web.templating import one_line, partial, render
from app.web.wording import short_clause

router = APIRouter(include_in_schema=False)

LONGEST = 500
EXAMPLES = (
    "我们厂去年一共排放了多少二氧化碳？",
    "没有进碳市场，用什么标准核算？",
    "空压机和电机要达到几级能效？",
    "本省有没有零碳工厂的补贴？",
    "绿证能不能抵掉排放？",
)
LEVELS = {level.value: level.label for level in EvidenceLevel}


@router.get("/projects/{project_id}/assistant")
def show(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    return render(request, "pages/assistant.html", {**frame(ws, project), "examples": EXAMPLES})


@router.post("/projects/{project_id}/assistant")
def ask(request: Request, project: ProjectDep, question: Annotated[str, Form()] = "") -> Response:
    question = question.strip()
    if not question:
        raise UsageError("question_missing", "请写出问题", fix="例如：什么时候才可以做碳抵销？")
    if len(question) > LONGEST:
        raise UsageError("question_long", f"问题超过 {LONGEST} 字", fix="拆成几个问题来问")
    stream = f"/projects/{project.id}/assistant/stream?q={quote(question, safe='')}"
    return render(request, "_partials/exchange.html", {"question": question, "stream": stream})


@router.get("/projects/{project_id}/assistant/stream")
async def answer(request: Request, ws: WorkspaceDep, project: ProjectDep, q: str = "") -> Response:
    """The answer as events with numbers: a reader that reconnects gets the parts it has not seen."""
    after = last_seen(request)

    async def stream() -> AsyncIterator[dict[str, str]]:
        try:
            parts = await run_in_threadpool(lambda: list(_parts(ask_question(ws, q[:LONGEST], project=project), project, q)))
        except LingtanError as error:
            parts = [("status", partial("answer_error", error=error))]
        for number, (event, html) in enumerate(parts, 1):
            if number > after:
                yield {"id": str(number), "event": event, "data": one_line(html)}
                await asyncio.sleep(0.03)
        yield {"event": "end", "data": "end"}

    return EventSourceResponse(stream(), ping=15)


def _parts(found: dict[str, Any], project: Project, question: str) -> Iterator[tuple[str, str]]:
    uid = hashlib.sha256(question.encode()).hexdigest()[:8]
    yield "status", partial("answer_status", answer=found, label=AnswerStatus(found["status"]).label)
    numbers = {c["key"]: n for n, c in enumerate(found["citations"], 1)}
    for sentence in found["sentences"]:
        marks = sorted({numbers[k] for k in sentence["citations"] if k in numbers})
        yield "sentence", partial("answer_sentence", sentence=sentence, marks=marks, uid=uid)
    shown = {**found, "citations": [_citation(c, project) for c in found["citations"]]}
    yield "sources", partial("answer_sources", answer=shown, uid=uid)


def _citation(citation: dict[str, Any], project: Project) -> dict[str, Any]:
    """A citation with where it leads: the clause, the accounts, a record, or the document's page."""
    key, doc, clause = citation["key"], citation["doc_id"], citation["clause"]
    base = f"/projects/{project.id}"
    own = True
    place = ""
    if key.startswith("file:"):
        href = f"{base}/documents/{key[5:].partition('#')[0]}"
    elif key.startswith("record:"):
        href = f"{base}/review/{key[7:]}"
    elif doc == "run" or key.startswith("run:"):
        href = f"{base}/accounts"
    else:
        own = False
        path = clause.partition("/")[2] if clause.startswith(doc + "/") else clause
        href = f"/policies/{quote(doc)}/{quote(path.partition('#')[0])}?project={project.id}"
        place = short_clause(clause)
    return {**citation, "own": own, "href": href, "place": place, "evidence_label": LEVELS.get(citation["evidence"], "本项目数据")}
