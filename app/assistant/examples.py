"""What kind of question it is, by its nearest examples: the net under the patterns.

Patterns are exact and brittle, free wording slips past them. Here every kind of question has example sentences (data), and a
question belongs to the kind whose three nearest examples are nearest on average. Vectors are centred first: raw cosines of this
model all lie between .75 and .95. Only a clear lead counts; thresholds were set so that no answerable question of the sets in
evals/datasets is lost (docs/decisions/0006).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from app.assistant.knowledge import load_examples
from app.retrieval.cache import VectorCache
from app.retrieval.embedder import Embedder, unit_rows

if TYPE_CHECKING:
    import numpy as np

NEAREST = 3
CLEAR_SCORE = 0.30
CLEAR_LEAD = 0.09
BUSINESS = ("policy", "own", "unstated")


class Examples:
    """``kinds(vector)`` gives a score a kind; ``clear(vector)`` the kind outside our business that leads clearly, or None."""

    def __init__(self, vectors: np.ndarray, kinds: list[str]) -> None:
        self._centre = vectors.mean(axis=0)
        self._vectors = unit_rows(vectors - self._centre)
        self._rows: dict[str, list[int]] = {}
        for row, kind in enumerate(kinds):
            self._rows.setdefault(kind, []).append(row)

    @classmethod
    def build(cls, embedder: Embedder, cache_path: Path | None = None) -> Examples:
        import numpy as np

        pairs = [(kind, text) for kind, texts in load_examples().items() for text in texts]
        cache = VectorCache(embedder, cache_path, queries=True)
        encodings = cache.encode([text for _, text in pairs])
        cache.close()
        return cls(np.stack([e.vector for e in encodings]), [kind for kind, _ in pairs])

    def kinds(self, vector: np.ndarray) -> dict[str, float]:
        import numpy as np

        similarity = self._vectors @ unit_rows((vector - self._centre)[None, :])[0]
        return {kind: float(np.sort(similarity[rows])[-NEAREST:].mean()) for kind, rows in self._rows.items()}

    def clear(self, vector: np.ndarray) -> str | None:
        scores: Mapping[str, float] = self.kinds(vector)
        outside = max((kind for kind in scores if kind not in BUSINESS), key=lambda kind: scores[kind])
        lead = scores[outside] - max(scores[kind] for kind in BUSINESS)
        return outside if scores[outside] >= CLEAR_SCORE and lead >= CLEAR_LEAD else None
