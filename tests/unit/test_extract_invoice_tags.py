"""Invoices from tags: official XML, looser variants, fp:eInvoice, XBRL, OFD custom tags with and without positions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from extract_pages import BUYER, BUYER_ID, SELLER, SELLER_ID, Invoice, document, tags

from app.domain.activity import DocumentKind, Extraction
from app.domain.finding import Severity
from app.domain.page import Document, Source, Tag
from extractors import extract

TODAY = date(2026, 6, 1)
HEADER = [
    ("EInvoice/Header/EIid", "25322000000012345678"),
    ("EInvoice/Header/InherentLabel/InIssuType/LabelCode", "Y"),
    ("EInvoice/EInvoiceData/SellerInformation/SellerIdNum", SELLER_ID),
    ("EInvoice/EInvoiceData/SellerInformation/SellerName", SELLER),
    ("EInvoice/EInvoiceData/BuyerInformation/BuyerIdNum", BUYER_ID),
    ("EInvoice/EInvoiceData/BuyerInformation/BuyerName", BUYER),
    ("EInvoice/EInvoiceData/BasicInformation/TotalAmWithoutTax", "7800.00"),
    ("EInvoice/EInvoiceData/BasicInformation/TotalTaxAm", "1014.00"),
    ("EInvoice/EInvoiceData/BasicInformation/TotalTax-includedAmount", "8814.00"),
    ("EInvoice/EInvoiceData/BasicInformation/TotalTax-includedAmountInChinese", "捌仟捌佰壹拾肆元整"),
    ("EInvoice/EInvoiceData/AdditionalInformation/Remark", "户号:3200001234567,用电期间:2025-03-01至2025-03-31"),
    ("EInvoice/TaxSupervisionInfo/InvoiceNumber", "25322000000012345678"),
    ("EInvoice/TaxSupervisionInfo/IssueTime", "2025-04-08"),
]
LINE = "EInvoice/EInvoiceData/IssuItemInformation"


def line(name: str, unit: str, quantity: str, price: str, amount: str, tax: str, rate: str = "0.13") -> list[tuple[str, str]]:
    pairs = [("ItemName", name), ("MeaUnits", unit), ("Quantity", quantity), ("UnPrice", price), ("Amount", amount), ("TaxRate", rate), ("ComTaxAm", tax)]
    return [(f"{LINE}/{k}", v) for k, v in pairs if v]


def xml(values: list[tuple[str, str]]) -> Document:
    """A document whose line fields carry the number of their line, as the XML reader gives it."""
    doc = tags("xml", values)
    at = -1
    out = []
    for tag in doc.tags:
        if tag.path.startswith(LINE):
            at += tag.path.endswith("/ItemName")
            tag = replace(tag, index=at, locator=f"/EInvoice/EInvoiceData/IssuItemInformation[{at + 1}]/{tag.path.rsplit('/', 1)[1]}")
        out.append(tag)
    return replace(doc, tags=tuple(out))


def read(doc: Document) -> Extraction:
    return extract(doc, today=TODAY)


POWER = line("*供电*电费", "千瓦时", "12000", "0.65", "7800.00", "1014.00")


def test_official_xml() -> None:
    extraction = read(xml(HEADER + POWER))
    assert (extraction.kind, extraction.source) == (DocumentKind.VAT_INVOICE, Source.XML)
    found = {f.name: f.value for f in extraction.fields}
    assert found["invoice_number"] == "25322000000012345678"
    assert found["seller_tax_id"] == SELLER_ID
    assert found["amount_incl_tax"] == "8814.00"
    assert extraction.lines[0].tax_rate == "0.13"
    (record,) = extraction.records
    assert (record.quantity, record.unit, record.needs_review) == ("12000", "kWh", False)
    assert record.locator == "/EInvoice/EInvoiceData/IssuItemInformation[1]/Quantity"
    assert record.account_number == "3200001234567"


def test_a_line_without_quantity_does_not_shift_the_next() -> None:
    basic = line("*供电*基本电费", "", "", "", "1000.00", "130.00")
    power = line("*供电*电费", "千瓦时", "10000", "0.68", "6800.00", "884.00")
    extraction = read(xml(HEADER + basic + power))
    assert [(x.item, x.quantity, x.amount) for x in extraction.lines] == [
        ("*供电*基本电费", "", "1000.00"),
        ("*供电*电费", "10000", "6800.00"),
    ]
    assert [r.quantity for r in extraction.records] == ["10000"]


def test_red_letter_invoice_is_negative_and_names_its_blue_number() -> None:
    flip = {"7800.00": "-7800.00", "1014.00": "-1014.00", "8814.00": "-8814.00", "Y": "N", "12000": "-12000"}
    values = [(p, flip.get(v, v)) for p, v in HEADER + POWER]
    values = [(p, v + "；被红冲蓝字数电票号码：25322000000011111111") if p.endswith("Remark") else (p, v) for p, v in values]
    extraction = read(xml(values))
    (record,) = extraction.records
    assert record.quantity == "-12000"
    assert record.needs_review
    red = next(f for f in extraction.findings if f.id == "red-letter")
    assert red.data["blue_invoice"] == "25322000000011111111"
    assert "amount-in-words" not in [f.id for f in extraction.findings]


def test_looser_names_are_read_too() -> None:
    values = [
        ("Invoice/InvoiceNumber", "25322000000012345678"),
        ("Invoice/IssueDate", "2025年04月08日"),
        ("Invoice/Seller/Name", SELLER),
        ("Invoice/Seller/TaxID", SELLER_ID),
        ("Invoice/Buyer/Name", BUYER),
        ("Invoice/Buyer/TaxID", BUYER_ID),
        ("Invoice/TotalAmountExcludingTax", "7800.00"),
        ("Invoice/TotalTaxAmount", "1014.00"),
        ("Invoice/TaxInclusiveTotalAmount", "8814.00"),
        ("Invoice/Items/InvoiceItem/ItemName", "*供电*电费"),
        ("Invoice/Items/InvoiceItem/Unit", "kWh"),
        ("Invoice/Items/InvoiceItem/Quantity", "12000"),
        ("Invoice/Items/InvoiceItem/UnitPrice", "0.65"),
        ("Invoice/Items/InvoiceItem/Amount", "7800.00"),
        ("Invoice/Items/InvoiceItem/TaxRate", "13%"),
        ("Invoice/Items/InvoiceItem/TaxAmount", "1014.00"),
    ]
    extraction = read(tags("xml", values))
    assert {f.name for f in extraction.fields} >= {"invoice_number", "seller_name", "buyer_tax_id", "amount_incl_tax"}
    (record,) = extraction.records
    assert (record.quantity, record.unit) == ("12000", "kWh")
    assert [f.id for f in record.findings] == ["period-missing"]
    assert record.needs_review


def test_a_foreign_xml_invoice_is_none_of_ours() -> None:
    extraction = read(tags("xml", [("Invoice/ID", "F-1"), ("Invoice/InvoiceLine/Quantity", "12"), ("Invoice/Total", "99.00")]))
    assert extraction.kind is DocumentKind.OTHER
    assert not extraction.fields
    assert not extraction.records


def custom(name: str, value: str, x: float, y: float, height: float = 0.02) -> Tag:
    return Tag(origin="custom_tag", path=name, value=value, locator=f"Tags.xml/{name}#{value}", page=1, bbox=(x, y, x + 0.1, y + height))


def ofd(*lines: Tag, page: bool = True, **changes: str) -> Document:
    """Custom tags over the drawn page of the same invoice."""
    values = {
        "InvoiceNo": "25322000000012345678", "IssueDate": "2025年04月08日", "Buyer/BuyerName": BUYER, "Buyer/BuyerTaxID": BUYER_ID,
        "Seller/SellerName": SELLER, "Seller/SellerTaxID": SELLER_ID, "TaxExclusiveTotalAmount": "¥7800.00",
        "TaxTotalAmount": "¥1014.00", "TaxInclusiveTotalAmount": "¥8814.00", **changes,
    }  # fmt: skip
    header = tuple(custom(k, v, 0.5, 0.1 + 0.05 * i) for i, (k, v) in enumerate(values.items()))
    drawn = replace(Invoice().draw(), source=Source.OFD)
    return document(*([drawn] if page else []), tags=header + lines)


def line_tags(y: float, **values: str) -> list[Tag]:
    return [custom(name, value, 0.1 * i, y + 0.001 * i) for i, (name, value) in enumerate(values.items())]


def test_repeated_custom_tags_are_grouped_by_height_not_by_index() -> None:
    rows = line_tags(0.40, Item="*供电*基本电费", Amount="1000.00", TaxScheme="13%", TaxAmount="130.00")
    rows += line_tags(0.44, Item="*供电*电费", Quantity="10000", Price="0.68", MeasurementDimension="千瓦时", Amount="6800.00", TaxScheme="13%", TaxAmount="884.00")
    by_name = sorted(rows, key=lambda t: t.path)
    extraction = read(ofd(*by_name, page=False))
    assert [(x.item, x.quantity, x.amount) for x in extraction.lines] == [
        ("*供电*基本电费", "", "1000.00"),
        ("*供电*电费", "10000", "6800.00"),
    ]


def test_a_wrapped_name_has_a_taller_box_than_its_line() -> None:
    rows = line_tags(0.40, Amount="7800.00", TaxScheme="13%", TaxAmount="1014.00", Quantity="12000", Price="0.65", MeasurementDimension="千瓦时")
    rows.append(custom("Item", "*供电*江州厂区一期二期合并用电电费", 0.02, 0.40, height=0.05))
    extraction = read(ofd(*rows))
    assert [x.item for x in extraction.lines] == ["*供电*江州厂区一期二期合并用电电费"]


def test_tags_confirmed_by_the_page_need_no_review() -> None:
    rows = line_tags(0.40, Item="*供电*电费", Quantity="12000", Price="0.65", MeasurementDimension="千瓦时", Amount="7800.00", TaxScheme="13%", TaxAmount="1014.00")
    extraction = read(ofd(*rows))
    assert [f for f in extraction.findings if f.severity is not Severity.NOTE] == []
    assert all(f.status == "auto" for f in extraction.fields)


def test_a_tag_that_contradicts_the_page_is_reported() -> None:
    rows = line_tags(0.40, Item="*供电*电费", Quantity="12000", Price="0.65", MeasurementDimension="千瓦时", Amount="7800.00", TaxScheme="13%", TaxAmount="1014.00")
    extraction = read(ofd(*rows, **{"Seller/SellerName": "江州城南供能有限公司"}))
    field = extraction.field("seller_name")
    assert field is not None
    assert field.status == "review"
    assert SELLER in field.rivals
    assert "source-disagreement" in [f.id for f in extraction.findings if f.severity is Severity.BLOCKING]


def test_two_attachments_that_disagree_block() -> None:
    doc = ofd()
    rival = Tag(origin="original_invoice", path="TaxInclusiveTotalAmount", value="8815.00", locator="original_invoice.xml/x")
    number = Tag(origin="original_invoice", path="InvoiceNo", value="25322000000012345678", locator="original_invoice.xml/n")
    extraction = read(replace(doc, tags=(*doc.tags, rival, number)))
    disagreement = next(f for f in extraction.findings if f.id == "source-disagreement")
    assert disagreement.subjects == ("amount_incl_tax",)
    assert disagreement.data["rivals"] == ["8815.00"]


@pytest.mark.parametrize(("code", "amount", "blocked"), [("10", "7800.00", False), ("32", "8814.00", False), ("32", "7800.00", True), ("10", "8814.00", True)])
def test_the_qr_amount_is_without_tax_for_old_types_and_with_tax_for_new(code: str, amount: str, blocked: bool) -> None:
    doc = ofd()
    qr = Tag(origin="original_invoice", path="GraphCode", value=f"01,{code},,25322000000012345678,{amount},20250408,,ABCD", locator="g")
    number = Tag(origin="original_invoice", path="InvoiceNo", value="25322000000012345678", locator="n")
    extraction = read(replace(doc, tags=(*doc.tags, qr, number)))
    assert ("qr-disagreement" in [f.id for f in extraction.findings]) is blocked
