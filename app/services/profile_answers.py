"""Saving a page of the profile form: its answers as edits of the profile's text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.errors import Conflict, UsageError
from app.domain.project import Project
from app.services.profile import parse_toml
from app.services.profile_edit import DropRow, Edit, Put, PutCell, PutEntry, edited, rows_of, shown, typed
from app.services.profile_form import Grid, ProfilePage, Question, digest, key_of, profile_page
from app.services.profile_schema import FormTable
from app.services.projects import profile_text, update_project
from app.services.workspace import Workspace

MOST_ROWS = 400
_CELL = re.compile(r"(\w+)\[(\d{1,4})\]\.(\w+)\Z")
_ENTRY = re.compile(r"(\w+)\{([^{}]+)\}\.(value|evidence)\Z")


def save_page(ws: Workspace, project: Project, section_id: str, answers: Mapping[str, str], *, version: str) -> Project:
    """Write a page's answers into the profile. An answer equal to what stands there changes nothing.

    Raises Conflict when the profile changed since the page was shown, UsageError on an answer that cannot be used."""
    text = profile_text(ws, project)
    if version != digest(text):
        raise Conflict(
            "profile_changed", "档案在您填写期间被改过，这次没有保存", fix="在新标签页打开档案看最新内容，再把您的改动填进去", subject=project.id
        )
    page = profile_page(ws, project, section_id)
    edits = tuple(_edits(page, parse_toml(text), answers))
    return update_project(ws, project.id, edited(text, edits)) if edits else project


def _edits(page: ProfilePage, data: Mapping[str, Any], answers: Mapping[str, str]) -> Iterator[Edit]:
    register = [q for g in page.grids for q in g.register]
    for question in (*page.questions, *register):
        if (value := answers.get(question.name)) is not None and _differs(question, value):
            yield Put(path=tuple(question.name.split(".")), value=_checked(question, value))
    for asked in (a for g in page.groups for a in g.entries):
        for question in (asked.answer, asked.evidence):
            if (value := answers.get(question.name)) is not None and _differs(question, value):
                found = _ENTRY.match(question.name)
                assert found is not None
                checked = typed(question.field, value, label=f"{asked.label}{'的证明文件' if question is asked.evidence else ''}")
                key = "id" if found[1] == "declarations" else "name"
                yield PutEntry(table=found[1], key=key, name=found[2], column=found[3], value=checked)
    for grid in page.grids:
        yield from _grid_edits(grid, data, answers)


def _differs(question: Question, value: str) -> bool:
    return " ".join(value.split()) != " ".join(question.value.split())


def _checked(question: Question, value: str) -> Any:
    known = {v for v, _ in question.options}
    lines = value.splitlines() if question.field.kind == "choices" else [value.strip()]
    if known and any(v and v not in known for v in lines):
        raise UsageError(
            "profile_field", f"“{question.field.label}”没有“{value.strip()}”这一选项", fix="从列表中选择", subject=question.name
        )
    return typed(question.field, value)


def _grid_edits(grid: Grid, data: Mapping[str, Any], answers: Mapping[str, str]) -> Iterator[Edit]:
    table, present = grid.table, rows_of(data, grid.table.path)
    given: dict[int, dict[str, str]] = {}
    for name, value in answers.items():
        found = _CELL.match(name)
        if found and found[1] == table.path:
            given.setdefault(int(found[2]), {})[found[3]] = value
    if len(given) > MOST_ROWS:
        raise UsageError("profile_rows", f"“{table.title}”一次最多 {MOST_ROWS} 行", fix="请在“原文”页粘贴更长的台账", subject=table.path)
    columns = {c.path: c for c in table.columns}
    template = {q.field.path: q for q in grid.rows[-1]}
    fresh = len(present)
    for n in sorted(given):
        row = present[n] if n < len(present) and isinstance(present[n], Mapping) else {}
        if given[n].get("drop"):
            if n < len(present):
                yield DropRow(table=table.path, row=n)
            continue
        known = n < len(present)
        filled = {c: v for c, v in given[n].items() if c in columns and v.strip()}
        if not known and not filled:
            continue
        at = n if known else fresh
        fresh += 0 if known else 1
        for column, value in given[n].items():
            if column not in columns:
                continue
            key = key_of(columns[column], row)
            question = Question(
                name=f"{table.path}[{n}].{column}",
                field=columns[column],
                value=shown(columns[column].kind, row.get(key)),
                options=template[column].options,
            )
            if _differs(question, value):
                yield PutCell(table=table.path, row=at, column=key, value=_cell_value(question, table, at, value, bool(filled)))


def _cell_value(question: Question, table: FormTable, row: int, value: str, filled: bool) -> Any:
    label = f"{table.title}第 {row + 1} 行的{question.field.label}"
    if question.field.required and filled and not value.strip():
        raise UsageError("profile_field", f"请填写“{label}”", fix="这一项不能空；要删这一行请选“删”", subject=question.name)
    if value.strip() and question.options and value.strip() not in {v for v, _ in question.options} | {question.value}:
        raise UsageError("profile_field", f"“{label}”没有“{value.strip()}”这一选项", fix="从列表中选择", subject=question.name)
    return typed(question.field, value, label=label)
