"""Rows of a project's conversation as typed values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from app.domain.stored import StoredExchange, StoredFeedback
from app.store.tables import answer_feedback, conversation, exchange


def exchanges(c: Connection, project_id: str, *, before: int | None = None, limit: int | None = None) -> list[StoredExchange]:
    """The newest ``limit`` exchanges older than exchange ``before``, oldest first."""
    query = select(exchange).where(exchange.c.project_id == project_id).order_by(exchange.c.seq.desc())
    if before is not None:
        query = query.where(exchange.c.seq < before)
    return _typed(c, project_id, list(c.execute(query.limit(limit)))[::-1])


def find_exchange(c: Connection, project_id: str, seq: int) -> StoredExchange | None:
    query = select(exchange).where(exchange.c.project_id == project_id, exchange.c.seq == seq)
    return next(iter(_typed(c, project_id, list(c.execute(query)))), None)


def _typed(c: Connection, project_id: str, found: Sequence[Any]) -> list[StoredExchange]:
    given: dict[int, list[StoredFeedback]] = {}
    if found:
        here = (answer_feedback.c.project_id == project_id, answer_feedback.c.exchange.between(found[0].seq, found[-1].seq))
        for row in c.execute(select(answer_feedback).where(*here).order_by(answer_feedback.c.rated_at, answer_feedback.c.rated_by)):
            values = {k: v for k, v in row._mapping.items() if k not in ("project_id", "exchange")}
            given.setdefault(row.exchange, []).append(StoredFeedback(**values))
    return [
        StoredExchange(
            **{k: v for k, v in row._mapping.items() if k not in ("project_id", "answer")},
            answer=json.loads(row.answer) if row.answer else None,
            feedback=tuple(given.get(row.seq, ())),
        )
        for row in found
    ]


def current_conversation(c: Connection, project_id: str) -> int:
    """The number of the conversation that new questions belong to; the first starts by itself."""
    query = select(func.max(conversation.c.number)).where(conversation.c.project_id == project_id)
    return c.execute(query).scalar() or 1


def asked_in(c: Connection, project_id: str, number: int, *, before: int | None = None, limit: int | None = None) -> list[str]:
    """The newest ``limit`` questions of one conversation before exchange ``before``, oldest first."""
    query = select(exchange.c.question).where(exchange.c.project_id == project_id, exchange.c.conversation == number)
    if before is not None:
        query = query.where(exchange.c.seq < before)
    return list(c.execute(query.order_by(exchange.c.seq.desc()).limit(limit)).scalars())[::-1]
