"""Prove a project: the chain of the log holds, the tables are what the log says, the files are what their names say, and every
run is re-derived byte by byte."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, MetaData, select

from app.domain.errors import LingtanError
from app.domain.finding import Finding, Severity
from app.domain.project import Project
from app.services.workspace import Workspace
from app.store import log, rows
from app.store.engine import make_engine, reading, writing
from app.store.log import canonical
from app.store.projection import apply_entry
from app.store.tables import document, draft, metadata, project, record, run

TABLES = (project, document, record, run, draft)


def verify_project(ws: Workspace, target: Project) -> dict[str, Any]:
    """``{project, findings, checked}``; no findings means everything holds."""
    findings: list[Finding] = []
    with ws.reading() as c:
        broken = log.broken_links(c, target.id)
        history = list(log.entries(c, target.id))
        documents = rows.documents(c, target.id)
        runs = rows.runs(c, target.id)
        drafts = rows.drafts(c, target.id)
        for seq in broken:
            findings.append(
                Finding(
                    id="log-broken",
                    severity=Severity.BLOCKING,
                    message=f"留痕第 {seq} 条与前后不相连：内容被改动、删除或调换",
                    subjects=(f"log:{seq}",),
                    fix="用最近一次备份恢复，并查明是谁改动了数据库",
                )
            )
        if not broken:
            findings += _compare(c, target.id, history)
    for sha256, name in [(d.sha256, d.filename) for d in documents] + [(d.sha256, "申报书") for d in drafts]:
        findings += _file(ws, sha256, name)
    for stored in runs:
        findings += _rerun(ws, stored)
    checked = {
        "log_entries": len(history),
        "head": history[-1].hash if history else log.GENESIS,
        "documents": len(documents),
        "runs": len(runs),
        "drafts": len(drafts),
    }
    return {"project": target.id, "findings": findings, "checked": checked}


def _compare(c: Connection, project_id: str, history: list[log.LogEntry]) -> list[Finding]:
    """Replay the log into an empty database and compare every projected row."""
    engine = make_engine("sqlite://")
    MetaData.create_all(metadata, engine)
    findings: list[Finding] = []
    with writing(engine) as replayed:
        for entry in history:
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
                    Finding(
                        id="row-changed",
                        severity=Severity.BLOCKING,
                        message=f"数据表 {table.name} 的 {key[-1]} 与留痕不一致：有人绕过程序改动了数据",
                        subjects=(str(key[-1]),),
                        fix="用最近一次备份恢复，并查明是谁改动了数据库",
                    )
                )
    engine.dispose()
    return findings


def _file(ws: Workspace, sha256: str, name: str) -> list[Finding]:
    try:
        intact = ws.blobs.intact(sha256)
    except LingtanError:
        return [
            Finding(
                id="file-missing",
                severity=Severity.BLOCKING,
                message=f"文件“{name}”已不在存储中",
                subjects=(sha256,),
                fix="重新上传同一份文件，或用备份恢复",
            )
        ]
    if intact:
        return []
    return [
        Finding(
            id="file-changed",
            severity=Severity.BLOCKING,
            message=f"文件“{name}”的内容已被改动",
            subjects=(sha256,),
            fix="用备份恢复原文件",
        )
    ]


def _rerun(ws: Workspace, stored: rows.StoredRun) -> list[Finding]:
    """The same inputs must give the same bytes, unless the engine has changed since (said so, not an error of the user)."""
    from app.accounting import calculate
    from app.accounting.report import run_to_json

    try:
        again = run_to_json(calculate(stored.inputs, ws.factors))
    except LingtanError as error:
        return [_differs(stored, f"重算被拒绝：{error.message}")]
    if canonical(again) == canonical(stored.output):
        return []
    if again["engine"] != stored.output["engine"]:
        return [
            Finding(
                id="run-older-engine",
                severity=Severity.NOTE,
                message=f"核算 {stored.run_id} 由旧版核算程序 {stored.output['engine']} 得出，现为 {again['engine']}",
                subjects=(stored.run_id,),
                fix="用 lingtan account 重新核算，并比较两次结果",
            )
        ]
    return [_differs(stored, "重算结果与保存的不同")]


def _differs(stored: rows.StoredRun, what: str) -> Finding:
    return Finding(
        id="run-differs",
        severity=Severity.BLOCKING,
        message=f"核算 {stored.run_id}：{what}",
        subjects=(stored.run_id,),
        fix="用 lingtan account 重新核算；如因子库未更新而结果仍不同，请查明数据是否被改动",
    )
