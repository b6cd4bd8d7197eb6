"""A policy file on its way in: kept aside with what was said about it, until somebody has seen what it would change."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from app.domain.errors import NotFound
from app.services.policy_meta import dump_toml
from app.services.workspace import Workspace

FOLDER = "incoming"
ABOUT = "about.toml"
KEPT = 20
_TOKEN = re.compile(r"[0-9a-f]{16}")


def keep(ws: Workspace, path: Path, about: Mapping[str, object]) -> str:
    """Copy a file aside with its record (fields of M.toml); the token names it. Only the latest are kept."""
    root = ws.settings.derived / FOLDER
    token = secrets.token_hex(8)
    place = root / token
    (place / "file").mkdir(parents=True)
    shutil.copyfile(path, place / "file" / path.name)
    (place / ABOUT).write_text(dump_toml({k: v for k, v in about.items() if v}), encoding="utf-8")
    for old in sorted((p for p in root.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return token


def kept(ws: Workspace, token: str) -> tuple[Path, str]:
    """The file and the text of its record. Raises NotFound for one that is no longer kept."""
    place = ws.settings.derived / FOLDER / token
    if not _TOKEN.fullmatch(token) or not (place / ABOUT).is_file():
        raise NotFound("incoming_gone", "这次上传的文件已不在暂存区。", fix="重新上传。", subject=token)
    return next((place / "file").iterdir()), (place / ABOUT).read_text(encoding="utf-8")


def discard(ws: Workspace, token: str) -> None:
    if _TOKEN.fullmatch(token):
        shutil.rmtree(ws.settings.derived / FOLDER / token, ignore_errors=True)
