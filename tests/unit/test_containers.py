"""Zip archives and e-mails: members come out whole and named, and nothing dangerous gets in."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart

import pytest
import reader_files as make

from app.domain.errors import InputRefused
from ingestion import limits
from ingestion.containers import may_be_container, unpack, unpack_bytes

CSV = "日期,柴油(升)\n2025-01-03,120\n".encode()
PDF = b"%PDF-1.4\n%%EOF\n"


def zipped(entries: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def gbk_zip(name: str, data: bytes) -> bytes:
    """A stored one-entry zip with a GBK name, built by hand: no library writes one."""
    raw, crc = name.encode("gbk"), zlib.crc32(data)
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 0, 0, 0x21, crc, len(data), len(data), len(raw), 0) + raw + data
    central = (
        struct.pack(
            "<4sHHHHHHIIIHHHHHII",
            b"PK\x01\x02", 20, 20, 0, 0, 0, 0x21, crc, len(data), len(data), len(raw), 0, 0, 0, 0, 0, 0,
        )
        + raw
    )  # fmt: skip
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def mail(*attachments: tuple[str, bytes], subject: str = "三月账单") -> bytes:
    message = EmailMessage()
    message["From"] = "billing@example.com"
    message["To"] = "energy@example.com"
    message["Subject"] = subject
    message["Date"] = "Mon, 03 Mar 2025 08:00:00 +0800"
    message.set_content("您好，账单见附件。")
    for name, data in attachments:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def names(data: bytes, filename: str) -> list[str]:
    members = unpack_bytes(data, filename)
    assert members is not None
    return [m.name for m in members]


def refusal(data: bytes, filename: str = "资料.zip") -> InputRefused:
    with pytest.raises(InputRefused) as caught:
        unpack_bytes(data, filename)
    return caught.value


def test_members_keep_bytes_folders_and_chinese_names() -> None:
    members = unpack_bytes(zipped({"2025/电费/一月.pdf": PDF, "加油.csv": CSV}), "资料.zip")
    assert members is not None
    assert [(m.name, m.data) for m in members] == [("2025/电费/一月.pdf", PDF), ("加油.csv", CSV)]


def test_gbk_names_are_read_as_gbk() -> None:
    assert names(gbk_zip("电费账单/三月份.pdf", PDF), "资料.zip") == ["电费账单/三月份.pdf"]


def test_system_files_are_no_documents() -> None:
    data = zipped({"__MACOSX/._a.csv": b"x", "a.csv": CSV, "目录/.DS_Store": b"x", "Thumbs.db": b"x"})
    assert names(data, "资料.zip") == ["a.csv"]


def test_office_files_and_plain_files_are_not_taken_apart() -> None:
    assert unpack_bytes(make.workbook(), "台账.xlsx") is None
    assert unpack_bytes(make.invoice_ofd(), "发票.ofd") is None
    assert unpack_bytes(PDF, "账单.pdf") is None
    assert unpack_bytes(b"From: a\n\nhello", "notes.txt") is None


def test_mail_gives_its_attachments_under_their_names() -> None:
    data = mail(("电费账单3月.pdf", PDF), ("加油.csv", CSV), ("加油.csv", CSV + b"2"))
    assert may_be_container(data, "邮件.eml")
    assert names(data, "邮件.eml") == ["电费账单3月.pdf", "加油.csv", "加油(2).csv"]
    assert names(data, "无后缀") == ["电费账单3月.pdf", "加油.csv", "加油(2).csv"]


def test_mail_names_in_raw_gbk_and_with_folders() -> None:
    raw = mail(("X.pdf", PDF)).replace(b'filename="X.pdf"', b'filename="C:\\\\tmp\\\\' + "账单".encode("gbk") + b'.pdf"')
    assert names(raw, "a.eml") == ["账单.pdf"]


def test_pictures_of_the_letter_are_not_documents() -> None:
    outer = MIMEMultipart("related")
    for header, value in (("From", "a@example.com"), ("Subject", "s"), ("To", "b@example.com")):
        outer[header] = value
    logo = MIMEApplication(b"\x89PNG\r\n\x1a\n", _subtype="octet-stream")
    logo.replace_header("Content-Type", 'image/png; name="logo.png"')
    logo["Content-ID"] = "<logo>"
    outer.attach(logo)
    bill = MIMEApplication(PDF, _subtype="pdf")
    bill.add_header("Content-Disposition", "attachment", filename=("utf-8", "", "账单.pdf"))
    outer.attach(bill)
    assert names(outer.as_bytes(), "a.eml") == ["账单.pdf"]


def test_zip_in_mail_is_read_and_the_way_is_kept() -> None:
    inner = zipped({"一月.pdf": PDF})
    members = unpack_bytes(mail(("账单.zip", inner)), "a.eml")
    assert members is not None
    assert [(m.name, m.chain) for m in members] == [("账单.zip/一月.pdf", (hashlib.sha256(inner).hexdigest(),))]


def test_deeper_nesting_is_refused_in_chinese() -> None:
    error = refusal(zipped({"b.zip": zipped({"c.zip": zipped({"d.csv": CSV})})}))
    assert error.id == "nested_container"
    assert "最多读取 2 层" in error.message
    assert error.fix


@pytest.mark.parametrize("magic", [b"Rar!\x1a\x07\x00", b"7z\xbc\xaf\x27\x1c"])
def test_other_archives_inside_are_refused(magic: bytes) -> None:
    assert refusal(zipped({"a.rar": magic + bytes(40)})).id == "nested_container"


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "C:\\windows\\x", "a/../../b"])
def test_names_that_climb_out_are_refused(name: str) -> None:
    assert refusal(zipped({name: b"x", "ok.csv": CSV})).id == "unsafe_archive"


def test_bombs_are_refused_before_they_go_off() -> None:
    big = bytes(300 * 1024 * 1024 // 4)
    assert refusal(zipped({"a.csv": big})).id == "zip_bomb"  # 75 MB at a ratio of a thousand
    many = zipped({f"{i}.csv": b"1" for i in range(5001)}, method=zipfile.ZIP_STORED)
    assert refusal(many).id == "zip_bomb"


def test_levels_share_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ARCHIVE_BYTES", 3000)
    parts = {f"{i}.zip": zipped({"x.csv": bytes(range(256)) * 4}, method=zipfile.ZIP_STORED) for i in range(2)}
    assert refusal(zipped(parts, method=zipfile.ZIP_STORED)).id == "zip_bomb"


def test_empty_containers_are_refused() -> None:
    assert refusal(zipped({})).id == "empty_container"
    assert refusal(zipped({"空文件夹/": b""})).id == "empty_container"
    error = refusal(mail(), "a.eml")
    assert (error.id, error.subject) == ("empty_container", "a.eml")
    assert "没有附件" in error.message


def test_damaged_and_encrypted_archives_are_refused() -> None:
    data = bytearray(zipped({"a.csv": CSV}))
    flags = data.index(b"PK\x01\x02") + 8
    data[flags] |= 1
    assert refusal(bytes(data)).id == "encrypted_file"
    assert refusal(gbk_zip("a.csv", CSV).replace(b"120", b"999")).id == "damaged_file"


def test_the_sandbox_unpacks_the_same(tmp_path) -> None:
    path = tmp_path / "资料.zip"
    path.write_bytes(zipped({"一月.pdf": PDF, "加油.csv": CSV}))
    assert [(m.name, m.data) for m in unpack(path) or ()] == [("一月.pdf", PDF), ("加油.csv", CSV)]
    bill = tmp_path / "账单.pdf"
    bill.write_bytes(PDF)
    assert unpack(bill) is None
    path.write_bytes(zipped({"../x.csv": CSV}))
    with pytest.raises(InputRefused) as caught:
        unpack(path)
    assert caught.value.id == "unsafe_archive"
