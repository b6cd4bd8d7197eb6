"""Facts of the confirmed records and of the documents behind them.

A sum over several documents keeps all their addresses (``<sha12>#p1;<sha12>#p1``): it comes from exactly those pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction

from app.domain.carrier import Carrier, Direction
from app.domain.fact import Fact
from app.domain.number import parse_number
from app.domain.period import Period
from app.drafting.facts import fact_id, given_fact, number_fact, text_fact
from app.drafting.source import EvidenceDocument, LedgerEntry

#: A bill over more days than this is no monthly bill and is kept out of the monthly table.
MONTHLY_DAYS = 45

Group = tuple[Carrier, Direction, str]


def entry_month(entry: LedgerEntry) -> str | None:
    """``YYYY-MM`` of the month that holds most days of the entry's period (the earlier one when two hold as many);
    None without a period or when the period is longer than a monthly bill. Quantities are never split over months."""
    if not entry.period_start or not entry.period_end:
        return None
    try:
        period = Period.inclusive(date.fromisoformat(entry.period_start), date.fromisoformat(entry.period_end))
    except ValueError:
        return None
    if period.days > MONTHLY_DAYS:
        return None
    year, month = max(period.months(), key=lambda m: (period.overlap_days(Period.month(*m)), -m[0], -m[1]))
    return f"{year:04d}-{month:02d}"


def grouped(records: Iterable[LedgerEntry]) -> dict[Group, tuple[LedgerEntry, ...]]:
    """Records by carrier, direction and unit, in the order of the carrier table."""
    order = {carrier: n for n, carrier in enumerate(Carrier)}
    groups: dict[Group, list[LedgerEntry]] = {}
    for entry in records:
        groups.setdefault((entry.carrier, entry.direction, entry.unit), []).append(entry)
    keys = sorted(groups, key=lambda g: (order[g[0]], list(Direction).index(g[1]), g[2]))
    return {key: tuple(groups[key]) for key in keys}


_OWN_LABELS: dict[tuple[Carrier, Direction], str] = {
    (Carrier.PV_GENERATION, Direction.SELF_GENERATED): "光伏发电量",
    (Carrier.PV_GENERATION, Direction.SELF_CONSUMED): "光伏自用电量",
    (Carrier.PV_GENERATION, Direction.EXPORTED): "光伏上网电量",
    (Carrier.WIND_GENERATION, Direction.SELF_GENERATED): "风力发电量",
    (Carrier.WIND_GENERATION, Direction.SELF_CONSUMED): "风电自用电量",
    (Carrier.WIND_GENERATION, Direction.EXPORTED): "风电上网电量",
    (Carrier.GREEN_POWER, Direction.PURCHASED): "绿电交易电量",
    (Carrier.GREEN_CERTIFICATE, Direction.PURCHASED): "绿证对应电量",
}


def flow_label(carrier: Carrier, direction: Direction) -> str:
    """What a carrier in a direction is called: 购入天然气, 光伏自用电量."""
    return _OWN_LABELS.get((carrier, direction), f"{direction.label}{carrier.label}")


def group_label(group: Group) -> str:
    return flow_label(group[0], group[1])


def group_fact_id(group: Group, *parts: object) -> str:
    return fact_id("ledger", group[0].value, group[1].value, group[2], *parts)


def _quantity(entry: LedgerEntry) -> Fraction:
    return parse_number(entry.quantity)


def _addresses(entries: Iterable[LedgerEntry]) -> str:
    return ";".join(dict.fromkeys(e.address for e in entries))


def account_fact_id(entry: LedgerEntry) -> str:
    return fact_id("ledger.account", entry.carrier.value, entry.account_number)


def missing_months(entries: Iterable[LedgerEntry], year: int) -> dict[str, tuple[str, ...]]:
    """Per account (by the fact id of its number) the months of the year without a bill. An account without any monthly bill in
    the year is left out: its data come in another rhythm."""
    seen: dict[str, set[str]] = {}
    for entry in entries:
        month = entry_month(entry)
        if entry.account_number and month and month.startswith(f"{year:04d}-"):
            seen.setdefault(account_fact_id(entry), set()).add(month)
    whole = [f"{year:04d}-{n:02d}" for n in range(1, 13)]
    gaps = {account: tuple(m for m in whole if m not in months) for account, months in sorted(seen.items())}
    return {account: months for account, months in gaps.items() if months}


def record_facts(entry: LedgerEntry) -> Iterator[Fact]:
    """One record as its page states it: quantity, period, and where it stands."""
    at = entry.address
    yield given_fact(fact_id("record", entry.record_id), "记录数量", entry.quantity, entry.unit, document=at)
    if entry.period_start and entry.period_end:
        span = f"{entry.period_start}至{entry.period_end}"
        yield text_fact(fact_id("record", entry.record_id, "period"), "起止日期", span, document=at)
    place = f"{entry.filename} 第{entry.page}页" if entry.page else entry.filename
    yield text_fact(fact_id("record", entry.record_id, "at"), "文件与页次", place, document=at)


def ledger_facts(records: tuple[LedgerEntry, ...]) -> Iterator[Fact]:
    """Every record, and per carrier, direction and unit the total, the count and the months."""
    if records:
        pages = _addresses(records)
        yield given_fact("ledger.count", "已确认记录", str(len(records)), "条", document=pages)
        documents = len({e.document_sha256 for e in records})
        yield given_fact("ledger.documents", "支撑文件", str(documents), "份", document=pages)
    for entry in records:
        yield from record_facts(entry)
        if entry.account_number:
            yield text_fact(account_fact_id(entry), "计量户号", entry.account_number, document=entry.address)
    for group, entries in grouped(records).items():
        label, unit = group_label(group), group[2]
        total = sum((_quantity(e) for e in entries), Fraction(0))
        pages = _addresses(entries)
        yield number_fact(group_fact_id(group), f"{label}合计", total, "activity", unit, document=pages)
        yield given_fact(group_fact_id(group, "count"), f"{label}记录数", str(len(entries)), "条", document=pages)
        months = by_month(entries)
        for month, inside in months.items():
            value = sum((_quantity(e) for e in inside), Fraction(0))
            yield number_fact(
                group_fact_id(group, month), f"{label}{month}", value, "activity", unit, document=_addresses(inside)
            )
        if months:
            yield from _monthly_facts(group, months)


def _monthly_facts(group: Group, months: dict[str, tuple[LedgerEntry, ...]]) -> Iterator[Fact]:
    """Sum, shares, mean, highest to mean and spread of the months on record."""
    label, unit = group_label(group), group[2]
    monthly = {m: sum((_quantity(e) for e in inside), Fraction(0)) for m, inside in months.items()}
    at = _addresses(e for inside in months.values() for e in inside)
    total = sum(monthly.values(), Fraction(0))
    yield number_fact(group_fact_id(group, "months_total"), f"{label}各月合计", total, "activity", unit, document=at)
    for month, value in monthly.items() if total > 0 else ():
        share = 100 * value / total
        yield number_fact(group_fact_id(group, month, "share"), f"{label}{month}份额", share, "share", "%", document=at)
    if len(months) > 1:
        mean = total / len(monthly)
        yield given_fact(group_fact_id(group, "months"), f"{label}月份数", str(len(monthly)), "个月", document=at)
        yield number_fact(group_fact_id(group, "mean"), f"{label}月均", mean, "activity", unit, document=at)
        if mean > 0:
            peak, low = max(monthly.values()), min(monthly.values())
            yield number_fact(
                group_fact_id(group, "peak_to_mean"),
                f"{label}最高月与月均之比",
                peak / mean,
                "ratio",
                "倍",
                document=at,
            )
            yield number_fact(
                group_fact_id(group, "spread"),
                f"{label}最高月与最低月之差占月均的比例",
                100 * (peak - low) / mean,
                "share",
                "%",
                document=at,
            )


def by_month(entries: Iterable[LedgerEntry]) -> dict[str, tuple[LedgerEntry, ...]]:
    """Entries by ``YYYY-MM``, ascending; entries without a month are left out."""
    months: dict[str, list[LedgerEntry]] = {}
    for entry in entries:
        if month := entry_month(entry):
            months.setdefault(month, []).append(entry)
    return {month: tuple(months[month]) for month in sorted(months)}


def kind_fact_id(kind: str) -> str:
    return fact_id("doc.kind", kind)


def document_facts(documents: tuple[EvidenceDocument, ...]) -> Iterator[Fact]:
    """Name, kind, pages and short digest of every document of the evidence index."""
    for document in documents:
        short = document.sha256[:12]
        at = f"{short}#p1"
        yield text_fact(f"doc.{short}.name", "文件名", document.filename, document=at)
        yield text_fact(f"doc.{short}.kind", "文件类别", document.kind, document=at)
        yield given_fact(f"doc.{short}.pages", "页数", str(document.pages), "页", document=at)
        yield text_fact(f"doc.{short}.sha", "文件摘要", short, document=at)
    if documents:
        at = ";".join(f"{d.sha256[:12]}#p1" for d in documents)
        yield given_fact("doc.count", "证据文件数", str(len(documents)), "份", document=at)
    for kind in dict.fromkeys(d.kind for d in documents):
        same = [d.sha256[:12] for d in documents if d.kind == kind]
        pages = ";".join(f"{short}#p1" for short in same)
        yield given_fact(kind_fact_id(kind), f"{kind}份数", str(len(same)), "份", document=pages)
