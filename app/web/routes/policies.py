"""Policy documents: list, one document with a clause in focus, the regional comparison.

``?project=p1`` keeps the menu of the project the reader came from; it changes nothing else."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.domain.errors import LingtanError
from app.services.policies import list_policies, show_policy
from app.services.policy_matrix import policy_matrix
from app.services.policy_pending import pending_of, pending_to_json
from app.services.workspace import Workspace
from app.web.depends import WorkspaceDep, frame
from app.web.routes import policies_add
from app.web.templating import render
from app.web.wording import short_clause

router = APIRouter(include_in_schema=False)
router.include_router(policies_add.router)


def _surroundings(ws: Workspace, project: str) -> dict[str, Any]:
    """Menu and link suffix of the project the reader came from, when there is one."""
    plain = {"layout": "base.html", "suffix": "", "from_project": ""}
    if not project:
        return plain
    try:
        found = ws.project(project)
    except LingtanError:
        return plain
    return {**frame(ws, found), "layout": "project.html", "suffix": f"?project={found.id}", "from_project": found.id}


@router.get("/policies")
def index(request: Request, ws: WorkspaceDep, project: str = "") -> Response:
    return render(
        request,
        "pages/policies.html",
        {**_surroundings(ws, project), "documents": list_policies(ws.policies), "waiting": pending_to_json(ws)["documents"]},
    )


@router.get("/policies/matrix")
def matrix(
    request: Request, ws: WorkspaceDep, project: str = "", region: Annotated[list[str] | None, Query()] = None
) -> Response:
    whole = policy_matrix(ws.policies)
    regions = [r["region"] for r in whole["regions"]]
    chosen = [r for r in regions if r in (region or [])]
    shown = policy_matrix(ws.policies, None, chosen) if chosen else whole
    cells = {(c["topic"], c["region"]): c for c in shown["cells"]}
    context = {**_surroundings(ws, project), "matrix": shown, "cells": cells, "regions": regions, "chosen": chosen}
    return render(request, "pages/policy_matrix.html", context)


@router.get("/policies/{doc_id}")
def document(request: Request, ws: WorkspaceDep, doc_id: str, project: str = "") -> Response:
    return _document(request, ws, doc_id, "", project)


@router.get("/policies/{doc_id}/{clause:path}")
def clause(request: Request, ws: WorkspaceDep, doc_id: str, clause: str, project: str = "") -> Response:
    """The document with one clause in focus. An unknown clause is said so, never shown as if it were there."""
    shown = show_policy(ws.policies, doc_id, clause) if clause.strip("/") else None
    earlier = shown if shown is not None and shown["earlier"] else None
    return _document(request, ws, doc_id, shown["clause"] if shown and not earlier else "", project, earlier)


def _document(
    request: Request, ws: Workspace, doc_id: str, focus: str, project: str, earlier: dict[str, Any] | None = None
) -> Response:
    doc = show_policy(ws.policies, doc_id)
    clauses = [{**c, "label": short_clause(c["id"]), "focus": c["path"] == focus} for c in doc["clauses"]]
    heads = [c for c in clauses if c["kind"] == "head"]
    context = {**_surroundings(ws, project), "doc": doc, "clauses": clauses, "heads": heads, "focus": focus}
    context |= {"waiting": len(pending_of(ws, doc["id"])), "earlier": earlier}
    return render(request, "pages/policy.html", context)
