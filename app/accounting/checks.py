"""Completeness of confirmed activity records: missing months, overlaps, double bills, records without a period.

Every finding is a sentence a person can act on. What is missing is said month by month, what would be counted twice is blocking.
The work grows with the number of records (sorted once), never with the number of pairs of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby, pairwise

from app.accounting.bulk import acyclic
from app.accounting.plausibility import plausibility
from app.accounting.series import METERED, Entry, Record, Series, read_entries, series_of
from app.domain.carrier import Carrier
from app.domain.finding import Finding, Severity
from app.domain.period import Period

MISSING_MONTH_DAYS = 16  # a month with at least this many days without a bill counts as missing
SHARED_DAYS_ALLOWED = 1  # consecutive bills commonly print one reading day twice
ORDER = {Severity.BLOCKING: 0, Severity.EXPLAIN: 1, Severity.NOTE: 2}


def _finding(id: str, severity: Severity, message: str, subjects: Sequence[str], fix: str, **data: str) -> Finding:
    return Finding(id=id, severity=severity, message=message, subjects=tuple(subjects), fix=fix, data=data)


def _months_text(months: Sequence[int]) -> str:
    return "、".join(f"{m} 月" for m in months)


def _covered(periods: Sequence[Period], year: int) -> list[int]:
    """Days with a bill in each month of the year; days two bills share count once. ``periods`` come in the order of time."""
    covered, reached = [0] * 12, date(year, 1, 1)
    after = date(year + 1, 1, 1)
    for period in periods:
        if period.end <= reached:
            continue
        if period.start >= after:
            break
        start, end = max(period.start, reached), min(period.end, after)
        while start < end:
            month_end = Period.month(year, start.month).end
            stop = min(end, month_end)
            covered[start.month - 1] += (stop - start).days
            start = stop
        reached = end
    return covered


def _uncovered(periods: Sequence[Period], year: int) -> tuple[list[int], int]:
    """(months without a bill, further days without one) of a year, by days."""
    months, days = [], 0
    for month, covered in enumerate(_covered(periods, year), 1):
        missing = Period.month(year, month).days - covered
        if missing >= MISSING_MONTH_DAYS:
            months.append(month)
        else:
            days += missing
    return months, days


def _gaps(series: Series, year: int) -> list[Finding]:
    periods = [e.period for e in series.entries if e.period is not None]
    if series.carrier not in METERED or not periods:
        return []
    months, days = _uncovered(periods, year)
    out = []
    if months:
        message = f"{year} 年 {_months_text(months)} {series.label} 缺{series.bill}。"
        fix = f"请补充这些月份的{series.bill}；确实没有用量的，请出具零用量说明，缺单据不等于零。"
        named = ",".join(f"{year}-{m:02d}" for m in months)
        out.append(_finding("period-gap", Severity.EXPLAIN, message, (series.subject,), fix, months=named))
    if days:
        message = f"{series.label} 的账期之间另有 {days} 天没有{series.bill}覆盖（{year} 年）。"
        fix = "请核对抄表起止日期是否读错或漏单。"
        out.append(_finding("period-gap-days", Severity.NOTE, message, (series.subject,), fix, days=str(days)))
    return out


def _successive(own: Sequence[Series]) -> Series | None:
    """The meters of one account as one series when each begins where the one before has ended: a replaced meter leaves no gap."""
    dated = sorted((s for s in own if any(e.period for e in s.entries)), key=lambda s: _span(s).start)
    if len(dated) < 2 or any(_span(b).start < _span(a).last for a, b in pairwise(dated)):
        return None
    entries = tuple(e for s in dated for e in s.entries if e.period)
    return replace(dated[-1], entries=entries)


def _span(series: Series) -> Period:
    periods = [e.period for e in series.entries if e.period]
    return Period(start=min(p.start for p in periods), end=max(p.end for p in periods))


def _continuous(series: Sequence[Series]) -> list[Series]:
    """The series whose months are to be complete: meters that follow each other under one account count as one."""
    out: list[Series] = []
    for account, group in groupby(series, key=lambda s: (s.carrier.value, s.direction.value, s.account)):
        own = list(group)
        merged = _successive(own) if account[2] else None
        out += [merged] if merged else own
    return out


def _duplicates(series: Series, period: Period, same: Sequence[Entry]) -> Finding:
    quantities = list(dict.fromkeys(e.record.quantity for e in same))
    unit = same[0].record.unit
    shown = f"{'、'.join(quantities[:-1])} 与 {quantities[-1]} {unit}" if len(quantities) > 1 else ""
    much = f"数量分别为 {shown}" if shown else "数量相同"
    count = "两" if len(same) == 2 else f" {len(same)} "
    message = f"{series.label} {period.start} 至 {period.last} 有{count}条记录，{much}。"
    fix = "同一户号同一账期只计一次（账单与发票是同一笔）；请否决其中一条，补退电量请按更正处理。"
    return _finding("duplicate-bill", Severity.BLOCKING, message, [e.id for e in same], fix)


def _overlaps(series: Series) -> list[Finding]:
    """One finding for all records of one period, and one for each bill that begins before the furthest earlier one has ended."""
    out: list[Finding] = []
    furthest: tuple[Period, Entry] | None = None
    dated = (e for e in series.entries if e.period is not None)
    for period, group in groupby(dated, key=lambda e: e.period):
        assert period is not None
        same = list(group)
        if len(same) > 1:
            out.append(_duplicates(series, period, same))
        if furthest is not None:
            earlier, entry = furthest
            shared = earlier.overlap_days(period) if period.start < earlier.end else 0
            if shared > SHARED_DAYS_ALLOWED:
                message = (
                    f"{series.label} 的账期 {earlier.start} 至 {earlier.last} 与 {period.start} 至 {period.last} 重叠 {shared} 天。"
                )
                fix = "请核对起止日期；重叠的用量会被重复计算。"
                subjects = (entry.id, same[0].id)
                out.append(_finding("period-overlap", Severity.BLOCKING, message, subjects, fix, days=str(shared)))
        if furthest is None or period.end > furthest[0].end:
            furthest = (period, same[0])
    return out


def _what(r: Record) -> tuple[str | None, ...]:
    return (r.carrier, r.direction, r.quantity, r.period_start, r.period_end)


def _twins(entries: Sequence[Entry]) -> list[Finding]:
    """Equal quantity and period where one of the two does not say whose meter it is."""
    nameless: dict[tuple[str | None, ...], list[str]] = defaultdict(list)
    for r in (e.record for e in entries if e.record.period_start and not e.record.account_number):
        nameless[_what(r)].append(r.id)
    named: dict[tuple[str | None, ...], str] = {}
    for r in (e.record for e in entries if e.record.account_number) if nameless else ():
        if (key := _what(r)) in nameless:
            named[key] = min(r.id, named.get(key, r.id))
    out = []
    for key, first in named.items():
        for other in nameless[key]:
            a, b = sorted((first, other))
            message = f"记录 {a} 与 {b} 的品种、账期、数量都相同，其中一条没有户号，可能是同一笔。"
            fix = "请核对原件，重复的请否决一条。"
            out.append(_finding("possible-duplicate", Severity.EXPLAIN, message, (a, b), fix))
    return out


def _years_text(years: Sequence[int]) -> str:
    return f"{years[0]}" if len(years) == 1 else f"{years[0]} 至 {years[-1]}"


def _periods(entries: Sequence[Entry], years: Sequence[int]) -> list[Finding]:
    out = []
    span = Period(start=date(years[0], 1, 1), end=date(years[-1] + 1, 1, 1))
    when = _years_text(years)
    for entry in entries:
        r, period = entry.record, entry.period
        if period is None:
            message = f"记录 {r.id}（{r.carrier.label} {r.quantity} {r.unit}）没有可用的账期。"
            fix = "请按票据补上起止日期（YYYY-MM-DD）。"
            out.append(_finding("period-missing", Severity.EXPLAIN, message, (r.id,), fix))
        elif span.start <= period.start and period.end <= span.end:
            continue
        elif not period.overlap_days(span):
            message = f"记录 {r.id} 的账期 {period.start} 至 {period.last} 不在 {when} 年内。"
            fix = "请核对日期，或移到相应年度的项目。"
            out.append(_finding("period-outside-year", Severity.EXPLAIN, message, (r.id,), fix))
        else:
            inside = period.overlap_days(span)
            message = f"记录 {r.id} 的账期 {period.start} 至 {period.last} 跨年，只有 {inside} 天在 {when} 年内。"
            fix = "请按日数拆分，只把报告年内的部分计入；拆分依据请留存。"
            out.append(_finding("period-crosses-years", Severity.EXPLAIN, message, (r.id,), fix))
    return out


def _silent_accounts(series: Sequence[Series], accounts: Mapping[str, Sequence[str]], years: Sequence[int]) -> list[Finding]:
    out = []
    for carrier, numbers in sorted(accounts.items()):
        seen = {s.account for s in series if s.carrier.value == carrier}
        for number in (n for n in numbers if n not in seen):
            known = carrier in {c.value for c in Carrier}
            label = Carrier(carrier).label if known else carrier
            message = f"登记的{label}户号 {number} 在 {_years_text(years)} 年没有任何已确认记录。"
            fix = "请上传该户号的账单；已销户或不在边界内的，请在项目资料中删去并说明。"
            out.append(_finding("account-without-records", Severity.EXPLAIN, message, (number,), fix, carrier=carrier))
    return out


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Blocking first, then what must be explained, then notes; within each by check and subject."""
    return tuple(sorted(findings, key=lambda f: (ORDER[f.severity], f.id, f.subjects, f.message)))


@acyclic
def check_years(
    records: Iterable[Record], *, years: Sequence[int], accounts: Mapping[str, Sequence[str]] | None = None
) -> tuple[Finding, ...]:
    """Completeness and plausibility of the confirmed records of consecutive reporting years.

    ``accounts`` maps carrier identifiers to the account numbers of the project profile. Findings come in a fixed order,
    whatever the order of the records. Raises ValueError when no year is given.
    """
    if not years:
        raise ValueError("at least one reporting year is needed")
    wanted = sorted(years)
    entries = read_entries(records)
    series = series_of(entries)
    out = [f for s in series for f in _overlaps(s)]
    out += [f for s in _continuous(series) for year in wanted for f in _gaps(s, year)]
    out += _twins(entries)
    out += _periods(entries, wanted)
    out += _silent_accounts(series, accounts or {}, wanted)
    out += [f for s in series for f in plausibility(s)]
    return in_order(out)


def check_records(
    records: Iterable[Record], *, year: int, accounts: Mapping[str, Sequence[str]] | None = None
) -> tuple[Finding, ...]:
    """``check_years`` for the one year of an application."""
    return check_years(records, years=(year,), accounts=accounts)
