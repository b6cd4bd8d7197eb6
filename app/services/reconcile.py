"""One truth a fact: the same invoice in several files, the bill and the invoice of one month, become one activity with all
its evidence attached. Pure decisions over values; services.intake writes them.

The outcome does not depend on the order in which files arrive: which of two equal records stays is decided by what they are
(``preference``), and what contradicts is marked on both sides, so that neither is confirmed in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.domain.activity import Extraction, ProposedRecord, RecordStatus
from app.domain.finding import Finding, Severity
from app.domain.project import FactoryProfile
from app.domain.stored import StoredDocument, StoredRecord
from app.services.matching import LIVE, compatible, equal, heir, same_place_and_time, same_quantity, speaks_for

SOURCE_RANK = {"xml": 0, "ofd": 1, "pdf_text": 2, "xlsx": 3, "docx": 3, "csv": 3, "ocr": 4}
BILL_KINDS = {"grid_bill", "gas_bill", "heat_settlement", "meter_list", "feed_in_bill"}
COMPARED = {"amount_excl_tax", "tax_amount", "amount_incl_tax", "issue_date", "seller_tax_id", "buyer_tax_id"}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A record that may stand for a fact: new, or stored and live."""

    record: ProposedRecord
    document: str
    kind: str | None
    source: str | None
    confirmed: bool = False

    @property
    def id(self) -> str:
        return self.record.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A new extraction among what the project holds: every document but this one, and every record."""

    extraction: Extraction
    documents: Mapping[str, StoredDocument]
    records: Sequence[StoredRecord]

    @property
    def by_id(self) -> dict[str, StoredRecord]:
        return {r.id: r for r in self.records}

    def new(self, record: ProposedRecord) -> Standing:
        e = self.extraction.paper_of(record.id)
        return Standing(record=record, document=e.sha256, kind=e.kind.value, source=e.source.value if e.source else None)

    def stored(self, record: StoredRecord) -> Standing:
        document = self.documents.get(record.document_sha256)
        paper = document.extraction.paper_of(record.id) if document and document.extraction else None
        return Standing(
            record=record.record,
            document=record.document_sha256,
            kind=paper.kind.value if paper else None,
            source=paper.source.value if paper and paper.source else None,
            confirmed=record.status is RecordStatus.CONFIRMED,
        )


def preference(standing: Standing) -> tuple[int, int, bool, str]:
    """Which of two equal records stays, smallest first: the bill before the invoice, the better source, the clean one."""
    rank = SOURCE_RANK.get(standing.source or "ocr", 5)
    return (0 if standing.kind in BILL_KINDS else 1, rank, standing.record.needs_review, standing.id)


def settle(a: Standing, b: Standing, why: str, outcome: Outcome) -> Standing:
    """One of two equal records becomes evidence of the other; returns the one that stays. One that a person has confirmed always
    does, and two of those both do: the accounts report them."""
    if a.confirmed and b.confirmed:
        return a
    first, second = (a, b) if (not a.confirmed, preference(a)) <= (not b.confirmed, preference(b)) else (b, a)
    outcome.merges.append(Merge(loser=second.id, winner=first.id, document=second.document, why=why))
    return first


def reconcile(arrival: Arrival) -> Outcome:
    """Everything the stored records mean for a new extraction. A file of several papers is compared paper by paper, and its papers with
    each other."""
    outcome = Outcome()
    known = [(d, paper, key) for d in arrival.documents.values() for paper in _papers(d) if (key := invoice_key(paper))]
    for paper in arrival.extraction.papers:
        own = invoice_key(paper)
        for document, other, key in known:
            if key == own:
                _copy_of_invoice(arrival, paper, document, other, outcome)
    for mine in arrival.extraction.records:
        _same_month(arrival, mine, outcome)
    _within(arrival, outcome)
    _carry_contradictions(arrival, outcome)
    return outcome


CONTRADICTIONS = {"copies-differ", "same-period-differs", "possibly-same", "copy-rejected"}


def _carry_contradictions(arrival: Arrival, outcome: Outcome) -> None:
    """What contradicted a record goes on contradicting the one it becomes part of, unless a person has confirmed that already."""
    stored = {r.id: r for r in arrival.records}
    for merge in sorted(outcome.merges, key=lambda m: m.winner in stored):
        known = stored[merge.loser].record.findings if merge.loser in stored else ()
        for finding in (*known, *outcome.flags.get(merge.loser, ())):
            waiting = merge.winner not in stored or stored[merge.winner].status is RecordStatus.PROPOSED
            if finding.id in CONTRADICTIONS and waiting and finding not in outcome.flags.get(merge.winner, ()):
                outcome.flag(merge.winner, finding)


def _papers(document: StoredDocument) -> tuple[Extraction, ...]:
    return document.extraction.papers if document.extraction is not None else ()


def _copy_of_invoice(
    arrival: Arrival, extraction: Extraction, other: StoredDocument, known: Extraction, outcome: Outcome
) -> None:
    """The same invoice number in another file: equal contents are one fact, a difference blocks both. ``extraction`` and ``known`` are
    the papers of the new and the stored file that bear it."""
    differing = [
        (f.name, f.value, o.value)
        for f in extraction.fields
        if f.name in COMPARED and (o := known.field(f.name)) is not None and f.value != o.value
    ]
    by_id = arrival.by_id
    bundle = bool(other.extraction and other.extraction.parts)
    stated = {r.id for r in known.records}
    theirs = [
        r
        for r in arrival.records
        if r.document_sha256 == other.sha256 and r.supersedes is None and (r.id in stated or not bundle)
    ]
    pairs = _paired(extraction.records, theirs, by_id)
    agreeing = not (extraction.records and theirs) or len(pairs) == len(extraction.records) == len(theirs)
    if differing or not agreeing:
        finding = Finding(
            id="copies-differ",
            severity=Severity.BLOCKING,
            message=f"文件“{extraction.filename}”与“{other.filename}”发票号码相同，但内容不一致："
            + ("；".join(f"{n} {a} ≠ {b}" for n, a, b in differing) or "能源品种、数量、户号或账期不同"),
            subjects=(extraction.sha256[:12], other.sha256[:12]),
            data={n: [a, b] for n, a, b in differing} | _part(arrival.extraction, extraction),
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
            settle(arrival.new(mine), arrival.stored(live), "同一发票的另一份文件", outcome)
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


def _part(whole: Extraction, paper: Extraction) -> dict[str, str]:
    """Which paper of its file (from 1) a finding is about; nothing for a file of one paper."""
    return {"part": str(whole.parts.index(paper) + 1)} if paper in whole.parts else {}


def _paired(
    mine: Sequence[ProposedRecord], theirs: Sequence[StoredRecord], by_id: Mapping[str, StoredRecord]
) -> list[tuple[ProposedRecord, StoredRecord]]:
    """Each new record with the stored one of equal content, as it was extracted or as a person corrected it; those that name the
    same account and period first, then those where one of the two is silent about it."""
    free = list(theirs)
    pairs: dict[str, StoredRecord] = {}
    for matches in (equal, compatible):
        for record in mine:
            if record.id in pairs:
                continue
            for other in free:
                if any(matches(record, form) for form in (other.raw, other.record, heir(other, by_id).record)):
                    pairs[record.id] = other
                    free.remove(other)
                    break
    return [(record, pairs[record.id]) for record in mine if record.id in pairs]


def _same_month(arrival: Arrival, mine: ProposedRecord, outcome: Outcome) -> None:
    """Bill and invoice of one account and period: equal quantities are one fact (the bill is the activity's evidence, the invoice
    the cost's), different ones both wait. A record that was merged away still speaks for the one it became part of: it may name
    the account that the other is silent about."""
    by_id = arrival.by_id
    standing = arrival.new(mine) if mine.id not in outcome.merged else None
    for other in arrival.records:
        live = speaks_for(other, by_id)
        if live is None or standing is None or other.document_sha256 == arrival.extraction.sha256:
            continue
        if live.id == standing.id or live.id in outcome.merged:
            continue
        same, alike = same_place_and_time(mine, other.record), same_quantity(mine, other.record)
        if same and alike:
            standing = settle(standing, arrival.stored(live), "同户号同账期的同一笔用能", outcome)
        elif same or (same is None and alike):
            finding = differs(mine, live.record) if same else possibly_same(mine, live.record)
            outcome.flag(mine.id, finding)
            if live.status is RecordStatus.PROPOSED:
                outcome.flag(live.id, finding)


def _within(arrival: Arrival, outcome: Outcome) -> None:
    """Two papers of one file about one month: the bill and its invoice bound together are one fact, a contradiction makes both wait."""
    earlier: list[Standing] = []
    for paper in arrival.extraction.parts:
        mine = [arrival.new(r) for r in paper.records if r.id not in outcome.merged]
        for standing in mine:
            for other in earlier:
                if {standing.id, other.id} & outcome.merged:
                    continue
                a, b = standing.record, other.record
                same, alike = same_place_and_time(a, b), same_quantity(a, b)
                if same and alike:
                    settle(standing, other, "同一文件内同户号同账期的同一笔用能", outcome)
                elif same or (same is None and alike):
                    finding = differs(a, b) if same else possibly_same(a, b)
                    outcome.flag(a.id, finding)
                    outcome.flag(b.id, finding)
        earlier += mine


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
