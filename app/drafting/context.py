"""What the table and narrative builders share: the form, the source, its facts, the template scope and what holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from app.domain.fact import Fact
from app.domain.form import Form
from app.domain.verdict import CriterionVerdict
from app.drafting.clauses import cite, spoken_path
from app.drafting.clean import joined, one_line, phrase, proof_of
from app.drafting.facts import fact_id
from app.drafting.model import CitedClause, ClauseRef, FactRef, Inline, Inlines, Literal, Missing, Text
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

    def known(self, id: str) -> Inlines:
        """One fact, nothing when there is no such fact."""
        return self.cell(id) if id in self.facts else ()

    def operands(self, criterion: CriterionVerdict, *, telling: bool = False) -> Iterator[Inline]:
        """``label：value`` of every known operand; with ``telling`` only of those that say more than yes or no."""
        first = True
        for operand in criterion.operands:
            fact = self.facts.get(fact_id("verdict", criterion.id, "op", operand.name))
            if operand.value is None or fact is None or (telling and fact.text in ("是", "否")):
                continue
            if not first:
                yield Text(text="；")
            first = False
            yield from plain(f"{operand.label or operand.name}：")
            yield FactRef(fact=fact.id, unit=bool(fact.unit))

    def missing_of(self, criterion: CriterionVerdict) -> Inlines:
        """One 【待补充】 for everything a verdict still needs; what several items share is said once."""
        items = [proof_of(p) for m in criterion.missing if (p := phrase(m))]
        return (Missing(what=joined(items)),) if items else ()

    def _cited(self, criterion: CriterionVerdict) -> CitedClause | None:
        about = f"{criterion.title}{criterion.threshold or ''}{criterion.reason}"
        return cite(self.source.policies, criterion.clause, about=about)

    def clause_footnote(self, criterion: CriterionVerdict) -> Inlines:
        """A footnote to the criterion's clause, nothing when the corpus does not hold it."""
        cited = self._cited(criterion)
        return (ClauseRef(cited=cited),) if cited else ()

    def clause_cell(self, criterion: CriterionVerdict, *, footnote: bool = True) -> Inlines:
        """Document and clause of a criterion, with a footnote; the bare id when the corpus does not hold it. The document goes
        by its number where it has one: its full title stands in the footnote."""
        cited = self._cited(criterion)
        if cited is None:
            return (Literal(kind="clause", text=one_line(criterion.clause) or "—"),)
        number = cited.document_number
        title: Inlines = (Literal(kind="document", text=number),) if number else law(cited.doc_id, self.source.policies)
        noted: Inlines = (ClauseRef(cited=cited),) if footnote else ()
        return (*title, Literal(kind="clause", text=spoken_path(cited.path)), *noted)


def header(text: str, unit: str = "") -> Inlines:
    """A column header, with its unit in brackets when every figure below has the same one."""
    if not unit:
        return (Text(text=text),)
    return (Text(text=f"{text}（"), Literal(kind="unit", text=unit), Text(text="）"))


def plain(text: str) -> Inlines:
    """A label that came from data: a fixed term when it holds a numeral, running text otherwise."""
    line = one_line(text)
    return (Literal(kind="term", text=line),) if find_numbers(line) else (Text(text=line),)
