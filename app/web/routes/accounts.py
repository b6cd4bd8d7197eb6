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
from app.web.depends import ProjectDep, WorkspaceDep, frame, go
from app.web.templating import percent, render, thousands
from app.web.wording import FACTOR_EVIDENCE, record_names

router = APIRouter(include_in_schema=False)


@router.get("/projects/{project_id}/accounts")
def show(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    stored = service.latest(ws, project)
    records = list_records(ws, project)
    refusal: LingtanError | None = None
    findings: list[dict[str, Any]] = []
    stale = False
    links: dict[str, str] = {}
    try:
        build = service.prepare(ws, project)
        findings = to_plain(build.findings)
        links = build.records
        stale = stored is not None and not service.same_inputs(build, stored)
    except LingtanError as error:
        refusal = error
    context: dict[str, Any] = {
        **frame(ws, project),
        "run": stored,
        "confirmed": sum(1 for r in records if r.status.value == "confirmed"),
        "refusal": refusal,
        "stale": stale,
        "findings": findings,
        "names": record_names(records),
    }
    if stored is not None:
        output = stored.output
        context |= {
            "subtotals": [(k, CATEGORY_LABELS.get(k, k), v) for k, v in output["subtotals"].items()],
            "charts": run_charts(output, project.profile.year),
            "indicators": _indicators(output.get("indicators", {})),
            "groups": _groups(output, links),
            "factors": [{**f, "evidence": FACTOR_EVIDENCE.get(f["evidence"], f["evidence"])} for f in output["factors"]],
        }
    return render(request, "pages/accounts.html", context)


def _indicators(indicators: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(label, value for the eye, value as computed)."""
    out = []
    for name, value in indicators.items():
        if name.endswith("_exact"):
            continue
        label = INDICATOR_LABELS.get(name, name)
        by_basis = value.items() if isinstance(value, dict) else [("", value)]
        for basis, figure in by_basis:
            if not basis.endswith("_exact") and figure is not None:
                shown = percent(figure, 2) if name.endswith("_share") else thousands(figure, 2)
                out.append((f"{label}（{basis}）" if basis else label, shown, str(figure)))
    return out


def _groups(output: dict[str, Any], links: dict[str, str]) -> list[dict[str, Any]]:
    """Lines by category with the category's own subtotal, in the order of the subtotals."""
    factors = {f["id"]: f for f in output["factors"]}
    groups: dict[str, list[dict[str, Any]]] = {slug: [] for slug in output["subtotals"]}
    for line in output["lines"]:
        groups.setdefault(line["category"], []).append(_line(line, links, factors))
    for lines in groups.values():
        lines.sort(key=lambda item: (item["name"], item["start"]))
    return [
        {"slug": slug, "label": CATEGORY_LABELS.get(slug, slug), "subtotal": output["subtotals"].get(slug), "lines": lines}
        for slug, lines in groups.items()
        if lines
    ]


def _line(line: dict[str, Any], links: dict[str, str], factors: dict[str, dict[str, Any]]) -> dict[str, Any]:
    used = [factors[i] for i in line.get("factors", []) if i in factors]
    start, end = line.get("period_start"), line.get("period_end")
    return {
        **line,
        "record": links.get(line["activity"]),
        "name": line.get("label") or line.get("carrier") or line["activity"],
        "start": start or "",
        "period": f"{start} 至 {end}" if start and end else "",
        "factor_text": "；".join(f"{f['value']} {f['unit']}" for f in used),
    }


@router.post("/projects/{project_id}/accounts")
def calculate(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    service.account(ws, project)
    return go(request, f"/projects/{project.id}/accounts")
