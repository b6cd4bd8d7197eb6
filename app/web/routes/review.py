"""Review: the waiting list, and one record beside the page it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from app.domain.activity import RecordStatus
from app.domain.carrier import CARRIER_LABELS, Direction
from app.domain.project import Project
from app.domain.stored import StoredRecord
from app.services import looking
from app.services import review as service
from app.services.viewing import view_document
from app.services.workspace import Workspace
from app.web.depends import ProjectDep, WorkspaceDep, frame, go
from app.web.routes.documents import shown
from app.web.sheet import layout
from app.web.templating import render
from app.web.wording import CONFIDENCE, record_names

router = APIRouter(include_in_schema=False)

TABS = (
    ("waiting", "待确认", (RecordStatus.PROPOSED,)),
    ("confirmed", "已确认", (RecordStatus.CONFIRMED,)),
    ("closed", "已否决与已替代", (RecordStatus.REJECTED, RecordStatus.SUPERSEDED)),
)
PARAM_LABELS = {
    "density_kg_per_l": "密度（kg/L）",
    "gas_condition": "气体状态",
    "pressure_mpa": "压力（MPa）",
    "pressure_basis": "压力口径",
    "temperature_c": "温度（℃）",
    "steam": "蒸汽状态",
}
PARAM_CHOICES = {
    "gas_condition": (("", "未注明"), ("标况", "标况"), ("工况", "工况")),
    "pressure_basis": (("", "未注明"), ("absolute", "绝对压力"), ("gauge", "表压")),
    "steam": (("", "未注明"), ("saturated", "饱和蒸汽"), ("superheated", "过热蒸汽")),
}


@router.get("/projects/{project_id}/review")
def index(request: Request, ws: WorkspaceDep, project: ProjectDep, tab: str = "waiting") -> Response:
    every = service.list_records(ws, project)
    chosen = next((t for t in TABS if t[0] == tab), TABS[0])
    listed = sorted((r for r in every if r.status in chosen[2]), key=_order)
    names = {d.sha256: d.filename for d in looking.documents(ws, project)}
    context = {
        **frame(ws, project),
        "records": listed,
        "files": names,
        "names": record_names(every),
        "confidence": CONFIDENCE,
        "tab": chosen[0],
        "tabs": [(slug, title, sum(1 for r in every if r.status in states)) for slug, title, states in TABS],
        "clean": sum(1 for r in every if r.status is RecordStatus.PROPOSED and service.is_clean(r.record)),
    }
    return render(request, "pages/review.html", context)


@router.post("/projects/{project_id}/review/confirm-clean")
def confirm_clean(request: Request, ws: WorkspaceDep, project: ProjectDep) -> Response:
    service.confirm_clean(ws, project)
    return go(request, f"/projects/{project.id}/review")


def _order(item: StoredRecord) -> tuple[bool, str, str, str]:
    """The order of the list: what needs a look first, then like beside like."""
    return (not item.record.needs_review, item.record.carrier.value, item.record.period_start or "", item.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The place of a record among those that wait: ``number`` of ``total``, 0 when it does not wait itself."""

    previous: str | None
    following: str | None
    number: int
    total: int


def _queue(every: list[StoredRecord], id: str) -> Queue:
    waiting = sorted((r for r in every if r.status is RecordStatus.PROPOSED or r.id == id), key=_order)
    ids = [r.id for r in waiting]
    place = ids.index(id) if id in ids else 0
    counted = [r.id for r in waiting if r.status is RecordStatus.PROPOSED]
    return Queue(
        previous=ids[place - 1] if place > 0 else None,
        following=ids[place + 1] if place + 1 < len(ids) else None,
        number=counted.index(id) + 1 if id in counted else 0,
        total=len(counted),
    )


def _onward(ws: Workspace, project: Project, id: str) -> str:
    """Where to go once ``id`` is decided: the next that waits, else the first that was skipped, else the list."""
    queue = _queue(service.list_records(ws, project), id)
    after = queue.following or queue.previous
    return f"/projects/{project.id}/review" + (f"/{after}" if after else "")


@router.get("/projects/{project_id}/review/{record_id}")
def show(request: Request, ws: WorkspaceDep, project: ProjectDep, record_id: str) -> Response:
    item = looking.record(ws, project, record_id)
    every = service.list_records(ws, project)
    siblings = [r.record for r in every if r.document_sha256 == item.document_sha256 and not r.supersedes]
    document = looking.document(ws, project, item.document_sha256)
    record = item.record
    context = {
        **frame(ws, project),
        "item": item,
        "document": shown(document),
        "view": layout(view_document(ws, document, siblings, record.id.partition("~")[0])),
        "closed": item.status in (RecordStatus.REJECTED, RecordStatus.SUPERSEDED),
        "carriers": [(c.value, label) for c, label in CARRIER_LABELS.items()],
        "directions": [(d.value, d.label) for d in Direction],
        "params": [(k, label) for k, label in PARAM_LABELS.items() if _wanted(k, record.carrier.value, record.unit, record.params)],
        "choices": PARAM_CHOICES,
        "names": record_names(every),
        "confidence": CONFIDENCE,
        "queue": _queue(every, item.id),
    }
    return render(request, "pages/review_record.html", context)


def _wanted(key: str, carrier: str, unit: str, params: object) -> bool:
    if isinstance(params, dict) and key in params:
        return True
    if key == "density_kg_per_l":
        return unit == "L"
    if key == "gas_condition":
        return unit == "m3"
    return carrier == "steam" and unit == "t"


@router.post("/projects/{project_id}/review/{record_id}/confirm")
async def confirm(request: Request, ws: WorkspaceDep, project: ProjectDep, record_id: str) -> Response:
    """Confirm as it stands, or as a correction when a value was changed."""
    form = await request.form()
    item = looking.record(ws, project, record_id)
    given = {k: str(v).strip() for k, v in form.items() if k in service.EDITABLE or k in service.PARAMS}
    current = {
        "carrier": item.record.carrier.value,
        "direction": item.record.direction.value,
        "quantity": item.record.quantity,
        "unit": item.record.unit,
        "period_start": item.record.period_start or "",
        "period_end": item.record.period_end or "",
        "account_number": item.record.account_number or "",
        "meter_number": item.record.meter_number or "",
        **{k: item.record.params.get(k, "") for k in service.PARAMS},
    }
    changes = {k: v for k, v in given.items() if v != current.get(k, "")}
    onward = _onward(ws, project, record_id)
    if changes:
        service.correct(ws, project, record_id, changes, "网页更正")
    else:
        service.confirm(ws, project, [record_id])
    return go(request, onward)


@router.post("/projects/{project_id}/review/{record_id}/reject")
def reject(request: Request, ws: WorkspaceDep, project: ProjectDep, record_id: str, why: Annotated[str, Form()] = "") -> Response:
    onward = _onward(ws, project, record_id)
    service.reject(ws, project, record_id, why)
    return go(request, onward)
