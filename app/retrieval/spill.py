"""Token rows of a large corpus in an unnamed file instead of memory: a search reads only those of its candidates."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.retrieval.cache import VectorCache
from app.retrieval.embedder import Encoding

if TYPE_CHECKING:
    import numpy as np

TEXTS_A_TURN = 128


def encode_spilled(cache: VectorCache, texts: Sequence[str], folder: Path | None,
                   on_progress: Callable[[int, int], None] | None = None) -> list[Encoding]:
    """As ``cache.encode``, a few texts at a time; the token rows of the result are views of a mapped file that vanishes with
    the process. ``folder`` is where the file lies (the system's own place when None)."""
    import numpy as np

    vectors: list[Encoding] = []
    shapes: list[tuple[int, int]] = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for start in range(0, len(texts), TEXTS_A_TURN):
            turn = texts[start : start + TEXTS_A_TURN]
            for encoding in cache.encode(turn):
                vectors.append(replace(encoding, tokens=None))
                shapes.append((0, 0) if encoding.tokens is None else encoding.tokens.shape)
                if encoding.tokens is not None:
                    file.write(np.ascontiguousarray(encoding.tokens, dtype=np.float16).tobytes())
            cache.forget()
            if on_progress is not None:
                on_progress(start + len(turn), len(texts))
        file.flush()
        if not any(rows for rows, _ in shapes):
            return vectors
        mapped = np.memmap(file, dtype=np.float16, mode="r")
    return _views(vectors, shapes, mapped)


def _views(vectors: list[Encoding], shapes: list[tuple[int, int]], mapped: np.ndarray) -> list[Encoding]:
    found, at = [], 0
    for encoding, (rows, columns) in zip(vectors, shapes, strict=True):
        tokens = mapped[at : at + rows * columns].reshape(rows, columns) if rows else None
        found.append(replace(encoding, tokens=tokens))
        at += rows * columns
    return found
