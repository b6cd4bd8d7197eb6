"""What one activity comes to, before the sign of its direction and the boundary are applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from app.accounting.library import Factor, FactorLibrary
from app.accounting.reading import Inputs
from app.accounting.suspects import Gate
from app.domain.number import exact_text
from app.domain.run import FactorUse, Operand


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What every activity of a run shares."""

    inputs: Inputs
    library: FactorLibrary
    gate: Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``tco2`` for the quantity as given (a negative quantity gives a negative amount); recipe.py applies it to any quantity.

    ``category_in``/``category_out`` name the line by direction. ``measures`` are amounts in base units by dimension, for
    conversion to standard coal. ``gases`` are tonnes of each gas when the factor came by gas. ``suspects`` are the names under
    which suspect items were admitted; ``supply`` is the path of electricity, ``zero`` says that it was counted as zero.
    """

    tco2: Fraction
    category_in: str
    category_out: str
    formula: str
    operands: tuple[Operand, ...] = ()
    factors: tuple[FactorUse, ...] = ()
    why: tuple[str, ...] = ()
    lookups: Mapping[str, str] = field(default_factory=dict)
    gases: Mapping[str, Fraction] = field(default_factory=dict)
    measures: Mapping[str, Fraction] = field(default_factory=dict)
    suspects: tuple[str, ...] = ()
    carrier: str = ""
    supply: str = ""
    zero: bool = False
    outside: bool = False


def use_of(factor: Factor, *, why: str, rejected: tuple[tuple[str, str], ...] = ()) -> FactorUse:
    """A library factor frozen into the run."""
    return FactorUse(
        id=factor.id,
        value=factor.value,
        unit=factor.unit,
        source=factor.source,
        evidence=factor.evidence,
        why=why,
        rejected=rejected,
    )


def user_factor(
    activity: str,
    name: str,
    value: str,
    unit: str,
    *,
    why: str,
    source: str = "",
    rejected: tuple[tuple[str, str], ...] = (),
) -> FactorUse:
    """A value the input gave itself; its evidence is ``user``."""
    return FactorUse(
        id=f"USER/{activity}/{name}",
        value=value,
        unit=unit,
        source=source or "活动数据给出",
        evidence="user",
        why=why,
        rejected=rejected,
    )


def operand(name: str, value: Fraction, unit: str, source: str = "activity") -> Operand:
    return Operand(name=name, value=exact_text(value), unit=unit, source=source)
