"""A few counters in Prometheus text form; no library for six numbers."""

from __future__ import annotations

import threading
from collections import Counter


class Metrics:
    """Thread-safe counters with one label set each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()

    def add(self, name: str, amount: float = 1, **labels: str) -> None:
        with self._lock:
            self._counts[(name, tuple(sorted(labels.items())))] += amount  # type: ignore[assignment]

    def text(self) -> str:
        with self._lock:
            rows = sorted(self._counts.items())
        lines = []
        for (name, labels), value in rows:
            tail = "{" + ",".join(f'{k}="{v}"' for k, v in labels) + "}" if labels else ""
            lines.append(f"lingtan_{name}{tail} {value:g}")
        return "\n".join(lines) + "\n"
