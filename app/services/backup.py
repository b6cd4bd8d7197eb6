"""The whole home directory in one file, consistent while serving; and back."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from app.domain.errors import Conflict, InputRefused, LingtanError, Unavailable, UsageError, system_reason
from app.services.workspace import Workspace
from app.settings import Settings, load_settings
from app.store import rows
from app.store.blobs import Blobs
from app.store.engine import sqlite_file

MANIFEST = "lingtan-backup.json"
FORMAT = 1
DATABASE = "lingtan.db"
PLAIN_FILES = ("lingtan.toml", "keys.json")
"""Small files of the home directory that go in as they are: settings, and the hashes of access keys."""


def backup(ws: Workspace, target: Path) -> dict[str, Any]:
    """Write a .tar.gz of database, blobs, user corpus, settings and keys. The database is copied through SQLite's online backup,
    so a running server may go on; blobs are never changed once written. Derived data is left out: it is rebuilt."""
    source = sqlite_file(ws.settings.database_url)
    if source is None:
        raise Unavailable(
            "backup_database", "当前使用外部数据库，lingtan 不能代为备份", fix="请用数据库自身的备份工具（如 pg_dump），并复制文件目录"
        )
    target = target.expanduser().resolve()
    if target.exists():
        raise Conflict("backup_exists", f"文件已存在：{target.name}", fix="换一个文件名，或先移走旧文件")
    with ws.reading() as c:
        projects = [p.id for p in rows.projects(c)]
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=ws.settings.home) as folder:
            copy = Path(folder) / DATABASE
            with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(copy)) as destination:
                origin.backup(destination)
            manifest = Path(folder) / MANIFEST
            text = json.dumps({"format": FORMAT, "projects": projects, "at": ws.now()}, ensure_ascii=False)
            manifest.write_text(text, "utf-8")
            files = _write(part, ws, manifest, copy)
        part.replace(target)
    except OSError as error:
        raise UsageError(
            "output_not_writable", f"无法写入 {target}：{system_reason(error)}", fix="换一个可写、空间足够的位置", subject=str(target)
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return {"file": str(target), "size": target.stat().st_size, "projects": projects, "files": files}


def _write(part: Path, ws: Workspace, manifest: Path, database: Path) -> int:
    """The archive; returns how many blobs and corpus files are in it. Blobs are listed after the database was copied, so every
    document the copy knows is there."""
    files = 0
    ws.blobs.bring_all()
    with tarfile.open(part, "w:gz", compresslevel=5) as archive:
        archive.add(manifest, MANIFEST)
        archive.add(database, DATABASE)
        for sub, root in (("blobs", ws.blobs.root), ("policy_corpus", ws.settings.corpus)):
            for path in sorted(root.rglob("*")) if root.is_dir() else ():
                if path.is_file() and not path.name.startswith(".part-"):
                    archive.add(path, f"{sub}/{path.relative_to(root).as_posix()}")
                    files += 1
        for name in PLAIN_FILES:
            if (ws.settings.home / name).is_file():
                archive.add(ws.settings.home / name, name)
    return files


def restore(home: Path, source: Path) -> dict[str, Any]:
    """Unpack a backup into a home directory that holds no data yet. Raises Conflict otherwise, InputRefused on a damaged or
    foreign file; a failed restore leaves nothing behind."""
    home = home.resolve()
    if (home / DATABASE).exists() or any(p.is_file() for p in (home / "blobs").rglob("*")):
        raise Conflict("home_not_empty", f"数据目录 {home} 已有数据", fix="用 --home 指定一个新的空目录来恢复")
    if not source.is_file():
        raise UsageError("backup_missing", f"找不到备份文件 {source}", fix="检查路径", subject=str(source))
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home) as folder:
            manifest = _unpack(source, Path(folder))
            settings = _settings(home, Path(folder))
            _move_in(Path(folder), settings)
    except OSError as error:
        raise UsageError(
            "output_not_writable", f"无法写入 {home}：{system_reason(error)}", fix="换一个可写、空间足够的目录", subject=str(home)
        ) from error
    return {"home": str(home), "projects": manifest["projects"], "at": manifest["at"]}


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    """The archive's content in ``folder``, checked; returns the manifest."""
    damaged = InputRefused(
        "backup_damaged", "这不是有效的 lingtan 备份，或文件已损坏", fix="换一份备份文件", subject=source.name
    )
    try:
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(folder, filter="data")
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        if manifest["format"] != FORMAT:
            raise InputRefused("backup_format", "备份文件的版本不受支持", fix="用生成它的 lingtan 版本恢复")
        if not (isinstance(manifest["projects"], list) and isinstance(manifest["at"], str)):
            raise damaged
        if not (folder / DATABASE).is_file():
            raise damaged
        with closing(sqlite3.connect(folder / DATABASE)) as database:
            if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise damaged
            known = [row[0] for row in database.execute("SELECT DISTINCT sha256 FROM document")]
        blobs = Blobs(folder / "blobs")
        if not all(blobs.intact(sha256) for sha256 in known):
            raise damaged
    except LingtanError as error:
        raise error if isinstance(error, InputRefused) else damaged from error
    except (tarfile.TarError, zlib.error, OSError, EOFError, KeyError, TypeError, ValueError, sqlite3.Error) as error:
        raise damaged from error
    return manifest


def _settings(home: Path, folder: Path) -> Settings:
    """The settings the restored home will have: those of the backup, under today's environment."""
    given = folder / "lingtan.toml"
    settings = load_settings(home, toml=given.read_text("utf-8") if given.is_file() else None)
    target = sqlite_file(settings.database_url)
    if target is None:
        raise Unavailable(
            "backup_database", "当前设置使用外部数据库，不能恢复到其中", fix="去掉 LINGTAN_DATABASE_URL 后恢复到本机目录"
        )
    if target.exists():
        raise Conflict("home_not_empty", f"数据库 {target} 已存在", fix="移走该文件，或去掉 LINGTAN_DATABASE_URL")
    return settings


def _move_in(folder: Path, settings: Settings) -> None:
    """Everything to its place, the database last: until it is there, the home directory counts as empty."""
    blobs = Blobs.from_url(settings.blob_url, cache=settings.derived / "blobs")
    for name, target in (("blobs", blobs.root), ("policy_corpus", settings.corpus)):
        for path in sorted((folder / name).rglob("*")):
            if path.is_file():
                place = target / path.relative_to(folder / name)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, place)
    blobs.send_all()
    for name in PLAIN_FILES:
        if (folder / name).is_file():
            shutil.move(folder / name, settings.home / name)
    database = sqlite_file(settings.database_url)
    assert database is not None
    database.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(folder / DATABASE, database)
