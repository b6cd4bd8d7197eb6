"""One truth a fact: the same invoice in several files, the bill and the invoice of one month, become one activity with all
its evidence attached. Pure decisions over values; services.intake writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.activity import Extraction, ProposedRecord, RecordStatus
from app.domain.finding import Finding, Severity
from app.domain.number import parse_number
from app.domain.project import FactoryProfile
from app.store.rows import StoredDocument, StoredRecord

SOURCE_RANK = {"xml": 0, "ofd": 1, "pdf_text": 2, "xlsx": 3, "docx": 3, "csv": 3, "ocr": 4}
BILL_KINDS = {"grid_bill", "gas_bill", "heat_settlement", "meter_list", "feed_in_bill"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """``loser`` becomes superseded by ``winner``; ``document`` is kept as further evidence of the winner."""

    loser: str
    winner: str
    document: str
    why: str


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
    if profile.year and record.period_start and record.period_end:
        if not (record.period_start[:4] <= str(profile.year) <= record.period_end[:4]):
            findings.append(
                Finding(
                    id="outside-year",
                    severity=Severity.EXPLAIN,
                    message=f"账期 {record.period_start} 至 {record.period_end} 不在报告年 {profile.year} 内，不计入本年度",
                    subjects=(record.id,),
                    fix="如账期读错，请更正；否则可保留为历史资料",
                )
            )
    if len(findings) == len(record.findings):
        return record
    return replace(record, findings=tuple(findings), needs_review=True)


def same_quantity(a: ProposedRecord, b: ProposedRecord) -> bool:
    return a.unit == b.unit and parse_number(a.quantity) == parse_number(b.quantity)


def copies_of_invoice(
    extraction: Extraction, others: Sequence[StoredDocument], records: Sequence[StoredRecord]
) -> tuple[list[Merge], list[Finding]]:
    """Merges for the same invoice number in other files; a difference between the copies is a blocking finding."""
    merges: list[Merge] = []
    findings: list[Finding] = []
    mine = extraction.records
    rank = SOURCE_RANK.get(extraction.source.value if extraction.source else "ocr", 5)
    for other in others:
        if other.extraction is None or other.sha256 == extraction.sha256:
            continue
        differing = [
            (f.name, f.value, o.value)
            for f in extraction.fields
            if (o := other.extraction.field(f.name)) is not None
            and f.name in {"amount_excl_tax", "tax_amount", "amount_incl_tax", "issue_date", "seller_tax_id", "buyer_tax_id"}
            and f.value != o.value
        ]
        theirs = [
            r
            for r in records
            if r.document_sha256 == other.sha256 and r.status in (RecordStatus.PROPOSED, RecordStatus.CONFIRMED)
        ]
        agreeing = len(mine) == len(theirs) and all(
            same_quantity(a, b.record) and a.carrier == b.record.carrier for a, b in zip(mine, theirs, strict=False)
        )
        if differing or (theirs and mine and not agreeing):
            findings.append(
                Finding(
                    id="copies-differ",
                    severity=Severity.BLOCKING,
                    message=f"与已有文件“{other.filename}”发票号码相同，但内容不一致："
                    + ("；".join(f"{n} {a} ≠ {b}" for n, a, b in differing) or "能源数量或品种不同"),
                    subjects=(extraction.sha256[:12], other.sha256[:12]),
                    data={n: [a, b] for n, a, b in differing},
                    fix="核对两份文件，否决错误的一份；不要两份都确认",
                )
            )
            continue
        if not agreeing:
            continue
        other_rank = SOURCE_RANK.get(other.source or "ocr", 5)
        for a, b in zip(mine, theirs, strict=True):
            if rank < other_rank and b.status is RecordStatus.PROPOSED:
                merges.append(Merge(loser=b.id, winner=a.id, document=other.sha256, why="同一发票，保留来源更可靠的一份"))
            else:
                merges.append(Merge(loser=a.id, winner=b.id, document=extraction.sha256, why="同一发票，已有记录"))
        break
    return merges, findings


def same_month(
    extraction: Extraction, records: Sequence[StoredRecord], kinds: dict[str, str | None], taken: set[str]
) -> tuple[list[Merge], dict[str, Finding]]:
    """Bill and invoice of one account and period: equal quantities merge (the bill is the activity's evidence, the invoice the
    cost's), different ones are both kept waiting with a finding."""
    merges: list[Merge] = []
    findings: dict[str, Finding] = {}
    for mine in extraction.records:
        if mine.id in taken or not (mine.account_number and mine.period_start and mine.period_end):
            continue
        for other in records:
            theirs = other.record
            if (
                other.document_sha256 == extraction.sha256
                or other.status not in (RecordStatus.PROPOSED, RecordStatus.CONFIRMED)
                or theirs.carrier != mine.carrier
                or theirs.direction != mine.direction
                or theirs.account_number != mine.account_number
                or (theirs.meter_number and mine.meter_number and theirs.meter_number != mine.meter_number)
                or (theirs.period_start, theirs.period_end) != (mine.period_start, mine.period_end)
            ):
                continue
            if same_quantity(mine, theirs):
                mine_is_bill = extraction.kind.value in BILL_KINDS
                theirs_is_bill = kinds.get(other.document_sha256) in BILL_KINDS
                if mine_is_bill and not theirs_is_bill and other.status is RecordStatus.PROPOSED:
                    merges.append(
                        Merge(loser=other.id, winner=mine.id, document=other.document_sha256, why="同户号同账期，账单与发票为同一笔用能")
                    )
                else:
                    merges.append(
                        Merge(loser=mine.id, winner=other.id, document=extraction.sha256, why="同户号同账期，已有同一笔用能")
                    )
                    break
            else:
                findings[mine.id] = Finding(
                    id="same-period-differs",
                    severity=Severity.BLOCKING,
                    message=f"{mine.carrier.label} 户号 {mine.account_number} {mine.period_start} 至 {mine.period_end} 已有记录 {other.id}，"
                    f"数量 {theirs.quantity} {theirs.unit} 与本单据 {mine.quantity} {mine.unit} 不一致",
                    subjects=(mine.id, other.id),
                    data={"this": mine.quantity, "other": theirs.quantity},
                    fix="核对原单据：只确认其中正确的一条，否决另一条",
                )
    return merges, findings
