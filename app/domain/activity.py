"""What extractors propose and a person confirms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.carrier import Carrier, Direction
from app.domain.finding import Finding, Severity
from app.domain.page import Box, Source


class DocumentKind(StrEnum):
    VAT_INVOICE = "vat_invoice"
    GRID_BILL = "grid_bill"
    FEED_IN_BILL = "feed_in_bill"
    GAS_BILL = "gas_bill"
    HEAT_SETTLEMENT = "heat_settlement"
    METER_LIST = "meter_list"
    GREEN_CERTIFICATE = "green_certificate"
    GREEN_POWER_SETTLEMENT = "green_power_settlement"
    PV_LOG = "pv_log"
    ENERGY_REPORT = "energy_report"
    FUEL_LEDGER = "fuel_ledger"
    OTHER = "other"
    UNREADABLE = "unreadable"

    @property
    def label(self) -> str:
        return KIND_LABELS[self]


KIND_LABELS: dict[DocumentKind, str] = {
    DocumentKind.VAT_INVOICE: "增值税发票",
    DocumentKind.GRID_BILL: "电费账单",
    DocumentKind.FEED_IN_BILL: "上网电费账单",
    DocumentKind.GAS_BILL: "燃气账单",
    DocumentKind.HEAT_SETTLEMENT: "热力结算单",
    DocumentKind.METER_LIST: "计量台账",
    DocumentKind.GREEN_CERTIFICATE: "绿色电力证书",
    DocumentKind.GREEN_POWER_SETTLEMENT: "绿电结算单",
    DocumentKind.PV_LOG: "光伏发电记录",
    DocumentKind.ENERGY_REPORT: "能源报告",
    DocumentKind.FUEL_LEDGER: "燃料台账",
    DocumentKind.OTHER: "其他文件",
    DocumentKind.UNREADABLE: "无法读取",
}


class Confidence(StrEnum):
    """A 结构化来源且各项校验通过 · B 文字层、部分校验不适用 · C 文字识别且校验通过 · D 校验未过或缺失."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class RecordStatus(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"

    @property
    def label(self) -> str:
        return {"proposed": "待确认", "confirmed": "已确认", "rejected": "已否决", "superseded": "已被替代"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldValue:
    """One header field. ``value`` is normalised (ISO dates, plain decimal strings), ``raw`` as printed; ``status`` is
    ``auto`` or ``review``; ``rivals`` are the other candidates that were seen, best first."""

    name: str
    value: str
    raw: str
    page: int | None = None
    bbox: Box | None = None
    locator: str | None = None
    confidence: Confidence = Confidence.B
    status: str = "auto"
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """One line of an invoice; every value as printed, empty when not printed. ``quantity_bbox`` and ``quantity_locator`` say where
    the quantity itself stands, when there is one."""

    item: str
    spec: str = ""
    unit: str = ""
    quantity: str = ""
    unit_price: str = ""
    amount: str = ""
    tax_rate: str = ""
    tax_amount: str = ""
    page: int | None = None
    bbox: Box | None = None
    locator: str | None = None
    quantity_bbox: Box | None = None
    quantity_locator: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedRecord:
    """Activity data proposed from one place of one document. Quantities are decimal strings.

    ``quantity``/``unit`` are canonical (electricity kWh, gas Nm3 or m3 as stated, liquids L or t, heat GJ, steam t);
    ``raw_quantity``/``raw_unit`` as printed. ``period_start``/``period_end`` are the first and last day (ISO), None when
    the document does not say. ``id`` is stable for the same bytes: ``<first 12 of sha256>-r<n>``.
    """

    id: str
    carrier: Carrier
    direction: Direction
    quantity: str
    unit: str
    raw_quantity: str
    raw_unit: str
    period_start: str | None = None
    period_end: str | None = None
    account_number: str | None = None
    meter_number: str | None = None
    amount: str | None = None
    page: int | None = None
    bbox: Box | None = None
    locator: str | None = None
    confidence: Confidence = Confidence.B
    status: RecordStatus = RecordStatus.PROPOSED
    needs_review: bool = True
    findings: tuple[Finding, ...] = ()
    note: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    """What the accounts need besides the quantity, under the names of the calculation input: ``pressure_mpa``,
    ``pressure_basis`` (absolute|gauge), ``temperature_c``, ``gas_condition`` (标况|工况), ``density_kg_per_l``,
    ``certificate_id``, ``steam`` (saturated|superheated).

    Readings of the record's own register, as printed (their written places decide the tolerance): ``opening``, ``closing``,
    ``multiplier`` (1 when absent), ``reading_adjustment`` (what the bill adds to (closing − opening) × multiplier in the record's
    unit: line and transformer losses, supplements, signed), ``meter_digits`` (whole digits of the register, for a rollover),
    ``change_reason`` (printed ground of a new meter or multiplier). A meter taken down within the period adds
    ``old_meter_number``, ``old_opening``, ``old_closing``, ``old_multiplier``. The number of the meter is ``meter_number``
    of the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """Everything one document yields. ``source`` is what the values were read from. ``template`` names the layout file
    that matched, ``explanation`` holds one line a value on why it was taken (for ``extract --explain``).

    A file that holds several papers (invoices one below the other, an invoice with the bill it belongs to) has one extraction
    a paper in ``parts``: each with its own fields, lines, records, findings and ``page_numbers``. The file's extraction then has
    no fields, all lines and records, and every finding with ``data["part"]`` (from 1) saying which paper it is about."""

    sha256: str
    filename: str
    kind: DocumentKind
    source: Source | None
    pages: int
    fields: tuple[FieldValue, ...] = ()
    lines: tuple[InvoiceLine, ...] = ()
    records: tuple[ProposedRecord, ...] = ()
    findings: tuple[Finding, ...] = ()
    template: str = ""
    explanation: tuple[str, ...] = ()
    page_numbers: tuple[int, ...] = ()
    parts: tuple[Extraction, ...] = ()

    def field(self, name: str) -> FieldValue | None:
        return next((f for f in self.fields if f.name == name), None)

    @property
    def papers(self) -> tuple[Extraction, ...]:
        """The papers of the file: its parts, or the extraction itself when the file is one paper."""
        return self.parts or (self,)

    def paper_of(self, record_id: str) -> Extraction:
        """The paper that states a record; a corrected record (``…-r1~2``) belongs to the paper of the one it replaces."""
        base = record_id.split("~")[0]
        return next((p for p in self.parts if any(r.id == base for r in p.records)), self)

    @property
    def blocking(self) -> bool:
        own = any(f.severity is Severity.BLOCKING for f in self.findings)
        return own or any(f.severity is Severity.BLOCKING for r in self.records for f in r.findings)
