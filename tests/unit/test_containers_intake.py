"""Archives and mails in a project: members are documents, the container is evidence, the log tells both ways."""

from __future__ import annotations

import io
import json
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from ledger_builders import new_project

from app.demo.invoice_xml import write_invoice_xml
from app.demo.purchases import auxiliary_invoice
from app.services import extracting, intake
from app.services.verification import verify_project
from app.services.workspace import Workspace

JANUARY, FEBRUARY = write_invoice_xml(auxiliary_invoice(1)), write_invoice_xml(auxiliary_invoice(2))


def zipped(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Two invoices, one of them twice, and an empty file."""
    path = tmp_path / "发票.zip"
    path.write_bytes(zipped({"电费/一月.xml": JANUARY, "电费/二月.xml": FEBRUARY, "备份/一月.xml": JANUARY, "空.xml": b""}))
    return path


def events(ws: Workspace, type: str) -> list[dict]:
    with ws.reading() as c:
        rows = c.exec_driver_sql("SELECT payload FROM log_entry WHERE type = ? ORDER BY seq", (type,)).scalars()
        return [json.loads(row) for row in rows]


def test_members_become_documents_and_the_container_stays(ws: Workspace, archive: Path) -> None:
    project = new_project(ws)
    items = intake.upload(ws, project, [archive])
    assert [(Path(i["file"]).relative_to(archive.parent).as_posix(), i["status"], i["kind"]) for i in items] == [
        ("发票.zip", "read", "other"),
        ("发票.zip/电费/一月.xml", "read", "vat_invoice"),
        ("发票.zip/电费/二月.xml", "read", "vat_invoice"),
        ("发票.zip/备份/一月.xml", "duplicate", "vat_invoice"),
    ]
    container = items[0]
    assert [f["id"] for f in container["findings"]] == ["container-opened", "container-member-refused"]
    assert [m["sha256"] for m in container["findings"][0]["data"]["members"]] == [
        items[1]["sha256"], items[2]["sha256"], items[1]["sha256"], None,
    ]  # fmt: skip
    added = events(ws, "document-added")
    assert [(e.get("container"), e.get("member")) for e in added] == [
        (None, None),
        (container["sha256"], "电费/一月.xml"),
        (container["sha256"], "电费/二月.xml"),
    ]
    assert ws.blobs.path(container["sha256"]).read_bytes() == archive.read_bytes()
    assert verify_project(ws, project)["findings"] == []


def test_the_same_archive_twice_is_one(ws: Workspace, archive: Path) -> None:
    project = new_project(ws)
    intake.upload(ws, project, [archive])
    (again,) = intake.upload(ws, project, [archive])
    assert again["status"] == "duplicate"
    assert len(events(ws, "document-read")) == 3


def test_a_queued_container_is_opened_when_it_is_processed(ws: Workspace, tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "一月电费"
    message.set_content("见附件")
    message.add_attachment(JANUARY, maintype="application", subtype="xml", filename="一月电费.xml")
    path = tmp_path / "来信.eml"
    path.write_bytes(message.as_bytes())
    project = new_project(ws)
    received = intake.receive_file(ws, project, path)
    row = intake.process(ws, project, received.sha256)
    assert (row.status, row.kind, row.media, row.filename) == ("read", "other", "mail", "来信.eml")
    with ws.reading() as c:
        rows = c.exec_driver_sql("SELECT filename, status, kind FROM document ORDER BY added_at, filename").all()
    assert sorted(tuple(r) for r in rows) == [("一月电费.xml", "read", "vat_invoice"), ("来信.eml", "read", "other")]
    assert verify_project(ws, project)["findings"] == []


def test_an_unsafe_archive_is_refused_whole(ws: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "坏.zip"
    path.write_bytes(zipped({"一月.xml": JANUARY, "../外面.xml": FEBRUARY}))
    project = new_project(ws)
    (item,) = intake.upload(ws, project, [path])
    assert (item["status"], item["error"]["id"]) == ("refused", "unsafe_archive")
    assert len(events(ws, "document-added")) == 1


def test_extraction_without_a_project_goes_through_containers(archive: Path) -> None:
    found = extracting.extract_files([archive])
    assert [(f.path.relative_to(archive.parent).as_posix(), f.error.id if f.error else None) for f in found] == [
        ("发票.zip/电费/一月.xml", None),
        ("发票.zip/电费/二月.xml", None),
        ("发票.zip/备份/一月.xml", None),
        ("发票.zip/空.xml", "empty_file"),
    ]
    assert found[0].extraction is not None
    assert found[0].extraction.records
