"""Policy documents: list, one document with a clause in focus, the regional comparison."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.domain.errors import NotFound
from app.services.policies import list_policies
from app.services.policy_matrix import policy_matrix
from app.web.depends import WorkspaceDep
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/policies")
def index(request: Request, ws: WorkspaceDep) -> Response:
    return render(request, "pages/policies.html", {"documents": list_policies(ws.policies)})


@router.get("/policies/matrix")
def matrix(request: Request, ws: WorkspaceDep) -> Response:
    regions = request.query_params.getlist("region") or None
    return render(request, "pages/policy_matrix.html", {"matrix": policy_matrix(ws.policies, None, regions)})


@router.get("/policies/{doc_id}")
def document(request: Request, ws: WorkspaceDep, doc_id: str) -> Response:
    return _document(request, ws, doc_id, "")


@router.get("/policies/{doc_id}/{clause:path}")
def clause(request: Request, ws: WorkspaceDep, doc_id: str, clause: str) -> Response:
    return _document(request, ws, doc_id, clause)


def _document(request: Request, ws: WorkspaceDep, doc_id: str, clause: str) -> Response:
    doc = ws.policies.get(doc_id)
    if doc is None:
        raise NotFound("document_not_found", f"没有政策文件 {doc_id}", fix="返回文件列表", subject=doc_id)
    focus = clause.partition("#")[0]
    return render(request, "pages/policy.html", {"doc": doc, "focus": focus})
