"""A few counters in Prometheus text form; no library for six numbers."""

from __future__ import annotations

import threading
from collections import Counter

HELP = {
    "requests_total": ("counter", "Requests by route, method and status"),
    "request_seconds_sum": ("counter", "Seconds until the answer began, by route"),
    "request_seconds_count": ("counter", "Requests in request_seconds_sum, by route"),
    "refusals_total": ("counter", "Requests refused before any route: host, origin, token, key, size"),
}
Labels = tuple[tuple[str, str], ...]


class Metrics:
    """Thread-safe counters with labels."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, Labels]] = Counter()

    def add(self, name: str, amount: float = 1, **labels: str) -> None:
        with self._lock:
            self._counts[(name, tuple(sorted(labels.items())))] += amount  # type: ignore[assignment]

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request. ``route`` is the path template, never the path: ids must not become labels."""
        self.add("requests_total", route=route, method=method, status=str(status))
        self.add("request_seconds_sum", seconds, route=route)
        self.add("request_seconds_count", route=route)

    def text(self) -> str:
        with self._lock:
            rows = sorted(self._counts.items())
        lines: list[str] = []
        current = ""
        for (name, labels), value in rows:
            if name != current:
                current = name
                kind, meaning = HELP.get(name, ("counter", name))
                lines += [f"# HELP lingtan_{name} {meaning}", f"# TYPE lingtan_{name} {kind}"]
            tail = "{" + ",".join(f'{k}="{_escape(v)}"' for k, v in labels) + "}" if labels else ""
            lines.append(f"lingtan_{name}{tail} {value:.6g}" if isinstance(value, float) else f"lingtan_{name}{tail} {value}")
        return "\n".join(lines) + "\n"


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
