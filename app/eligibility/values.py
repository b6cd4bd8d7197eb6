"""Facts about one factory, with where each comes from and how well it is supported.

A fact is *proved* when a calculation run, an uploaded document or a declaration with an uploaded document stands behind
it, and *stated* when a person declared it (name and date) without a document. What nobody declared is absent: there is no
default, and absence is never ``False``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction

from app.domain.number import exact_text, fixed_text


class Support(StrEnum):
    PROVED = "proved"
    STATED = "stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Named things known to be there or known not to be there; a name in neither is unknown."""

    present: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()

    @property
    def known(self) -> bool:
        return bool(self.present or self.absent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One row of a register: ``count`` units of ``name`` with the property ``value`` (a grade, a level, a standard)."""

    name: str
    value: str
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Rows of a list that is closed only when they add up to ``expected``, the total of the factory's own register.

    Without that total nothing can be said about all of them, so dropping a row can never make the rest look complete. A
    list longer than its register contradicts it and is not complete either."""

    rows: tuple[Item, ...] = ()
    expected: int | None = None

    @property
    def listed(self) -> int:
        return sum(row.count for row in self.rows)

    @property
    def complete(self) -> bool:
        return self.expected is not None and self.listed == self.expected > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Yearly values and the reporting year that trends end at."""

    points: Mapping[int, Fraction] = field(default_factory=dict)
    last_year: int | None = None


Value = bool | Fraction | str | Marks | Items | Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where one mark comes from; exactly one member is set."""

    run_line: str | None = None
    document: str | None = None
    declared: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """``value`` holds everything known, ``proved`` the part that is proved (None when nothing is).

    At most one of run_line, document, declared names the source; for marks ``origins`` names it mark by mark."""

    name: str
    value: Value
    proved: Value | None = None
    unit: str = ""
    run_line: str | None = None
    document: str | None = None
    declared: str | None = None
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def about(self, names: tuple[str, ...]) -> Fact | None:
        """The part of a marks fact that speaks of ``names``, with the source of the first of them, proved ones first; None
        when it says nothing about any. A fact of another kind is returned as it is."""
        if not isinstance(self.value, Marks):
            return self
        wanted, proved = frozenset(names), self.proved if isinstance(self.proved, Marks) else Marks()
        value = Marks(present=self.value.present & wanted, absent=self.value.absent & wanted)
        sure = Marks(present=proved.present & wanted, absent=proved.absent & wanted)
        spoken = [name for name in names if name in value.present | value.absent]
        if not spoken:
            return None
        first = min(spoken, key=lambda n: (n not in sure.present, n not in value.present, n not in sure.absent))
        origin = self.origins.get(first, Origin(run_line=self.run_line, document=self.document, declared=self.declared))
        return replace(
            self, value=value, proved=sure, run_line=origin.run_line, document=origin.document, declared=origin.declared
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSheet:
    """All facts of one factory and year. ``notes`` explains in Chinese why a fact that was offered could not be used."""

    facts: Mapping[str, Fact] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> Fact | None:
        return self.facts.get(name)

    def value(self, name: str, *, strict: bool) -> Value | None:
        """What is known of a fact; with ``strict`` only what is proved. None: unknown."""
        fact = self.facts.get(name)
        if fact is None:
            return None
        return fact.proved if strict else fact.value

    def without(self, *names: str) -> FactSheet:
        """The same sheet with fewer facts."""
        return replace(self, facts={k: v for k, v in self.facts.items() if k not in names})


def plain_number(value: Fraction) -> str:
    """A decimal string: exact when it terminates within 6 places, otherwise rounded to 6."""
    text = exact_text(value)
    if "/" not in text and len(text.partition(".")[2]) <= 6:
        return text
    return fixed_text(value, 6)


def value_text(value: Value | None) -> str | None:
    """A value as a user reads it; None for unknown."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Fraction):
        return plain_number(value)
    if isinstance(value, str):
        return value
    if isinstance(value, Marks):
        has = "、".join(sorted(value.present)) or "无"
        return has + (f"（未实施：{'、'.join(sorted(value.absent))}）" if value.absent else "")
    if isinstance(value, Items):
        listed = "；".join(f"{row.name}：{row.value or '未填'}" for row in value.rows)
        total = "台账总数未填" if value.expected is None else f"台账总数 {value.expected}"
        return f"{listed or '未列出'}（已列 {value.listed}，{total}）"
    return "；".join(f"{year}年 {plain_number(number)}" for year, number in sorted(value.points.items())) or "无"
