"""Small builders around app.domain.finding: every finding has a stable id, a Chinese sentence and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.domain.finding import Finding, Severity
from app.domain.number import exact_text, fixed_text
from app.domain.page import Box, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One reading of one header field. ``how`` says in Chinese why it was taken; ``rank`` orders sources (0 is best)."""

    name: str
    value: str
    raw: str
    how: str
    source: Source
    rank: int = 0
    page: int | None = None
    bbox: Box | None = None
    locator: str | None = None
    doubt: bool = False


def show(value: Fraction | None) -> str:
    """A fraction for a finding's data: the decimal, or six places when it does not end."""
    if value is None:
        return ""
    text = exact_text(value)
    return text if "/" not in text else fixed_text(value, 6)


def blocking(
    id: str, message: str, fix: str, *, subjects: tuple[str, ...] = (), data: Mapping[str, Any] | None = None
) -> Finding:
    return Finding(id=id, severity=Severity.BLOCKING, message=message, fix=fix, subjects=subjects, data=data or {})


def explain(
    id: str, message: str, fix: str, *, subjects: tuple[str, ...] = (), data: Mapping[str, Any] | None = None
) -> Finding:
    return Finding(id=id, severity=Severity.EXPLAIN, message=message, fix=fix, subjects=subjects, data=data or {})


def note(
    id: str, message: str, fix: str = "", *, subjects: tuple[str, ...] = (), data: Mapping[str, Any] | None = None
) -> Finding:
    return Finding(id=id, severity=Severity.NOTE, message=message, fix=fix, subjects=subjects, data=data or {})
