"""Sentence templates of a form: running text with typed holes, so that no figure can be typed into a template.

    {fact}              the fact with its unit          {=fact}              the fact's figure alone
    {cite:CLAUSE|words} footnote to the sentence with these words ({cite:CLAUSE} quotes its opening)
    {quote:CLAUSE|words} these exact words of the clause, without quotation marks
    {std:GB/T 32150}    a standard's code                {term:…}            a fixed term that holds a numeral
    {date:…} {said:…}   a date, a numeral of a rounding note
    {law:DOC}           title and number of a document   {missing:…}          【待补充：…】
    {head:…}            the number of a heading, caption or row

A fact that does not exist becomes 【待补充】 with the name the form gives it, and so does a clause that the corpus does not hold.
A footnote whose words are no longer in its clause quotes the clause's opening instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.clause import PolicyDocument
from app.domain.fact import Fact
from app.drafting.clauses import cite, excerpt
from app.drafting.model import ClauseRef, FactRef, Inline, Inlines, Literal, Missing, Quote, Text

_HOLE = re.compile(r"\{([^{}]+)\}")
_LITERALS = {"std": "standard", "date": "date", "said": "rounding", "head": "heading", "term": "term", "row": "ordinal"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateScope:
    """What a template may refer to. ``alias`` maps template names to fact ids; ``missing`` names absent facts."""

    facts: Mapping[str, Fact]
    policies: Mapping[str, PolicyDocument]
    alias: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, Inlines] = field(default_factory=dict)

    def resolve(self, name: str) -> str:
        """The fact id behind a name."""
        return self.alias.get(name, name)

    def has(self, name: str) -> bool:
        return name in self.texts or self.resolve(name) in self.facts


def fill(template: str, scope: TemplateScope) -> Inlines:
    """The inlines of a template. Raises ValueError for a hole the grammar does not know."""
    out: list[Inline] = []
    position = 0
    for match in _HOLE.finditer(template):
        if match.start() > position:
            out.append(Text(text=template[position : match.start()]))
        out.extend(_hole(match.group(1), scope))
        position = match.end()
    if position < len(template):
        out.append(Text(text=template[position:]))
    return tuple(out)


def _hole(body: str, scope: TemplateScope) -> Inlines:
    kind, colon, rest = body.partition(":")
    if not colon:
        return _fact(body, scope)
    if kind in _LITERALS:
        return (Literal(kind=_LITERALS[kind], text=rest),)
    if kind == "missing":
        return (Missing(what=rest),)
    if kind == "law":
        return law(rest, scope.policies)
    if kind == "cite":
        clause, _, words = rest.partition("|")
        cited = cite(scope.policies, clause, words) or cite(scope.policies, clause)
        return (ClauseRef(cited=cited),) if cited else (Missing(what="依据条款"),)
    if kind == "quote":
        clause, _, words = rest.partition("|")
        cited = excerpt(scope.policies, clause, words)
        return (Quote(cited=cited),) if cited else (Missing(what=f"引文（{_document_title(clause, scope)}）"),)
    raise ValueError(f"unknown hole {{{body}}}")


def _fact(body: str, scope: TemplateScope) -> Inlines:
    bare = body.startswith("=")
    name = body.removeprefix("=")
    if name in scope.texts:
        return scope.texts[name]
    id = scope.resolve(name)
    fact = scope.facts.get(id)
    if fact is None:
        return (Missing(what=scope.missing.get(name, "该项数据")),)
    return (FactRef(fact=id, unit=not bare and bool(fact.unit)),)


def law(doc_id: str, policies: Mapping[str, PolicyDocument]) -> Inlines:
    """《title》（number） of a document; its id is never printed."""
    document = policies.get(doc_id)
    if document is None:
        return (Missing(what="依据文件"),)
    title: tuple[Inline, ...] = (Text(text="《"), Literal(kind="title", text=document.title), Text(text="》"))
    if not document.document_number:
        return title
    return (*title, Text(text="（"), Literal(kind="document", text=document.document_number), Text(text="）"))


def _document_title(clause: str, scope: TemplateScope) -> str:
    document = scope.policies.get(clause.partition("/")[0])
    return document.title if document else "依据文件未入库"
