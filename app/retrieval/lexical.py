"""BM25 over character bigrams (Robertson and Zaragoza 2009; Lucene's idf, never negative)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

K1 = 1.5
B = 0.75


class Bm25:
    """``scores(query_terms)`` gives one score a passage, in the order the passages came in."""

    def __init__(self, passages: Sequence[Sequence[str]]) -> None:
        self._counts = [Counter(passage) for passage in passages]
        self._lengths = [max(len(passage), 1) for passage in passages]
        self._mean = sum(self._lengths) / max(len(self._lengths), 1) or 1.0
        self._holding: Counter[str] = Counter(term for counts in self._counts for term in counts)
        self._postings: dict[str, list[int]] = {}
        for index, counts in enumerate(self._counts):
            for term in counts:
                self._postings.setdefault(term, []).append(index)

    def idf(self, term: str) -> float:
        held = self._holding.get(term, 0)
        return math.log(1.0 + (len(self._counts) - held + 0.5) / (held + 0.5))

    def scores(self, query: Iterable[str]) -> list[float]:
        totals = [0.0] * len(self._counts)
        for term in dict.fromkeys(query):
            weight = self.idf(term)
            for index in self._postings.get(term, ()):
                frequency = self._counts[index][term]
                damping = K1 * (1.0 - B + B * self._lengths[index] / self._mean)
                totals[index] += weight * frequency * (K1 + 1.0) / (frequency + damping)
        return totals
