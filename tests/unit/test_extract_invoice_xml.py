"""Invoice XML as vendors write it: other names, attributes, namespaces, encodings, several invoices in one file."""

from __future__ import annotations

from datetime import date

import pytest
from extract_pages import BUYER, BUYER_ID, SELLER, SELLER_ID

from app.domain.activity import Confidence, Extraction
from app.domain.page import Source
from extractors import extract
from ingestion.reading import read_document

NUMBER, OTHER = "25322000000012345678", "25322000000099999999"
REMARK = "用电户号：3200001234567；用电期间：2025年03月01日至2025年03月31日"


def read(text: str, encoding: str = "utf-8") -> Extraction:
    return extract(read_document(text.encode(encoding), "票.xml"), today=date(2026, 6, 1))


def official(number: str = NUMBER, prefix: str = "", space: str = "") -> str:
    p = f"{prefix}:" if prefix else ""
    def tag(name: str, value: str) -> str:
        return f"<{p}{name}>{value}</{p}{name}>"
    line = [("ItemName", "*供电*电费"), ("MeaUnits", "千瓦时"), ("Quantity", "12000"), ("UnPrice", "0.65"), ("Amount", "7800.00"), ("TaxRate", "0.13"), ("ComTaxAm", "1014.00")]
    basic = [("TotalAmWithoutTax", "7800.00"), ("TotalTaxAm", "1014.00"), ("TotalTax-includedAmount", "8814.00"), ("RequestTime", "2025-04-08 09:00:00")]
    data = tag("SellerInformation", tag("SellerIdNum", SELLER_ID) + tag("SellerName", SELLER))
    data += tag("BuyerInformation", tag("BuyerIdNum", BUYER_ID) + tag("BuyerName", BUYER))
    data += tag("BasicInformation", "".join(tag(*f) for f in basic)) + tag("IssuItemInformation", "".join(tag(*f) for f in line))
    data += tag("AdditionalInformation", tag("Remark", REMARK))
    return f"<{p}EInvoice{space}>" + tag("Header", tag("EIid", number)) + tag("EInvoiceData", data) + f"</{p}EInvoice>"


ATTRIBUTES = f"""<Invoice number="{NUMBER}" issueDate="2025-04-08"><Seller name="{SELLER}" taxId="{SELLER_ID}"/><Buyer name="{BUYER}" taxId="{BUYER_ID}"/>
<Items><Item name="*供电*电费" unit="千瓦时" quantity="12000" price="0.65" amount="7800.00" taxRate="13%" taxAmount="1014.00"/></Items>
<Total amount="7800.00" tax="1014.00" totalAmount="8814.00"/><Remark>{REMARK}</Remark></Invoice>"""

PINYIN = f"""<business><REQUEST><FPDM></FPDM><FPHM>{NUMBER}</FPHM><KPRQ>20250408101112</KPRQ><XSF_NSRSBH>{SELLER_ID}</XSF_NSRSBH><XSF_MC>{SELLER}</XSF_MC>
<GMF_NSRSBH>{BUYER_ID}</GMF_NSRSBH><GMF_MC>{BUYER}</GMF_MC><HJJE>7800.00</HJJE><HJSE>1014.00</HJSE><JSHJ>8814.00</JSHJ><BZ>{REMARK}</BZ>
<XMXXS><FPKJ_XMXX><XMMC>*供电*电费</XMMC><DW>千瓦时</DW><XMSL>12000</XMSL><XMDJ>0.65</XMDJ><XMJE>7800.00</XMJE><SE>1014.00</SE></FPKJ_XMXX></XMXXS></REQUEST></business>"""

CHINESE = f"""<发票><发票号码>{NUMBER}</发票号码><开票日期>2025年04月08日</开票日期><销售方><名称>{SELLER}</名称><纳税人识别号>{SELLER_ID}</纳税人识别号></销售方>
<购买方><名称>{BUYER}</名称><纳税人识别号>{BUYER_ID}</纳税人识别号></购买方><明细><项目><项目名称>*供电*电费</项目名称><单位>千瓦时</单位><数量>12000</数量><单价>0.65</单价>
<金额>7800.00</金额><税率>13%</税率><税额>1014.00</税额></项目></明细><合计金额>7800.00</合计金额><合计税额>1014.00</合计税额><价税合计>8814.00</价税合计><备注>{REMARK}</备注></发票>"""

UPPER = f"""<INVOICE><INVOICE_NUMBER>{NUMBER}</INVOICE_NUMBER><ISSUE_DATE>2025-04-08</ISSUE_DATE><SELLER_NAME>{SELLER}</SELLER_NAME><SELLER_TAX_ID>{SELLER_ID}</SELLER_TAX_ID>
<BUYER_NAME>{BUYER}</BUYER_NAME><BUYER_TAX_ID>{BUYER_ID}</BUYER_TAX_ID><TOTAL_AMOUNT_WITHOUT_TAX>7800.00</TOTAL_AMOUNT_WITHOUT_TAX><TOTAL_TAX_AMOUNT>1014.00</TOTAL_TAX_AMOUNT>
<TOTAL_AMOUNT_INCLUDING_TAX>8814.00</TOTAL_AMOUNT_INCLUDING_TAX><ITEMS><ITEM><ITEM_NAME>*供电*电费</ITEM_NAME><UNIT>kWh</UNIT><QUANTITY>12000</QUANTITY><UNIT_PRICE>0.65</UNIT_PRICE>
<AMOUNT>7800.00</AMOUNT><TAX_RATE>0.13</TAX_RATE><TAX_AMOUNT>1014.00</TAX_AMOUNT></ITEM></ITEMS><REMARK>{REMARK}</REMARK></INVOICE>"""

DIALECTS = {
    "official": (official(), "utf-8", "IssuItemInformation/Quantity"),
    "namespace": (official(prefix="inv", space=' xmlns:inv="http://example.cn/e"'), "utf-8", "IssuItemInformation/Quantity"),
    "gbk": ('<?xml version="1.0" encoding="GBK"?>' + official(), "gbk", "IssuItemInformation/Quantity"),
    "gbk unsaid": (official(), "gb18030", "IssuItemInformation/Quantity"),
    "utf-16": (official(), "utf-16", "IssuItemInformation/Quantity"),
    "spelled right": (official().replace("IssuItem", "IssueItem"), "utf-8", "IssueItemInformation/Quantity"),
    "attributes": (ATTRIBUTES, "utf-8", "Item/@quantity"),
    "pinyin": (PINYIN, "utf-8", "FPKJ_XMXX/XMSL"),
    "chinese": (CHINESE, "utf-8", "项目/数量"),
    "upper case": (UPPER, "utf-8", "ITEM/QUANTITY"),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_says_the_same(dialect: str) -> None:
    text, encoding, place = DIALECTS[dialect]
    extraction = read(text, encoding)
    assert extraction.source is Source.XML
    assert {f.name: f.value for f in extraction.fields} == {
        "invoice_number": NUMBER,
        "issue_date": "2025-04-08",
        "seller_name": SELLER,
        "seller_tax_id": SELLER_ID,
        "buyer_name": BUYER,
        "buyer_tax_id": BUYER_ID,
        "amount_excl_tax": "7800.00",
        "tax_amount": "1014.00",
        "amount_incl_tax": "8814.00",
        "account_number": "3200001234567",
        "period_start": "2025-03-01",
        "period_end": "2025-03-31",
    }
    (line,) = extraction.lines
    assert (line.item, line.quantity, line.unit_price, line.amount, line.tax_amount) == ("*供电*电费", "12000", "0.65", "7800.00", "1014.00")
    (record,) = extraction.records
    assert (record.quantity, record.unit, record.confidence, record.needs_review) == ("12000", "kWh", Confidence.A, False)
    assert (record.locator or "").endswith(place)


def test_several_invoices_of_one_xml_are_papers_of_their_own() -> None:
    extraction = read(f"<Export>{official()}{official(OTHER).replace('12000', '12001')}</Export>")
    assert [p.field("invoice_number").value for p in extraction.parts] == [NUMBER, OTHER]  # type: ignore[union-attr]
    assert [r.quantity for r in extraction.records] == ["12000", "12001"]
    assert [r.needs_review for r in extraction.records] == [False, True]


def test_the_number_of_a_blue_invoice_takes_nothing_apart() -> None:
    red = official().replace("</EInvoiceData>", f"<RedEInvoice><InvoiceNumber>{OTHER}</InvoiceNumber></RedEInvoice></EInvoiceData>")
    assert read(red).parts == ()


def test_other_xml_is_no_invoice() -> None:
    extraction = read("<orders><order no='1'><tax>13</tax><amount>5</amount></order></orders>")
    assert extraction.fields == ()
    assert extraction.records == ()
