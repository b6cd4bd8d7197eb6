"""Vectors on disk, keyed by engine and text, so that a text is embedded once in the life of a home directory."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.retrieval.embedder import Embedder, Encoding

if TYPE_CHECKING:
    import numpy as np

SCHEMA = """create table if not exists vectors (
    engine text not null, digest text not null, vector blob not null, tokens blob, primary key (engine, digest)
) without rowid"""
BATCH = 64


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class VectorCache:
    """``encode(texts)`` gives one Encoding a text. Token rows are kept in float16. ``path=None`` keeps nothing on disk.

    With ``queries=True`` texts are embedded as questions and kept without token rows."""

    def __init__(self, embedder: Embedder, path: Path | None, *, queries: bool = False) -> None:
        self._embedder = embedder
        self._queries = queries
        self._engine_id = embedder.engine_id + ("/query" if queries else "")
        self._lock = threading.Lock()
        self._memory: dict[str, Encoding] = {}
        self._database: sqlite3.Connection | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, check_same_thread=False, timeout=30)
            self._database.execute("pragma journal_mode=wal")
            self._database.execute(SCHEMA)

    def encode(self, texts: Sequence[str], on_progress: Any = None) -> list[Encoding]:
        """``on_progress(done, total)`` is called after every batch that had to be embedded."""
        keys = [text_digest(text) for text in texts]
        with self._lock:
            missing: dict[str, str] = {}
            for key, text in zip(keys, texts, strict=True):
                if key not in self._memory and key not in missing and not self._from_disk(key):
                    missing[key] = text
            todo = list(missing.items())
            for start in range(0, len(todo), BATCH):
                batch = todo[start : start + BATCH]
                encodings = self._embed([text for _, text in batch])
                for (key, _), encoding in zip(batch, encodings, strict=True):
                    self._memory[key] = _halved(encoding)
                self._to_disk([key for key, _ in batch])
                if on_progress is not None:
                    on_progress(min(start + BATCH, len(todo)), len(todo))
            return [self._memory[key] for key in keys]

    def _embed(self, texts: list[str]) -> list[Encoding]:
        if self._queries:
            return [Encoding(vector=e.vector) for e in self._embedder.encode_queries(texts)]
        return self._embedder.encode_passages(texts)

    def forget(self) -> None:
        """Drops what is held in memory; what lies on disk stays."""
        with self._lock:
            self._memory.clear()

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def _from_disk(self, key: str) -> bool:
        import numpy as np

        if self._database is None:
            return False
        row = self._database.execute("select vector, tokens from vectors where engine = ? and digest = ?",
                                     (self._engine_id, key)).fetchone()
        if row is None:
            return False
        vector = np.frombuffer(row[0], dtype=np.float32)
        tokens = None if row[1] is None else np.frombuffer(row[1], dtype=np.float16).reshape(-1, len(vector))
        self._memory[key] = Encoding(vector=vector, tokens=tokens)
        return True

    def _to_disk(self, keys: list[str]) -> None:
        if self._database is None:
            return
        rows = [(self._engine_id, key, self._memory[key].vector.tobytes(), _blob(self._memory[key].tokens))
                for key in keys]
        with self._database:
            self._database.executemany("insert or replace into vectors values (?, ?, ?, ?)", rows)


def _blob(tokens: np.ndarray | None) -> bytes | None:
    return None if tokens is None else tokens.tobytes()


def _halved(encoding: Encoding) -> Encoding:
    import numpy as np

    tokens = None if encoding.tokens is None else np.asarray(encoding.tokens, dtype=np.float16)
    return Encoding(vector=np.asarray(encoding.vector, dtype=np.float32), tokens=tokens)
