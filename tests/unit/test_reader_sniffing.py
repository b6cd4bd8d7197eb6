"""Which reader a file gets, and what the refused ones are told."""

import pytest
import reader_files as make

from app.domain.errors import InputRefused
from app.domain.page import Media
from ingestion import limits
from ingestion.reading import read_document
from ingestion.sniffing import sniff

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (make.pdf(make.bill_page), Media.PDF),
        (b"\n\n junk before the header\n" + make.pdf(make.bill_page), Media.PDF),
        (make.invoice_ofd(), Media.OFD),
        (make.invoice_xml(), Media.XML),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a>1</a>", Media.XML),
        ("<?xml version='1.0' encoding='GBK'?><发票>一</发票>".encode("gbk"), Media.XML),
        (make.workbook(), Media.XLSX),
        (make.report_word(), Media.DOCX),
        ("月份,电量\n2025-01,100\n".encode(), Media.CSV),
        ("月份,电量\n2025-01,100\n".encode("gb18030"), Media.CSV),
        ("月份\t电量\n2025-01\t100\n".encode("utf-16"), Media.CSV),
        ("各有关单位：\n现将有关事项通知如下，请认真贯彻，抓好落实。\n".encode(), Media.TEXT),
        (b"<!DOCTYPE html><html><body>x</body></html>", Media.HTML),
        ("<table><tr><td>表号</td></tr></table>".encode("gbk"), Media.HTML),
        (b"<?xml version='1.0'?><!DOCTYPE html><html><body>x</body></html>", Media.HTML),
        (make.png(), Media.IMAGE),
        (make.png(kind="JPEG"), Media.IMAGE),
        (OLE + "Workbook".encode("utf-16-le"), Media.XLS),
    ],
)
def test_type_comes_from_content(data, expected):
    assert sniff(data, "没有扩展名") is expected


@pytest.mark.parametrize("name", ["账单.pdf", "账单.xlsx", "账单.jpg", "账单"])
def test_a_wrong_name_changes_nothing(name):
    assert sniff(make.invoice_xml(), name) is Media.XML


def test_name_decides_only_between_table_and_text():
    lines = b"a,b\nc,d\n"
    assert (sniff(lines, "x.csv"), sniff(lines, "x.txt"), sniff(lines, "x")) == (Media.CSV, Media.TEXT, Media.CSV)


@pytest.mark.parametrize(
    ("data", "refusal", "hint"),
    [
        (b"", "empty_file", "重新"),
        (b" \r\n\0\0", "empty_file", "重新"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted_file", "密码"),
        (OLE + "WordDocument".encode("utf-16-le"), "unsupported_format", "docx"),
        (OLE, "unsupported_format", "另存为"),
        (make.archive({"a.pdf": "x"}), "unsupported_format", "解压"),
        (make.archive({"[Content_Types].xml": "presentationml", "ppt/x.xml": ""}), "unsupported_format", "PDF"),
        (
            make.archive(
                {
                    "[Content_Types].xml": "application/vnd.ms-excel.sheet.binary.macroEnabled.main",
                    "xl/workbook.bin": "",
                }
            ),
            "unsupported_format",
            "xlsx",
        ),
        (make.archive({"mimetype": "application/vnd.oasis.opendocument.text"}), "unsupported_format", "docx"),
        (b"Rar!\x1a\x07\x00" + b"\0" * 64, "unsupported_format", "解压"),
        (bytes(range(256)) * 8, "unsupported_format", "PDF"),
        (b"PK\x03\x04" + b"\x14\0" * 40, "damaged_file", "重新下载"),
        (make.archive({"../../etc/x": "1", "OFD.xml": "<a/>"}), "unsafe_archive", "来历不明"),
    ],
)
def test_refusals_say_what_to_do(data, refusal, hint):
    with pytest.raises(InputRefused) as caught:
        sniff(data, "x")
    assert caught.value.id == refusal
    assert hint in caught.value.fix
    assert any("\u4e00" <= c <= "\u9fff" for c in caught.value.message)


def test_broken_old_excel_is_refused_with_a_way_out():
    with pytest.raises(InputRefused) as caught:
        read_document(OLE + "Workbook".encode("utf-16-le"), "台账.xls")
    assert (caught.value.id, caught.value.subject) == ("damaged_file", "台账.xls")
    assert "另存一份" in caught.value.fix


def test_file_over_the_limit(monkeypatch):
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 10)
    with pytest.raises(InputRefused, match="过大") as caught:
        sniff(b"x" * 11)
    assert caught.value.id == "too_large"


def test_zip_bombs(monkeypatch):
    with pytest.raises(InputRefused) as caught:
        sniff(make.archive({"OFD.xml": b"0" * (6 * limits.MB)}))
    assert caught.value.id == "zip_bomb"
    with pytest.raises(InputRefused) as caught:
        sniff(make.archive({f"f{i}": "" for i in range(limits.MAX_ARCHIVE_ENTRIES + 1)}))
    assert caught.value.id == "zip_bomb"
    monkeypatch.setattr(limits, "MAX_ARCHIVE_BYTES", 1000)
    with pytest.raises(InputRefused) as caught:
        sniff(make.archive({"OFD.xml": bytes(i % 251 for i in range(2000))}))
    assert caught.value.id == "zip_bomb"


def test_entry_without_a_name():
    data = make.archive({"OFD.xml": "<a/>", "x": "1"})
    with pytest.raises(InputRefused) as caught:
        read_document(data.replace(b"OFD.xml", b"\0FD.xml"), "x")
    assert caught.value.id == "unsupported_format"


def test_encrypted_zip_entry():
    data = bytearray(make.archive({"OFD.xml": "<a/>"}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(InputRefused) as caught:
        sniff(bytes(data))
    assert caught.value.id == "encrypted_file"


def test_document_carries_name_hash_and_size():
    data = make.invoice_xml()
    document = read_document(data, "C:\\下载\\发票.xml")
    assert (document.filename, document.size, len(document.sha256)) == ("发票.xml", len(data), 64)
