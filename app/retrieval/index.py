"""The clause index: filter by document and region first, then rank sentences and clauses.

Order of work: documents outside the asked regions or ids are left out; lexical and dense scores pick candidates; late
interaction over token vectors ranks them (each query token takes its best match in the clause; the mean of those is the
score), with a small dense and lexical share for terms the model does not know. Below ``EXACT_LIMIT`` passages every allowed passage
is a candidate and everything is exact; above it the vector store proposes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from app.domain.clause import PolicyDocument
from app.retrieval.cache import VectorCache
from app.retrieval.embedder import Embedder, Encoding
from app.retrieval.folding import Folder, expand, strip_question_words, terms
from app.retrieval.hit import Hit, SentenceHit
from app.retrieval.lexical import Bm25
from app.retrieval.passages import Passage, passages_of
from app.retrieval.regions import applies

if TYPE_CHECKING:
    import numpy as np

EXACT_LIMIT = 20_000
CANDIDATES = 200
REMEMBERED_QUERIES = 64
LEXICAL_SHARE = 0.05
DENSE_SHARE = 0.1
CLAUSE_SHARE = 0.5


class VectorStore(Protocol):
    """Where passage vectors persist; ``app.retrieval.chroma.ChromaStore`` is one."""

    def sync(self, engine_id: str, passages: Sequence[Passage], vectors: Any) -> None: ...

    def nearest(self, vector: Any, *, doc_ids: Sequence[str] | None, limit: int) -> list[str]: ...


class PolicyIndex:
    """Built once, then read only; ``search`` may be called from several threads."""

    def __init__(self, passages: Sequence[Passage], encodings: Sequence[Encoding], embedder: Embedder, folder: Folder,
                 equivalents: Mapping[str, Sequence[str]], store: VectorStore | None) -> None:
        import numpy as np

        self.passages = tuple(passages)
        self.embedder = embedder
        self.folder = folder
        self._equivalents = dict(equivalents)
        self._store = store
        self._vectors = np.stack([e.vector for e in encodings]) if encodings else np.zeros((0, embedder.dimension))
        self._tokens = [e.tokens for e in encodings]
        self._terms = [terms(folder.fold(p.indexed)) for p in passages]
        self._bm25 = Bm25(self._terms)
        self._place = {p.id: i for i, p in enumerate(passages)}
        self._queries: dict[str, Encoding] = {}

    @classmethod
    def build(cls, documents: Mapping[str, PolicyDocument] | Iterable[PolicyDocument], embedder: Embedder, *,
              cache_path: Path | None = None, variants: Iterable[Sequence[str]] = (),
              equivalents: Mapping[str, Sequence[str]] | None = None, store: VectorStore | None = None,
              topic_labels: Mapping[str, str] | None = None,
              on_progress: Callable[[int, int], None] | None = None) -> PolicyIndex:
        """``cache_path`` is an sqlite file for vectors; ``variants`` groups of spellings; ``equivalents`` user word ->
        policy words; ``store`` receives the vectors when they changed; ``topic_labels`` head the sentences of digests."""
        import numpy as np

        values = documents.values() if isinstance(documents, Mapping) else documents
        passages = passages_of(values, topic_labels)
        cache = VectorCache(embedder, cache_path)
        encodings = cache.encode([p.indexed for p in passages], on_progress)
        cache.close()
        if store is not None and passages:
            store.sync(embedder.engine_id, passages, np.stack([e.vector for e in encodings]))
        folder = Folder(variants)
        folded = {folder.fold(k): tuple(folder.fold(w) for w in v) for k, v in (equivalents or {}).items()}
        return cls(passages, encodings, embedder, folder, folded, store)

    def search(self, query: str, *, regions: tuple[str, ...] | None = None, doc_ids: Iterable[str] | None = None,
               limit: int = 10) -> list[Hit]:
        """Clauses, best first. ``regions=None`` searches every region; ``doc_ids`` narrows further."""
        import numpy as np

        wanted = None if doc_ids is None else set(doc_ids)
        allowed = [i for i, p in enumerate(self.passages)
                   if (wanted is None or p.document.id in wanted) and applies(p.document, regions)]
        if not allowed or not query.strip():
            return []
        folded = self.folder.fold(query)
        asked = terms(strip_question_words(folded)) or terms(folded)
        helped = asked + [t for word in expand(folded, self._equivalents) for t in terms(word)]
        encoding = self._encode(query)
        lexical = np.asarray(self._bm25.scores(helped))
        dense = self._vectors @ encoding.vector
        chosen = self._candidates(allowed, lexical, dense, encoding, wanted)
        top = float(lexical[chosen].max()) or 1.0
        late_sentence, clauses, late_clause = self._late(encoding, chosen)
        known = {t: self._bm25.idf(t) for t in set(asked)}
        hits = []
        for members, late in zip(clauses, late_clause, strict=True):
            rows = [chosen[m] for m in members]
            coverage = self._coverage(known, rows)
            best_dense = float(dense[rows].max())
            best_lexical = float(lexical[rows].max()) / top
            score = late + DENSE_SHARE * best_dense + LEXICAL_SHARE * best_lexical
            sentences = sorted(
                (SentenceHit(sentence=self.passages[chosen[m]].sentence, passage=self.passages[chosen[m]],
                             score=float(late_sentence[m]) + DENSE_SHARE * float(dense[chosen[m]]) + CLAUSE_SHARE * late
                             + LEXICAL_SHARE * float(lexical[chosen[m]]) / top) for m in members),
                key=lambda s: -s.score)
            first = self.passages[rows[0]]
            hits.append(Hit(clause=first.clause, document=first.document, score=score, sentences=tuple(sentences),
                            scores={"late": late, "dense": best_dense, "lexical": best_lexical, "coverage": coverage}))
        return sorted(hits, key=lambda h: (-h.score, h.clause.id))[:limit]

    def _encode(self, query: str) -> Encoding:
        """One question is searched several times, under different filters: it is embedded once."""
        held = self._queries.get(query)
        if held is None:
            held = self.embedder.encode_query(query)
            if len(self._queries) >= REMEMBERED_QUERIES:
                self._queries.clear()
            self._queries[query] = held
        return held

    def _candidates(self, allowed: list[int], lexical: np.ndarray, dense: np.ndarray, encoding: Encoding,
                    wanted: set[str] | None) -> list[int]:
        if len(self.passages) <= EXACT_LIMIT:
            return allowed
        keep = set(sorted(allowed, key=lambda i: -lexical[i])[:CANDIDATES])
        if self._store is not None:
            names = self._store.nearest(encoding.vector, doc_ids=sorted({self.passages[i].document.id for i in allowed})
                                        if wanted is not None else None, limit=CANDIDATES)
            keep.update(self._place[n] for n in names if n in self._place)
        else:
            keep.update(sorted(allowed, key=lambda i: -dense[i])[:CANDIDATES])
        return sorted(keep & set(allowed))

    def _late(self, encoding: Encoding, chosen: list[int]) -> tuple[np.ndarray, list[list[int]], list[float]]:
        """Late interaction: a score a passage, the passages grouped by clause, a score a clause.

        Without token vectors the dense score stands in."""
        import numpy as np

        groups: dict[str, list[int]] = {}
        for place, row in enumerate(chosen):
            groups.setdefault(self.passages[row].clause.id, []).append(place)
        clauses = list(groups.values())
        tokens = [self._tokens[row] for row in chosen]
        if encoding.tokens is None or any(t is None or not len(t) for t in tokens):
            flat = self._vectors[chosen] @ encoding.vector
            return flat, clauses, [float(max(flat[m] for m in members)) for members in clauses]
        starts = np.cumsum([0] + [len(t) for t in tokens[:-1]])
        similarity = encoding.tokens @ np.concatenate(tokens).astype(np.float32).T
        best = np.maximum.reduceat(similarity, starts, axis=1)
        flat = best.mean(axis=0)
        # The sentences of a digest are separate statements: read as one text they would match every question a little.
        scores = [float(flat[members].max()) if self.passages[chosen[members[0]]].provision
                  else float(best[:, members].max(axis=1).mean()) for members in clauses]
        return flat, clauses, scores

    def _coverage(self, known: Mapping[str, float], rows: list[int]) -> float:
        total = sum(known.values())
        if not total:
            return 0.0
        held = {t for row in rows for t in self._terms[row]}
        return sum(weight for term, weight in known.items() if term in held) / total
