"""/api/v1/projects/…/draft/sections: reading, editing and approving sections of a draft over HTTP."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.domain.errors import Conflict, InputRefused
from app.domain.project import Project
from app.services import draft_versions as service
from app.services.draft_editing import save_text
from app.services.draft_json import saving_to_json, section_detail, section_summary
from app.services.draft_sections import outline
from app.services.drafting import FORM
from app.services.workspace import Workspace
from app.web.depends import ProjectDep, WorkspaceDep
from app.web.draft_view import FormDep
from app.web.routes.api_shapes import PROBLEMS, result

router = APIRouter(prefix="/api/v1/projects/{project_id}/draft", responses=PROBLEMS, tags=["申报书"])


def _about(text: str) -> ConfigDict:
    return ConfigDict(json_schema_extra={"description": text})


class SectionIn(BaseModel):
    model_config = _about("一节的文字")
    text: str = Field(description="带记号的文字，写法与读到的 text 相同", max_length=60_000)
    base: int = Field(description="开始编辑时的版本号；0 为系统文字", ge=0)
    note: str = Field("", description="改动说明", max_length=500)
    accept: list[str] = Field([], description="citations：确认删去引用")


class VersionIn(BaseModel):
    model_config = _about("版本")
    version: int = Field(description="要恢复的版本号", ge=1)


class ApprovalIn(BaseModel):
    model_config = _about("批准")
    hash: str = Field(description="所批准内容的哈希，即读到的 hash")


class WhyIn(BaseModel):
    model_config = _about("撤回批准")
    why: str = Field("", description="原因", max_length=500)


class CommentIn(BaseModel):
    model_config = _about("批注")
    text: str = Field(description="意见", max_length=2000)


class ResolvedIn(BaseModel):
    model_config = _about("批注的处理")
    resolved: bool = Field(True, description="已处理，或重新打开")


def _detail(ws: Workspace, project: Project, section: str, form: str, status: int = 200) -> Response:
    outlined = outline(ws, project, form=form)
    return result(section_detail(ws, project, outlined, outlined.find(section)), status)


@router.get("/sections", summary="各节的状态")
def sections(ws: WorkspaceDep, project: ProjectDep, form: FormDep = FORM) -> Response:
    return result({"project": project.id, "sections": [section_summary(s) for s in outline(ws, project, form=form).sections]})


@router.get("/sections/{section}", summary="一节的文字、版本、批注与变化")
def section(ws: WorkspaceDep, project: ProjectDep, section: str, form: FormDep = FORM) -> Response:
    return _detail(ws, project, section, form)


@router.put("/sections/{section}", summary="保存一节；不能保存时说明每处原因，不改动任何内容")
def save(ws: WorkspaceDep, project: ProjectDep, section: str, body: SectionIn, form: FormDep = FORM) -> Response:
    saving = save_text(ws, project, section, body.text, base=body.base, note=body.note, accept=body.accept, form=form)
    told = saving_to_json(saving)
    if saving.version is not None:
        return result(told)
    if saving.newer:
        error = Conflict("section_changed", "此间有了新的版本，没有保存", fix="重新读取这一节，合并后以新的 base 保存", subject=section)
        return result({"error": error.to_plain(), **told}, error.http_status)
    first = saving.reading.problems[0].problem if saving.reading.problems else None
    message = first.message if first else "文字还在，它的引用却删去了"
    fix = first.fix if first else "补回引用，或在 accept 中写 citations"
    refused = InputRefused("section_not_saved", message, fix=fix, subject=section)
    return result({"error": refused.to_plain(), **told}, refused.http_status)


@router.post("/sections/{section}/regenerate", summary="重新生成：换成系统文字，旧版留在历史")
def regenerate(ws: WorkspaceDep, project: ProjectDep, section: str, form: FormDep = FORM) -> Response:
    service.regenerate(ws, project, section, form=form)
    return _detail(ws, project, section, form)


@router.post("/sections/{section}/refresh", summary="采用新值：保留文字，换上现在的数值、条款和表格")
def refresh(ws: WorkspaceDep, project: ProjectDep, section: str, form: FormDep = FORM) -> Response:
    service.refresh(ws, project, section, form=form)
    return _detail(ws, project, section, form)


@router.post("/sections/{section}/restore", summary="恢复旧版")
def restore(ws: WorkspaceDep, project: ProjectDep, section: str, body: VersionIn, form: FormDep = FORM) -> Response:
    service.restore(ws, project, section, body.version, form=form)
    return _detail(ws, project, section, form)


@router.post("/sections/{section}/approve", summary="批准现行文字")
def approve(ws: WorkspaceDep, project: ProjectDep, section: str, body: ApprovalIn, form: FormDep = FORM) -> Response:
    service.approve(ws, project, section, body.hash, form=form)
    return _detail(ws, project, section, form)


@router.post("/sections/{section}/withdraw", summary="撤回批准")
def withdraw(ws: WorkspaceDep, project: ProjectDep, section: str, body: WhyIn | None = None, form: FormDep = FORM) -> Response:
    service.withdraw(ws, project, section, body.why if body else "", form=form)
    return _detail(ws, project, section, form)


@router.post("/sections/{section}/comments", status_code=201, summary="写批注")
def comment(ws: WorkspaceDep, project: ProjectDep, section: str, body: CommentIn, form: FormDep = FORM) -> Response:
    service.comment(ws, project, section, body.text, form=form)
    return _detail(ws, project, section, form, 201)


@router.post("/sections/{section}/comments/{seq}", summary="处理批注，或重新打开")
def resolve(ws: WorkspaceDep, project: ProjectDep, section: str, seq: int, body: ResolvedIn | None = None, form: FormDep = FORM) -> Response:
    service.resolve(ws, project, section, seq, resolved=body.resolved if body else True, form=form)
    return _detail(ws, project, section, form)
