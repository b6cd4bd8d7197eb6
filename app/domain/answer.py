"""What the assistant returns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.clause import EvidenceLevel


class AnswerStatus(StrEnum):
    ANSWERED = "answered"
    REFERENCE_ONLY = "reference_only"
    NOT_IN_CORPUS = "not_in_corpus"
    DECLINED = "declined"

    @property
    def label(self) -> str:
        return {
            "answered": "有依据的回答",
            "reference_only": "仅供参考",
            "not_in_corpus": "库内没有依据",
            "declined": "不予回答",
        }[self.value]


class AnswerMode(StrEnum):
    EXTRACTIVE = "extractive"
    RULES = "rules"
    LLM = "llm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """``quote`` is found character for character at ``start..end`` of the stored clause text (offsets within the clause).

    For figures of the user's own project ``key`` is ``run:<run id>/<activity>`` or ``file:<sha12>#p<n>`` and ``doc_id`` is
    ``run`` or ``file``."""

    key: str
    doc_id: str
    title: str
    document_number: str | None
    clause: str
    quote: str
    start: int
    end: int
    evidence: EvidenceLevel | str
    region: str
    year: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSentence:
    text: str
    citations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    question: str
    status: AnswerStatus
    mode: AnswerMode
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...] = ()
    gaps: tuple[str, ...] = ()
    elapsed_ms: int = 0

    @property
    def text(self) -> str:
        return "".join(s.text for s in self.sentences)
