"""Completeness of confirmed activity records: missing months, overlaps, double bills, records without a period.

Every finding is a sentence a person can act on. What is missing is said month by month, what would be counted twice is blocking.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Protocol

from app.accounting.plausibility import plausibility
from app.domain.carrier import Carrier, Direction
from app.domain.finding import Finding, Severity
from app.domain.period import Period

# Read by a meter month after month; a month without a bill is a hole in the year. Fuels by delivery have no such rhythm.
METERED = frozenset(
    {
        Carrier.ELECTRICITY,
        Carrier.NATURAL_GAS,
        Carrier.STEAM,
        Carrier.HEAT,
        Carrier.HOT_WATER,
        Carrier.WATER,
        Carrier.COKE_OVEN_GAS,
        Carrier.BLAST_FURNACE_GAS,
        Carrier.CONVERTER_GAS,
        Carrier.PV_GENERATION,
        Carrier.WIND_GENERATION,
    }
)
BILL_NAMES = {
    Carrier.ELECTRICITY: "电费单",
    Carrier.NATURAL_GAS: "燃气账单",
    Carrier.STEAM: "蒸汽结算单",
    Carrier.HEAT: "热力结算单",
    Carrier.HOT_WATER: "热水结算单",
    Carrier.WATER: "水费单",
    Carrier.PV_GENERATION: "光伏发电记录",
    Carrier.WIND_GENERATION: "风力发电记录",
}
MISSING_MONTH_DAYS = 16  # a month with at least this many days without a bill counts as missing
SHARED_DAYS_ALLOWED = 1  # consecutive bills commonly print one reading day twice


class Record(Protocol):
    """What the checks need of an activity record; ProposedRecord of app.domain has it."""

    @property
    def id(self) -> str: ...
    @property
    def carrier(self) -> Carrier: ...
    @property
    def direction(self) -> Direction: ...
    @property
    def quantity(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def period_start(self) -> str | None: ...
    @property
    def period_end(self) -> str | None: ...
    @property
    def account_number(self) -> str | None: ...
    @property
    def meter_number(self) -> str | None: ...
    @property
    def amount(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The records of one meter or account in one direction. ``key`` is carrier, direction, account, meter."""

    carrier: Carrier
    direction: Direction
    account: str
    meter: str
    records: tuple[tuple[Record, Period | None], ...]

    @property
    def label(self) -> str:
        where = f"户号 {self.account}" if self.account else "未注明户号"
        meter = f"（表号 {self.meter}）" if self.meter else ""
        way = "" if self.direction is Direction.PURCHASED else f"{self.direction.label} "
        return f"{where}{meter} {way}{self.carrier.label}"


def period_of(record: Record) -> Period | None:
    """The period whose first and last days the record states; None when it states none or an impossible one."""
    if not record.period_start or not record.period_end:
        return None
    try:
        return Period.inclusive(date.fromisoformat(record.period_start), date.fromisoformat(record.period_end))
    except ValueError:
        return None


def series_of(records: Iterable[Record]) -> tuple[Series, ...]:
    """Records grouped by carrier, direction, account and meter, in a fixed order."""
    groups: dict[tuple[str, str, str, str], list[tuple[Record, Period | None]]] = defaultdict(list)
    for r in records:
        key = (r.carrier.value, r.direction.value, r.account_number or "", r.meter_number or "")
        groups[key].append((r, period_of(r)))
    return tuple(
        Series(
            carrier=Carrier(carrier),
            direction=Direction(direction),
            account=account,
            meter=meter,
            records=tuple(sorted(found, key=lambda x: (x[1] or _NEVER, x[0].id))),
        )
        for (carrier, direction, account, meter), found in sorted(groups.items())
    )


_NEVER = Period(start=date.max - timedelta(days=1), end=date.max)


def _finding(id: str, severity: Severity, message: str, subjects: Sequence[str], fix: str, **data: str) -> Finding:
    return Finding(id=id, severity=severity, message=message, subjects=tuple(subjects), fix=fix, data=data)


def _months_text(months: Sequence[int]) -> str:
    return "、".join(f"{m} 月" for m in months)


def _uncovered(periods: Sequence[Period], year: int) -> tuple[list[int], int]:
    """(months without a bill, further days without one) of a year, by days."""
    months, days = [], 0
    for month in range(1, 13):
        span = Period.month(year, month)
        covered = {d for p in periods for d in range(span.days) if p.start <= span.start + timedelta(days=d) < p.end}
        missing = span.days - len(covered)
        if missing >= MISSING_MONTH_DAYS:
            months.append(month)
        else:
            days += missing
    return months, days


def _gaps(series: Series, year: int) -> list[Finding]:
    periods = [p for _, p in series.records if p is not None]
    if series.carrier not in METERED or not periods:
        return []
    months, days = _uncovered(periods, year)
    bill = BILL_NAMES.get(series.carrier, "账单")
    subject = (series.account or series.meter or series.carrier.value,)
    out = []
    if months:
        message = f"{year} 年 {_months_text(months)} {series.label} 缺{bill}。"
        fix = f"请补充这些月份的{bill}；确实没有用量的，请出具零用量说明，缺单据不等于零。"
        out.append(
            _finding(
                "period-gap",
                Severity.EXPLAIN,
                message,
                subject,
                fix,
                months=",".join(f"{year}-{m:02d}" for m in months),
            )
        )
    if days:
        message = f"{series.label} 的账期之间另有 {days} 天没有{bill}覆盖（{year} 年）。"
        out.append(
            _finding(
                "period-gap-days", Severity.NOTE, message, subject, "请核对抄表起止日期是否读错或漏单。", days=str(days)
            )
        )
    return out


def _overlaps(series: Series) -> list[Finding]:
    out = []
    dated = [(r, p) for r, p in series.records if p is not None]
    for (a, pa), (b, pb) in combinations(dated, 2):
        shared = pa.overlap_days(pb)
        if pa == pb:
            same = "，数量相同" if a.quantity == b.quantity else f"，数量分别为 {a.quantity} 与 {b.quantity} {a.unit}"
            message = f"{series.label} {pa.start} 至 {pa.last} 有两条记录{same}。"
            fix = "同一户号同一账期只计一次（账单与发票是同一笔）；请否决其中一条，补退电量请按更正处理。"
            out.append(_finding("duplicate-bill", Severity.BLOCKING, message, (a.id, b.id), fix))
        elif shared > SHARED_DAYS_ALLOWED:
            message = f"{series.label} 的账期 {pa.start} 至 {pa.last} 与 {pb.start} 至 {pb.last} 重叠 {shared} 天。"
            fix = "请核对起止日期；重叠的用量会被重复计算。"
            out.append(_finding("period-overlap", Severity.BLOCKING, message, (a.id, b.id), fix, days=str(shared)))
    return out


def _twins(records: Sequence[Record]) -> list[Finding]:
    """Equal quantity and period where one of the two does not say whose meter it is."""
    out = []
    for a, b in combinations(sorted(records, key=lambda r: r.id), 2):
        same = (a.carrier, a.direction, a.quantity, a.period_start, a.period_end) == (
            b.carrier,
            b.direction,
            b.quantity,
            b.period_start,
            b.period_end,
        )
        if (
            same
            and a.period_start
            and a.account_number != b.account_number
            and not (a.account_number and b.account_number)
        ):
            message = f"记录 {a.id} 与 {b.id} 的品种、账期、数量都相同，其中一条没有户号，可能是同一笔。"
            out.append(
                _finding(
                    "possible-duplicate", Severity.EXPLAIN, message, (a.id, b.id), "请核对原件，重复的请否决一条。"
                )
            )
    return out


def _periods(records: Sequence[Record], year: int) -> list[Finding]:
    out = []
    span = Period(start=date(year, 1, 1), end=date(year + 1, 1, 1))
    for r in sorted(records, key=lambda r: r.id):
        period = period_of(r)
        if period is None:
            message = f"记录 {r.id}（{r.carrier.label} {r.quantity} {r.unit}）没有可用的账期。"
            out.append(
                _finding("period-missing", Severity.EXPLAIN, message, (r.id,), "请按票据补上起止日期（YYYY-MM-DD）。")
            )
        elif not period.overlap_days(span):
            message = f"记录 {r.id} 的账期 {period.start} 至 {period.last} 不在 {year} 年内。"
            out.append(
                _finding(
                    "period-outside-year", Severity.EXPLAIN, message, (r.id,), "请核对日期，或移到相应年度的项目。"
                )
            )
        elif period.overlap_days(span) < period.days:
            message = f"记录 {r.id} 的账期 {period.start} 至 {period.last} 跨年，只有 {period.overlap_days(span)} 天在 {year} 年内。"
            fix = "请按日数拆分，只把报告年内的部分计入；拆分依据请留存。"
            out.append(_finding("period-crosses-years", Severity.EXPLAIN, message, (r.id,), fix))
    return out


def _silent_accounts(series: Sequence[Series], accounts: Mapping[str, Sequence[str]], year: int) -> list[Finding]:
    out = []
    for carrier, numbers in sorted(accounts.items()):
        seen = {s.account for s in series if s.carrier.value == carrier}
        for number in (n for n in numbers if n not in seen):
            known = carrier in {c.value for c in Carrier}
            label = Carrier(carrier).label if known else carrier
            message = f"登记的{label}户号 {number} 在 {year} 年没有任何已确认记录。"
            fix = "请上传该户号的账单；已销户或不在边界内的，请在项目资料中删去并说明。"
            out.append(_finding("account-without-records", Severity.EXPLAIN, message, (number,), fix, carrier=carrier))
    return out


def check_records(
    records: Iterable[Record], *, year: int, accounts: Mapping[str, Sequence[str]] | None = None
) -> tuple[Finding, ...]:
    """Completeness and plausibility of the confirmed records of a reporting year.

    ``accounts`` maps carrier identifiers to the account numbers of the project profile. Findings come in a fixed order,
    whatever the order of the records.
    """
    known = tuple(records)
    series = series_of(known)
    out = [f for s in series for f in (*_overlaps(s), *_gaps(s, year))]
    out += _twins(known)
    out += _periods(known, year)
    out += _silent_accounts(series, accounts or {}, year)
    out += [f for s in series for f in plausibility(s.label, s.records)]
    order = {Severity.BLOCKING: 0, Severity.EXPLAIN: 1, Severity.NOTE: 2}
    return tuple(sorted(out, key=lambda f: (order[f.severity], f.id, f.subjects, f.message)))
