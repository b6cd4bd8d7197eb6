"""Numbers that carry their own proof: tax numbers (GB 32100-2015) and invoice numbers."""

from __future__ import annotations

import re

from extractors.text import compact

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_OLD_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def uscc_valid(code: str) -> bool:
    """True when the 18th character is the mod-31 check of the first 17 (GB 32100-2015, §5)."""
    if len(code) != 18 or any(c not in _ALPHABET for c in code):
        return False
    total = sum(_ALPHABET.index(c) * w for c, w in zip(code[:17], _WEIGHTS, strict=True))
    return _ALPHABET[(31 - total % 31) % 31] == code[17]


def person_id_valid(code: str) -> bool:
    """True for an 18-digit citizen number (GB 11643), which sole traders use as tax number."""
    if not re.fullmatch(r"\d{17}[\dX]", code):
        return False
    total = sum(int(c) * w for c, w in zip(code[:17], _OLD_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == code[17]


def tax_id_candidates(raw: str) -> list[tuple[str, bool]]:
    """(tax number, proven) readings of a printed string, best first.

    The cipher area of old invoices can be glued to the number, so the 18-, 20- and 15-character prefixes are tried and a prefix
    that passes its check character wins.
    """
    plain = re.sub(r"[^0-9A-Z]", " ", compact(raw).upper()).strip()
    first = plain.split(" ", 1)[0] if plain else ""
    if not first:
        return []
    out: list[tuple[str, bool]] = []
    if len(first) >= 18 and (uscc_valid(first[:18]) or person_id_valid(first[:18])):
        out.append((first[:18], True))
    elif len(first) in (15, 17, 18, 20):
        out.append((first, False))
    elif len(first) > 20:
        out.append((first[:18], False))
        out.append((first[:15], False))
    return out


def invoice_number_ok(number: str, code: str, provinces: frozenset[str]) -> bool:
    """V2a: 20 digits with a known province in places 3–4, or 8 digits beside a 10- or 12-digit code."""
    if re.fullmatch(r"\d{20}", number):
        return not code and number[2:4] in provinces
    return bool(re.fullmatch(r"\d{8}", number) and re.fullmatch(r"\d{10}|\d{12}", code))
