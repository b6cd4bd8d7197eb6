"""The tables a whole application needs beside the accounts: years, kinds, targets with their clauses, equipment, gaps, annexes."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.verdict import Verdict
from app.drafting.clauses import cite, spoken_path
from app.drafting.clean import joined, phrase, proof_of
from app.drafting.context import ComposeContext, header, plain
from app.drafting.facts import fact_id
from app.drafting.facts_charts import energy_fact_id, month_fact_id, monthly_emissions, path_points
from app.drafting.facts_gaps import gap_fact_id
from app.drafting.facts_history import year_fact_id
from app.drafting.facts_ledger import kind_fact_id
from app.drafting.facts_plan import target_rows, targets
from app.drafting.facts_run import CATEGORY_LABELS, category_label
from app.drafting.facts_verdict import provision_fact_id, verdict_fact_id
from app.drafting.model import ClauseRef, Column, Inlines, Literal, Missing, Text
from app.drafting.template import law
from app.drafting.trends import month_text

Row = tuple[Inlines, ...]
Built = tuple[tuple[Column, ...], tuple[Row, ...], bool]
NOTHING: Built = ((), (), False)


def _text(text: str) -> Inlines:
    return (Text(text=text),)


def _ordinal(n: int) -> Inlines:
    return (Literal(kind="ordinal", text=str(n)),)


def _date(text: str) -> Inlines:
    return (Literal(kind="date", text=text),)


#: (label, unit, series of [[annual]], fact of the reporting year)
_YEARLY = (
    ("二氧化碳排放总量", "tCO2", "total_tco2", "run.total"),
    ("综合能源消费量（当量值）", "tce", "energy_tce", "indicator.energy_tce.当量"),
    ("可再生能源使用比例（按电量）", "%", "renewable_share", ""),
    ("电力占综合能耗比例", "%", "electricity_share", ""),
    ("主营业务收入", "万元", "main_revenue", ""),
)
#: (what is asked, ids of declarations that answer it)
_RECORDS = (
    ("安全、质量、环境事故", ("accident_3y", "serious_accident_3y", "environment_event_3y", "supervision_record_3y")),
    ("行政处罚与失信记录", ("penalty_3y", "adverse_record_3y")),
    ("按规定清缴碳排放配额", ("quota_cleared_3y",)),
)


def three_years(context: ComposeContext) -> Built:
    """Three years side by side: emissions, energy, shares; a year nobody has given is visibly missing."""
    year = context.source.profile.year
    if year is None:
        return NOTHING
    years = (year - 2, year - 1, year)
    columns = (
        Column(header=_text("项目"), share=40),
        *(Column(header=_date(f"{y}年"), share=20, align="center") for y in years),
    )
    rows: list[Row] = []
    for label, unit, series, current in _YEARLY:
        cells = []
        for y in years:
            id = current if y == year and current in context.facts else year_fact_id(series, y)
            known = context.facts.get(id)
            cells.append(context.cell(id) if known is not None else (Missing(what="数据"),))
        rows.append((header(label, unit), *cells))
    return columns, tuple(rows), False


def records_3y(context: ComposeContext) -> Built:
    """What the last three years' record is asked about, what the factory declares, what proves it."""
    columns = (
        Column(header=_text("事项"), share=40),
        Column(header=plain("近三年是否发生（存在）"), share=25, align="center"),
        Column(header=_text("依据材料"), share=35),
    )
    evidence = _evidence_of(context)
    rows: list[Row] = []
    for label, ids in _RECORDS:
        known = next((id for id in ids if fact_id("declared", id) in context.facts), None)
        if known is None:
            rows.append((_text(label), (Missing(what="企业声明"),), (Missing(what="主管部门查询证明"),)))
        else:
            proof = evidence.get(known)
            cell: Inlines = context.cell(proof) if proof else (Missing(what="查询证明"),)
            rows.append((_text(label), context.cell(fact_id("declared", known)), cell))
    return columns, tuple(rows), False


def _evidence_of(context: ComposeContext) -> dict[str, str]:
    """Declaration id → fact of the file that proves it."""
    given = context.source.profile.extra.get("declarations")
    out = {}
    for n, row in enumerate(given if isinstance(given, (list, tuple)) else (), 1):
        id = fact_id("extra", "declarations", str(n), "evidence")
        if isinstance(row, Mapping) and id in context.facts:
            out[str(row.get("id"))] = id
    return out


def energy(context: ComposeContext) -> Built:
    """Standard coal by carrier with its share."""
    columns = (
        Column(header=_text("能源品种"), share=44),
        Column(header=header("折标准煤", "tce"), share=30, align="right"),
        Column(header=_text("占能源消费的比例"), share=26, align="right"),
    )
    rows = tuple(
        (plain(p.label), context.cell(energy_fact_id(p)), context.cell(f"{energy_fact_id(p)}.share", unit=True))
        for p in context.source.energy
    )
    return columns, rows, False


def emissions_monthly(context: ComposeContext) -> Built:
    """Emissions by month and category with the sum of the month."""
    run = context.source.run
    found = monthly_emissions(run) if run is not None else {}
    if not found:
        return NOTHING
    order = [c for c in CATEGORY_LABELS if c in found]
    share = 86 // (len(order) + 1)
    columns = (
        Column(header=_text("月份"), share=100 - share * (len(order) + 1), align="center"),
        *(Column(header=plain(category_label(c)), share=share, align="right") for c in order),
        Column(header=_text("合计"), share=share, align="right"),
    )
    rows = tuple(
        (month_text(m), *(context.cell(month_fact_id(m, c)) for c in (*order, "total")))
        for m in next(iter(found.values()))
    )
    return columns, rows, True


def kinds(context: ComposeContext) -> Built:
    """Direct and indirect emissions with their share of the total."""
    columns = (
        Column(header=_text("排放性质"), share=40),
        Column(header=header("排放量", "tCO2"), share=34, align="right"),
        Column(header=_text("占合计比例"), share=26, align="right"),
    )
    rows = [
        (_text(label), context.cell(f"run.{id}"), context.cell(f"run.{id}.share", unit=True))
        for id, label in (("direct", "直接排放"), ("indirect", "间接排放"))
        if f"run.{id}" in context.facts
    ]
    if rows and "run.total" in context.facts:
        rows.append((_text("合计"), context.cell("run.total"), _text("—")))
    return columns, tuple(rows), False


def targets_clauses(context: ComposeContext) -> Built:
    """The factory's targets, each with the clause it answers."""
    columns = (
        Column(header=_text("目标"), share=36),
        Column(header=_text("目标年"), share=14, align="center"),
        Column(header=_text("目标值"), share=16, align="right"),
        Column(header=_text("依据"), share=34),
    )
    given = target_rows(context.source.profile)
    rows = []
    for row, raw in zip(targets(context.source.profile), given, strict=True):
        rows.append(
            (
                context.cell(row.get("name", "")),
                context.cell(row.get("year", "")),
                context.cell(row.get("value", ""), unit=True),
                _basis_of(str(raw.get("name", "")), context),
            )
        )
    return columns, tuple(rows), True


def _basis_of(name: str, context: ComposeContext) -> Inlines:
    for basis in context.form.target_basis:
        if any(word in name for word in basis.words):
            cited = cite(context.source.policies, basis.clause, basis.anchor) or cite(
                context.source.policies, basis.clause
            )
            if cited is not None:
                place = Literal(kind="clause", text=spoken_path(cited.path))
                return (*law(cited.doc_id, context.source.policies), place, ClauseRef(cited=cited))
    return (Missing(what="目标所依据的文件和条款"),)


def requirements(context: ComposeContext) -> Built:
    """Every requirement of the guideline that can be measured, with the value asked and where the factory stands."""
    report = context.source.verdicts
    columns = (
        Column(header=_text("要求事项"), share=27),
        Column(header=_text("要求值"), share=25),
        Column(header=_text("条款用语"), share=10, align="center"),
        Column(header=_text("现状"), share=10, align="center"),
        Column(header=_text("依据"), share=28),
    )
    rows = tuple(
        (
            context.cell(verdict_fact_id(c, "title")),
            context.cell(verdict_fact_id(c, "threshold")),
            _text(c.modality.value),
            context.cell(verdict_fact_id(c, "label")),
            context.clause_cell(c, footnote=False),
        )
        for c in (report.criteria if report else ())
        if c.threshold and c.evidence.decidable and c.verdict is not Verdict.NOT_APPLICABLE
    )
    return columns, rows, True


_EQUIPMENT = (
    ("name", "设备", 18),
    ("model", "型号", 24),
    ("quantity", "数量", 10),
    ("efficiency_grade", "能效等级", 13),
)


def equipment(context: ComposeContext) -> Built:
    """The equipment the profile lists, with its efficiency grade and the standard behind it."""
    given = context.source.profile.extra.get("equipment")
    count = len(given) if isinstance(given, (list, tuple)) else 0
    fields = (*_EQUIPMENT, ("standard", "能效标准", 22))
    columns = (
        Column(header=_text("序号"), share=7, align="center"),
        *(
            Column(header=_text(label), share=share, align="left" if share > 15 else "center")
            for _, label, share in fields
        ),
    )
    rows = tuple(
        (_ordinal(n), *(context.cell(fact_id("extra", "equipment", str(n), field)) for field, _, _ in fields))
        for n in range(1, count + 1)
    )
    return columns, rows, True


_STAGES = {"past": "历史年份", "base": "基准年", "target": "目标年"}


def path(context: ComposeContext) -> Built:
    """The years of the chart of the way to the target, with what each value is."""
    points = path_points(context.source.profile, context.source.run, context.facts)
    if len(points) < 2:
        return NOTHING
    columns = (
        Column(header=_text("年份"), share=30, align="center"),
        Column(header=_text("性质"), share=34, align="center"),
        Column(header=header("排放量", "tCO2"), share=36, align="right"),
    )
    return columns, tuple((_date(f"{p.year}年"), _text(_STAGES[p.kind]), context.cell(p.fact)) for p in points), False


def gaps(context: ComposeContext) -> Built:
    """Every open item of the gap plan with its clause, what is missing, what would prove it, who has it."""
    columns = (
        Column(header=_text("序号"), share=5, align="center"),
        Column(header=_text("事项与依据"), share=27),
        Column(header=_text("要求程度"), share=8, align="center"),
        Column(header=_text("结论"), share=8, align="center"),
        Column(header=_text("缺少的材料"), share=21),
        Column(header=_text("可用的证明"), share=21),
        Column(header=_text("提供部门"), share=10, align="center"),
    )
    criteria = {c.id: c for c in (context.source.verdicts.criteria if context.source.verdicts else ())}
    rows = []
    for n, gap in enumerate(context.source.gaps, 1):
        criterion = criteria.get(gap.criterion)
        where = (Text(text="（"), *context.clause_cell(criterion, footnote=False), Text(text="）")) if criterion else ()
        rows.append(
            (
                _ordinal(n),
                (*context.cell(gap_fact_id(gap, "title")), *where),
                _text(gap.modality),
                context.cell(gap_fact_id(gap, "kind")),
                (Missing(what=joined([proof_of(phrase(w)) for w in gap.what.split("；")])),)
                if gap.what
                else _text("—"),
                context.cell(gap_fact_id(gap, "proof")),
                context.cell(gap_fact_id(gap, "supplier")),
            )
        )
    return columns, tuple(rows), True


def basis(context: ComposeContext) -> Built:
    """The documents the application rests on, with their numbers and how far their text can be trusted."""
    columns = (
        Column(header=_text("序号"), share=8, align="center"),
        Column(header=_text("文件"), share=62),
        Column(header=_text("文本来源"), share=30, align="center"),
    )
    used = [c.clause.partition("/")[0] for c in (context.source.verdicts.criteria if context.source.verdicts else ())]
    known = [d for d in dict.fromkeys(used) if d in context.source.policies]
    rows = tuple(
        (_ordinal(n), law(d, context.source.policies), plain(context.source.policies[d].evidence.label))
        for n, d in enumerate(known, 1)
    )
    return columns, rows, True


def provisions(context: ComposeContext, doc_id: str) -> Built:
    """The rules of a region's document in our own words, with the value asked where the document gives one."""
    columns = (
        Column(header=_text("序号"), share=6, align="center"),
        Column(header=_text("要求"), share=44),
        Column(header=_text("条款用语"), share=10, align="center"),
        Column(header=_text("要求值"), share=14, align="center"),
        Column(header=_text("条款"), share=12, align="center"),
        Column(header=_text("文本来源"), share=14, align="center"),
    )
    document = context.source.policies.get(doc_id)
    rows = tuple(
        (
            _ordinal(n),
            context.cell(provision_fact_id(doc_id, p.id, "rule")),
            _text(p.modality.value),
            context.cell(provision_fact_id(doc_id, p.id), unit=True),
            (Literal(kind="clause", text=p.clause),),
            plain(p.evidence.label),
        )
        for n, p in enumerate(document.provisions if document else (), 1)
    )
    return columns, rows, True


def attachments(context: ComposeContext) -> Built:
    """What the form wants attached, section by section, and how many files of that kind there are."""
    columns = (
        Column(header=_text("序号"), share=8, align="center"),
        Column(header=_text("附件"), share=42),
        Column(header=_text("对应章节"), share=26),
        Column(header=_text("已归集"), share=24, align="center"),
    )
    wanted = [(context.fill(s.title), name, kind) for s in context.form.sections for name, kind in s.attachments]
    rows = []
    for n, (section, name, kind) in enumerate(wanted, 1):
        id = kind_fact_id(kind)
        held = context.cell(id, unit=True) if kind and id in context.facts else (Missing(what="附件"),)
        rows.append((_ordinal(n), plain(name), section, held))
    return columns, tuple(rows), True


DOSSIER = {
    "three_years": three_years,
    "records_3y": records_3y,
    "energy": energy,
    "emissions_monthly": emissions_monthly,
    "kinds": kinds,
    "targets_clauses": targets_clauses,
    "requirements": requirements,
    "equipment": equipment,
    "path": path,
    "gaps": gaps,
    "basis": basis,
    "attachments": attachments,
}

#: Tables that are about something: ``name:what`` in a form.
ABOUT = {"provisions": provisions}
