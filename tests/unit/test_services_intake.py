"""Files in: same bytes once, refusals kept and tried again, faults contained."""

from __future__ import annotations

from pathlib import Path

import pytest
from ledger_builders import new_project

from app.demo.invoice_xml import write_invoice_xml
from app.demo.purchases import auxiliary_invoice
from app.domain.errors import InputRefused, NotFound, UsageError
from app.services import extracting, intake
from app.services.verification import verify_project
from app.services.workspace import Workspace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two invoices, one of them twice, a hidden file, and one that is no document."""
    root = tmp_path / "in"
    (root / "sub").mkdir(parents=True)
    (root / "a.xml").write_bytes(write_invoice_xml(auxiliary_invoice(1)))
    (root / "copy.xml").write_bytes(write_invoice_xml(auxiliary_invoice(1)))
    (root / "sub/b.xml").write_bytes(write_invoice_xml(auxiliary_invoice(2)))
    (root / ".hidden").write_bytes(b"x")
    (root / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    return root


def test_the_same_bytes_are_one_document_within_and_between_uploads(ws: Workspace, folder: Path) -> None:
    project = new_project(ws)
    first = intake.upload(ws, project, [folder])
    assert [(Path(i["file"]).name, i["status"]) for i in first] == [
        ("a.xml", "read"),
        ("broken.pdf", "refused"),
        ("copy.xml", "duplicate"),
        ("b.xml", "read"),
    ]
    again = intake.upload(ws, project, [folder / "a.xml", folder / "sub"])
    assert [i["status"] for i in again] == ["duplicate", "duplicate"]
    with ws.reading() as c:
        assert c.exec_driver_sql("SELECT filename, aliases FROM document WHERE filename = 'a.xml'").all() == [("a.xml", '["copy.xml"]')]
        assert c.exec_driver_sql("SELECT count(*) FROM document").scalar() == 3
    assert verify_project(ws, project)["findings"] == []


def test_a_refused_file_is_reported_and_tried_again_when_sent_again(
    ws: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = new_project(ws)

    def busy(*_: object, **__: object) -> object:
        raise InputRefused("time_limit", "读取超时", fix="重试")

    with monkeypatch.context() as m:
        m.setattr("ingestion.sandbox.read_with", busy)
        (item,) = intake.upload(ws, project, [folder / "a.xml"])
        assert (item["status"], item["error"]["id"]) == ("refused", "time_limit")
    (item,) = intake.upload(ws, project, [folder / "a.xml"])
    assert (item["status"], item["error"]) == ("read", None)
    assert item["records"] == 1
    assert verify_project(ws, project)["findings"] == []


def test_a_fault_of_an_extractor_stops_neither_the_others_nor_the_project(
    ws: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import extractors

    real = extractors.extract

    def faulty(document: object) -> object:
        if document.filename == "a.xml":  # type: ignore[attr-defined]
            raise ZeroDivisionError("a fault")
        return real(document)  # type: ignore[arg-type]

    monkeypatch.setattr(extractors, "extract", faulty)
    project = new_project(ws)
    items = intake.upload(ws, project, [folder / "a.xml", folder / "sub"])
    assert [i["status"] for i in items] == ["refused", "read"]
    assert items[0]["error"]["id"] == "extraction_failed"
    assert "ZeroDivisionError: a fault" in (ws.settings.home / "logs/errors.log").read_text("utf-8")
    shown = extracting.extract_files([folder / "a.xml"], ws.settings.home)
    assert extracting.extraction_to_json(shown[0])["error"]["id"] == "extraction_failed"
    monkeypatch.setattr(extractors, "extract", real)
    assert intake.upload(ws, project, [folder / "a.xml"])[0]["status"] == "read"


def test_what_an_interrupted_upload_left_is_processed_later(ws: Workspace, folder: Path) -> None:
    project = new_project(ws)
    received = intake.receive_file(ws, project, folder / "a.xml")
    assert received.state == "new"
    assert intake.receive_file(ws, project, folder / "copy.xml").state == "queued"
    assert intake.process_pending(ws, project) == 1
    assert intake.process_pending(ws, project) == 0
    assert intake.process(ws, project, received.sha256).status == "read"
    with pytest.raises(NotFound):
        intake.process(ws, project, "0" * 64)


def test_files_that_cannot_be_received(ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = new_project(ws)
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "large.pdf").write_bytes(b"x" * 2048)
    monkeypatch.setattr("app.services.receiving.MAX_BYTES", 1024)
    items = intake.upload(ws, project, [tmp_path / n for n in ("empty.pdf", "large.pdf", "absent.pdf")] + [Path("/dev/zero")])
    assert [i["error"]["id"] for i in items] == ["empty_file", "too_large", "file_unreadable", "not_a_file"]
    assert all(i["error"]["fix"] for i in items)
    with ws.reading() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM document").scalar() == 0


def test_an_empty_folder_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        intake.expand([tmp_path])
    assert caught.value.id == "empty_folder"


@pytest.mark.parametrize(("given", "kept"), [("..\\..\\evil.pdf", "evil.pdf"), ("a/b/c.pdf", "c.pdf"), ("", "未命名"), ("长" * 400, "长" * 300)])
def test_file_names_are_only_names(ws: Workspace, given: str, kept: str) -> None:
    assert intake.receive(ws, new_project(ws), [b"x"], given).filename == kept
