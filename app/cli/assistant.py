"""lingtan ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from app.cli.output import common_options, emit, emit_line, workspace
from app.cli.words import command
from app.domain.errors import UsageError

STATUS_LABELS = {
    "answered": "有依据的回答",
    "reference_only": "仅供参考（据报道或转述，待核实）",
    "not_in_corpus": "库内没有依据",
    "declined": "不予回答",
}


def answer_text(answer: dict[str, Any]) -> str:
    """Status, answer with its marks, and the quotes."""
    keys = {c["key"]: n for n, c in enumerate(answer["citations"], 1)}
    lines = [f"【{STATUS_LABELS[answer['status']]}】"]
    for sentence in answer["sentences"]:
        marks = "".join(f"[{keys[k]}]" for k in sentence["citations"] if k in keys)
        lines.append(sentence["text"] + marks)
    for c in answer["citations"]:
        number = f"（{c['document_number']}）" if c.get("document_number") else ""
        lines.append(f"  [{keys[c['key']]}] 《{c['title']}》{number} {c['clause']}：“{c['quote']}”")
    lines += [f"  · 说明：{g}" for g in answer["gaps"]]
    return "\n".join(lines)


@command("ask", help="就政策或本项目提问，答案逐句带条款")
@click.argument("question", required=False)
@click.option("-p", "--project", "key", metavar="P", help="项目编号或名称")
@click.option("--region", metavar="R", help="地区，例如 安徽")
@click.option("--scheme", metavar="S", help="申报方案")
@click.option("--batch", type=click.Path(path_type=Path), metavar="FILE.jsonl", help="每行一个 {id, q, region?, project?, thread?}；thread 相同的行为同一对话")
@click.option("--follow", is_flag=True, help="接着项目的对话问，并留存问答（网页上可见）；不加则每个问题独立、不留存")
@click.option("--new", is_flag=True, help="与 --follow 同用：先开始新的对话")
@click.option("--export", type=click.Path(path_type=Path), metavar="FILE", help="导出项目的问答记录（.md）或对答案的评价（.jsonl）")
@common_options
def ask(
    question: str | None,
    key: str | None,
    region: str | None,
    scheme: str | None,
    batch: Path | None,
    follow: bool,
    new: bool,
    export: Path | None,
) -> int:
    from app.services.asking import ask_batch, ask_question

    if export is not None:
        return _export(key, export, others=bool(question or batch or follow or new))
    if (batch is None) == (not question or not question.strip()):
        raise UsageError("question_missing", "请写出一个问题，或用 --batch 给出 JSONL 文件", fix='lingtan ask "安徽的企业要满足什么条件？"')
    if (new and not follow) or (follow and batch is not None):
        raise UsageError("options_conflict", "--new 只能与 --follow 同用，--follow 不能与 --batch 同用", fix='lingtan ask --follow --new -p p1 "问题"')
    ws = workspace()
    if follow:
        return _follow(ws, key, str(question), region=region, scheme=scheme, new=new)
    project = ws.project(key) if key else None
    if batch is not None:
        for result in ask_batch(ws, batch, project=project, region=region, scheme=scheme):
            emit_line(result)
        return 0
    answer = ask_question(ws, str(question), project=project, region=region, scheme=scheme)
    emit(answer, lambda: answer_text(answer))
    return 0


def _follow(ws: Any, key: str | None, question: str, *, region: str | None, scheme: str | None, new: bool) -> int:
    from app.services.conversations import ask_in_project, start_anew

    project = ws.project(key)
    if new:
        start_anew(ws, project)
    kept = ask_in_project(ws, project, question, region=region, scheme=scheme)
    answer = {**(kept.answer or {}), "exchange": kept.seq, "conversation": kept.conversation}
    emit(answer, lambda: answer_text(answer))
    return 0


def _export(key: str | None, path: Path, *, others: bool) -> int:
    from app.services.conversation_export import export_conversation

    if others:
        raise UsageError("options_conflict", "--export 单独使用，不能同时提问", fix="lingtan ask --export 问答.md -p p1")
    ws = workspace()
    made = export_conversation(ws, ws.project(key), path)
    emit(made, lambda: f"已导出到 {made['file']}")
    return 0


COMMANDS = (ask,)
