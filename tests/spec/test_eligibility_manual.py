"""The manual of the rules is what the rules and the case tables make of it, and leaves nothing out."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from eligibility_manual import FOLDER, pages

from app.corpus.rules import load_ruleset

PAGES = pages()


def test_the_pages_are_fresh() -> None:
    held = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.md")}
    assert held.keys() == PAGES.keys(), "run tests/spec/eligibility_manual.py"
    for name, text in PAGES.items():
        assert held[name] == text, f"{name}: run tests/spec/eligibility_manual.py"


def test_every_rule_has_a_met_a_not_met_and_an_undecided_case_on_its_page() -> None:
    for scheme in load_ruleset().schemes.values():
        page = PAGES[f"{scheme.id}.md"]
        for rule in scheme.rules:
            part = page.split(f"`{rule.id}` · ", 1)[1].split("\n## ", 1)[0]
            verdicts = {row.rsplit("|", 2)[1].strip() for row in part.splitlines() if row.startswith("|")}
            assert "待补证" in verdicts, rule.id
            if rule.evidence.decidable:
                assert "符合" in verdicts, rule.id
                assert verdicts & {"不符合", "不适用"} or rule.id == "zj-sector", rule.id
            else:
                assert not verdicts & {"符合", "不符合"}, rule.id


def test_the_cases_number_what_the_index_says() -> None:
    rows = sum(line.startswith("| ") and line.rstrip().endswith("|") for text in PAGES.values() for line in text.splitlines())
    total = int(PAGES["README.md"].split("| 合计 | |")[1].split("|")[1])
    assert total >= 600
    assert rows > total
