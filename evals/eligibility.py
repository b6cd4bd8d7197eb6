"""False passes of the rules, counted: generated factories with facts taken away, and the claims that are known to be wrong.

    python -m evals.eligibility --profiles 10000 [--first 0] [--json FILE]

A *false met* is a criterion that is met with less evidence and was not met with more, or that is met on a statement no official text
bears out. Removing evidence may only lead to 待补证 or, where a condition of application rested on it, 不适用.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.corpus.claims import RejectedClaim, load_rejected_claims
from app.corpus.rules import load_ruleset
from app.domain.verdict import EligibilityReport, Verdict
from app.eligibility import evaluate
from app.eligibility.facts import GREEN_KINDS, build_fact_sheet
from app.eligibility.rule import Rule, RuleSet
from app.eligibility.values import FactSheet
from evals.factories import Inputs, random_inputs, thinner

CI_PROFILES = 400
RETREATS = (Verdict.INSUFFICIENT_EVIDENCE, Verdict.NOT_APPLICABLE)
DROPPED = 0.15
"""Share of the facts taken away at random in one removal."""
SHOWN = 20


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts over all factories; ``faults`` names the first defects by the number of the factory."""

    verdicts: Counter[str] = field(default_factory=Counter)
    moved: Counter[str] = field(default_factory=Counter)
    judged: int = 0
    false_met: int = 0
    wrong_moves: int = 0
    undecidable_met: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, text: str) -> None:
        if len(self.faults) < SHOWN:
            self.faults.append(text)


def run(profiles: int = CI_PROFILES, first: int = 0, ruleset: RuleSet | None = None) -> dict[str, Any]:
    """The report: ``profiles``, ``criteria`` judged, ``false_met``, ``wrong_moves``, ``undecidable_met``, ``claims``, ``ok``."""
    rules = ruleset or load_ruleset()
    tally = Tally()
    for number in range(first, first + profiles):
        _one(number, rules, tally)
    claims = [c for claim in load_rejected_claims() if (c := _claim(claim, rules))]
    ok = not (tally.false_met or tally.wrong_moves or tally.undecidable_met or claims)
    return {
        "profiles": profiles,
        "ruleset": rules.version,
        "criteria": tally.judged,
        "verdicts": dict(sorted(tally.verdicts.items())),
        "moved": dict(sorted(tally.moved.items())),
        "false_met": tally.false_met,
        "wrong_moves": tally.wrong_moves,
        "undecidable_met": tally.undecidable_met,
        "claims": {"checked": len(load_rejected_claims()), "embodied": claims},
        "lines": tally.faults + claims,
        "ok": ok,
        "headline": f"{profiles} 家生成的工厂，{tally.judged} 次判断，误判符合 {tally.false_met}，"
        f"减少证据后的不当变化 {tally.wrong_moves}，不实说法成为规则 {len(claims)}",
    }


def _one(number: int, ruleset: RuleSet, tally: Tally) -> None:
    """One factory as it is, without some facts, with a thinner profile, and with nothing to prove anything."""
    inputs = random_inputs(number, ruleset)
    sheet = _sheet(inputs)
    before = _judge(ruleset, sheet)
    rng = random.Random(number)
    _count(before, ruleset, tally, number)
    dropped = [name for name in sheet.facts if rng.random() < DROPPED]
    _compare(before, _judge(ruleset, sheet.without(*dropped)), tally, f"{number} 号少了 {len(dropped)} 项事实")
    less = thinner(inputs, random.Random(-number - 1))
    # A run stands above what is declared, so that without it a declared value may show: that is not less evidence, but other.
    less = replace(less, run=inputs.run) if inputs.run is not None and less.run is None else less
    _compare(before, _judge(ruleset, _sheet(less)), tally, f"{number} 号少了档案中的几项")
    # A paper stands above a denial it contradicts; taking it away leaves the denial, which is an answer and no lack of one.
    honest = _without_denials(inputs)
    bare = _judge(ruleset, _sheet(replace(honest, documents=())))
    _compare(_judge(ruleset, _sheet(honest)), bare, tally, f"{number} 号没有上传任何文件")


def _without_denials(inputs: Inputs) -> Inputs:
    """The same factory without denials of measures that its own papers show."""
    shown = {GREEN_KINDS[d.kind] for d in inputs.documents if d.kind in GREEN_KINDS}
    rows = [r for r in inputs.profile.extra.get("measures", ()) if r.get("value") is not False or r.get("name") not in shown]
    return replace(inputs, profile=replace(inputs.profile, extra={**inputs.profile.extra, "measures": rows}))


def _sheet(inputs: Inputs) -> FactSheet:
    return build_fact_sheet(inputs.profile, inputs.run, inputs.documents)


def _judge(ruleset: RuleSet, sheet: FactSheet) -> EligibilityReport:
    return evaluate(ruleset, sheet, project="p", run_id=None, schemes=tuple(ruleset.schemes))


def _count(report: EligibilityReport, ruleset: RuleSet, tally: Tally, number: int) -> None:
    for criterion in report.criteria:
        tally.judged += 1
        tally.verdicts[criterion.verdict.value] += 1
        if criterion.verdict is not Verdict.MET:
            continue
        stated = ruleset.facts[criterion.operands[-1].name].source == "profile"
        grounded = stated or any(o.run_line or o.document for o in criterion.operands)
        if not criterion.evidence.decidable or not grounded:
            tally.undecidable_met += 1
            tally.fault(f"{number} 号：{criterion.id} 没有依据而符合")


def _compare(before: EligibilityReport, after: EligibilityReport, tally: Tally, what: str) -> None:
    old = {c.id: c.verdict for c in before.criteria}
    for criterion in after.criteria:
        tally.judged += 1
        was = old[criterion.id]
        if criterion.verdict is was:
            continue
        tally.moved[f"{was.value} -> {criterion.verdict.value}"] += 1
        if criterion.verdict is Verdict.MET:
            tally.false_met += 1
            tally.fault(f"{what}：{criterion.id} {was.label} → 符合")
        elif criterion.verdict not in RETREATS:
            tally.wrong_moves += 1
            tally.fault(f"{what}：{criterion.id} {was.label} → {criterion.verdict.label}")


def _claim(claim: RejectedClaim, ruleset: RuleSet) -> str:
    """A rule that could pass a factory on this claim, in words; empty when none does.

    Such a rule is decidable, speaks of the claim's topic, and judges by a figure or a name the claim goes by."""
    for scheme in ruleset.schemes.values():
        for rule in scheme.rules:
            if rule.evidence.decidable and _embodies(rule, claim):
                return f"{claim.id}：规则 {rule.id} 以“{claim.claim}”为准"
    return ""


def _embodies(rule: Rule, claim: RejectedClaim) -> bool:
    check = rule.check
    if claim.kind == "misapplied" and rule.clause.partition("/")[0] not in claim.related:
        # What is true of a neighbouring scheme is wrong only where its document is taken for one on factories.
        return False
    said = " ".join([rule.title, rule.requirement, *check.accept, *check.wanted])
    marks = [mark for mark in claim.contains if mark in said]
    figures = {str(n) for n in (check.threshold, *check.by_year.values()) if n is not None}
    claimed = set(re.findall(r"\d+(?:\.\d+)?", claim.claim))
    strong = [m for m in marks if re.search(r"\d", m)]
    return rule.topic == claim.topic and bool(strong or (len(marks) >= min(2, len(claim.contains)) and figures & claimed))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.eligibility", description="资格判断：误判符合的次数")
    parser.add_argument("--profiles", type=int, default=CI_PROFILES, metavar="N", help="生成多少家工厂")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="从第几号开始")
    parser.add_argument("--json", type=Path, metavar="FILE", help="把报告写到文件")
    given = parser.parse_args(arguments)
    started = time.perf_counter()
    report = run(given.profiles, given.first)
    report["seconds"] = round(time.perf_counter() - started, 1)
    if given.json:
        given.json.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{report['headline']}（{report['seconds']} 秒）\n")
    sys.stdout.writelines(f"  {name}：{count}\n" for name, count in report["moved"].items())
    sys.stdout.writelines(f"  {line}\n" for line in report["lines"])
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
