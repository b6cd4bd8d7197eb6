"""/api/v1: what follows from the verdicts, one address a mode of ``lingtan eligible``."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.services import comparison
from app.services.gaps import make_gap_plan, note_gap, plan_to_json, plan_workbook
from app.services.schemes import cards_to_json, scheme_cards
from app.services.whatif import (
    margin_to_plain,
    project_margins,
    project_scenario,
    projection_to_json,
    scenario_of_json,
)
from app.services.whatif_measures import choose_measures, selection_to_json
from app.web.depends import ProjectDep, WorkspaceDep, attachment
from app.web.routes.api_shapes import PROBLEMS, result

router = APIRouter(prefix="/api/v1", responses=PROBLEMS)
TAG = "核算与资格"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET: dict[int | str, dict[str, Any]] = {200: {"content": {XLSX: {}}, "description": "表格"}}
Schemes = Annotated[list[str] | None, Query(description="申报方案，可多次")]


class NoteIn(BaseModel):
    model_config = ConfigDict(json_schema_extra={"description": "清单条目的备注；不给的项保持不变，空文字为删去"})
    note: str | None = Field(None, description="备注")
    assignee: str | None = Field(None, description="责任人")
    due: str | None = Field(None, description="期限，如 2026-06-30")


class ScenarioIn(BaseModel):
    model_config = ConfigDict(json_schema_extra={"description": "设想；数字写成十进制字符串"})
    name: str = Field("设想", description="名称")
    accounting: dict[str, Any] = Field({}, description="改动的核算口径，键同项目档案的 [accounting]")
    grid_basis: dict[str, Any] = Field({}, description="改动的电网因子口径，键同项目档案的 [grid_basis]")
    changes: list[dict[str, Any]] = Field([], description="依次进行的变化，例如 {\"kind\": \"pv\", \"kwh\": \"100000\"}")


@router.get("/projects/{project_id}/gaps", tags=[TAG], summary="补证清单")
def gaps(ws: WorkspaceDep, project: ProjectDep, scheme: Schemes = None) -> Response:
    return result(plan_to_json(make_gap_plan(ws, project, scheme)))


@router.get("/projects/{project_id}/gaps.xlsx", tags=[TAG], summary="补证清单（表格）", responses=SHEET)
def gaps_file(ws: WorkspaceDep, project: ProjectDep, scheme: Schemes = None) -> Response:
    data = plan_workbook(make_gap_plan(ws, project, scheme))
    return Response(data, media_type=XLSX, headers=attachment(f"{project.profile.name} 补证清单.xlsx"))


@router.put("/projects/{project_id}/gaps/{criterion}", tags=[TAG], summary="给清单条目写备注、责任人与期限（留痕）")
def note(ws: WorkspaceDep, project: ProjectDep, criterion: str, body: NoteIn) -> Response:
    kept = note_gap(ws, project, criterion, note=body.note, assignee=body.assignee, due=body.due)
    return result({"project": project.id, "id": criterion, "note": kept})


@router.get("/projects/{project_id}/margins", tags=[TAG], summary="离每个数值门槛还差多少")
def margins(ws: WorkspaceDep, project: ProjectDep, scheme: Schemes = None) -> Response:
    found = project_margins(ws, project, scheme)
    return result({"project": project.id, "margins": [margin_to_plain(m) for m in found]})


@router.post("/projects/{project_id}/what-if", tags=[TAG], summary="设想一种变化，看哪些结论会变（不保存）")
def what_if(ws: WorkspaceDep, project: ProjectDep, body: ScenarioIn, scheme: Schemes = None) -> Response:
    return result(projection_to_json(project_scenario(ws, project, scenario_of_json(body.model_dump()), scheme)))


@router.get("/projects/{project_id}/reach", tags=[TAG], summary="达到目标最省的一组措施")
def reach(
    ws: WorkspaceDep,
    project: ProjectDep,
    target: Annotated[str, Query(description="如 reduce_tco2=500、total_tco2=8000、green_kwh=1000000 或条目编号")],
) -> Response:
    return result({"project": project.id, **selection_to_json(choose_measures(ws, project, target))})


@router.get("/projects/{project_id}/schemes", tags=[TAG], summary="能报哪些：现在、等下一批、不适用、尚不能判断")
def schemes(ws: WorkspaceDep, project: ProjectDep) -> Response:
    return result(cards_to_json(project, scheme_cards(ws, project)))


@router.get("/projects/{project_id}/compare", tags=[TAG], summary="一个项目在几种方案下并列")
def compare(ws: WorkspaceDep, project: ProjectDep, scheme: Schemes = None) -> Response:
    return result(comparison.table_to_json(comparison.compare_schemes(ws, project, scheme)))


@router.get("/compare", tags=[TAG], summary="全部项目一张表")
def compare_all(ws: WorkspaceDep, scheme: Schemes = None) -> Response:
    return result(comparison.rows_to_json(comparison.compare_projects(ws, scheme)))
