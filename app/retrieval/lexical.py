"""BM25 over character bigrams (Robertson and Zaragoza 2009; Lucene's idf, never negative)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

K1 = 1.5
B = 0.75


class Bm25:
    """``scores(query_terms)`` gives one score a passage, in the order the passages came in. What a term adds to each passage
    that holds it is computed once, so a query is a few sums over arrays."""

    def __init__(self, passages: Sequence[Sequence[str]]) -> None:
        import numpy as np

        self._size = len(passages)
        lengths = np.array([max(len(passage), 1) for passage in passages], dtype=np.float64)
        mean = float(lengths.mean()) if self._size else 1.0
        damping = K1 * (1.0 - B + B * lengths / mean)
        held: dict[str, tuple[list[int], list[int]]] = {}
        for index, passage in enumerate(passages):
            for term, frequency in Counter(passage).items():
                places, frequencies = held.setdefault(term, ([], []))
                places.append(index)
                frequencies.append(frequency)
        self._postings: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for term, (places, frequencies) in held.items():
            rows, counts = np.array(places, dtype=np.int32), np.array(frequencies, dtype=np.float64)
            self._postings[term] = rows, counts * (K1 + 1.0) / (counts + damping[rows])

    def idf(self, term: str) -> float:
        held = len(self._postings[term][0]) if term in self._postings else 0
        return math.log(1.0 + (self._size - held + 0.5) / (held + 0.5))

    def scores(self, query: Iterable[str]) -> np.ndarray:
        """float64 (passages,)."""
        import numpy as np

        totals = np.zeros(self._size)
        for term in dict.fromkeys(query):
            if term in self._postings:
                rows, weights = self._postings[term]
                totals[rows] += self.idf(term) * weights
        return totals
