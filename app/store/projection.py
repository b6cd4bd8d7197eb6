"""Events to rows: the one place that writes the projections. Verification replays the log through these same functions
into an empty database and compares, so a row that was changed behind the log's back is found.

| event | payload |
|---|---|
| project-added | id, name, profile, profile_toml, schemes |
| profile-changed | profile, profile_toml, schemes |
| document-added | sha256, filename, size |
| document-alias | sha256, filename |
| document-read | sha256, kind, source, pages, media, invoice_key, extraction, records |
| document-refused | sha256, error |
| document-retried | sha256 |
| record-flagged | id, findings |
| record-confirmed | id, way |
| record-corrected | id, new (payload), changes, why |
| record-rejected | id, why |
| record-merged | id, into, document, why |
| run-made | run_id, inputs, output |
| draft-made | sha256, run_id, facts |
| pack-made | sha256, files |
| gap-noted | criterion, note, assignee, due (ISO date or empty; all three empty takes the note away) |

The events of edited draft sections stand in ``projection_drafts``, those of the conversation in ``projection_conversation``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.store import log
from app.store.log import LogEntry, canonical
from app.store.projection_conversation import HANDLERS as CONVERSATION_HANDLERS
from app.store.projection_drafts import HANDLERS as DRAFT_HANDLERS
from app.store.tables import document, draft, gap_note, project, record, run


def record_event(
    connection: Connection, project_id: str, type: str, payload: dict[str, Any], *, at: str, actor: str
) -> LogEntry:
    """Append to the log and apply to the projections, in the caller's transaction."""
    entry = log.append(connection, project_id, type, payload, at=at, actor=actor)
    apply_entry(connection, entry)
    return entry


def apply_entry(connection: Connection, entry: LogEntry) -> None:
    _HANDLERS[entry.type](connection, entry)


def _project_added(c: Connection, e: LogEntry) -> None:
    c.execute(
        insert(project).values(
            id=e.project_id,
            name=e.payload["name"],
            profile=canonical(e.payload["profile"]),
            profile_toml=e.payload["profile_toml"],
            schemes=canonical(e.payload["schemes"]),
            created_at=e.at,
        )
    )


def _profile_changed(c: Connection, e: LogEntry) -> None:
    c.execute(
        update(project)
        .where(project.c.id == e.project_id)
        .values(
            name=e.payload["name"],
            profile=canonical(e.payload["profile"]),
            profile_toml=e.payload["profile_toml"],
            schemes=canonical(e.payload["schemes"]),
        )
    )


def _document_added(c: Connection, e: LogEntry) -> None:
    c.execute(
        insert(document).values(
            project_id=e.project_id,
            sha256=e.payload["sha256"],
            filename=e.payload["filename"],
            aliases="[]",
            size=e.payload["size"],
            status="queued",
            added_at=e.at,
        )
    )


def _this_document(e: LogEntry) -> Any:
    return (document.c.project_id == e.project_id) & (document.c.sha256 == e.payload["sha256"])


def _document_alias(c: Connection, e: LogEntry) -> None:
    aliases = json.loads(c.execute(select(document.c.aliases).where(_this_document(e))).scalar_one())
    aliases.append(e.payload["filename"])
    c.execute(update(document).where(_this_document(e)).values(aliases=canonical(aliases)))


def _document_read(c: Connection, e: LogEntry) -> None:
    p = e.payload
    c.execute(
        update(document)
        .where(_this_document(e))
        .values(
            status="read",
            kind=p["kind"],
            source=p["source"],
            pages=p["pages"],
            media=p["media"],
            invoice_key=p["invoice_key"],
            extraction=canonical(p["extraction"]),
            error=None,
        )
    )
    for payload in p["records"]:
        text = canonical(payload)
        c.execute(
            insert(record).values(
                project_id=e.project_id,
                id=payload["id"],
                document_sha256=p["sha256"],
                status="proposed",
                payload=text,
                raw_payload=text,
                evidence="[]",
            )
        )


def _document_refused(c: Connection, e: LogEntry) -> None:
    c.execute(update(document).where(_this_document(e)).values(status="refused", error=canonical(e.payload["error"])))


def _document_retried(c: Connection, e: LogEntry) -> None:
    c.execute(update(document).where(_this_document(e)).values(status="queued", error=None))


def _this_record(e: LogEntry, id: str | None = None) -> Any:
    return (record.c.project_id == e.project_id) & (record.c.id == (id or e.payload["id"]))


def _record_flagged(c: Connection, e: LogEntry) -> None:
    """Findings that a later document brought up; what was extracted stays as it was in raw_payload."""
    payload = json.loads(c.execute(select(record.c.payload).where(_this_record(e))).scalar_one())
    payload["findings"] += [f for f in e.payload["findings"] if f not in payload["findings"]]
    payload["needs_review"] = True
    c.execute(update(record).where(_this_record(e)).values(payload=canonical(payload)))


def _record_confirmed(c: Connection, e: LogEntry) -> None:
    c.execute(
        update(record)
        .where(_this_record(e))
        .values(status="confirmed", decided_by=e.actor, decided_at=e.at, why=e.payload.get("way"))
    )


def _record_corrected(c: Connection, e: LogEntry) -> None:
    new = e.payload["new"]
    old = c.execute(select(record).where(_this_record(e))).one()
    c.execute(update(record).where(_this_record(e)).values(status="superseded", superseded_by=new["id"]))
    c.execute(
        insert(record).values(
            project_id=e.project_id,
            id=new["id"],
            document_sha256=old.document_sha256,
            status="confirmed",
            payload=canonical(new),
            raw_payload=old.raw_payload,
            supersedes=old.id,
            evidence=old.evidence,
            decided_by=e.actor,
            decided_at=e.at,
            why=e.payload.get("why"),
        )
    )


def _record_rejected(c: Connection, e: LogEntry) -> None:
    c.execute(
        update(record)
        .where(_this_record(e))
        .values(status="rejected", decided_by=e.actor, decided_at=e.at, why=e.payload["why"])
    )


def _record_merged(c: Connection, e: LogEntry) -> None:
    """The loser's document, and whatever was merged into the loser before, become evidence of the winner."""
    p = e.payload
    loser = c.execute(select(record.c.evidence).where(_this_record(e))).scalar_one()
    c.execute(
        update(record).where(_this_record(e)).values(status="superseded", superseded_by=p["into"], why=p["why"])
    )
    winner = c.execute(select(record.c.evidence, record.c.document_sha256).where(_this_record(e, p["into"]))).one()
    evidence = json.loads(winner.evidence)
    for sha256 in (p["document"], *json.loads(loser)):
        if sha256 != winner.document_sha256 and sha256 not in evidence:
            evidence.append(sha256)
    c.execute(update(record).where(_this_record(e, p["into"])).values(evidence=canonical(evidence)))


def _run_made(c: Connection, e: LogEntry) -> None:
    c.execute(
        insert(run).values(
            project_id=e.project_id,
            seq=e.seq,
            run_id=e.payload["run_id"],
            inputs=canonical(e.payload["inputs"]),
            output=canonical(e.payload["output"]),
            created_at=e.at,
        )
    )


def _draft_made(c: Connection, e: LogEntry) -> None:
    where = (draft.c.project_id == e.project_id) & (draft.c.sha256 == e.payload["sha256"])
    values = {"run_id": e.payload["run_id"], "facts": canonical(e.payload["facts"]), "created_at": e.at}
    if c.execute(select(draft.c.sha256).where(where)).first():
        c.execute(update(draft).where(where).values(**values))
    else:
        c.execute(insert(draft).values(project_id=e.project_id, sha256=e.payload["sha256"], **values))


def _gap_noted(c: Connection, e: LogEntry) -> None:
    """What somebody wrote beside an open criterion: the newest note stands, the earlier ones stay in the log."""
    p = e.payload
    c.execute(delete(gap_note).where((gap_note.c.project_id == e.project_id) & (gap_note.c.criterion == p["criterion"])))
    if p["note"] or p["assignee"] or p["due"]:
        c.execute(
            insert(gap_note).values(
                project_id=e.project_id,
                criterion=p["criterion"],
                note=p["note"],
                assignee=p["assignee"],
                due=p["due"],
                noted_by=e.actor,
                noted_at=e.at,
            )
        )


def _nothing_to_project(c: Connection, e: LogEntry) -> None:
    """Events that are kept for the record only."""


_HANDLERS: dict[str, Callable[[Connection, LogEntry], None]] = {
    "project-added": _project_added,
    "profile-changed": _profile_changed,
    "document-added": _document_added,
    "document-alias": _document_alias,
    "document-read": _document_read,
    "document-refused": _document_refused,
    "document-retried": _document_retried,
    "record-flagged": _record_flagged,
    "record-confirmed": _record_confirmed,
    "record-corrected": _record_corrected,
    "record-rejected": _record_rejected,
    "record-merged": _record_merged,
    "run-made": _run_made,
    "draft-made": _draft_made,
    "pack-made": _nothing_to_project,
    "gap-noted": _gap_noted,
    **DRAFT_HANDLERS,
    **CONVERSATION_HANDLERS,
}
EVENT_TYPES = tuple(_HANDLERS)
