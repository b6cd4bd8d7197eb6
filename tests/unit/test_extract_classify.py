"""Kinds by content; what is of no known kind yields nothing."""

from __future__ import annotations

from datetime import date

import pytest
from extract_pages import Canvas, Invoice, document, table, tables, tags

import extractors
from app.domain.activity import DocumentKind
from app.domain.page import Document, Media, Page
from extractors import extract
from extractors.templates import load_templates

TODAY = date(2026, 6, 1)


def page_of(*lines: str) -> Document:
    c = Canvas(width=595, height=842)
    for i, line in enumerate(lines):
        c.text(40, 40 + 16 * i, line)
    return document(c.page())


def empty(doc: Document) -> DocumentKind:
    extraction = extract(doc, today=TODAY)
    assert extraction.fields == ()
    assert extraction.lines == ()
    assert extraction.records == ()
    return extraction.kind


@pytest.mark.parametrize(
    "lines",
    [
        ("Invoice INV/2023/03/0008", "Description Quantity Unit Price Amount", "Office Chair 1.00 Units 70.00 $ 70.00", "Total $ 279.84"),
        ("Rechnung Seite 1", "Pos. Menge Beschreibung Zeilenbetrag", "6 1 Small Business 5,39", "Total EUR 34,73"),
        ("你好，这是一份会议纪要。", "会上讨论了电费和发票的报销流程。"),
        ("关于申报零碳工厂的通知", "企业应提供增值税专用发票、电费账单等佐证材料，发票号码和价税合计应清晰。"),
    ],
)
def test_other_documents_claim_nothing(lines: tuple[str, ...]) -> None:
    assert empty(page_of(*lines)) is DocumentKind.OTHER


def test_the_unknown_is_said() -> None:
    extraction = extract(page_of("一份普通的说明"), today=TODAY)
    assert [f.id for f in extraction.findings] == ["kind-unknown"]
    assert extraction.template == ""


def test_a_picture_is_unreadable_and_says_so() -> None:
    doc = document(Page(number=1, width=595, height=842, scanned=True))
    extraction = extract(doc, today=TODAY)
    assert empty(doc) is DocumentKind.UNREADABLE
    assert extraction.source is None
    assert [f.id for f in extraction.findings] == ["no-text"]


def test_the_file_name_decides_nothing() -> None:
    from dataclasses import replace

    doc = replace(page_of("一份普通的说明"), filename="电费发票25322000000012345678.pdf")
    assert empty(doc) is DocumentKind.OTHER


def test_extraction_is_a_function_of_the_document() -> None:
    doc = document(Invoice().draw())
    assert extract(doc, today=TODAY) == extract(doc, today=TODAY)


def test_every_template_is_complete() -> None:
    for template in load_templates():
        assert template.mechanism in ("invoice", "bill", "ledger", "other_invoice"), template.id
        assert template.title, template.id
    assert len({t.id for t in load_templates()}) == len(load_templates())


def test_one_door() -> None:
    assert extractors.__all__ == ["extract"]
    assert extractors.extract is extract


@pytest.mark.parametrize(
    ("doc", "kind"),
    [
        (tables(table("台账", [["2025年用电台账（单位：kWh）", ""], ["月份", "用电量"], ["1月", "1"]])), "meter_list"),
        (tags("xml", [("EInvoice/TaxSupervisionInfo/InvoiceNumber", "25322000000012345678")]), "vat_invoice"),
        (tables(media=Media.DOCX, paragraphs=("绿色电力证书", "证书编号：1", "证书数量：2 张")), "green_certificate"),
        (tables(media=Media.DOCX, paragraphs=("能源审计报告", "综合能耗")), "energy_report"),
    ],
)
def test_kinds(doc: Document, kind: str) -> None:
    assert extract(doc, today=TODAY).kind.value == kind
