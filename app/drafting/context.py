"""What the table and narrative builders share: the form, the source, its facts, the template scope and what holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.domain.fact import Fact
from app.domain.form import Form
from app.drafting.clauses import cite
from app.drafting.model import ClauseRef, FactRef, Inlines, Literal, Text
from app.drafting.source import DraftSource
from app.drafting.template import TemplateScope, fill, law
from app.drafting.tokens import find_numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeContext:
    form: Form
    source: DraftSource
    facts: Mapping[str, Fact]
    scope: TemplateScope
    conditions: frozenset[str]

    def fill(self, template: str, **local: Inlines) -> Inlines:
        """The inlines of a template; ``local`` names stand before the scope's."""
        scope = replace(self.scope, texts={**self.scope.texts, **local}) if local else self.scope
        return fill(template, scope)

    def cell(self, id: str, unit: bool = False) -> Inlines:
        """A table cell with one fact, ``—`` when there is no such fact."""
        fact = self.facts.get(id)
        if fact is None or not fact.text:
            return (Text(text="—"),)
        return (FactRef(fact=id, unit=unit and bool(fact.unit)),)

    def clause_footnote(self, clause_id: str) -> Inlines:
        """A footnote to the clause, nothing when the corpus does not hold it."""
        cited = cite(self.source.policies, clause_id)
        return (ClauseRef(cited=cited),) if cited else ()

    def clause_cell(self, clause_id: str) -> Inlines:
        """Document and clause of a criterion, with a footnote; the bare id when the corpus does not hold it. The document goes
        by its number where it has one: its full title stands in the footnote."""
        cited = cite(self.source.policies, clause_id)
        if cited is None:
            return (Literal(kind="clause", text=clause_id or "—"),)
        number = cited.document_number
        title: Inlines = (Literal(kind="document", text=number),) if number else law(cited.doc_id, self.source.policies)
        return (*title, Literal(kind="clause", text=spoken_path(cited.path)), ClauseRef(cited=cited))


def spoken_path(path: str) -> str:
    """A clause path as a reader says it: ``三-(二)`` → 第三部分（二）; other paths keep their form."""
    bare = path.replace("(", "（").replace(")", "）")
    head, dash, rest = bare.partition("-")
    if dash and rest.startswith("（") and len(head) <= 2 and all(c in "一二三四五六七八九十" for c in head):
        return f"第{head}部分{rest}"
    return bare


def header(text: str, unit: str = "") -> Inlines:
    """A column header, with its unit in brackets when every figure below has the same one."""
    if not unit:
        return (Text(text=text),)
    return (Text(text=f"{text}（"), Literal(kind="unit", text=unit), Text(text="）"))


def plain(text: str) -> Inlines:
    """A label that came from data: a fixed term when it holds a numeral, running text otherwise."""
    return (Literal(kind="term", text=text),) if find_numbers(text) else (Text(text=text),)
