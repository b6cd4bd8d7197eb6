"""What will be said, before it is put into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.assistant.evidence import Evidence
from app.domain.answer import AnswerMode, AnswerStatus, Citation
from app.domain.clause import PolicyDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """The words of the evidence, with where they stand."""

    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Negative:
    """A text read in full does not state ``what``; ``nearest`` shows the clause that comes closest."""

    document: PolicyDocument
    what: str
    nearest: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Our own words. In an answer that claims something they need ``evidence`` (or ready-made ``citations``) that bears
    them out; without, they may only say what the corpus or the assistant does not have."""

    text: str
    evidence: Evidence | None = None
    citations: Sequence[Citation] = ()


Statement = Extract | Negative | Remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    status: AnswerStatus
    statements: tuple[Statement, ...]
    gaps: tuple[str, ...] = ()
    mode: AnswerMode = AnswerMode.EXTRACTIVE
