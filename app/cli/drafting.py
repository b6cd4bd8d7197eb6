"""lingtan draft, verify, pack."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.output import common_options, emit, findings_text, has_blocking, workspace
from app.cli.words import command
from app.domain.plain import to_plain


@command("draft", help="起草申报书（Word），每个数字都有出处")
@click.option("-p", "--project", "key", metavar="P", help="项目编号或名称")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), metavar="FILE.docx", help="输出文件")
@click.option("--section", "sections", multiple=True, metavar="S", help="只写这些章节（可多次）")
@common_options
def draft(key: str | None, out: Path, sections: tuple[str, ...]) -> int:
    from app.services.drafting import make_draft, write_out

    ws = workspace()
    project = ws.project(key)
    made = make_draft(ws, project, sections or None)
    write_out(made.data, out)
    summary = {**made.summary, "project": project.id, "file": str(out)}

    def text() -> str:
        lines = [f"已写出 {out}：{summary['numbers']} 个数字均有出处，{summary['citations']} 处条款引用"]
        if summary["missing"]:
            lines.append(f"待补充 {len(summary['missing'])} 处：")
            lines += [f"  · {m}" for m in summary["missing"][:20]]
        return "\n".join(lines)

    emit(summary, text)
    return 0


CHECKED_LABELS = {
    "numbers_total": "数字",
    "numbers_traced": "有出处",
    "citations_total": "引用",
    "citations_valid": "引用无误",
    "log_entries": "留痕",
    "head": "末条哈希",
    "documents": "单据",
    "runs": "核算",
    "drafts": "草稿",
}


@command("verify", help="核对申报书的每个数字与引用，或核对整个项目的留痕、文件与核算")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("-p", "--project", "key", metavar="P", help="项目编号或名称")
@common_options
def verify(file: Path | None, key: str | None) -> int:
    ws = workspace()
    project = ws.project(key)
    if file is not None:
        from app.services.drafting import verify_file

        report = verify_file(ws, project, file)
    else:
        from app.services.verification import verify_project

        report = verify_project(ws, project)
    findings = to_plain(report["findings"])

    def text() -> str:
        checked = "，".join(f"{CHECKED_LABELS.get(k, k)} {str(v)[:16]}" for k, v in report["checked"].items())
        head = "核对通过，没有发现问题。" if not findings else f"发现 {len(findings)} 个问题："
        return "\n".join([head, findings_text(findings, limit=100), f"（{checked}）"])

    emit({**report, "findings": findings, "ok": not findings}, text)
    return 1 if has_blocking(findings) else 0


@command("pack", help="打包：申报书、核算报告、原始单据与哈希清单")
@click.option("-p", "--project", "key", metavar="P", help="项目编号或名称")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), metavar="FILE.zip", help="输出文件")
@common_options
def pack(key: str | None, out: Path) -> int:
    from app.services.packing import pack_project

    ws = workspace()
    project = ws.project(key)
    summary = pack_project(ws, project, out)
    emit(summary, f"已写出 {out}：{summary['files']} 个文件，清单哈希 {summary['manifest_sha256'][:12]}")
    return 0


COMMANDS = (draft, verify, pack)
