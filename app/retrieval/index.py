"""The clause index: filter by document and region first, then rank sentences and clauses.

Order of work: documents outside the asked regions or ids are left out; lexical and dense scores pick candidates; late
interaction over token vectors ranks them (each query token takes its best match in the clause; the mean of those is the
score), with a small dense and lexical share for terms the model does not know, and what the question itself says about
the document it means (app/retrieval/leaning.py). Up to ``EXACT_LIMIT`` passages every allowed passage
is a candidate; above it the best by words and by exact cosine are, and above ``STORE_LIMIT`` the vector store proposes instead
of the cosine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from app.domain.clause import PolicyDocument
from app.retrieval.cache import VectorCache
from app.retrieval.embedder import Embedder, Encoding
from app.retrieval.folding import Folder, expand, plain, strip_question_words, terms
from app.retrieval.hit import Hit, SentenceHit
from app.retrieval.leaning import Leaning
from app.retrieval.lexical import Bm25
from app.retrieval.passages import Passage, passages_of
from app.retrieval.regions import applies
from app.retrieval.reranker import Reranker, reorder
from app.retrieval.spill import encode_spilled

if TYPE_CHECKING:
    import numpy as np

EXACT_LIMIT = 600
STORE_LIMIT = 50_000
CANDIDATES = 200
REMEMBERED_QUERIES = 64
LEXICAL_SHARE = 0.05
DENSE_SHARE = 0.1
CLAUSE_SHARE = 0.5


class VectorStore(Protocol):
    """Where passage vectors persist; ``app.retrieval.chroma.ChromaStore`` is one."""

    def sync(self, engine_id: str, passages: Sequence[Passage], vectors: Any) -> None: ...

    def nearest(self, vector: Any, *, doc_ids: Sequence[str] | None, limit: int) -> list[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    """A query against every passage. ``best`` is (query tokens, passages), present when the index is small enough."""

    encoding: Encoding
    lexical: np.ndarray
    dense: np.ndarray
    known: Mapping[str, float]
    leaning: Mapping[str, float]
    best: np.ndarray | None = None


class PolicyIndex:
    """Built once, then read only; ``search`` may be called from several threads."""

    def __init__(self, passages: Sequence[Passage], encodings: Sequence[Encoding], embedder: Embedder, folder: Folder,
                 equivalents: Mapping[str, Sequence[str]], store: VectorStore | None,
                 places: Mapping[str, str] | None = None, reranker: Reranker | None = None) -> None:
        import numpy as np

        self.passages = tuple(passages)
        self.embedder = embedder
        self.folder = folder
        self._equivalents = dict(equivalents)
        self._store = store
        self._reranker = reranker
        self._vectors = np.stack([e.vector for e in encodings]) if encodings else np.zeros((0, embedder.dimension))
        self._tokens = [e.tokens for e in encodings]
        self._together: Any = None
        if 0 < len(encodings) <= EXACT_LIMIT and all(t is not None and len(t) for t in self._tokens):
            self._together = np.concatenate(self._tokens).astype(np.float32)
        self._terms = [terms(folder.fold(p.indexed)) for p in passages]
        self._bm25 = Bm25(self._terms)
        self._leaning = Leaning({p.document.id: p.document for p in passages}.values(), places)
        self._place = {p.id: i for i, p in enumerate(passages)}
        self._rows: dict[str, list[int]] = {}
        self._siblings: dict[str, list[int]] = {}
        for row, passage in enumerate(passages):
            self._rows.setdefault(passage.document.id, []).append(row)
            self._siblings.setdefault(passage.clause.id, []).append(row)
        self._queries: dict[str, _Scored] = {}

    @classmethod
    def build(cls, documents: Mapping[str, PolicyDocument] | Iterable[PolicyDocument], embedder: Embedder, *,
              cache_path: Path | None = None, variants: Iterable[Sequence[str]] = (),
              equivalents: Mapping[str, Sequence[str]] | None = None, store: VectorStore | None = None,
              reranker: Reranker | None = None, topic_labels: Mapping[str, str] | None = None, places: Mapping[str, str] | None = None,
              on_progress: Callable[[int, int], None] | None = None) -> PolicyIndex:
        """``cache_path`` is an sqlite file for vectors; ``variants`` groups of spellings; ``equivalents`` user word ->
        policy words; ``store`` receives the vectors when they changed; ``topic_labels`` head the sentences of digests;
        ``places`` place name -> province; ``reranker`` has the last word on the order."""
        import numpy as np

        values = documents.values() if isinstance(documents, Mapping) else documents
        passages = passages_of(values, topic_labels)
        cache = VectorCache(embedder, cache_path)
        texts = [p.indexed for p in passages]
        if len(texts) <= EXACT_LIMIT:
            encodings = cache.encode(texts, on_progress)
        else:
            encodings = encode_spilled(cache, texts, cache_path.parent if cache_path else None, on_progress)
        cache.close()
        if store is not None and passages:
            store.sync(embedder.engine_id, passages, np.stack([e.vector for e in encodings]))
        folder = Folder(variants)
        folded = {folder.fold(k): tuple(folder.fold(w) for w in v) for k, v in (equivalents or {}).items()}
        return cls(passages, encodings, embedder, folder, folded, store, places, reranker)

    def search(self, query: str, *, regions: tuple[str, ...] | None = None, doc_ids: Iterable[str] | None = None,
               limit: int = 10) -> list[Hit]:
        """Clauses, best first. ``regions=None`` searches every region; ``doc_ids`` narrows further. Who does not choose the
        documents gets those first that the question leans to."""
        wanted = None if doc_ids is None else set(doc_ids)
        allowed = [row for id, rows in self._rows.items() if wanted is None or id in wanted
                   if applies(self.passages[rows[0]].document, regions) for row in rows]
        if not allowed or not query.strip():
            return []
        scored = self._score(query)
        chosen = self._candidates(allowed, scored, wanted)
        top = float(scored.lexical[chosen].max()) or 1.0
        leaning = scored.leaning if wanted is None else {}
        best = self._late(scored, chosen)
        groups: dict[str, list[int]] = {}
        for place, row in enumerate(chosen):
            groups.setdefault(self.passages[row].clause.id, []).append(place)
        hits = [self._hit([chosen[m] for m in members], best[:, members], scored, top, leaning) for members in groups.values()]
        hits.sort(key=lambda h: (-h.score, h.clause.id))
        return (reorder(query, hits, self._reranker) if self._reranker else hits)[:limit]

    def _score(self, query: str) -> _Scored:
        """Everything about a query that does not depend on filters. One question is searched several times, under
        different filters: it is embedded and compared once."""

        held = self._queries.get(query)
        if held is None:
            folded = self.folder.fold(query)
            asked = terms(strip_question_words(folded)) or terms(folded)
            helped = asked + [t for word in expand(folded, self._equivalents) for t in terms(word)]
            encoding = self.embedder.encode_query(query)
            held = _Scored(encoding=encoding, lexical=self._bm25.scores(helped),
                           dense=self._vectors @ encoding.vector, known={t: self._bm25.idf(t) for t in set(asked)},
                           leaning=self._leaning.of(plain(query)))
            if len(self.passages) <= EXACT_LIMIT:
                held = replace(held, best=self._late(held, range(len(self.passages))))
            if len(self._queries) >= REMEMBERED_QUERIES:
                self._queries.clear()
            self._queries[query] = held
        return held

    def query_vector(self, query: str) -> np.ndarray:
        """The unit vector of a question, embedded at most once while it is remembered."""
        return self._score(query).encoding.vector

    def token_matches(self, query: str, passage_ids: Sequence[str]) -> np.ndarray:
        """For every token of the query its best match among the passages, in the order of the query."""
        import numpy as np

        rows = [self._place[id] for id in passage_ids if id in self._place]
        return self._late(self._score(query), rows).max(axis=1) if rows else np.zeros(1)

    def similarities(self, query: str) -> np.ndarray:
        """The cosine of the question to every passage, in the order of ``passages``."""
        return self._score(query).dense

    def _candidates(self, allowed: list[int], scored: _Scored, wanted: set[str] | None) -> list[int]:
        """The best by words and by vector, with the other sentences of their clauses."""
        if len(self.passages) <= EXACT_LIMIT:
            return allowed
        keep = _best(scored.lexical, allowed)
        if self._store is not None and len(self.passages) > STORE_LIMIT:
            doc_ids = None if wanted is None else sorted({self.passages[i].document.id for i in allowed})
            names = self._store.nearest(scored.encoding.vector, doc_ids=doc_ids, limit=CANDIDATES)
            keep |= {self._place[n] for n in names if n in self._place} & set(allowed)
        else:
            keep |= _best(scored.dense, allowed)
        clauses = {self.passages[row].clause.id for row in keep}
        return sorted(row for clause in clauses for row in self._siblings[clause])

    def _late(self, scored: _Scored, rows: Sequence[int]) -> np.ndarray:
        """Late interaction: (query tokens, rows), each the best match of the token in the passage. Without token vectors
        the dense score stands in as a single row."""
        import numpy as np

        if scored.best is not None:
            return scored.best[:, rows]
        tokens = [self._tokens[row] for row in rows]
        if scored.encoding.tokens is None or any(t is None or not len(t) for t in tokens):
            return scored.dense[list(rows)][None, :]
        starts = np.cumsum([0] + [len(t) for t in tokens[:-1]])
        whole = self._together if len(tokens) == len(self._tokens) else None
        if whole is None:
            whole = np.concatenate(tokens).astype(np.float32)
        similarity = scored.encoding.tokens @ whole.T
        return np.maximum.reduceat(similarity, starts, axis=1)

    def _hit(self, rows: list[int], best: np.ndarray, scored: _Scored, top: float, leaning: Mapping[str, float]) -> Hit:
        """One clause: ``rows`` its passages, ``best`` their columns."""
        flat = best.mean(axis=0)
        first = self.passages[rows[0]]
        # The sentences of a digest are separate statements: read as one text they would match every question a little.
        late = float(flat.max() if first.provision else best.max(axis=1).mean())
        dense = float(scored.dense[rows].max())
        lexical = float(scored.lexical[rows].max()) / top
        sentences = sorted((SentenceHit(sentence=self.passages[row].sentence, passage=self.passages[row],
                                        score=float(flat[place]) + DENSE_SHARE * float(scored.dense[row])
                                        + CLAUSE_SHARE * late + LEXICAL_SHARE * float(scored.lexical[row]) / top)
                            for place, row in enumerate(rows)), key=lambda s: -s.score)
        return Hit(clause=first.clause, document=first.document, sentences=tuple(sentences),
                   score=late + DENSE_SHARE * dense + LEXICAL_SHARE * lexical + leaning.get(first.document.id, 0.0),
                   scores={"late": late, "dense": dense, "lexical": lexical,
                           "coverage": self._coverage(scored.known, rows)})

    def _coverage(self, known: Mapping[str, float], rows: list[int]) -> float:
        total = sum(known.values())
        if not total:
            return 0.0
        held = {t for row in rows for t in self._terms[row]}
        return sum(weight for term, weight in known.items() if term in held) / total


def _best(scores: np.ndarray, allowed: list[int]) -> set[int]:
    import numpy as np

    rows = np.asarray(allowed)
    return set(rows[np.argsort(-scores[rows], kind="stable")[:CANDIDATES]].tolist())
