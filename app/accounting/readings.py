"""Meter readings from bill to bill: one continues where the other stopped, through changes of multiplier, meter and rollover.

Readings are optional evidence beside a record: where a bill prints them, they prove or contradict its quantity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from app.domain.carrier import Carrier, Direction
from app.domain.finding import Finding, Severity
from app.domain.number import exact_text
from app.domain.period import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One register of one bill. ``quantity`` is the billed amount in the record's unit, (closing − opening) × multiplier by rule;
    ``place`` is one unit of the last place the readings are printed to. ``reason`` is the proof of a change, when there is one."""

    record: str
    carrier: Carrier
    direction: Direction
    account: str
    meter: str
    period: Period
    opening: Fraction
    closing: Fraction
    multiplier: Fraction = Fraction(1)
    quantity: Fraction | None = None
    place: Fraction = Fraction(1, 100)
    reason: str = ""

    @property
    def product(self) -> Fraction:
        return (self.closing - self.opening) * self.multiplier

    @property
    def where(self) -> str:
        return f"户号 {self.account or '未注明'} 表号 {self.meter or '未注明'}"


def _find(id: str, severity: Severity, message: str, subjects: Sequence[str], fix: str, **data: Fraction) -> Finding:
    shown = {name: exact_text(value) for name, value in data.items()}
    return Finding(id=id, severity=severity, message=message, subjects=tuple(subjects), fix=fix, data=shown)


def _product(r: Reading) -> list[Finding]:
    """The quantity against its own readings."""
    if r.closing < r.opening:
        message = f"{r.where} {r.period.start} 至 {r.period.last} 本期止码 {exact_text(r.closing)} 小于起码 {exact_text(r.opening)}。"
        fix = "表计翻转、换表或读错都会如此；请核对表计位数与换表记录，按实际电量更正并写明原因。"
        return [_find("reading-rollover", Severity.EXPLAIN, message, (r.record,), fix, opening=r.opening, closing=r.closing)]
    if r.quantity is None or abs(r.product - r.quantity) <= max(Fraction(1), r.place * r.multiplier):
        return []
    message = (
        f"{r.where}（{exact_text(r.closing)} − {exact_text(r.opening)}）× {exact_text(r.multiplier)} = {exact_text(r.product)}，"
        f"与记录 {r.record} 的数量 {exact_text(r.quantity)} 不符。"
    )
    fix = "请核对示数与倍率；有换表、退补电量的，请把各部分分列。"
    return [
        _find("reading-product", Severity.BLOCKING, message, (r.record,), fix, product=r.product, quantity=r.quantity)
    ]


def _continuity(before: Reading, after: Reading) -> list[Finding]:
    out = []
    subjects = (before.record, after.record)
    if after.multiplier != before.multiplier:
        old, new = exact_text(before.multiplier), exact_text(after.multiplier)
        message = f"{after.where} 的倍率自 {after.period.start} 起由 {old} 变为 {new}。"
        message += f"依据：{after.reason}。" if after.reason else "没有见到更换互感器或电能表的依据。"
        fix = "请附互感器、电能表更换单；变更日在账期中间的，变更前后的电量要分段计算。"
        severity = Severity.NOTE if after.reason else Severity.EXPLAIN
        out.append(
            _find("multiplier-changed", severity, message, subjects, fix, before=before.multiplier, after=after.multiplier)
        )
    gap = after.opening - before.closing
    if abs(gap) > max(before.place, after.place):
        word = "漏计" if gap > 0 else "重复计算"
        lost = exact_text(abs(gap) * before.multiplier)
        message = (
            f"{after.where} {after.period.start} 的起码 {exact_text(after.opening)} 与上期止码 {exact_text(before.closing)} 不连续，"
            f"可能{word} {lost}。"
        )
        fix = "请核对是否缺账单、读错示数，或换表后没有写明。"
        out.append(_find("reading-continuity", Severity.EXPLAIN, message, subjects, fix, gap=gap))
    return out


def _replacement(before: Reading, after: Reading) -> list[Finding]:
    """Another meter number under the same account: the old meter's last and the new one's first reading need a record."""
    if after.reason:
        return []
    days = (after.period.start - before.period.end).days
    message = f"户号 {after.account} 自 {after.period.start} 起表号由 {before.meter} 变为 {after.meter}，没有见到换表记录。"
    if days > 0:
        message += f"两表之间有 {days} 天没有示数。"
    fix = "请附换表单（旧表止码、新表起码、倍率与日期）；换表当期的电量为两表之和。"
    return [_find("meter-replaced", Severity.EXPLAIN, message, (before.record, after.record), fix, days=Fraction(days))]


def check_readings(readings: Iterable[Reading]) -> tuple[Finding, ...]:
    """Product, continuity, multiplier and replacement over the readings of each account, in the order of time.

    Registers that run side by side (several meters of one account in one period) are each held to their own past; a replacement is
    a meter that begins when the only other one of the account has ended."""
    groups: dict[tuple[str, str, str], list[Reading]] = defaultdict(list)
    for r in readings:
        groups[r.carrier.value, r.direction.value, r.account].append(r)
    out: list[Finding] = []
    for _, found in sorted(groups.items()):
        ordered = sorted(found, key=lambda r: (r.period.start, r.period.end, r.meter, r.record))
        out += [f for r in ordered for f in _product(r)]
        meters: dict[str, list[Reading]] = defaultdict(list)
        for r in ordered:
            meters[r.meter].append(r)
        for own in meters.values():
            out += [f for before, after in pairwise(own) for f in _continuity(before, after)]
        lives = sorted(meters.values(), key=lambda own: own[0].period.start)
        for old, new in pairwise(lives):
            if len(lives) == 2 and old[-1].account and old[-1].period.end <= new[0].period.start:
                out += _replacement(old[-1], new[0])
    return tuple(out)
