"""The gate before export: a number without a fact stops the document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.domain.clause import PolicyDocument
from app.domain.errors import InputRefused
from app.domain.fact import Fact
from app.domain.finding import Finding, Severity
from app.drafting.clauses import find_clause
from app.drafting.model import ClauseRef, Draft, FactRef, Inline, Quote, Text
from app.drafting.tokens import find_numbers


def check_inlines(
    inlines: Iterable[Inline], facts: Mapping[str, Fact], policies: Mapping[str, PolicyDocument] | None = None
) -> tuple[Finding, ...]:
    """Blocking findings on running text: a number outside a fact, a fact that does not exist, a quote that is not in its
    clause (only with ``policies``). Neighbouring texts are read together, so a number cannot hide across two of them."""
    findings: list[Finding] = []
    run = ""
    for inline in (*inlines, None):
        if isinstance(inline, Text):
            run += inline.text
            continue
        findings += [_loose(token.text, run) for token in find_numbers(run)]
        run = ""
        if isinstance(inline, FactRef) and inline.fact not in facts:
            findings.append(
                Finding(
                    id="unknown-fact",
                    severity=Severity.BLOCKING,
                    message=f"文稿引用了不存在的数据项“{inline.fact}”。",
                    subjects=(inline.fact,),
                    fix="请重新核算并重新生成文稿。",
                )
            )
        if isinstance(inline, (ClauseRef, Quote)) and policies is not None:
            found = find_clause(policies, inline.cited.clause)
            if found is None or inline.cited.quote not in found[1].text:
                findings.append(
                    Finding(
                        id="quote-not-found",
                        severity=Severity.BLOCKING,
                        message=f"引文在条款 {inline.cited.clause} 中找不到：“{inline.cited.quote[:40]}”。",
                        subjects=(inline.cited.clause,),
                        fix="请改为条款原文，或删去该引用。",
                    )
                )
    return tuple(findings)


def _loose(token: str, around: str) -> Finding:
    return Finding(
        id="number-without-fact",
        severity=Severity.BLOCKING,
        message=f"“{token}”没有数据来源，所在文字：“{around.strip()[:60]}”。",
        subjects=(token,),
        fix="请改用已确认的数据，或改写为不含数字的表述。",
    )


def check_draft(draft: Draft, policies: Mapping[str, PolicyDocument] | None = None) -> tuple[Finding, ...]:
    """``check_inlines`` over every paragraph, cell, caption and note of a draft, each on its own, and the facts of its charts."""
    plotted = [
        f for chart in draft.charts for f in check_inlines([FactRef(fact=i) for i in chart.plotted()], draft.facts)
    ]
    return (*(f for line in draft.lines() for f in check_inlines(line, draft.facts, policies)), *plotted)


def refuse_untraced(draft: Draft) -> None:
    """Raises InputRefused ``draft_number_without_fact`` when any number of the draft has no fact."""
    findings = check_draft(draft)
    if findings:
        more = f"（另有 {len(findings) - 1} 处）" if len(findings) > 1 else ""
        raise InputRefused(
            "draft_number_without_fact",
            f"文稿中有数字没有来源，不能导出：{findings[0].message}{more}",
            fix="请为该数字补充证据并重新核算，或删去该数字后再导出。",
            subject=findings[0].subjects[0] if findings[0].subjects else draft.project,
        )
