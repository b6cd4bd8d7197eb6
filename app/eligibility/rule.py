"""Rules as read from policy_corpus/rules: what a clause asks, on which facts, how it is judged, what proves it.

A rule holds no code. ``Check.kind`` is one of a closed list (see ``app.eligibility.checks``), conditions are expressions of
``app.eligibility.expression``, and everything a user reads about the rule stands in the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from app.domain.clause import EvidenceLevel, Modality
from app.eligibility.expression import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSpec:
    """An operand rules may name. ``type`` is bool | number | text | marks | items | series; ``source`` is run | document |
    declared | profile; ``obtain`` says how the value comes about, ``options`` closes the names of marks."""

    name: str
    label: str
    type: str
    source: str
    obtain: str
    unit: str = ""
    proof: str = ""
    supplier: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """How a rule is judged. Which members count depends on ``kind``; numbers are exact.

    ``by_year`` maps a milestone year to its threshold; ``agree`` operands are alternative readings of one quantity
    (for instance two bases of coal equivalent) that only decide when they agree."""

    kind: str
    operands: tuple[str, ...]
    operator: str = ""
    expression: str = ""
    node: Node | None = None
    threshold: Fraction | str | None = None
    by_year: Mapping[int, Fraction] = field(default_factory=dict)
    unit: str = ""
    accept: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()
    match: str = "exact"
    window: int = 2
    wanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One requirement of one clause. ``applies_node`` None: it applies to every project of the scheme."""

    id: str
    scheme: str
    title: str
    requirement: str
    clause: str
    topic: str
    modality: Modality
    evidence: EvidenceLevel
    check: Check
    proof: tuple[str, ...]
    remedy: str
    supplier: str
    provisions: tuple[str, ...] = ()
    applies_if: str = ""
    applies_to: str = ""
    applies_node: Node | None = None
    caution: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One call or guideline a factory may apply under. ``applies_node`` None: open to every factory.

    ``closes`` is the last day (ISO) of a batch whose text is only valid for that batch; ``caution`` is shown with it.
    ``withdrawn`` is the day (ISO) from which its documents no longer count: the scheme applies to nobody."""

    id: str
    title: str
    short: str
    documents: tuple[str, ...]
    region: str
    authority: str
    applies_if: str = ""
    applies_to: str = ""
    applies_node: Node | None = None
    closes: str | None = None
    withdrawn: str | None = None
    caution: str = ""
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A document that looks related but carries no condition for a zero-carbon factory, with the reason in Chinese."""

    document: str
    title: str
    reason: str
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """``version`` is the hash of the content of every rule file: the same rules have the same version anywhere."""

    version: str
    schemes: Mapping[str, Scheme]
    facts: Mapping[str, FactSpec]
    exclusions: tuple[Exclusion, ...] = ()

    def label(self, name: str) -> str:
        spec = self.facts.get(name)
        return spec.label if spec else name
