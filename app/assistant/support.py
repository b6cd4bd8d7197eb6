"""How much of a question the evidence knows at all.

Similarity cannot tell an answerable question from one that merely sounds like the corpus (measured: no raw score can). What
helps is plain: words of the question that stand in the evidence, in its headings, or in the lexicon entry that led there are
known; function words do not count; the rest is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.assistant.context import AssistantContext
from app.assistant.evidence import Evidence
from app.assistant.frame import Frame
from app.assistant.knowledge import Knowledge
from app.retrieval.folding import plain


def unknown_share(frame: Frame, evidence: Sequence[Evidence], context: AssistantContext, knowledge: Knowledge) -> float:
    """0..1: the share of the question's content characters that neither the evidence nor the lexicon knows."""
    content = [unknown for unknown in unknown_places(frame, evidence, context, knowledge) if unknown is not None]
    return sum(content) / len(content) if content else 0.0


def unknown_places(frame: Frame, evidence: Sequence[Evidence], context: AssistantContext,
                   knowledge: Knowledge) -> list[bool | None]:
    """For every character of the question: unknown or not, None where it is no content."""
    text = frame.text
    known = [False] * len(text)
    for word in (*knowledge.stop_words, *frame.places, *_lexicon_words(frame, context)):
        for match in re.finditer(re.escape(word), text):
            known[match.start() : match.end()] = [True] * (match.end() - match.start())
    held = " ".join(plain(f"{e.passage.indexed} {e.passage.clause.title} {e.passage.document.title}") for e in evidence)
    for place in range(len(text) - 1):
        if text[place : place + 2] in held:
            known[place] = known[place + 1] = True
    return [not known[place] if character.isalnum() and character not in knowledge.stop_characters else None
            for place, character in enumerate(text)]


def _lexicon_words(frame: Frame, context: AssistantContext) -> list[str]:
    return [plain(word) for term in context.terms_in(frame.question) for word in term.users]
