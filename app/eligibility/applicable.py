"""Which schemes a factory can look at: now, later, not, or not to be told, each with the reason.

*Later* is a scheme the factory belongs to whose batch is over: the next one may come, nobody here knows when. *Unknown* is also a
scheme whose text is only known from news or other people's accounts. A schedule of sectors moves nothing: it is an order of
priority.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial

from app.domain.project import FactoryProfile
from app.eligibility.engine import scheme_applies
from app.eligibility.expression import Lookup
from app.eligibility.facts_profile import profile_facts
from app.eligibility.rule import RuleSet, Scheme
from app.eligibility.values import FactSheet


class Applicability(StrEnum):
    NOW = "now"
    LATER = "later"
    UNKNOWN = "unknown"
    NOT = "not"

    @property
    def label(self) -> str:
        return {"now": "现在适用", "later": "等下一批", "unknown": "尚不能判断", "not": "不适用"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeStatus:
    """``scheme`` is a scheme id to evaluate, or None for a document that carries no condition for a zero-carbon factory."""

    scheme: str | None
    documents: tuple[str, ...]
    title: str
    region: str
    status: Applicability
    reason: str
    authority: str = ""


def schemes_for(profile: FactoryProfile, ruleset: RuleSet, *, today: date | None = None) -> tuple[SchemeStatus, ...]:
    """Every scheme and every excluded document of the rule set, those that apply first.

    With ``today`` a batch whose last day has passed is for later; without it only place and object are judged."""
    known = partial(FactSheet(facts=profile_facts(profile)).value, strict=False)
    found = [
        _status(scheme, scheme_applies(scheme, known), ruleset, known, today) for scheme in ruleset.schemes.values()
    ]
    order = list(Applicability)
    found.sort(key=lambda status: order.index(status.status))
    excluded = [
        SchemeStatus(
            scheme=None,
            documents=(entry.document,),
            title=entry.title,
            region=entry.region,
            status=Applicability.NOT,
            reason=entry.reason,
        )
        for entry in ruleset.exclusions
    ]
    return (*found, *excluded)


def _status(scheme: Scheme, applies: bool | None, ruleset: RuleSet, known: Lookup, today: date | None) -> SchemeStatus:
    names = scheme.applies_node.names() if scheme.applies_node else ()
    if scheme.withdrawn:
        status, reason = Applicability.NOT, f"依据文件自 {scheme.withdrawn} 起废止或撤回，不再适用。"
    elif applies is False:
        status, reason = Applicability.NOT, f"适用于{scheme.applies_to}，本项目不属于。"
    elif applies is None:
        asked = "、".join(ruleset.label(name) for name in names if known(name) is None)
        status, reason = Applicability.UNKNOWN, f"适用于{scheme.applies_to}；请先在项目档案填写{asked}。"
    elif today is not None and scheme.closes and today > date.fromisoformat(scheme.closes):
        status = Applicability.LATER
        belongs = f"本项目属于{scheme.applies_to}" if names else "面向全国工厂"
        reason = f"{belongs}，但这一批次已于 {scheme.closes} 截止；请向{scheme.authority}了解是否有新一批。"
    elif not any(rule.evidence.decidable for rule in scheme.rules):
        status = Applicability.UNKNOWN
        belongs = "面向全国工厂" if not names else f"适用于{scheme.applies_to}，本项目属于"
        reason = f"{belongs}；正文没有取得，现在能否申报请向{scheme.authority}核实。"
    else:
        status = Applicability.NOW
        reason = f"{'面向全国工厂' if not names else f'适用于{scheme.applies_to}'}，本项目属于。"
    return SchemeStatus(
        scheme=scheme.id,
        documents=scheme.documents,
        title=scheme.title,
        region=scheme.region,
        status=status,
        reason=reason + scheme.caution,
        authority=scheme.authority,
    )
