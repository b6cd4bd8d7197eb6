"""The tables of a form by name. Each builder returns columns and rows; a table without rows is left out by ``compose``."""

from __future__ import annotations

from collections.abc import Callable

from app.drafting.context import ComposeContext, header, plain
from app.drafting.facts import fact_id
from app.drafting.facts_ledger import flow_label, group_fact_id, group_label, grouped
from app.drafting.facts_plan import measures, targets
from app.drafting.facts_run import category_label, line_fact_id, run_sources
from app.drafting.facts_verdict import verdict_fact_id
from app.drafting.model import Column, FactRef, Inlines, Literal, Missing, Text
from app.drafting.tables_dossier import DOSSIER
from app.drafting.trends import month_text, monthly_electricity

Row = tuple[Inlines, ...]
Built = tuple[tuple[Column, ...], tuple[Row, ...], bool]
"""Columns, rows, and whether the table is set small."""


def _text(text: str) -> Inlines:
    return (Text(text=text),)


def _ordinal(n: int) -> Inlines:
    return (Literal(kind="ordinal", text=str(n)),)


def basic(context: ComposeContext) -> Built:
    """Name and value of every profile field; an absent one is visibly missing."""
    fields = (
        ("企业名称", "profile.name"),
        ("统一社会信用代码", "profile.uscc"),
        ("所在地", "profile.place"),
        ("所属行业", "profile.industry"),
        ("主要产品", "profile.product"),
        ("报告年度", "profile.year"),
        ("产品产量", "profile.output"),
        ("工业增加值", "profile.value_added"),
    )
    rows = tuple((_text(label), context.fill(f"{{{id}}}")) for label, id in fields)
    columns = (Column(header=_text("项目"), share=35), Column(header=_text("内容"), share=65))
    return columns, rows, False


def activity(context: ComposeContext) -> Built:
    """Confirmed quantities by carrier and direction; from the run's lines when there is no ledger."""
    columns = (
        Column(header=_text("能源品种"), share=34),
        Column(header=_text("数量"), share=28, align="right"),
        Column(header=_text("单位"), share=16, align="center"),
        Column(header=_text("单据记录"), share=22, align="right"),
    )
    rows: list[Row] = []
    for group in grouped(context.source.records):
        unit: Inlines = (Literal(kind="unit", text=group[2]),)
        rows.append(
            (
                plain(group_label(group)),
                context.cell(group_fact_id(group)),
                unit,
                context.cell(group_fact_id(group, "count"), unit=True),
            )
        )
    if not rows and context.source.run is not None:
        for line in context.source.run.lines:
            rows.append(
                (
                    context.cell(line_fact_id(line.activity, "label")),
                    context.cell(line_fact_id(line.activity, "quantity")),
                    context.cell(line_fact_id(line.activity, "unit")),
                    _text("—"),
                )
            )
    return columns, tuple(rows), False


def monthly(context: ComposeContext) -> Built:
    """Purchased electricity by billing month with its number of bills' records, and the sum of the months."""
    found = monthly_electricity(context.source)
    if found is None:
        return (), (), False
    group, months = found
    columns = (
        Column(header=_text("月份"), share=34, align="center"),
        Column(header=header("购入电量", group[2]), share=38, align="right"),
        Column(header=_text("占有记录月份的份额"), share=28, align="right"),
    )
    rows = [
        (
            month_text(m),
            context.cell(group_fact_id(group, m)),
            context.cell(group_fact_id(group, m, "share"), unit=True),
        )
        for m in months
    ]
    rows.append((_text("各月合计"), context.cell(group_fact_id(group, "months_total")), _text("—")))
    return columns, tuple(rows), False


def categories(context: ComposeContext) -> Built:
    """Subtotals with their share of the total, and the total."""
    run = context.source.run
    if run is None:
        return (), (), False
    columns = (
        Column(header=_text("排放类别"), share=46),
        Column(header=header("排放量", "tCO2"), share=30, align="right"),
        Column(header=_text("占合计比例"), share=24, align="right"),
    )
    rows = [
        (
            plain(category_label(c)),
            context.cell(fact_id("run.subtotal", c)),
            context.cell(fact_id("run.share", c), unit=True),
        )
        for c in run.subtotals
    ]
    rows.append((_text("合计"), context.cell("run.total"), _text("—")))
    return columns, tuple(rows), False


def lines(context: ComposeContext) -> Built:
    """Every emission source of the run with its quantity over the year and its result."""
    run = context.source.run
    if run is None:
        return (), (), True
    columns = (
        Column(header=_text("序号"), share=8, align="center"),
        Column(header=_text("排放源"), share=25),
        Column(header=_text("类别"), share=24),
        Column(header=_text("活动数据"), share=24, align="right"),
        Column(header=header("排放量", "tCO2"), share=19, align="right"),
    )
    rows = tuple(
        (
            _ordinal(n),
            context.cell(group.fact("label")),
            plain(category_label(group.category)),
            context.cell(group.fact("quantity"), unit=True),
            context.cell(group.fact("tco2")),
        )
        for n, group in enumerate(run_sources(run), 1)
    )
    return columns, rows, True


def factors(context: ComposeContext) -> Built:
    """Every factor frozen into the run with its name, value, unit, source and the reason it was taken."""
    run = context.source.run
    if run is None:
        return (), (), True
    columns = (
        Column(header=_text("序号"), share=7, align="center"),
        Column(header=_text("因子"), share=23),
        Column(header=_text("数值与单位"), share=18, align="right"),
        Column(header=_text("来源"), share=26),
        Column(header=_text("取用理由"), share=26),
    )
    rows = tuple(
        (
            _ordinal(n),
            context.cell(fact_id("run.factor", f.id, "name")),
            context.cell(fact_id("run.factor", f.id), unit=True),
            context.cell(fact_id("run.factor", f.id, "source")),
            context.cell(fact_id("run.factor", f.id, "why")),
        )
        for n, f in enumerate(run.factors, 1)
    )
    return columns, rows, True


def indicators(context: ComposeContext) -> Built:
    """Every indicator the run computed."""
    columns = (Column(header=_text("指标"), share=60), Column(header=_text("数值"), share=40, align="right"))
    rows = tuple(
        (plain(fact.label), context.cell(id, unit=True))
        for id, fact in context.facts.items()
        if id.startswith("indicator.")
    )
    return columns, rows, False


def caveats(context: ComposeContext) -> Built:
    """What a reader of the accounts must know, one line each."""
    columns = (Column(header=_text("序号"), share=10, align="center"), Column(header=_text("说明"), share=90))
    run = context.source.run
    count = len(run.caveats) if run is not None else 0
    return columns, tuple((_ordinal(n), context.cell(f"run.caveat.{n}")) for n in range(1, count + 1)), True


def targets_table(context: ComposeContext) -> Built:
    """The factory's own targets."""
    columns = (
        Column(header=_text("目标"), share=50),
        Column(header=_text("目标年"), share=22, align="center"),
        Column(header=_text("目标值"), share=28, align="right"),
    )
    rows = tuple(
        (
            context.cell(row.get("name", "")),
            context.cell(row.get("year", "")),
            context.cell(row.get("value", ""), unit=True),
        )
        for row in targets(context.source.profile)
    )
    return columns, rows, False


def projects(context: ComposeContext) -> Built:
    """Planned measures with time, money, expected reduction and who answers for them."""
    columns = (
        Column(header=_text("序号"), share=7, align="center"),
        Column(header=_text("项目"), share=25),
        Column(header=_text("起止时间"), share=22, align="center"),
        Column(header=header("投资", "万元"), share=14, align="right"),
        Column(header=header("年减排量", "tCO2"), share=17, align="right"),
        Column(header=_text("责任部门"), share=15),
    )
    rows: list[Row] = []
    for measure in measures(context.source.profile):
        get = measure.fields.get
        span: list = []
        for field in ("start", "finish"):
            if id := get(field):
                span += [Text(text="至")] if span else []
                span.append(FactRef(fact=id))
        rows.append(
            (
                _ordinal(measure.number),
                context.cell(get("name", "")),
                tuple(span) or (Missing(what="起止时间"),),
                context.cell(get("investment", "")),
                context.cell(get("reduction", "")),
                context.cell(get("owner", "")),
            )
        )
    return columns, tuple(rows), True


def compliance(context: ComposeContext) -> Built:
    """Criterion by criterion: title with clause and footnote, requirement, data used, verdict, reason or what is missing."""
    report = context.source.verdicts
    if report is None:
        return (), (), True
    columns = (
        Column(header=_text("序号"), share=7, align="center"),
        Column(header=_text("评价项与依据"), share=29),
        Column(header=_text("要求"), share=17),
        Column(header=_text("所用数据"), share=22),
        Column(header=_text("判断"), share=10, align="center"),
        Column(header=_text("理由与待补事项"), share=21),
    )
    rows = tuple(
        (
            _ordinal(n),
            (*context.cell(verdict_fact_id(c, "title")), Text(text="（"), *context.clause_cell(c), Text(text="）")),
            (
                Text(
                    text=f"{c.modality.value}　"
                    if verdict_fact_id(c, "threshold") in context.facts
                    else c.modality.value
                ),
                *(context.known(verdict_fact_id(c, "threshold"))),
            ),
            tuple(context.operands(c)) or _text("—"),
            context.cell(verdict_fact_id(c, "label")),
            context.missing_of(c) or context.cell(verdict_fact_id(c, "conclusion")),
        )
        for n, c in enumerate(report.criteria, 1)
    )
    return columns, rows, True


def evidence(context: ComposeContext) -> Built:
    """Name, kind, pages and short digest of every document."""
    columns = (
        Column(header=_text("序号"), share=8, align="center"),
        Column(header=_text("文件名称"), share=42),
        Column(header=_text("类别"), share=18, align="center"),
        Column(header=_text("页数"), share=9, align="center"),
        Column(header=_text("文件摘要"), share=23, align="center"),
    )
    rows = tuple(
        (_ordinal(n), *(context.cell(f"doc.{d.sha256[:12]}.{f}") for f in ("name", "kind", "pages", "sha")))
        for n, d in enumerate(sorted(context.source.documents, key=lambda d: (d.kind, d.filename, d.sha256)), 1)
    )
    return columns, rows, True


def records(context: ComposeContext) -> Built:
    """Every confirmed record with period, quantity and the page it stands on."""
    columns = (
        Column(header=_text("序号"), share=7, align="center"),
        Column(header=_text("能源品种"), share=14),
        Column(header=_text("起止日期"), share=33, align="center"),
        Column(header=_text("数量"), share=18, align="right"),
        Column(header=_text("文件与页次"), share=28),
    )
    ordered = (
        r
        for entries in grouped(context.source.records).values()
        for r in sorted(entries, key=lambda e: (e.period_start or "", e.filename, e.record_id))
    )
    rows = tuple(
        (
            _ordinal(n),
            plain(flow_label(r.carrier, r.direction)),
            context.cell(fact_id("record", r.record_id, "period")),
            context.cell(fact_id("record", r.record_id), unit=True),
            context.cell(fact_id("record", r.record_id, "at")),
        )
        for n, r in enumerate(ordered, 1)
    )
    return columns, rows, True


TABLES: dict[str, Callable[[ComposeContext], Built]] = {
    "basic": basic,
    "activity": activity,
    "monthly": monthly,
    "categories": categories,
    "lines": lines,
    "factors": factors,
    "indicators": indicators,
    "caveats": caveats,
    "targets": targets_table,
    "projects": projects,
    "compliance": compliance,
    "evidence": evidence,
    "records": records,
    **DOSSIER,
}
