"""The default engine: multilingual-e5-small from the bundled 4-bit weights through onnxruntime, with vectors for every token.

Equal to the engine the weights come with up to rounding (a test holds cosine >= .999), and it gives what that engine
keeps to itself: the token vectors that late interaction needs (docs/decisions/0006, 0014).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.retrieval.embedder import Encoding, bundled_weights, unit_rows
from app.retrieval.pieces import PieceTokenizer
from app.retrieval.transformer import Transformer
from app.retrieval.weights import WeightsFile

if TYPE_CHECKING:
    import numpy as np

PASSAGE, QUERY = "passage: ", "query: "


class EmbeddedE5:
    """Loads on first use (about .2 s) and is safe to share between threads."""

    engine_id = "e5-small-q4-onnx-1"
    dimension = 384
    has_tokens = True

    def __init__(self, weights: Path | None = None) -> None:
        self._path = weights
        self._lock = threading.Lock()
        self._loaded: tuple[PieceTokenizer, Transformer, WeightsFile] | None = None

    def _engine(self) -> tuple[PieceTokenizer, Transformer, WeightsFile]:
        with self._lock:
            if self._loaded is None:
                weights = WeightsFile(self._path or bundled_weights())
                self._loaded = PieceTokenizer(weights.pieces), Transformer(weights), weights
            return self._loaded

    def token_ids(self, text: str, *, query: bool = False) -> list[int]:
        """Ids of the whole input, prefix and marks included, before windowing."""
        tokenizer, _, weights = self._engine()
        content = tokenizer.encode((QUERY if query else PASSAGE) + text)
        return [weights.pieces.bos, *content, weights.pieces.eos]

    def encode_passages(self, texts: Sequence[str]) -> list[Encoding]:
        return list(self._encode(texts, query=False))

    def encode_query(self, text: str) -> Encoding:
        return next(self._encode([text], query=True))

    def encode_queries(self, texts: Sequence[str]) -> list[Encoding]:
        return list(self._encode(texts, query=True))

    def _encode(self, texts: Sequence[str], *, query: bool) -> Iterator[Encoding]:
        _, transformer, weights = self._engine()
        prefix = self._prefix_length(query)
        windows: list[list[int]] = []
        owners: list[int] = []
        for owner, text in enumerate(texts):
            for window in self._windows(self.token_ids(text, query=query), weights):
                windows.append(window)
                owners.append(owner)
        parts: dict[int, list[np.ndarray]] = {}
        for owner, hidden in zip(owners, transformer.forward(windows), strict=True):
            parts.setdefault(owner, []).append(hidden)
        for owner in range(len(texts)):
            yield _pool(parts[owner], prefix)

    def _windows(self, ids: list[int], weights: WeightsFile) -> list[list[int]]:
        """Inputs longer than the model's positions are cut into windows, each with its own marks."""
        room = weights.shape.max_positions - 2
        content = ids[1:-1]
        cuts = [content[i : i + room] for i in range(0, len(content), room)] or [[]]
        return [[weights.pieces.bos, *cut, weights.pieces.eos] for cut in cuts]

    def _prefix_length(self, query: bool) -> int:
        tokenizer, _, _ = self._engine()
        return len(tokenizer.encode((QUERY if query else PASSAGE).strip()))


def _pool(parts: list[np.ndarray], prefix: int) -> Encoding:
    """The mean over all tokens, windows weighted by their content; token rows without marks and prefix."""
    import numpy as np

    weights = np.array([max(len(part) - 2, 1) for part in parts], dtype=np.float64)
    means = np.stack([part.mean(axis=0) for part in parts])
    mean = (means * (weights / weights.sum())[:, None]).sum(axis=0)
    rows = np.concatenate([part[1:-1] for part in parts])[prefix:]
    return Encoding(vector=unit_rows(mean), tokens=unit_rows(rows))
