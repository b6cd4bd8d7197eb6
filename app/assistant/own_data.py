"""Questions about the user's own figures: answered by rules over the project view, with run lines and pages as citations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from app.assistant.context import AssistantContext
from app.assistant.frame import Frame
from app.assistant.knowledge import Knowledge, OwnDataRule, matches
from app.assistant.own_citations import file_citation, run_citation, run_line_citation
from app.assistant.own_words import asked_month, plain_number, quantity_text, tonnes
from app.assistant.plan import Plan, Remark
from app.assistant.project_view import ActivityView, ProjectView
from app.domain.answer import AnswerMode, AnswerStatus, Citation
from app.domain.carrier import CARRIER_LABELS, Carrier, Direction
from app.domain.number import parse_number
from app.domain.period import Period
from app.domain.verdict import Verdict

ALWAYS = ("missing_months", "pending")
TIME_WORDS = ("去年", "今年", "上月", "上个月", "全年", "本年", "年度")
MOST_PAGES = 12
MONTHLY = (Carrier.ELECTRICITY, Carrier.NATURAL_GAS, Carrier.HEAT, Carrier.STEAM)


def own_rule(frame: Frame, knowledge: Knowledge) -> OwnDataRule | None:
    """The rule a question about this factory's data falls under; None for questions about policy."""
    if frame.named or knowledge.own_unless.search(frame.text):
        return None
    for rule in knowledge.own:
        if not matches(rule.patterns, frame.text):
            continue
        marked = knowledge.own_markers.search(frame.text) or any(word in frame.text for word in TIME_WORDS)
        if (marked or rule.id in ALWAYS) and not frame.places:
            return rule
    return None


def answer_own(rule: OwnDataRule, frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan:
    view = context.project
    plan = RULES[rule.id](view, frame, context, knowledge) if view is not None else None
    if plan is not None:
        return plan
    text = knowledge.wording["own_missing"].format(what=rule.upload)
    return Plan(status=AnswerStatus.NOT_IN_CORPUS, mode=AnswerMode.RULES, statements=(Remark(text=text),))


def _quantity(view: ProjectView, frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    asked = [Carrier(carrier) for pattern, carrier in knowledge.carriers if pattern.search(frame.text)]
    wanted = asked or list(dict.fromkeys(r.carrier for r in view.records))
    month = asked_month(frame.text)
    remarks = []
    for carrier in wanted:
        for direction in Direction:
            mine = [r for r in _confirmed(view) if r.carrier is carrier and r.direction is direction
                    and (month is None or _in_month(r, month))]
            if mine:
                remarks.extend(_totals(mine, carrier, direction, month, view))
    if not remarks:
        return None
    pending = sum(1 for r in view.records if r.status == "proposed" and (not asked or r.carrier in asked))
    gaps = (f"另有 {pending} 条记录待确认，没有计入。",) if pending else ()
    return _plan(remarks, gaps)


def _totals(records: Sequence[ActivityView], carrier: Carrier, direction: Direction, month: int | None,
            view: ProjectView) -> list[Remark]:
    out = []
    for unit in dict.fromkeys(r.unit for r in records):
        same = [r for r in records if r.unit == unit]
        total = sum((parse_number(r.quantity) for r in same), Fraction(0))
        when = f"{month}月" if month else f"{view.profile.year}年" if view.profile.year else ""
        text = (f"本厂{when}{direction.label}{CARRIER_LABELS[carrier]}合计 {plain_number(total)} {unit}，"
                f"由 {len(same)} 条已确认记录相加。")
        citations = [*_run_lines(same, view), *_pages(same)]
        out.append(Remark(text=text, citations=_with_note(citations, text, same, view)))
    return out


def _emissions(view: ProjectView, frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    run = view.run
    if run is None:
        return None
    total = run_citation(run, "total_tco2", f"二氧化碳排放合计 {tonnes(run.total_tco2)} tCO2（{run.year or '报告'}年度核算）")
    remarks = [Remark(text=f"按最近一次核算，本厂二氧化碳排放合计 {tonnes(run.total_tco2)} tCO2。", citations=(total,))]
    ranked = sorted(run.lines, key=lambda line: -abs(line.tco2))
    for line in ranked[:5]:
        citation = run_line_citation(run, line)
        remarks.append(Remark(text=f"{citation.quote}。", citations=(citation,)))
    gaps = [*run.caveats[:3]]
    if len(ranked) > 5:
        gaps.append(f"其余 {len(ranked) - 5} 条排放明细见核算报告。")
    return _plan(remarks, tuple(gaps))


def _intensity(view: ProjectView, frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    if view.run is None or not view.run.indicators:
        return None
    remarks = []
    for name, value in view.run.indicators.items():
        label = INDICATOR_LABELS.get(name, name)
        values = value.items() if isinstance(value, dict) else (("", value),)
        for basis, number in values:
            shown = f"{label}{f'（{basis}值）' if basis else ''} {_indicator(number)}"
            remarks.append(Remark(text=f"{shown}。", citations=(run_citation(view.run, name, shown),)))
    return _plan(remarks, ("通知原文未见，指标不能用来判断合格或不合格。",))


def _missing_months(view: ProjectView, frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    year = view.profile.year
    confirmed = _confirmed(view)
    if year is None or not confirmed:
        return None
    asked = [Carrier(carrier) for pattern, carrier in knowledge.carriers if pattern.search(frame.text)]
    present = [c for c in Carrier if any(r.carrier is c for r in confirmed)]
    remarks, gaps = [], []
    for carrier in asked or [c for c in present if c in MONTHLY or len([r for r in confirmed if r.carrier is c]) > 1]:
        mine = [r for r in confirmed if r.carrier is carrier]
        if not mine:
            gaps.append(f"没有任何已确认的{CARRIER_LABELS[carrier]}记录。")
            continue
        missing = missing_months(mine, year)
        state = f"缺 {'、'.join(f'{m}月' for m in missing)}" if missing else "12 个月齐全"
        text = f"{year}年{CARRIER_LABELS[carrier]}账单{state}。"
        remarks.append(Remark(text=text, citations=_with_note([*_run_lines(mine, view), *_pages(mine)], text, mine, view)))
    undated = [r for r in confirmed if not (r.period_start and r.period_end)]
    if undated:
        gaps.append(f"有 {len(undated)} 条记录没有起止日期，没有计入月份检查。")
    return _plan(remarks, tuple(gaps)) if remarks else None


def missing_months(records: Sequence[ActivityView], year: int) -> list[int]:
    """Months of the year of which at least one day is in no record's period."""
    covered: set[date] = set()
    for record in records:
        if record.period_start and record.period_end:
            period = Period.inclusive(date.fromisoformat(record.period_start), date.fromisoformat(record.period_end))
            covered.update(date.fromordinal(o) for o in range(period.start.toordinal(), period.end.toordinal()))
    out = []
    for month in range(1, 13):
        whole = Period.month(year, month)
        if any(date.fromordinal(o) not in covered for o in range(whole.start.toordinal(), whole.end.toordinal())):
            out.append(month)
    return out


def _eligibility(view: ProjectView, frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    report = view.report
    if report is None or not report.criteria:
        return None
    counts = "，".join(f"{verdict.label} {report.counts[verdict.value]} 项" for verdict in Verdict)
    whole = _report_citation(report.run_id, "eligibility", f"资格判断：{counts}")
    remarks = [Remark(text=f"按现有证据逐条判断：{counts}。", citations=(whole,))]
    order = (Verdict.NOT_MET, Verdict.INSUFFICIENT_EVIDENCE, Verdict.MET)
    for criterion in sorted((c for c in report.criteria if c.verdict in order), key=lambda c: order.index(c.verdict))[:8]:
        text = f"{criterion.title}：{criterion.verdict.label}。{criterion.reason}"
        citation = _report_citation(report.run_id, criterion.id, text)
        remarks.append(Remark(text=text, citations=(citation,)))
    gaps = tuple(f"{c.title}：缺{'、'.join(c.missing)}。" for c in report.criteria if c.missing)
    return _plan(remarks, gaps[:8])


def _pending(view: ProjectView, frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    pending = [r for r in view.records if r.status == "proposed"]
    if not view.records:
        return None
    counted = pending or _confirmed(view)
    text = f"待确认的记录有 {len(pending)} 条，已确认的有 {len(_confirmed(view))} 条，来自 {len(view.documents)} 份文件。"
    citations = _pages(counted)
    return _plan([Remark(text=text, citations=_with_note(citations, text, counted, view))], ()) if citations else None


def _profile(view: ProjectView, frame: Frame, context: AssistantContext, knowledge: Knowledge) -> Plan | None:
    p = view.profile
    place = f"{p.province}{p.city if p.city != p.province else ''}"
    text = f"{p.name}，{place}，{p.industry}，报告年度 {p.year}。"
    citation = Citation(key="file:profile", doc_id="file", title="企业情况", document_number=None, clause="profile",
                        quote=text, start=0, end=len(text), evidence="user", region=p.province, year=str(p.year or ""))
    return _plan([Remark(text=text, citations=(citation,))], ())


RULES = {"quantity": _quantity, "emissions": _emissions, "intensity": _intensity, "missing_months": _missing_months,
         "eligibility": _eligibility, "pending": _pending, "profile": _profile}
INDICATOR_LABELS = {"energy_tce": "综合能耗（吨标准煤）", "intensity_tco2_per_tce": "单位能耗碳排放（tCO2/tce）",
                    "non_fossil_share": "非化石能源消费占比", "physical_share": "物理认定量占比"}


def _plan(remarks: Sequence[Remark], gaps: tuple[str, ...]) -> Plan:
    return Plan(status=AnswerStatus.ANSWERED, mode=AnswerMode.RULES, statements=tuple(remarks), gaps=gaps)


def _confirmed(view: ProjectView) -> list[ActivityView]:
    return [r for r in view.records if r.status == "confirmed"]


def _in_month(record: ActivityView, month: int) -> bool:
    """The month that holds the record's last day: bills are named after the month they close."""
    return bool(record.period_end) and date.fromisoformat(record.period_end or "").month == month


def _run_lines(records: Sequence[ActivityView], view: ProjectView) -> list[Citation]:
    if view.run is None:
        return []
    found = []
    for activity in dict.fromkeys(r.activity or r.id for r in records):
        line = view.run.line(activity)
        if line is not None:
            found.append(run_line_citation(view.run, line))
    return found


def _pages(records: Sequence[ActivityView]) -> list[Citation]:
    """One citation a page, at most a dozen; a page with several records is cited once with all of them."""
    pages: dict[tuple[str, int], list[ActivityView]] = {}
    for record in records:
        if record.sha256:
            pages.setdefault((record.sha256, record.page or 1), []).append(record)
    return [file_citation(sha, page, members) for (sha, page), members in list(pages.items())[:MOST_PAGES]]


def _with_note(citations: list[Citation], text: str, records: Sequence[ActivityView],
               view: ProjectView) -> tuple[Citation, ...]:
    """The addition itself as a run citation in front, so that the sum has an address and its parts have theirs."""
    run_id = view.run.run_id if view.run else "unrun"
    parts = " + ".join(quantity_text(r) for r in records[:MOST_PAGES])
    more = f" + 其余 {len(records) - MOST_PAGES} 条" if len(records) > MOST_PAGES else ""
    return (_report_citation(run_id, f"records-{records[0].carrier.value}", f"{text}（{parts}{more}）"), *citations)


def _report_citation(run_id: str | None, name: str, quote: str) -> Citation:
    return Citation(key=f"run:{run_id or 'unrun'}/{name}", doc_id="run", title="本项目数据", document_number=None,
                    clause=name, quote=quote, start=0, end=len(quote), evidence="user", region="", year=None)


def _indicator(value: object) -> str:
    try:
        return plain_number(parse_number(value), places=4)
    except ValueError:
        return str(value)
