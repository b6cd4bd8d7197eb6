"""What must add up between records: meters under meters, generation against its use, heat against its fuel, sewage against water.

Every comparison is exact, and each finding says which records it is about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

from app.accounting.allocate import Month, by_month
from app.accounting.series import Entry, Series
from app.domain.carrier import Carrier, Direction
from app.domain.finding import Finding, Severity
from app.domain.number import exact_text, fixed_text
from app.domain.period import Period

GENERATION = (Carrier.PV_GENERATION, Carrier.WIND_GENERATION)
HEAT = (Carrier.STEAM, Carrier.HEAT, Carrier.HOT_WATER)
ON_SITE = (Direction.SELF_GENERATED, Direction.SELF_CONSUMED)
FUELS = frozenset(Carrier) - {
    Carrier.ELECTRICITY, Carrier.WATER, Carrier.GREEN_POWER, Carrier.GREEN_CERTIFICATE, Carrier.OTHER, *GENERATION, *HEAT,
}  # fmt: skip
SEWAGE_WORDS = ("污水", "排水", "排污")


def _find(id: str, severity: Severity, message: str, subjects: Sequence[str], fix: str, **data: str) -> Finding:
    return Finding(id=id, severity=severity, message=message, subjects=tuple(subjects), fix=fix, data=data)


def meters_under_meters(series: Sequence[Series], parents: Mapping[str, str]) -> list[Finding]:
    """``parents`` maps a sub-meter's (or account's) number to that of the meter above it: a sub-meter is never added to its parent,
    and sub-meters together do not exceed it."""
    named = {key: s for s in series for key in (s.account, s.meter) if key}
    out = []
    below: dict[str, list[Series]] = defaultdict(list)
    for child, parent in sorted(parents.items()):
        one, above = named.get(child), named.get(parent)
        if one is None or above is None or (one.carrier, one.direction) != (above.carrier, above.direction):
            continue
        below[parent].append(one)
        spans = [e.period for e in above.entries if e.period]
        twice = [e.id for e in one.entries if e.period and any(e.period.overlap_days(p) for p in spans)]
        if twice:
            message = f"分表 {child} 的 {len(twice)} 条记录与总表 {parent} 的账期重合，同一用量会被计两次。"
            fix = "分表用量已包含在总表内；请否决分表记录，或在档案中把分表单列为内部考核计量。"
            out.append(_find("submeter-counted", Severity.BLOCKING, message, twice, fix, parent=parent, child=child))
    for parent, children in below.items():
        periods = [e.period for e in named[parent].entries if e.period]
        if not periods:
            continue
        whole = Period(start=min(p.start for p in periods), end=max(p.end for p in periods))
        total = sum((e.quantity for e in named[parent].entries if e.period and e.quantity is not None), Fraction(0))
        parts = sum(
            (e.within(whole) for s in children for e in s.entries if e.period and e.quantity is not None), Fraction(0)
        )
        if parts > total:
            message = f"总表 {parent} 合计 {exact_text(total)}，其下分表合计 {exact_text(parts)}，分表大于总表。"
            fix = "请核对倍率、账期与分表归属。"
            data = {"parent": exact_text(total), "children": exact_text(parts)}
            out.append(_find("submeters-exceed-parent", Severity.EXPLAIN, message, (parent,), fix, **data))
    return out


def _monthly(entries: Sequence[Entry]) -> dict[Month, Fraction]:
    out: dict[Month, Fraction] = {}
    for e in entries:
        if e.period and e.quantity is not None:
            for month, part in by_month(e.quantity, e.period).items():
                out[month] = out.get(month, Fraction(0)) + part
    return out


def own_generation(entries: Sequence[Entry]) -> list[Finding]:
    """Self-use and feed-in never exceed generation, month by month; self-use is no part of a purchase bill."""
    own = [e for e in entries if e.record.carrier in GENERATION]
    if not own:
        return []
    made = _monthly([e for e in own if e.record.direction is Direction.SELF_GENERATED])
    used = _monthly([e for e in own if e.record.direction is Direction.SELF_CONSUMED])
    fed_in = (*GENERATION, Carrier.ELECTRICITY)
    sold = _monthly([e for e in entries if e.record.carrier in fed_in and e.record.direction is Direction.EXPORTED])
    out = []
    for month, generated in sorted(made.items()):
        exported, kept = sold.get(month, Fraction(0)), used.get(month, Fraction(0))
        if exported + kept <= generated + 1:
            continue
        when = f"{month[0]}-{month[1]:02d}"
        data = {"generated": exact_text(generated), "self_use": exact_text(kept), "exported": exact_text(exported)}
        if exported > generated + 1:
            message = f"{when} 上网电量 {fixed_text(exported, 2)} kWh 大于自发电量 {fixed_text(generated, 2)} kWh。"
            fix = "请核对上网表倍率与发电记录；外购电不能作为自发电上网。"
            out.append(_find("export-exceeds-generation", Severity.BLOCKING, message, (when,), fix, **data))
        else:
            message = f"{when} 自用与上网之和 {fixed_text(exported + kept, 2)} kWh 大于自发电量 {fixed_text(generated, 2)} kWh。"
            fix = "请核对自用电量是否含外购电，或发电记录是否缺天。"
            out.append(_find("generation-balance", Severity.EXPLAIN, message, (when,), fix, **data))
    bought: dict[tuple[Period | None, Fraction | None], Entry] = {
        (e.period, e.quantity): e
        for e in entries
        if e.record.carrier is Carrier.ELECTRICITY and e.record.direction is Direction.PURCHASED and e.period and e.quantity
    }
    for e in own:
        twin = bought.get((e.period, e.quantity)) if e.record.direction in ON_SITE else None
        if twin is not None:
            message = f"自发自用记录 {e.id} 与购电记录 {twin.id} 的账期、电量完全相同，可能把自用电又当作购入电。"
            fix = "自用电不经过电网关口表；请核对两份原件，否决其中一条。"
            out.append(_find("self-use-as-purchase", Severity.EXPLAIN, message, (e.id, twin.id), fix))
    return out


def heat_made_on_site(entries: Sequence[Entry]) -> list[Finding]:
    """Steam and heat made on site carry the emissions of their fuel: counted there, never as purchased heat; without any fuel
    record the fuel is what is missing."""
    made = [e for e in entries if e.record.carrier in HEAT and e.record.direction in ON_SITE]
    burnt = sorted({e.record.carrier.label for e in entries if e.record.carrier in FUELS})
    out = []
    for e in made:
        label = e.record.carrier.label
        if burnt:
            message = f"自产{label}记录 {e.id} 由燃料（{'、'.join(burnt)}）产生，排放已按燃料计入，不再作为购入热力。"
            fix = "余热、电锅炉等产生的请写明来源；确为外购的请把方向更正为购入。"
        else:
            message = f"自产{label}记录 {e.id} 没有对应的燃料记录，产热的燃料可能漏报。"
            fix = "请补充锅炉燃料的票据；由余热或电产生的请写明。"
        id = "heat-from-counted-fuel" if burnt else "heat-without-fuel"
        out.append(_find(id, Severity.EXPLAIN, message, (e.id,), fix))
    twins: dict[tuple[Carrier, Period | None, Fraction | None], Entry] = {
        (e.record.carrier, e.period, e.quantity): e for e in made if e.period and e.quantity
    }
    for e in entries:
        if e.record.direction is Direction.PURCHASED and (e.record.carrier, e.period, e.quantity) in twins:
            other = twins[e.record.carrier, e.period, e.quantity]
            message = f"{e.record.carrier.label}记录 {e.id}（购入）与 {other.id}（自产）的账期、数量完全相同，同一热量会被计两次。"
            fix = "请核对原件，否决其中一条。"
            out.append(_find("heat-counted-twice", Severity.BLOCKING, message, (e.id, other.id), fix))
    return out


def _is_sewage(entry: Entry) -> bool:
    text = f"{getattr(entry.record, 'note', '')}{dict(getattr(entry.record, 'params', {})).get('item', '')}"
    return entry.record.carrier is Carrier.WATER and any(word in text for word in SEWAGE_WORDS)


def sewage(entries: Sequence[Entry]) -> list[Finding]:
    """Sewage charged on the water used is no further water; more sewage than water needs a reason."""
    water = [e for e in entries if e.record.carrier is Carrier.WATER and e.quantity is not None]
    drained = [e for e in water if _is_sewage(e)]
    supplied = [e for e in water if not _is_sewage(e)]
    out = []
    by_bill: dict[tuple[Period | None, Fraction | None, str | None], Entry] = {
        (e.period, e.quantity, e.record.account_number): e for e in supplied if e.period
    }
    for e in drained:
        twin = by_bill.get((e.period, e.quantity, e.record.account_number))
        if twin is not None:
            message = f"记录 {e.id} 是按用水量 {e.record.quantity} {e.record.unit} 收取的污水费，与用水记录 {twin.id} 是同一水量。"
            fix = "污水费不是取水量；请否决这条记录，避免用水量重复。"
            out.append(_find("sewage-as-water", Severity.EXPLAIN, message, (e.id, twin.id), fix))
    taken = sum((e.quantity for e in supplied if e.quantity is not None), Fraction(0))
    away = sum((e.quantity for e in drained if e.quantity is not None), Fraction(0))
    if supplied and away > taken:
        message = f"污水量合计 {exact_text(away)} 大于用水量合计 {exact_text(taken)}。"
        fix = "请核对是否漏了自备井、中水或雨水的水量。"
        data = {"sewage": exact_text(away), "water": exact_text(taken)}
        out.append(_find("sewage-exceeds-water", Severity.EXPLAIN, message, [e.id for e in drained], fix, **data))
    return out
