"""What else a person does with a section: begin anew, take over today's values, go back, approve, withdraw, comment. Each is an event
of the log; no version is ever changed or removed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Conflict, LingtanError, NotFound, UsageError
from app.domain.project import Project
from app.domain.stored import StoredApproval
from app.services import account
from app.services.draft_content import content_from_plain
from app.services.draft_diff import Row, compare, readable_lines
from app.services.draft_editing import changed_meanwhile, newest_version, write_version
from app.services.draft_sections import Outline, Section, content_of_version, outline, versions_of
from app.services.draft_stale import basis_of, refreshed
from app.services.drafting import FORM
from app.services.workspace import Workspace
from app.store import log, rows, rows_drafts

WAYS = {"edited": "修改", "refreshed": "采用新值", "restored": "恢复旧版", "generated": "重新生成", "frozen": "按系统文字批准"}
CAUSES = 8
COMMENT_LIMIT = 2000


def approvals_of(ws: Workspace, project: Project, form: str, section_id: str) -> list[StoredApproval]:
    """The approvals a section was given, oldest first, withdrawn ones among them."""
    with ws.reading() as c:
        return rows_drafts.approvals(c, project.id, form, section_id)


def _today(section: Section) -> dict[str, Any]:
    return basis_of(section.made, readable_lines(section.made.blocks, section.made.facts))


def regenerate(ws: Workspace, project: Project, section_id: str, *, form: str = FORM) -> int:
    """Back to what the program writes: the section follows the data again. The edited version stays in the history."""
    outlined = outline(ws, project, form=form)
    section = outlined.find(section_id)
    if section.stored is None:
        raise Conflict("section_live", f"“{section.title}”没有改动过，已是按最新数据生成的文字", fix="直接导出即可", subject=section_id)
    with ws.writing() as c:
        return write_version(ws, c, project, form, section, section.made, way="generated", basis=_today(section))


def refresh(ws: Workspace, project: Project, section_id: str, *, form: str = FORM) -> int:
    """Keep the prose, take today's values, clauses and tables."""
    outlined = outline(ws, project, form=form)
    section = outlined.find(section_id)
    if not section.changes:
        raise Conflict("section_current", f"“{section.title}”没有待更新的内容", fix="刷新页面", subject=section_id)
    content = refreshed(section.content, section.made, outlined.draft.facts, ws.policies)
    with ws.writing() as c:
        return write_version(ws, c, project, form, section, content, way="refreshed", basis=_today(section))


def refresh_all(ws: Workspace, project: Project, *, form: str = FORM) -> list[str]:
    """``refresh`` every section that waits for it; returns their ids."""
    waiting = [s.id for s in outline(ws, project, form=form).sections if s.changes]
    for id in waiting:
        refresh(ws, project, id, form=form)
    return waiting


def restore(ws: Workspace, project: Project, section_id: str, version: int, *, form: str = FORM) -> int:
    """An earlier version becomes the newest again. What has changed behind it since it was written shows as stale."""
    outlined = outline(ws, project, form=form)
    section = outlined.find(section_id)
    wanted = next((v for v in versions_of(ws, project, form, section_id) if v.version == version), None)
    if wanted is None:
        raise NotFound("version_not_found", f"“{section.title}”没有第 {version} 版", fix="从版本列表中选", subject=str(version))
    content = content_from_plain(wanted.content)
    with ws.writing() as c:
        return write_version(
            ws, c, project, form, section, content, way="restored", note=f"恢复第 {version} 版", basis=wanted.basis
        )


def approve(ws: Workspace, project: Project, section_id: str, hash: str, *, form: str = FORM) -> int:
    """Approve exactly the content with this hash; returns the version. Text of the program is kept as a version first, so that what was
    approved stays what it was. Raises Conflict when the content is another one by now, or something behind it has changed."""
    outlined = outline(ws, project, form=form)
    section = outlined.find(section_id)
    if section.content.hash != hash:
        raise changed_meanwhile(section)
    if section.changes:
        raise Conflict("section_stale", f"“{section.title}”待更新，不能批准", fix="先采用新值或重新生成", subject=section_id)
    if section.approval is not None:
        return section.approval.version
    with ws.writing() as c:
        if section.stored is None:
            version = write_version(ws, c, project, form, section, section.made, way="frozen", basis=_today(section))
        elif newest_version(c, project, form, section_id) != section.version:
            raise changed_meanwhile(section)
        else:
            version = section.version
        ws.record(c, project.id, "draft-section-approved", {"form": form, "section": section_id, "version": version, "hash": hash})
    return version


def withdraw(ws: Workspace, project: Project, section_id: str, why: str = "", *, form: str = FORM) -> None:
    """Take the approval back; it stays in the history with who took it back. Raises Conflict when there is none."""
    outlined = outline(ws, project, form=form)
    with ws.writing() as c:
        newest = rows_drafts.latest_versions(c, project.id, form).get(section_id)
        given = rows_drafts.approvals(c, project.id, form, section_id)
        last = next((a for a in reversed(given) if newest and a.hash == newest.hash and a.withdrawn_at is None), None)
        if last is None:
            section = outlined.find(section_id)
            raise Conflict("not_approved", f"“{section.title}”的现行文字没有批准", fix="刷新页面", subject=section_id)
        payload = {"form": form, "section": section_id, "approval": last.seq, "why": why.strip()[:500]}
        ws.record(c, project.id, "draft-approval-withdrawn", payload)


def comment(ws: Workspace, project: Project, section_id: str, text: str, *, form: str = FORM) -> None:
    """Raises UsageError for an empty or overlong comment."""
    text = text.strip()
    if not text or len(text) > COMMENT_LIMIT:
        raise UsageError("comment_text", f"批注要写 1 到 {COMMENT_LIMIT} 字", fix="写下意见后再提交", subject=section_id)
    outlined = outline(ws, project, form=form)
    section = outlined.find(section_id)
    payload = {"form": form, "section": section_id, "version": section.version, "text": text}
    with ws.writing() as c:
        ws.record(c, project.id, "draft-section-commented", payload)


def resolve(ws: Workspace, project: Project, section_id: str, seq: int, *, resolved: bool, form: str = FORM) -> None:
    """Mark a comment as dealt with, or open again. Raises NotFound."""
    with ws.writing() as c:
        if not any(item.seq == seq for item in rows_drafts.comments(c, project.id, form, section_id)):
            raise NotFound("comment_not_found", "没有这条批注", fix="刷新页面", subject=str(seq))
        payload = {"form": form, "section": section_id, "comment": seq, "resolved": resolved}
        ws.record(c, project.id, "draft-comment-resolved", payload)


def difference(ws: Workspace, project: Project, outlined: Outline, section: Section, before: int, after: int) -> list[Row]:
    """Two versions of a section word by word; 0 is what the program writes today."""
    old, new = (content_of_version(ws, project, outlined, section, n) for n in (before, after))
    return compare(readable_lines(old.blocks, old.facts), readable_lines(new.blocks, new.facts))


def generated_since(section: Section) -> list[Row]:
    """How the program's own text of a kept section has changed since the section was written."""
    if section.stored is None:
        return []
    return compare(section.stored.basis["lines"], readable_lines(section.made.blocks, section.made.facts))


def accounts_behind(ws: Workspace, project: Project) -> bool:
    """Whether the accounts were made before the records are what they are: a figure that a draft misses may only wait for them."""
    stored = account.latest(ws, project)
    if stored is None:
        return False
    try:
        return not account.same_inputs(account.prepare(ws, project), stored)
    except LingtanError:
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Something that happened to the project after a version was written."""

    at: str
    by: str
    text: str


_PLAIN_CAUSES = {
    "run-made": "重新核算",
    "profile-changed": "修改项目档案",
    "document-read": "读取新单据",
    "gap-noted": "修改补证备注",
}


def causes(ws: Workspace, project: Project, section: Section) -> list[Cause]:
    """What happened since the kept version that can explain its changes, newest first."""
    if section.stored is None:
        return []
    with ws.reading() as c:
        known = {r.id: r.record for r in rows.records(c, project.id)}
        later = [e for e in log.entries(c, project.id) if e.seq > section.stored.log_seq]
    told = [Cause(at=e.at, by=e.actor, text=text) for e in reversed(later) for text in _told(e, known)]
    return told[:CAUSES]


def _told(entry: log.LogEntry, known: dict[str, Any]) -> Iterator[str]:
    if entry.type in _PLAIN_CAUSES:
        yield _PLAIN_CAUSES[entry.type]
    elif entry.type in ("record-corrected", "record-rejected", "record-confirmed"):
        record = known.get(entry.payload["id"])
        name = f"{record.carrier.label} {(record.period_start or '账期不明')[:7]}" if record else entry.payload["id"]
        if entry.type == "record-corrected":
            values = "，".join(f"{FIELD_LABELS.get(k, k)}改为 {v}" for k, v in entry.payload["changes"].items())
            yield f"更正记录 {name}：{values}"
        else:
            yield f"{'否决' if entry.type == 'record-rejected' else '确认'}记录 {name}"


FIELD_LABELS = {
    "carrier": "品种", "direction": "方向", "quantity": "数量", "unit": "单位", "period_start": "起日", "period_end": "止日",
    "account_number": "户号", "meter_number": "表号", "amount": "金额", "note": "说明", "steam": "蒸汽状态", "pressure_mpa": "压力",
    "pressure_basis": "压力口径", "temperature_c": "温度", "gas_condition": "气体状态", "density_kg_per_l": "密度",
    "certificate_id": "绿证编号",
}  # fmt: skip
