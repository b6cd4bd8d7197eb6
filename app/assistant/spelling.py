"""Typing slips set right before a question is read: 碳足积 means 碳足迹, 天燃气 means 天然气.

A character is exchanged for one that sounds or looks like it only where that makes a word of the trade out of something that is
none; words the corpus or the lexicon itself uses are never touched. Quotes are not affected: only the question is read so.
"""

from __future__ import annotations

from app.assistant.context import AssistantContext
from app.assistant.knowledge import Knowledge

SHORTEST = 3


def spelled_right(question: str, context: AssistantContext, knowledge: Knowledge) -> str:
    """The question with slips mended; length and everything else unchanged."""
    text = question
    for word in knowledge.trade_words:
        if len(word) >= SHORTEST and word not in text:
            text = _mended(text, word, context, knowledge)
    return text


def _mended(text: str, word: str, context: AssistantContext, knowledge: Knowledge) -> str:
    alike = knowledge.alike
    for start in range(len(text) - len(word) + 1):
        seen = text[start : start + len(word)]
        wrong = [place for place, (has, wants) in enumerate(zip(seen, word, strict=True)) if has != wants]
        if len(wrong) == 1 and word[wrong[0]] in alike.get(seen[wrong[0]], "") and seen not in context.written:
            return text[:start] + word + text[start + len(word) :]
    return text
