"""What a rule tells the user to do speaks of the pages and fields they see, never of keys of a file."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import app.services.profile_schema as schema
from app.corpus.rules import load_ruleset

RULESET = load_ruleset()
KEY = re.compile(r"\[\[?\w|\b[a-z]+_[a-z]\w*|\b[a-z]+\.[a-z_]{3,}")
FORM = tomllib.loads(Path(schema.DATA).read_text("utf-8"))


def texts() -> dict[str, str]:
    found = {f"{rule.id}: {kind}": getattr(rule, kind) for s in RULESET.schemes.values() for rule in s.rules for kind in ("remedy", "caution")}
    return found | {f"{name}: obtain": spec.obtain for name, spec in RULESET.facts.items()}


def test_no_text_for_the_user_names_a_key() -> None:
    assert {where: text for where, text in texts().items() if KEY.search(text)} == {}


def test_every_page_of_the_profile_that_is_named_exists() -> None:
    pages = {page["title"] for page in FORM["section"]}
    named = {m for text in texts().values() for m in re.findall(r"项目档案“([^”]+)”页", text)}
    assert named
    assert named <= pages


def test_every_fact_a_person_supplies_says_where_to_write_it() -> None:
    for name, spec in RULESET.facts.items():
        if spec.source == "declared" and spec.type != "series":
            assert "项目档案“" in spec.obtain, name


def test_a_note_about_a_declaration_names_it_by_its_label() -> None:
    from app.domain.project import FactoryProfile
    from app.eligibility import evaluate
    from app.eligibility.facts import build_fact_sheet

    profile = FactoryProfile(name="示例工厂", extra={"declarations": [{"id": "energy_rules", "value": True}]})
    report = evaluate(RULESET, build_fact_sheet(profile, None, ()), project="p", run_id=None, schemes=["zero_carbon_factory_guideline"])
    said = next(c.reason for c in report.criteria if any(o.name == "energy_rules" for o in c.operands))
    assert "energy_rules" not in said
    assert f"“{RULESET.label('energy_rules')}”的声明缺少填报人" in said
