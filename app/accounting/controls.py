"""Control totals: the figures of independent statements against the sum of the records, and the marks of mistaken units.

A statement never becomes activity data; it can only contradict it. Tolerances come from how precisely a figure was written,
never from what would make it pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.accounting.series import Entry
from app.domain.carrier import Carrier, Direction
from app.domain.finding import Finding, Severity
from app.domain.number import exact_text, fixed_text
from app.domain.period import Period
from app.domain.units import GJ_PER_KWH, find_unit

SLIPS = (Fraction(1000), Fraction(10000))
LARGEST_TOLERANCE = Fraction(1, 1000)
HEAT_FORMS = frozenset({Carrier.STEAM, Carrier.HOT_WATER})
VOLUMES = frozenset({"normal_gas_volume", "actual_gas_volume"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotal:
    """A figure of an independent statement (energy report, the utility's annual statement) over a period. ``text`` as written,
    from which its precision is read; ``source`` names the statement."""

    id: str
    source: str
    carrier: Carrier
    direction: Direction
    text: str
    quantity: Fraction
    unit: str
    period: Period

    @property
    def tolerance(self) -> Fraction:
        """Half a unit of the last significant digit, but never more than a thousandth of the figure."""
        digits, _, decimals = self.text.partition(".")
        place = Fraction(1, 10 ** len(decimals)) if decimals else Fraction(10 ** (len(digits) - len(digits.rstrip("0"))))
        return min(place / 2, abs(self.quantity) * LARGEST_TOLERANCE)


def _find(id: str, severity: Severity, message: str, subjects: Sequence[str], fix: str, **data: str) -> Finding:
    return Finding(id=id, severity=severity, message=message, subjects=tuple(subjects), fix=fix, data=data)


def nearest_slip(ratio: Fraction) -> Fraction | None:
    """10³ or 10⁴ (or their inverse) when a ratio is within a factor of three of it: the mark of a mistaken unit or multiplier."""
    best = None
    for scale in SLIPS:
        for slip in (scale, 1 / scale):
            near = max(ratio / slip, slip / ratio) if ratio > 0 else None
            if near is not None and near <= 3 and (best is None or near < best[0]):
                best = (near, slip)
    return best[1] if best else None


def slip_text(slip: Fraction) -> str:
    return f"{exact_text(slip)} 倍" if slip > 1 else f"{exact_text(1 / slip)} 分之一"


Equivalents = Mapping[str, Mapping[str, Fraction]]
"""By record id: units of another dimension (its base unit) in one base unit of the record's own, from a fact about the record: its
density (L to t), the enthalpy of its steam (t to GJ)."""

NEEDED = {
    frozenset({"liquid_volume", "mass"}): "密度（[densities_kg_per_l] 或记录的 density_kg_per_l）",
    frozenset({"mass", "heat"}): "蒸汽压力、温度或热水温度（折热量）",
}


def _ratio(entry: Entry, target: str, known: Equivalents) -> Fraction | None:
    """Units of ``target`` in one unit of the record. A kilowatt-hour is 0.0036 GJ by definition; metered and standard cubic metres
    are compared as printed; anything else across dimensions needs a fact. None: not comparable."""
    a, b = find_unit(entry.record.unit), find_unit(target)
    if a is None or b is None:
        return None
    if a.dimension == b.dimension or {a.dimension, b.dimension} == VOLUMES:
        return a.ratio / b.ratio
    if {a.dimension, b.dimension} == {"electricity", "heat"}:
        return a.ratio / b.ratio * (GJ_PER_KWH if b.dimension == "heat" else 1 / GJ_PER_KWH)
    fact = known.get(entry.id, {}).get(b.dimension)
    return None if fact is None else a.ratio * fact / b.ratio


def _needed(units: Sequence[str], target: str) -> str:
    """What would make these units comparable, in words; empty when nothing known would."""
    to = find_unit(target)
    found = {NEEDED.get(frozenset({u.dimension, to.dimension})) for name in units if to and (u := find_unit(name))}
    return "、".join(sorted(n for n in found if n))


def control_total(total: ControlTotal, entries: Sequence[Entry], known: Equivalents | None = None) -> list[Finding]:
    """One independent figure against the sum of the records of its carrier, direction and period. A figure of heat stands against
    steam and hot water where nothing was settled as heat."""
    same = [e for e in entries if (e.record.carrier, e.record.direction) == (total.carrier, total.direction)]
    if total.carrier is Carrier.HEAT and not same:
        same = [e for e in entries if e.record.carrier in HEAT_FORMS and e.record.direction is total.direction]
    used = [e for e in same if e.period and e.quantity is not None and e.period.overlap_days(total.period)]
    what = f"{total.source}所列{total.direction.label}{total.carrier.label} {total.text} {total.unit}"
    when = f"（{total.period.start} 至 {total.period.last}）"
    if not used:
        message = f"{what}{when}，没有任何已确认记录与之对应。"
        fix = "请补充该品种的票据，或说明报告数字的来源。"
        return [_find("control-total-without-records", Severity.EXPLAIN, message, (total.id,), fix)]
    ratios = [(_ratio(e, total.unit, known or {}), e) for e in used]
    odd = sorted({e.record.unit for ratio, e in ratios if ratio is None})
    if odd:
        missing = _needed(odd, total.unit)
        message = f"{what}{when}，与记录的单位 {'、'.join(odd)} 量纲不同，" + (f"缺少{missing}，" if missing else "") + "不能核对。"
        fix = f"请补上{missing}后重新核算，或按记录的单位给出合计数。" if missing else "请按记录的单位给出合计数。"
        subjects = (total.id, *(e.id for ratio, e in ratios if ratio is None))
        return [_find("control-total-unit", Severity.EXPLAIN, message, subjects, fix, unit=total.unit, records="、".join(odd))]
    found = sum((e.within(total.period) * ratio for ratio, e in ratios if ratio is not None), Fraction(0))
    across = sorted({e.record.unit for _, e in ratios if _dimension(e.record.unit) != _dimension(total.unit)})
    converted = f"（{'、'.join(across)} 按密度、比焓或定义换算）" if across else ""
    gap = found - total.quantity
    if abs(gap) <= total.tolerance:
        return []
    data = {
        "total": exact_text(total.quantity),
        "sum": exact_text(found),
        "difference": exact_text(gap),
        "tolerance": exact_text(total.tolerance),
    }
    share = f"（{fixed_text(gap / total.quantity * 100, 2)}%）" if total.quantity else ""
    message = f"{what}{when}，已确认记录合计 {fixed_text(found, 4)} {total.unit}{converted}，相差 {fixed_text(gap, 4)} {total.unit}{share}。"
    slip = nearest_slip(found / total.quantity) if total.quantity > 0 and found > 0 else None
    if slip is not None:
        message += f"约为 {slip_text(slip)}，像是单位或倍率写错。"
        fix = "请核对记录与报告的单位（kWh 与 万kWh、kg 与 t、m3 与 万m3）和倍率。"
        return [_find("control-total-slip", Severity.BLOCKING, message, (total.id,), fix, **data)]
    fix = "请逐户核对漏报、重报、账期错位；确有口径差异（损耗、转供、边界）的请写明。"
    return [_find("control-total", Severity.EXPLAIN, message, (total.id,), fix, **data)]


def _dimension(unit: str) -> str:
    found = find_unit(unit)
    return found.dimension.replace("actual", "normal") if found else ""
