"""lingtan extract, upload, review."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from app.cli.output import (
    common_options,
    emit,
    findings_text,
    has_blocking,
    incident_home,
    table,
    wants_json,
    workspace,
)
from app.cli.words import command
from app.domain.errors import LingtanError, UsageError


@command("extract", help="从单据中提取活动数据（不写入任何项目）")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--explain", is_flag=True, help="说明每个值为什么取自那里")
@common_options
def extract(paths: tuple[Path, ...], explain: bool) -> int:
    from app.services.extracting import extract_files, extraction_to_json
    from app.services.viewing import FIELD_LABELS, SOURCE_LABELS

    results = extract_files(paths, incident_home())
    documents = [extraction_to_json(r, explain=explain) for r in results]
    refused = [d for d in documents if d["kind"] == "unreadable"]

    def text() -> str:
        lines = []
        for document in documents:
            lines.append(f"■ {document['file']}  {document['kind_label']}（来源：{SOURCE_LABELS.get(document['source'], '—')}，{document['pages']} 页）")
            for name, field in document["fields"].items():
                where = field["locator"] or (f"第 {field['page']} 页" if field["page"] else "")
                label = FIELD_LABELS.get(name, name)
                lines.append(f"    {label}：{field['value']}  {where}  {'需核对' if field['status'] != 'auto' else ''}".rstrip())
            for record in document["records"]:
                period = f"{record['period_start'] or '?'} 至 {record['period_end'] or '?'}"
                state = "需人工核对" if record["needs_review"] else "校验通过"
                lines.append(
                    f"    → {record['carrier_label']} {record['quantity']} {record['unit']}  {period}  可信度 {record['confidence']}  {state}"
                )
            if explain:
                lines += [f"      因为 {line}" for line in document["explanation"]]
            lines.append(findings_text([*document["findings"], *(f for r in document["records"] for f in r["findings"])]))
        return "\n".join(line for line in lines if line)

    if len(documents) == len(refused) == 1:
        error = refused[0]["error"]
        failure = LingtanError(error["id"], error["message"], fix=error["fix"], subject=error["subject"])
        if wants_json():
            emit({"documents": documents, "error": error}, "")
            return 3
        raise failure
    emit({"documents": documents}, text)
    if refused and len(refused) == len(documents):
        return 3
    return 1 if refused or any(_blocking(d) for d in documents) else 0


def _blocking(document: dict[str, Any]) -> bool:
    return has_blocking(document["findings"]) or any(has_blocking(r["findings"]) for r in document["records"])


@command("upload", help="把文件或文件夹放进项目：读取、提取、建立索引；同一文件只算一份")
@click.option("-p", "--project", "key", metavar="P", help="项目编号或名称")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@common_options
def upload(key: str | None, paths: tuple[Path, ...]) -> int:
    from app.cli.progress import FileBar
    from app.domain.activity import DocumentKind
    from app.services.intake import expand, process_pending
    from app.services.intake import upload as take_in

    ws = workspace()
    project = ws.project(key)
    process_pending(ws, project)
    bar = FileBar(len(expand(paths)))
    documents = take_in(ws, project, paths, bar)
    bar.close()

    def text() -> str:
        lines = []
        for item in documents:
            kind = DocumentKind(item["kind"]).label if item.get("kind") else ""
            label = {"read": "已读", "refused": "不能用", "duplicate": "已有", "queued": "排队"}[item["status"]]
            lines.append(
                f"{label}  {Path(item['file']).name}  {kind}  记录 {item.get('records', 0)}，需核对 {item.get('needs_review', 0)}"
            )
            if item.get("error"):
                lines.append(f"      {item['error']['message']}  → {item['error']['fix']}")
            elif item["status"] != "duplicate":
                lines.append(findings_text(item.get("findings", []), limit=5))
        return "\n".join(line for line in lines if line)

    refused = [d for d in documents if d["status"] == "refused"]
    emit({"project": project.id, "documents": documents}, text)
    if documents and len(refused) == len(documents):
        return 3
    return 1 if refused or any(has_blocking(d.get("findings", [])) for d in documents) else 0


@command("review", help="人工确认：列出、批量确认、逐条确认、更正、否决")
@click.option("-p", "--project", "key", metavar="P", help="项目编号或名称")
@click.option("--list", "list_", is_flag=True, help="列出记录")
@click.option("--all", "all_", is_flag=True, help="列出全部记录（含已确认、已否决）")
@click.option("--confirm-clean", is_flag=True, help="确认全部校验通过的记录")
@click.option("--confirm", "confirm_ids", multiple=True, metavar="ID", help="确认一条记录（可多次）")
@click.option("--correct", "correct_id", metavar="ID", help="更正一条记录，配合 --set")
@click.option("--set", "changes", multiple=True, metavar="K=V", help="更正的值，例如 quantity=1234.5（可多次）")
@click.option("--reject", "reject_id", metavar="ID", help="否决一条记录，配合 --why")
@click.option("--why", default="", metavar="W", help="原因")
@common_options
def review(
    key: str | None,
    list_: bool,
    all_: bool,
    confirm_clean: bool,
    confirm_ids: tuple[str, ...],
    correct_id: str | None,
    changes: tuple[str, ...],
    reject_id: str | None,
    why: str,
) -> int:
    from app.domain.activity import RecordStatus
    from app.services import review as service

    ws = workspace()
    project = ws.project(key)
    done: dict[str, Any] = {"confirmed": [], "corrected": [], "rejected": []}
    if confirm_clean:
        done["confirmed"] += service.confirm_clean(ws, project)
    if confirm_ids:
        done["confirmed"] += service.confirm(ws, project, confirm_ids)
    if correct_id:
        pairs = dict(_pair(c) for c in changes)
        if not pairs:
            raise UsageError("set_missing", "更正需要新值", fix="例如 --set quantity=1234.5 --set unit=kWh", subject=correct_id)
        done["corrected"].append(service.correct(ws, project, correct_id, pairs, why).id)
    elif changes:
        raise UsageError("correct_missing", "--set 须与 --correct 一起使用", fix="--correct 记录编号 --set 名称=值")
    if reject_id:
        service.reject(ws, project, reject_id, why)
        done["rejected"].append(reject_id)
    every = service.list_records(ws, project)
    waiting = [r for r in every if r.status is RecordStatus.PROPOSED]
    shown = every if all_ else waiting
    acted = any(done.values())

    def text() -> str:
        lines = [f"已确认 {len(done['confirmed'])} 条" if done["confirmed"] else ""]
        lines += [f"已更正为 {i}" for i in done["corrected"]] + [f"已否决 {i}" for i in done["rejected"]]
        if list_ or all_ or not acted:
            rows = [
                (
                    r.id,
                    r.record.carrier.label,
                    f"{r.record.quantity} {r.record.unit}",
                    f"{r.record.period_start or '?'}~{r.record.period_end or '?'}",
                    r.record.account_number or "",
                    r.record.confidence.value,
                    r.status.label if r.status is not RecordStatus.PROPOSED else ("需核对" if r.record.needs_review else "可确认"),
                )
                for r in shown
            ]
            lines.append(table(("记录", "品种", "数量", "账期", "户号", "可信度", "状态"), rows) if rows else "没有待确认的记录。")
            for r in shown:
                if r.record.findings and r.status is RecordStatus.PROPOSED:
                    lines.append(f"{r.id}：")
                    lines.append(findings_text(r.record.findings, limit=6))
        lines.append(f"共 {len(every)} 条：待确认 {len(waiting)}，已确认 {sum(1 for r in every if r.status is RecordStatus.CONFIRMED)}")
        return "\n".join(line for line in lines if line)

    emit(
        {
            "project": project.id,
            **done,
            "records": [service.record_to_json(r) for r in shown],
            "counts": {s.value: sum(1 for r in every if r.status is s) for s in RecordStatus},
            "needs_review": [r.id for r in waiting if r.record.needs_review],
        },
        text,
    )
    return 1 if any(has_blocking(r.record.findings) for r in waiting) else 0


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError("set_invalid", f"--set 的写法应为 名称=值：{text}", fix="例如 --set quantity=1234.5", subject=text)
    return name.strip(), value


COMMANDS = (extract, upload, review)
