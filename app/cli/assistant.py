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
@click.option("--batch", type=click.Path(path_type=Path), metavar="FILE.jsonl", help="每行一个 {id, q, region?, project?}")
@common_options
def ask(question: str | None, key: str | None, region: str | None, scheme: str | None, batch: Path | None) -> int:
    from app.services.asking import ask_batch, ask_question

    if (batch is None) == (not question or not question.strip()):
        raise UsageError("question_missing", "请写出一个问题，或用 --batch 给出 JSONL 文件", fix='lingtan ask "安徽的企业要满足什么条件？"')
    ws = workspace()
    project = ws.project(key) if key else None
    if batch is not None:
        for result in ask_batch(ws, batch, project=project, region=region, scheme=scheme):
            emit_line(result)
        return 0
    answer = ask_question(ws, str(question), project=project, region=region, scheme=scheme)
    emit(answer, lambda: answer_text(answer))
    return 0


COMMANDS = (ask,)
