"""One truth a fact: the same invoice in several files, the bill and the invoice of one month, become one activity with all
its evidence attached. Pure decisions over values; services.intake writes them.

The outcome does not depend on the order in which files arrive: which of two equal records stays is decided by what they are
(``preference``), and what contradicts is marked on both sides, so that neither is confirmed in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.domain.activity import Extraction, ProposedRecord, RecordStatus
from app.domain.carrier import Carrier, Direction
from app.domain.finding import Finding, Severity
from app.domain.number import parse_number
from app.domain.project import FactoryProfile
from app.store.rows import StoredDocument, StoredRecord

SOURCE_RANK = {"xml": 0, "ofd": 1, "pdf_text": 2, "xlsx": 3, "docx": 3, "csv": 3, "ocr": 4}
BILL_KINDS = {"grid_bill", "gas_bill", "heat_settlement", "meter_list", "feed_in_bill"}
LIVE = (RecordStatus.PROPOSED, RecordStatus.CONFIRMED)
COMPARED = {"amount_excl_tax", "tax_amount", "amount_incl_tax", "issue_date", "seller_tax_id", "buyer_tax_id"}
FED_IN = {Carrier.ELECTRICITY, Carrier.PV_GENERATION, Carrier.WIND_GENERATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """``loser`` becomes superseded by ``winner``; ``document`` is kept as further evidence of the winner."""

    loser: str
    winner: str
    document: str
    why: str


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What the records already there mean for a new extraction: ``merges``, ``findings`` on the document, and ``flags``: findings
    on single records, new or stored, by record id."""

    merges: list[Merge] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    flags: dict[str, list[Finding]] = field(default_factory=dict)

    def flag(self, id: str, finding: Finding) -> None:
        self.flags.setdefault(id, []).append(finding)

    @property
    def merged(self) -> set[str]:
        return {m.loser for m in self.merges}


def invoice_key(extraction: Extraction) -> str | None:
    """Code and number of an invoice, the key under which copies in other formats are the same invoice."""
    number = extraction.field("invoice_number")
    if number is None or not number.value:
        return None
    code = extraction.field("invoice_code")
    return f"{code.value if code else ''}-{number.value}"


def against_profile(record: ProposedRecord, extraction: Extraction, profile: FactoryProfile) -> ProposedRecord:
    """The record with findings on what does not belong to this project: another buyer, an unknown account, another year."""
    findings = list(record.findings)
    buyer = extraction.field("buyer_tax_id")
    name = extraction.field("buyer_name")
    if profile.uscc and buyer and buyer.value and buyer.value != profile.uscc:
        findings.append(
            Finding(
                id="buyer-mismatch",
                severity=Severity.BLOCKING,
                message=f"购买方税号 {buyer.value} 与本企业 {profile.uscc} 不一致",
                subjects=(record.id,),
                data={"document": buyer.value, "profile": profile.uscc},
                fix="确认这份单据属于本企业；不属于则否决该记录，档案写错则更正档案",
            )
        )
    elif not (buyer and buyer.value) and name and name.value and profile.name and name.value != profile.name:
        findings.append(
            Finding(
                id="buyer-mismatch",
                severity=Severity.EXPLAIN,
                message=f"购买方名称“{name.value}”与本企业“{profile.name}”不一致",
                subjects=(record.id,),
                data={"document": name.value, "profile": profile.name},
                fix="确认这份单据属于本企业",
            )
        )
    known = profile.accounts.get(record.carrier.value, ())
    if known and record.account_number and record.account_number not in known:
        findings.append(
            Finding(
                id="account-unknown",
                severity=Severity.EXPLAIN,
                message=f"户号 {record.account_number} 不在项目档案的{record.carrier.label}户号中",
                subjects=(record.id,),
                data={"account_number": record.account_number, "known": list(known)},
                fix="确认该户号属于核算边界内的用能点，并补入项目档案",
            )
        )
    start, end = record.period_start, record.period_end
    if profile.year and start and end and not (start[:4] <= str(profile.year) <= end[:4]):
        findings.append(
            Finding(
                id="outside-year",
                severity=Severity.EXPLAIN,
                message=f"账期 {start} 至 {end} 不在报告年 {profile.year} 内，不计入本年度",
                subjects=(record.id,),
                fix="如账期读错，请更正；否则可保留为历史资料",
            )
        )
    if len(findings) == len(record.findings):
        return record
    return replace(record, findings=tuple(findings), needs_review=True)


def same_quantity(a: ProposedRecord, b: ProposedRecord) -> bool:
    return a.unit == b.unit and parse_number(a.quantity) == parse_number(b.quantity)


def same_energy(a: ProposedRecord, b: ProposedRecord) -> bool:
    """Same carrier and direction; what is fed into the grid is called electricity on the bill and generation in the plant's log."""
    if a.direction is not b.direction:
        return False
    return a.carrier is b.carrier or (a.direction is Direction.EXPORTED and {a.carrier, b.carrier} <= FED_IN)


def same_place_and_time(a: ProposedRecord, b: ProposedRecord) -> bool | None:
    """Whether two records stand for one meter and period; None when one of them does not name its account, so nobody can tell."""
    if not (a.period_start and a.period_end) or (a.period_start, a.period_end) != (b.period_start, b.period_end):
        return False
    if not same_energy(a, b) or (a.meter_number and b.meter_number and a.meter_number != b.meter_number):
        return False
    if a.account_number and b.account_number:
        return a.account_number == b.account_number
    if a.meter_number and b.meter_number:
        return True
    return None if a.account_number or b.account_number else False


def heir(record: StoredRecord, by_id: Mapping[str, StoredRecord]) -> StoredRecord:
    """The record that stands for this one now, after corrections and merges."""
    while record.superseded_by and record.superseded_by in by_id:
        record = by_id[record.superseded_by]
    return record


def preference(kind: str | None, source: str | None, record: ProposedRecord) -> tuple[int, int, bool, str]:
    """Which of two equal records stays, smallest first: the bill before the invoice, the better source, the clean one."""
    return (0 if kind in BILL_KINDS else 1, SOURCE_RANK.get(source or "ocr", 5), record.needs_review, record.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A new extraction among what the project holds: every document but this one, and every record."""

    extraction: Extraction
    documents: Mapping[str, StoredDocument]
    records: Sequence[StoredRecord]

    def decide(self, mine: ProposedRecord, other: StoredRecord, why: str) -> Merge:
        """Which of the two stays. A record a person has confirmed always does."""
        e, theirs = self.extraction, self.documents.get(other.document_sha256)
        better = preference(e.kind.value, e.source.value if e.source else None, mine) < preference(
            theirs.kind if theirs else None, theirs.source if theirs else None, other.record
        )
        if better and other.status is RecordStatus.PROPOSED:
            return Merge(loser=other.id, winner=mine.id, document=other.document_sha256, why=why)
        return Merge(loser=mine.id, winner=other.id, document=e.sha256, why=why)


def reconcile(arrival: Arrival, key: str | None) -> Outcome:
    """Everything the stored records mean for a new extraction whose invoice key is ``key``."""
    outcome = Outcome()
    if key:
        for other in arrival.documents.values():
            if other.invoice_key == key and other.extraction is not None:
                _copy_of_invoice(arrival, other, outcome)
    for mine in arrival.extraction.records:
        _same_month(arrival, mine, outcome)
    return outcome


def _copy_of_invoice(arrival: Arrival, other: StoredDocument, outcome: Outcome) -> None:
    """The same invoice number in another file: equal contents are one fact, a difference blocks both."""
    extraction, known = arrival.extraction, other.extraction
    assert known is not None
    differing = [
        (f.name, f.value, o.value)
        for f in extraction.fields
        if f.name in COMPARED and (o := known.field(f.name)) is not None and f.value != o.value
    ]
    by_id = {r.id: r for r in arrival.records}
    theirs = [r for r in arrival.records if r.document_sha256 == other.sha256 and r.supersedes is None]
    pairs = _paired(extraction.records, theirs, by_id)
    agreeing = not (extraction.records and theirs) or len(pairs) == len(extraction.records) == len(theirs)
    if differing or not agreeing:
        finding = Finding(
            id="copies-differ",
            severity=Severity.BLOCKING,
            message=f"文件“{extraction.filename}”与“{other.filename}”发票号码相同，但内容不一致："
            + ("；".join(f"{n} {a} ≠ {b}" for n, a, b in differing) or "能源数量或品种不同"),
            subjects=(extraction.sha256[:12], other.sha256[:12]),
            data={n: [a, b] for n, a, b in differing},
            fix="核对两份文件，否决错误的一份；不要两份都确认",
        )
        outcome.findings.append(finding)
        for mine in extraction.records:
            outcome.flag(mine.id, finding)
        for record in theirs:
            if (live := heir(record, by_id)).status is RecordStatus.PROPOSED:
                outcome.flag(live.id, finding)
        return
    for mine, record in pairs:
        live = heir(record, by_id)
        if mine.id in outcome.merged or live.id in outcome.merged:
            continue
        if live.status in LIVE:
            outcome.merges.append(arrival.decide(mine, live, "同一发票的另一份文件"))
        elif live.status is RecordStatus.REJECTED:
            outcome.flag(
                mine.id,
                Finding(
                    id="copy-rejected",
                    severity=Severity.EXPLAIN,
                    message=f"同一发票在“{other.filename}”中的记录已被否决（{live.why}）",
                    subjects=(mine.id, live.id),
                    fix="同样不属实则否决；当时否决有误则核对后确认这一条",
                ),
            )


def _paired(
    mine: Sequence[ProposedRecord], theirs: Sequence[StoredRecord], by_id: Mapping[str, StoredRecord]
) -> list[tuple[ProposedRecord, StoredRecord]]:
    """Each new record with the stored one of equal content, as it was extracted or as a person corrected it."""
    left = list(theirs)
    pairs = []
    for record in mine:
        for other in left:
            forms = (other.raw, other.record, heir(other, by_id).record)
            if any(same_energy(record, form) and same_quantity(record, form) for form in forms):
                pairs.append((record, other))
                left.remove(other)
                break
    return pairs


def _same_month(arrival: Arrival, mine: ProposedRecord, outcome: Outcome) -> None:
    """Bill and invoice of one account and period: equal quantities are one fact (the bill is the activity's evidence, the invoice
    the cost's), different ones both wait."""
    for other in arrival.records:
        if mine.id in outcome.merged:
            return
        if other.status not in LIVE or other.document_sha256 == arrival.extraction.sha256 or other.id in outcome.merged:
            continue
        same, equal = same_place_and_time(mine, other.record), same_quantity(mine, other.record)
        if same and equal:
            outcome.merges.append(arrival.decide(mine, other, "同户号同账期的同一笔用能"))
        elif same or (same is None and equal):
            finding = differs(mine, other.record) if same else possibly_same(mine, other.record)
            outcome.flag(mine.id, finding)
            if other.status is RecordStatus.PROPOSED:
                outcome.flag(other.id, finding)


def differs(a: ProposedRecord, b: ProposedRecord) -> Finding:
    """Two quantities for one account and period."""
    where = f"户号 {a.account_number}" if a.account_number else f"表号 {a.meter_number}"
    return Finding(
        id="same-period-differs",
        severity=Severity.BLOCKING,
        message=f"{a.carrier.label} {where} {a.period_start} 至 {a.period_end} 有两个数量："
        f"{a.quantity} {a.unit}（{a.id}）与 {b.quantity} {b.unit}（{b.id}）",
        subjects=(a.id, b.id),
        data={a.id: a.quantity, b.id: b.quantity},
        fix="核对原单据：只确认其中正确的一条，否决另一条",
    )


def possibly_same(a: ProposedRecord, b: ProposedRecord) -> Finding:
    """Equal quantity and period, but one of the two names no account."""
    return Finding(
        id="possibly-same",
        severity=Severity.EXPLAIN,
        message=f"记录 {a.id} 与 {b.id} 的品种、账期、数量都相同，其中一条没有户号，可能是同一笔用能",
        subjects=(a.id, b.id),
        fix="核对原单据：是同一笔则否决其中一条，不是则补上户号",
    )
