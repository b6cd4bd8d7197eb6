"""A document handed in for one item of the gap plan: written beside the declarations the item asks for.

A declaration is the applicant's word; uploading a paper never makes one. Where the item rests on one yes-or-no fact, the person who
uploads may state it in the same step, in the name the profile gives for whoever fills it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.errors import NotFound
from app.domain.project import Project
from app.eligibility.rule import FactSpec, Rule, RuleSet
from app.services.profile import parse_toml
from app.services.profile_edit import Edit, PutEntry, edited, rows_of
from app.services.projects import profile_text, update_project
from app.services.workspace import Workspace

DECLARATIONS = "declarations"
PAGES = {"marks": "lists", "items": "registers", "series": "plan"}
"""Pages of the profile form on which facts of these types are answered; everything else is a declaration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """``written`` are labels of the declarations the document now stands beside, ``open`` those that still have to be answered on
    ``page`` of the profile form."""

    written: tuple[str, ...]
    open: tuple[str, ...]
    page: str


def rule_of(ruleset: RuleSet, criterion: str) -> Rule:
    """Raises NotFound."""
    found = next((r for s in ruleset.schemes.values() for r in s.rules if r.id == criterion), None)
    if found is None:
        raise NotFound("criterion_unknown", f"没有编号为 {criterion} 的条目", fix="刷新页面", subject=criterion)
    return found


def declared_specs(ruleset: RuleSet, criterion: str) -> tuple[FactSpec, ...]:
    """The facts of a criterion that the applicant supplies, in the order the rule asks for them."""
    rule = rule_of(ruleset, criterion)
    names = dict.fromkeys([*rule.check.operands, *(rule.applies_node.names() if rule.applies_node else ())])
    specs = (ruleset.facts.get(name) for name in names)
    return tuple(s for s in specs if s is not None and s.source == "declared")


def statement_of(ruleset: RuleSet, criterion: str) -> FactSpec | None:
    """The one yes-or-no fact a criterion rests on and is met by; None when it rests on more, or on a no."""
    rule, specs = rule_of(ruleset, criterion), declared_specs(ruleset, criterion)
    single = len(specs) == 1 and specs[0].type == "bool"
    if not single or rule.check.kind != "expression" or rule.check.node is None:
        return None
    asks = _asks_yes(rule.check.node, specs[0].name)
    return specs[0] if asks else None


def _asks_yes(node: Any, name: str) -> bool:
    """Whether yes is the answer the condition wants, everything else granted."""
    from app.eligibility.expression import holds

    names = [n for n in node.names() if n != name]
    granted: dict[str, Any] = dict.fromkeys(names, True)
    return holds(node, (granted | {name: True}).get) is True and holds(node, (granted | {name: False}).get) is False


def page_of(ruleset: RuleSet, criterion: str) -> str:
    """The page of the profile form on which the criterion's facts are answered."""
    specs = declared_specs(ruleset, criterion)
    return next((PAGES[s.type] for s in specs if s.type in PAGES), DECLARATIONS if specs else "factory")


def hand_in(ws: Workspace, project: Project, criterion: str, filename: str, *, state: bool = False) -> Handed:
    """Write ``filename`` as evidence beside the declarations of the criterion; with ``state`` also say yes where that is one fact."""
    text = profile_text(ws, project)
    entries = rows_of(parse_toml(text), DECLARATIONS)
    answered = {str(e.get("id", "")): e for e in entries if isinstance(e, Mapping)}
    said = statement_of(ws.ruleset, criterion) if state else None
    edits: list[Edit] = []
    written: list[str] = []
    open_: list[str] = []
    for spec in declared_specs(ws.ruleset, criterion):
        if spec.type in PAGES or (spec.name not in answered and spec is not said):
            open_.append(spec.label)
            continue
        if spec is said and answered.get(spec.name, {}).get("value") is not True:
            edits.append(PutEntry(table=DECLARATIONS, key="id", name=spec.name, column="value", value=True))
        edits.append(PutEntry(table=DECLARATIONS, key="id", name=spec.name, column="evidence", value=_with(answered.get(spec.name, {}), filename)))
        written.append(spec.label)
    if edits:
        update_project(ws, project.id, edited(text, tuple(edits)))
    return Handed(written=tuple(written), open=tuple(open_), page=page_of(ws.ruleset, criterion))


def _with(entry: Mapping[str, Any], filename: str) -> Any:
    """The evidence of an entry with one file more."""
    held = entry.get("evidence", ())
    names = [held] if isinstance(held, str) and held else list(held) if isinstance(held, (list, tuple)) else []
    names = list(dict.fromkeys([*map(str, names), filename]))
    return names[0] if len(names) == 1 else names
