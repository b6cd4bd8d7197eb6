"""Facts and rules to verdicts.

Each check is judged twice: on everything known and on what is proved. Proved and true is *met*; false on what is known is
*not met*; everything else lacks evidence. Conditions of application are judged on what is known. Because every check is
monotone, taking a fact away can only turn a verdict into *insufficient evidence*.

A rule whose text is only known from news or other people's accounts is compared and reported, and never decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from app.domain.errors import NotFound
from app.domain.verdict import CriterionVerdict, EligibilityReport, Verdict, VerdictOperand
from app.eligibility.checks import REPORTING_YEAR, judge
from app.eligibility.expression import Lookup, holds
from app.eligibility.rule import Rule, RuleSet, Scheme
from app.eligibility.truth import Truth
from app.eligibility.values import FactSheet, Marks, value_text
from app.eligibility.wording import (
    compared_text,
    conclusion_text,
    disagree,
    known_text,
    outside_text,
    source_text,
    threshold_text,
    unregistered_text,
)

OFFICIAL_TEXT = "官方正文"


def evaluate(
    ruleset: RuleSet,
    facts: FactSheet,
    *,
    project: str,
    run_id: str | None,
    schemes: Sequence[str] | None = None,
) -> EligibilityReport:
    """One verdict for every rule of the schemes, in the order of the rule files.

    Without ``schemes`` those are taken whose condition of application holds for these facts. Raises NotFound for a scheme
    the rule set does not have. The same rule set, facts and ids give an equal report."""
    known = partial(facts.value, strict=False)
    if schemes is None:
        chosen = [s for s in ruleset.schemes.values() if scheme_applies(s, known) is True]
    else:
        chosen = [scheme_of(ruleset, identifier) for identifier in dict.fromkeys(schemes)]
    criteria = [
        _criterion(rule, scheme, open_to, facts, ruleset)
        for scheme, open_to in ((scheme, scheme_applies(scheme, known)) for scheme in chosen)
        for rule in scheme.rules
    ]
    return EligibilityReport(project=project, run_id=run_id, ruleset=ruleset.version, criteria=tuple(criteria))


def scheme_applies(scheme: Scheme, lookup: Lookup) -> Truth:
    """Whether the factory belongs to those the scheme is open to; None when the profile does not say enough. A scheme whose documents
    were withdrawn is open to nobody."""
    if scheme.withdrawn:
        return False
    return True if scheme.applies_node is None else holds(scheme.applies_node, lookup)


def scheme_of(ruleset: RuleSet, identifier: str) -> Scheme:
    """The scheme of that id. Raises NotFound with the ids there are."""
    if identifier not in ruleset.schemes:
        raise NotFound(
            "scheme_unknown",
            f"没有名为 {identifier} 的申报类别",
            fix=f"可用的类别：{'、'.join(sorted(ruleset.schemes))}",
            subject=identifier,
        )
    return ruleset.schemes[identifier]


def _decide(applies: Truth, known: Truth, proved: Truth, rule: Rule) -> Verdict:
    """Met needs both: what is proved alone may look complete where everything known contradicts itself."""
    if not rule.evidence.decidable:
        return Verdict.INSUFFICIENT_EVIDENCE
    if applies is False:
        return Verdict.NOT_APPLICABLE
    if applies is None:
        return Verdict.INSUFFICIENT_EVIDENCE
    if known is False:
        return Verdict.NOT_APPLICABLE if rule.check.kind == "priority" else Verdict.NOT_MET
    return Verdict.MET if known is True and proved is True else Verdict.INSUFFICIENT_EVIDENCE


def _criterion(rule: Rule, scheme: Scheme, open_to: Truth, facts: FactSheet, ruleset: RuleSet) -> CriterionVerdict:
    known = partial(facts.value, strict=False)
    condition = rule.applies_node.names() if rule.applies_node else ()
    timed = (REPORTING_YEAR,) if rule.check.by_year else ()
    names = tuple(dict.fromkeys([*condition, *rule.check.operands, *timed]))
    shown = _focused(rule, names, facts)
    if open_to is not True:
        finding = _outside(rule, scheme, open_to, facts, ruleset)
    else:
        said = source_text(rule) + known_text(names, shown, ruleset) + unregistered_text(names, facts, ruleset)
        finding = _inside(rule, condition, said, facts, ruleset)
    open_end = finding.verdict in (Verdict.NOT_MET, Verdict.INSUFFICIENT_EVIDENCE)
    return CriterionVerdict(
        id=rule.id,
        scheme=rule.scheme,
        topic=rule.topic,
        title=rule.title,
        clause=rule.clause,
        modality=rule.modality,
        evidence=rule.evidence,
        verdict=finding.verdict,
        reason=finding.reason,
        operands=tuple(_operand(name, shown, ruleset) for name in names),
        threshold=threshold_text(rule.check, known),
        missing=finding.missing,
        next_step=finding.next_step if open_end else "",
        proof=rule.proof,
        supplier=rule.supplier,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    verdict: Verdict
    reason: str
    missing: tuple[str, ...]
    next_step: str


def _outside(rule: Rule, scheme: Scheme, open_to: Truth, facts: FactSheet, ruleset: RuleSet) -> _Finding:
    """The scheme is not open to this factory, or the profile does not say whether it is."""
    names = scheme.applies_node.names() if scheme.applies_node else ()
    unknown = tuple(ruleset.label(name) for name in names if facts.get(name) is None)
    return _Finding(
        verdict=Verdict.NOT_APPLICABLE if open_to is False else Verdict.INSUFFICIENT_EVIDENCE,
        reason=source_text(rule) + outside_text(scheme, open_to),
        missing=() if open_to is False else unknown,
        next_step=f"先在项目档案填写{'、'.join(unknown)}。",
    )


def _inside(rule: Rule, condition: tuple[str, ...], said: str, facts: FactSheet, ruleset: RuleSet) -> _Finding:
    """The verdict of a rule whose scheme is open to this factory. ``said`` is the reason so far."""
    known = partial(facts.value, strict=False)
    applies = True if rule.applies_node is None else holds(rule.applies_node, known)
    truth, proved = judge(rule.check, known), judge(rule.check, partial(facts.value, strict=True))
    verdict = _decide(applies, truth, proved, rule)
    missing: tuple[str, ...] = ()
    unproved: tuple[str, ...] = ()
    if verdict is Verdict.INSUFFICIENT_EVIDENCE:
        missing = _missing(rule, condition if applies is None else (), facts, ruleset)
        unproved = _unproved(rule, facts, ruleset) if applies and truth is True else ()
    if rule.evidence.decidable:
        said += conclusion_text(rule, verdict, missing, unproved, disagree(rule.check, known))
    else:
        said += f"据述只适用于{rule.applies_to}，本项目不属于。" if applies is False else ""
        said += compared_text(rule.check, truth, known, ruleset)
        missing = (OFFICIAL_TEXT, *missing)
    documents = (f"{name}的证明文件" for name in unproved)
    only_proof = bool(unproved) and rule.evidence.decidable
    return _Finding(
        verdict=verdict,
        reason=said + rule.caution,
        missing=tuple(dict.fromkeys([*missing, *documents])),
        next_step=_proof_step(rule) if only_proof else rule.remedy,
    )


def _focused(rule: Rule, names: tuple[str, ...], facts: FactSheet) -> FactSheet:
    """The named facts as this rule shows them: of a list of marks only those it asks about, each with its own source."""
    asked = rule.check.wanted or (rule.check.node.marks() if rule.check.node else ())
    found = ((name, facts.get(name)) for name in names)
    narrowed = ((name, fact.about(asked)) for name, fact in found if fact is not None)
    return FactSheet(facts={name: fact for name, fact in narrowed if fact is not None}, notes=facts.notes)


def _proof_step(rule: Rule) -> str:
    return f"补充证明文件：在“单据”页上传（{'、'.join(rule.proof)}），再到项目档案这一项的“证明文件”选它。"


def _missing(rule: Rule, condition: tuple[str, ...], facts: FactSheet, ruleset: RuleSet) -> tuple[str, ...]:
    """Chinese names of what is not known; for marks the single names that are neither present nor absent."""
    names: list[str] = [_missing_label(name, facts, ruleset) for name in condition if facts.get(name) is None]
    for name in rule.check.operands:
        fact = facts.get(name)
        label = _missing_label(name, facts, ruleset) if fact is None else ruleset.label(name)
        if fact is None:
            names.append(label)
        elif isinstance(fact.value, Marks):
            marked = fact.value.present | fact.value.absent
            names += [f"{label}：{wanted}" for wanted in rule.check.wanted if wanted not in marked]
    if rule.check.by_year and facts.get(REPORTING_YEAR) is None:
        names.append(ruleset.label(REPORTING_YEAR))
    if not names and judge(rule.check, partial(facts.value, strict=False)) is None:
        names = [f"{ruleset.label(name)}（不完整）" for name in rule.check.operands if _partial(rule, name, facts)]
    return tuple(dict.fromkeys(names))


def _missing_label(name: str, facts: FactSheet, ruleset: RuleSet) -> str:
    """Before the first run, every figure of a run is the same one thing to do."""
    spec = ruleset.facts.get(name)
    from_run = spec is not None and spec.source == "run"
    return "核算结果" if from_run and facts.get("run_present") is None else ruleset.label(name)


def _partial(rule: Rule, name: str, facts: FactSheet) -> bool:
    """A register or a series that is there but does not cover what the check needs."""
    value = facts.value(name, strict=False)
    if rule.check.kind in ("every", "some"):
        return not getattr(value, "complete", True)
    return rule.check.kind == "trend"


def _unproved(rule: Rule, facts: FactSheet, ruleset: RuleSet) -> tuple[str, ...]:
    """Operands that are stated and would have to be proved."""
    found = [facts.get(name) for name in rule.check.operands]
    return tuple(ruleset.label(fact.name) for fact in found if fact is not None and fact.proved != fact.value)


def _operand(name: str, facts: FactSheet, ruleset: RuleSet) -> VerdictOperand:
    fact = facts.get(name)
    spec = ruleset.facts.get(name)
    if fact is None:
        return VerdictOperand(name=name, label=ruleset.label(name), unit=spec.unit if spec else "")
    return VerdictOperand(
        name=name,
        label=ruleset.label(name),
        value=value_text(fact.value),
        unit=fact.unit or (spec.unit if spec else ""),
        run_line=fact.run_line,
        document=fact.document,
        declared=fact.declared,
    )
