"""What must hold when one file is read: an answer of the agreed kind, soon, sound, and never empty in silence."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

from app.domain.errors import InputRefused
from app.domain.page import Document
from app.domain.plain import from_plain, to_plain
from ingestion.containers import Member, may_be_container, unpack, unpack_bytes

SLOW_SECONDS = 20.0
"""Processor seconds for one small file that count as a hang. The sandbox ends a file at sixty."""
TODAY = date(2026, 6, 1)
MOST_MEMBERS = 12


def check(data: bytes, filename: str) -> tuple[str, str]:
    """(outcome, problem) of reading ``data`` in this process: a refusal's id, ``read`` or ``container``; the problem is empty when
    all holds. MemoryError passes through."""
    began = time.process_time()
    try:
        members = unpack_bytes(data, filename) if may_be_container(data[:8192], filename) else None
        outcome, problem = _file(data, filename) if members is None else _container(members, filename)
    except InputRefused as refusal:
        outcome, problem = refusal.id, _told(refusal)
    except MemoryError:
        raise
    except Exception as error:
        return "error", f"{type(error).__name__}: {error}"[:300]
    used = time.process_time() - began
    return outcome, problem or (f"slow: {used:.0f} s" if used > SLOW_SECONDS else "")


def _container(members: tuple[Member, ...], filename: str) -> tuple[str, str]:
    if not members:
        return "container", f"nothing came out of {filename} and nothing was said"
    for member in members[:MOST_MEMBERS]:
        try:
            _, problem = _file(member.data, member.name)
        except InputRefused as refusal:
            problem = _told(refusal)
        if problem:
            return "container", f"{member.name}: {problem}"
    return "container", ""


def _told(refusal: InputRefused) -> str:
    return "" if refusal.id and refusal.message and refusal.fix else f"refusal {refusal.id} says too little"


def _file(data: bytes, filename: str) -> tuple[str, str]:
    from extractors import extract
    from ingestion.reading import read_document

    document = read_document(data, filename)
    problem = unsound(document)
    extraction = extract(document, today=TODAY)
    said = document.findings or extraction.findings or extraction.fields or extraction.records
    if not problem and not said and not _content(document):
        problem = "no content and no word about it"
    for record in extraction.records:
        if not (record.quantity and record.unit) and not record.needs_review:
            problem = problem or f"record {record.id} has no quantity or unit, and nobody is asked"
    return "read", problem


def _content(document: Document) -> bool:
    return bool(document.tables or document.tags or any(p.strip() for p in document.paragraphs) or any(p.words or p.scanned for p in document.pages))


def unsound(document: Document) -> str:
    """What contradicts the page model, empty when nothing does."""
    for page in document.pages:
        if not (page.width > 0 and page.height > 0):
            return f"page of {page.width} × {page.height}"
        for box in [w.bbox for w in page.words] + [r.bbox for r in page.rules]:
            if not (0 <= box[0] <= box[2] <= 1 and 0 <= box[1] <= box[3] <= 1):
                return f"box {box}"
        if any(not w.text or w.text.isspace() for w in page.words):
            return "a word without text"
    return "" if from_plain(Document, to_plain(document)) == document else "the document does not survive being written down"


def check_in_sandbox(data: bytes, filename: str, folder: Path) -> tuple[str, str]:
    """As ``check`` through the process that an upload uses."""
    from ingestion.sandbox import read_in_sandbox

    path = folder / "file"
    path.write_bytes(data)
    try:
        if unpack(path, filename=filename) is None:
            read_in_sandbox(path, filename=filename)
        return "read", ""
    except InputRefused as refusal:
        problem = _told(refusal)
        # The limits hold, but a small file should never need them.
        if not problem and refusal.id in ("reader_timeout", "reader_crashed"):
            problem = f"sandbox: {refusal.id}"
        return refusal.id, problem
    except Exception as error:
        return "error", f"sandbox: {type(error).__name__}: {error}"[:300]
