"""The gap plan of a project: the checklist of its verdicts with the notes people keep beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.errors import NotFound, UsageError
from app.domain.project import Project
from app.domain.stored import StoredNote
from app.eligibility.checklist import ChecklistItem, ItemState, by_supplier, checklist
from app.services.eligibility import evaluate_project
from app.services.eligibility_sheets import Sheet, workbook_bytes
from app.services.workspace import Workspace
from app.store import rows

NOTE_AT_MOST = 2000
NAME_AT_MOST = 80
HEADERS = (
    "状态", "类别", "条目", "条款", "要求程度", "结论", "缺什么", "用什么证明", "谁提供", "下一步", "责任人", "期限", "备注",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class GapPlan:
    """``notes`` by criterion; ``today`` is the local date that says what is overdue."""

    project: Project
    run_id: str | None
    ruleset: str
    items: tuple[ChecklistItem, ...]
    notes: Mapping[str, StoredNote]
    today: date

    @property
    def opened(self) -> tuple[ChecklistItem, ...]:
        return tuple(i for i in self.items if i.state is ItemState.OPEN)

    def overdue(self, item: ChecklistItem) -> bool:
        note = self.notes.get(item.criterion)
        return bool(item.state is ItemState.OPEN and note and note.due and note.due < self.today.isoformat())


def make_gap_plan(ws: Workspace, project: Project, schemes: Sequence[str] | None = None) -> GapPlan:
    """The checklist of the named schemes, or those of the profile. Raises NotFound for an unknown scheme."""
    report = evaluate_project(ws, project, schemes)
    with ws.reading() as c:
        notes = rows.gap_notes(c, project.id)
    return GapPlan(
        project=project,
        run_id=report.run_id,
        ruleset=report.ruleset,
        items=checklist(report, ws.ruleset),
        notes=notes,
        today=ws.clock().astimezone().date(),
    )


def note_gap(
    ws: Workspace,
    project: Project,
    criterion: str,
    *,
    note: str | None = None,
    assignee: str | None = None,
    due: str | None = None,
) -> StoredNote | None:
    """Write a note, an assignee or a due date beside a criterion; what is None stays, an empty text takes it away.

    Returns the note as it stands, None when nothing is left of it. Raises NotFound for an unknown criterion, UsageError for a
    date that is none or a text that is too long. The same note twice is one entry of the log."""
    if not any(rule.id == criterion for scheme in ws.ruleset.schemes.values() for rule in scheme.rules):
        raise NotFound(
            "criterion_unknown",
            f"没有编号为 {criterion} 的条目",
            fix="用 lingtan eligible -p 项目 --json 查看条目编号（id）",
            subject=criterion,
        )
    with ws.writing() as c:
        known = rows.gap_notes(c, project.id).get(criterion)
        before = {"note": "", "assignee": "", "due": ""} if known is None else _written(known)
        given = {"note": note, "assignee": assignee, "due": due}
        after = before | {key: value.strip() for key, value in given.items() if value is not None}
        _check_note(after)
        if after != before:
            ws.record(c, project.id, "gap-noted", {"criterion": criterion, **after})
        return rows.gap_notes(c, project.id).get(criterion)


def _written(note: StoredNote) -> dict[str, str]:
    return {"note": note.note, "assignee": note.assignee, "due": note.due}


def _check_note(values: Mapping[str, str]) -> None:
    for key, label, limit in (("note", "备注", NOTE_AT_MOST), ("assignee", "责任人", NAME_AT_MOST)):
        if len(values[key]) > limit:
            raise UsageError("note_too_long", f"{label}过长（{len(values[key])} 字）", fix=f"不超过 {limit} 字", subject=key)
    try:
        valid = not values["due"] or date.fromisoformat(values["due"]).isoformat() == values["due"]
    except ValueError:
        valid = False
    if not valid:
        raise UsageError("due_invalid", f"期限不是日期：{values['due']}", fix="写成 2026-06-30 这样的日期", subject="due")


def gap_rows(items: Sequence[ChecklistItem], notes: Mapping[str, StoredNote] | None = None) -> list[dict[str, str]]:
    """The plan as rows of text, for a table of a draft or a sheet; the keys are those of ``HEADERS``, in that order.

    Pure: the same items and notes give the same rows."""
    out = []
    for item in items:
        note = (notes or {}).get(item.criterion)
        cells = (
            item.state.label,
            item.scheme_title,
            item.title,
            item.clause,
            item.modality.value,
            item.kind,
            "；".join(need.what for need in item.needs),
            "；".join(dict.fromkeys(n.proof for n in item.needs)) or "、".join(item.documents),
            "；".join(dict.fromkeys(n.supplier for n in item.needs)) or item.supplier,
            item.next_step,
            note.assignee if note else "",
            note.due if note else "",
            note.note if note else "",
        )
        out.append(dict(zip(HEADERS, cells, strict=True)))
    return out


def plan_to_json(plan: GapPlan) -> dict[str, Any]:
    """``{project, run_id, ruleset, items, counts}``; every item with its state, needs and note."""
    return {
        "project": plan.project.id,
        "run_id": plan.run_id,
        "ruleset": plan.ruleset,
        "items": [_item_to_json(plan, item) for item in plan.items],
        "counts": {
            "open": len(plan.opened),
            "done": len(plan.items) - len(plan.opened),
            "overdue": sum(plan.overdue(item) for item in plan.items),
        },
    }


def _item_to_json(plan: GapPlan, item: ChecklistItem) -> dict[str, Any]:
    note = plan.notes.get(item.criterion)
    return {
        "id": item.criterion,
        "scheme": item.scheme,
        "scheme_title": item.scheme_title,
        "title": item.title,
        "clause": item.clause,
        "modality": item.modality.value,
        "verdict": item.verdict.value,
        "kind": item.kind,
        "state": item.state.value,
        "reason": item.reason,
        "needs": [
            {"what": n.what, "proof": n.proof, "supplier": n.supplier, "obtain": n.obtain, "also": list(n.also)}
            for n in item.needs
        ],
        "documents": list(item.documents),
        "supplier": item.supplier,
        "next_step": item.next_step,
        "note": note.note if note else "",
        "assignee": note.assignee if note else "",
        "due": note.due if note else "",
        "overdue": plan.overdue(item),
    }


def plan_workbook(plan: GapPlan) -> bytes:
    """The plan as a workbook: all items, and what is open by who supplies it."""
    rows_ = gap_rows(plan.items, plan.notes)
    handed = [
        [supplier, item.title, "；".join(n.what for n in item.needs if n.supplier == supplier), "；".join(item.documents), item.next_step]
        for supplier, items in by_supplier(plan.items).items()
        for item in items
    ]
    head = [
        ["企业", plan.project.profile.name],
        ["报告年", str(plan.project.profile.year or "")],
        ["依据核算", plan.run_id or "尚未核算"],
        ["规则版本", plan.ruleset],
        ["待办", str(len(plan.opened))],
        ["已完成", str(len(plan.items) - len(plan.opened))],
        ["说明", "状态由规则按现有材料得出，不能手工勾选；材料补齐后重新判断即更新。"],
    ]
    widths = (8, 12, 26, 22, 8, 8, 30, 30, 18, 44, 12, 12, 26)
    return workbook_bytes(
        [
            Sheet(title="补证清单", headers=HEADERS, rows=[list(r.values()) for r in rows_], widths=widths),
            Sheet(title="按部门", headers=("谁提供", "条目", "缺什么", "可用的证明", "下一步"), rows=handed, widths=(24, 30, 40, 40, 60)),
            Sheet(title="说明", headers=("项目", "内容"), rows=head, widths=(14, 80)),
        ]
    )
