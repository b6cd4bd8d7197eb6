"""The QR code that every Chinese invoice prints: a second statement of its number, date and amount, read from the pixels.

    code_tags(data, filename, media, pages)   the code as Tags of origin "qr"             (ingestion.reading)
    parse_invoice_code(text)                  its meaning
    check_codes(extraction, document)         compares it with what was read from the page (V2b)

Content: ``01,type,code,number,amount,yyyymmdd,check code,checksum``. The amount is without tax for the older kinds of invoice and
with tax for the digital ones (31 and 32).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.domain.activity import Confidence, Extraction
from app.domain.finding import Finding, Severity
from app.domain.number import parse_number
from app.domain.page import Box, Document, Media, Page, Tag

ORIGIN = "qr"
CONTENT = "content"
_WITH_TAX = ("31", "32")
_MOST_PAGES = 3
_AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceCode:
    """What the code says. ``issue_date`` is ISO, ``amount`` a decimal string; ``invoice_code`` is empty on digital invoices."""

    type_code: str
    invoice_code: str
    invoice_number: str
    amount: str
    issue_date: str

    @property
    def amount_field(self) -> str:
        """The header field that ``amount`` states."""
        return "amount_incl_tax" if self.type_code in _WITH_TAX else "amount_excl_tax"


def parse_invoice_code(text: str) -> InvoiceCode | None:
    """The fields of a code's text, None when it is not an invoice's. Amount or date may be empty when they are not well-formed."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) < 6 or parts[0] != "01" or not re.fullmatch(r"\d{2}", parts[1], re.ASCII):
        return None
    number, amount = parts[3], parts[4]
    if not re.fullmatch(r"\d{8}|\d{20}", number, re.ASCII):
        return None
    return InvoiceCode(
        type_code=parts[1],
        invoice_code=parts[2] if re.fullmatch(r"\d{10}|\d{12}", parts[2], re.ASCII) else "",
        invoice_number=number,
        amount=amount if _AMOUNT.fullmatch(amount) else "",
        issue_date=_iso(parts[5]),
    )


def _iso(text: str) -> str:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat() if len(text) == 8 and text.isascii() else ""
    except ValueError:
        return ""


def code_tags(data: bytes, filename: str, media: Media, pages: Sequence[Page]) -> tuple[Tag, ...]:
    """Invoice codes on the first pages that look like an invoice or are pictures; each as ``content`` and its fields.

    Never raises for the file's sake: a page that cannot be drawn has no code.
    """
    out: list[Tag] = []
    for page in [p for p in pages if _worth_a_look(p, media)][:_MOST_PAGES]:
        try:
            found = _codes(data, filename, page.number)
        except (MemoryError, ImportError):
            raise
        except Exception:
            # The drawing libraries raise whatever they like on odd pages. The code is a second witness: its absence costs nothing.
            continue
        for text, box in found:
            out += _tags(text, page.number, box, len({t.index for t in out}))
    return tuple(out)


def _worth_a_look(page: Page, media: Media) -> bool:
    return page.scanned or (media is Media.PDF and any("发票" in word.text for word in page.words))


def _codes(data: bytes, filename: str, number: int) -> list[tuple[str, Box]]:
    """(text, place on the page) of the QR codes of a page."""
    import zxingcpp

    from ingestion.readers.scan_image import page_picture

    picture = page_picture(data, filename, page=number).convert("L")
    codes = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    return [(code.text, _box(code.position, picture.width, picture.height)) for code in codes]


def _box(position: Any, width: int, height: int) -> Box:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    xs, ys = [c.x / width for c in corners], [c.y / height for c in corners]
    left, top, right, bottom = (round(min(max(v, 0.0), 1.0), 5) for v in (min(xs), min(ys), max(xs), max(ys)))
    return left, top, right, bottom


def _tags(text: str, number: int, box: Box, index: int) -> list[Tag]:
    code = parse_invoice_code(text)
    if code is None:
        return []
    values = {
        CONTENT: text,
        "type_code": code.type_code,
        "invoice_code": code.invoice_code,
        "invoice_number": code.invoice_number,
        "amount": code.amount,
        "issue_date": code.issue_date,
    }
    return [
        Tag(origin=ORIGIN, path=path, value=value, locator=f"qr#{index + 1}", index=index, page=number, bbox=box)
        for path, value in values.items()
        if value
    ]


def codes_of(tags: Iterable[Tag]) -> tuple[InvoiceCode, ...]:
    """The invoice codes among ``tags``, each once, in order."""
    texts = dict.fromkeys(tag.value for tag in tags if tag.origin == ORIGIN and tag.path == CONTENT)
    return tuple(code for text in texts if (code := parse_invoice_code(text)) is not None)


LABELS = {
    "invoice_number": "发票号码",
    "invoice_code": "发票代码",
    "issue_date": "开票日期",
    "amount_excl_tax": "合计金额",
    "amount_incl_tax": "价税合计",
}


def disagreements(code: InvoiceCode, values: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Field → (in the code, on the page) where both state it and they differ. Amounts are compared as numbers."""
    stated = {
        "invoice_number": code.invoice_number,
        "invoice_code": code.invoice_code,
        "issue_date": code.issue_date,
        code.amount_field: code.amount,
    }
    return {
        name: (value, values[name])
        for name, value in stated.items()
        if value and values.get(name) and not _same(name, value, values[name])
    }


def _same(name: str, left: str, right: str) -> bool:
    if left == right or not name.startswith("amount"):
        return left == right
    try:
        return parse_number(left) == parse_number(right)
    except ValueError:
        return False


def check_codes(extraction: Extraction, document: Document) -> Extraction:
    """V2b: what the page says against its own QR code; the same object when there is no code or it agrees.

    With several codes in the file, the one of the extracted number counts. A disagreement blocks: the fields concerned and every
    record fall to confidence D and wait for a person. A finding that the extractor has already made is not repeated.
    """
    values = {f.name: f.value for f in extraction.fields}
    codes = codes_of(document.tags)
    if not codes or not values:
        return extraction
    code = next((c for c in codes if c.invoice_number == values.get("invoice_number")), codes[0])
    found = disagreements(code, values)
    known = {s for f in extraction.findings if f.id == "qr-disagreement" for s in f.subjects}
    findings = tuple(_finding(name, *pair) for name, pair in found.items() if name not in known)
    if not found:
        return extraction
    return replace(
        extraction,
        findings=(*extraction.findings, *findings),
        fields=tuple(
            replace(f, confidence=Confidence.D, status="review") if f.name in found else f for f in extraction.fields
        ),
        records=tuple(replace(r, confidence=Confidence.D, needs_review=True) for r in extraction.records),
    )


def _finding(name: str, stated: str, printed: str) -> Finding:
    return Finding(
        id="qr-disagreement",
        severity=Severity.BLOCKING,
        message=f"二维码中的{LABELS[name]}“{stated}”与票面“{printed}”不符。",
        subjects=(name,),
        fix="请核对原件，必要时到全国增值税发票查验平台查验。",
        data={"left": stated, "right": printed, "tolerance": "0"},
    )
