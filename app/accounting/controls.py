"""Control totals: the figures of independent statements against the sum of the records, and the marks of mistaken units.

A statement never becomes activity data; it can only contradict it. Tolerances come from how precisely a figure was written,
never from what would make it pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.accounting.series import Entry
from app.domain.carrier import Carrier, Direction
from app.domain.finding import Finding, Severity
from app.domain.number import exact_text, fixed_text
from app.domain.period import Period
from app.domain.units import find_unit

SLIPS = (Fraction(1000), Fraction(10000))
LARGEST_TOLERANCE = Fraction(1, 1000)
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


def _ratio(unit: str, target: str) -> Fraction | None:
    """Units of ``target`` in one ``unit``; metered and standard cubic metres are compared as printed; None: not comparable."""
    a, b = find_unit(unit), find_unit(target)
    if a is None or b is None:
        return None
    alike = a.dimension == b.dimension or {a.dimension, b.dimension} == VOLUMES
    return a.ratio / b.ratio if alike else None


def control_total(total: ControlTotal, entries: Sequence[Entry]) -> list[Finding]:
    """One independent figure against the sum of the records of its carrier, direction and period."""
    same = [e for e in entries if (e.record.carrier, e.record.direction) == (total.carrier, total.direction)]
    used = [e for e in same if e.period and e.quantity is not None and e.period.overlap_days(total.period)]
    what = f"{total.source}所列{total.direction.label}{total.carrier.label} {total.text} {total.unit}"
    when = f"（{total.period.start} 至 {total.period.last}）"
    if not used:
        message = f"{what}{when}，没有任何已确认记录与之对应。"
        fix = "请补充该品种的票据，或说明报告数字的来源。"
        return [_find("control-total-without-records", Severity.EXPLAIN, message, (total.id,), fix)]
    ratios = [(_ratio(e.record.unit, total.unit), e) for e in used]
    odd = sorted({e.record.unit for ratio, e in ratios if ratio is None})
    if odd:
        message = f"{what}{when}，与记录的单位 {'、'.join(odd)} 量纲不同，无法核对。"
        return [_find("control-total-unit", Severity.NOTE, message, (total.id,), "请按同一单位给出合计数。")]
    found = sum((e.within(total.period) * ratio for ratio, e in ratios if ratio is not None), Fraction(0))
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
    message = f"{what}{when}，已确认记录合计 {fixed_text(found, 4)} {total.unit}，相差 {fixed_text(gap, 4)} {total.unit}{share}。"
    slip = nearest_slip(found / total.quantity) if total.quantity > 0 and found > 0 else None
    if slip is not None:
        message += f"约为 {slip_text(slip)}，像是单位或倍率写错。"
        fix = "请核对记录与报告的单位（kWh 与 万kWh、kg 与 t、m3 与 万m3）和倍率。"
        return [_find("control-total-slip", Severity.BLOCKING, message, (total.id,), fix, **data)]
    fix = "请逐户核对漏报、重报、账期错位；确有口径差异（损耗、转供、边界）的请写明。"
    return [_find("control-total", Severity.EXPLAIN, message, (total.id,), fix, **data)]
