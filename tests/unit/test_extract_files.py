"""From bytes to records: small invented files through the real readers."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from extract_pages import BUYER, BUYER_ID, SELLER, SELLER_ID, Canvas, Invoice, Item, old_layout

from app.domain.activity import Extraction
from app.domain.finding import Severity
from app.domain.page import Page, Source
from extractors import extract

reading = pytest.importorskip("ingestion.reading")
TODAY = date(2026, 6, 1)


def read(data: bytes, name: str) -> Extraction:
    return extract(reading.read_document(data, name), today=TODAY)


def as_pdf(*pages: Page) -> bytes:
    """The pages' words and rules with a font that is not embedded, as old invoices have it."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas as Pdf

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    pdf = Pdf(buffer, pagesize=(pages[0].width, pages[0].height))
    for page in pages:
        pdf.setPageSize((page.width, page.height))
        for word in page.words:
            size = word.height * page.height
            pdf.setFont("STSong-Light", size)
            pdf.drawString(word.bbox[0] * page.width, page.height - word.bbox[3] * page.height + 0.12 * size, word.text)
        for rule in page.rules:
            x0, y0, x1, y1 = rule.bbox
            flat = (x1 - x0) * page.width > (y1 - y0) * page.height
            start = (x0 * page.width, page.height - y0 * page.height)
            end = (x1 * page.width, start[1]) if flat else (start[0], page.height - y1 * page.height)
            pdf.line(*start, *end)
        pdf.showPage()
    pdf.save()
    return buffer.getvalue()


def test_digital_invoice_pdf() -> None:
    extraction = read(as_pdf(Invoice().draw()), "发票.pdf")
    assert extraction.source is Source.PDF_TEXT
    found = {f.name: f.value for f in extraction.fields}
    assert found["invoice_number"] == "25322000000012345678"
    assert (found["buyer_name"], found["buyer_tax_id"]) == (BUYER, BUYER_ID)
    assert (found["seller_name"], found["seller_tax_id"]) == (SELLER, SELLER_ID)
    assert (found["amount_excl_tax"], found["tax_amount"], found["amount_incl_tax"]) == ("7800.00", "1014.00", "8814.00")
    (record,) = extraction.records
    assert (record.quantity, record.unit, record.needs_review) == ("12000", "kWh", False)


def test_old_invoice_pdf() -> None:
    items = [Item("*燃气*天然气", "", "立方米", "2500", "3.12", "7800.00", "13%", "1014.00")]
    extraction = read(as_pdf(old_layout(items, rules=True)), "旧票.pdf")
    (record,) = extraction.records
    assert (record.carrier.value, record.quantity, record.unit) == ("natural_gas", "2500", "m3")
    assert {f.name for f in extraction.fields} >= {"invoice_code", "invoice_number", "seller_tax_id", "buyer_tax_id"}
    assert [f.id for f in extraction.findings if f.severity is Severity.BLOCKING] == []


def test_ruled_bill_pdf() -> None:
    c = Canvas(width=595, height=842)
    c.text(220, 20, "样例供电公司 电费账单", 16)
    c.text(40, 60, "户号：3200001234567")
    c.text(300, 60, "计费周期：2025-03-01 至 2025-03-31")
    c.text(40, 90, "本期电量：12,345 千瓦时")
    rows = [["表号", "示数类型", "上次示数", "本次示数", "倍率", "抄见电量"], ["320000990001", "有功(总)", "1000.00", "1012.345", "1000", "12345"]]
    c.grid([40, 130, 200, 270, 340, 400, 480], [200, 220, 240], rows)
    (record,) = read(as_pdf(c.page()), "账单.pdf").records
    assert (record.quantity, record.unit, record.meter_number, record.needs_review) == ("12345", "kWh", "320000990001", False)


def test_invoice_xml() -> None:
    text = f"""<EInvoice><Header><EIid>25322000000012345678</EIid></Header><EInvoiceData>
    <SellerInformation><SellerIdNum>{SELLER_ID}</SellerIdNum><SellerName>{SELLER}</SellerName></SellerInformation>
    <BuyerInformation><BuyerIdNum>{BUYER_ID}</BuyerIdNum><BuyerName>{BUYER}</BuyerName></BuyerInformation>
    <BasicInformation><TotalAmWithoutTax>7800.00</TotalAmWithoutTax><TotalTaxAm>1014.00</TotalTaxAm>
    <TotalTax-includedAmount>8814.00</TotalTax-includedAmount></BasicInformation>
    <IssuItemInformation><ItemName>*供电*基本电费</ItemName><Amount>1000.00</Amount><TaxRate>0.13</TaxRate>
    <ComTaxAm>130.00</ComTaxAm></IssuItemInformation>
    <IssuItemInformation><ItemName>*供电*电费</ItemName><MeaUnits>千瓦时</MeaUnits><Quantity>10000</Quantity>
    <UnPrice>0.68</UnPrice><Amount>6800.00</Amount><TaxRate>0.13</TaxRate><ComTaxAm>884.00</ComTaxAm></IssuItemInformation>
    <AdditionalInformation><Remark>户号：3200001234567 用电期间：2025-03-01至2025-03-31</Remark></AdditionalInformation>
    </EInvoiceData><TaxSupervisionInfo><InvoiceNumber>25322000000012345678</InvoiceNumber>
    <IssueTime>2025-04-08</IssueTime></TaxSupervisionInfo></EInvoice>"""
    extraction = read(text.encode(), "发票.xml")
    assert extraction.source is Source.XML
    assert [(x.item, x.quantity) for x in extraction.lines] == [("*供电*基本电费", ""), ("*供电*电费", "10000")]
    (record,) = extraction.records
    assert (record.quantity, record.account_number, record.needs_review) == ("10000", "3200001234567", False)


def as_ofd(page: Page, refs: dict[str, str]) -> bytes:
    """An OFD of one page; ``refs`` maps tag names to the word they point at."""
    mm = 25.4 / 72
    ns = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    objects, ids = [], {}
    for i, word in enumerate(page.words, 10):
        x0, y0, x1, y1 = (v * s * mm for v, s in zip(word.bbox, (page.width, page.height) * 2, strict=True))
        size = word.height * page.height * mm
        deltas = " ".join(f"{size if ord(c) > 0x2E7F else size / 2:.4f}" for c in word.text[:-1])
        text = word.text.replace("&", "&amp;").replace("<", "&lt;")
        objects.append(
            f'<ofd:TextObject ID="{i}" Boundary="{x0:.3f} {y0:.3f} {x1 - x0:.3f} {y1 - y0:.3f}" Font="1" Size="{size:.3f}">'
            f'<ofd:TextCode X="0" Y="{0.88 * size:.3f}" DeltaX="{deltas}">{text}</ofd:TextCode></ofd:TextObject>'
        )
        ids.setdefault(word.text, i)
    tags = ""
    for path, word in refs.items():
        parts = path.split("/")
        opened = "".join(f"<ofd:{p}>" for p in parts)
        closed = "".join(f"</ofd:{p}>" for p in reversed(parts))
        tags += f'{opened}<ofd:ObjectRef PageRef="1">{ids[word]}</ofd:ObjectRef>{closed}'
    box = f"<ofd:PhysicalBox>0 0 {page.width * mm:.2f} {page.height * mm:.2f}</ofd:PhysicalBox>"
    parts = {
        "OFD.xml": f'<ofd:OFD {ns} DocType="OFD" Version="1.1"><ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>',
        "Doc_0/Document.xml": f'<ofd:Document {ns}><ofd:CommonData><ofd:PageArea>{box}</ofd:PageArea></ofd:CommonData><ofd:Pages>'
        '<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages><ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags></ofd:Document>',
        "Doc_0/Pages/Page_0/Content.xml": f'<ofd:Page {ns}><ofd:Content><ofd:Layer ID="2">{"".join(objects)}</ofd:Layer></ofd:Content></ofd:Page>',
        "Doc_0/Tags/CustomTags.xml": f'<ofd:CustomTags {ns}><ofd:CustomTag TypeID=""><ofd:FileLoc>CustomTag.xml</ofd:FileLoc></ofd:CustomTag></ofd:CustomTags>',
        "Doc_0/Tags/CustomTag.xml": f"<ofd:root {ns}>{tags}</ofd:root>",
    }  # fmt: skip
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as container:
        for name, text in parts.items():
            container.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return buffer.getvalue()


REFS = {
    "InvoiceNo": "25322000000012345678", "IssueDate": "2025年04月08日", "Buyer/BuyerName": BUYER, "Buyer/BuyerTaxID": BUYER_ID,
    "Seller/SellerName": SELLER, "Seller/SellerTaxID": SELLER_ID, "TaxExclusiveTotalAmount": "¥7800.00", "TaxTotalAmount": "¥1014.00",
    "TaxInclusiveTotalAmount": "¥8814.00", "Item": "*供电*电费", "MeasurementDimension": "千瓦时", "Quantity": "12000", "Price": "0.65",
    "Amount": "7800.00", "TaxScheme": "13%", "TaxAmount": "1014.00",
}  # fmt: skip


def test_invoice_ofd_with_custom_tags() -> None:
    extraction = read(as_ofd(Invoice().draw(), REFS), "发票.ofd")
    assert extraction.source is Source.OFD
    assert extraction.field("seller_name").value == SELLER  # type: ignore[union-attr]
    (record,) = extraction.records
    assert (record.quantity, record.unit, record.needs_review) == ("12000", "kWh", False)
    assert [f for f in extraction.findings if f.severity is not Severity.NOTE] == []


def test_invoice_ofd_without_tags_is_read_from_the_page() -> None:
    extraction = read(as_ofd(Invoice().draw(), {}), "发票.ofd")
    assert extraction.source is Source.OFD
    assert extraction.field("amount_incl_tax").value == "8814.00"  # type: ignore[union-attr]
    assert [r.quantity for r in extraction.records] == ["12000"]


def test_ledger_xlsx_with_a_formula_that_was_never_calculated() -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "用气"
    sheet.append(["2025年天然气用量台账（单位：万m³）"])
    sheet.merge_cells("A1:C1")
    for row in (["月份", "用气量", "备注"], ["1月", 1.25, ""], ["2月", "—", "停产"], ["3月", 2.5, ""], ["合计", "=SUM(B3:B5)", ""]):
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    extraction = read(buffer.getvalue(), "台账.xlsx")
    assert [(r.carrier.value, r.quantity, r.unit, r.locator) for r in extraction.records] == [
        ("natural_gas", "12500", "m3", "用气!B3"),
        ("natural_gas", "25000", "m3", "用气!B5"),
    ]
    assert {"quantity-missing", "month-missing"} <= {f.id for f in extraction.findings}


def test_report_docx_gives_controls_only() -> None:
    from docx import Document as Word

    word = Word()
    word.add_paragraph("江州云帆公司2025年度能源审计报告")
    grid = word.add_table(rows=2, cols=3)
    for cell, text in zip([c for row in grid.rows for c in row.cells], ["能源种类", "计量单位", "年消费量", "电力", "万kWh", "120.5"], strict=True):
        cell.text = text
    buffer = io.BytesIO()
    word.save(buffer)
    extraction = read(buffer.getvalue(), "报告.docx")
    assert extraction.records == ()
    assert [f.data["quantity"] for f in extraction.findings if f.id == "report-total"] == ["1205000"]
