"""Projects: list, new, overview, profile."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from app.domain.errors import UsageError
from app.services.profile import profile_from_form
from app.services.projects import add_project, list_projects, overview, profile_text, update_project
from app.web.depends import ProjectDep, WorkspaceDep, frame, go
from app.web.templating import render, thousands

router = APIRouter(include_in_schema=False)

PROVINCES = (
    "安徽 北京 重庆 福建 甘肃 广东 广西 贵州 海南 河北 河南 黑龙江 湖北 湖南 吉林 江苏 江西 辽宁 内蒙古 宁夏 青海 山东 山西 陕西 "
    "上海 四川 天津 西藏 新疆 云南 浙江"
).split()


@router.get("/")
def index(request: Request, ws: WorkspaceDep) -> Response:
    return render(request, "pages/projects.html", {"projects": [overview(ws, p) for p in list_projects(ws)]})


@router.get("/projects/new")
def new(request: Request) -> Response:
    context = {"provinces": PROVINCES, "default_year": datetime.now(UTC).year - 1}
    return render(request, "pages/project_new.html", context)


@router.post("/projects")
def create(
    request: Request,
    ws: WorkspaceDep,
    name: Annotated[str, Form()] = "",
    uscc: Annotated[str, Form()] = "",
    year: Annotated[str, Form()] = "",
    province: Annotated[str, Form()] = "",
    city: Annotated[str, Form()] = "",
    industry: Annotated[str, Form()] = "",
    electricity: Annotated[str, Form()] = "",
    ets_covered: Annotated[str, Form()] = "",
    profile_toml: Annotated[str, Form()] = "",
) -> Response:
    if not profile_toml.strip():
        if not province:
            raise UsageError("province_missing", "请选择省份", fix="电网因子与地方政策都按省份选取")
        profile_toml = profile_from_form(
            name=name,
            uscc=uscc,
            year=year,
            province=province,
            city=city,
            industry=industry,
            electricity=electricity,
            ets_covered=bool(ets_covered),
        )
    return go(request, f"/projects/{add_project(ws, profile_toml).id}")


@router.get("/projects/{project_id}")
def show(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    state = overview(ws, project)
    base = f"/projects/{project.id}"
    documents, records, run = state["documents"], state["records"], state["run"]
    steps = [
        {"href": f"{base}/documents", "icon": "files", "color": "green", "value": f"{documents['total']} 份", "label": "单据"},
        {
            "href": f"{base}/review",
            "icon": "checks",
            "color": "orange" if records["proposed"] else "green",
            "value": f"{records['confirmed']} 条" + (f"，待确认 {records['proposed']}" if records["proposed"] else ""),
            "label": "已确认的用能记录",
        },
        {
            "href": f"{base}/accounts",
            "icon": "calculator",
            "color": "azure",
            "value": f"{thousands(run['total_tco2'], 2)} tCO₂" if run else "尚未核算",
            "label": "排放总量",
        },
        {
            "href": f"{base}/draft",
            "icon": "file-description",
            "color": "purple",
            "value": f"{state['drafts']} 份" if state["drafts"] else "尚未起草",
            "label": "申报书",
        },
    ]
    tasks = _tasks(base, documents, records, bool(run))
    p = project.profile
    facts = [
        ("统一社会信用代码", p.uscc),
        ("地区", " ".join(x for x in (p.province, p.city) if x)),
        ("行业", p.industry),
        ("报告年", p.year),
        ("全国碳市场", {True: "已纳入", False: "未纳入", None: "未填写"}[p.ets_covered]),
        ("产品与产量", " ".join(x for x in (p.product, p.output_quantity, p.output_unit) if x)),
        ("工业增加值（万元）", p.industrial_value_added_wan_yuan),
        ("电费户号", "、".join(p.accounts.get("electricity", ()))),
    ]
    return render(request, "pages/overview.html", {**frame(ws, project), "steps": steps, "tasks": tasks, "facts": facts})


def _tasks(base: str, documents: dict[str, int], records: dict[str, int], accounted: bool) -> list[dict[str, object]]:
    tasks: list[dict[str, object]] = []
    if not documents["total"]:
        tasks.append(
            {"href": f"{base}/documents", "title": "上传一年的用能单据", "detail": "电费单、发票、燃气、蒸汽、燃料、光伏与绿电资料", "open": True}
        )
    if documents["refused"]:
        tasks.append(
            {"href": f"{base}/documents", "title": f"{documents['refused']} 份文件不能读取", "detail": "看原因并换一份电子版", "open": True}
        )
    if records["proposed"]:
        tasks.append(
            {
                "href": f"{base}/review",
                "title": f"核对 {records['proposed']} 条用能记录",
                "detail": f"其中 {records['needs_review']} 条需人工核对，其余校验已通过、可批量确认",
                "open": True,
            }
        )
    if records["confirmed"]:
        tasks.append(
            {
                "href": f"{base}/accounts",
                "title": "查看核算与缺口" if accounted else "核算排放",
                "detail": "逐行有公式、因子与出处；缺月、重复、异常会列出",
                "open": not accounted,
            }
        )
    tasks.append({"href": f"{base}/eligibility", "title": "看差什么", "detail": "逐条对照政策，缺的证据写明找谁、怎么补", "open": False})
    tasks.append({"href": f"{base}/draft", "title": "起草申报书", "detail": "每个数字都有出处，缺的地方标【待补充】", "open": False})
    return tasks


@router.get("/projects/{project_id}/profile")
def profile(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    return render(request, "pages/profile.html", {**frame(ws, project), "toml": profile_text(ws, project)})


@router.post("/projects/{project_id}/profile")
def change(request: Request, ws: WorkspaceDep, project: ProjectDep, profile_toml: Annotated[str, Form()]) -> Response:
    update_project(ws, project.id, profile_toml)
    return go(request, f"/projects/{project.id}")
