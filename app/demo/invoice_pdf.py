"""Invoices as PDF: digital layout, or the older ruled layout for an invoice that has a code."""

from __future__ import annotations

from app.demo.invoice import Invoice
from app.demo.invoice_layout import invoice_sheet
from app.demo.invoice_ruled import ruled_invoice_sheet
from app.demo.pdf import render_pdf
from app.demo.sheet import Sheet


def sheets_of(invoice: Invoice) -> tuple[Sheet, ...]:
    return (ruled_invoice_sheet(invoice) if invoice.code else invoice_sheet(invoice),)


def write_invoice_pdf(invoice: Invoice, *, glyphs: str = "") -> bytes:
    """The PDF of ``invoice``. ``glyphs`` as in ``app.demo.pdf.render_pdf``."""
    return render_pdf(sheets_of(invoice), title=invoice.title, glyphs=glyphs)
