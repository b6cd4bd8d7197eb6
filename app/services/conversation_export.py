"""A conversation as a file: Markdown to read and hand on, JSON lines of the rated answers for evaluation.

A line of the second has the fields of the question sets in evals/datasets where they mean the same (``q``, ``history``, ``region``),
what was answered, and the opinion. It is no gold: ``wrong_clause`` says only that a person did not find the cited clauses right.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from app.domain.answer import AnswerStatus
from app.domain.errors import UsageError
from app.domain.project import Project
from app.domain.stored import StoredExchange
from app.services.conversations import REMEMBERED, VERDICTS
from app.services.drafting import write_out
from app.services.workspace import Workspace
from app.store import rows_conversation as stored

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


def as_markdown(ws: Workspace, project: Project) -> str:
    """Every conversation of the project with answers, quotes, clause numbers, dates and opinions."""
    lines = [f"# 问答记录：{_text(project.profile.name)}", "", f"项目 {project.id}，导出于 {_when(ws.now())}", ""]
    number = 0
    for item in _all(ws, project):
        if item.conversation != number:
            number = item.conversation
            lines += [f"## 对话 {number}", ""]
        lines += _exchange(item)
    return "\n".join(lines) + ("" if number else "还没有问过问题。\n")


def _exchange(item: StoredExchange) -> list[str]:
    lines = [f"### 问：{_text(item.question)}", "", f"{_text(item.asked_by)}，{_when(item.asked_at)}", ""]
    if item.answer is None:
        return [*lines, "没有回答。", ""]
    answer = item.answer
    numbers = {c["key"]: n for n, c in enumerate(answer["citations"], 1)}
    lines += [f"**{AnswerStatus(answer['status']).label}**", ""]
    for sentence in answer["sentences"]:
        lines += [_text(sentence["text"]) + "".join(f"［{numbers[k]}］" for k in sentence["citations"] if k in numbers), ""]
    for c in answer["citations"]:
        document = f"（{_text(c['document_number'])}）" if c.get("document_number") else ""
        lines += [f"{numbers[c['key']]}. 《{_text(c['title'])}》{document} {_text(c['clause'])}", f"   > {_text(c['quote'])}", ""]
    lines += [f"- 须注意：{_text(gap)}" for gap in answer["gaps"]]
    for given in item.feedback:
        said = f"：{_text(given.text)}" if given.text else ""
        lines.append(f"- 评价：{VERDICTS[given.verdict]}（{_text(given.rated_by)}，{_when(given.rated_at)}）{said}")
    return [*lines, ""]


def as_jsonl(ws: Workspace, project: Project) -> str:
    """One line an opinion: ``{id, q, history, region, scheme, status, answer, cited, verdict, text, rated_by, rated_at}``; ``cited``
    holds ``{key, doc_id, clause, quote}``, ``history`` the earlier questions the answer was made with."""
    asked: dict[int, list[str]] = {}
    lines: list[str] = []
    for item in _all(ws, project):
        before = asked.setdefault(item.conversation, [])
        lines += [json.dumps(_rated(project, item, before, given), ensure_ascii=False) for given in item.feedback]
        before.append(item.question)
    return "".join(line + "\n" for line in lines)


def _rated(project: Project, item: StoredExchange, before: list[str], given: Any) -> dict[str, Any]:
    answer = item.answer or {}
    return {
        "id": f"{project.id}-{item.seq}",
        "q": item.question,
        "history": before[-REMEMBERED:],
        "region": item.region or project.profile.province or None,
        "scheme": item.scheme,
        "status": answer.get("status"),
        "answer": answer.get("answer"),
        "cited": [{k: c[k] for k in ("key", "doc_id", "clause", "quote")} for c in answer.get("citations", ())],
        "verdict": given.verdict,
        "text": given.text,
        "rated_by": given.rated_by,
        "rated_at": given.rated_at,
    }


def export_conversation(ws: Workspace, project: Project, path: Path) -> dict[str, Any]:
    """Write ``path``: ``.md`` for the conversation, ``.jsonl`` for the rated answers. Raises UsageError for another ending."""
    if path.suffix.lower() not in FORMATS:
        raise UsageError("export_format", "不支持这种导出格式", fix="文件名以 .md（问答记录）或 .jsonl（评价，供评测）结尾", subject=path.name)
    text = FORMATS[path.suffix.lower()](ws, project)
    write_out(text.encode(), path)
    return {"project": project.id, "file": str(path), "exchanges": len(_all(ws, project))}


FORMATS = {".md": as_markdown, ".jsonl": as_jsonl}


def _all(ws: Workspace, project: Project) -> list[StoredExchange]:
    with ws.reading() as c:
        return stored.exchanges(c, project.id)


def _text(value: str) -> str:
    """On one line, as text whatever it holds: a question is no markup of ours."""
    return _MARKUP.sub(r"\\\1", " ".join(value.split()))


def _when(value: str) -> str:
    return datetime.fromisoformat(value).astimezone().strftime("%Y-%m-%d %H:%M")
