"""A file into a project: its bytes stored once under their hash, its arrival logged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import InputRefused, system_reason
from app.domain.project import Project
from app.services.workspace import Workspace
from app.store import rows

MAX_BYTES = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """``state`` is new | queued (stored before, not read yet or refused: it is tried again) | duplicate (read before)."""

    sha256: str
    filename: str
    state: str


def receive(
    ws: Workspace, project: Project, chunks: Iterable[bytes], filename: str, *, container: str | None = None
) -> Received:
    """Store one file of a project; ``container`` is the sha256 of the archive or mail it came out of, ``filename`` its path there.
    Raises InputRefused when it is empty or too large."""
    name = Path(filename.replace("\\", "/")).name[:300] or "未命名"
    sha256, size = ws.blobs.put(chunks, limit=MAX_BYTES)
    if size == 0:
        raise InputRefused("empty_file", f"文件“{name}”是空的", fix="请重新导出或下载后再上传", subject=name)
    with ws.writing() as c:
        known = rows.find_document(c, project.id, sha256)
        if known is None:
            origin = {"container": container, "member": filename} if container else {}
            ws.record(c, project.id, "document-added", {"sha256": sha256, "filename": name, "size": size} | origin)
            return Received(sha256=sha256, filename=name, state="new")
        if name != known.filename and name not in known.aliases:
            ws.record(c, project.id, "document-alias", {"sha256": sha256, "filename": name})
        if known.status == "refused":
            ws.record(c, project.id, "document-retried", {"sha256": sha256})
        state = "duplicate" if known.status == "read" else "queued"
        return Received(sha256=sha256, filename=known.filename, state=state)


def receive_file(ws: Workspace, project: Project, path: Path) -> Received:
    if path.exists() and not path.is_file():
        raise InputRefused("not_a_file", f"{path} 不是普通文件", fix="请给出文件或文件夹", subject=str(path))
    try:
        with path.open("rb") as source:
            return receive(ws, project, iter(lambda: source.read(1 << 20), b""), path.name)
    except OSError as error:
        raise InputRefused(
            "file_unreadable", f"无法打开 {path}：{system_reason(error)}", fix="检查路径和权限", subject=str(path)
        ) from error
