"""Verdicts as sentences: what is in place, what falls short of a duty, what is only encouraged, what was only reported.

Duties (应) get a sentence each. What a clause merely promotes, encourages or names as a goal is gathered into one sentence, so
that it does not read like a defect; what rests on news or hearsay is named as such and never as a gap.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.clause import Modality
from app.domain.verdict import CriterionVerdict, Verdict
from app.drafting.clean import phrase
from app.drafting.context import ComposeContext
from app.drafting.facts_verdict import verdict_fact_id
from app.drafting.model import Inline, Inlines, Missing, Text

#: A threshold longer than this is left to the compliance table.
THRESHOLD_LENGTH = 36


def _pattern(context: ComposeContext, name: str, turn: int) -> str:
    patterns = context.form.phrases[name]
    return patterns[turn % len(patterns)]


def _title(criterion: CriterionVerdict, context: ComposeContext) -> Inlines:
    return context.cell(verdict_fact_id(criterion, "title"))


def _list(criteria: Sequence[CriterionVerdict], context: ComposeContext) -> Inlines:
    out: list[Inline] = []
    for criterion in criteria:
        out += [Text(text="、")] if out else []
        out += [Text(text="“"), *_title(criterion, context), Text(text="”"), *context.clause_footnote(criterion)]
    return tuple(out)


def _data(criteria: Sequence[CriterionVerdict], context: ComposeContext) -> Inlines:
    """Telling data of the criteria; a list that an earlier one of the same label contains is not repeated."""
    out: list[Inline] = []
    seen: dict[str, str] = {}
    for criterion in criteria:
        said = {phrase(o.label): phrase(o.value) for o in criterion.operands if o.value is not None}
        inlines = list(context.operands(criterion, telling=True))
        if not inlines or all(value in seen.get(label, "") for label, value in said.items()):
            continue
        seen |= said
        out += [Text(text="；")] if out else []
        out += inlines
    return tuple(out)


def met_sentences(criteria: Sequence[CriterionVerdict], context: ComposeContext, turn: int) -> list[Inline]:
    """One sentence that names what is met, one with the figures behind it."""
    if not criteria:
        return []
    out = [*context.fill(_pattern(context, "met", turn), list=_list(criteria, context))]
    if data := _data(criteria, context):
        out += context.fill(_pattern(context, "met_data", turn), data=data)
    return out


def gap_sentences(criteria: Sequence[CriterionVerdict], context: ComposeContext, turn: int) -> list[Inline]:
    """Duties one by one, promotions together, reports apart."""
    out: list[Inline] = []
    decidable = [c for c in criteria if c.evidence.decidable]
    missed = [c for c in decidable if c.verdict is Verdict.NOT_MET]
    unproved = [c for c in decidable if c.verdict is Verdict.INSUFFICIENT_EVIDENCE]
    for n, criterion in enumerate(missed):
        out += _missed(criterion, context, turn + n)
    duties = [c for c in unproved if c.modality is Modality.SHALL]
    for n, criterion in enumerate(duties):
        gap = context.missing_of(criterion) or (Missing(what=f"{phrase(criterion.title)}的证明材料"),)
        pattern = _pattern(context, "open_shall", turn + n)
        title, cited = _title(criterion, context), context.clause_footnote(criterion)
        out += context.fill(pattern, title=title, cite=cited, gap=gap)
    others = [c for c in unproved if c.modality is not Modality.SHALL]
    if others:
        gap = (Missing(what="上述事项中已开展部分的证明材料"),)
        name = "open_other" if out else "open_only"
        out += context.fill(_pattern(context, name, turn), list=_list(others, context), gap=gap)
    reported = [c for c in criteria if not c.evidence.decidable]
    if reported:
        out += context.fill(_pattern(context, "reported", turn), list=_list(reported, context))
    return out


def _missed(criterion: CriterionVerdict, context: ComposeContext, turn: int) -> Inlines:
    threshold = context.facts.get(verdict_fact_id(criterion, "threshold"))
    required: Inlines = ()
    if threshold is not None and len(threshold.text) <= THRESHOLD_LENGTH:
        required = context.fill(_pattern(context, "threshold", turn), value=context.cell(threshold.id))
    data = tuple(context.operands(criterion, telling=True)) or (Text(text="现有材料显示没有做到"),)
    gap = context.missing_of(criterion) or (Missing(what=f"{phrase(criterion.title)}的整改措施和完成时间"),)
    name = "not_met_shall" if criterion.modality is Modality.SHALL else "not_met_other"
    return context.fill(
        _pattern(context, name, turn),
        title=_title(criterion, context),
        cite=context.clause_footnote(criterion),
        data=data,
        threshold=required,
        gap=gap,
        modality=(Text(text=criterion.modality.value),),
    )
