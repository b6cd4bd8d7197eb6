"""What the drawn figures say: which carrier leads, which kind of emission, which month, and whether the year is uneven.

A reading is a sentence without a figure; the figures behind it stand in the sentence before or in the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from app.domain.fact import Fact
from app.domain.number import parse_number
from app.drafting.facts_charts import energy_fact_id, month_fact_id, monthly_emissions
from app.drafting.model import FactRef, Inline, Inlines, Literal, Text
from app.drafting.source import DraftSource

Names = tuple[dict[str, str], dict[str, Inlines], set[str]]
#: From this part of the whole on, a carrier or a kind of emission decides the picture alone.
DOMINANT = Fraction(2, 3)
#: A highest month above this multiple of the lowest one is worth an explanation.
SEASONAL = Fraction(3, 2)


def month_text(month: str) -> Inlines:
    """``2025-03`` as 2025年3月."""
    year, _, number = month.partition("-")
    return (Literal(kind="date", text=f"{int(year)}年{int(number)}月"),)


def figure_names(source: DraftSource, facts: Mapping[str, Fact]) -> Names:
    """Aliases, words and conditions for the sentences that go with the charts."""
    alias: dict[str, str] = {}
    texts: dict[str, Inlines] = {}
    holds: set[str] = set()
    _energy(source, alias, texts)
    _kinds(facts, texts)
    _months(source, facts, alias, texts, holds)
    return alias, texts, holds


def _energy(source: DraftSource, alias: dict[str, str], texts: dict[str, Inlines]) -> None:
    parts = source.energy
    if not parts:
        return
    first, *rest = parts
    alias["energy.first"] = energy_fact_id(first)
    alias["energy.first.share"] = f"{energy_fact_id(first)}.share"
    texts["energy.first.label"] = (Text(text=first.label),)
    texts["energy.basis"] = (Text(text=f"{first.basis}值"),)
    out: list[Inline] = []
    for part in rest[:2]:
        id = energy_fact_id(part)
        out += [
            Text(text="、" if out else "其后是"),
            Text(text=part.label),
            Text(text="（"),
            FactRef(fact=f"{id}.share", unit=True),
            Text(text="）"),
        ]
    texts["energy.others"] = (*out, Text(text="。")) if out else ()


def _value(facts: Mapping[str, Fact], id: str) -> Fraction | None:
    fact = facts.get(id)
    return parse_number(fact.value) if fact is not None else None


def _kinds(facts: Mapping[str, Fact], texts: dict[str, Inlines]) -> None:
    direct, indirect, total = (_value(facts, f"run.{name}") for name in ("direct", "indirect", "total"))
    if direct is None or indirect is None or not total:
        return
    if indirect >= DOMINANT * total:
        said = "排放主要来自厂外供应的能源，减排的主要杠杆是用能的来源和用量，厂内燃料替代居于其次。"
    elif direct >= DOMINANT * total:
        said = "排放主要发生在厂内，减排的主要杠杆是燃料、原料和工艺本身，外购能源的清洁化居于其次。"
    else:
        said = "直接排放与间接排放相差不悬殊，厂内替代与外购能源清洁化需要并行推进。"
    texts["kind.reading"] = (Text(text=said),)


def _months(
    source: DraftSource, facts: Mapping[str, Fact], alias: dict[str, str], texts: dict[str, Inlines], holds: set[str]
) -> None:
    found = monthly_emissions(source.run) if source.run is not None else {}
    if not found:
        return
    values = {m: _value(facts, month_fact_id(m, "total")) or Fraction(0) for m in next(iter(found.values()))}
    peak = max(values, key=lambda m: (values[m], m))
    low = min(values, key=lambda m: (values[m], m))
    alias["month.peak"], alias["month.low"] = month_fact_id(peak, "total"), month_fact_id(low, "total")
    texts["month.peak_name"], texts["month.low_name"] = month_text(peak), month_text(low)
    if values[low] > 0 and values[peak] > SEASONAL * values[low]:
        said = "月度差异较大，编制分月计划时应结合生产负荷和气温逐月说明原因。"
    else:
        said = "各月排放大体均衡，没有单月异常。"
    texts["month.reading"] = (Text(text=said),)
    holds.add("months")
