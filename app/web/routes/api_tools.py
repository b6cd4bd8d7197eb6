"""/api/v1 without a project: extract, calc, ask, the policy corpus."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from app.domain.errors import UsageError
from app.domain.plain import to_plain
from app.services.asking import ask_question
from app.services.calculation import calculate_batch, calculate_inputs, parse_json
from app.services.extracting import extract_files, extraction_to_json
from app.services.policies import list_policies, show_policy
from app.services.policy_add import add_policy_file
from app.services.policy_check import check_corpus
from app.services.policy_matrix import policy_matrix
from app.services.profile import parse_toml
from app.web.depends import WorkspaceDep
from app.web.receiving import as_paths, shown_name
from app.web.routes.api_shapes import PROBLEMS, QuestionIn, result

router = APIRouter(prefix="/api/v1", responses=PROBLEMS)
CALC_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object", "description": "核算输入：版本、因子集、活动数据等"}},
            "application/toml": {"schema": {"type": "string"}},
        },
    }
}
LINES: dict[int | str, dict[str, Any]] = {200: {"content": {"application/x-ndjson": {}}, "description": "每行一个结果"}}


@router.post(
    "/extract",
    tags=["不入项目"],
    summary="从单据中提取活动数据（不保存）",
    description="全部文件都不能读取时返回 422，documents 与 error 并存；部分不能读取时返回 200，逐份写明原因。",
)
def extract(ws: WorkspaceDep, files: Annotated[list[UploadFile], File(description="一个或多个文件")]) -> Response:
    with as_paths(files) as paths:
        found = [{**extraction_to_json(r), "file": shown_name(r.path, paths)} for r in extract_files(paths, ws.settings.home)]
    body: dict[str, Any] = {"documents": found}
    refused = [d for d in found if d.get("error")]
    if refused and len(refused) == len(found):
        body["error"] = refused[0]["error"]
    return result(body, 422 if "error" in body else 200)


async def _text(request: Request) -> str:
    try:
        return (await request.body()).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError("encoding", "请求内容不是 UTF-8 编码", fix="按 UTF-8 编码后重试") from error


@router.post(
    "/calc",
    tags=["不入项目"],
    summary="活动数据 → 排放清单（不保存）",
    description="请求内容与 lingtan calc 的输入相同，JSON 或 TOML；数字按印刷值精确读取，不经过二进制浮点。",
    openapi_extra=CALC_BODY,
)
async def calc(ws: WorkspaceDep, request: Request) -> Response:
    text = await _text(request)
    toml = "toml" in request.headers.get("content-type", "")
    inputs = parse_toml(text, "核算输入") if toml else parse_json(text, "请求内容")
    return result(await run_in_threadpool(calculate_inputs, inputs, ws.factors))


@router.post(
    "/calc/batch",
    tags=["不入项目"],
    summary="逐行核算（JSONL）",
    description="每行一个输入对象，可带 case；逐行返回结果或 {case, error}，一行出错不影响其余。",
    openapi_extra={"requestBody": {"required": True, "content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
    responses=LINES,
)
async def calc_batch(ws: WorkspaceDep, request: Request) -> Response:
    text = await _text(request)

    def lines() -> Iterator[str]:
        with tempfile.TemporaryDirectory(prefix="lingtan-") as folder:
            batch = Path(folder) / "batch.jsonl"
            batch.write_text(text, "utf-8")
            for item in calculate_batch(batch, ws.factors):
                yield json.dumps(to_plain(item), ensure_ascii=False) + "\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


@router.post("/ask", tags=["问答与政策"], summary="就政策或项目提问，答案逐句带条款")
def ask(ws: WorkspaceDep, body: QuestionIn) -> Response:
    if not body.question.strip():
        raise UsageError("question_missing", "请写出问题", fix="例如：没有进碳市场，用什么标准核算？", subject="question")
    project = ws.project(body.project) if body.project else None
    return result(ask_question(ws, body.question, project=project, region=body.region, scheme=body.scheme))


@router.get("/policies", tags=["问答与政策"], summary="列出政策文件，注明全文或摘要转述与可信度")
def policy_list(ws: WorkspaceDep) -> Response:
    return result({"documents": list_policies(ws.policies)})


@router.post("/policies", status_code=201, tags=["问答与政策"], summary="加入一份政策文件（PDF、Word、OFD、网页）")
def policy_add(
    ws: WorkspaceDep,
    file: Annotated[UploadFile, File(description="政策文件")],
    meta: Annotated[str, Form(description="文件信息（TOML 文本）")],
    dry_run: Annotated[bool, Form(description="只预览拆分结果，不写入")] = False,
) -> Response:
    with as_paths([file]) as paths:
        return result(add_policy_file(ws, paths[0], meta, dry_run=dry_run), 200 if dry_run else 201)


@router.get("/policies/matrix", tags=["问答与政策"], summary="主题 × 地区对照：写了什么、没写什么、未检出")
def matrix(
    ws: WorkspaceDep,
    topic: Annotated[list[str] | None, Query(description="主题，可多次")] = None,
    region: Annotated[list[str] | None, Query(description="地区，可多次")] = None,
) -> Response:
    return result(policy_matrix(ws.policies, topic, region))


@router.get("/policies/check", tags=["问答与政策"], summary="检查文件库：来源、可信度、条款、因子、规则")
def check(ws: WorkspaceDep) -> Response:
    findings = to_plain(check_corpus(extra_roots=(ws.settings.corpus,)))
    return result({"findings": findings, "ok": not any(f["severity"] == "blocking" for f in findings)})


@router.get("/policies/{doc_id}", tags=["问答与政策"], summary="一份文件，或其中一条")
def policy(ws: WorkspaceDep, doc_id: str, clause: Annotated[str | None, Query(description="条号，例如 三-(二)")] = None) -> Response:
    return result(show_policy(ws.policies, doc_id, clause))
