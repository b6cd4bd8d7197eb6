"""Accounts: the run as figures, charts and lines."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.domain.errors import LingtanError
from app.domain.plain import to_plain
from app.services import account as service
from app.services.charts import run_charts
from app.services.labels import CATEGORY_LABELS, INDICATOR_LABELS
from app.services.review import list_records
from app.store.log import canonical
from app.web.depends import ProjectDep, WorkspaceDep, frame, go
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/projects/{project_id}/accounts")
def show(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    stored = service.latest(ws, project)
    confirmed = sum(1 for r in list_records(ws, project) if r.status.value == "confirmed")
    refusal: LingtanError | None = None
    findings: list[dict[str, Any]] = []
    stale = False
    links: dict[str, str] = {}
    try:
        build = service.prepare(ws, project)
        findings = to_plain(build.findings)
        links = build.records
        stale = stored is not None and canonical(to_plain(build.inputs)) != canonical(stored.inputs)
    except LingtanError as error:
        refusal = error
    context: dict[str, Any] = {
        **frame(ws, project),
        "run": stored,
        "confirmed": confirmed,
        "refusal": refusal,
        "stale": stale,
        "findings": findings,
        "subtotals": [],
        "charts": {},
        "indicators": [],
        "lines": [],
    }
    if stored is not None:
        context |= {
            "subtotals": [(CATEGORY_LABELS.get(k, k), v) for k, v in stored.output["subtotals"].items()],
            "charts": run_charts(stored.output, project.profile.year),
            "indicators": _indicators(stored.output.get("indicators", {})),
            "lines": [_line(line, links, stored.output["factors"]) for line in stored.output["lines"]],
        }
    return render(request, "pages/accounts.html", context)


def _indicators(indicators: dict[str, Any]) -> list[tuple[str, str]]:
    out = []
    for name, value in indicators.items():
        if name.endswith("_exact"):
            continue
        label = INDICATOR_LABELS.get(name, name)
        if isinstance(value, dict):
            out += [(f"{label}（{basis}）", str(v)) for basis, v in value.items() if not basis.endswith("_exact")]
        else:
            out.append((label, str(value)))
    return out


def _line(line: dict[str, Any], links: dict[str, str], factors: list[dict[str, Any]]) -> dict[str, Any]:
    by_id = {f["id"]: f for f in factors}
    used = [by_id[i] for i in line.get("factors", []) if i in by_id]
    start, end = line.get("period_start"), line.get("period_end")
    return {
        **line,
        "record": links.get(line["activity"]),
        "carrier_label": line.get("label") or line.get("carrier") or line["activity"],
        "category_label": CATEGORY_LABELS.get(line["category"], line["category"]),
        "period": f"{start} ~ {end}" if start and end else "",
        "factor_text": "；".join(f"{f['value']} {f['unit']}" for f in used),
    }


@router.post("/projects/{project_id}/accounts")
def calculate(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    service.account(ws, project)
    return go(request, f"/projects/{project.id}/accounts")
