"""Documents to proposed activity data, without any project."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from app.domain.activity import DocumentKind, Extraction
from app.domain.errors import InputRefused
from app.domain.plain import to_plain
from app.services.candidates import model_at
from app.services.intake import expand, extract_document, read_files


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedFile:
    """One paper of a file and what it gave: an extraction, or the refusal. A file of several invoices gives several, in order."""

    path: Path
    sha256: str | None
    extraction: Extraction | None = None
    error: InputRefused | None = None


def extract_files(paths: Sequence[Path], home: Path | None = None) -> list[ExtractedFile]:
    """Read (in the sandbox) and extract each file; folders are walked. Nothing is raised for a bad file; a fault of
    the extractor is written to the log under ``home``, when one is given. A configured chat model names candidates in papers of no known
    layout (see app.services.candidates)."""
    complete = model_at(home)
    out: list[ExtractedFile] = []
    readable: list[Path] = []
    for path in expand(paths):
        if path.is_file():
            readable.append(path)
        else:
            out.append(
                ExtractedFile(
                    path=path,
                    sha256=None,
                    error=InputRefused("file_missing", f"没有文件 {path}", fix="检查路径", subject=str(path)),
                )
            )
    with tempfile.TemporaryDirectory(prefix="lingtan-") as folder:
        files, refused = _taken_apart(readable, Path(folder))
        out += refused
        for (shown, path), document in zip(files, read_files([(p, p.name) for _, p in files]), strict=True):
            with path.open("rb") as source:
                sha256 = hashlib.file_digest(source, "sha256").hexdigest()
            if isinstance(document, InputRefused):
                out.append(ExtractedFile(path=shown, sha256=sha256, error=document))
                continue
            try:
                extraction = extract_document(home, document, complete)
                out += [ExtractedFile(path=shown, sha256=sha256, extraction=e) for e in _apart(extraction)]
            except InputRefused as error:
                out.append(ExtractedFile(path=shown, sha256=sha256, error=error))
    return out


def _apart(extraction: Extraction) -> list[Extraction]:
    """The papers of a file; each also carries the findings on the file as a whole."""
    if not extraction.parts:
        return [extraction]
    shared = tuple(f for f in extraction.findings if "part" not in f.data)
    return [
        replace(p, findings=(*(f for f in shared if f not in p.findings), *p.findings)) for p in extraction.parts
    ]


def _taken_apart(paths: Sequence[Path], folder: Path) -> tuple[list[tuple[Path, Path]], list[ExtractedFile]]:
    """(path to show, path to read) of every file, members in place of their archive or mail and laid out under ``folder``; and the
    containers that were refused."""
    from ingestion.containers import unpack

    files: list[tuple[Path, Path]] = []
    refused: list[ExtractedFile] = []
    for path in paths:
        try:
            members = unpack(path)
        except InputRefused as error:
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            refused.append(ExtractedFile(path=path, sha256=sha256, error=error))
            continue
        if members is None:
            files.append((path, path))
        for member in members or ():
            # A number for a folder: two members of one name do not meet, and nothing in a name can lead anywhere.
            place = folder / str(len(files))
            place.mkdir()
            name = PurePosixPath(member.name).name.encode()[-120:].decode("utf-8", "ignore") or "未命名"
            (place / name).write_bytes(member.data)
            files.append((path / member.name, place / name))
    return files, refused


def extraction_to_json(item: ExtractedFile, *, explain: bool = False) -> dict[str, Any]:
    """One document of the contract's ``extract --json``."""
    if item.extraction is None:
        assert item.error is not None
        finding: dict[str, Any] = {
            "id": item.error.id,
            "severity": "blocking",
            "message": item.error.message,
            "subjects": [item.path.name],
            "data": {},
            "clause": None,
            "fix": item.error.fix,
        }
        return {
            "file": str(item.path),
            "sha256": item.sha256,
            "kind": DocumentKind.UNREADABLE.value,
            "kind_label": DocumentKind.UNREADABLE.label,
            "source": None,
            "pages": 0,
            "fields": {},
            "lines": [],
            "records": [],
            "findings": [finding],
            "error": item.error.to_plain(),
        }
    e = item.extraction
    out: dict[str, Any] = {
        "file": str(item.path),
        "sha256": e.sha256,
        "kind": e.kind.value,
        "kind_label": e.kind.label,
        "source": e.source.value if e.source else None,
        "pages": e.pages,
        "fields": {f.name: {k: v for k, v in to_plain(f).items() if k != "name"} for f in e.fields},
        "lines": to_plain(e.lines),
        "records": [{**to_plain(r), "carrier_label": r.carrier.label} for r in e.records],
        "findings": to_plain(e.findings),
    }
    if e.page_numbers:
        out["page_numbers"] = list(e.page_numbers)
    if explain:
        out["template"] = e.template
        out["explanation"] = list(e.explanation)
    return out
