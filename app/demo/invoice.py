"""The record behind every invoice file: lines and totals that add up, unless a misprint is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.demo.money import capital, cents, plain, unit_price
from app.demo.parties import FACTORY, Party

CLERK = "演示员"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as printed; ``quantity``, ``price``, ``unit`` and ``spec`` may be empty. ``rate`` in percent,
    0 for what is outside the scope of the tax."""

    item: str
    amount: Decimal
    tax: Decimal
    rate: int
    spec: str = ""
    unit: str = ""
    quantity: str = ""
    price: str = ""
    tax_class: str = ""

    @property
    def rate_text(self) -> str:
        return f"{self.rate}%" if self.rate else "不征税"

    @property
    def tax_text(self) -> str:
        return str(self.tax) if self.rate else "***"


def line(
    item: str,
    *,
    rate: int,
    gross_price: str = "",
    quantity: Decimal | None = None,
    gross: str = "",
    unit: str = "",
    spec: str = "",
    tax_class: str = "",
) -> Line:
    """A line from a tax-inclusive price and a quantity, or from a tax-inclusive amount alone.

    As tax software does: net amount = gross / (1 + rate) to the cent, tax = the rest, unit price = net amount / quantity.
    """
    whole = cents(Decimal(gross_price) * quantity) if quantity is not None else cents(Decimal(gross))
    amount = cents(whole / (1 + Decimal(rate) / 100))
    return Line(
        item=item,
        amount=amount,
        tax=whole - amount,
        rate=rate,
        spec=spec,
        unit=unit,
        quantity="" if quantity is None else plain(quantity),
        price="" if quantity is None else unit_price(amount, quantity),
        tax_class=tax_class,
    )


def reversed_line(of: Line) -> Line:
    """The red-letter line that takes ``of`` back: quantity, amount and tax negative, price unchanged."""
    return Line(
        item=of.item, amount=-of.amount, tax=-of.tax, rate=of.rate, spec=of.spec, unit=of.unit,
        quantity=f"-{of.quantity}", price=of.price, tax_class=of.tax_class,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An invoice of the digital kind (20 digits, no code) or, with ``code``, of the older kind (12 + 8 digits and a check
    code). ``misprint`` is added to the printed net total and to the printed gross total: the lines then do not add up."""

    number: str
    issued: date
    seller: Party
    lines: tuple[Line, ...]
    buyer: Party = FACTORY
    code: str = ""
    check_code: str = ""
    special: bool = True
    tag: str = ""
    remark: str = ""
    blue_number: str = ""
    misprint: Decimal = Decimal(0)

    @property
    def net(self) -> Decimal:
        return sum((x.amount for x in self.lines), Decimal(0)) + self.misprint

    @property
    def tax(self) -> Decimal:
        return sum((x.tax for x in self.lines), Decimal(0))

    @property
    def tax_text(self) -> str:
        return str(self.tax) if any(x.rate for x in self.lines) else "***"

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax

    @property
    def words(self) -> str:
        return capital(self.gross)

    @property
    def title(self) -> str:
        kind = "增值税专用发票" if self.special else "普通发票"
        return "增值税电子普通发票" if self.code else f"电子发票（{kind}）"

    @property
    def issued_text(self) -> str:
        return f"{self.issued.year}年{self.issued.month:02d}月{self.issued.day:02d}日"

    @property
    def qr(self) -> str:
        """``01,type,code,number,amount,date,check,crc``: the gross amount for digital invoices, the net one for older."""
        kind = "10" if self.code else "31" if self.special else "32"
        amount = self.net if self.code else self.gross
        body = f"01,{kind},{self.code},{self.number},{amount},{self.issued:%Y%m%d},{self.check_code},"
        return f"{body}{_crc16(body):04X}"

    def printed(self) -> tuple[tuple[str, Any], ...]:
        """The printed values, keyed as in an expected-values file."""
        return (
            ("invoice_code", self.code),
            ("invoice_no", self.number),
            ("issue_date", self.issued.isoformat()),
            ("seller_name", self.seller.name),
            ("seller_id", self.seller.tax_id),
            ("buyer_name", self.buyer.name),
            ("buyer_id", self.buyer.tax_id),
            ("total_amount", str(self.net)),
            ("total_tax", self.tax_text),
            ("total_with_tax", str(self.gross)),
            ("lines", [_printed_line(x) for x in self.lines]),
        )


def _printed_line(x: Line) -> dict[str, str]:
    return {
        "name": x.item, "spec": x.spec, "unit": x.unit, "qty": x.quantity, "price": x.price,
        "amount": str(x.amount), "rate": x.rate_text, "tax": x.tax_text,
    }  # fmt: skip


def _crc16(text: str) -> int:
    """CRC-16/CCITT-FALSE; the algorithm of the tax administration is not public, readers must not depend on it."""
    value = 0xFFFF
    for byte in text.encode():
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021) & 0xFFFF if value & 0x8000 else value << 1
    return value
