"""The whole home directory in one file, consistent while serving; and back."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from app.domain.errors import Conflict, InputRefused, Unavailable, UsageError
from app.services.workspace import Workspace
from app.store import rows

MANIFEST = "lingtan-backup.json"
FORMAT = 1


def backup(ws: Workspace, target: Path) -> dict[str, Any]:
    """Write a .tar.gz of database, blobs, user corpus and settings. The database is copied through SQLite's online backup, so
    a running server may go on; blobs are never changed once written. Derived data is left out: it is rebuilt."""
    if ws.engine.url.get_backend_name() != "sqlite":
        raise Unavailable(
            "backup_database", "当前使用外部数据库，lingtan 不能代为备份", fix="请用数据库自身的备份工具（如 pg_dump），并复制文件目录"
        )
    target = target.expanduser().resolve()
    if target.exists():
        raise Conflict("backup_exists", f"文件已存在：{target.name}", fix="换一个文件名，或先移走旧文件")
    target.parent.mkdir(parents=True, exist_ok=True)
    with ws.reading() as c:
        projects = [p.id for p in rows.projects(c)]
    with tempfile.TemporaryDirectory(dir=ws.settings.home) as folder:
        copy = Path(folder) / "lingtan.db"
        source = sqlite3.connect(str(ws.engine.url.database))
        destination = sqlite3.connect(copy)
        try:
            source.backup(destination)
        finally:
            source.close()
            destination.close()
        part = target.with_name(target.name + ".part")
        files = 0
        with tarfile.open(part, "w:gz", compresslevel=5) as archive:
            manifest = Path(folder) / MANIFEST
            manifest.write_text(json.dumps({"format": FORMAT, "projects": projects, "at": ws.now()}, ensure_ascii=False), "utf-8")
            archive.add(manifest, MANIFEST)
            archive.add(copy, "lingtan.db")
            for sub, root in (("blobs", ws.blobs.root), ("policy_corpus", ws.settings.corpus)):
                for path in sorted(root.rglob("*")) if root.is_dir() else ():
                    if path.is_file() and not path.name.startswith(".part-"):
                        archive.add(path, f"{sub}/{path.relative_to(root).as_posix()}")
                        files += 1
            settings = ws.settings.home / "lingtan.toml"
            if settings.is_file():
                archive.add(settings, "lingtan.toml")
        part.replace(target)
    return {"file": str(target), "size": target.stat().st_size, "projects": projects, "files": files}


def restore(home: Path, source: Path) -> dict[str, Any]:
    """Unpack a backup into a home directory that holds no database yet. Raises Conflict otherwise, InputRefused on a damaged
    or foreign file; a failed restore leaves nothing behind."""
    home = home.resolve()
    if (home / "lingtan.db").exists():
        raise Conflict("home_not_empty", f"数据目录 {home} 已有数据", fix="用 --home 指定一个新的空目录来恢复")
    if not source.is_file():
        raise UsageError("backup_missing", f"找不到备份文件 {source}", fix="检查路径")
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home) as folder:
        try:
            with tarfile.open(source, "r:gz") as archive:
                archive.extractall(folder, filter="data")
            manifest = json.loads((Path(folder) / MANIFEST).read_text("utf-8"))
            if manifest.get("format") != FORMAT:
                raise InputRefused("backup_format", "备份文件的版本不受支持", fix="用生成它的 lingtan 版本恢复")
            check = sqlite3.connect(Path(folder) / "lingtan.db").execute("PRAGMA integrity_check").fetchone()
            if check != ("ok",):
                raise InputRefused("backup_damaged", "备份文件中的数据库已损坏", fix="换一份备份")
        except (tarfile.TarError, OSError, EOFError, KeyError, ValueError, sqlite3.DatabaseError) as error:
            raise InputRefused("backup_damaged", "这不是有效的 lingtan 备份，或文件已损坏", fix="换一份备份文件") from error
        for name in ("blobs", "policy_corpus", "lingtan.toml", "lingtan.db"):
            part = Path(folder) / name
            if part.exists():
                shutil.move(part, home / name)
    return {"home": str(home), "projects": manifest["projects"], "at": manifest["at"]}
