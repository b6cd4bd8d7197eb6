"""lingtan draft, verify, pack."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.output import common_options, emit, findings_text, has_blocking, workspace
from app.cli.words import command
from app.domain.errors import UsageError
from app.domain.plain import to_plain


@command("draft", help="起草申报书（Word），每个数字都有出处")
@click.option("-p", "--project", "key", metavar="P", help="项目编号或名称")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE.docx", help="输出文件")
@click.option("--section", "sections", multiple=True, metavar="S", help="只写这些章节（可多次）")
@click.option("--form", "form", metavar="ID", help="申报表格的编号（默认：全套申报书；见 --forms）")
@click.option("--forms", "listing", is_flag=True, help="列出可用的申报表格")
@click.option("--template", "template", type=click.Path(path_type=Path), metavar="FILE.docx", help="填入自备的 Word 模板")
@click.option("--sample-template", "sample", type=click.Path(path_type=Path), metavar="FILE.docx", help="写出一份模板样例")
@click.option("--reword", is_flag=True, help="用已配置的语言模型润色文字，逐句核对，不过的保留原句")
@common_options
def draft(
    key: str | None,
    out: Path | None,
    sections: tuple[str, ...],
    form: str | None,
    listing: bool,
    template: Path | None,
    sample: Path | None,
    reword: bool,
) -> int:
    from app.services.drafting import FORM, forms, make_draft, template_sample, write_out

    if listing:
        known = forms()
        emit({"forms": known}, lambda: "\n".join(f"{f['id']}\t{f['title']}\t{f['about']}" for f in known))
        return 0
    if sample is not None:
        write_out(template_sample(), sample)
        emit({"file": str(sample)}, f"已写出模板样例 {sample}；占位符的含义见 docs/template.md")
        return 0
    if out is None:
        raise UsageError("output_missing", "没有指定输出文件。", fix="用 -o 文件.docx 指定。", subject="out")
    ws = workspace()
    project = ws.project(key)
    made = make_draft(ws, project, sections or None, form=form or FORM, template=template, reword=reword)
    write_out(made.data, out)
    summary = {**made.summary, "project": project.id, "file": str(out)}

    def text() -> str:
        lines = [f"已写出 {out}：{summary['numbers']} 个数字均有出处，{summary['citations']} 处条款引用"]
        if summary["missing"]:
            lines.append(f"待补充 {len(summary['missing'])} 处：")
            lines += [f"  · {m}" for m in summary["missing"][:20]]
        lines += [f"“{o['section']}”一节 {o['words']} 字，超过 {o['limit']} 字的上限" for o in summary["over_limit"]]
        lines += summary["notes"]
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
    "conversation_entries": "问答留痕",
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
