"""Answers of the profile form, written into the profile's text: what was not asked stays as it stands, comments included.

The text is changed with a style-preserving editor and then held against the same change made on plain values; anything else than the
change itself would be refused, so a form can never lose what it does not show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.errors import UsageError
from app.domain.number import parse_number
from app.services.profile import parse_toml
from app.services.profile_schema import FormField

LONGEST = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_LIST = re.compile(r"[\s,，、;；]+")
_PAPERS = re.compile(r"[;；\n]+")
OWN_KEYS = frozenset({"value", "evidence", "declared_by", "declared_on"})
"""What a declaration or a mark consists of besides its name: an entry with nothing else goes when its answer is taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """``path`` gets ``value``; None removes it."""

    path: tuple[str, ...]
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PutCell:
    """Cell ``column`` of row ``row`` (from 0) of ``[[table]]``; a row beyond the last is a new one."""

    table: str
    row: int
    column: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DropRow:
    table: str
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PutEntry:
    """``column`` of the entry of ``[[table]]`` whose ``key`` is ``name``; taking the value back removes the entry, unless it holds
    more than an answer."""

    table: str
    key: str
    name: str
    column: str
    value: Any


Edit = Put | PutCell | DropRow | PutEntry


def shown(kind: str, value: Any) -> str:
    """How a value of the profile stands in an input."""
    if value is None or isinstance(value, Mapping):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        joint = "\n" if kind == "choices" else "；" if kind == "evidence" else "，"
        return joint.join(str(v) for v in value)
    return value.isoformat() if isinstance(value, date) else str(value)


def typed(field: FormField, text: str, *, label: str = "") -> Any:
    """The value an answer stands for, None for an empty one. Raises UsageError naming the question."""
    text = text.strip() if field.kind in ("choices", "evidence") else _CONTROL.sub(" ", text).strip()
    what = label or field.label
    if not text:
        if field.required and not label:
            raise UsageError("profile_field", f"请填写“{what}”", fix="这一项不能空", subject=field.path)
        return None
    if len(text) > LONGEST:
        raise UsageError("profile_field", f"“{what}”过长（{len(text)} 字）", fix=f"不超过 {LONGEST} 字", subject=field.path)
    try:
        return READERS[field.kind](text)
    except ValueError as error:
        raise UsageError("profile_field", f"“{what}”{WRONG[field.kind]}：{text}", fix=FIXES[field.kind], subject=field.path) from error


def _number(text: str) -> str:
    parse_number(text)
    return text


def _count(text: str) -> str:
    value = parse_number(text)
    if value.denominator != 1 or value < 1:
        raise ValueError(text)
    return text


def _year(text: str) -> int:
    value = int(text)
    if not 2000 <= value <= 2100:
        raise ValueError(text)
    return value


def _yes_no(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


def _papers(text: str) -> Any:
    names = [_CONTROL.sub(" ", n).strip() for n in _PAPERS.split(text)]
    names = [n for n in names if n]
    return names[0] if len(names) == 1 else names or None


READERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "choice": str,
    "number": _number,
    "count": _count,
    "year": _year,
    "date": lambda text: date.fromisoformat(text).isoformat(),
    "list": lambda text: [v for v in _LIST.split(text) if v],
    "choices": lambda text: text.splitlines(),
    "yes_no": _yes_no,
    "evidence": _papers,
}
WRONG = {
    "number": "不是数字", "count": "不是正整数", "year": "不是合理的年份", "date": "不是日期", "yes_no": "只能是或否",
}  # fmt: skip
FIXES = {
    "number": "只写数字，不带单位", "count": "写台数或种数，例如 12", "year": "四位数字，例如 2025", "date": "例如 2026-03-01",
    "yes_no": "从列表中选择",
}  # fmt: skip


def value_at(data: Mapping[str, Any], path: Iterable[str]) -> Any:
    """The value at a place of the profile, None when there is none."""
    here: Any = data
    for key in path:
        if not isinstance(here, Mapping) or key not in here:
            return None
        here = here[key]
    return here


def rows_of(data: Mapping[str, Any], table: str) -> list[Any]:
    """The rows of ``[[table]]``; a single ``[table]`` counts as one."""
    found = data.get(table)
    return [found] if isinstance(found, Mapping) else list(found) if isinstance(found, list) else []


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The profile's text with the edits. Raises UsageError when the text is no profile or is written in a way a form cannot change."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    edits = tuple(edits)
    before = parse_toml(text)
    expected = deepcopy(before)
    try:
        document = tomlkit.parse(text)
        _apply(document, edits, tomlkit.table, tomlkit.aot)
        _apply(expected, edits, dict, list)
        changed = tomlkit.dumps(document)
        if parse_toml(changed) == expected:
            return changed
    except (TOMLKitError, TypeError, AttributeError, KeyError, UsageError):
        pass
    raise UsageError(
        "profile_form",
        "档案原文有表单不能改的写法，这次没有保存，原来的内容都在",
        fix="请在“原文”页修改这一项；常见原因是同一内容写在两处，或把列表写成了一个值",
    )


def _apply(
    document: MutableMapping[str, Any], edits: Iterable[Edit], new_table: Callable[[], Any], new_list: Callable[[], Any]
) -> None:
    dropped: dict[str, set[int]] = {}
    touched: dict[str, set[int]] = {}
    for edit in edits:
        if isinstance(edit, Put):
            _put(document, edit, new_table)
        elif isinstance(edit, PutEntry):
            _put_entry(document, edit, new_table, new_list)
        elif isinstance(edit, PutCell):
            touched.setdefault(edit.table, set()).add(edit.row)
            _put_cell(document, edit, new_table, new_list)
        else:
            dropped.setdefault(edit.table, set()).add(edit.row)
    for table in {*dropped, *touched}:
        _sweep(document, table, dropped.get(table, set()), touched.get(table, set()))


def _put(document: MutableMapping[str, Any], edit: Put, new_table: Callable[[], Any]) -> None:
    here: Any = document
    for key in edit.path[:-1]:
        if key not in here:
            if edit.value is None:
                return
            here[key] = new_table()
        here = here[key]
        if not isinstance(here, MutableMapping):
            raise TypeError(key)
    _set(here, edit.path[-1], edit.value)


def _set(here: MutableMapping[str, Any], key: str, value: Any) -> None:
    if value is None:
        here.pop(key, None)
    else:
        here[key] = value


def _list(document: MutableMapping[str, Any], table: str, new_list: Callable[[], Any]) -> Any:
    if table not in document:
        document[table] = new_list()
    rows = document[table]
    if not isinstance(rows, list):
        raise TypeError(table)
    return rows


def _put_cell(
    document: MutableMapping[str, Any], edit: PutCell, new_table: Callable[[], Any], new_list: Callable[[], Any]
) -> None:
    if edit.value is None and edit.row >= len(document.get(edit.table, ())):
        return
    rows = _list(document, edit.table, new_list)
    while len(rows) <= edit.row:
        rows.append(new_table())
    _set(rows[edit.row], edit.column, edit.value)


def _put_entry(
    document: MutableMapping[str, Any], edit: PutEntry, new_table: Callable[[], Any], new_list: Callable[[], Any]
) -> None:
    rows = document.get(edit.table)
    if rows is not None and not isinstance(rows, list):
        raise TypeError(edit.table)
    found = next((n for n, row in enumerate(rows or ()) if str(row.get(edit.key, "")).strip() == edit.name), None)
    if found is None:
        if edit.value is None:
            return
        entry = new_table()
        entry[edit.key] = edit.name
        entry[edit.column] = edit.value
        _list(document, edit.table, new_list).append(entry)
        return
    assert rows is not None
    entry = rows[found]
    _set(entry, edit.column, edit.value)
    bare = set(entry) <= {edit.key, *OWN_KEYS}
    if edit.value is None and edit.column == "value" and bare:
        _sweep(document, edit.table, {found}, set())


def _sweep(document: MutableMapping[str, Any], table: str, dropped: set[int], touched: set[int]) -> None:
    """Remove dropped rows and touched ones that became empty; an empty list goes with its last row."""
    rows = document.get(table)
    if rows is None:
        return
    for n in sorted(range(len(rows)), reverse=True):
        if n in dropped or (n in touched and not rows[n]):
            del rows[n]
    if not rows:
        del document[table]
