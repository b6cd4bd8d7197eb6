"""The assistant: a question posted and kept, its answer streamed sentence by sentence, its sources last; what was asked before stands above."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from sse_starlette.sse import EventSourceResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.domain.answer import AnswerStatus
from app.domain.clause import EvidenceLevel
from app.domain.errors import LingtanError, NotFound
from app.domain.project import Project
from app.domain.stored import StoredExchange
from app.services import conversations as service
from app.services.conversation_export import FORMATS
from app.services.workspace import Workspace
from app.web.depends import ProjectDep, WorkspaceDep, attachment, frame, go
from app.web.draft_view import who
from app.web.routes.documents import last_seen
from app.web.templating import one_line, partial, render
from app.web.wording import short_clause

router = APIRouter(include_in_schema=False)

EXAMPLES = (
    "我们厂去年一共排放了多少二氧化碳？",
    "没有进碳市场，用什么标准核算？",
    "空压机和电机要达到几级能效？",
    "本省有没有零碳工厂的补贴？",
    "绿证能不能抵掉排放？",
)
LEVELS = {level.value: level.label for level in EvidenceLevel}
MEDIA = {"md": "text/markdown; charset=utf-8", "jsonl": "application/x-ndjson"}


@router.get("/projects/{project_id}/assistant")
def show(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    return render(request, "pages/assistant.html", {**frame(ws, project), "examples": EXAMPLES, **_thread(request, ws, project)})


@router.get("/projects/{project_id}/assistant/older")
def older(request: Request, ws: WorkspaceDep, project: ProjectDep, before: Annotated[int, Query(ge=1)]) -> Response:
    return render(request, "_partials/exchanges.html", {"project": project, **_thread(request, ws, project, before=before)})


@router.post("/projects/{project_id}/assistant")
def ask(request: Request, ws: WorkspaceDep, project: ProjectDep, question: Annotated[str, Form()] = "") -> Response:
    return _open(request, project, service.put_question(ws, project, question))


@router.post("/projects/{project_id}/assistant/new")
def start_anew(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    service.start_anew(ws, project)
    return go(request, f"/projects/{project.id}/assistant")


@router.get("/projects/{project_id}/assistant/export.{kind}")
def export(ws: WorkspaceDep, project: ProjectDep, kind: str) -> Response:
    return exported(ws, project, kind)


@router.get("/projects/{project_id}/assistant/{seq}")
def again(request: Request, ws: WorkspaceDep, project: ProjectDep, seq: int) -> Response:
    """An exchange that has no answer yet, opened so that it gets one."""
    return _open(request, project, service.find(ws, project, seq))


@router.post("/projects/{project_id}/assistant/{seq}/feedback")
def rate(
    request: Request,
    ws: WorkspaceDep,
    project: ProjectDep,
    seq: int,
    verdict: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
) -> Response:
    item = service.rate(ws, project, seq, verdict, text)
    return render(request, "_partials/exchange_feedback.html", {"project": project, **_feedback(request, ws, item)})


@router.get("/projects/{project_id}/assistant/{seq}/stream")
async def answer(request: Request, ws: WorkspaceDep, project: ProjectDep, seq: int) -> Response:
    """The answer as events with numbers: a reader that reconnects gets the parts it has not seen, of the same answer."""
    after = last_seen(request)
    item = service.find(ws, project, seq)

    def parts() -> list[tuple[str, str]]:
        kept = service.answered(ws, project, item.seq)
        feedback = partial("exchange_feedback", project=project, **_feedback(request, ws, kept))
        return [*_parts(kept, project), ("feedback", feedback)]

    async def stream() -> AsyncIterator[dict[str, str]]:
        try:
            found = await run_in_threadpool(parts)
        except LingtanError as error:
            found = [("status", partial("answer_error", error=error))]
        for number, (event, html) in enumerate(found, 1):
            if number > after:
                yield {"id": str(number), "event": event, "data": one_line(html)}
                await asyncio.sleep(0.03)
        yield {"event": "end", "data": "end"}

    return EventSourceResponse(stream(), ping=15)


def exported(ws: Workspace, project: Project, kind: str) -> Response:
    """The conversation as a download. Raises NotFound for another kind than md and jsonl."""
    if kind not in MEDIA:
        raise NotFound("export_format", "不支持这种导出格式", fix="可选 md（问答记录）、jsonl（评价）", subject=kind)
    name = f"{project.profile.name}_{'问答记录' if kind == 'md' else '问答评价'}.{kind}"
    return Response(FORMATS[f".{kind}"](ws, project), media_type=MEDIA[kind], headers=attachment(name))


def _open(request: Request, project: Project, item: StoredExchange) -> Response:
    stream = f"/projects/{project.id}/assistant/{item.seq}/stream"
    return render(request, "_partials/exchange.html", {"question": item.question, "stream": stream})


def _thread(request: Request, ws: Workspace, project: Project, *, before: int | None = None) -> dict[str, Any]:
    """What the page shows of the conversation: exchanges as they looked when fresh, and where another conversation begins."""
    part = service.stretch(ws, project, before=before)
    shown, previous = [], part.preceded
    for item in part.exchanges:
        parts = [{"event": e, "html": html} for e, html in _parts(item, project)] if item.answer else []
        begins = item.conversation > 1 and item.conversation != previous
        shown.append({"item": item, "begins": begins, "by": who(request, item.asked_by), "parts": parts, **_feedback(request, ws, item)})
        previous = item.conversation
    return {"shown": shown, "older": part.older, "fresh": bool(shown) and before is None and previous != part.current}


def _feedback(request: Request, ws: Workspace, item: StoredExchange) -> dict[str, Any]:
    """What the asker thinks of the answer, and what others do."""
    mine = next((f for f in item.feedback if f.rated_by == ws.actor), None)
    others = [{"by": who(request, f.rated_by), "label": service.VERDICTS[f.verdict], "text": f.text} for f in item.feedback if f is not mine]
    return {"seq": item.seq, "mine": mine, "others": others}


def _parts(item: StoredExchange, project: Project) -> Iterator[tuple[str, str]]:
    found = item.answer or {}
    uid = str(item.seq)
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
