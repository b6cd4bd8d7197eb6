"""From verdicts to a list of things to do: what is missing, what proves it, who has it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.clause import Modality
from app.domain.verdict import CriterionVerdict, EligibilityReport, Verdict

_MODALITY_RANK: dict[Modality, int] = {
    Modality.SHALL: 0,
    Modality.TARGET: 1,
    Modality.SHOULD: 2,
    Modality.FACT: 3,
    Modality.ENCOURAGED: 4,
    Modality.MAY: 5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GapItem:
    """One open criterion. ``kind`` is 不符合 (to be mended), 待补证 (to be proved) or 待核实 (its text is not held)."""

    criterion: str
    scheme: str
    title: str
    clause: str
    modality: Modality
    kind: str
    missing: tuple[str, ...]
    documents: tuple[str, ...]
    supplier: str
    next_step: str


def gap_kind(criterion: CriterionVerdict) -> str:
    """不符合, 待补证 … as the verdict is called; 待核实 when the text of the rule itself is not held."""
    if not criterion.evidence.decidable:
        return "待核实"
    return criterion.verdict.label


def gap_order(criteria: Iterable[CriterionVerdict]) -> list[CriterionVerdict]:
    """Open criteria in the order to work on them: requirements first, then targets, recommendations and encouragements; what
    is not met before what is not proved, what rests on unverified reports last. Ties keep the order of the rules."""
    return sorted(
        criteria, key=lambda c: (not c.evidence.decidable, _MODALITY_RANK[c.modality], c.verdict is not Verdict.NOT_MET)
    )


def gap_plan(report: EligibilityReport) -> tuple[GapItem, ...]:
    """What is open, in the order of ``gap_order``."""
    opened = gap_order(c for c in report.criteria if c.verdict in (Verdict.NOT_MET, Verdict.INSUFFICIENT_EVIDENCE))
    return tuple(
        GapItem(
            criterion=c.id,
            scheme=c.scheme,
            title=c.title,
            clause=c.clause,
            modality=c.modality,
            kind=gap_kind(c),
            missing=c.missing or (c.title,),
            documents=c.proof,
            supplier=c.supplier,
            next_step=c.next_step,
        )
        for c in opened
    )
