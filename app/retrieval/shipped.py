"""Vectors that come with the corpus, so that a fresh home need not compute them.

One file a document: digests of the indexed texts, their sentence vectors, and their token rows in eight bits: what is left
after the mean of all rows of the file, with one scale a row (a test holds cosine and ranking). Everything is found by engine
and text digest: a stale file costs time, it can never give a wrong vector.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from app.retrieval.cache import text_digest
from app.retrieval.embedder import Embedder, Encoding, unit_rows

STEPS = 127
SMALLEST_SCALE = 1e-4
QUERY_MARK = "/query"


class ShippedVectors:
    """An engine that looks into ``folder`` first and asks ``engine`` for the rest. Files are read on first use."""

    def __init__(self, engine: Embedder, folder: Path) -> None:
        self._engine = engine
        self._folder = folder
        self._held: dict[str, Encoding] | None = None
        self.engine_id = engine.engine_id
        self.dimension = engine.dimension
        self.has_tokens = engine.has_tokens

    def encode_passages(self, texts: Sequence[str]) -> list[Encoding]:
        return self._encode(texts, "", self._engine.encode_passages)

    def encode_queries(self, texts: Sequence[str]) -> list[Encoding]:
        return self._encode(texts, QUERY_MARK, self._engine.encode_queries)

    def encode_query(self, text: str) -> Encoding:
        """Questions are never shipped: token rows are wanted in full."""
        return self._engine.encode_query(text)

    def _encode(self, texts: Sequence[str], mark: str, compute: Callable[[Sequence[str]], list[Encoding]]) -> list[Encoding]:
        if self._held is None:
            self._held = read_folder(self._folder, self.engine_id)
        keys = [text_digest(text) + mark for text in texts]
        missing = [text for key, text in zip(keys, texts, strict=True) if key not in self._held]
        computed = iter(compute(missing) if missing else ())
        return [self._held[key] if key in self._held else next(computed) for key in keys]


def read_folder(folder: Path, engine_id: str) -> dict[str, Encoding]:
    """Digest (with a mark behind it for questions) -> encoding, of the files made by this engine. What cannot be read is
    left out: the engine can compute it."""
    held: dict[str, Encoding] = {}
    for path in sorted(folder.glob("*.npz")):
        held |= read_file(path, engine_id)
    return held


def read_file(path: Path, engine_id: str) -> dict[str, Encoding]:
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as stored:
            if str(stored["engine"]) != engine_id:
                return {}
            arrays = {name: stored[name] for name in ("digests", "vectors", "counts", "centre", "scales", "tokens")}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}
    vectors = unit_rows(arrays["vectors"].astype(np.float32))
    rows = unit_rows(arrays["tokens"] * arrays["scales"].astype(np.float32)[:, None] + arrays["centre"])
    ends = np.cumsum(arrays["counts"])
    return {str(digest): Encoding(vector=vector, tokens=rows[end - count : end] if count else None)
            for digest, vector, count, end in zip(arrays["digests"], vectors, arrays["counts"], ends, strict=True)}


def file_content(engine_id: str, encodings: Mapping[str, Encoding]) -> dict[str, Any]:
    """The arrays of one file: digests -> encodings, in the order given."""
    import numpy as np

    values = list(encodings.values())
    dimension = len(values[0].vector) if values else 0
    tokens = [e.tokens if e.tokens is not None else np.zeros((0, dimension), dtype=np.float32) for e in values]
    rows = np.concatenate(tokens).astype(np.float32) if tokens else np.zeros((0, dimension), dtype=np.float32)
    centre = rows.mean(axis=0, dtype=np.float32) if len(rows) else np.zeros(dimension, dtype=np.float32)
    rows -= centre
    scales = np.maximum(np.abs(rows).max(axis=1, initial=0.0) / STEPS, SMALLEST_SCALE).astype(np.float16)
    return {
        "engine": np.array(engine_id),
        "digests": np.array(list(encodings)),
        "vectors": np.stack([e.vector for e in values]).astype(np.float16) if values else np.zeros((0, dimension), np.float16),
        "counts": np.array([len(t) for t in tokens], dtype=np.int32),
        "centre": centre,
        "scales": scales,
        "tokens": np.clip(np.rint(rows / scales.astype(np.float32)[:, None]), -STEPS, STEPS).astype(np.int8),
    }


def write_file(path: Path, engine_id: str, encodings: Mapping[str, Encoding]) -> None:
    import numpy as np

    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **file_content(engine_id, encodings))
