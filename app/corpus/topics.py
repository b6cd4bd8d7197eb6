"""The closed list of policy topics: what a provision, a criterion or a question is about."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from app.corpus.paths import corpus_root


def load_topics(root: Path | None = None) -> dict[str, str]:
    """Slug → Chinese label, in the order of the file (the order of the coverage matrix)."""
    return dict(_read(root or corpus_root()))


@lru_cache(maxsize=8)
def _read(root: Path) -> tuple[tuple[str, str], ...]:
    table = tomllib.loads((root / "topics.toml").read_text(encoding="utf-8"))["topics"]
    return tuple((str(slug), str(label)) for slug, label in table.items())
