"""The demonstration: raw documents of a fictional factory, written as files and then treated as a user's files."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.domain.activity import RecordStatus
from app.domain.errors import Conflict
from app.domain.project import Project
from app.services import account as accounts
from app.services import review
from app.services.asking import ask_question
from app.services.drafting import make_draft, write_out
from app.services.eligibility import check_eligibility
from app.services.intake import upload
from app.services.packing import pack_project, workbook_of
from app.services.projects import add_project
from app.services.verification import verify_project
from app.services.workspace import Workspace

MARK = "demo-home"
PERSON = "演示人员"
LOOKED_AT = {"period-length", "red-letter"}
"""Findings that only ask for a look: a quarterly fuel invoice is longer than a meter period, and a red-letter invoice cancels its
blue one. The demonstration's person looks and confirms those; everything else stays waiting."""

Say = Callable[[str], None]
Open = Callable[[Path], Workspace]


def demonstrate(home: Path, out: Path, open_home: Open, *, say: Say, fancy: bool) -> dict[str, Any]:
    """Run the whole job and leave 申报书.docx, 核算报告.xlsx, 证据包.zip and run.json in ``out``; returns the summary."""
    from app.demo.documents import QUESTIONS, profile_toml, write_documents

    started = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    _fresh_home(home)
    say("① 写出演示工厂的原始单据")
    documents_dir = out / "documents"
    written = write_documents(documents_dir)
    (out / "profile.toml").write_text(profile_toml(), "utf-8")
    ws = open_home(home)
    (home / MARK).write_text("演示数据目录，可随时删除\n", "utf-8")
    project = add_project(ws, profile_toml())
    say(f"② 读取并提取 {len(written)} 份单据")
    paths = [documents_dir / d.name for d in written]
    with _progress(len(paths), fancy) as step:
        uploaded = upload(ws, project, paths, lambda name, stage: step(name) if stage == "读取" else None)
    say("③ 核对：校验全部通过的批量确认，其余由人逐条看")
    confirmed, looked, corrected = _decide(ws, project)
    waiting = review.list_records(ws, project, RecordStatus.PROPOSED)
    say("④ 核算")
    result = accounts.account(ws, project)
    run = accounts.result_to_json(project, result)
    say("⑤ 资格判断")
    eligibility = check_eligibility(ws, project)
    say("⑥ 问答")
    answers = [ask_question(ws, q.text, project=project) for q in QUESTIONS]
    say("⑦ 起草申报书、核算报告与证据包")
    draft = make_draft(ws, project)
    write_out(draft.data, out / "申报书.docx")
    workbook = workbook_of(ws, project)
    assert workbook is not None
    write_out(workbook, out / "核算报告.xlsx")
    write_out((json.dumps(run, ensure_ascii=False, indent=2) + "\n").encode(), out / "run.json")
    pack = pack_project(ws, project, out / "证据包.zip")
    say("⑧ 核对留痕、文件、核算与草稿")
    verification = verify_project(ws, project)
    names = {d["sha256"]: Path(d["file"]).name for d in uploaded if d.get("sha256")}
    return {
        "project": project.id,
        "home": str(home),
        "out": str(out),
        "documents": uploaded,
        "counts": {
            "documents": len(uploaded),
            "read": sum(1 for d in uploaded if d["status"] == "read"),
            "duplicates": sum(1 for d in uploaded if d["status"] == "duplicate"),
            "refused": sum(1 for d in uploaded if d["status"] == "refused"),
            "confirmed_in_bulk": len(confirmed),
            "confirmed_after_look": len(looked),
            "corrected": len(corrected),
            "waiting": len(waiting),
        },
        "waiting": [
            {
                "id": r.id,
                "file": names.get(r.document_sha256, ""),
                "what": f"{r.record.carrier.label} {r.record.quantity} {r.record.unit}".strip(),
                "why": [f.message for f in r.record.findings] or ["可信度不足以自动确认"],
            }
            for r in waiting
        ],
        "total_tco2": run["total_tco2"],
        "subtotals": run["subtotals"],
        "run_id": run["run_id"],
        "findings": run["findings"],
        "verdicts": eligibility["counts"],
        "answers": answers,
        "draft": draft.summary,
        "pack": pack,
        "verified": not verification["findings"],
        "files": [str(out / n) for n in ("申报书.docx", "核算报告.xlsx", "证据包.zip", "run.json")],
        "seconds": round(time.monotonic() - started),
    }


def _fresh_home(home: Path) -> None:
    """A demonstration begins anew; a home that is not the demonstration's own is never touched."""
    if not home.exists() or not any(home.iterdir()):
        return
    if not (home / MARK).is_file():
        raise Conflict("home_not_demo", f"数据目录 {home} 不是演示目录，不会覆盖", fix="用 --home 或 --out 指定一个新的目录")
    shutil.rmtree(home)


def _decide(ws: Workspace, project: Project) -> tuple[list[str], list[str], list[str]]:
    """What a person does on the review page: bulk confirmation, then one look at each of the rest."""
    confirmed = review.confirm_clean(ws, project)
    person = ws.acting_as(PERSON)
    looked, corrected = [], []
    for stored in review.list_records(ws, project, RecordStatus.PROPOSED):
        ids = {f.id for f in stored.record.findings}
        if ids and ids <= LOOKED_AT and stored.record.account_number is None and stored.record.unit == "L":
            looked += review.confirm(person, project, [stored.id])
        elif "unit-missing" in ids and ids <= {"unit-missing", "same-period-differs"}:
            corrected.append(review.correct(person, project, stored.id, {"unit": "kWh"}, "对照同户号其他月份的发票，单位为千瓦时").id)
    return confirmed, looked, corrected


@contextmanager
def _progress(total: int, fancy: bool) -> Iterator[Callable[[str], None]]:
    """A progress bar on stderr for people, silence for programs."""
    if not fancy:
        yield lambda name: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (BarColumn(bar_width=32), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=not console.is_terminal) as bar:
        task = bar.add_task("", total=total)

        def step(name: str) -> None:
            bar.update(task, advance=1, description=name[:40])

        yield step


STATUS = {"answered": "有依据", "reference_only": "仅供参考", "not_in_corpus": "库内没有依据", "declined": "不予回答"}


def demonstration_text(result: dict[str, Any]) -> str:
    """The summary for a terminal."""
    c, v = result["counts"], result["verdicts"]
    lines = [
        "",
        f"单据：{c['documents']} 份，读取 {c['read']}，重复 {c['duplicates']}，不能用 {c['refused']}",
        f"活动数据：批量确认 {c['confirmed_in_bulk']}，人工看过后确认 {c['confirmed_after_look']}，更正 {c['corrected']}，仍待确认 {c['waiting']}",
    ]
    for item in result["waiting"]:
        lines.append(f"  待确认  {item['what']}  {item['file']}")
        lines += [f"          {why}" for why in item["why"]]
    for document in result["documents"]:
        if document["status"] == "refused":
            lines.append(f"  不能用  {Path(document['file']).name}：{document['error']['message']}")
        elif document["status"] == "duplicate":
            lines.append(f"  重复    {Path(document['file']).name}")
    for finding in result["findings"]:
        if finding["id"] == "period-gap":
            lines.append(f"  缺单据  {finding['message']}")
    lines += [
        "",
        f"排放总量：{result['total_tco2']} tCO2（{result['run_id']}）",
        *(f"  {name}：{value}" for name, value in _subtotals(result["subtotals"])),
        f"资格：符合 {v['met']}，不符合 {v['not_met']}，待补证 {v['insufficient_evidence']}，不适用 {v['not_applicable']}",
        "",
        "问答：",
    ]
    lines += [f"  【{STATUS[a['status']]}】{a['question']}" for a in result["answers"]]
    d = result["draft"]
    lines += [
        "",
        f"申报书：{d['numbers']} 个数字均有出处，{d['citations']} 处条款引用，待补充 {len(d['missing'])} 处",
        f"留痕、文件、核算、草稿核对：{'通过' if result['verified'] else '发现问题，运行 lingtan verify 查看'}",
        "",
        *(f"  {f}" for f in result["files"]),
        "",
        f"用时 {result['seconds']} 秒。网页查看：lingtan --home {result['home']} serve",
    ]
    return "\n".join(lines)


def _subtotals(subtotals: dict[str, str]) -> list[tuple[str, str]]:
    from app.services.labels import CATEGORY_LABELS

    return [(CATEGORY_LABELS.get(k, k), v) for k, v in subtotals.items()]
