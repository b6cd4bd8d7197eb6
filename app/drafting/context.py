"""What the table and narrative builders share: the form, the source, its facts, the template scope and what holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.domain.fact import Fact
from app.domain.form import Form
from app.domain.verdict import CriterionVerdict
from app.drafting.clauses import cite, spoken_path
from app.drafting.clean import one_line, phrase
from app.drafting.model import CitedClause, ClauseRef, FactRef, Inlines, Literal, Missing, Text
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

    def _cited(self, criterion: CriterionVerdict) -> CitedClause | None:
        about = f"{criterion.title}{criterion.threshold or ''}{criterion.reason}"
        return cite(self.source.policies, criterion.clause, about=about)

    def clause_footnote(self, criterion: CriterionVerdict) -> Inlines:
        """A footnote to the criterion's clause, nothing when the corpus does not hold it."""
        cited = self._cited(criterion)
        return (ClauseRef(cited=cited),) if cited else ()

    def clause_cell(self, criterion: CriterionVerdict) -> Inlines:
        """Document and clause of a criterion, with a footnote; the bare id when the corpus does not hold it. The document goes
        by its number where it has one: its full title stands in the footnote."""
        cited = self._cited(criterion)
        if cited is None:
            return (Literal(kind="clause", text=one_line(criterion.clause) or "—"),)
        number = cited.document_number
        title: Inlines = (Literal(kind="document", text=number),) if number else law(cited.doc_id, self.source.policies)
        return (*title, Literal(kind="clause", text=spoken_path(cited.path)), ClauseRef(cited=cited))


def header(text: str, unit: str = "") -> Inlines:
    """A column header, with its unit in brackets when every figure below has the same one."""
    if not unit:
        return (Text(text=text),)
    return (Text(text=f"{text}（"), Literal(kind="unit", text=unit), Text(text="）"))


def plain(text: str) -> Inlines:
    """A label that came from data: a fixed term when it holds a numeral, running text otherwise."""
    line = one_line(text)
    return (Literal(kind="term", text=line),) if find_numbers(line) else (Text(text=line),)


def wanted(what: str) -> Missing:
    """【待补充】 for something a verdict names."""
    return Missing(what=phrase(what) or "相关材料")
