"""policy_corpus/schema/documents.toml interpreted: which fields a record may have and what they may hold."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.corpus.paths import corpus_root


def document_schema(root: Path | None = None) -> Mapping[str, Any]:
    """The schema of document folders: ``meta``, ``provision``, ``coverage``, ``correction``, ``id_pattern``, ``date_pattern``."""
    return _read(root or corpus_root())


@lru_cache(maxsize=8)
def _read(root: Path) -> Mapping[str, Any]:
    return tomllib.loads((root / "schema" / "documents.toml").read_text(encoding="utf-8"))


def record_problems(record: Mapping[str, Any], family: Mapping[str, Any], *, dates: str = "") -> list[str]:
    """What is wrong with one record, in Chinese; empty when it fits. ``dates`` is the pattern of the family's date fields."""
    problems = [f"缺少字段 {name}" for name in family["required"] if record.get(name) in (None, "")]
    kinds = {name: kind for kind in ("text", "list", "flag", "number") for name in family.get(kind, ())}
    for name, value in record.items():
        kind = kinds.get(name)
        if kind is None:
            problems.append(f"字段 {name} 不在字段表中")
        elif not _fits(value, kind):
            problems.append(f"字段 {name} 应为{_KINDS[kind]}，现为 {value!r}")
        elif name in family.get("choices", {}) and value not in family["choices"][name]:
            problems.append(f"字段 {name} 不能取 {value!r}，只能取 {'、'.join(family['choices'][name])}")
        elif name in family.get("dates", ()) and dates and not re.match(dates, value):
            problems.append(f"字段 {name} 应写成 2026、2026-01 或 2026-01-14，现为 {value!r}")
    return problems


_KINDS = {"text": "文字", "list": "文字列表", "flag": "true 或 false", "number": "整数"}


def _fits(value: Any, kind: str) -> bool:
    if kind == "text":
        return isinstance(value, str)
    if kind == "list":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if kind == "flag":
        return isinstance(value, bool)
    return isinstance(value, int) and not isinstance(value, bool)
