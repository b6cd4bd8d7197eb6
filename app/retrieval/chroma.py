"""Chroma as the persistent store of passage vectors.

Vectors are always given explicitly: Chroma's default embedding function would try to download a model. Cosine space; the
collection's name carries the engine, so vectors of two models never share one. A fingerprint file beside the database
tells whether anything changed, and Chroma is only imported when it did or when a search needs it. One process owns the path.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.domain.errors import Unavailable
from app.retrieval.embedder import quiet_native_threads
from app.retrieval.passages import Passage

BATCH = 2000
SEARCH_EFFORT = 400


class ChromaStore:
    """``path`` is a directory of its own (embedded) or ``url`` an HTTP server: Unavailable ``vector_store_unreachable`` is
    raised when it does not answer."""

    def __init__(self, path: Path | None = None, *, url: str | None = None) -> None:
        if (path is None) == (url is None):
            raise ValueError("either a path or a url")
        self._path = path
        self._url = url
        self._client: Any = None
        self._engine_id = ""

    def sync(self, engine_id: str, passages: Sequence[Passage], vectors: Any) -> None:
        """Bring the collection to exactly these passages: changed and new ones written, vanished ones removed."""
        self._engine_id = engine_id
        mark = fingerprint(engine_id, passages)
        if self._path is not None and self._marker().exists() and self._marker().read_text("ascii") == mark:
            return
        collection = self._collection()
        held = set(collection.get(include=[])["ids"])
        gone = sorted(held - {p.id for p in passages})
        for start in range(0, len(gone), BATCH):
            collection.delete(ids=gone[start : start + BATCH])
        for start in range(0, len(passages), BATCH):
            batch = passages[start : start + BATCH]
            collection.upsert(ids=[p.id for p in batch], embeddings=vectors[start : start + BATCH].tolist(),
                              documents=[p.sentence.text for p in batch], metadatas=[_metadata(p) for p in batch])
        if self._path is not None:
            self._marker().write_text(mark, "ascii")

    def nearest(self, vector: Any, *, doc_ids: Sequence[str] | None, limit: int) -> list[str]:
        """Ids of the passages nearest by cosine, among the given documents."""
        where = None if doc_ids is None else {"doc_id": {"$in": list(doc_ids)}}
        collection = self._collection()
        found = collection.query(query_embeddings=[vector.tolist()], where=where, include=[],
                                 n_results=max(1, min(limit, collection.count())))
        return list(found["ids"][0])

    def _marker(self) -> Path:
        assert self._path is not None
        return self._path / "fingerprint.txt"

    def _collection(self) -> Any:
        if self._client is None:
            quiet_native_threads()
            import chromadb
            from chromadb.config import Settings

            settings = Settings(anonymized_telemetry=False)
            if self._path is not None:
                self._path.mkdir(parents=True, exist_ok=True)
                self._client = chromadb.PersistentClient(path=str(self._path), settings=settings)
            else:
                self._client = _http_client(chromadb, self._url or "", settings)
        name = "clauses-" + re.sub(r"[^a-zA-Z0-9._-]", "-", self._engine_id)[:400]
        return self._client.get_or_create_collection(
            name, embedding_function=None,
            configuration={"hnsw": {"space": "cosine", "ef_search": SEARCH_EFFORT}})


def fingerprint(engine_id: str, passages: Sequence[Passage]) -> str:
    digest = hashlib.sha256(engine_id.encode())
    for passage in passages:
        digest.update(f"\x1e{passage.id}\x1f{passage.indexed}\x1f{passage.document.region}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _metadata(passage: Passage) -> dict[str, str]:
    document = passage.document
    return {"doc_id": document.id, "clause": passage.clause.id, "title": passage.clause.title, "region": document.region,
            "scheme": document.scheme, "year": document.year or "", "evidence": str(passage.clause.evidence.value)}


def _http_client(chromadb: Any, url: str, settings: Any) -> Any:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    try:
        return chromadb.HttpClient(host=parts.hostname or "localhost", port=parts.port or 8000,
                                   ssl=parts.scheme == "https", settings=settings)
    except (ValueError, OSError) as error:  # the client raises ValueError for a server that does not answer, and for a bad port
        raise Unavailable("vector_store_unreachable", "向量库没有应答", subject=url,
                          fix="检查 LINGTAN_CHROMA_URL 与该服务；删除这项设置就用内置的向量库") from error
