"""The QR code of an invoice as a witness (V2b): number, date and amount, read from the pixels or from the source's own tag."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.finding import Finding
from app.domain.page import Box, Source, Tag
from extractors.evidence import Candidate, blocking
from extractors.invoices.reading import LABELS, InvoiceReading, same_value
from extractors.text import iso_date, number

WITH_TAX = ("31", "32")
"""Kinds whose amount includes the tax: the digital invoices. The others state the amount without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What one code states, by field; empty values are left out. ``page`` and ``bbox`` are None when a tag carried its text."""

    stated: dict[str, str]
    page: int | None = None
    bbox: Box | None = None


def parse_code(text: str) -> dict[str, str] | None:
    """``01,type,code,number,amount,yyyymmdd,…`` by field, None for other texts."""
    parts = [p.strip() for p in text.split(",")]
    if len(parts) < 6 or parts[0] != "01":
        return None
    field = "amount_incl_tax" if parts[1] in WITH_TAX else "amount_excl_tax"
    values = {
        "invoice_code": parts[2],
        "invoice_number": parts[3],
        field: parts[4] if number(parts[4]) is not None else "",
        "issue_date": iso_date(parts[5]) or "",
    }
    return {name: value for name, value in values.items() if value}


def read_codes(tags: Iterable[Tag], readings: Sequence[InvoiceReading], pages: Iterable[int]) -> list[Code]:
    """Codes on ``pages`` (the pages of this invoice) and in the readings' own tags, each content once."""
    here = set(pages)
    found: dict[str, tuple[int | None, Box | None]] = {}
    for tag in tags:
        if tag.origin == "qr" and tag.path == "content" and (tag.page is None or tag.page in here):
            found.setdefault(tag.value, (tag.page, tag.bbox))
    for reading in readings:
        if reading.qr:
            found.setdefault(reading.qr, (None, None))
    return [
        Code(stated=stated, page=page, bbox=box)
        for text, (page, box) in found.items()
        if (stated := parse_code(text)) is not None
    ]


def code_of(codes: Sequence[Code], invoice_number: str) -> Code | None:
    """The code of this number, else the first: then the number itself disagrees."""
    return next((c for c in codes if c.stated.get("invoice_number") == invoice_number), codes[0] if codes else None)


def code_findings(code: Code | None, values: dict[str, str]) -> tuple[Finding, ...]:
    """Blocking findings for each field that the code and the invoice state differently."""
    if code is None:
        return ()
    return tuple(
        blocking(
            "qr-disagreement",
            f"二维码中的{LABELS[name]}“{stated}”与票面“{values[name]}”不符。",
            "请核对原件，必要时到全国增值税发票查验平台查验。",
            subjects=(name,),
            data={"left": stated, "right": values[name], "tolerance": "0"},
        )
        for name, stated in code.stated.items()
        if values.get(name) and not same_value(name, stated, values[name])
    )


def code_agrees(code: Code | None, values: dict[str, str]) -> bool:
    """Whether number, date and amount are all stated by the code and all the same."""
    if code is None or len(code.stated.keys() - {"invoice_code"}) < 3:
        return False
    return all(values.get(name) and same_value(name, stated, values[name]) for name, stated in code.stated.items())


def code_reading(code: Code, known: Iterable[str], source: Source, rank: int) -> InvoiceReading:
    """What only the code says: its fields that no other reading has, as doubtful candidates."""
    reading = InvoiceReading(origin="qr", source=source)
    have = set(known)
    reading.candidates = [
        Candidate(
            name=name,
            value=value,
            raw=value,
            how="票面未读到，取自二维码",
            source=source,
            rank=rank,
            page=code.page,
            bbox=code.bbox,
            locator="qr",
            doubt=True,
        )
        for name, value in code.stated.items()
        if name not in have
    ]
    return reading
