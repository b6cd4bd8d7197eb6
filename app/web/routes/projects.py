"""Projects: list, new, overview, profile."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from app.domain.errors import UsageError
from app.domain.project import FactoryProfile
from app.services.eligibility import check_eligibility
from app.services.profile import profile_from_form
from app.services.projects import add_project, list_projects, overview
from app.services.regions import PROVINCES
from app.web.depends import ProjectDep, WorkspaceDep, frame, go
from app.web.templating import render, thousands, when

router = APIRouter(include_in_schema=False)



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
        if not name.strip():
            raise UsageError("name_missing", "请填写企业名称", fix="与营业执照、发票购买方一致")
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
    counts = check_eligibility(ws, project)["counts"] if state["run"] else None
    context = {
        **frame(ws, project),
        "cards": _cards(base, state, counts),
        "tasks": _tasks(base, state, project.profile),
        "facts": _facts(project.profile),
    }
    return render(request, "pages/overview.html", context)


def _cards(base: str, state: dict[str, Any], counts: dict[str, int] | None) -> list[dict[str, str]]:
    documents, records, run = state["documents"], state["records"], state["run"]
    waiting = f"待确认 {records['proposed']} 条" if records["proposed"] else "没有待确认的记录"
    unusable = f"{documents['refused']} 份不能用" if documents["refused"] else "全部读取完毕" if documents["total"] else "尚未上传"
    verdicts = f"待补证 {counts['insufficient_evidence']}，不符合 {counts['not_met']}" if counts else "核算后判断"
    return [
        {"href": f"{base}/documents", "icon": "files", "tone": "green", "value": f"{documents['total']} 份", "label": "单据", "note": unusable},
        {
            "href": f"{base}/review",
            "icon": "checks",
            "tone": "orange" if records["proposed"] else "green",
            "value": f"{records['confirmed']} 条",
            "label": "已确认记录",
            "note": waiting,
        },
        {
            "href": f"{base}/accounts",
            "icon": "calculator",
            "tone": "azure",
            "value": f"{thousands(run['total_tco2'], 2)} 吨" if run else "—",
            "label": "二氧化碳排放",
            "note": f"{when(run['created_at'])} 核算" if run else "尚未核算",
        },
        {
            "href": f"{base}/eligibility",
            "icon": "scale",
            "tone": "purple",
            "value": f"{counts['met']} 项符合" if counts else "—",
            "label": "资格",
            "note": verdicts,
        },
    ]


def _facts(p: FactoryProfile) -> list[tuple[str, object]]:
    return [
        ("统一社会信用代码", p.uscc),
        ("地区", " ".join(x for x in (p.province, p.city) if x)),
        ("行业", p.industry),
        ("报告年", p.year),
        ("全国碳市场", {True: "已纳入", False: "未纳入", None: "未填写"}[p.ets_covered]),
        ("产品与产量", " ".join(x for x in (p.product, p.output_quantity, p.output_unit) if x)),
        ("工业增加值（万元）", thousands(p.industrial_value_added_wan_yuan) if p.industrial_value_added_wan_yuan else ""),
        ("电费户号", "、".join(p.accounts.get("electricity", ()))),
    ]


def _tasks(base: str, state: dict[str, Any], p: FactoryProfile) -> list[dict[str, str]]:
    """The way through an application in order; ``state`` of each is done | now | problem | later."""
    documents, records, run = state["documents"], state["records"], state["run"]
    complete = bool(p.uscc and p.output_quantity and p.industrial_value_added_wan_yuan)
    tasks = [
        {
            "href": f"{base}/profile",
            "title": "填全企业档案",
            "detail": "信用代码、产量、工业增加值、燃料密度等，影响核对与指标" if not complete else "信用代码、产量与工业增加值已填写",
            "state": "done" if complete else "now",
        },
        {
            "href": f"{base}/documents",
            "title": "上传一年的用能单据",
            "detail": f"已收 {documents['total']} 份" if documents["total"] else "电费单、发票、燃气、蒸汽、燃料、光伏与绿电资料",
            "state": "done" if documents["total"] else "now",
        },
    ]
    if documents["refused"]:
        tasks.append(
            {"href": f"{base}/documents", "title": f"{documents['refused']} 份文件不能用", "detail": "看原因并换一份电子版", "state": "problem"}
        )
    doubtful = f"其中 {records['needs_review']} 条须逐条看，其余可批量确认" if records["needs_review"] else "校验全部通过，可批量确认"
    tasks += [
        {
            "href": f"{base}/review",
            "title": f"核对 {records['proposed']} 条用能记录" if records["proposed"] else "核对用能记录",
            "detail": doubtful if records["proposed"] else f"已确认 {records['confirmed']} 条" if records["confirmed"] else "单据读取后在这里确认",
            "state": "now" if records["proposed"] else "done" if records["confirmed"] else "later",
        },
        {
            "href": f"{base}/accounts",
            "title": "核算排放",
            "detail": "逐行有公式、因子与出处；缺月、重复、异常会列出",
            "state": "done" if run else "now" if records["confirmed"] else "later",
        },
        {
            "href": f"{base}/eligibility",
            "title": "看差什么",
            "detail": "逐条对照政策，缺的证据写明找谁、怎么补",
            "state": "now" if run else "later",
        },
        {
            "href": f"{base}/draft",
            "title": "起草申报书",
            "detail": f"已导出 {state['drafts']} 份" if state["drafts"] else "每个数字都有出处，缺的地方标【待补充】",
            "state": "done" if state["drafts"] else "now" if run else "later",
        },
    ]
    return tasks
