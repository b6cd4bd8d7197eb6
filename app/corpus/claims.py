"""Claims seen on the web that are wrong, cannot be confirmed or belong to something else; never evidence, always a warning."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.corpus.paths import corpus_root

KIND_LABELS = {
    "false": "与可查正文不符",
    "unverified": "查不到可靠来源",
    "conflicting": "来源互相矛盾",
    "misapplied": "用错对象",
    "outdated": "已被替代",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedClaim:
    """``kind`` is a key of KIND_LABELS, ``origin`` found | constructed, ``rule`` says what to answer, ``contains`` are the words
    that mark the claim, ``related`` the documents to show instead."""

    id: str
    claim: str
    kind: str
    why: str
    rule: str
    topic: str
    origin: str
    seen_in: str
    related: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()


def load_rejected_claims(root: Path | None = None) -> tuple[RejectedClaim, ...]:
    """policy_corpus/rejected_claims.toml in file order."""
    return _read(root or corpus_root())


def claims_in(text: str, claims: Sequence[RejectedClaim]) -> tuple[RejectedClaim, ...]:
    """The claims of which the text contains two marks, or the only one; blanks do not count.

    A hit is a reason to look, not a verdict: the text may be denying the claim."""
    squeezed = "".join(text.split())
    return tuple(c for c in claims if _marks(squeezed, c) >= min(2, len(c.contains)) > 0)


def _marks(squeezed: str, claim: RejectedClaim) -> int:
    return sum("".join(mark.split()) in squeezed for mark in claim.contains)


@lru_cache(maxsize=8)
def _read(root: Path) -> tuple[RejectedClaim, ...]:
    rows = tomllib.loads((root / "rejected_claims.toml").read_text(encoding="utf-8"))["claim"]
    return tuple(
        RejectedClaim(
            id=row["id"],
            claim=row["claim"],
            kind=row["kind"],
            why=row["why"],
            rule=row["rule"],
            topic=row["topic"],
            origin=row["origin"],
            seen_in=row["seen_in"],
            related=tuple(row.get("related", ())),
            contains=tuple(row.get("contains", ())),
        )
        for row in rows
    )
