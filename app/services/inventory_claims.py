"""Green power and certificates once and only once across the projects of one home: what another project has already claimed.

A claim is the same when the certificate is the same number, or when the green power is the same document, or the same account in the
same days. A home holds one project a factory and year, so another project is another user of it. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from app.accounting.claims import certificate_numbers
from app.domain.carrier import Carrier, Direction
from app.domain.finding import Finding, Severity
from app.domain.period import Period
from app.domain.project import Project
from app.domain.stored import StoredRecord
from app.services.inventory_pieces import stated_period
from app.services.inventory_power import CLAIMS


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One confirmed claim of a project with the days of it that lie in the project's reporting year."""

    project: Project
    record: str
    carrier: Carrier
    document: str
    numbers: tuple[str, ...]
    account: str
    days: Period | None
    used: bool

    @property
    def what(self) -> str:
        numbers = f" {'、'.join(self.numbers)}" if self.numbers else ""
        return f"{self.carrier.label}记录 {self.record}{numbers}"


def _within(period: Period | None, year: int | None) -> Period | None:
    if period is None or year is None:
        return period
    start, end = max(period.start, date(year, 1, 1)), min(period.end, date(year + 1, 1, 1))
    return Period(start=start, end=end) if start < end else None


def claims_of(project: Project, records: Iterable[StoredRecord]) -> tuple[Claim, ...]:
    """The confirmed claims of a project; ``used`` says whether they lower its emissions (certificates only when the profile says
    that they count)."""
    counted = bool(project.profile.extra.get("accounting", {}).get("gec_zero_factor"))
    out = []
    for stored in records:
        r = stored.record
        if r.carrier not in CLAIMS or r.direction is Direction.EXPORTED:
            continue
        period = stated_period(r.period_start, r.period_end)
        days = _within(period, project.profile.year)
        if period is not None and days is None:
            continue  # outside the year: it takes no part in this project's accounts
        certificate = r.carrier is Carrier.GREEN_CERTIFICATE
        out.append(
            Claim(
                project=project,
                record=stored.id,
                carrier=r.carrier,
                document=stored.document_sha256,
                numbers=certificate_numbers(r.params.get("certificate_id")),
                account=r.account_number or "",
                days=days,
                used=counted if certificate else True,
            )
        )
    return tuple(out)


def _same(a: Claim, b: Claim) -> str:
    """Why two claims are one, in words; empty when they are not."""
    shared = [n for n in a.numbers if n in b.numbers]
    if shared:
        return f"证书编号 {'、'.join(shared)} 相同"
    if (a.numbers and b.numbers) or a.carrier is not b.carrier:
        return ""
    meet = a.days is None or b.days is None or a.days.overlap_days(b.days) > 0
    if meet and a.document == b.document:
        return "出自同一份文件、同一期间"
    known = a.days is not None and b.days is not None
    if known and meet and a.account and a.account == b.account:
        return f"户号 {a.account} 的同一期间"
    return ""


def _find(own: Claim, other: Claim, why: str) -> Finding:
    year = f"{other.project.profile.year} 年" if other.project.profile.year else ""
    where = f"项目 {other.project.id}（{other.project.profile.name} {year}）".replace(" ）", "）")
    data = {"project": other.project.id, "record": other.record, "why": why}
    subjects = (own.record, other.record)
    if not (own.used and other.used):
        idle = "本项目" if not own.used else "对方项目"
        message = f"{own.what}与{where}的记录 {other.record} 为同一主张（{why}）；{idle}尚未用它核减排放。"
        fix = "每张证书、每一千瓦时只能用一次；请确定由哪个项目使用，在另一个项目否决该记录。"
        return Finding(id="claim-elsewhere", severity=Severity.EXPLAIN, message=message, subjects=subjects, data=data, fix=fix)
    message = f"{own.what}已由{where}的记录 {other.record} 使用（{why}），同一证书、同一千瓦时不能再用一次。"
    fix = f"请核对归属，只在一个项目保留：在本项目否决记录 {own.record}，或在项目 {other.project.id} 否决记录 {other.record}。"
    return Finding(id="claim-used-elsewhere", severity=Severity.BLOCKING, message=message, subjects=subjects, data=data, fix=fix)


def _alike(own: Claim, others: Sequence[Claim]) -> Iterator[tuple[Claim, str]]:
    for other in others:
        if why := _same(own, other):
            yield other, why


def claims_elsewhere(own: Sequence[Claim], others: Sequence[Claim]) -> list[Finding]:
    """One finding for each claim of this project and each other project that makes it too, in a fixed order."""
    out, seen = [], set()
    for claim in own:
        for other, why in _alike(claim, others):
            if (claim.record, other.project.id) not in seen:
                seen.add((claim.record, other.project.id))
                out.append(_find(claim, other, why))
    return out
