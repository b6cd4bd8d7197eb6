"""The conversation of a project with the assistant: what was asked and answered, follow-ups, opinions on answers, a fresh start.

A question is kept before it is answered, so that nothing asked is lost, and the answer is kept as it was given: a later edition of a
document does not change what somebody was told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain.errors import Conflict, NotFound, UsageError
from app.domain.plain import to_plain
from app.domain.project import Project
from app.domain.stored import StoredExchange
from app.services.asking import ask_question
from app.services.workspace import Workspace
from app.store import rows_conversation as stored
from app.store.projection_conversation import chain_of

LONGEST = 500
LONGEST_TEXT = 1000
REMEMBERED = 3
"""Earlier questions of the same conversation that a follow-up is read with."""
SHOWN = 50
MOST = 500
VERDICTS = {"helpful": "有帮助", "wrong_clause": "条款不对"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of what was asked, oldest first; ``preceded`` is the number of the conversation that the exchange before it belongs to,
    0 when there is none before it; ``current`` the number of the one that new questions belong to."""

    exchanges: tuple[StoredExchange, ...]
    preceded: int
    current: int

    @property
    def older(self) -> bool:
        return self.preceded > 0


def put_question(ws: Workspace, project: Project, question: str, *, region: str | None = None, scheme: str | None = None) -> StoredExchange:
    """Keep a question, unanswered yet. Raises UsageError for none and for one of more than 500 characters."""
    question = question.strip()
    if not question:
        raise UsageError("question_missing", "请写出问题", fix="例如：什么时候才可以做碳抵销？", subject="question")
    if len(question) > LONGEST:
        raise UsageError("question_long", f"问题超过 {LONGEST} 字", fix="拆成几个问题来问", subject="question")
    with ws.writing() as c:
        number = stored.current_conversation(c, project.id)
        payload = {"conversation": number, "question": question, "region": region, "scheme": scheme}
        entry = ws.record(c, chain_of(project.id), "question-asked", payload)
    return find(ws, project, entry.seq)


def find(ws: Workspace, project: Project, seq: int) -> StoredExchange:
    """Raises NotFound."""
    with ws.reading() as c:
        found = stored.find_exchange(c, project.id, seq)
    if found is None:
        raise NotFound("exchange_not_found", "没有这个问题", fix="返回问答页", subject=str(seq))
    return found


def answered(ws: Workspace, project: Project, seq: int) -> StoredExchange:
    """The exchange with its answer, made now when there is none. Whoever asks again, or at the same time, gets the one that was
    kept first. Raises NotFound, and what answering raises; the question then stays unanswered."""
    asked = find(ws, project, seq)
    if asked.answer is not None:
        return asked
    with ws.reading() as c:
        history = stored.asked_in(c, project.id, asked.conversation, before=seq, limit=REMEMBERED)
    made = ask_question(ws, asked.question, project=project, region=asked.region, scheme=asked.scheme, history=history)
    with ws.writing() as c:
        now = stored.find_exchange(c, project.id, seq)
        if now is not None and now.answer is None:
            ws.record(c, chain_of(project.id), "question-answered", {"exchange": seq, "answer": to_plain(made)})
    return find(ws, project, seq)


def ask_in_project(ws: Workspace, project: Project, question: str, *, region: str | None = None, scheme: str | None = None) -> StoredExchange:
    """Question and answer in one step, both kept."""
    return answered(ws, project, put_question(ws, project, question, region=region, scheme=scheme).seq)


def stretch(ws: Workspace, project: Project, *, before: int | None = None, limit: int = SHOWN) -> Stretch:
    """The newest exchanges, or those before exchange ``before``. Raises UsageError for a limit outside 1–500."""
    if not 1 <= limit <= MOST:
        raise UsageError("limit_range", f"limit 应在 1 到 {MOST} 之间", fix=f"默认 {SHOWN}", subject="limit")
    with ws.reading() as c:
        found = stored.exchanges(c, project.id, before=before, limit=limit + 1)
        current = stored.current_conversation(c, project.id)
    preceded = found[0].conversation if len(found) > limit else 0
    return Stretch(exchanges=tuple(found[-limit:]), preceded=preceded, current=current)


def start_anew(ws: Workspace, project: Project) -> int:
    """Begin a new conversation; earlier ones stay and are no longer history. Returns its number: the present one's while nothing has
    been asked in it."""
    with ws.writing() as c:
        number = stored.current_conversation(c, project.id)
        if stored.asked_in(c, project.id, number, limit=1):
            number += 1
            ws.record(c, chain_of(project.id), "conversation-started", {"conversation": number})
    return number


def rate(ws: Workspace, project: Project, seq: int, verdict: str, text: str = "") -> StoredExchange:
    """Keep what somebody thinks of an answer: ``helpful``, ``wrong_clause``, or empty to take it back. One opinion a person, the
    newest. Raises NotFound, Conflict for a question without an answer, UsageError for another verdict or a text above 1000 characters."""
    text = text.strip()
    if verdict and verdict not in VERDICTS:
        raise UsageError("verdict_unknown", "不认识这种评价", fix="可选：helpful（有帮助）、wrong_clause（条款不对），留空为撤回", subject="verdict")
    if len(text) > LONGEST_TEXT:
        raise UsageError("text_long", f"说明超过 {LONGEST_TEXT} 字", fix="写得简短些", subject="text")
    if find(ws, project, seq).answer is None:
        raise Conflict("exchange_open", "这个问题还没有回答，不能评价", fix="先取得回答", subject=str(seq))
    payload = {"exchange": seq, "verdict": verdict, "text": text if verdict else ""}
    with ws.writing() as c:
        ws.record(c, chain_of(project.id), "answer-rated", payload)
    return find(ws, project, seq)


def exchange_to_json(item: StoredExchange) -> dict[str, Any]:
    """``{id, conversation, question, region, scheme, asked_by, asked_at, answered_at, answer, feedback}``."""
    plain: dict[str, Any] = to_plain(item)
    return {"id": plain.pop("seq"), **plain}


def stretch_to_json(project: Project, part: Stretch) -> dict[str, Any]:
    return {
        "project": project.id,
        "conversation": part.current,
        "older": part.older,
        "exchanges": [exchange_to_json(e) for e in part.exchanges],
    }
