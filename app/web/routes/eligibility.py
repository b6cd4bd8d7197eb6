"""Eligibility: one row a criterion."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.domain.project import Project
from app.services.eligibility import check_eligibility
from app.services.workspace import Workspace
from app.web.depends import ProjectDep, WorkspaceDep, frame
from app.web.routes import eligibility_plan
from app.web.routes.documents import listed
from app.web.templating import render
from app.web.wording import short_clause

router = APIRouter(include_in_schema=False)
router.include_router(eligibility_plan.router)


@router.get("/projects/{project_id}/eligibility")
def show(request: Request, ws: WorkspaceDep, project: ProjectDep, only: str = "") -> Response:
    report = check_eligibility(ws, project)
    names = {d["sha256"][:12]: (d["sha256"], d["file"]) for d in listed(ws, project)}
    wanted = [c for c in report["criteria"] if c["verdict"] == only] if only in report["counts"] else report["criteria"]
    groups: dict[str, list[dict[str, Any]]] = {}
    for criterion in wanted:
        groups.setdefault(criterion["scheme"], []).append(_criterion(ws, project, criterion, names))
    titles = {slug: scheme.title for slug, scheme in ws.ruleset.schemes.items()}
    context = {
        **frame(ws, project),
        "report": report,
        "groups": [(titles.get(slug, slug), criteria) for slug, criteria in groups.items()],
        "only": only if only in report["counts"] else "",
    }
    return render(request, "pages/eligibility.html", context)


def _criterion(ws: Workspace, project: Project, criterion: dict[str, Any], names: dict[str, tuple[str, str]]) -> dict[str, Any]:
    doc, _, path = criterion["clause"].partition("/")
    policy = ws.policies.get(doc)
    return {
        **criterion,
        "clause_href": f"/policies/{quote(doc)}/{quote(path)}?project={project.id}",
        "clause_label": short_clause(criterion["clause"]),
        "clause_title": (policy.document_number or policy.title) if policy else doc,
        "operands": [{**o, **_source(project, o, names)} for o in criterion["operands"]],
    }


def _source(project: Project, operand: dict[str, Any], names: dict[str, tuple[str, str]]) -> dict[str, str]:
    """Where an operand's value stands, in words and as a link."""
    base = f"/projects/{project.id}"
    if operand.get("run_line"):
        return {"source": "核算结果", "href": f"{base}/accounts"}
    if operand.get("document"):
        sha256, file = names.get(operand["document"].partition("#")[0][:12], ("", operand["document"]))
        return {"source": file, "href": f"{base}/documents/{sha256}" if sha256 else ""}
    if operand.get("declared"):
        return {"source": f"声明：{operand['declared']}", "href": ""}
    return {"source": "未提供", "href": ""}
