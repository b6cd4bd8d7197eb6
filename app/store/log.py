"""The append-only log of a project: each entry carries the hash of the one before it, so that a changed, removed or
re-ordered entry breaks the chain at its place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from app.store.tables import log_entry, project

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    project_id: str
    seq: int
    type: str
    payload: dict[str, Any]
    at: str
    actor: str
    prev_hash: str
    hash: str


def canonical(value: Any) -> str:
    """The one JSON form that is hashed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def entry_hash(project_id: str, seq: int, type: str, payload: str, at: str, actor: str, prev_hash: str) -> str:
    body = canonical([project_id, seq, type, payload, at, actor, prev_hash])
    return hashlib.sha256(body.encode()).hexdigest()


def append(connection: Connection, project_id: str, type: str, payload: dict[str, Any], *, at: str, actor: str) -> LogEntry:
    """Append one entry inside the caller's write transaction (which holds the write lock)."""
    # SQLite's write lock is held by the transaction; elsewhere the project's row is what writers queue for, in whichever of its chains.
    connection.execute(select(project.c.id).where(project.c.id == project_id.partition("/")[0]).with_for_update())
    last, prev = head(connection, project_id)
    seq = last + 1
    text = canonical(payload)
    digest = entry_hash(project_id, seq, type, text, at, actor, prev)
    connection.execute(
        insert(log_entry).values(
            project_id=project_id, seq=seq, type=type, payload=text, at=at, actor=actor, prev_hash=prev, hash=digest
        )
    )
    return LogEntry(project_id=project_id, seq=seq, type=type, payload=payload, at=at, actor=actor, prev_hash=prev, hash=digest)


def head(connection: Connection, project_id: str) -> tuple[int, str]:
    """(sequence number, hash) of the newest entry; (0, GENESIS) before the first."""
    newest = connection.execute(
        select(log_entry.c.seq, log_entry.c.hash)
        .where(log_entry.c.project_id == project_id)
        .order_by(log_entry.c.seq.desc())
        .limit(1)
    ).first()
    return (newest.seq, newest.hash) if newest else (0, GENESIS)


def entries(connection: Connection, project_id: str) -> Iterator[LogEntry]:
    """Every entry, oldest first."""
    rows = connection.execute(select(log_entry).where(log_entry.c.project_id == project_id).order_by(log_entry.c.seq))
    for row in rows:
        yield LogEntry(**{**row._mapping, "payload": json.loads(row.payload)})


def broken_links(connection: Connection, project_id: str) -> list[int]:
    """Sequence numbers at which the chain does not hold; empty when intact."""
    broken = []
    prev, expected = GENESIS, 1
    rows = connection.execute(select(log_entry).where(log_entry.c.project_id == project_id).order_by(log_entry.c.seq))
    for row in rows:
        digest = entry_hash(row.project_id, row.seq, row.type, row.payload, row.at, row.actor, row.prev_hash)
        if row.seq != expected or row.prev_hash != prev or digest != row.hash:
            broken.append(row.seq)
        prev, expected = row.hash, row.seq + 1
    return broken
