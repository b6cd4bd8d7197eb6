"""What one source says about an invoice, before sources are compared."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.domain.activity import InvoiceLine
from app.domain.finding import Finding
from app.domain.page import Box, Source
from extractors.evidence import Candidate
from extractors.identifiers import tax_id_candidates
from extractors.text import HIDDEN, compact, iso_date, leading_number, number_text, tidy

MONEY = ("amount_excl_tax", "tax_amount", "amount_incl_tax")
HEADER = (
    "invoice_number",
    "invoice_code",
    "issue_date",
    "seller_name",
    "seller_tax_id",
    "buyer_name",
    "buyer_tax_id",
    *MONEY,
)
LABELS = {
    "invoice_number": "发票号码",
    "invoice_code": "发票代码",
    "issue_date": "开票日期",
    "seller_name": "销售方名称",
    "seller_tax_id": "销售方",
    "buyer_name": "购买方名称",
    "buyer_tax_id": "购买方",
    "amount_excl_tax": "合计金额",
    "tax_amount": "合计税额",
    "amount_incl_tax": "价税合计",
    "account_number": "户号",
    "meter_number": "表号",
    "period_start": "用能期间起",
    "period_end": "用能期间止",
}


def full_label(name: str) -> str:
    """The label of a field as a reader knows it; a party's tax number is named as such."""
    return LABELS.get(name, name) + ("纳税人识别号" if name.endswith("tax_id") else "")


@dataclass(slots=True, kw_only=True)
class InvoiceReading:
    """One source's view: header candidates, lines, remark, amount in capitals, QR content, link to a blue invoice."""

    origin: str
    source: Source
    candidates: list[Candidate] = field(default_factory=list)
    lines: tuple[InvoiceLine, ...] = ()
    remark: str = ""
    remark_joined: str = ""
    remark_page: int | None = None
    remark_box: Box | None = None
    remark_locator: str | None = None
    capitals: str = ""
    qr: str = ""
    red: bool = False
    linked_number: str = ""
    findings: list[Finding] = field(default_factory=list)
    explanation: list[str] = field(default_factory=list)

    def first(self, name: str) -> Candidate | None:
        return next((c for c in self.candidates if c.name == name), None)


def normalise(name: str, raw: str) -> str | None:
    """The contract's form of a header value: ISO date, plain decimal, tax number, name as printed. None when it is not one."""
    if name == "issue_date":
        moment = compact(raw)
        # A moment without separators (20250408101112) begins with the date.
        return iso_date(moment[:8] if len(moment) == 14 and moment.isdigit() else raw)
    if name in MONEY:
        plain = number_text(raw)
        if plain is None:
            leading = leading_number(raw)
            plain = leading[0] if leading and leading[1] in ("", "元", "圆") else None
        return plain
    if name in ("seller_tax_id", "buyer_tax_id"):
        readings = tax_id_candidates(raw)
        return readings[0][0] if readings else None
    if name in ("invoice_number", "invoice_code"):
        plain = compact(raw)
        return plain if plain.isdigit() and plain.isascii() and 6 <= len(plain) <= 20 else None
    return tidy(raw) or None


def same_value(name: str, left: str, right: str) -> bool:
    """Equality that ignores widths and spaces of names and trailing zeros of amounts."""
    if name in MONEY and HIDDEN not in (left, right):
        return _money(left) == _money(right)
    return compact(left) == compact(right)


def _money(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
