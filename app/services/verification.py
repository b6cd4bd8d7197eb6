"""Prove a project: the chain of the log holds, the tables are what the log says, the files are what their names say, and every
run is re-derived byte by byte."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, MetaData, select

from app.domain.errors import LingtanError
from app.domain.finding import Finding, Severity
from app.domain.project import Project
from app.services.workspace import Workspace
from app.store import log
from app.store.engine import make_engine, reading, writing
from app.store.log import canonical
from app.store.projection import EVENT_TYPES, apply_entry
from app.store.projection_conversation import chain_of
from app.store.tables import (
    answer_feedback,
    conversation,
    document,
    draft,
    draft_approval,
    draft_comment,
    draft_version,
    exchange,
    gap_note,
    metadata,
    project,
    record,
    run,
)

RESTORE = "用最近一次备份恢复，并查明是谁改动了数据库"
TABLES = (
    project, document, record, run, draft, gap_note, draft_version, draft_approval, draft_comment, conversation, exchange, answer_feedback,
)  # fmt: skip


def verify_project(ws: Workspace, target: Project) -> dict[str, Any]:
    """``{project, findings, checked}``; no findings means everything holds."""
    findings: list[Finding] = []
    with ws.reading() as c:
        chains = {target.id: "留痕", chain_of(target.id): "问答留痕"}
        for chain, name in chains.items():
            for seq in log.broken_links(c, chain):
                subject = f"log:{seq}" if chain == target.id else f"conversation:{seq}"
                findings.append(_blocking("log-broken", f"{name}第 {seq} 条与前后不相连：内容被改动、删除或调换", subject, fix=RESTORE))
        length, head = log.head(c, target.id)
        asked, _ = log.head(c, chain_of(target.id))
        if not findings:
            findings += _compare(c, target.id, [entry for chain in chains for entry in log.entries(c, chain)])
        files = [(r.sha256, r.filename) for r in c.execute(select(document).where(document.c.project_id == target.id))]
        drafts = [(r.sha256, "申报书") for r in c.execute(select(draft).where(draft.c.project_id == target.id))]
        runs = list(c.execute(select(run).where(run.c.project_id == target.id).order_by(run.c.seq)))
    for sha256, name in files + drafts:
        findings += _file(ws, sha256, name)
    for row in runs:
        findings += _rerun(ws, row.run_id, row.inputs, row.output)
    checked = {
        "log_entries": length,
        "head": head,
        "conversation_entries": asked,
        "documents": len(files),
        "runs": len(runs),
        "drafts": len(drafts),
    }
    return {"project": target.id, "findings": findings, "checked": checked}


def _blocking(id: str, message: str, subject: str, *, fix: str) -> Finding:
    return Finding(id=id, severity=Severity.BLOCKING, message=message, subjects=(subject,), fix=fix)


def _compare(c: Connection, project_id: str, history: list[log.LogEntry]) -> list[Finding]:
    """Replay the log into an empty database and compare every projected row."""
    engine = make_engine("sqlite://")
    MetaData.create_all(metadata, engine)
    findings: list[Finding] = []
    with writing(engine) as replayed:
        for entry in history:
            if entry.type not in EVENT_TYPES:
                return [
                    _blocking(
                        "log-unknown-event",
                        f"留痕第 {entry.seq} 条是本版本不认识的事件 {entry.type}",
                        f"log:{entry.seq}",
                        fix="用写下它的 lingtan 版本核对",
                    )
                ]
            apply_entry(replayed, entry)
    with reading(engine) as replayed:
        for table in TABLES:
            owner = table.c.id if table is project else table.c.project_id
            query = select(table).where(owner == project_id)
            keys = [column.name for column in table.primary_key]
            mine = {tuple(row._mapping[k] for k in keys): tuple(row) for row in c.execute(query)}
            theirs = {tuple(row._mapping[k] for k in keys): tuple(row) for row in replayed.execute(query)}
            for key in sorted({k for k in mine.keys() | theirs.keys() if mine.get(k) != theirs.get(k)}, key=str):
                findings.append(
                    _blocking(
                        "row-changed",
                        f"数据表 {table.name} 的 {key[-1]} 与留痕不一致：有人绕过程序改动了数据",
                        str(key[-1]),
                        fix=RESTORE,
                    )
                )
    engine.dispose()
    return findings


def _file(ws: Workspace, sha256: str, name: str) -> list[Finding]:
    try:
        intact = ws.blobs.intact(sha256)
    except (LingtanError, OSError):
        return [_blocking("file-missing", f"文件“{name}”已不在存储中或读不出", sha256, fix="重新上传同一份文件，或用备份恢复")]
    return [] if intact else [_blocking("file-changed", f"文件“{name}”的内容已被改动", sha256, fix="用备份恢复原文件")]


def _rerun(ws: Workspace, run_id: str, inputs: str, output: str) -> list[Finding]:
    """The same inputs must give the same bytes, unless the engine has changed since (said so, not an error of the user)."""
    from app.accounting import calculate
    from app.accounting.report import run_to_json

    try:
        kept = json.loads(output)
        again = run_to_json(calculate(json.loads(inputs), ws.factors))
    except LingtanError as error:
        return [_differs(run_id, f"重算被拒绝：{error.message}")]
    except ValueError:
        return [_differs(run_id, "保存的内容已损坏")]
    if canonical(again) == canonical(kept):
        return []
    if isinstance(kept, dict) and again["engine"] != kept.get("engine"):
        return [
            Finding(
                id="run-older-engine",
                severity=Severity.NOTE,
                message=f"核算 {run_id} 由旧版核算程序 {kept.get('engine')} 得出，现为 {again['engine']}",
                subjects=(run_id,),
                fix="用 lingtan account 重新核算，并比较两次结果",
            )
        ]
    return [_differs(run_id, "重算结果与保存的不同")]


def _differs(run_id: str, what: str) -> Finding:
    return _blocking(
        "run-differs",
        f"核算 {run_id}：{what}",
        run_id,
        fix="用 lingtan account 重新核算；如因子库未更新而结果仍不同，请查明数据是否被改动",
    )
