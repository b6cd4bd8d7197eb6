"""An eligibility report as the JSON object of the contract."""

from __future__ import annotations

from typing import Any

from app.domain.verdict import CriterionVerdict, EligibilityReport, VerdictOperand


def _operand(operand: VerdictOperand, *, detail: bool) -> dict[str, Any]:
    out: dict[str, Any] = {"name": operand.name, "value": operand.value, "unit": operand.unit}
    for source in ("run_line", "document", "declared"):
        if getattr(operand, source) is not None:
            out[source] = getattr(operand, source)
    return {**out, "label": operand.label} if detail else out


def _criterion(criterion: CriterionVerdict, *, detail: bool) -> dict[str, Any]:
    out: dict[str, Any] = {
        "id": criterion.id,
        "scheme": criterion.scheme,
        "topic": criterion.topic,
        "clause": criterion.clause,
        "modality": criterion.modality.value,
        "evidence": criterion.evidence.value,
        "verdict": criterion.verdict.value,
        "reason": criterion.reason,
        "operands": [_operand(operand, detail=detail) for operand in criterion.operands],
        "threshold": criterion.threshold,
        "missing": list(criterion.missing),
        "next_step": criterion.next_step,
    }
    if detail:
        out |= {"title": criterion.title, "proof": list(criterion.proof), "supplier": criterion.supplier}
    return out


def report_to_json(report: EligibilityReport, *, detail: bool = False) -> dict[str, Any]:
    """``{project, run_id, ruleset, criteria, counts}`` with the keys of the contract and no others.

    A missing operand has value null and no source key. ``detail`` adds title, label, proof and supplier for a screen."""
    return {
        "project": report.project,
        "run_id": report.run_id,
        "ruleset": report.ruleset,
        "criteria": [_criterion(criterion, detail=detail) for criterion in report.criteria],
        "counts": report.counts,
    }
