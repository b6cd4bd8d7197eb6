"""What has changed behind a section since it was written, and the section with the values of today.

A fact is behind a section when the section prints it, a clause when it quotes it. Besides, the program's own text of the section is
compared with what it was: a new record adds a row, a changed rule another sentence, and neither shows in the facts printed before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.domain.clause import PolicyDocument
from app.domain.fact import Fact
from app.drafting.clauses import cite, cited_words, find_clause, spoken_path
from app.drafting.model import Block, CitedClause, ClauseRef, FactRef, Inline, Missing, Paragraph, Quote
from app.services.draft_content import Content, cited_in, content_of, is_object
from app.services.draft_tokens import printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """``kind`` is fact | clause | text. ``after`` is empty when the value or clause no longer exists; ``subject`` is the fact's id or the
    clause's."""

    kind: str
    label: str
    before: str
    after: str
    subject: str


def basis_of(made: Content, lines: list[str]) -> dict[str, Any]:
    """What is kept of the program's own text, to see later whether it would write something else."""
    return {"hash": made.hash, "lines": lines}


def changes_behind(
    content: Content, basis: Mapping[str, Any], made: Content, facts: Mapping[str, Fact], policies: Mapping[str, PolicyDocument]
) -> tuple[Change, ...]:
    """Everything that differs, values first; empty when the section still stands."""
    found = [*_facts(content, facts), *_clauses(content.blocks, policies)]
    if not found and basis["hash"] != made.hash:
        found.append(Change(kind="text", label="系统按现有数据写出的文字或表格与当时不同", before="", after="", subject=""))
    return tuple(found)


def _value(fact: Fact) -> str:
    return printed(FactRef(fact=fact.id, unit=bool(fact.unit)), fact).replace("\u00a0", " ")


def _facts(content: Content, facts: Mapping[str, Fact]) -> Iterator[Change]:
    for id, old in content.facts.items():
        new = facts.get(id)
        if new is None or (new.text, new.unit) != (old.text, old.unit):
            yield Change(kind="fact", label=old.label, before=_value(old), after=_value(new) if new else "", subject=id)


def _clauses(blocks: Iterable[Block], policies: Mapping[str, PolicyDocument]) -> Iterator[Change]:
    seen: set[tuple[str, str]] = set()
    for inline in cited_in(blocks):
        cited = inline.cited
        if (cited.clause, cited.quote) in seen:
            continue
        seen.add((cited.clause, cited.quote))
        found = find_clause(policies, cited.clause)
        if found is None or found[1].digest != cited.digest:
            now = "" if found is None else cited.quote if cited.quote in found[1].text else found[1].text[:160]
            label = f"《{cited.title}》{spoken_path(cited.path)}"
            yield Change(kind="clause", label=label, before=cited.quote, after=now, subject=cited.clause)


def refreshed(content: Content, made: Content, facts: Mapping[str, Fact], policies: Mapping[str, PolicyDocument]) -> Content:
    """The same prose with today's values, clauses and tables. What no longer exists becomes 【待补充】; a table that the program no
    longer makes is left out."""
    tables = {(type(b), getattr(b, "id", "")): b for b in made.blocks if is_object(b)}
    blocks: list[Block] = []
    for block in content.blocks:
        if isinstance(block, Paragraph):
            blocks.append(replace(block, inlines=tuple(_today(i, content.facts, facts, policies) for i in block.inlines)))
        elif (now := tables.get((type(block), getattr(block, "id", "")))) is not None:
            blocks.append(now)
    return content_of(blocks, facts)


def _today(
    inline: Inline, old: Mapping[str, Fact], facts: Mapping[str, Fact], policies: Mapping[str, PolicyDocument]
) -> Inline:
    if isinstance(inline, FactRef):
        if inline.fact not in facts:
            return Missing(what=old[inline.fact].label if inline.fact in old else "该项数据")
        return replace(inline, unit=inline.unit and bool(facts[inline.fact].unit))
    if isinstance(inline, (ClauseRef, Quote)):
        cited = _recited(inline.cited, policies, whole=isinstance(inline, ClauseRef))
        what = "依据条款" if isinstance(inline, ClauseRef) else f"引文（{inline.cited.title}）"
        return replace(inline, cited=cited) if cited else Missing(what=what)
    return inline


def _recited(cited: CitedClause, policies: Mapping[str, PolicyDocument], *, whole: bool) -> CitedClause | None:
    """The citation of the clause as it stands today: the same words where they still stand, the nearest sentence otherwise. Words
    quoted in running text are part of a sentence and cannot be exchanged for others."""
    found = find_clause(policies, cited.clause)
    if found is None:
        return None
    return cited_words(*found, cited.quote) or (cite(policies, cited.clause, about=cited.quote) if whole else None)
