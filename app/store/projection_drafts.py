"""Events of edited draft sections to rows. Versions are only ever added; an approval and a comment keep who ended them.

| event | payload |
|---|---|
| draft-section-saved | form, section, version, way, note, content, hash, basis |
| draft-section-approved | form, section, version, hash |
| draft-approval-withdrawn | form, section, approval (seq of the approval), why |
| draft-section-commented | form, section, version, text |
| draft-comment-resolved | form, section, comment (seq of the comment), resolved |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, insert, update

from app.store.log import LogEntry, canonical
from app.store.tables import draft_approval, draft_comment, draft_version


def _place(e: LogEntry) -> dict[str, str]:
    return {"project_id": e.project_id, "form": e.payload["form"], "section": e.payload["section"]}


def _this(table: Table, e: LogEntry, seq: int) -> Any:
    return (
        (table.c.project_id == e.project_id)
        & (table.c.form == e.payload["form"])
        & (table.c.section == e.payload["section"])
        & (table.c.seq == seq)
    )


def _saved(c: Connection, e: LogEntry) -> None:
    p = e.payload
    c.execute(
        insert(draft_version).values(
            **_place(e),
            version=p["version"],
            way=p["way"],
            note=p["note"],
            content=canonical(p["content"]),
            hash=p["hash"],
            basis=canonical(p["basis"]),
            log_seq=e.seq,
            saved_by=e.actor,
            saved_at=e.at,
        )
    )


def _approved(c: Connection, e: LogEntry) -> None:
    values = {"version": e.payload["version"], "hash": e.payload["hash"], "approved_by": e.actor, "approved_at": e.at}
    c.execute(insert(draft_approval).values(**_place(e), seq=e.seq, **values))


def _withdrawn(c: Connection, e: LogEntry) -> None:
    values = {"withdrawn_by": e.actor, "withdrawn_at": e.at, "why": e.payload["why"]}
    c.execute(update(draft_approval).where(_this(draft_approval, e, e.payload["approval"])).values(**values))


def _commented(c: Connection, e: LogEntry) -> None:
    values = {"version": e.payload["version"], "text": e.payload["text"], "written_by": e.actor, "written_at": e.at}
    c.execute(insert(draft_comment).values(**_place(e), seq=e.seq, **values))


def _resolved(c: Connection, e: LogEntry) -> None:
    done = e.payload["resolved"]
    values = {"resolved_by": e.actor if done else None, "resolved_at": e.at if done else None}
    c.execute(update(draft_comment).where(_this(draft_comment, e, e.payload["comment"])).values(**values))


HANDLERS: dict[str, Callable[[Connection, LogEntry], None]] = {
    "draft-section-saved": _saved,
    "draft-section-approved": _approved,
    "draft-approval-withdrawn": _withdrawn,
    "draft-section-commented": _commented,
    "draft-comment-resolved": _resolved,
}
