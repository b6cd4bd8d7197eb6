"""Side by side: one factory under several schemes, and several factories in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.corpus.topics import load_topics
from app.domain.clause import Modality
from app.domain.project import Project
from app.domain.verdict import CriterionVerdict, EligibilityReport, Verdict
from app.eligibility import evaluate
from app.eligibility.gaps import gap_plan
from app.services.eligibility import facts_of, known_schemes
from app.services.eligibility_sheets import Sheet, workbook_bytes
from app.services.projects import list_projects
from app.services.schemes import SchemeCard, open_schemes, scheme_cards
from app.services.workspace import Workspace
from app.store import rows

OPEN = (Verdict.NOT_MET, Verdict.INSUFFICIENT_EVIDENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeTable:
    """``cells`` maps (topic, scheme) to the criteria of that topic; a topic a scheme says nothing about has no cell."""

    project: Project
    cards: tuple[SchemeCard, ...]
    topics: tuple[tuple[str, str], ...]
    cells: Mapping[tuple[str, str], tuple[CriterionVerdict, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRow:
    """``report`` is over ``schemes``; ``total_tco2`` is the latest run's, None before the first; ``next_step`` the first gap's."""

    project: Project
    schemes: tuple[str, ...]
    run_id: str | None
    total_tco2: str | None
    report: EligibilityReport
    open_required: int
    overdue: int
    next_title: str
    next_step: str


def compare_schemes(ws: Workspace, project: Project, schemes: Sequence[str] | None = None) -> SchemeTable:
    """The project under each scheme, topic by topic. Without ``schemes``: those of the profile and those that are not out of
    the question. Raises NotFound for an unknown scheme."""
    cards = {c.status.scheme: c for c in scheme_cards(ws, project) if c.status.scheme is not None}
    chosen = known_schemes(ws.ruleset, schemes) if schemes else open_schemes(ws, project)
    facts, stored = facts_of(ws, project)
    report = evaluate(
        ws.ruleset, facts, project=project.id, run_id=stored.run_id if stored else None, schemes=chosen
    )
    cells: dict[tuple[str, str], tuple[CriterionVerdict, ...]] = {}
    for criterion in report.criteria:
        key = (criterion.topic, criterion.scheme)
        cells[key] = (*cells.get(key, ()), criterion)
    labels = load_topics()
    used = {topic for topic, _ in cells}
    return SchemeTable(
        project=project,
        cards=tuple(cards[s] for s in chosen),
        topics=tuple((slug, label) for slug, label in labels.items() if slug in used),
        cells=cells,
    )


def compare_projects(ws: Workspace, schemes: Sequence[str] | None = None) -> tuple[ProjectRow, ...]:
    """Every project of the home under the same schemes, or each under those of its profile. Raises NotFound."""
    chosen = known_schemes(ws.ruleset, schemes) if schemes else None
    today = ws.clock().astimezone().date().isoformat()
    return tuple(_row(ws, project, chosen, today) for project in list_projects(ws))


def _row(ws: Workspace, project: Project, schemes: tuple[str, ...] | None, today: str) -> ProjectRow:
    # A profile may name a scheme that no rule file has (any more): it has no verdicts, the others still count.
    own = schemes or tuple(s for s in dict.fromkeys(project.schemes) if s in ws.ruleset.schemes)
    facts, stored = facts_of(ws, project)
    report = evaluate(ws.ruleset, facts, project=project.id, run_id=stored.run_id if stored else None, schemes=own)
    with ws.reading() as c:
        notes = rows.gap_notes(c, project.id)
    opened = {c.id for c in report.criteria if c.verdict in OPEN}
    first = next(iter(gap_plan(report)), None)
    return ProjectRow(
        project=project,
        schemes=own,
        run_id=report.run_id,
        total_tco2=stored.output["total_tco2"] if stored else None,
        report=report,
        open_required=sum(c.verdict in OPEN and c.modality is Modality.SHALL for c in report.criteria),
        overdue=sum(1 for n in notes.values() if n.criterion in opened and n.due and n.due < today),
        next_title=first.title if first else "",
        next_step=first.next_step if first else "",
    )


def table_to_json(table: SchemeTable) -> dict[str, Any]:
    """``{project, schemes: [{scheme, title, status, …}], topics: [{topic, label, cells: {scheme: [criteria]}}]}``."""
    return {
        "project": table.project.id,
        "name": table.project.profile.name,
        "schemes": [
            {
                "scheme": c.status.scheme,
                "title": c.status.title,
                "status": c.status.status.value,
                "status_label": c.status.status.label,
                "reason": c.status.reason,
                "deadline": c.deadline,
                "deadline_text": c.deadline_text,
                "counts": dict(c.counts),
                "open_required": c.open_required,
            }
            for c in table.cards
        ],
        "topics": [
            {
                "topic": slug,
                "label": label,
                "cells": {
                    str(card.status.scheme): [
                        _cell(c) for c in table.cells.get((slug, str(card.status.scheme)), ())
                    ]
                    for card in table.cards
                },
            }
            for slug, label in table.topics
        ],
    }


def _cell(c: CriterionVerdict) -> dict[str, Any]:
    return {
        "id": c.id,
        "title": c.title,
        "verdict": c.verdict.value,
        "verdict_label": c.verdict.label,
        "modality": c.modality.value,
        "evidence": c.evidence.value,
        "clause": c.clause,
        "threshold": c.threshold,
    }


def rows_to_json(found: Sequence[ProjectRow]) -> dict[str, Any]:
    """``{projects: [{project, name, …, counts}], ruleset}``."""
    return {
        "ruleset": found[0].report.ruleset if found else None,
        "projects": [
            {
                "project": row.project.id,
                "name": row.project.profile.name,
                "province": row.project.profile.province,
                "industry": row.project.profile.industry,
                "year": row.project.profile.year,
                "schemes": list(row.schemes),
                "run_id": row.run_id,
                "total_tco2": row.total_tco2,
                "counts": row.report.counts,
                "open_required": row.open_required,
                "overdue": row.overdue,
                "next_title": row.next_title,
                "next_step": row.next_step,
            }
            for row in found
        ],
    }


def table_workbook(table: SchemeTable) -> bytes:
    """One sheet: schemes across, topics down."""
    value = table_to_json(table)
    schemes = value["schemes"]
    lines = [
        ["适用", *(f"{s['status_label']}：{s['reason']}" for s in schemes)],
        ["截止日期", *(s["deadline_text"] for s in schemes)],
        ["必备条款待办", *(str(s["open_required"]) for s in schemes)],
    ]
    for topic in value["topics"]:
        cells = ["\n".join(f"{c['verdict_label']}：{c['title']}（{c['modality']}）" for c in topic["cells"][s["scheme"]]) for s in schemes]
        lines.append([topic["label"], *(text or "—" for text in cells)])
    headers = ("主题", *(s["title"] for s in schemes))
    return workbook_bytes([Sheet(title="方案对照", headers=headers, rows=lines, widths=(24, *(38 for _ in schemes)))])


PROJECT_HEADERS = (
    "项目", "企业", "省份", "行业", "报告年", "方案", "排放总量 tCO2", "符合", "不符合", "待补证", "不适用", "必备条款待办", "逾期", "下一步",
)  # fmt: skip


def project_lines(found: Sequence[ProjectRow]) -> list[list[str]]:
    """The rows as text under ``PROJECT_HEADERS``."""
    return [
        [
            row.project.id,
            row.project.profile.name,
            row.project.profile.province,
            row.project.profile.industry,
            str(row.project.profile.year or ""),
            "、".join(row.schemes),
            row.total_tco2 or "尚未核算",
            *(str(row.report.counts[v.value]) for v in Verdict),
            str(row.open_required),
            str(row.overdue),
            f"{row.next_title}：{row.next_step}" if row.next_title else "",
        ]
        for row in found
    ]


def projects_workbook(found: Sequence[ProjectRow]) -> bytes:
    """One sheet: a factory a row."""
    widths = (8, 28, 8, 12, 8, 30, 16, 8, 8, 8, 8, 12, 8, 60)
    return workbook_bytes([Sheet(title="项目对照", headers=PROJECT_HEADERS, rows=project_lines(found), widths=widths)])
