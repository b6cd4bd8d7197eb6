"""Access keys: needed for the API and the pages as soon as one exists, and to listen on anything but this machine.

A key is shown once; what is kept is its sha256. It carries 256 random bits, so a slow password hash would add nothing."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.domain.errors import Conflict, InputRefused, NotFound, UsageError
from app.services.workspace import Workspace


def _read(ws: Workspace) -> list[dict[str, str]]:
    """The stored keys. Raises InputRefused when the file is damaged: nobody gets in by damaging it."""
    file = ws.settings.home / "keys.json"
    if not file.is_file():
        return []
    try:
        keys = json.loads(file.read_text("utf-8"))
        return [{name: str(k[name]) for name in ("name", "sha256", "created_at")} for k in keys]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputRefused(
            "keys_damaged", "密钥文件 keys.json 已损坏", fix="用备份恢复该文件，或移走它后重新建立密钥", subject=str(file)
        ) from error


@contextmanager
def _alone(ws: Workspace) -> Iterator[None]:
    """One writer at a time, so that two commands never lose each other's key."""
    with (ws.settings.home / "keys.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _write(ws: Workspace, keys: list[dict[str, str]]) -> None:
    file = ws.settings.home / "keys.json"
    part = file.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(keys, out, ensure_ascii=False, indent=2)
    part.replace(file)


def add_key(ws: Workspace, name: str) -> str:
    """A new key, returned this once."""
    name = name.strip()
    if not name or len(name) > 60 or not name.isprintable():
        raise UsageError("key_name", "请给密钥起一个名称（不超过 60 字）", fix="例如 lingtan key add 王工")
    key = "lt_" + secrets.token_urlsafe(32)
    with _alone(ws):
        keys = _read(ws)
        if any(k["name"] == name for k in keys):
            raise Conflict("key_exists", f"已有名为“{name}”的密钥", fix="换一个名称，或先撤销旧密钥：lingtan key revoke 名称", subject=name)
        _write(ws, [*keys, {"name": name, "sha256": hashlib.sha256(key.encode()).hexdigest(), "created_at": ws.now()}])
    return key


def revoke_key(ws: Workspace, name: str) -> None:
    """Take a key away at once. Raises NotFound."""
    name = name.strip()
    with _alone(ws):
        keys = _read(ws)
        left = [k for k in keys if k["name"] != name]
        if len(left) == len(keys):
            raise NotFound("key_not_found", f"没有名为“{name}”的密钥", fix="用 lingtan key list 查看", subject=name)
        _write(ws, left)


def list_keys(ws: Workspace) -> list[dict[str, Any]]:
    return [{"name": k["name"], "created_at": k["created_at"]} for k in _read(ws)]


def has_keys(ws: Workspace) -> bool:
    return bool(_read(ws))


def holder_of(ws: Workspace, key: str) -> str | None:
    """The name of the key's holder, or None."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    found = None
    for item in _read(ws):
        if hmac.compare_digest(item["sha256"], digest):
            found = item["name"]
    return found
