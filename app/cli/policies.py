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


@policy.command("add", help="加入一份政策文件（PDF、Word、OFD、网页）")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--meta", required=True, type=click.Path(path_type=Path), metavar="M.toml", help="文件信息")
@click.option("--dry-run", is_flag=True, help="只预览拆分结果，不写入")
@common_options
def add(file: Path, meta: Path, dry_run: bool) -> int:
    from app.services.calculation import read_text
    from app.services.policy_add import add_policy_file, added_text

    ws = workspace()
    result = add_policy_file(ws, file, read_text(meta), dry_run=dry_run)
    emit(result, lambda: added_text(result))
    return 1 if has_blocking(result["findings"]) else 0


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
