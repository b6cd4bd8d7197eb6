"""One generated document and what is true of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """``group`` is the class of layout, ``traits`` say what is unusual about it (for reading a report)."""

    group: str
    seed: int
    filename: str
    data: bytes
    truth: Mapping[str, Any]
    traits: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.group}-{self.seed}"
