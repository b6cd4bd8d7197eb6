"""Adding a policy file in the browser: upload, preview with what would change, add, confirm provision by provision, withdraw."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.domain.errors import LingtanError, UsageError
from app.services import policy_incoming
from app.services.policies import find_document, list_policies
from app.services.policy_add import add_policy_file, proposal_line
from app.services.policy_matrix import province_of
from app.services.policy_pending import confirm_pending, pending_of, withdraw_policy
from app.services.workspace import Workspace
from app.web.depends import WorkspaceDep, go
from app.web.receiving import as_paths
from app.web.templating import render

router = APIRouter(include_in_schema=False)
LEVELS = (
    ("official", "官方文件（官网原文或盖章件）"), ("repost", "其他网站转载的官方文本"), ("news", "新闻报道"), ("derived", "他人转述"),
)  # fmt: skip
FIELDS = ("operator", "threshold", "unit", "applies_if", "modality")
OPERATORS = ((">=", "不低于"), ("<=", "不高于"), (">", "高于"), ("<", "低于"), ("==", "等于"), ("info", "仅说明"))
MODALITIES = ("应", "宜", "可", "鼓励", "目标", "事实")


@router.get("/policies/add")
def form(request: Request, ws: WorkspaceDep) -> Response:
    held = [d for d in list_policies(ws.policies) if not d["full_text"]]
    held.sort(key=lambda d: (province_of(d["region"]) != "全国", "零碳工厂" not in d["scheme"], d["region"]))
    return render(request, "pages/policy_add.html", {"held": held, "levels": LEVELS})


@router.post("/policies/add")
async def preview(
    request: Request,
    ws: WorkspaceDep,
    file: Annotated[UploadFile, File()],
    replaces: Annotated[str, Form()] = "",
    evidence: Annotated[str, Form()] = "",
    url: Annotated[str, Form()] = "",
    region: Annotated[str, Form()] = "",
    title: Annotated[str, Form()] = "",
) -> Response:
    """What the file holds and what confirming it would change; nothing is added yet."""
    given = {"id": replaces, "evidence": evidence, "urls": [url] if url.strip() else None, "region": region, "title": title}

    def work() -> dict[str, Any]:
        with as_paths([file]) as paths:
            token = policy_incoming.keep(ws, paths[0], {k: v for k, v in given.items() if v})
        return _previewed(ws, token)

    try:
        context = await run_in_threadpool(work)
    except LingtanError as error:
        return render(request, "_partials/policy_preview.html", {"value": None, "refusal": error})
    return render(request, "_partials/policy_preview.html", {**context, "refusal": None})


def _previewed(ws: Workspace, token: str) -> dict[str, Any]:
    path, about = policy_incoming.kept(ws, token)
    value = add_policy_file(ws, path, about, dry_run=True)
    held = value["id"] in ws.policies and ws.policies[value["id"]].full_text
    return {"value": value, "token": token, "lines": [proposal_line(p) for p in value["proposals"]], "held": held}


@router.post("/policies/add/{token}")
async def add(request: Request, ws: WorkspaceDep, token: str, replace: Annotated[str, Form()] = "") -> Response:
    """Add what was previewed; its provisions then wait for a person on the page this leads to."""

    def work() -> str:
        path, about = policy_incoming.kept(ws, token)
        done = add_policy_file(ws, path, ("replace = true\n" if replace else "") + about)
        policy_incoming.discard(ws, token)
        return str(done["id"])

    id = await run_in_threadpool(work)
    return go(request, f"/policies/{quote(id)}/confirm" if pending_of(ws, id) else f"/policies/{quote(id)}")


@router.get("/policies/{doc_id}/confirm")
def waiting(request: Request, ws: WorkspaceDep, doc_id: str) -> Response:
    document = find_document(ws.policies, doc_id)
    context = {"doc": document, "rows": pending_of(ws, document.id), "operators": OPERATORS, "modalities": MODALITIES}
    return render(request, "pages/policy_confirm.html", context)


@router.post("/policies/{doc_id}/confirm")
async def confirm(request: Request, ws: WorkspaceDep, doc_id: str) -> Response:
    """Confirm what is ticked (``step=apply``), or show what that would change (``step=try``)."""
    posted = await request.form()
    step = str(posted.get("step", "try"))
    pids = [str(v) for v in posted.getlist("pid")]
    drops = [str(v) for v in posted.getlist("drop")]
    rows = {str(r["pid"]): r for r in pending_of(ws, doc_id)}
    edits: dict[str, dict[str, str]] = {}
    for pid in pids:
        for name in FIELDS:
            given = str(posted.get(f"{pid}.{name}", "")).strip()
            if f"{pid}.{name}" in posted and given != str(rows.get(pid, {}).get(name, "")):
                edits.setdefault(pid, {})[name] = given
    try:
        if not pids and not drops:
            raise UsageError("nothing_chosen", "还没有勾选条目。", fix="勾选已对照原文核对过的条目。", subject=doc_id)
        kept = [d for d in drops if d not in pids]
        value = await run_in_threadpool(lambda: confirm_pending(ws, doc_id, pids, edits=edits, drops=kept, dry_run=step != "apply"))
    except LingtanError as error:
        return render(request, "_partials/policy_effect.html", {"value": None, "refusal": error})
    return render(request, "_partials/policy_effect.html", {"value": value, "refusal": None})


@router.post("/policies/{doc_id}/withdraw")
async def withdraw(
    request: Request,
    ws: WorkspaceDep,
    doc_id: str,
    day: Annotated[str, Form()] = "",
    why: Annotated[str, Form()] = "",
    step: Annotated[str, Form()] = "try",
) -> Response:
    try:
        value = await run_in_threadpool(withdraw_policy, ws, doc_id, day=day, why=why, dry_run=step != "apply")
    except LingtanError as error:
        return render(request, "_partials/policy_effect.html", {"value": None, "refusal": error})
    return render(request, "_partials/policy_effect.html", {"value": value, "refusal": None})


