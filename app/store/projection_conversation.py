"""Events of a project's conversation with the assistant to rows.

They stand in a chain of their own beside the project's (``chain_of``): the project's log goes to the authority with the package,
what people asked does not.

| event | payload |
|---|---|
| question-asked | conversation, question, region, scheme |
| question-answered | exchange (seq of the question), answer (the contract's ask object) |
| answer-rated | exchange, verdict (helpful, wrong_clause, or empty to take it back), text |
| conversation-started | conversation (number) |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from app.store.log import LogEntry, canonical
from app.store.tables import answer_feedback, conversation, exchange

CHAIN = "/conversation"


def chain_of(project_id: str) -> str:
    """The name under which the conversation of a project stands in the log."""
    return project_id + CHAIN


def _owner(e: LogEntry) -> str:
    return e.project_id.removesuffix(CHAIN)


def _asked(c: Connection, e: LogEntry) -> None:
    p = e.payload
    c.execute(
        insert(exchange).values(
            project_id=_owner(e),
            seq=e.seq,
            conversation=p["conversation"],
            question=p["question"],
            region=p["region"],
            scheme=p["scheme"],
            asked_by=e.actor,
            asked_at=e.at,
        )
    )


def _answered(c: Connection, e: LogEntry) -> None:
    this: Any = (exchange.c.project_id == _owner(e)) & (exchange.c.seq == e.payload["exchange"])
    c.execute(update(exchange).where(this).values(answer=canonical(e.payload["answer"]), answered_at=e.at))


def _rated(c: Connection, e: LogEntry) -> None:
    """One opinion a person and answer: the newest stands, the earlier ones stay in the log."""
    p = e.payload
    key = {"project_id": _owner(e), "exchange": p["exchange"], "rated_by": e.actor}
    c.execute(delete(answer_feedback).where(*(answer_feedback.c[name] == value for name, value in key.items())))
    if p["verdict"]:
        c.execute(insert(answer_feedback).values(**key, verdict=p["verdict"], text=p["text"], rated_at=e.at))


def _started(c: Connection, e: LogEntry) -> None:
    values = {"number": e.payload["conversation"], "started_by": e.actor, "started_at": e.at}
    c.execute(insert(conversation).values(project_id=_owner(e), **values))


HANDLERS: dict[str, Callable[[Connection, LogEntry], None]] = {
    "question-asked": _asked,
    "question-answered": _answered,
    "answer-rated": _rated,
    "conversation-started": _started,
}
