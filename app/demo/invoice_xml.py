"""Invoices as the XML that is delivered with a digital invoice: structure version 0.32, no namespace, no attributes.

``IssuItemInformation`` and ``Totaltax…`` are spelt as in the delivered files.
"""

from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree as ET

from app.demo.invoice import CLERK, Invoice, Line
from app.demo.money import plain
from app.demo.parties import Party


def write_invoice_xml(invoice: Invoice) -> bytes:
    """The XML of a digital ``invoice``, on one line, elements without a value left out."""
    root = ET.Element("EInvoice")
    header = _under(root, "Header", EIid=invoice.number, EInvoiceTag="SWEI3300", Version="0.32")
    inherent = _under(header, "InherentLabel")
    blue = not invoice.blue_number
    _label(inherent, "InIssuType", "Y" if blue else "N", "是否蓝字发票标志")
    _label(inherent, "EInvoiceType", "01", "电子发票")
    _label(
        inherent, "GeneralOrSpecialVAT", "01" if invoice.special else "02",
        "增值税专用发票" if invoice.special else "普通发票",
    )  # fmt: skip
    _label(inherent, "TaxpayerType", "1", "一般纳税人")
    data = _under(root, "EInvoiceData")
    _party(data, "Seller", invoice.seller)
    _party(data, "Buyer", invoice.buyer)
    _under(
        data, "BasicInformation",
        **{
            "TotalAmWithoutTax": str(invoice.net), "TotalTaxAm": str(invoice.tax),
            "TotalTax-includedAmount": str(invoice.gross), "TotalTax-includedAmountInChinese": invoice.words,
            "Drawer": CLERK, "RequestTime": f"{invoice.issued.isoformat()} 10:00:00",
        },
    )  # fmt: skip
    for row in invoice.lines:
        _line(data, row)
    specific = _under(data, "SpecificInformation")
    _under(specific, "RedEInvoice", **({"OriginalEIid": invoice.blue_number} if invoice.blue_number else {}))
    _under(data, "AdditionalInformation", Remark=invoice.remark.replace("\n", ";"))
    _under(
        root, "TaxSupervisionInfo", InvoiceNumber=invoice.number, IssueTime=invoice.issued.isoformat(),
        TaxBureauCode="13499000000", TaxBureauName="示范区税务演示局",
    )  # fmt: skip
    return ET.tostring(root, encoding="utf-8", short_empty_elements=True)


def _under(parent: ET.Element, name: str, **values: str) -> ET.Element:
    element = ET.SubElement(parent, name)
    for key, value in values.items():
        if value:
            ET.SubElement(element, key).text = value
    return element


def _label(parent: ET.Element, name: str, code: str, text: str) -> None:
    _under(parent, name, LabelCode=code, LabelName=text)


def _party(parent: ET.Element, role: str, party: Party) -> None:
    values = (
        ("IdNum", party.tax_id), ("Name", party.name), ("Addr", party.address), ("TelNum", party.phone),
        ("BankName", party.bank), ("BankAccNum", party.bank_account),
    )  # fmt: skip
    _under(parent, f"{role}Information", **{f"{role}{key}": value for key, value in values})


def _line(parent: ET.Element, row: Line) -> None:
    _under(
        parent, "IssuItemInformation", ItemName=row.item, SpecMod=row.spec, MeaUnits=row.unit, Quantity=row.quantity,
        UnPrice=row.price, Amount=str(row.amount), TaxRate=plain(Decimal(row.rate) / 100), ComTaxAm=str(row.tax),
        TotaltaxIncludedAmount=str(row.amount + row.tax), TaxClassificationCode=row.tax_class,
    )  # fmt: skip
