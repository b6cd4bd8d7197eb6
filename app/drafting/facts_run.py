"""Facts of a calculation run: totals, subtotals, shares, lines, factors, indicators, offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.domain.carrier import Carrier, Direction
from app.domain.fact import Fact
from app.domain.number import parse_number
from app.domain.run import CalculationRun, EmissionLine
from app.drafting.clean import one_line, phrase
from app.drafting.facts import fact_id, given_fact, number_fact, text_fact
from app.drafting.readable import factor_name, readable

CATEGORY_LABELS: dict[str, str] = {
    "fuel_combustion": "化石燃料燃烧排放",
    "process": "生产过程排放",
    "electricity_in": "购入电力产生的排放",
    "electricity_out": "输出电力抵减",
    "electricity_zero": "按零计的零碳电力",
    "heat_in": "购入热力产生的排放",
    "heat_out": "输出热力抵减",
    "reported": "已核报告值",
    "reported_deduction": "已核扣减值",
    "outside_boundary": "边界外排放（单列，不计入合计）",
}
#: Categories outside the total; a share of the total makes no sense for them.
UNCOUNTED = frozenset({"outside_boundary"})

_ADDRESS = re.compile(r"https?://[^\s；，]+")
_INDICATORS: dict[str, tuple[str, str, int]] = {
    # name: label, unit, multiplier for printing
    "energy_tce": ("综合能源消费量", "tce", 1),
    "intensity_tco2_per_tce": ("单位能耗碳排放", "tCO2/tce", 1),
    "non_fossil_share": ("非化石能源消费占比", "%", 100),
    "physical_share": ("绿色电力物理认定量占比", "%", 100),
}


def carrier_label(carrier: str) -> str:
    """The field's term for a carrier id; a carrier that came by its Chinese name keeps it."""
    return Carrier(carrier).label if carrier in Carrier._value2member_map_ else carrier


def direction_label(direction: str) -> str:
    if direction in Direction._value2member_map_:
        return Direction(direction).label
    return {"in": "购入", "out": "输出"}.get(direction, direction)


def category_label(category: str) -> str:
    return CATEGORY_LABELS.get(category, category)


def line_fact_id(activity: str, field: str) -> str:
    return fact_id("run.line", activity, field)


def run_facts(run: CalculationRun) -> Iterator[Fact]:
    """Origins are addresses inside the run: ``<run id>/<activity>``, ``<run id>/total_tco2``, ``<run id>/factors/<id>``."""
    at = run.run_id

    def here(path: str) -> str:
        return f"{at}/{path}"

    yield text_fact("run.id", "核算批次", run.run_id, run_line=here("run_id"))
    if run.edition not in ("", "any", "given"):
        yield text_fact("run.edition", "核算标准", run.edition, run_line=here("edition"))
    if run.factor_set not in ("", "explicit"):
        yield text_fact("run.factor_set", "燃料因子集", run.factor_set, run_line=here("factor_set"))
    yield number_fact("run.total", "二氧化碳排放合计", run.total_tco2, "emission", "tCO2", run_line=here("total_tco2"))
    if run.total_tco2e is not None:
        yield number_fact(
            "run.total_e", "含其他气体的排放合计", run.total_tco2e, "emission", "tCO2e", run_line=here("total_tco2e")
        )
    yield given_fact("run.lines", "活动数据", str(len(run.lines)), "条", run_line=here("lines"))
    yield given_fact("run.sources", "排放源", str(len(run_sources(run))), "个", run_line=here("lines"))
    yield given_fact("run.factors", "所用因子个数", str(len(run.factors)), "个", run_line=here("factors"))
    for category, value in run.subtotals.items():
        label = category_label(category)
        yield number_fact(
            fact_id("run.subtotal", category), label, value, "emission", "tCO2", run_line=here(f"subtotals/{category}")
        )
        if run.total_tco2 > 0 and category not in UNCOUNTED:
            yield number_fact(
                fact_id("run.share", category),
                f"{label}占合计的比例",
                100 * value / run.total_tco2,
                "share",
                "%",
                run_line=here(f"subtotals/{category}÷total_tco2"),
            )
    for line in run.lines:
        yield from _line_facts(line, here(line.activity))
    for group, lines in run_sources(run).items():
        yield from _source_facts(group, lines, ";".join(here(line.activity) for line in lines))
    for factor in run.factors:
        origin = here(f"factors/{factor.id}")
        yield given_fact(fact_id("run.factor", factor.id), "因子数值", factor.value, factor.unit, run_line=origin)
        yield text_fact(fact_id("run.factor", factor.id, "unit"), "因子单位", factor.unit, run_line=origin)
        yield text_fact(fact_id("run.factor", factor.id, "id"), "因子编号", factor.id, run_line=origin)
        yield text_fact(
            fact_id("run.factor", factor.id, "source"), "因子来源", named_source(factor.source), run_line=origin
        )
        yield text_fact(fact_id("run.factor", factor.id, "name"), "因子", factor_name(factor.id), run_line=origin)
        yield text_fact(fact_id("run.factor", factor.id, "why"), "取用理由", readable(factor.why), run_line=origin)
    yield from _indicator_facts(run)
    if run.offsets_tco2e is not None:
        yield number_fact(
            "run.offsets", "另列的抵销量", run.offsets_tco2e, "emission", "tCO2e", run_line=here("offsets_tco2e")
        )
    for n, caveat in enumerate(run.caveats, 1):
        yield text_fact(f"run.caveat.{n}", "核算说明", phrase(readable(caveat)), run_line=here(f"caveats/{n}"))


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SourceGroup:
    """An emission source over the year: lines of one label, category and unit."""

    category: str
    label: str
    unit: str

    def fact(self, field: str) -> str:
        return fact_id("run.source", self.category, self.label, self.unit, field)


def line_label(line: EmissionLine) -> str:
    return line.label or f"{direction_label(line.direction)}{carrier_label(line.carrier)}"


def run_sources(run: CalculationRun) -> dict[SourceGroup, tuple[EmissionLine, ...]]:
    """Lines by source, categories in the order of their labels, sources by name."""
    groups: dict[SourceGroup, list[EmissionLine]] = {}
    for line in run.lines:
        group = SourceGroup(category=line.category, label=line_label(line), unit=line.unit)
        groups.setdefault(group, []).append(line)
    order = {category: n for n, category in enumerate(CATEGORY_LABELS)}
    keys = sorted(groups, key=lambda g: (order.get(g.category, len(order)), g))
    return {key: tuple(groups[key]) for key in keys}


def _source_facts(group: SourceGroup, lines: tuple[EmissionLine, ...], origin: str) -> Iterator[Fact]:
    total = sum((line.tco2 for line in lines), Fraction(0))
    yield text_fact(group.fact("label"), "排放源", group.label, run_line=origin)
    yield number_fact(group.fact("tco2"), f"{group.label}排放量", total, "emission", "tCO2", run_line=origin)
    try:
        quantity = sum((parse_number(line.quantity) for line in lines), Fraction(0))
    except ValueError:
        return
    yield number_fact(
        group.fact("quantity"), f"{group.label}活动数据", quantity, "activity", group.unit, run_line=origin
    )


def named_source(source: str) -> str:
    """A factor's source without its web addresses; the addresses stay in the run."""
    parts = (part.strip(" ,，、") for part in re.split("[;；]", _ADDRESS.sub("", one_line(source))))
    named = "；".join(part for part in parts if part and part[-1] not in ":：")
    return named or ("网上资料，网址见核算记录" if source.strip() else "")


def _line_facts(line: EmissionLine, origin: str) -> Iterator[Fact]:
    yield number_fact(line_fact_id(line.activity, "tco2"), "排放量", line.tco2, "emission", "tCO2", run_line=origin)
    yield _quantity_fact(line, origin)
    yield text_fact(line_fact_id(line.activity, "label"), "排放源", line_label(line), run_line=origin)
    yield text_fact(line_fact_id(line.activity, "unit"), "单位", line.unit, run_line=origin)
    if line.formula:
        yield text_fact(line_fact_id(line.activity, "formula"), "计算式", line.formula, run_line=origin)


def _quantity_fact(line: EmissionLine, origin: str) -> Fact:
    id = line_fact_id(line.activity, "quantity")
    try:
        return number_fact(id, "活动数据", parse_number(line.quantity), "activity", line.unit, run_line=origin)
    except ValueError:
        return text_fact(id, "活动数据", line.quantity, line.unit, run_line=origin)


def _indicator_facts(run: CalculationRun) -> Iterator[Fact]:
    for name, value in run.indicators.items():
        label, unit, times = _INDICATORS.get(name, (name, "", 1))
        variants: Mapping[str, Any] = value if isinstance(value, Mapping) else {"": value}
        for variant, inner in variants.items():
            if str(variant).endswith("exact") or str(name).endswith("_exact") or isinstance(inner, Mapping):
                continue
            exact = variants.get(f"{variant}_exact", run.indicators.get(f"{name}_exact") if not variant else None)
            try:
                number: Fraction = times * parse_number(exact if exact is not None else inner)
            except ValueError:
                continue
            where = f"indicators/{name}" + (f"/{variant}" if variant else "")
            yield number_fact(
                fact_id("indicator", name, *([variant] if variant else [])),
                f"{label}（{variant}）" if variant else label,
                number,
                "share" if unit == "%" else "indicator",
                unit,
                run_line=f"{run.run_id}/{where}",
            )
