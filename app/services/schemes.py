"""Which scheme: what a factory can apply under now, later, not, or nobody can tell, with deadlines and the sector's turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.clause import Modality, PolicyDocument
from app.domain.project import Project
from app.domain.verdict import EligibilityReport, Verdict
from app.eligibility.applicable import Applicability, SchemeStatus, schemes_for
from app.eligibility.checks import judge
from app.eligibility.rule import RuleSet, Scheme
from app.eligibility.values import FactSheet
from app.services.eligibility import facts_of
from app.services.workspace import Workspace

NOT_FOUND = "未检出"
NOT_STATED = "原文没有规定"
OPEN = (Verdict.NOT_MET, Verdict.INSUFFICIENT_EVIDENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeCard:
    """``deadline`` is an ISO date or None, ``deadline_text`` what to show; ``priority`` the sector's turn in Chinese, empty when
    the scheme has no schedule. ``counts`` and ``open_required`` are of the factory's verdicts under the scheme."""

    status: SchemeStatus
    chosen: bool
    deadline: str | None
    deadline_text: str
    priority: str
    counts: Mapping[str, int]
    open_required: int


def scheme_cards(ws: Workspace, project: Project) -> tuple[SchemeCard, ...]:
    """Every scheme of the rule set and every document without conditions, those that apply now first."""
    from app.eligibility import evaluate

    facts, stored = facts_of(ws, project)
    today = ws.clock().astimezone().date()
    run_id = stored.run_id if stored else None
    report = evaluate(ws.ruleset, facts, project=project.id, run_id=run_id, schemes=tuple(ws.ruleset.schemes))
    found = schemes_for(project.profile, ws.ruleset, today=today)
    return tuple(_card(status, project, report, facts, ws.ruleset, ws.policies, today) for status in found)


def open_schemes(ws: Workspace, project: Project) -> tuple[str, ...]:
    """The schemes of the profile, then those that are not out of the question for the factory."""
    today = ws.clock().astimezone().date()
    found = schemes_for(project.profile, ws.ruleset, today=today)
    others = (s.scheme for s in found if s.scheme is not None and s.status is not Applicability.NOT)
    return tuple(dict.fromkeys([*(s for s in project.schemes if s in ws.ruleset.schemes), *others]))


def _card(
    status: SchemeStatus,
    project: Project,
    report: EligibilityReport,
    facts: FactSheet,
    ruleset: RuleSet,
    policies: Mapping[str, PolicyDocument],
    today: date,
) -> SchemeCard:
    scheme = ruleset.schemes.get(status.scheme or "")
    criteria = [c for c in report.criteria if c.scheme == status.scheme]
    deadline, text = _deadline(status, scheme, policies, today)
    return SchemeCard(
        status=status,
        chosen=status.scheme in project.schemes,
        deadline=deadline,
        deadline_text=text,
        priority=_priority(scheme, facts) if scheme and status.status is not Applicability.NOT else "",
        counts={v.value: sum(c.verdict is v for c in criteria) for v in Verdict} if criteria else {},
        open_required=sum(c.verdict in OPEN and c.modality is Modality.SHALL for c in criteria),
    )


def _deadline(
    status: SchemeStatus, scheme: Scheme | None, policies: Mapping[str, PolicyDocument], today: date
) -> tuple[str | None, str]:
    """The last day as far as it is held. A text read in full that names none is another thing than a text not found."""
    details = getattr(policies, "details", {})
    held = [d for name in status.documents if (detail := details.get(name)) and (d := detail.deadline)]
    last = (scheme.closes if scheme else None) or max(held, default=None)
    if last is not None:
        return last, f"{last}（已过）" if today > date.fromisoformat(last) else f"{last}（还有 {(date.fromisoformat(last) - today).days} 天）"
    documents = [policies[name] for name in status.documents if name in policies]
    stated = [dict(d.stated).get("deadline") for d in documents]
    return None, NOT_STATED if stated and all(s == "not_stated" for s in stated) else NOT_FOUND


def _priority(scheme: Scheme, facts: FactSheet) -> str:
    """The sector's turn in the schedule of a scheme: an order of priority, never a reason to be out."""
    rules = [rule for rule in scheme.rules if rule.check.kind == "priority"]
    if not rules:
        return ""
    truths = [(rule, judge(rule.check, lambda name: facts.value(name, strict=False))) for rule in rules]
    if any(truth is None for _, truth in truths):
        return "所属行业未填，不能判断推进次序"
    listed = [rule.title for rule, truth in truths if truth]
    if listed:
        return f"属于{'、'.join(listed)}（推进次序，不是申报条件）"
    return f"不在{'、'.join(rule.title for rule in rules)}之列（推进次序，不是排除名单）"


def cards_to_json(project: Project, cards: tuple[SchemeCard, ...]) -> dict[str, Any]:
    """``{project, schemes, counts}``; ``scheme`` is null for a document that carries no condition for a zero-carbon factory."""
    return {
        "project": project.id,
        "schemes": [
            {
                "scheme": card.status.scheme,
                "documents": list(card.status.documents),
                "title": card.status.title,
                "region": card.status.region,
                "status": card.status.status.value,
                "status_label": card.status.status.label,
                "reason": card.status.reason,
                "authority": card.status.authority,
                "chosen": card.chosen,
                "deadline": card.deadline,
                "deadline_text": card.deadline_text,
                "priority": card.priority,
                "counts": dict(card.counts),
                "open_required": card.open_required,
            }
            for card in cards
        ],
        "counts": {s.value: sum(c.status.status is s and c.status.scheme is not None for c in cards) for s in Applicability},
    }
