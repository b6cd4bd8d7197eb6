"""Ask about policy or about a project. The index is built once a workspace and kept; vectors lie in the home directory."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.domain.activity import RecordStatus
from app.domain.errors import LingtanError, UsageError
from app.domain.plain import to_plain
from app.domain.project import Project
from app.services.calculation import line_failed, parse_json, read_lines
from app.services.eligibility import evaluate_project, run_of
from app.services.incidents import note_incident
from app.services.workspace import Workspace
from app.store import rows

_building = threading.Lock()


def context_of(ws: Workspace) -> Any:
    """The assistant's context over the corpus of this home, with the language model of today's settings."""
    with _building:
        context = ws.cached("assistant", lambda: _build(ws))
    return replace(context, model=chat_model(ws))


def _build(ws: Workspace) -> Any:
    from app.assistant import assemble_context
    from app.corpus.claims import load_rejected_claims
    from app.corpus.lexicon import load_lexicon
    from app.corpus.paths import corpus_root
    from app.corpus.topics import load_topics
    from app.retrieval.chroma import ChromaStore
    from app.retrieval.embedder import open_embedder
    from app.retrieval.reranker import open_reranker
    from app.services.models import engine_setting
    from app.services.policy_vectors import with_corpus_vectors

    settings = ws.settings
    folder = settings.derived / "vectors"
    folder.mkdir(parents=True, exist_ok=True)
    store = ChromaStore(url=settings.chroma_url) if settings.chroma_url else ChromaStore(path=settings.derived / "chroma")
    details = getattr(ws.policies, "details", {})
    return assemble_context(
        ws.policies,
        with_corpus_vectors(open_embedder(engine_setting(settings))),
        lexicon=load_lexicon(),
        claims=load_rejected_claims(),
        topics=load_topics(),
        coverage={id: detail.coverage for id, detail in details.items()},
        cache_path=folder / "vectors.sqlite",
        store=store,
        prompts=corpus_root().parent / "prompts",
        reranker=open_reranker(settings.reranker),
    )


def chat_model(ws: Workspace) -> Any:
    """The configured chat model, or None. Kept by its settings: a change of them takes effect with the next question."""
    settings = ws.settings
    return _opened(settings.llm_base_url, settings.llm_model, settings.llm_api_key) if settings.llm_model else None


@lru_cache(maxsize=2)
def _opened(base_url: str, model: str, api_key: str) -> Any:
    from app.llm.chat import open_chat

    return open_chat(base_url=base_url, model=model, api_key=api_key)


def warm_up(ws: Workspace) -> None:
    """Load the index and the embedder, so that the first question does not wait."""
    context = context_of(ws)
    context.index.search("零碳工厂", limit=1)


def is_warm(ws: Workspace) -> bool:
    return ws.has("assistant")


def project_view(ws: Workspace, project: Project) -> Any:
    """What the assistant may know of a project."""
    from app.assistant import ActivityView, ProjectView

    with ws.reading() as c:
        stored = rows.latest_run(c, project.id)
        documents = rows.documents(c, project.id)
        records = rows.records(c, project.id)
    names = {d.sha256: d.filename for d in documents}
    active = {a["id"] for a in stored.inputs["activities"]} if stored else set()
    return ProjectView(
        project=project.id,
        profile=project.profile,
        records=tuple(
            ActivityView(
                id=r.id,
                carrier=r.record.carrier,
                direction=r.record.direction,
                quantity=r.record.quantity,
                unit=r.record.unit,
                status=r.status.value,
                period_start=r.record.period_start,
                period_end=r.record.period_end,
                sha256=r.document_sha256,
                page=r.record.page,
                filename=names.get(r.document_sha256, ""),
                activity=r.id if r.id in active else None,
                account_number=r.record.account_number,
            )
            for r in records
            if r.status is not RecordStatus.SUPERSEDED
        ),
        run=run_of(ws, stored),
        report=evaluate_project(ws, project),
        documents=tuple((d.filename, len(d.extraction.records) if d.extraction else 0) for d in documents),
    )


def ask_question(
    ws: Workspace, question: str, *, project: Project | None = None, region: str | None = None, scheme: str | None = None,
    history: Sequence[str] = (),
) -> dict[str, Any]:
    """The contract's ``ask`` object. ``history`` is what the same user asked before in this conversation, oldest first."""
    from app.assistant import answer

    context = context_of(ws)
    if project is not None:
        context = context.with_project(project_view(ws, project))
        region = region or project.profile.province or None
    return answer_to_json(answer(question, context, region=region, scheme=scheme, history=history))


def ask_batch(
    ws: Workspace, path: Path, *, project: Project | None = None, region: str | None = None, scheme: str | None = None
) -> Iterator[dict[str, Any]]:
    """One answer, with its id, or ``{id, error}`` a line of a JSONL file of ``{id, q, region?, project?, thread?}``; a bad line is an
    error of that line alone. ``project``, ``region`` and ``scheme`` stand in for what a line leaves out. Lines with the same
    ``thread`` (and project) are one conversation in the order of the file; every other line stands alone. Nothing is kept."""
    threads: dict[tuple[str | None, str], list[str]] = {}
    for number, line in read_lines(path):
        item: dict[str, Any] = {}
        try:
            item = parse_json(line, f"第 {number} 行")
            question = item.get("q", item.get("question"))
            if not isinstance(question, str) or not question.strip():
                raise UsageError("question_missing", f"第 {number} 行没有问题", fix='每行写成 {"id": "…", "q": "问题"}', subject=f"第 {number} 行")
            chosen = ws.project(str(item["project"])) if item.get("project") else project
            thread = str(item["thread"]) if item.get("thread") not in (None, "") else None
            history = threads.setdefault((chosen.id if chosen else None, thread), []) if thread else []
            asked = tuple(history)
            history.append(question)
            answer = ask_question(
                ws, question, project=chosen, region=_word(item, "region") or region, scheme=_word(item, "scheme") or scheme, history=asked
            )
            yield {"id": item.get("id"), **answer}
        except LingtanError as error:
            yield {"id": item.get("id"), "error": error.to_plain()}
        except Exception as error:
            note_incident(ws.settings.home, error, f"ask --batch, line {number}")
            yield {"id": item.get("id"), "error": line_failed(number, error).to_plain()}


def _word(item: dict[str, Any], key: str) -> str | None:
    value = item.get(key)
    return value if isinstance(value, str) and value.strip() else None


def answer_to_json(found: Any) -> dict[str, Any]:
    return {
        "question": found.question,
        "status": found.status.value,
        "mode": found.mode.value,
        "answer": found.text,
        "sentences": [{"text": s.text, "citations": list(s.citations)} for s in found.sentences],
        "citations": to_plain(found.citations),
        "gaps": list(found.gaps),
        "elapsed_ms": found.elapsed_ms,
    }
