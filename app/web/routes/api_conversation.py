"""/api/v1/projects/…/conversation: the kept conversation of a project over HTTP. ``/ask`` keeps nothing."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.services import conversations as service
from app.web.depends import ProjectDep, WorkspaceDep
from app.web.routes.api_shapes import PROBLEMS, result
from app.web.routes.assistant import exported

router = APIRouter(prefix="/api/v1/projects/{project_id}/conversation", responses=PROBLEMS, tags=["问答与政策"])
FILES: dict[int | str, dict[str, Any]] = {200: {"content": {"text/markdown": {}, "application/x-ndjson": {}}, "description": "文件"}}


class AskedIn(BaseModel):
    model_config = ConfigDict(json_schema_extra={"description": "接着项目的对话提问"})
    question: str = Field(description="问题，最多 500 字", max_length=2000)
    region: str | None = Field(None, description="地区；默认为项目所在省", max_length=40)
    scheme: str | None = Field(None, description="申报方案", max_length=200)


class OpinionIn(BaseModel):
    model_config = ConfigDict(json_schema_extra={"description": "对一个回答的评价"})
    verdict: str = Field(description="helpful（有帮助）、wrong_clause（条款不对），空文字为撤回")
    text: str = Field("", description="说明，最多 1000 字", max_length=4000)


@router.get("", summary="项目的问答记录，最新的在最后")
def conversation(
    ws: WorkspaceDep,
    project: ProjectDep,
    before: Annotated[int | None, Query(description="只取这个编号之前的问答")] = None,
    limit: Annotated[int, Query(description="条数，1 到 500")] = service.SHOWN,
) -> Response:
    return result(service.stretch_to_json(project, service.stretch(ws, project, before=before, limit=limit)))


@router.post("", status_code=201, summary="接着项目的对话提问，问答留存在项目里")
def ask(ws: WorkspaceDep, project: ProjectDep, body: AskedIn) -> Response:
    kept = service.ask_in_project(ws, project, body.question, region=body.region, scheme=body.scheme)
    return result(service.exchange_to_json(kept), 201)


@router.post("/new", summary="开始新的对话；之前的问答保留，不再作为上文")
def start_anew(ws: WorkspaceDep, project: ProjectDep) -> Response:
    return result({"project": project.id, "conversation": service.start_anew(ws, project)})


@router.get("/export", summary="导出问答记录（md）或评价（jsonl，供评测）", responses=FILES)
def export(
    ws: WorkspaceDep, project: ProjectDep, kind: Annotated[Literal["md", "jsonl"], Query(alias="format", description="md 或 jsonl")] = "md"
) -> Response:
    return exported(ws, project, kind)


@router.post("/{seq}/feedback", summary="评价一个回答；每人一个评价，以最新的为准")
def rate(ws: WorkspaceDep, project: ProjectDep, seq: int, body: OpinionIn) -> Response:
    return result(service.exchange_to_json(service.rate(ws, project, seq, body.verdict, body.text)))
