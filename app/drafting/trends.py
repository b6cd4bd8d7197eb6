"""What the figures say: the largest source, the peak month, which conditions of the form hold.

Nothing here makes a number. A trend is a name for a fact that exists (``largest.share`` → ``run.share.electricity_in``) or a
condition a sentence of the form depends on (``largest:electricity_in``, ``ets:no``, ``industry:first``).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise

from app.domain.carrier import Carrier, Direction
from app.domain.fact import Fact
from app.domain.form import Form
from app.domain.number import parse_number
from app.domain.run import CalculationRun
from app.drafting.facts import fact_id
from app.drafting.facts_charts import path_points
from app.drafting.facts_ledger import Group, by_month, group_fact_id, group_label, grouped, missing_months
from app.drafting.facts_plan import measures, targets
from app.drafting.facts_run import UNCOUNTED, category_label
from app.drafting.model import FactRef, Inline, Inlines, Literal, Text
from app.drafting.source import DraftSource
from app.drafting.template import TemplateScope
from app.drafting.trends_figures import figure_names, month_text

#: Above this difference between the highest and the lowest month, in percent of the mean, consumption counts as uneven.
UNEVEN_PERCENT = Fraction(40)


def ranked_categories(run: CalculationRun) -> tuple[tuple[str, Fraction], ...]:
    """Categories that add to the total, largest first; equal ones by name."""
    positive = [(c, v) for c, v in run.subtotals.items() if v > 0 and c not in UNCOUNTED]
    return tuple(sorted(positive, key=lambda pair: (-pair[1], pair[0])))


def monthly_electricity(source: DraftSource) -> tuple[Group, Mapping[str, tuple]] | None:
    """Purchased electricity by month, the group with most months when bills differ in unit."""
    best = None
    for group, entries in grouped(source.records).items():
        if group[0] is Carrier.ELECTRICITY and group[1] is Direction.PURCHASED:
            months = by_month(entries)
            if months and (best is None or len(months) > len(best[1])):
                best = (group, months)
    return best


def _run_names(run: CalculationRun) -> tuple[dict[str, str], dict[str, Inlines], set[str]]:
    alias: dict[str, str] = {}
    texts: dict[str, Inlines] = {}
    conditions = {"run"}
    ranked = ranked_categories(run)
    for name, (category, _) in zip(("largest", "second", "third"), ranked, strict=False):
        alias[f"{name}.tco2"] = fact_id("run.subtotal", category)
        alias[f"{name}.share"] = fact_id("run.share", category)
        texts[f"{name}.label"] = (Text(text=category_label(category)),)
        conditions.add(f"{name}:{category}")
        conditions.add(name)
    if len(ranked) == 1:
        conditions.add("single_source")
    if any(v < 0 for v in run.subtotals.values()):
        conditions.add("has_exports")
    if run.subtotals.get("outside_boundary"):
        conditions.add("has_outside")
    return alias, texts, conditions


def _electricity_names(
    source: DraftSource, facts: Mapping[str, Fact]
) -> tuple[dict[str, str], dict[str, Inlines], set[str]]:
    alias: dict[str, str] = {}
    texts: dict[str, Inlines] = {}
    conditions: set[str] = set()
    found = monthly_electricity(source)
    if found is None:
        return alias, texts, conditions
    group, months = found
    alias["elec.total"] = group_fact_id(group)
    year = source.profile.year or int(max(months)[:4])
    if gaps := missing_months((e for inside in months.values() for e in inside), year):
        texts["elec.gaps"] = _gap_text(gaps)
        conditions.add("elec.gaps")
    if len(months) < 2:
        return alias, texts, conditions | {"elec.single_month"}
    values = {m: parse_number(facts[group_fact_id(group, m)].value) for m in months}
    peak = max(values, key=lambda m: (values[m], m))
    low = min(values, key=lambda m: (values[m], m))
    for name, id in (
        ("peak", group_fact_id(group, peak)),
        ("low", group_fact_id(group, low)),
        ("mean", group_fact_id(group, "mean")),
        ("ratio", group_fact_id(group, "peak_to_mean")),
        ("spread", group_fact_id(group, "spread")),
        ("months", group_fact_id(group, "months")),
    ):
        alias[f"elec.{name}"] = id
    texts["elec.peak_month"] = month_text(peak)
    texts["elec.low_month"] = month_text(low)
    conditions.add("elec.monthly")
    spread = facts.get(alias["elec.spread"])
    if spread is not None:
        uneven = parse_number(spread.value) >= UNEVEN_PERCENT
        conditions.add("elec.uneven" if uneven else "elec.even")
    if len(months) < 12:
        conditions.add("elec.incomplete")
    return alias, texts, conditions


def _gap_text(gaps: Mapping[str, tuple[str, ...]]) -> Inlines:
    """户号… 缺 2025年7月、2025年8月, account by account."""
    out: list[Inline] = []
    for account, months in gaps.items():
        out += [Text(text="；户号" if out else "户号"), FactRef(fact=account), Text(text="缺")]
        for n, month in enumerate(months):
            out += [Text(text="、")] if n else []
            out += month_text(month)
        out.append(Text(text="的账单"))
    return tuple(out)


def _histories(facts: Mapping[str, Fact]) -> set[str]:
    """Whether the series of the years went one way all along: ``trend:total_down``, ``trend:renewable_up`` …"""
    out: set[str] = set()
    for name, series in (("total", "total_tco2"), ("renewable", "renewable_share")):
        found = sorted(id for id in facts if id.startswith(f"annual.{series}."))
        try:
            values = [parse_number(facts[id].value) for id in found]
        except ValueError:
            continue
        pairs = list(pairwise(values))
        if len(values) >= 3 and all(a > b for a, b in pairs):
            out.add(f"trend:{name}_down")
        elif len(values) >= 3 and all(a < b for a, b in pairs):
            out.add(f"trend:{name}_up")
        elif len(values) >= 3:
            out.add(f"trend:{name}_mixed")
    return out


def read_trends(form: Form, source: DraftSource, facts: dict[str, Fact]) -> tuple[TemplateScope, frozenset[str]]:
    """The scope of the form's templates and the conditions that hold for this factory."""
    conditions: set[str] = set()
    alias: dict[str, str] = {}
    texts: dict[str, Inlines] = {}
    for names, words, holds in (
        _run_names(source.run) if source.run is not None else ({}, {}, set()),
        _electricity_names(source, facts),
        figure_names(source, facts),
    ):
        alias.update(names)
        texts.update(words)
        conditions.update(holds)
    carriers = dict.fromkeys(group_label(group) for group in grouped(source.records))
    if carriers:
        texts["carriers"] = (Text(text="、".join(carriers)),)
    ets = source.profile.ets_covered
    conditions.add("ets:unknown" if ets is None else "ets:yes" if ets else "ets:no")
    for name, industry in form.industries.items():
        if any(word in source.profile.industry for word in industry):
            conditions.add(f"industry:{name}")
    generated = source.generated_on
    texts["today"] = (Literal(kind="date", text=f"{generated.year}年{generated.month}月{generated.day}日"),)
    for name, present in (
        ("records", source.records),
        ("documents", source.documents),
        ("verdicts", source.verdicts and source.verdicts.criteria),
        ("measures", measures(source.profile)),
        ("targets", targets(source.profile)),
        ("offsets", source.run and source.run.offsets),
    ):
        conditions.add(name if present else f"no_{name}")
    conditions |= _histories(facts)
    if path_points(source.profile, source.run, facts)[1:]:
        conditions.add("path")
    if source.profile.extra.get("equipment"):
        conditions.add("equipment")
    if "plan.reduction" in facts and "run.total" in facts and "plan.residual" not in facts:
        conditions.add("plan.exceeds")
    scope = TemplateScope(facts=facts, policies=source.policies, alias=alias, texts=texts, missing=form.missing)
    return scope, frozenset(conditions)
