"""The profile as pages of questions: what stands in it now, and which facts the chosen schemes ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.project import Project
from app.eligibility.facts_profile import ITEM_SECTIONS, MARK_SECTIONS
from app.eligibility.rule import FactSpec, RuleSet
from app.services.eligibility import documents_of, facts_of
from app.services.profile import GUIDELINE, parse_toml
from app.services.profile_edit import rows_of, shown, value_at
from app.services.profile_schema import FormField, FormSection, FormTable, Option, form_section
from app.services.projects import profile_text
from app.services.regions import PROVINCES
from app.services.workspace import Workspace

VALUE_KINDS = {"bool": "yes_no", "number": "number", "text": "text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One input: ``name`` is its name in the form, ``value`` what stands there now. A cell is ``table[row].column``, an answer to a
    fact or a named mark ``table{name}.value`` and ``table{name}.evidence``, anything else its place in the profile."""

    name: str
    field: FormField
    value: str
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A fact or a named mark with its answer and its document; ``note`` says why the present answer cannot be used."""

    label: str
    answer: Question
    evidence: Question
    proof: str = ""
    supplier: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    title: str
    entries: tuple[Asked, ...]
    hint: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table: ``filled`` rows of the profile and one empty row; ``register`` asks for its total and the proof of it."""

    table: FormTable
    rows: tuple[tuple[Question, ...], ...]
    filled: int
    register: tuple[Question, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePage:
    """``version`` is the digest of the text the page was made from: saving over another one is refused."""

    section: FormSection
    version: str
    questions: tuple[Question, ...]
    grids: tuple[Grid, ...]
    groups: tuple[Group, ...]
    documents: tuple[str, ...]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def profile_page(ws: Workspace, project: Project, section_id: str) -> ProfilePage:
    """One page of the form. Raises NotFound for an unknown page."""
    section = form_section(section_id)
    text = profile_text(ws, project)
    data = parse_toml(text)
    notes = facts_of(ws, project)[0].notes
    groups: tuple[Group, ...] = ()
    if "facts" in section.generated:
        groups = tuple(_fact_groups(ws.ruleset, project, data, notes))
    if "marks" in section.generated:
        groups = tuple(_mark_groups(ws.ruleset, data, notes))
    return ProfilePage(
        section=section,
        version=digest(text),
        questions=tuple(_question(ws, f, data) for f in section.fields),
        grids=tuple(_grid(ws, t, data, notes) for t in section.tables),
        groups=groups,
        documents=tuple(sorted({d.filename for d in documents_of(ws, project)})),
    )


def choices(ws: Workspace, source: str) -> tuple[Option, ...]:
    """The choices of a field that come from the corpus, as (value, label)."""
    ruleset: RuleSet = ws.ruleset
    if source == "provinces":
        return tuple((p, p) for p in PROVINCES)
    if source == "schemes":
        return tuple((s.id, f"{s.short or s.title}{f'（{s.region}）' if s.region else ''}") for s in ruleset.schemes.values())
    if source == "editions":
        numbers = sorted(ws.factors.standards, key=lambda n: (not n.startswith("GB/T 32150"), n))
        return tuple((n, f"{n} {ws.factors.standards[n].title}") for n in numbers)
    if source == "series":
        return tuple(
            (n.removeprefix("annual_"), s.label.removeprefix("逐年")) for n, s in ruleset.facts.items() if s.type == "series"
        )
    if source == "paths":
        from app.corpus.forms import load_form

        return tuple((p.id, p.title) for p in load_form("zero_carbon_factory_plan").paths.values())
    return ()


def _question(ws: Workspace, field: FormField, data: Mapping[str, Any]) -> Question:
    value = shown(field.kind, value_at(data, field.path.split(".")))
    if field.path == "schemes" and not value:
        value = shown("choices", value_at(data, ("factory", "schemes"))) or GUIDELINE
    return Question(name=field.path, field=field, value=value, options=_options(ws, field, value))


def _options(ws: Workspace, field: FormField, value: str) -> tuple[Option, ...]:
    """The choices of a field; a present value outside of them stays selectable."""
    options = field.options or choices(ws, field.source)
    known = {v for v, _ in options}
    lines = value.splitlines() if field.kind == "choices" else [value]
    return (*options, *((v, f"{v}（档案中的写法）") for v in lines if v and v not in known)) if options else ()


def _grid(ws: Workspace, table: FormTable, data: Mapping[str, Any], notes: Mapping[str, str]) -> Grid:
    filled = rows_of(data, table.path)
    rows = []
    for n in range(len(filled) + 1):
        row = filled[n] if n < len(filled) and isinstance(filled[n], Mapping) else {}
        rows.append(tuple(_cell(ws, table, n, column, row) for column in table.columns))
    register: tuple[Question, ...] = ()
    if table.register is not None:
        proof = FormField(path=f"registers.{table.path}.evidence", label="总数的证明文件", kind="evidence")
        register = (_question(ws, table.register, data), _question(ws, proof, data))
    said = dict.fromkeys(notes[fact] for fact, _ in ITEM_SECTIONS.get(table.path, ()) if fact in notes)
    return Grid(table=table, rows=tuple(rows), filled=len(filled), register=register, note="；".join(said))


def _cell(ws: Workspace, table: FormTable, n: int, column: FormField, row: Mapping[str, Any]) -> Question:
    value = shown(column.kind, row.get(key_of(column, row)))
    return Question(name=f"{table.path}[{n}].{column.path}", field=column, value=value, options=_options(ws, column, value))


def key_of(column: FormField, row: Mapping[str, Any]) -> str:
    """The key under which a row holds the column: the usual one, or another accepted one that stands there."""
    return next((k for k in (column.path, *column.also) if k in row), column.path)


def asked_facts(ruleset: RuleSet, schemes: tuple[str, ...]) -> dict[str, str]:
    """Fact → topic of the first rule that asks for it, over the schemes, in the order of their rules."""
    found: dict[str, str] = {}
    for scheme in (ruleset.schemes[s] for s in schemes if s in ruleset.schemes):
        for rule in scheme.rules:
            nodes = [n for n in (rule.applies_node, rule.check.node) if n is not None]
            for name in (*rule.check.operands, *(name for node in nodes for name in node.names())):
                found.setdefault(name, rule.topic)
    return found


def _fact_groups(
    ruleset: RuleSet, project: Project, data: Mapping[str, Any], notes: Mapping[str, str]
) -> Iterator[Group]:
    from app.corpus.topics import load_topics

    topics = load_topics()
    given = {str(r.get("id", "")).strip(): r for r in reversed(rows_of(data, "declarations")) if isinstance(r, Mapping)}
    asked = asked_facts(ruleset, project.schemes)
    grouped: dict[str, list[Asked]] = {}
    for name, topic in {**asked, **{n: "" for n in given if n not in asked}}.items():
        spec = ruleset.facts.get(name)
        if spec is None or spec.source != "declared" or spec.type not in VALUE_KINDS:
            continue
        title = topics.get(topic, topic) if topic else "其他已作的声明"
        grouped.setdefault(title, []).append(_asked_fact(spec, given.get(name, {}), notes.get(name, "")))
    for title, entries in grouped.items():
        yield Group(title=title, entries=tuple(entries))


def _asked_fact(spec: FactSpec, entry: Mapping[str, Any], note: str) -> Asked:
    label = f"{spec.label}（{spec.unit}）" if spec.unit else spec.label
    kind = VALUE_KINDS[spec.type]
    return _asked("declarations", spec.name, label, kind, entry, (("true", "是"), ("false", "否")), spec.proof, spec.supplier, note)


def _asked(
    table: str, name: str, label: str, kind: str, entry: Mapping[str, Any], options: tuple[Option, ...], proof: str, supplier: str,
    note: str,
) -> Asked:  # fmt: skip
    answer = FormField(path="value", label=label, kind=kind)
    evidence = FormField(path="evidence", label="证明文件", kind="evidence")
    return Asked(
        label=label,
        answer=Question(
            name=f"{table}{{{name}}}.value", field=answer, value=shown(kind, entry.get("value")), options=options if kind == "yes_no" else ()
        ),
        evidence=Question(name=f"{table}{{{name}}}.evidence", field=evidence, value=shown("evidence", entry.get("evidence"))),
        proof=proof,
        supplier=supplier,
        note=note,
    )


def _mark_groups(ruleset: RuleSet, data: Mapping[str, Any], notes: Mapping[str, str]) -> Iterator[Group]:
    for section in MARK_SECTIONS:
        spec = ruleset.facts[section]
        given: dict[str, Mapping[str, Any]] = {}
        for row in rows_of(data, section):
            if isinstance(row, Mapping) and str(row.get("name", "")).strip():
                said = row if "value" in row or section == "measures" else {**row, "value": True}
                given.setdefault(str(row["name"]).strip(), said)
        words = ("已实施", "没有实施") if section == "measures" else ("有", "没有")
        options = (("true", words[0]), ("false", words[1]))
        names = (*spec.options, *(n for n in given if n not in spec.options))
        entries = tuple(
            _asked(section, n, n, "yes_no", given.get(n, {}), options, "", "", "") for n in names if not set("{}") & set(n)
        )
        yield Group(
            title=spec.label, entries=entries, hint=f"证明：{spec.proof}。通常由{spec.supplier}提供。", note=notes.get(section, "")
        )
