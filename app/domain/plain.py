"""Frozen records to JSON-ready values and back, driven by their type hints.

Fractions travel as decimal strings where they terminate and as ``p/q`` where they do not; dates as ISO strings;
enums as their values; tuples as lists. ``from_plain(cls, to_plain(x)) == x`` for every record of app.domain.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any, TypeVar

from app.domain.number import exact_text

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Any record, enum, date, Fraction, tuple or mapping of them as JSON-ready values."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, Fraction):
        return exact_text(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(to_plain(k)): to_plain(v) for k, v in value.items()}
    if isinstance(value, (tuple, list, frozenset, set)):
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [to_plain(v) for v in items]
    raise TypeError(f"{type(value).__name__} is not a plain value")


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def from_plain(cls: Any, value: Any) -> Any:
    """The inverse of ``to_plain`` for a type or type hint ``cls``."""
    origin = typing.get_origin(cls)
    if origin in (typing.Union, types.UnionType):
        if value is None:
            return None
        options = [a for a in typing.get_args(cls) if a is not type(None)]
        return from_plain(options[0], value)
    if origin is tuple:
        args = typing.get_args(cls)
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(from_plain(args[0], v) for v in value)
        return tuple(from_plain(a, v) for a, v in zip(args, value, strict=True))
    if origin is list:
        return [from_plain(typing.get_args(cls)[0], v) for v in value]
    if origin in (dict, Mapping) or (origin is not None and issubclass(origin, Mapping)):
        kt, vt = typing.get_args(cls)
        return {from_plain(kt, k): from_plain(vt, v) for k, v in value.items()}
    if cls is Any or cls is object:
        return value
    if cls is Fraction:
        return Fraction(value)
    if cls is datetime:
        return datetime.fromisoformat(value)
    if cls is date:
        return date.fromisoformat(value)
    if isinstance(cls, type) and issubclass(cls, Enum):
        return cls(value)
    if isinstance(cls, type) and is_dataclass(cls):
        hints = _hints(cls)
        known = {f.name for f in fields(cls)}
        return cls(**{k: from_plain(hints[k], v) for k, v in value.items() if k in known})
    return value
