"""Facts: the only source of numbers in a draft."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """``text`` is exactly what the draft prints (digits only, unit apart), ``value`` the exact decimal string behind it.

    Exactly one of run_line (``<run id>/<activity>`` or ``<run id>/total_tco2`` …), document (``<sha12>#p<n>``), clause
    (``miit-2026-13/二-p1#s3``) or profile (``factory.year``) says where the value comes from."""

    id: str
    label: str
    value: str
    text: str
    unit: str = ""
    run_line: str | None = None
    document: str | None = None
    clause: str | None = None
    profile: str | None = None
