"""A chat model rewrites a finished answer; the same guard that holds our own sentences holds its.

The model sees the chosen quotes and nothing else, may cite only them, and may add no number, no strength and no verdict that
they lack. One failing sentence and the extractive answer stands as it was.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.assistant.context import AssistantContext
from app.assistant.faithful import check_wording
from app.assistant.guard import check_answer
from app.assistant.prompt import Prompt, load_prompt
from app.domain.answer import Answer, AnswerMode, AnswerSentence, Citation
from app.domain.errors import LingtanError

MOST_SENTENCES = 6
LONGEST_REPLY = 8000
NOT_REACHED = "语言模型没有应答，以上为逐句引用的原文。"
NOT_TRUSTED = "语言模型的改写没有通过核对（{why}），已退回逐句引用的原文。"


def rephrase(answer: Answer, context: AssistantContext) -> Answer | None:
    """The answer in the model's words (mode ``llm``), or the answer itself with a note when the model is away or any sentence
    fails the guard; None where there is nothing to rephrase."""
    if context.model is None or context.prompts is None or not answer.citations:
        return None
    prompt = _prompt(context.prompts)
    evidence = "\n".join(evidence_line(citation) for citation in answer.citations)
    try:
        reply = context.model.complete(prompt.system, prompt.render(question=answer.question, evidence=evidence))
    except LingtanError:
        return _kept(answer, NOT_REACHED)
    sentences = read_reply(reply[:LONGEST_REPLY])
    if not sentences:
        return _kept(answer, NOT_TRUSTED.format(why="没有按约定的格式作答"))
    used = {key for sentence in sentences for key in sentence.citations}
    written = replace(answer, mode=AnswerMode.LLM, sentences=sentences,
                      citations=tuple(c for c in answer.citations if c.key in used))
    findings = [*check_answer(written, context.documents), *check_wording(written, answer.question)]
    return _kept(answer, NOT_TRUSTED.format(why=findings[0].message.rstrip("。"))) if findings else written


def _kept(answer: Answer, note: str) -> Answer:
    return replace(answer, gaps=(*answer.gaps, note))


def evidence_line(citation: Citation) -> str:
    level = getattr(citation.evidence, "label", str(citation.evidence))
    return f"- 编号 {citation.key}（《{citation.title}》，{level}）：{citation.quote}"


def read_reply(reply: str) -> tuple[AnswerSentence, ...]:
    """The sentences of a reply; empty when it is not the agreed JSON. Text around the object (code fences) is tolerated."""
    found = re.search(r"\{.*\}", reply, re.DOTALL)
    if found is None:
        return ()
    try:
        rows: Any = json.loads(found.group()).get("sentences")
    except (json.JSONDecodeError, AttributeError):
        return ()
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_SENTENCES:
        return ()
    sentences = []
    for row in rows:
        keys = row.get("citations") if isinstance(row, dict) else None
        if not isinstance(keys, list) or not isinstance(row.get("text"), str) or not row["text"].strip():
            return ()
        sentences.append(AnswerSentence(text=row["text"].strip(), citations=tuple(map(str, keys))))
    return tuple(sentences)


@lru_cache(maxsize=8)
def _prompt(folder: Path) -> Prompt:
    return load_prompt(folder / "answer.toml")
