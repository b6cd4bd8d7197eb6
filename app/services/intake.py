"""Documents in: store the bytes, read them in the sandbox, extract, reconcile, propose. Every step may be repeated: the same
bytes are one document, and a document that was read is not read again. One that was refused is tried again when it is sent again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from app.domain.activity import Extraction, ProposedRecord
from app.domain.errors import InputRefused, LingtanError, NotFound, UsageError
from app.domain.finding import Finding, Severity
from app.domain.page import Document
from app.domain.plain import to_plain
from app.domain.project import Project
from app.domain.stored import StoredDocument
from app.services.candidates import Complete, model_of, with_candidates
from app.services.incidents import note_incident
from app.services.receiving import Received, receive, receive_file
from app.services.reconcile import Arrival, against_profile, invoice_key, reconcile
from app.services.unpacking import take_apart
from app.services.workspace import Workspace
from app.store import rows

__all__ = ["Received", "document_summary", "process", "receive", "receive_file", "upload"]

Progress = Callable[[str, str], None]
"""Called with (filename, stage in Chinese)."""


def process(ws: Workspace, project: Project, sha256: str, *, document: Document | InputRefused | None = None) -> StoredDocument:
    """Read, extract and propose one stored document; returns its row. Already-read documents are returned as they are.

    ``document`` may carry a page model (or refusal) that a batch reader has already produced."""
    with ws.reading() as c:
        known = rows.find_document(c, project.id, sha256)
    if known is None:
        raise NotFound("document_not_found", "没有这份文件", subject=sha256)
    if known.status != "queued":
        return known
    try:
        if document is None:
            inside = take_apart(ws, project, sha256, known.filename)
            if inside is not None:
                for item in inside:
                    process(ws, project, item.received.sha256)
                with ws.reading() as c:
                    return _row(c, project.id, sha256)
            document = next(iter(read_files([(ws.blobs.path(sha256), known.filename)])))
        if isinstance(document, InputRefused):
            raise document
        extraction = extract_document(ws.settings.home, document, model_of(ws.settings))
    except InputRefused as refusal:
        return refuse(ws, project, sha256, refusal)
    _keep_pages(ws, document)
    with ws.writing() as c:
        if _still_queued(c, project.id, sha256):
            propose(ws, c, project, document, extraction)
        return _row(c, project.id, sha256)


def extract_document(home: Path | None, document: Document, complete: Complete | None = None) -> Extraction:
    """The extraction of one document, with candidates of a chat model's ``complete`` where there is one. A fault of the extractor refuses
    this document and never stops the others: the traceback goes to the log under ``home``."""
    from extractors import extract
    from ingestion.ocr import settle
    from ingestion.qr import check_codes

    try:
        extraction = with_candidates(document, extract(document), complete)
        return settle(check_codes(extraction, document), document)
    except LingtanError:
        raise
    except Exception as error:
        note_incident(home, error, f"extract {document.sha256}")
        raise InputRefused(
            "extraction_failed",
            f"提取“{document.filename}”时程序出错，这份文件未使用",
            fix="请把这一情况反馈给维护者；升级后重新上传同一份文件即可再次提取",
            subject=document.filename,
        ) from error


def _row(c: Connection, project_id: str, sha256: str) -> StoredDocument:
    row = rows.find_document(c, project_id, sha256)
    assert row is not None
    return row


def _still_queued(c: Connection, project_id: str, sha256: str) -> bool:
    return _row(c, project_id, sha256).status == "queued"


def _keep_pages(ws: Workspace, document: Document) -> None:
    """The page model beside the blob: for the review page, for search, and for the assistant. Derived data, can be rebuilt."""
    folder = ws.settings.derived / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{document.sha256}.json"
    if not target.exists():
        temporary = target.with_suffix(".part")
        temporary.write_text(json.dumps(to_plain(document), ensure_ascii=False), "utf-8")
        temporary.replace(target)


def propose(ws: Workspace, c: Connection, project: Project, document: Document, extraction: Extraction) -> None:
    """Log the document as read, with its records as they stand among those already there."""
    records = tuple(
        against_profile(r, extraction.paper_of(r.id), project.profile) for r in extraction.records
    )
    extraction = _with_records(extraction, records)
    key = invoice_key(extraction)
    others = {d.sha256: d for d in rows.documents(c, project.id) if d.sha256 != document.sha256}
    outcome = reconcile(Arrival(extraction=extraction, documents=others, records=rows.records(c, project.id)))
    mine = {r.id for r in records}
    extraction = _with_records(
        replace(extraction, findings=(*extraction.findings, *outcome.findings)),
        tuple(flagged(r, outcome.flags.get(r.id, ())) for r in records),
    )
    extraction = _warn_on_records(extraction)
    ws.record(
        c,
        project.id,
        "document-read",
        {
            "sha256": document.sha256,
            "kind": extraction.kind.value,
            "source": extraction.source.value if extraction.source else None,
            "pages": document.page_count,
            "media": document.media.value,
            "invoice_key": key,
            "extraction": to_plain(extraction),
            "records": [to_plain(r) for r in extraction.records],
        },
    )
    for id, findings in outcome.flags.items():
        if id not in mine:
            ws.record(c, project.id, "record-flagged", {"id": id, "findings": to_plain(findings)})
    for merge in outcome.merges:
        ws.record(
            c,
            project.id,
            "record-merged",
            {"id": merge.loser, "into": merge.winner, "document": merge.document, "why": merge.why},
        )


def upload(ws: Workspace, project: Project, paths: Sequence[Path], progress: Progress | None = None) -> list[dict[str, Any]]:
    """Receive and process files and folders; one summary a file, in order. Files that cannot be used are reported, not raised."""
    report = progress or (lambda name, stage: None)
    out: list[dict[str, Any]] = []
    todo: dict[str, Received] = {}
    for path in expand(paths):
        report(path.name, "接收")
        try:
            received = receive_file(ws, project, path)
        except LingtanError as refusal:
            out.append({"file": str(path), "sha256": None, "status": "refused", "error": refusal.to_plain(), "findings": []})
            continue
        for file, member in _with_members(ws, project, str(path), received, skip=received.sha256 in todo):
            twice = member.sha256 in todo
            out.append({"file": file, "sha256": member.sha256, "status": "duplicate" if twice else member.state})
            if member.state != "duplicate" and not twice:
                todo[member.sha256] = member
    for sha256, document in _read_all(ws, list(todo.values()), report):
        process(ws, project, sha256, document=document)
    with ws.reading() as c:
        for item in out:
            if item["sha256"] and (row := rows.find_document(c, project.id, item["sha256"])):
                item.update(document_summary(row) | {"file": item["file"], "status": _status(item["status"], row)})
    return out


def _with_members(
    ws: Workspace, project: Project, file: str, received: Received, *, skip: bool
) -> list[tuple[str, Received]]:
    """The file itself and, when it is an archive or a mail, what came out of it, each with the name to report it under."""
    own = [(file, received)]
    if received.state == "duplicate" or skip:
        return own
    try:
        inside = take_apart(ws, project, received.sha256, received.filename) or ()
    except InputRefused as refusal:
        refuse(ws, project, received.sha256, refusal)
        return own
    return own + [(f"{file}/{item.name}", item.received) for item in inside]


def refuse(ws: Workspace, project: Project, sha256: str, refusal: InputRefused) -> StoredDocument:
    """Log a queued document as refused; its row."""
    with ws.writing() as c:
        if _still_queued(c, project.id, sha256):
            ws.record(c, project.id, "document-refused", {"sha256": sha256, "error": refusal.to_plain()})
        return _row(c, project.id, sha256)


def _status(state: str, row: StoredDocument) -> str:
    return "duplicate" if state == "duplicate" else row.status


def _read_all(ws: Workspace, received: list[Received], report: Progress) -> Iterable[tuple[str, Document | InputRefused]]:
    files = [(ws.blobs.path(item.sha256), item.filename) for item in received]
    for item, document in zip(received, read_files(files, report), strict=True):
        yield item.sha256, document


def read_files(files: Iterable[tuple[Path, str]], report: Progress | None = None) -> Iterator[Document | InputRefused]:
    """One document or refusal a (path, file name), in order, all read in one sandboxed worker process. Pages that are pictures are
    recognised in another, which starts with the first of them."""
    from ingestion.ocr import complete
    from ingestion.sandbox import Worker, read_with

    with Worker() as worker:
        for path, name in files:
            if report:
                report(name, "读取")
            try:
                document = read_with(worker, path, filename=name)
                if report and any(page.scanned for page in document.pages):
                    report(name, "识别图片文字")
                yield complete(document, path, filename=name, worker=worker)
            except InputRefused as refusal:
                yield refusal


def flagged(record: ProposedRecord, findings: Iterable[Finding]) -> ProposedRecord:
    """The record with further findings: no longer for bulk confirmation."""
    new = tuple(f for f in findings if f not in record.findings)
    return replace(record, needs_review=True, findings=record.findings + new) if new else record


def _warn_on_records(extraction: Extraction) -> Extraction:
    """What blocks the document stands on each of its records too: the person decides record by record."""
    blocking = tuple(f for f in extraction.findings if f.severity is Severity.BLOCKING)
    if not extraction.parts:
        return replace(extraction, records=tuple(flagged(r, blocking) for r in extraction.records))
    part = {r.id: str(n) for n, p in enumerate(extraction.parts, 1) for r in p.records}
    records = tuple(
        flagged(r, (f for f in blocking if f.data.get("part", part[r.id]) == part[r.id])) for r in extraction.records
    )
    return _with_records(extraction, records)


def _with_records(extraction: Extraction, records: tuple[ProposedRecord, ...]) -> Extraction:
    """``extraction`` with these records in place of its own of the same ids, in the file and in each of its papers."""
    by_id = {r.id: r for r in records}
    parts = tuple(replace(p, records=tuple(by_id[r.id] for r in p.records)) for p in extraction.parts)
    return replace(extraction, records=records, parts=parts)


def process_pending(ws: Workspace, project: Project) -> int:
    """Process what an interrupted upload left queued; returns how many."""
    with ws.reading() as c:
        waiting = rows.documents(c, project.id, status="queued")
    for row in waiting:
        process(ws, project, row.sha256)
    return len(waiting)


def expand(paths: Sequence[Path]) -> list[Path]:
    """Folders become their files (hidden ones left out), sorted by name. Raises UsageError when there is nothing to read."""
    out: list[Path] = []
    for path in paths:
        if path.is_dir():
            out += sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        else:
            out.append(path)
    if not out:
        raise UsageError(
            "empty_folder", f"文件夹 {paths[0]} 里没有文件" if paths else "没有给出文件", fix="检查路径；以“.”开头的隐藏文件不读", subject=str(paths[0]) if paths else ""
        )
    return out


def document_summary(row: StoredDocument) -> dict[str, Any]:
    """One document as the commands and the API print it."""
    extraction = row.extraction
    findings = [to_plain(f) for f in extraction.findings] if extraction else []
    records = extraction.records if extraction else ()
    return {
        "file": row.filename,
        "sha256": row.sha256,
        "aliases": list(row.aliases),
        "status": row.status,
        "kind": row.kind if row.status == "read" else ("unreadable" if row.status == "refused" else None),
        "source": row.source,
        "pages": row.pages,
        "size": row.size,
        "papers": len(extraction.papers) if extraction and row.status == "read" else 0,
        "records": len(records),
        "needs_review": sum(1 for r in records if r.needs_review),
        "findings": findings,
        "error": row.error,
    }
