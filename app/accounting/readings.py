"""Meter readings from bill to bill: one continues where the other stopped, through changes of multiplier, meter and rollover.

Readings are optional evidence beside a record: where a bill prints them, they prove or contradict its quantity. A register that has
run over counts 10^digits more; a meter taken down within a period adds its own part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from app.domain.carrier import Carrier, Direction
from app.domain.finding import Finding, Severity
from app.domain.number import exact_text
from app.domain.period import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """The part of a period that an earlier meter (or the same one with an earlier multiplier) measured."""

    meter: str
    opening: Fraction
    closing: Fraction
    multiplier: Fraction = Fraction(1)

    @property
    def product(self) -> Fraction:
        return (self.closing - self.opening) * self.multiplier


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One register of one bill. ``quantity`` is the billed amount in the record's unit, (closing − opening) × multiplier by rule,
    plus ``adjustment`` (losses and supplements the bill adds) and what the ``removed`` meter measured. ``place`` is one unit of the
    last place the readings are printed to, ``digits`` the whole digits of the register. ``reason`` is the proof of a change."""

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
    adjustment: Fraction = Fraction(0)
    digits: int | None = None
    removed: Removed | None = None

    def product_with(self, overflow: Fraction) -> Fraction:
        """The amount the readings stand for when the register gained ``overflow`` by running over."""
        earlier = self.removed.product if self.removed else Fraction(0)
        return (self.closing - self.opening + overflow) * self.multiplier + earlier + self.adjustment

    @property
    def product(self) -> Fraction:
        return self.product_with(Fraction(0))

    @property
    def explains(self) -> str:
        """The arithmetic in words."""
        text = f"（{exact_text(self.closing)} − {exact_text(self.opening)}）× {exact_text(self.multiplier)}"
        if self.removed:
            old = self.removed
            text += f" + 旧表（{exact_text(old.closing)} − {exact_text(old.opening)}）× {exact_text(old.multiplier)}"
        return text + (f" + 退补与损耗 {exact_text(self.adjustment)}" if self.adjustment else "")

    @property
    def where(self) -> str:
        return f"户号 {self.account or '未注明'} 表号 {self.meter or '未注明'}"


def _find(id: str, severity: Severity, message: str, subjects: Sequence[str], fix: str, **data: Fraction) -> Finding:
    shown = {name: exact_text(value) for name, value in data.items()}
    return Finding(id=id, severity=severity, message=message, subjects=tuple(subjects), fix=fix, data=shown)


def _agrees(r: Reading, product: Fraction) -> bool:
    return r.quantity is not None and abs(product - r.quantity) <= max(Fraction(1), r.place * r.multiplier)


def _overflow(r: Reading) -> list[Finding]:
    """A closing reading below the opening one: the register ran over (its digits known, or told by the billed quantity), or it is
    a mistake that a person must explain."""
    digits = r.digits if r.digits is not None else len(str(int(r.opening)))
    product = r.product_with(Fraction(10**digits))
    span = f"{r.where} {r.period.start} 至 {r.period.last} 本期止码 {exact_text(r.closing)} 小于起码 {exact_text(r.opening)}"
    shown = {"opening": r.opening, "closing": r.closing}
    if _agrees(r, product):
        message = f"{span}，按 {digits} 位表计翻转计算得 {exact_text(product)}，与账单数量相符。"
        fix = "请留存表计位数的依据（铭牌照片或换表单）。"
        return [_find("reading-rollover", Severity.NOTE, message, (r.record,), fix, product=product, **shown)]
    if r.digits is not None and r.quantity is not None:
        message = f"{span}，按 {digits} 位表计翻转应为 {exact_text(product)}，与记录 {r.record} 的数量 {exact_text(r.quantity)} 不符。"
        fix = "请核对表计位数、示数与倍率；有换表的，请补旧表止码与新表起码。"
        return [_find("reading-product", Severity.BLOCKING, message, (r.record,), fix, product=product, quantity=r.quantity)]
    fix = "表计翻转、换表或读错都会如此；请核对表计位数与换表记录，按实际电量更正并写明原因。"
    return [_find("reading-rollover", Severity.EXPLAIN, f"{span}。", (r.record,), fix, **shown)]


def _product(r: Reading) -> list[Finding]:
    """The quantity against its own readings."""
    if r.closing < r.opening:
        return _overflow(r)
    if r.quantity is None or _agrees(r, r.product):
        return []
    message = f"{r.where}{r.explains} = {exact_text(r.product)}，与记录 {r.record} 的数量 {exact_text(r.quantity)} 不符。"
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
    if abs(gap) >= max(before.place, after.place):  # less than one place: the same reading, written more or less finely
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
            if r.removed:
                gone = r.removed
                part = replace(
                    r, meter=gone.meter, opening=gone.opening, closing=gone.closing, multiplier=gone.multiplier, quantity=None,
                    removed=None,
                )  # fmt: skip
                meters[gone.meter].append(part)
            meters[r.meter].append(r)
        for own in meters.values():
            out += [f for before, after in pairwise(own) for f in _continuity(before, after)]
        lives = sorted(meters.values(), key=lambda own: own[0].period.start)
        for old, new in pairwise(lives):
            if len(lives) == 2 and old[-1].account and old[-1].period.end <= new[0].period.start:
                out += _replacement(old[-1], new[0])
    return tuple(out)
