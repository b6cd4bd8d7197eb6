"""Two reports about the same factory side by side: what is another verdict, what appeared, what went away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain.clause import Modality
from app.domain.verdict import CriterionVerdict, EligibilityReport, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictChange:
    """``before`` is None for a criterion that is new, ``after`` None for one that is gone. ``reason`` is the newer one;
    ``values`` holds (label, value before, value after, unit) of the operands that differ."""

    criterion: str
    scheme: str
    title: str
    clause: str
    modality: Modality
    before: Verdict | None
    after: Verdict | None
    reason: str
    values: tuple[tuple[str, str | None, str | None, str], ...] = ()
    reworded: bool = False

    @property
    def text(self) -> str:
        """不符合 → 符合, with 新增 and 取消 for what has only one side."""
        left = self.before.label if self.before else "新增"
        right = self.after.label if self.after else "取消"
        return f"{left} → {right}"


def verdict_changes(
    before: EligibilityReport, after: EligibilityReport, *, wording: bool = False
) -> tuple[VerdictChange, ...]:
    """Criteria whose verdict differs, in the order of the newer report, those that are gone last.

    With ``wording`` also those that keep their verdict while clause, modality, evidence, threshold or title differ."""
    old = {c.id: c for c in before.criteria}
    new = {c.id: c for c in after.criteria}
    found = []
    for criterion in after.criteria:
        earlier = old.get(criterion.id)
        moved = earlier is None or earlier.verdict is not criterion.verdict
        reworded = wording and earlier is not None and _terms(earlier) != _terms(criterion)
        if moved or reworded:
            found.append(_change(earlier, criterion, reworded))
    found += [_change(c, None, False) for c in before.criteria if c.id not in new]
    return tuple(found)


def _terms(c: CriterionVerdict) -> tuple[object, ...]:
    return c.clause, c.modality, c.evidence, c.threshold, c.title, c.scheme


def _change(before: CriterionVerdict | None, after: CriterionVerdict | None, reworded: bool) -> VerdictChange:
    shown = after or before
    assert shown is not None
    return VerdictChange(
        criterion=shown.id,
        scheme=shown.scheme,
        title=shown.title,
        clause=shown.clause,
        modality=shown.modality,
        before=before.verdict if before else None,
        after=after.verdict if after else None,
        reason=shown.reason,
        values=_values(before, after) if before and after else (),
        reworded=reworded,
    )


def _values(
    before: CriterionVerdict, after: CriterionVerdict
) -> tuple[tuple[str, str | None, str | None, str], ...]:
    old = {o.name: o for o in before.operands}
    out = []
    for operand in after.operands:
        earlier = old.get(operand.name)
        was = earlier.value if earlier else None
        if was != operand.value:
            out.append((operand.label, was, operand.value, operand.unit))
    return tuple(out)


def change_to_plain(change: VerdictChange) -> dict[str, Any]:
    """JSON-ready: ``{id, scheme, title, clause, modality, before, after, text, reason, reworded, values}``."""
    return {
        "id": change.criterion,
        "scheme": change.scheme,
        "title": change.title,
        "clause": change.clause,
        "modality": change.modality.value,
        "before": change.before.value if change.before else None,
        "after": change.after.value if change.after else None,
        "text": change.text,
        "reason": change.reason,
        "reworded": change.reworded,
        "values": [{"label": n, "before": b, "after": a, "unit": u} for n, b, a, u in change.values],
    }
