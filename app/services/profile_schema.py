"""What the profile form asks, page by page: data in ``data/profile_form.toml``, read once into typed values.

A field is addressed by its place in the profile (``factory.name``). Choices that depend on the corpus (schemes, editions, series,
paths) are named in the data and supplied when a page is shown."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.domain.errors import NotFound

DATA = Path(__file__).parent / "data" / "profile_form.toml"
KINDS = frozenset({"text", "number", "count", "year", "date", "list", "choice", "choices", "yes_no", "evidence"})
Option = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One question. ``path`` is a dotted place in the profile, in a table the key of a column; ``source`` names choices that are
    supplied from the corpus; ``also`` lists other keys under which a column's value may stand."""

    path: str
    label: str
    kind: str
    hint: str = ""
    required: bool = False
    wide: bool = False
    options: tuple[Option, ...] = ()
    source: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTable:
    """An array of tables in the profile; with ``register`` its ``[registers.<path>]`` holds the total and its proof."""

    path: str
    title: str
    columns: tuple[FormField, ...]
    hint: str = ""
    register: FormField | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSection:
    """One page. ``generated`` names what comes from the rules' facts: ``facts`` (declarations) or ``marks`` (lists of names)."""

    id: str
    title: str
    hint: str
    fields: tuple[FormField, ...] = ()
    tables: tuple[FormTable, ...] = ()
    generated: tuple[str, ...] = ()


def _field(data: Mapping[str, Any], path: str) -> FormField:
    if data["kind"] not in KINDS:
        raise ValueError(f"{path}: unknown kind {data['kind']}")
    return FormField(
        path=path,
        label=data["label"],
        kind=data["kind"],
        hint=data.get("hint", ""),
        required=data.get("required", False),
        wide=data.get("wide", False),
        options=tuple((value, label) for value, label in data.get("options", ())),
        source=data.get("from", ""),
        also=tuple(data.get("also", ())),
    )


def _table(data: Mapping[str, Any]) -> FormTable:
    register = None
    if data.get("register"):
        register = FormField(path=f"registers.{data['path']}.total", label=data["register_label"], kind="count")
    return FormTable(
        path=data["path"],
        title=data["title"],
        hint=data.get("hint", ""),
        columns=tuple(_field(c, c["key"]) for c in data["columns"]),
        register=register,
    )


@lru_cache(maxsize=1)
def form_sections() -> tuple[FormSection, ...]:
    """Every page of the form in its order."""
    data = tomllib.loads(DATA.read_text("utf-8"))
    return tuple(
        FormSection(
            id=s["id"],
            title=s["title"],
            hint=s["hint"],
            fields=tuple(_field(f, f["path"]) for f in s.get("field", ())),
            tables=tuple(_table(t) for t in s.get("table", ())),
            generated=tuple(g["kind"] for g in s.get("generated", ())),
        )
        for s in data["section"]
    )


def form_section(section_id: str) -> FormSection:
    """Raises NotFound for a page that does not exist."""
    found = next((s for s in form_sections() if s.id == section_id), None)
    if found is None:
        raise NotFound("profile_section_unknown", f"档案没有“{section_id}”这一页", fix="从档案页的标签进入")
    return found
