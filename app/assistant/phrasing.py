"""A chat model rewrites a finished answer; the same guard that holds our own sentences holds its.

The model sees the chosen quotes and nothing else, may cite only them, and may add no number, no strength and no verdict that
they lack. One failing sentence and the extractive answer stands as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.assistant.context import AssistantContext
from app.assistant.guard import check_answer
from app.assistant.prompt import Prompt, load_prompt
from app.domain.answer import Answer, AnswerMode, AnswerSentence, Citation
from app.domain.errors import LingtanError
from app.domain.finding import Finding, Severity
from app.retrieval.folding import plain, terms

MOST_SENTENCES = 6
LEAST_SUPPORT = 0.55
STRONG_WORDS = ("必须", "应当", "强制", "不得", "禁止", "一律", "保证", "一定能", "已经符合", "符合条件", "达标", "合格", "可以申报", "能够通过")


def rephrase(answer: Answer, context: AssistantContext) -> Answer | None:
    """The answer in the model's words (mode ``llm``), or None when the model is away or any sentence fails the guard."""
    if context.model is None or context.prompts is None or not answer.citations:
        return None
    prompt = _prompt(context.prompts)
    evidence = "\n".join(evidence_line(citation) for citation in answer.citations)
    try:
        reply = context.model.complete(prompt.system, prompt.render(question=answer.question, evidence=evidence))
    except LingtanError:
        return None
    sentences = read_reply(reply)
    if not sentences:
        return None
    used = {key for sentence in sentences for key in sentence.citations}
    written = replace(answer, mode=AnswerMode.LLM, sentences=sentences,
                      citations=tuple(c for c in answer.citations if c.key in used))
    findings = [*check_answer(written, context.documents), *check_wording(written, answer.question)]
    return None if findings else written


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


def check_wording(answer: Answer, question: str) -> list[Finding]:
    """What numbers do not catch: words that are stronger than the quotes, and sentences the quotes do not carry."""
    quotes = {c.key: c for c in answer.citations}
    findings = []
    for place, sentence in enumerate(answer.sentences):
        held = " ".join(f"{quotes[k].quote} {quotes[k].title}" for k in sentence.citations if k in quotes)
        for word in STRONG_WORDS:
            if word in sentence.text and word not in held and f"不是{word}" not in sentence.text:
                findings.append(_finding("stronger-than-source", f"“{word}”不在所引原文中。", place))
        if _support(sentence.text, [held, question]) < LEAST_SUPPORT:
            findings.append(_finding("beyond-source", "这一句的内容大多不在所引原文中。", place))
    return findings


def _support(text: str, sources: Sequence[str]) -> float:
    wanted = terms(plain(text))
    held = {term for source in sources for term in terms(plain(source))}
    return sum(term in held for term in wanted) / len(wanted) if wanted else 0.0


def _finding(id: str, message: str, place: int) -> Finding:
    return Finding(id=id, severity=Severity.BLOCKING, message=message, subjects=(f"s{place}",), fix="退回逐句引用原文的回答。")


@lru_cache(maxsize=8)
def _prompt(folder: Path) -> Prompt:
    return load_prompt(folder / "answer.toml")
