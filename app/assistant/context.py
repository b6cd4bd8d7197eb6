"""Everything an answer is made from, gathered once: documents, index, lexicon, rejected claims, topics, coverage, project.

Built by the composition root; the assistant itself reads no files but its own data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from app.assistant.examples import Examples
from app.assistant.knowledge import load_knowledge, spoken_terms
from app.assistant.project_view import ProjectView
from app.domain.clause import PolicyDocument
from app.retrieval.embedder import Embedder
from app.retrieval.folding import plain
from app.retrieval.index import PolicyIndex, VectorStore
from app.retrieval.reranker import Reranker


class LexiconTerm(Protocol):
    @property
    def users(self) -> tuple[str, ...]: ...
    @property
    def policy(self) -> tuple[str, ...]: ...
    @property
    def topic(self) -> str: ...
    @property
    def documents(self) -> tuple[str, ...]: ...


class LexiconExpansion(Protocol):
    @property
    def topics(self) -> tuple[str, ...]: ...
    @property
    def terms(self) -> tuple[Any, ...]: ...


class LexiconLike(Protocol):
    """What is used of app.corpus.lexicon.Lexicon."""

    @property
    def variants(self) -> tuple[tuple[str, ...], ...]: ...
    @property
    def not_synonyms(self) -> tuple[Any, ...]: ...
    @property
    def terms(self) -> tuple[Any, ...]: ...
    @property
    def other_terms(self) -> tuple[Any, ...]: ...
    def expand(self, question: str) -> Any: ...


class ClaimLike(Protocol):
    """What is used of app.corpus.claims.RejectedClaim."""

    @property
    def id(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def contains(self) -> tuple[str, ...]: ...
    @property
    def related(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageNote:
    """What a reading of one document found on one topic; ``clauses`` state it, ``related`` are the nearest ones (clause paths)."""

    state: str
    depth: str = ""
    note: str = ""
    clauses: tuple[str, ...] = ()
    related: tuple[str, ...] = ()


class ChatModel(Protocol):
    """``complete(system, user)`` gives the model's text; raises Unavailable when it cannot be reached."""

    name: str

    def complete(self, system: str, user: str) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantContext:
    """``coverage`` is keyed by (document id, topic). ``model`` and ``project`` are optional;
    ``written`` is every word of the corpus and the lexicon in one text, to look words up in."""

    documents: Mapping[str, PolicyDocument]
    index: PolicyIndex
    lexicon: LexiconLike
    claims: tuple[Any, ...] = ()
    topics: Mapping[str, str] = field(default_factory=dict)
    coverage: Mapping[tuple[str, str], CoverageNote] = field(default_factory=dict)
    examples: Examples | None = None
    project: ProjectView | None = None
    model: ChatModel | None = None
    prompts: Path | None = None
    written: str = ""

    def terms_in(self, question: str) -> list[Any]:
        """Lexicon terms whose user words the question contains, the assistant's own colloquial ones after the corpus's."""
        folded = plain(question)
        spoken = [t for t in spoken_terms() if any(word in folded for word in t.users)]
        return [*self.lexicon.expand(question).terms, *spoken]

    def with_project(self, project: ProjectView | None) -> AssistantContext:
        return replace(self, project=project)

    def note(self, doc_id: str, topic: str) -> CoverageNote:
        found = self.coverage.get((doc_id, topic))
        if found is not None:
            return found
        document = self.documents.get(doc_id)
        return CoverageNote(state=dict(document.stated).get(topic, "unknown") if document else "unknown")


def assemble_context(documents: Mapping[str, PolicyDocument], embedder: Embedder, *, lexicon: LexiconLike,
                     claims: Sequence[Any] = (), topics: Mapping[str, str] | None = None,
                     coverage: Mapping[str, Sequence[Any]] | None = None, cache_path: Path | None = None,
                     store: VectorStore | None = None, model: ChatModel | None = None, prompts: Path | None = None,
                     reranker: Reranker | None = None, on_progress: Callable[[int, int], None] | None = None) -> AssistantContext:
    """Builds the index and the context. ``coverage`` maps a document id to its coverage rows (topic, state, depth, note,
    clauses, related), ``cache_path`` is where vectors are kept, ``prompts`` the directory of prompt files."""
    labels = dict(topics or {})
    equivalents: dict[str, tuple[str, ...]] = {}
    for term in (*lexicon.terms, *lexicon.other_terms, *spoken_terms()):
        for spoken in term.users:
            equivalents[spoken] = (*equivalents.get(spoken, ()), *term.policy)
    gazetteer = load_knowledge().gazetteer
    index = PolicyIndex.build(documents, embedder, cache_path=cache_path, variants=lexicon.variants, equivalents=equivalents,
                              store=store, topic_labels=labels, on_progress=on_progress, reranker=reranker,
                              places={n: p for n, p in gazetteer.owner.items() if n not in gazetteer.suffix_only})
    notes = {(doc_id, row.topic): CoverageNote(state=row.state, depth=row.depth, note=row.note, clauses=tuple(row.clauses),
                                               related=tuple(row.related))
             for doc_id, rows in (coverage or {}).items() for row in rows}
    return AssistantContext(documents=documents, index=index, lexicon=lexicon, claims=tuple(claims), topics=labels,
                            coverage=notes, examples=Examples.build(embedder, cache_path), model=model,
                            prompts=prompts, written=_written(index, equivalents))


def _written(index: PolicyIndex, equivalents: Mapping[str, Sequence[str]]) -> str:
    words = [word for spoken, policy in equivalents.items() for word in (spoken, *policy)]
    return "\n".join([*(plain(p.indexed) for p in index.passages), *map(plain, words)])
