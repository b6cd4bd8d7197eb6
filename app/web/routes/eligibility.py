"""Eligibility: one row a criterion."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.services.eligibility import check_eligibility
from app.web.depends import ProjectDep, WorkspaceDep, frame
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/projects/{project_id}/eligibility")
def show(request: Request, ws: WorkspaceDep, project: ProjectDep, only: str = "") -> Response:
    report = check_eligibility(ws, project)
    groups = []
    for scheme in dict.fromkeys(c["scheme"] for c in report["criteria"]):
        criteria = [c for c in report["criteria"] if c["scheme"] == scheme and (not only or c["verdict"] == only)]
        known = ws.ruleset.schemes.get(scheme)
        if criteria:
            groups.append((scheme, known.title if known else scheme, criteria))
    return render(request, "pages/eligibility.html", {**frame(ws, project), "report": report, "groups": groups, "only": only})
