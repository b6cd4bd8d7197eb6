"""Findings are values: what a user should see, decide or mend. They are never raised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """blocking 必须处理 · explain 须说明 · note 提示."""

    BLOCKING = "blocking"
    EXPLAIN = "explain"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One observation. ``id`` is a stable kebab slug of the check, ``subjects`` the ids it is about,
    ``data`` the arithmetic or values behind it (decimal strings), ``fix`` the Chinese sentence on what to do."""

    id: str
    severity: Severity
    message: str
    subjects: tuple[str, ...] = ()
    fix: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    clause: str | None = None
