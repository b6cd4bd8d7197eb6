"""Provisions waiting for a person, their confirmation, and the withdrawal of a document, as the user asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from app.corpus.documents import DocumentDetail
from app.domain.clause import PolicyDocument
from app.domain.errors import UsageError
from app.services.policies import find_document
from app.services.policy_add import proposal_line
from app.services.policy_change import apply, effect_of, effect_text, effect_to_json
from app.services.policy_confirm import Choice, confirm, pending, set_aside, withdraw
from app.services.workspace import Workspace

EDITABLE = ("operator", "threshold", "unit", "stage", "applies_if", "modality", "topic", "rule", "basis", "clause")


def pending_of(ws: Workspace, doc_id: str) -> list[dict[str, Any]]:
    """Proposals of one document that wait; empty for one that has none."""
    return pending(ws.settings.corpus / "documents" / doc_id)


def pending_to_json(ws: Workspace, doc: str | None = None) -> dict[str, Any]:
    """``{documents: [{id, title, proposals}]}`` of every document with something waiting, or of the one named."""
    chosen = [find_document(ws.policies, doc)] if doc else list(ws.policies.values())
    found = [{"id": d.id, "title": d.title, "proposals": pending_of(ws, d.id)} for d in chosen]
    return {"documents": [f for f in found if f["proposals"] or doc]}


def pending_text(value: Mapping[str, Any]) -> str:
    """For a terminal."""
    lines = []
    for document in value["documents"]:
        lines.append(f"{document['title']}（{document['id']}）：{len(document['proposals'])} 个条目等人确认")
        for row in document["proposals"]:
            lines += [f"  {proposal_line(row)}", f"      原文：{row.get('quote', '')}"]
    return "\n".join(lines) or "没有等人确认的条目。"


def edits_of(given: Sequence[str]) -> dict[str, dict[str, str]]:
    """``PID.字段=值`` as edits by pid. Raises UsageError."""
    out: dict[str, dict[str, str]] = {}
    for text in given:
        where, equals, value = text.partition("=")
        pid, dot, name = where.rpartition(".")
        if not (equals and dot and pid) or name not in EDITABLE:
            raise UsageError(
                "edit_invalid",
                f"改正写法“{text}”看不懂。",
                fix=f"写成 条目编号.字段=值；字段可为 {'、'.join(EDITABLE)}。",
                subject=text,
            )
        out.setdefault(pid, {})[name] = value
    return out


def confirm_pending(
    ws: Workspace,
    doc: str,
    pids: Sequence[str],
    *,
    everything: bool = False,
    edits: Mapping[str, Mapping[str, str]] | None = None,
    drops: Sequence[str] = (),
    dry_run: bool = False,
) -> dict[str, Any]:
    """Confirm proposals in the name of the workspace's user, or show what confirming would do.

    ``{id, written, confirmed, dropped, left, waiting, effect}``. Raises NotFound, UsageError (nothing chosen, a figure the clause does
    not print)."""
    document = find_document(ws.policies, doc)
    choice = Choice(pids=tuple(pids), everything=everything, edits=edits or {})
    if not choice.any and not drops:
        raise UsageError(
            "nothing_chosen", "没有指明要确认哪些条目。", fix="写出条目编号，或核对全部原文后用 --all。", subject=document.id
        )
    rows = [r for r in pending_of(ws, document.id) if r["pid"] not in drops]
    chosen = Choice(pids=tuple(str(r["pid"]) for r in rows) if everything else choice.pids, edits=choice.edits)
    today = ws.clock().astimezone().date()

    def change(corpus: Path) -> tuple[str, ...]:
        set_aside(corpus, document.id, drops)
        return confirm(corpus, document.id, chosen, by=ws.actor, on=today) if chosen.pids else ()

    effect, left = (effect_of if dry_run else apply)(ws, change)
    return {
        "id": document.id,
        "title": document.title,
        "written": not dry_run,
        "confirmed": list(chosen.pids),
        "dropped": list(drops),
        "left": list(left),
        "waiting": len(rows) - len(chosen.pids) if dry_run else len(pending_of(ws, document.id)),
        "effect": effect_to_json(effect),
    }


def confirmed_text(value: Mapping[str, Any]) -> str:
    """For a terminal."""
    done = value["written"]
    if "withdrawn" in value:
        head = f"{'已标明' if done else '预览（未写入）'}：{value['title']}自 {value['withdrawn']} 起废止或撤回"
    else:
        head = f"{'已确认' if done else '预览（未写入）'} {len(value['confirmed'])} 个条目：{value['title']}，还有 {value['waiting']} 个等人确认"
    lines = [head, "带来的变化：" if done else "会带来的变化：", *effect_text(value["effect"], ahead=not done)]
    return "\n".join([*lines, *(f"  说明：{said}" for said in value["left"])])


def withdraw_policy(ws: Workspace, doc: str, *, day: str, why: str, successor: str = "", dry_run: bool = False) -> dict[str, Any]:
    """Mark a document as withdrawn from ``day``, or show what that would do. Raises NotFound, UsageError."""
    document = find_document(ws.policies, doc)
    try:
        on = date.fromisoformat(day)
    except ValueError as error:
        raise UsageError("day_invalid", f"废止之日不是日期：{day}", fix="写成 2026-09-01 这样的日期", subject="on") from error
    if not why.strip():
        raise UsageError("why_missing", "没有写明依据。", fix="写出废止通知的名称和文号。", subject="why")
    later = find_document(ws.policies, successor).id if successor else ""
    folder = _detail(ws, document).folder

    def change(corpus: Path) -> tuple[str, ...]:
        return withdraw(corpus, document, folder, on=on, why=why.strip(), successor=later)

    effect, left = (effect_of if dry_run else apply)(ws, change)
    return {
        "id": document.id, "title": document.title, "written": not dry_run, "withdrawn": on.isoformat(), "left": list(left),
        "effect": effect_to_json(effect),
    }  # fmt: skip


def _detail(ws: Workspace, document: PolicyDocument) -> DocumentDetail:
    found: DocumentDetail = ws.policies.details[document.id]  # type: ignore[attr-defined]
    return found
