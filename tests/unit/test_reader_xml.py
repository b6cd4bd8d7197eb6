"""XML invoices as named values."""

import pytest
import reader_files as make

from app.domain.errors import InputRefused
from ingestion.reading import read_document


def tags(xml: str | bytes):
    data = xml if isinstance(xml, bytes) else xml.encode()
    return read_document(data, "x.xml").tags


def test_paths_start_at_the_root_and_lines_share_an_index():
    found = tags(make.invoice_xml(3))
    assert [(t.path, t.value) for t in found if "Buyer" in t.path] == [
        ("EInvoice/EInvoiceData/BuyerInformation/BuyerName", "测试精密制造有限公司")
    ]
    lines = [t for t in found if "IssuItemInformation" in t.path]
    assert [t.index for t in lines] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert lines[5].locator == "/EInvoice/EInvoiceData/IssuItemInformation[2]/Quantity"
    assert (lines[5].value, lines[5].origin) == ("101", "xml")


def test_innermost_repetition_gives_the_index():
    found = tags("<r><a><b>1</b><b>2</b></a><a><b>3</b><c>4</c></a></r>")
    assert [(t.path, t.index, t.value) for t in found] == [
        ("r/a/b", 0, "1"),
        ("r/a/b", 1, "2"),
        ("r/a/b", 1, "3"),
        ("r/a/c", 1, "4"),
    ]


def test_one_line_has_index_zero_and_empty_elements_are_no_values():
    assert [(t.value, t.index) for t in tags("<r><item><q>5</q><unit/><note>  </note></item></r>")] == [("5", 0)]


def test_namespaces_prefixes_attributes_and_mixed_text():
    found = tags('<fp:I xmlns:fp="http://example.org/i" id="7"><fp:Q unit="kWh">12</fp:Q><t>甲<b/>乙</t></fp:I>')
    assert [(t.path, t.value) for t in found] == [("I@id", "7"), ("I/Q", "12"), ("I/Q@unit", "kWh"), ("I/t", "甲 乙")]


def test_encoding_that_contradicts_its_declaration():
    text = '<?xml version="1.0" encoding="UTF-8"?><发票><名称>测试</名称></发票>'
    assert tags(text.encode("gbk"))[0].value == "测试"
    assert tags(text.replace("UTF-8", "GBK").encode("gbk"))[0].value == "测试"
    assert tags(text.replace("UTF-8", "GBK").encode())[0].value == "测试"


@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE r [<!ENTITY a "x">]><r>&a;</r>',
        '<!DOCTYPE r SYSTEM "http://127.0.0.1/x.dtd"><r/>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r>&x;</r>',
    ],
)
def test_document_type_declarations_are_refused(xml):
    with pytest.raises(InputRefused) as caught:
        tags(xml)
    assert caught.value.id == "unsafe_xml"


@pytest.mark.parametrize(
    "xml", ["<r><a></r>", "<r>&undefined;</r>", "<a>" * 10_000 + "</a>" * 10_000, "<r></r><r></r>", "<r"]
)
def test_broken_or_bottomless_xml(xml):
    with pytest.raises(InputRefused) as caught:
        tags("<?xml version='1.0'?>" + xml)
    assert caught.value.id == "damaged_file"


def test_wide_documents_stay_fast():
    assert len(tags("<r>" + "<i><q>1</q></i>" * 20_000 + "</r>")) == 20_000
