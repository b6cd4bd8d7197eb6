"""Facts of the gap plan: what is still missing, what would prove it, who has it and what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.fact import Fact
from app.drafting.clean import phrase
from app.drafting.facts import fact_id, given_fact, text_fact
from app.drafting.source import GapEntry

FIELDS = (
    ("title", "待补事项"),
    ("kind", "结论"),
    ("what", "缺少的材料"),
    ("proof", "可用的证明"),
    ("supplier", "提供部门"),
    ("next_step", "下一步"),
    ("assignee", "责任人"),
    ("due", "期限"),
)


def gap_fact_id(entry: GapEntry, field: str) -> str:
    return fact_id("gap", entry.criterion, field)


def gap_facts(gaps: tuple[GapEntry, ...]) -> Iterator[Fact]:
    """Every field of every open item, with the item's clause as its origin, and how many there are."""
    for entry in gaps:
        for field, label in FIELDS:
            yield text_fact(gap_fact_id(entry, field), label, phrase(getattr(entry, field)), clause=entry.clause)
    if gaps:
        yield given_fact("gap.count", "待办事项", str(len(gaps)), "项", clause=gaps[0].clause)
        duties = sum(entry.modality == "应" for entry in gaps)
        yield given_fact("gap.duties", "其中必备事项", str(duties), "项", clause=gaps[0].clause)
