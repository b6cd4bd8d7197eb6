"""The gap plan as a checklist: one item a criterion that concerns the factory, open or done as its verdict says.

Nobody ticks an item off: it is done when the rule finds it met. What a person may add (a note, who does it, by when) is kept
beside the item and never changes its state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.clause import Modality
from app.domain.verdict import CriterionVerdict, EligibilityReport, Verdict
from app.eligibility.engine import OFFICIAL_TEXT
from app.eligibility.gaps import gap_kind, gap_order
from app.eligibility.rule import FactSpec, RuleSet

RUN_RESULT = "核算结果"


class ItemState(StrEnum):
    OPEN = "open"
    DONE = "done"

    @property
    def label(self) -> str:
        return {"open": "待办", "done": "已完成"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One missing thing: what proves it, who has it, how the value comes about, and which further open criteria ask for it."""

    what: str
    proof: str
    supplier: str
    obtain: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """``kind`` is 不符合, 待补证, 待核实 or 符合; ``needs`` is empty when done."""

    criterion: str
    scheme: str
    scheme_title: str
    title: str
    clause: str
    modality: Modality
    verdict: Verdict
    kind: str
    state: ItemState
    reason: str
    needs: tuple[Need, ...]
    documents: tuple[str, ...]
    supplier: str
    next_step: str


def checklist(report: EligibilityReport, ruleset: RuleSet) -> tuple[ChecklistItem, ...]:
    """Every criterion that applies or may apply: open ones in the order to work on them, then those done in rule order."""
    opened = gap_order(c for c in report.criteria if c.verdict in (Verdict.NOT_MET, Verdict.INSUFFICIENT_EVIDENCE))
    askers: dict[str, list[str]] = {}
    for criterion in opened:
        for what in criterion.missing:
            askers.setdefault(what, []).append(criterion.id)
    done = [c for c in report.criteria if c.verdict is Verdict.MET]
    return tuple(_item(c, ruleset, askers) for c in (*opened, *done))


def _item(criterion: CriterionVerdict, ruleset: RuleSet, askers: dict[str, list[str]]) -> ChecklistItem:
    scheme = ruleset.schemes.get(criterion.scheme)
    state = ItemState.DONE if criterion.verdict is Verdict.MET else ItemState.OPEN
    return ChecklistItem(
        criterion=criterion.id,
        scheme=criterion.scheme,
        scheme_title=scheme.short if scheme else criterion.scheme,
        title=criterion.title,
        clause=criterion.clause,
        modality=criterion.modality,
        verdict=criterion.verdict,
        kind=gap_kind(criterion),
        state=state,
        reason=criterion.reason,
        needs=_needs(criterion, ruleset, askers) if state is ItemState.OPEN else (),
        documents=criterion.proof,
        supplier=criterion.supplier,
        next_step=criterion.next_step,
    )


def _needs(criterion: CriterionVerdict, ruleset: RuleSet, askers: dict[str, list[str]]) -> tuple[Need, ...]:
    """What is missing, thing by thing. A criterion that is known and not met asks for its own mending."""
    found = []
    for what in criterion.missing or (criterion.title,):
        spec = _spec(what, criterion, ruleset)
        whole = "、".join(criterion.proof)
        found.append(
            Need(
                what=what,
                proof=(spec.proof if spec else "") or whole,
                supplier=(spec.supplier if spec else "") or criterion.supplier,
                obtain=_obtain(what, spec, criterion),
                also=tuple(c for c in askers.get(what, ()) if c != criterion.id),
            )
        )
    return tuple(found)


def _spec(what: str, criterion: CriterionVerdict, ruleset: RuleSet) -> FactSpec | None:
    """The registered fact a missing thing speaks of; the longest label wins, since one label may begin with another."""
    specs = (ruleset.facts.get(o.name) for o in criterion.operands)
    named = [s for s in specs if s is not None and what.startswith(s.label)]
    return max(named, key=lambda s: len(s.label), default=None)


def _obtain(what: str, spec: FactSpec | None, criterion: CriterionVerdict) -> str:
    if what == RUN_RESULT:
        return "上传并确认活动数据后执行核算"
    if what == OFFICIAL_TEXT:
        return "向主管部门索取正文，核对后加入政策库"
    if not criterion.missing:
        return "整改后上传所列证明材料"
    if spec is None:
        return criterion.next_step
    if what.endswith("的证明文件"):
        return "在“单据”页上传证明文件，再到项目档案这一项的“证明文件”选它"
    return spec.obtain


def by_supplier(items: Iterable[ChecklistItem]) -> dict[str, tuple[ChecklistItem, ...]]:
    """Open items by who supplies what is missing, in order of first appearance: one list to hand to each department."""
    grouped: dict[str, dict[str, ChecklistItem]] = {}
    for item in items:
        if item.state is ItemState.OPEN:
            for need in item.needs:
                grouped.setdefault(need.supplier, {})[item.criterion] = item
    return {supplier: tuple(found.values()) for supplier, found in grouped.items()}
