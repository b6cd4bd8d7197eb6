"""The count of false passes: none over a slice of the generated factories, and a rule that helps the forgetful is found out."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from app.corpus.paths import corpus_root
from app.corpus.rules import load_ruleset
from evals.eligibility import main, run


def test_a_slice_has_no_false_pass_and_no_claim() -> None:
    report = run(60, first=5000)
    assert (report["false_met"], report["wrong_moves"], report["undecidable_met"]) == (0, 0, 0)
    assert report["claims"]["embodied"] == []
    assert report["criteria"] > 60 * 200
    assert set(report["verdicts"]) == {"met", "not_met", "insufficient_evidence", "not_applicable"}
    assert report["ok"]


def test_news_taken_for_official_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A measure that could not fail would say nothing: take the check on provenance away and it must count."""
    import app.eligibility.engine as engine
    from app.domain.verdict import Verdict

    monkeypatch.setattr(engine, "_decide", lambda applies, known, proved, rule: Verdict.MET if known is not False else Verdict.NOT_MET)
    report = run(5)
    assert report["undecidable_met"] > 0
    assert report["false_met"] > 0
    assert not report["ok"]
    assert report["lines"]


def test_a_rule_made_of_a_rejected_claim_is_named(tmp_path: Path) -> None:
    claims = tomllib.loads((corpus_root() / "rejected_claims.toml").read_text("utf-8"))["claim"]
    claim = next(c for c in claims if c["id"] == "rc02")
    text = (corpus_root() / "rules" / "zero_carbon_factory_hunan.toml").read_text("utf-8")
    head, _, rest = text.partition("[[rule]]")
    rule = "[[rule]]" + rest.partition("[[rule]]")[0]
    lines = [f'topic = "{claim["topic"]}"' if row.startswith("topic") else row for row in rule.splitlines()]
    lines = [f'requirement = "{claim["claim"]}"' if row.startswith("requirement") else row for row in lines]
    file = tmp_path / "rules.toml"
    file.write_text(head + "\n".join(lines), "utf-8")
    report = run(1, ruleset=load_ruleset(overlay=[file]))
    assert [line[:4] for line in report["claims"]["embodied"]] == ["rc02"]
    assert not report["ok"]


def test_the_command_writes_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "report.json"
    assert main(["--profiles", "3", "--json", str(out)]) == 0
    assert '"false_met": 0' in out.read_text("utf-8")
    assert "误判符合 0" in capsys.readouterr().out
