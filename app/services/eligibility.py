"""Verdicts for a project: the latest run, the profile and the uploaded documents against the rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.plain import to_plain
from app.domain.project import Project
from app.domain.run import CalculationRun
from app.domain.stored import StoredRun
from app.domain.verdict import EligibilityReport
from app.eligibility import evaluate
from app.eligibility.contradictions import contradictions
from app.eligibility.engine import scheme_of
from app.eligibility.facts import DocumentFact, build_fact_sheet
from app.eligibility.rule import RuleSet
from app.eligibility.values import FactSheet
from app.services.workspace import Workspace
from app.store import rows


def run_of(ws: Workspace, stored: StoredRun | None) -> CalculationRun | None:
    """A stored run as the core's record: derived again from its own inputs, which gives the same bytes."""
    if stored is None:
        return None
    from app.accounting import calculate

    return ws.cached(f"run:{stored.run_id}", lambda: calculate(stored.inputs, ws.factors))


def documents_of(ws: Workspace, project: Project) -> tuple[DocumentFact, ...]:
    """The documents of a project that were read, one entry a name under which the bytes arrived."""
    with ws.reading() as c:
        documents = rows.document_names(c, project.id)
    return tuple(
        DocumentFact(sha256=sha256, filename=name, kind=kind, pages=pages)
        for sha256, names, kind, pages in documents
        for name in names
    )


def facts_of(ws: Workspace, project: Project) -> tuple[FactSheet, StoredRun | None]:
    """The fact sheet of a project and the run it rests on."""
    with ws.reading() as c:
        stored = rows.latest_run(c, project.id)
    return build_fact_sheet(project.profile, run_of(ws, stored), documents_of(ws, project)), stored


def known_schemes(ruleset: RuleSet, schemes: Sequence[str]) -> tuple[str, ...]:
    """The schemes without repetition. Raises NotFound for one the rule set does not have."""
    for identifier in schemes:
        scheme_of(ruleset, identifier)
    return tuple(dict.fromkeys(schemes))


def evaluate_project(ws: Workspace, project: Project, schemes: Sequence[str] | None = None) -> EligibilityReport:
    """Verdicts of the named schemes, or those of the project's profile. Raises NotFound for an unknown scheme."""
    facts, stored = facts_of(ws, project)
    return evaluate(
        ws.ruleset,
        facts,
        project=project.id,
        run_id=stored.run_id if stored else None,
        schemes=tuple(schemes) if schemes else project.schemes,
    )


def check_eligibility(ws: Workspace, project: Project, schemes: Sequence[str] | None = None) -> dict[str, Any]:
    """The contract's ``eligible`` object, with titles for a screen and ``findings`` where the profile contradicts the run."""
    from app.eligibility.report import report_to_json

    with ws.reading() as c:
        stored = rows.latest_run(c, project.id)
    found = contradictions(project.profile, run_of(ws, stored), documents_of(ws, project))
    return {**report_to_json(evaluate_project(ws, project, schemes), detail=True), "findings": to_plain(found)}
