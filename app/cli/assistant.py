"""lingtan ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from app.cli.output import common_options, emit, emit_line, workspace
from app.domain.errors import LingtanError, UsageError

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
    lines += [f"  · 文件没有写：{g}" for g in answer["gaps"]]
    return "\n".join(lines)


@click.command("ask", help="就政策或本项目提问，答案逐句带条款")
@click.argument("question", required=False)
@click.option("-p", "--project", "key", metavar="P", help="项目编号或名称")
@click.option("--region", metavar="R", help="地区，例如 安徽")
@click.option("--scheme", metavar="S", help="申报方案")
@click.option("--batch", type=click.Path(path_type=Path), metavar="FILE.jsonl", help="每行一个 {id, q, region?, project?}")
@common_options
def ask(question: str | None, key: str | None, region: str | None, scheme: str | None, batch: Path | None) -> int:
    from app.services.asking import ask_question
    from app.services.calculation import parse_json

    ws = workspace()
    if batch is not None:
        try:
            lines = batch.read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError("file_missing", f"打不开 {batch}", fix="检查路径与编码（UTF-8）", subject=str(batch)) from error
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            item: dict[str, Any] = {}
            try:
                item = parse_json(line, f"第 {number} 行")
                project = ws.project(item["project"]) if item.get("project") else (ws.project(key) if key else None)
                answer = ask_question(ws, str(item.get("q", "")), project=project, region=item.get("region") or region, scheme=scheme)
                emit_line({"id": item.get("id"), **answer})
            except LingtanError as error:
                emit_line({"id": item.get("id"), "error": error.to_plain()})
        return 0
    if not question or not question.strip():
        raise UsageError("question_missing", "请写出问题", fix='lingtan ask "安徽的企业要满足什么条件？"')
    answer = ask_question(ws, question, project=ws.project(key) if key else None, region=region, scheme=scheme)
    emit(answer, lambda: answer_text(answer))
    return 0


COMMANDS = (ask,)
