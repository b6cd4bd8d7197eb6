"""One fact sheet from the project profile, the calculation run and the uploaded documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from app.domain.project import FactoryProfile
from app.domain.run import CalculationRun
from app.eligibility.evidence import Backing, DocumentFact, DocumentIndex, backing_of
from app.eligibility.facts_profile import (
    ITEM_SECTIONS,
    MARK_SECTIONS,
    PROFILE_FACTS,
    Declared,
    declared_facts,
    entries,
    profile_facts,
    table,
)
from app.eligibility.facts_run import RUN_FACTS, number_of, run_facts, run_measures
from app.eligibility.values import Fact, FactSheet, Marks, Origin, Series

__all__ = ["COMPUTED_FACTS", "DocumentFact", "build_fact_sheet"]

ENERGY_KINDS = frozenset(
    {
        "vat_invoice",
        "grid_bill",
        "feed_in_bill",
        "gas_bill",
        "heat_settlement",
        "meter_list",
        "pv_log",
        "energy_report",
        "fuel_ledger",
    }
)
GREEN_KINDS: dict[str, str] = {"green_power_settlement": "绿电交易", "green_certificate": "绿证交易"}
DOCUMENT_FACTS: tuple[str, ...] = ("energy_documents",)
RUN_SERIES: dict[str, str] = {
    # yearly series <- the run's fact for the reporting year
    "annual_total_tco2": "total_tco2",
    "annual_renewable_share": "renewable_kwh_share",
    "annual_electricity_share": "electricity_share",
}
COMPUTED_FACTS: frozenset[str] = frozenset(
    (
        *RUN_FACTS,
        *PROFILE_FACTS,
        *DOCUMENT_FACTS,
        *MARK_SECTIONS,
        *(fact for columns in ITEM_SECTIONS.values() for fact, _ in columns),
    )
)
"""Names build_fact_sheet fills itself; every other name is a ``[[declarations]]`` id or an ``annual_…`` series."""


def build_fact_sheet(
    profile: FactoryProfile, run: CalculationRun | None, documents: Sequence[DocumentFact]
) -> FactSheet:
    """All facts known about a project. Without a run, what only a run can show is absent. Never raises on a profile: what
    cannot be used is left out and explained in ``notes``."""
    documents = DocumentIndex(documents)
    declared = declared_facts(profile, documents, COMPUTED_FACTS)
    facts: dict[str, Fact] = {**declared.facts, **profile_facts(profile)}
    if run is not None:
        facts.update(run_facts(run))
    facts.update(_document_facts(documents))
    _merge_measures(facts, run, documents)
    facts.update(_series(profile, facts, run, documents, declared))
    return FactSheet(
        facts=dict(sorted(facts.items())), notes={name: text for name, text in sorted(declared.notes.items()) if text}
    )


def _document_facts(documents: Sequence[DocumentFact]) -> dict[str, Fact]:
    first = next((d for d in documents if d.kind in ENERGY_KINDS), None)
    if first is None:
        return {}
    return {"energy_documents": Fact(name="energy_documents", value=True, proved=True, document=first.address())}


def _merge_measures(facts: dict[str, Fact], run: CalculationRun | None, documents: Sequence[DocumentFact]) -> None:
    """Supply paths in the run and settlement documents show measures in use, whatever was declared about them."""
    shown = run_measures(run) if run is not None else {}
    papers = {GREEN_KINDS[d.kind]: d.address() for d in reversed(documents) if d.kind in GREEN_KINDS}
    seen = frozenset(shown) | frozenset(papers)
    if not seen:
        return
    origins = {name: Origin(document=address) for name, address in papers.items()}
    if run is not None:
        origins |= {name: Origin(run_line=f"{run.run_id}/{line}") for name, line in shown.items()}
    own = facts.get("measures") or Fact(name="measures", value=Marks(), proved=Marks())
    assert isinstance(own.value, Marks)
    assert isinstance(own.proved, Marks)
    facts["measures"] = replace(
        own,
        value=Marks(present=own.value.present | seen, absent=own.value.absent - seen),
        proved=Marks(present=own.proved.present | seen, absent=own.proved.absent - seen),
        origins={**own.origins, **origins},
    )


def _series(
    profile: FactoryProfile,
    facts: dict[str, Fact],
    run: CalculationRun | None,
    documents: Sequence[DocumentFact],
    declared: Declared,
) -> dict[str, Fact]:
    """``annual_<id>`` series of ``[[annual]]`` rows; the run supplies the reporting year of the series it knows."""
    defaults = table(profile, "declarant")
    known: dict[str, dict[int, Fraction]] = {}
    proved: dict[str, dict[int, Fraction]] = {}
    backings: dict[str, Backing] = {}
    contradicted: set[tuple[str, int]] = set()
    for row in entries(profile, "annual"):
        name = f"annual_{str(row.get('id', '')).strip()}"
        at, value = number_of(row.get("year")), number_of(row.get("value"))
        if name == "annual_" or at is None or at.denominator != 1 or value is None:
            continue
        year = int(at)
        backing = backing_of(row, defaults, documents, f"{name} {year}年")
        declared.note(name, backing.problem)
        if backing.declared is None:
            continue
        if known.setdefault(name, {}).setdefault(year, value) != value:
            contradicted.add((name, year))
            declared.note(name, f"{year}年有不同的值，按无数据处理")
        if backing.document:
            proved.setdefault(name, {})[year] = value
        if name not in backings or (backing.document and not backings[name].document):
            backings[name] = backing
    for name, year in contradicted:
        known[name].pop(year)
        proved.get(name, {}).pop(year, None)
    lines: dict[str, str | None] = {}
    for name, source in RUN_SERIES.items():
        fact = facts.get(source)
        if run is not None and run.year is not None and fact is not None and isinstance(fact.value, Fraction):
            known.setdefault(name, {})[run.year] = fact.value
            proved.setdefault(name, {})[run.year] = fact.value
            lines[name] = fact.run_line
    return {
        name: Fact(
            name=name,
            value=Series(points=dict(sorted(points.items())), last_year=profile.year),
            proved=Series(points=dict(sorted(proved.get(name, {}).items())), last_year=profile.year),
            document=backings[name].document if name in backings else None,
            declared=backings[name].declared if name in backings and not backings[name].document else None,
            run_line=lines.get(name) if name not in backings else None,
        )
        for name, points in known.items()
    }
