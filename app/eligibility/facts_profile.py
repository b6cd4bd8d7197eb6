"""Facts a person declares in the project profile. docs/profile.md describes the sections with examples."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from app.domain.project import FactoryProfile
from app.eligibility.evidence import Backing, DocumentFact, backing_of
from app.eligibility.facts_run import number_of
from app.eligibility.values import Fact, Item, Items, Marks, Origin, Value

MARK_SECTIONS: tuple[str, ...] = ("measures", "titles", "certificates", "disclosures", "centre_functions")
PLANNED_TOO = "measures"
"""Measures are listed for the plan as well: only ``value = true`` says that one is in use, nothing is assumed."""
ITEM_SECTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    # section: (fact, the key of a row that holds the property)
    "equipment": (("equipment_grades", "efficiency_grade"), ("equipment_levels", "advanced_level")),
    "energy_benchmarks": (("energy_limit_levels", "limit_level"), ("energy_benchmark_levels", "benchmark_level")),
    "products": (("product_footprints", "footprint_standard"),),
}
PROFILE_FACTS: tuple[str, ...] = ("reporting_year", "province", "city", "district", "industry", "ets_covered")
_YES, _NO = {"true", "yes", "是", "有"}, {"false", "no", "否", "无"}
_PROVINCE_TAIL = re.compile(r"(壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|省|市)\Z")


@dataclass(slots=True, kw_only=True)
class Declared:
    """What was read from the declared sections: usable facts, and why others could not be used."""

    facts: dict[str, Fact] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def note(self, name: str, text: str) -> None:
        if text and text not in self.notes.get(name, ""):
            self.notes[name] = "；".join(filter(None, [self.notes.get(name), text]))


def short_region(name: str) -> str:
    """``安徽省`` → ``安徽``, ``广西壮族自治区`` → ``广西``; a name without such an ending stays as it is."""
    return _PROVINCE_TAIL.sub("", name.strip()) or name.strip()


def entries(profile: FactoryProfile, section: str) -> list[Mapping[str, Any]]:
    """The tables of ``[[section]]``; anything else under that name is ignored, a single ``[section]`` counts as one."""
    value = profile.extra.get(section, ())
    if isinstance(value, Mapping):
        return [value]
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list | tuple) else []


def table(profile: FactoryProfile, section: str) -> Mapping[str, Any]:
    value = profile.extra.get(section, {})
    return value if isinstance(value, Mapping) else {}


def plain_value(value: Any) -> Value | None:
    """A declared value: yes/no words, exact numbers, otherwise text; None when empty."""
    if isinstance(value, bool):
        return value
    text = str(value).strip() if value is not None else ""
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    number = number_of(text)
    return number if number is not None else (text or None)


def profile_facts(profile: FactoryProfile) -> dict[str, Fact]:
    """Facts of the head of the profile. They say who the factory is; they are stated by the applicant."""
    raw: dict[str, Value | None] = {
        "reporting_year": Fraction(profile.year) if profile.year is not None else None,
        "province": short_region(profile.province) or None,
        "city": short_region(profile.city) or None,
        "district": str(table(profile, "factory").get("district", "")).strip() or None,
        "industry": profile.industry.strip() or None,
        "ets_covered": profile.ets_covered,
    }
    return {
        name: Fact(
            name=name,
            value=value,
            proved=value,
            declared="项目档案“基本信息”",
        )
        for name, value in raw.items()
        if value is not None
    }


def declared_facts(profile: FactoryProfile, documents: Sequence[DocumentFact], reserved: frozenset[str]) -> Declared:
    """Every declared fact. ``reserved`` names come from elsewhere and cannot be declared."""
    out = Declared()
    defaults = table(profile, "declarant")
    _declarations(profile, documents, defaults, reserved, out)
    for section in MARK_SECTIONS:
        _marks(section, entries(profile, section), documents, defaults, out)
    registers = table(profile, "registers")
    for section, columns in ITEM_SECTIONS.items():
        register = registers.get(section, {})
        for name, column in columns:
            register_entry = register if isinstance(register, Mapping) else {"total": register}
            _items(name, column, entries(profile, section), register_entry, documents, defaults, out)
    return out


def _declarations(
    profile: FactoryProfile,
    documents: Sequence[DocumentFact],
    defaults: Mapping[str, Any],
    reserved: frozenset[str],
    out: Declared,
) -> None:
    spoiled: set[str] = set()
    for entry in entries(profile, "declarations"):
        name = str(entry.get("id", "")).strip()
        value = plain_value(entry.get("value"))
        if not name or value is None:
            continue
        if name in reserved:
            out.note(name, "这一项由核算或项目档案得出，声明未采用")
            continue
        backing = backing_of(entry, defaults, documents, name)
        out.note(name, backing.problem)
        if backing.declared is None:
            continue
        earlier = out.facts.get(name)
        if name in spoiled or (earlier is not None and earlier.value != value):
            out.facts.pop(name, None)
            spoiled.add(name)
            out.note(name, "同一事项有互相矛盾的声明，均未采用")
        elif earlier is None or earlier.proved is None:
            out.facts[name] = _fact(
                name, value, value if backing.document else None, backing, str(entry.get("unit", ""))
            )


def _fact(name: str, value: Value, proved: Value | None, backing: Backing, unit: str = "") -> Fact:
    return Fact(
        name=name,
        value=value,
        proved=proved,
        unit=unit,
        document=backing.document,
        declared=None if backing.document else backing.declared,
    )


def _marks(
    section: str,
    rows: list[Mapping[str, Any]],
    documents: Sequence[DocumentFact],
    defaults: Mapping[str, Any],
    out: Declared,
) -> None:
    known: dict[bool, set[str]] = {True: set(), False: set()}
    proved: dict[bool, set[str]] = {True: set(), False: set()}
    backings: dict[str, Backing] = {}
    unsaid = None if section == PLANNED_TOO else True
    for row in rows:
        name = str(row.get("name", "")).strip()
        value = plain_value(row.get("value", unsaid))
        if not name or not isinstance(value, bool):
            continue
        backing = backing_of(row, defaults, documents, name)
        out.note(section, backing.problem)
        if backing.declared is None:
            continue
        if name not in backings or backing.document:
            backings[name] = backing
        known[value].add(name)
        if backing.document:
            proved[value].add(name)
    contradicted = known[True] & known[False]
    if contradicted:
        out.note(section, f"{'、'.join(sorted(contradicted))} 的声明互相矛盾，均未采用")
    if backings:
        marks = Marks(present=frozenset(known[True] - contradicted), absent=frozenset(known[False] - contradicted))
        sure = Marks(present=frozenset(proved[True] - contradicted), absent=frozenset(proved[False] - contradicted))
        first = next((b for b in backings.values() if b.document), next(iter(backings.values())))
        origins = {name: _origin(backing) for name, backing in backings.items()}
        out.facts[section] = replace(_fact(section, marks, sure, first), origins=origins)


def _origin(backing: Backing) -> Origin:
    return Origin(document=backing.document, declared=None if backing.document else backing.declared)


def _items(
    name: str,
    column: str,
    rows: list[Mapping[str, Any]],
    register: Mapping[str, Any],
    documents: Sequence[DocumentFact],
    defaults: Mapping[str, Any],
    out: Declared,
) -> None:
    known: list[Item] = []
    proved: list[Item] = []
    backings: list[Backing] = []
    for row in rows:
        title = str(row.get("name") or row.get("model") or row.get("product") or row.get("kind") or "").strip()
        count = number_of(row.get("quantity", "1"))
        if not title or count is None or count.denominator != 1 or count < 1:
            out.note(name, "有一行没有名称，或台数不是正整数，未采用")
            continue
        backing = backing_of(row, defaults, documents, title)
        out.note(name, backing.problem)
        if backing.declared is None:
            continue
        backings.append(backing)
        item = Item(name=title, value=str(row.get(column, "")).strip(), count=int(count))
        known.append(item)
        if backing.document:
            proved.append(item)
    total = number_of(register.get("total"))
    stated = backing_of(register, defaults, documents, "台账总数") if total is not None else Backing()
    out.note(name, stated.problem)
    expected = int(total) if total is not None and total.denominator == 1 and stated.declared else None
    if backings:
        sure = Items(rows=tuple(proved), expected=expected if stated.document else None)
        backing = next((b for b in backings if b.document), backings[0])
        out.facts[name] = _fact(name, Items(rows=tuple(known), expected=expected), sure, backing)
