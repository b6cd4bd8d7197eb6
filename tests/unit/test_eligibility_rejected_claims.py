"""Claims in circulation that are wrong, unverified or about something else: no rule embodies one of them."""

from __future__ import annotations

import re
import tomllib

import pytest

from app.corpus.paths import corpus_root
from app.corpus.rules import load_ruleset
from app.eligibility import Rule

RULESET = load_ruleset()
ALL_RULES = [rule for scheme in RULESET.schemes.values() for rule in scheme.rules]
CLAIMS = tomllib.loads((corpus_root() / "rejected_claims.toml").read_text(encoding="utf-8"))["claim"]


def said(rule: Rule) -> str:
    check = rule.check
    numbers = [str(check.threshold), *map(str, check.by_year.values())]
    return " ".join([rule.title, rule.requirement, rule.remedy, rule.caution, *rule.proof, *check.accept, *check.wanted, *numbers])


def of_document(document: str) -> list[Rule]:
    return [rule for rule in ALL_RULES if rule.clause.startswith(f"{document}/")]


def subsidies() -> list[str]:
    return [r.id for r in ALL_RULES if r.topic == "subsidy" or re.search(r"万元|补贴|奖补|奖励|红利|成功率", said(r))]


def mentions(*words: str) -> list[str]:
    return [r.id for r in ALL_RULES if any(word in said(r) for word in words)]


def title_prerequisites() -> set[str]:
    return {r.scheme for r in ALL_RULES if r.topic == "green_factory_prerequisite" and r.modality.value == "应"}


EMBODIED = {
    "rc01": subsidies,
    "rc02": lambda: mentions("43126"),
    "rc03": lambda: mentions("0154"),
    "rc04": lambda: subsidies() + mentions("21-edu"),
    "rc05": lambda: [s.id for s in RULESET.schemes.values() if s.region[:2] in ("安徽", "湖北", "四川", "陕西")],
    "rc06": lambda: [s.id for s in RULESET.schemes.values() if re.search("安徽|湖北|四川|陕西", s.applies_if + s.region)],
    "rc07": lambda: [
        r.id for r in ALL_RULES if r.topic == "physical_green_share" and (str(r.check.threshold) != "35" or "基本要求" in r.title)
    ],
    "rc08": lambda: [
        r.id for r in ALL_RULES if r.topic == "carbon_intensity" and (r.clause.startswith("ndrc") or str(r.check.threshold) == "3/10")
    ],
    "rc09": lambda: subsidies() + mentions("东湖"),
    "rc10": lambda: [r.id for r in ALL_RULES if str(r.check.threshold) == "85" or "四川" in said(r)],
    "rc11": lambda: [r.id for r in ALL_RULES if r.topic == "validity" or "有效期三年" in said(r)],
    "rc12": lambda: mentions("36132"),
    "rc13": lambda: [r.id for r in of_document("miit-2024-13-green-factory") + of_document("miit-2025-13-centre")],
    "rc14": lambda: mentions("一次性", "挂牌"),
    "rc15": subsidies,
    "rc16": lambda: sorted(title_prerequisites() & {"zero_carbon_factory_guideline", "zero_carbon_factory_national_2026", "zero_carbon_factory_shanghai"}),
}


def test_every_rejected_claim_has_a_check() -> None:
    assert {claim["id"] for claim in CLAIMS} == set(EMBODIED)


@pytest.mark.parametrize("claim", CLAIMS, ids=[claim["id"] for claim in CLAIMS])
def test_no_rule_embodies_a_rejected_claim(claim: dict[str, str]) -> None:
    assert EMBODIED[claim["id"]]() == [], claim["claim"]


def test_the_checks_can_fail() -> None:
    """The title prerequisite exists where it is stated, so its absence elsewhere means something."""
    assert title_prerequisites() == {
        "zero_carbon_factory_zhejiang",
        "zero_carbon_factory_henan",
        "near_zero_carbon_factory_suzhou",
        "zero_carbon_factory_sip",
    }
    assert mentions("T/HNEE 005", "T/SEESA 009")
