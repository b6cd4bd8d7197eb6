"""Uploaded parts of a request: kept in a project, or laid out as plain files for work that keeps nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from fastapi import UploadFile

from app.domain.errors import LingtanError
from app.domain.project import Project
from app.services import intake
from app.services.workspace import Workspace


@dataclass(slots=True, kw_only=True)
class Reception:
    """What became of the files of one upload: sha256 of those to read, (name, why) of those refused, names already held."""

    received: list[str] = field(default_factory=list)
    refused: list[tuple[str, LingtanError]] = field(default_factory=list)
    known: list[str] = field(default_factory=list)


def receive_files(ws: Workspace, project: Project, files: Sequence[UploadFile]) -> Reception:
    """Store each file; a bad one is reported and does not stop the others."""
    out = Reception()
    for file in files:
        name = given_name(file)
        try:
            item = intake.receive(ws, project, _chunks(file.file), name)
        except LingtanError as error:
            out.refused.append((name, error))
            continue
        if item.state == "duplicate" or item.sha256 in out.received:
            out.known.append(name)
        else:
            out.received.append(item.sha256)
    return out


@contextmanager
def as_paths(files: Sequence[UploadFile]) -> Iterator[list[Path]]:
    """The files under their own names in a folder that lives as long as the context; two of one name do not meet."""
    with tempfile.TemporaryDirectory(prefix="lingtan-") as folder:
        paths = []
        for number, file in enumerate(files):
            place = Path(folder) / str(number)
            place.mkdir()
            path = place / given_name(file)
            with path.open("wb") as out:
                shutil.copyfileobj(file.file, out)
            paths.append(path)
        yield paths


def shown_name(path: Path, paths: Sequence[Path]) -> str:
    """The name a file of ``as_paths`` was given, or ``archive/member`` for what came out of one."""
    source = next((p for p in paths if path == p or p in path.parents), None)
    return path.relative_to(source.parent).as_posix() if source else path.name


def given_name(file: UploadFile) -> str:
    """The last part of the name the browser gave, short enough for any file system."""
    name = PurePosixPath((file.filename or "").replace("\\", "/")).name.replace("\0", "")
    while len(name.encode()) > 200:
        stem, dot, ending = name.rpartition(".")
        name = stem[:-1] + dot + ending if dot and stem else name[:-1]
    return name if name.strip(". ") else "未命名"


def _chunks(source: Any) -> Iterator[bytes]:
    while chunk := source.read(1 << 20):
        yield chunk
