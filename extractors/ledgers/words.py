"""Header and label words of ledgers, from terms/ledger.toml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from app.domain.carrier import Carrier, Direction
from extractors.text import compact
from extractors.vocabulary import load_terms

_MONTH = re.compile(r"(?:(?P<y>(?:19|20)\d{2})[年./\-])?(?P<m>0?[1-9]|1[0-2])月?份?")
_DECORATION = re.compile(r"^(本月|当月|本期|月度|实际|其中|外购|年度|全年|\d+[、.])+|(合计|总计|总量|小计)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a column or row label stands for: an energy carrier with its direction."""

    carrier: Carrier
    direction: Direction
    dimensions: tuple[str, ...]
    uncertain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A header or label text without its unit in brackets, and that unit."""

    text: str
    unit: str


@cache
def _roles() -> dict[str, str]:
    terms = load_terms("ledger")
    out = {compact(word): role for role, words in terms["roles"].items() for word in words}
    out.update({compact(word): "quantity" for word in terms["generic"]["quantity"]})
    out.update({compact(word): "band" for word in terms["bands"]["words"]})
    return out


@cache
def _carriers() -> tuple[tuple[str, Meaning], ...]:
    rows = []
    for row in load_terms("ledger")["carrier"]:
        meaning = Meaning(
            carrier=Carrier(row["id"]),
            direction=Direction(row["direction"]),
            dimensions=tuple(row["dimensions"]),
            uncertain=row.get("uncertain", ""),
        )
        rows += [(compact(word), meaning) for word in row["words"]]
    return tuple(rows)


def read_label(text: str) -> Label:
    """``用电量（万kWh）`` → 用电量, 万kWh; ``柴油/L`` → 柴油, L."""
    plain = compact(text).rstrip(":")
    match = re.fullmatch(r"(.*?)[(\[]([^()\[\]]*(?:\([^()]*\))?[^()\[\]]*)[)\]]", plain)
    if match and match.group(1):
        return Label(text=match.group(1), unit=re.sub(r"^单位[:为]?", "", match.group(2)))
    match = re.fullmatch(r"(.*[\u3400-\u9fff])[/,:]([A-Za-z0-9万千度吨升瓦时立方米标³·]+)", plain)
    return Label(text=match.group(1), unit=match.group(2)) if match else Label(text=plain, unit="")


def role_of(text: str) -> str | None:
    """The role of a header text: exactly a known word, with or without its unit."""
    label = read_label(text)
    return _roles().get(compact(text).rstrip(":")) or _roles().get(label.text)


def meaning_of(text: str) -> Meaning | None:
    """The carrier a header or row label names: exactly one of its words, trimmed of 本月, 合计 and the like."""
    label = read_label(text).text
    for candidate in (compact(text), label, _DECORATION.sub("", label)):
        for word, meaning in _carriers():
            if candidate == word:
                return meaning
    # 汽油领用量: a carrier's word with a word for quantities behind it.
    for word, meaning in _carriers():
        if label.startswith(word) and _roles().get(label[len(word) :]) == "quantity":
            return meaning
    return None


def counted_unit(text: str) -> str:
    """The unit that the label itself names (加油升数 is litres), empty for other labels."""
    counted: dict[str, str] = load_terms("ledger")["generic"]["counted"]
    return counted.get(read_label(text).text, "")


def meaning_inside(text: str) -> Meaning | None:
    """The one carrier whose longest word stands inside a title or an item name; None when different carriers do."""
    plain = compact(text)
    found: dict[tuple[Carrier, Direction], tuple[int, Meaning]] = {}
    for word, meaning in _carriers():
        if len(word) >= 2 and word in plain:
            key = (meaning.carrier, meaning.direction)
            if len(word) > found.get(key, (0, meaning))[0]:
                found[key] = (len(word), meaning)
    if not found:
        return None
    best = sorted(found.values(), key=lambda f: -f[0])
    # 液化天然气 contains 天然气: the longer word wins, two of one length do not.
    return best[0][1] if len(best) == 1 or best[0][0] > best[1][0] else None


def month_of(text: str) -> tuple[int | None, int] | None:
    """(year or None, month) of a column head such as 3月, 2025年3月, 2025-03."""
    plain = compact(text)
    match = _MONTH.fullmatch(plain)
    if not match or (plain.isdigit() and "月" not in plain):
        return None
    return (int(match.group("y")) if match.group("y") else None, int(match.group("m")))


def is_summary(text: str) -> bool:
    """True for labels of rows or columns that add up or compare others."""
    return bool(re.search(load_terms("ledger")["summary"]["pattern"], compact(text)))


def is_main_meter(text: str) -> bool:
    """True for labels of a total meter above sub-meters."""
    return any(word in compact(text) for word in load_terms("ledger")["main_meter"]["words"])


def is_bought(text: str) -> bool:
    """True for columns of purchased or stocked amounts."""
    return read_label(text).text.endswith(tuple(load_terms("ledger")["generic"]["bought"]))
