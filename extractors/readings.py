"""Meter readings as a record carries them: opening, closing, multiplier, and what the bill adds to what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from extractors.evidence import show
from extractors.text import number, number_text
from extractors.vocabulary import find_printed_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One register of one meter as printed; empty texts where nothing is printed. ``added`` are the signed parts between what was read
    and what is billed (losses, supplements, a meter taken down)."""

    meter: str = ""
    whole: bool = True
    opening: str
    closing: str
    multiplier: str = ""
    read: str = ""
    billed: str = ""
    added: tuple[str, ...] = ()


def reading_params(register: Register | None, quantity: str, scale: Fraction = Fraction(1)) -> dict[str, str]:
    """The readings under the names of the calculation input; nothing without both readings. ``quantity`` is what the record states:
    an adjustment is given only where it leads from what was read to exactly that. ``scale`` is the record's unit in printed units
    (10 000 for 万kWh): a meter counts in either, and readings that give neither quantity are left out there."""
    if register is None or number(register.opening) is None or number(register.closing) is None:
        return {}
    if scale != 1 and not _counts(register, (number(quantity) or Fraction(0)) * scale):
        return {}
    out = {"opening": number_text(register.opening) or "", "closing": number_text(register.closing) or ""}
    if number(register.multiplier) is not None:
        out["multiplier"] = number_text(register.multiplier) or ""
    adjustment = _adjustment(register, quantity)
    if adjustment:
        out["reading_adjustment"] = show(adjustment)
    return out


def _adjustment(register: Register, quantity: str) -> Fraction | None:
    billed, read, stated = number(register.billed), number(register.read), number(quantity)
    if stated is None:
        return None
    if billed is not None and read is not None:
        return billed - read if billed == stated else None
    parts = [number(p) for p in register.added]
    return sum((p for p in parts if p is not None), Fraction(0)) if parts and billed == stated else None


def _counts(register: Register, quantity: Fraction) -> bool:
    opening, closing = number(register.opening), number(register.closing)
    factor = number(register.multiplier or "1")
    assert opening is not None
    assert closing is not None
    return factor is not None and abs((closing - opening) * factor - quantity) <= max(Fraction(1), factor)


def unit_scale(unit: str) -> Fraction:
    """How many canonical units a printed one is; 1 where the table does not know it."""
    known = find_printed_unit(unit) if unit else None
    return known.ratio if known is not None else Fraction(1)


def only_register(registers: Sequence[Register]) -> Register | None:
    """The one register that counts the whole; None when several meters or several wholes do."""
    whole = [r for r in registers if r.whole]
    distinct = {(r.meter, r.opening, r.closing): r for r in whole}
    return next(iter(distinct.values())) if len(distinct) == 1 else None
