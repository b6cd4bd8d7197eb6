"""lingtan policy."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.output import common_options, emit, findings_text, has_blocking, table, workspace
from app.cli.words import group
from app.domain.plain import to_plain


@group("policy", help="政策文件库")
@common_options
def policy() -> None: ...


@policy.command("list", help="列出文件，注明全文或摘要转述与可信度")
@common_options
def list_() -> None:
    from app.services.policies import list_policies

    found = list_policies(workspace().policies)
    emit(
        {"documents": found},
        lambda: table(
            ("编号", "文件", "文号", "地区", "文本", "可信度"),
            [(d["id"], d["title"], d["document_number"] or "—", d["region"], d["text_label"], d["evidence_label"]) for d in found],
        ),
    )


@policy.command("show", help="显示文件或其中一条")
@click.argument("doc", metavar="DOC")
@click.argument("clause", required=False, metavar="CLAUSE")
@common_options
def show(doc: str, clause: str | None) -> None:
    from app.services.policies import policy_text, show_policy

    shown = show_policy(workspace().policies, doc, clause)
    emit(shown, lambda: policy_text(shown))


@policy.command("matrix", help="主题 × 地区对照：写了什么、没写什么、未检出")
@click.option("--topic", "topics", multiple=True, metavar="T")
@click.option("--region", "regions", multiple=True, metavar="R")
@common_options
def matrix(topics: tuple[str, ...], regions: tuple[str, ...]) -> None:
    from app.services.policy_matrix import matrix_text
    from app.services.policy_matrix import policy_matrix as build

    result = build(workspace().policies, topics or None, regions or None)
    emit(result, lambda: matrix_text(result))


@policy.command("add", help="加入一份政策文件（PDF、Word、OFD、网页、扫描件），预览拆分、建议条目和会改变的结论")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--meta", type=click.Path(path_type=Path), metavar="M.toml", help="文件信息；没有也可用下面的选项")
@click.option("--replaces", metavar="DOC", help="它是库内哪份文件的正文，如 miit-2026-07-notice")
@click.option("--evidence", metavar="LEVEL", help="官方、转载、新闻、转述或论坛")
@click.option("--url", metavar="URL", help="原文网址")
@click.option("--dry-run", is_flag=True, help="只预览，不写入")
@click.option("--confirm", "pids", multiple=True, metavar="PID", help="同时确认这一建议条目，可重复")
@click.option("--confirm-all", is_flag=True, help="同时确认全部建议条目（须已对照原文）")
@common_options
def add(
    file: Path,
    meta: Path | None,
    replaces: str | None,
    evidence: str | None,
    url: str | None,
    dry_run: bool,
    pids: tuple[str, ...],
    confirm_all: bool,
) -> int:
    from app.services.calculation import read_text
    from app.services.policy_add import add_policy_file, added_text
    from app.services.policy_confirm import Choice
    from app.services.policy_meta import meta_with

    ws = workspace()
    about = meta_with(read_text(meta) if meta else "", {"id": replaces, "evidence": evidence, "urls": url})
    choice = Choice(pids=pids, everything=confirm_all, edits={}) if pids or confirm_all else None
    result = add_policy_file(ws, file, about, dry_run=dry_run, choice=choice)
    emit(result, lambda: added_text(result))
    return 1 if has_blocking(result["findings"]) else 0


@policy.command("proposals", help="列出从正文提出、等人确认的条目")
@click.argument("doc", required=False, metavar="DOC")
@common_options
def proposals(doc: str | None) -> None:
    from app.services.policy_pending import pending_text, pending_to_json

    result = pending_to_json(workspace(), doc)
    emit(result, lambda: pending_text(result))


@policy.command("confirm", help="确认建议的条目，门槛、截止日期和表格随之成为可判断的依据")
@click.argument("doc", metavar="DOC")
@click.argument("pids", nargs=-1, metavar="[PID]...")
@click.option("--all", "everything", is_flag=True, help="确认全部（须已对照原文）")
@click.option("--set", "edits", multiple=True, metavar="PID.字段=值", help="改正一个字段，如 carbon_intensity-1.operator=<=")
@click.option("--drop", "drops", multiple=True, metavar="PID", help="这一条不要")
@click.option("--dry-run", is_flag=True, help="只看会改变哪些结论，不写入")
@common_options
def confirm(
    doc: str, pids: tuple[str, ...], everything: bool, edits: tuple[str, ...], drops: tuple[str, ...], dry_run: bool
) -> None:
    from app.services.policy_pending import confirm_pending, confirmed_text, edits_of

    result = confirm_pending(
        workspace(), doc, pids, everything=everything, edits=edits_of(edits), drops=drops, dry_run=dry_run
    )
    emit(result, lambda: confirmed_text(result))


@policy.command("withdraw", help="标明一份文件已废止或撤回，依据它的规则不再适用")
@click.argument("doc", metavar="DOC")
@click.option("--on", "day", required=True, metavar="DATE", help="废止之日，如 2026-09-01")
@click.option("--why", required=True, metavar="W", help="依据，如废止通知的名称和文号")
@click.option("--successor", default="", metavar="DOC", help="代替它的文件编号")
@click.option("--dry-run", is_flag=True, help="只看会改变哪些结论，不写入")
@common_options
def withdraw(doc: str, day: str, why: str, successor: str, dry_run: bool) -> None:
    from app.services.policy_pending import confirmed_text, withdraw_policy

    result = withdraw_policy(workspace(), doc, day=day, why=why, successor=successor, dry_run=dry_run)
    emit(result, lambda: confirmed_text(result))


@policy.command("check", help="检查文件库：每条都有来源与可信度，条款、因子、规则可解析")
@common_options
def check() -> int:
    from app.services.policy_check import check_corpus

    findings = to_plain(check_corpus(extra_roots=(workspace().settings.corpus,)))
    emit(
        {"findings": findings, "ok": not has_blocking(findings)},
        lambda: findings_text(findings) if findings else "文件库检查通过。",
    )
    return 1 if has_blocking(findings) else 0


COMMANDS = (policy,)
