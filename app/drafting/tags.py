"""The names that tie a content control to what it holds. Word keeps a tag of at most 64 characters through every edit.

<fact id>               the figure or string of a fact, nothing else
unit:<fact id>          the unit directly behind it
lit:<kind>:<digest>     a structural literal; the digest is of kind and text, so an edited date no longer fits its own tag
todo:<digest>           【待补充：…】
quote:<clause>          words of a clause in running text
cite:<clause>           the quote of a footnote
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

TAG_LIMIT = 64
_PREFIXES = ("unit", "lit", "todo", "quote", "cite")


def digest8(*parts: str) -> str:
    return sha256("\x1f".join(parts).encode()).hexdigest()[:8]


def fact_tag(fact: str) -> str:
    return fact


def unit_tag(fact: str) -> str:
    return f"unit:{fact}"


def literal_tag(kind: str, text: str) -> str:
    return f"lit:{kind}:{digest8(kind, text)}"


def missing_tag(text: str) -> str:
    return f"todo:{digest8('todo', text)}"


def clause_tag(prefix: str, clause: str) -> str:
    """``quote:`` or ``cite:`` and the clause id; an id too long for a tag is named by its digest."""
    tag = f"{prefix}:{clause}"
    return tag if len(tag) <= TAG_LIMIT else f"{prefix}:~{sha256(clause.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A parsed tag: ``kind`` is fact or one of the prefixes; ``name`` the fact id, clause id or digest; ``detail`` the
    literal's kind."""

    kind: str
    name: str
    detail: str = ""


def parse_tag(tag: str) -> Tag:
    """What a tag says. Any tag without one of the prefixes names a fact."""
    prefix, colon, rest = tag.partition(":")
    if not colon or prefix not in _PREFIXES:
        return Tag(kind="fact", name=tag)
    if prefix == "lit":
        detail, _, digest = rest.partition(":")
        return Tag(kind="lit", name=digest, detail=detail)
    return Tag(kind=prefix, name=rest)


def clause_names(clauses: Iterable[str]) -> dict[str, str]:
    """Tag names of clauses back to clause ids, for ids that had to be shortened."""
    return {parse_tag(clause_tag(prefix, c)).name: c for c in clauses for prefix in ("quote", "cite")}
