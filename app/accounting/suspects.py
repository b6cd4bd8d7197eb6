"""The gate for suspect, reconstructed and low-trust items: refused unless the input names them one by one.

A name in ``options.allow_suspect`` may be the item's id (``FUEL/C/柴油``, ``GWP/AR6/SF6``, ``steam_eq13``, ``STEAM/SH/400/0.5``)
or one of the plain spellings an item declares. Separators and case are not significant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.accounting.refusals import Kind, refusal

_SEPARATORS = re.compile(r"[\s/:：#@_\-|,，]+")


def _fold(name: str) -> str:
    return _SEPARATORS.sub("/", name.strip().casefold()).strip("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The names the input allows, folded to one spelling."""

    names: frozenset[str] = frozenset()

    @classmethod
    def from_option(cls, option: Any) -> Gate:
        """From ``options.allow_suspect``: a name or a list of names; anything else (``true``) names nothing."""
        given = [option] if isinstance(option, str) else option if isinstance(option, (list, tuple)) else []
        return cls(names=frozenset(_fold(n) for n in given if isinstance(n, str) and n.strip()))

    def allows(self, names: Iterable[str]) -> bool:
        return any(_fold(name) in self.names for name in names)

    def admit(self, names: tuple[str, ...], *, what: str, reason: str, subject: str) -> str:
        """The item's own name (the first) when it is allowed. Raises the suspect_factor refusal otherwise."""
        if self.allows(names):
            return names[0]
        raise refusal(
            Kind.SUSPECT_FACTOR,
            f"{what}是疑误、低可信或重构项，默认不用。{reason.rstrip('。') or '未见可信来源'}。",
            fix=f"请改用可信的取值或给出实测参数；确需使用时在 options.allow_suspect 中点名“{names[0]}”，运行记录会写明。",
            subject=subject,
        )
