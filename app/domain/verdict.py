"""Deterministic eligibility verdicts, one per criterion."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.clause import EvidenceLevel, Modality


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    INSUFFICIENT_EVIDENCE = "insufficient_evidence"
    NOT_APPLICABLE = "not_applicable"

    @property
    def label(self) -> str:
        return {
            "met": "符合",
            "not_met": "不符合",
            "insufficient_evidence": "待补证",
            "not_applicable": "不适用",
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictOperand:
    """A fact that went into a verdict. Exactly one of run_line, document, declared says where it comes from; all None: missing."""

    name: str
    label: str
    value: str | None = None
    unit: str = ""
    run_line: str | None = None
    document: str | None = None
    declared: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionVerdict:
    id: str
    scheme: str
    topic: str
    title: str
    clause: str
    modality: Modality
    evidence: EvidenceLevel
    verdict: Verdict
    reason: str
    operands: tuple[VerdictOperand, ...] = ()
    threshold: str | None = None
    missing: tuple[str, ...] = ()
    next_step: str = ""
    """What to do next; empty when nothing is open. ``proof``: documents that would prove it; ``supplier``: who has them."""
    proof: tuple[str, ...] = ()
    supplier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityReport:
    project: str
    run_id: str | None
    ruleset: str
    criteria: tuple[CriterionVerdict, ...]

    @property
    def counts(self) -> dict[str, int]:
        return {v.value: sum(1 for c in self.criteria if c.verdict is v) for v in Verdict}
