"""What follows from the verdicts: gap plan, schemes, side by side, what-if. The pages of ``eligibility.py`` link here."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.domain.errors import LingtanError, UsageError
from app.domain.project import Project
from app.eligibility.scenario import Scenario, read_scenario
from app.services import comparison
from app.services.account import latest
from app.services.gap_evidence import Handed, hand_in, page_of, rule_of, statement_of
from app.services.gaps import make_gap_plan, note_gap, plan_to_json, plan_workbook
from app.services.schemes import cards_to_json, open_schemes, scheme_cards
from app.services.whatif import Outlook, near_text, project_scenario, projection_to_json
from app.services.workspace import Workspace
from app.web.depends import ProjectDep, WorkspaceDep, attachment, frame
from app.web.receiving import Reception, given_name, receive_files
from app.web.templating import render
from app.web.wording import short_clause

router = APIRouter(include_in_schema=False)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
POWER = "电力"
BASE = "/projects/{project_id}/eligibility"


def _xlsx(data: bytes, name: str) -> Response:
    return Response(data, media_type=XLSX, headers=attachment(name))


@router.get(BASE + "/gaps")
def gaps(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    plan = plan_to_json(make_gap_plan(ws, project))
    items = [{**_linked(project, item), **_evidence(ws, item["id"])} for item in plan["items"]]
    context = {
        **frame(ws, project),
        "plan": plan,
        "opened": [i for i in items if i["state"] == "open"],
        "done": [i for i in items if i["state"] == "done"],
    }
    return render(request, "pages/eligibility_gaps.html", context)


def _linked(project: Project, item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "clause_label": short_clause(item["clause"]), "href": f"/projects/{project.id}/eligibility#{item['id']}"}


def _evidence(ws: Workspace, criterion: str) -> dict[str, Any]:
    """What the form for handing in a document offers: the one fact it may state, and the page of the profile for the rest."""
    fact = statement_of(ws.ruleset, criterion)
    return {"states": fact.label if fact else "", "page": page_of(ws.ruleset, criterion)}


@router.post(BASE + "/gaps/{criterion}/evidence")
async def gap_evidence(
    request: Request,
    ws: WorkspaceDep,
    project: ProjectDep,
    criterion: str,
    file: Annotated[UploadFile, File()],
    state: Annotated[str, Form()] = "",
) -> Response:
    """Keep a document for an item, read it, and write it beside what the item asks for; the answer says what is still open."""
    from app.jobs.intake import submit

    def work() -> tuple[Reception, Handed]:
        rule_of(ws.ruleset, criterion)
        reception = receive_files(ws, project, [file])
        if reception.refused:
            raise reception.refused[0][1]
        return reception, hand_in(ws, project, criterion, given_name(file), state=bool(state))

    try:
        reception, handed = await run_in_threadpool(work)
    except LingtanError as error:
        return render(request, "_partials/gap_handed.html", {"project": project, "refusal": error, "handed": None, "file": ""})
    if reception.received:
        await run_in_threadpool(submit, project.id, reception.received)
    context = {"project": project, "refusal": None, "handed": handed, "file": given_name(file)}
    return render(request, "_partials/gap_handed.html", context)


@router.get(BASE + "/gaps.xlsx")
def gaps_file(ws: WorkspaceDep, project: ProjectDep) -> Response:
    return _xlsx(plan_workbook(make_gap_plan(ws, project)), f"{project.profile.name} 补证清单.xlsx")


@router.post(BASE + "/gaps/{criterion}")
def gap_note(
    request: Request,
    ws: WorkspaceDep,
    project: ProjectDep,
    criterion: str,
    note: Annotated[str, Form()] = "",
    assignee: Annotated[str, Form()] = "",
    due: Annotated[str, Form()] = "",
) -> Response:
    """Keep what was written beside an item; the answer is the item's notes as they now stand."""
    note_gap(ws, project, criterion, note=note, assignee=assignee, due=due)
    plan = plan_to_json(make_gap_plan(ws, project))
    item = next((i for i in plan["items"] if i["id"] == criterion), None)
    if item is None:
        raise UsageError("gap_not_listed", "这一条不在本项目的清单中", fix="刷新页面", subject=criterion)
    return render(request, "_partials/gap_note.html", {"project": project, "item": item, "saved": True})


@router.get(BASE + "/schemes")
def schemes(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    value = cards_to_json(project, scheme_cards(ws, project))
    context = {
        **frame(ws, project),
        "cards": [c for c in value["schemes"] if c["scheme"]],
        "others": [c for c in value["schemes"] if not c["scheme"]],
        "names": {id: d.document_number or d.title for id, d in ws.policies.items()},
    }
    return render(request, "pages/eligibility_schemes.html", context)


@router.get(BASE + "/compare")
def compare(
    request: Request, ws: WorkspaceDep, project: ProjectDep, scheme: Annotated[list[str] | None, Query()] = None
) -> Response:
    table = comparison.compare_schemes(ws, project, scheme)
    choices = [(s.id, s.short) for s in ws.ruleset.schemes.values()]
    chosen = [c.status.scheme for c in table.cards]
    context = {**frame(ws, project), "table": comparison.table_to_json(table), "choices": choices, "chosen": chosen}
    return render(request, "pages/eligibility_compare.html", context)


@router.get(BASE + "/compare.xlsx")
def compare_file(ws: WorkspaceDep, project: ProjectDep, scheme: Annotated[list[str] | None, Query()] = None) -> Response:
    table = comparison.compare_schemes(ws, project, scheme)
    return _xlsx(comparison.table_workbook(table), f"{project.profile.name} 方案对照.xlsx")


@router.get("/compare")
def compare_all(request: Request, ws: WorkspaceDep, scheme: Annotated[list[str] | None, Query()] = None) -> Response:
    value = comparison.rows_to_json(comparison.compare_projects(ws, scheme))
    titles = {s.id: s.short for s in ws.ruleset.schemes.values()}
    context = {"rows": value["projects"], "titles": titles, "chosen": scheme or []}
    return render(request, "pages/eligibility_projects.html", context)


@router.get("/compare.xlsx")
def compare_all_file(ws: WorkspaceDep, scheme: Annotated[list[str] | None, Query()] = None) -> Response:
    return _xlsx(comparison.projects_workbook(comparison.compare_projects(ws, scheme)), "项目对照.xlsx")


@router.get(BASE + "/what-if")
def what_if(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    stored = latest(ws, project)
    context: dict[str, Any] = {**frame(ws, project), "run": stored}
    if stored is not None:
        context |= _form(ws, project, stored.inputs)
    return render(request, "pages/eligibility_whatif.html", context)


def _form(ws: Workspace, project: Project, inputs: dict[str, Any]) -> dict[str, Any]:
    """What the form offers: factor years of the same basis, fuels in the accounts, months of electricity."""
    basis = inputs.get("grid_basis") or {}
    kind = (basis.get("level"), basis.get("region"), basis.get("basis"))
    years = sorted({y for (y, *rest), f in ws.factors.grid.items() if tuple(rest) == kind and f.value}, reverse=True)
    inward = [a for a in inputs["activities"] if a.get("direction", "in") == "in"]
    periods = [str(a["params"].get("period", "")) for a in inward if a["carrier"] == POWER and a["params"].get("supply") == "grid"]
    months = sorted({p[:7] for p in periods if len(p) == 21 and p[:7] == p[11:18]})
    units = {a["carrier"]: a["unit"] for a in inward if a["carrier"] != POWER}
    coefficients = project.profile.extra.get("accounting", {}).get("tce_coefficients", {})
    return {
        "years": years,
        "year": basis.get("data_year"),
        "fuels": sorted(units.items()),
        "months": months,
        "coefficient": str(coefficients.get("电力_等价", "")).partition(" ")[0],
        "counted": bool(project.profile.extra.get("accounting", {}).get("gec_zero_factor")),
    }


@router.post(BASE + "/what-if")
async def recompute(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    """The result for the form as it stands. What cannot be reckoned is said in the same place."""
    form = {key: str(value).strip() for key, value in (await request.form()).items()}
    context: dict[str, Any] = {"project": project, "value": None, "refusal": None}
    try:
        scenario = read_scenario(scenario_of(form))
        value = projection_to_json(await run_in_threadpool(_projected, ws, project, scenario))
        context["value"] = {**value, "margins": [{**m, "near": _near(m)} for m in value["margins"]]}
    except LingtanError as error:
        context["refusal"] = error
    return render(request, "_partials/projection.html", context)


def _projected(ws: Workspace, project: Project, scenario: Scenario) -> Outlook:
    return project_scenario(ws, project, scenario, open_schemes(ws, project))


def _near(margin: dict[str, Any]) -> dict[str, str]:
    """The numbers of a margin for the eye; the exact ones stand in the titles."""
    keys = {"before": "value_before", "after": "value", "distance": "distance", "threshold": "threshold"}
    return {name: near_text(margin[key]) for name, key in keys.items()}


def scenario_of(form: dict[str, str]) -> dict[str, Any]:
    """The scenario a form describes, in the shape of a scenario file. Raises UsageError for a slider that is none."""
    data: dict[str, Any] = {"name": "网页设想", "accounting": {}, "grid_basis": {}, "changes": []}
    if form.get("grid_year"):
        data["grid_basis"]["data_year"] = form["grid_year"]
    if form.get("coefficient"):
        data["accounting"]["tce_coefficients"] = {"电力_等价": f"{form['coefficient']} kgce/kWh"}
    if form.get("certificates"):
        data["accounting"]["gec_zero_factor"] = form["certificates"] == "counted"
    if form.get("month"):
        data["changes"].append({"kind": "without_month", "carrier": POWER, "month": form["month"]})
    for key, value in form.items():
        kind, _, carrier = key.partition(":")
        if kind in ("share", "saving", "electrify") and carrier and _percent(value, carrier):
            data["changes"].append(_change(kind, carrier, _percent(value, carrier), form))
    return data


def _percent(value: str, subject: str) -> int:
    if not (value.isascii() and value.isdigit() and int(value) <= 100):
        raise UsageError("scenario_invalid", f"{subject}的比例写作“{value}”，应为 0 到 100 的整数", fix="拖动滑块或填整数", subject=subject)
    return int(value)


def _change(kind: str, carrier: str, percent: int, form: dict[str, str]) -> dict[str, Any]:
    share = f"{percent // 100}.{percent % 100:02d}"
    if kind == "share":
        return {"kind": carrier, "share": share}
    if kind == "saving":
        return {"kind": "saving", "carrier": carrier, "share": share}
    per_unit = form.get(f"kwh_per_unit:{carrier}", "")
    by = {"kwh_per_unit": per_unit} if per_unit else {"efficiency_ratio": form.get(f"ratio:{carrier}", "")}
    return {"kind": "fuel_to_electricity", "carrier": carrier, "share": share, **by}
