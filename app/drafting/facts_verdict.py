"""Facts of the eligibility report and of the policy corpus.

A reason, a threshold or a next step may carry figures of its own; as a text fact with the criterion's clause behind it the whole
string is checked, so no digit in it can change unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.domain.clause import PolicyDocument
from app.domain.fact import Fact
from app.domain.verdict import CriterionVerdict, EligibilityReport, Verdict, VerdictOperand
from app.drafting.clean import phrase
from app.drafting.facts import fact_id, given_fact, text_fact


def verdict_fact_id(criterion: CriterionVerdict, *parts: object) -> str:
    return fact_id("verdict", criterion.id, *parts)


def verdict_facts(report: EligibilityReport) -> Iterator[Fact]:
    """Counts per verdict, and per criterion its title, verdict, reason, threshold, operands, gaps and next step."""
    address = f"{report.run_id or report.project}/eligibility"
    counts = report.counts
    for verdict in Verdict:
        yield given_fact(
            f"verdict.count.{verdict.value}",
            verdict.label,
            str(counts[verdict.value]),
            "项",
            run_line=f"{address}/counts",
        )
    yield given_fact("verdict.count", "评价项合计", str(len(report.criteria)), "项", run_line=f"{address}/criteria")
    yield text_fact("verdict.ruleset", "规则集", report.ruleset, run_line=f"{address}/ruleset")
    for criterion in report.criteria:
        yield from _criterion_facts(criterion)


def _criterion_facts(criterion: CriterionVerdict) -> Iterator[Fact]:
    at = criterion.clause
    for field, label, text in (
        ("title", "评价项", criterion.title),
        ("label", "判断", criterion.verdict.label),
        ("reason", "理由", criterion.reason),
        ("conclusion", "结论", conclusion_of(criterion)),
        ("next", "下一步", criterion.next_step),
        ("threshold", "要求值", criterion.threshold or ""),
    ):
        yield text_fact(verdict_fact_id(criterion, field), label, phrase(text), clause=at)
    for n, missing in enumerate(criterion.missing, 1):
        yield text_fact(verdict_fact_id(criterion, "missing", n), "待补", phrase(missing), clause=at)
    for operand in criterion.operands:
        if operand.value is not None:
            yield operand_fact(criterion, operand)


def conclusion_of(criterion: CriterionVerdict) -> str:
    """What a reason concludes. A reason that first repeats the clause and the data (…本项目：….) is cut to what follows: the
    draft prints clause and data in places of their own. '' when it only repeats the verdict."""
    _, marked, known = criterion.reason.partition("本项目：")
    concluded = known.partition("。")[2] if marked else criterion.reason
    return "" if phrase(concluded) == criterion.verdict.label else concluded


def operand_fact(criterion: CriterionVerdict, operand: VerdictOperand) -> Fact:
    """An operand's value with the operand's own origin; without one the criterion's clause answers for it."""
    origin: dict[str, str] = {"clause": criterion.clause}
    if operand.run_line:
        origin = {"run_line": operand.run_line}
    elif operand.document:
        origin = {"document": operand.document}
    elif operand.declared:
        origin = {"profile": operand.declared}
    id = verdict_fact_id(criterion, "op", operand.name)
    return given_fact(id, operand.label or operand.name, str(operand.value), operand.unit, **origin)


#: Topics whose rules a draft may print in our own words: what an authority asks an applicant to hand in.
PRINTED_TOPICS = frozenset({"materials"})


def is_local(document: PolicyDocument) -> bool:
    """Whether a document is a region's own scheme for zero-carbon factories, whose rules a regional form lists."""
    return "零碳" in document.scheme and document.region not in ("", "全国", "国际") and "园区" not in document.scheme


def provision_address(doc_id: str, clause: str) -> str:
    return clause if "/" in clause else f"{doc_id}/{clause}"


def provision_fact_id(doc_id: str, provision: str, *parts: object) -> str:
    id = provision.replace("#", ".")
    return fact_id("policy", id if id.startswith(doc_id) else f"{doc_id}.{id}", *parts)


def policy_facts(policies: Mapping[str, PolicyDocument]) -> Iterator[Fact]:
    """Thresholds of provisions whose text may decide, such as 1级及以上, with the clause they stand in; and the rules of
    the printed topics."""
    for doc_id, document in policies.items():
        for provision in document.provisions:
            clause = provision_address(doc_id, provision.clause)
            if provision.topic in PRINTED_TOPICS or is_local(document):
                id = provision_fact_id(doc_id, provision.id, "rule")
                yield text_fact(id, "申报材料要求", phrase(provision.rule), clause=clause)
            if provision.threshold is not None and provision.evidence.decidable:
                id = provision_fact_id(doc_id, provision.id)
                yield given_fact(id, provision.rule[:40], str(provision.threshold), provision.unit or "", clause=clause)
