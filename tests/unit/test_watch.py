"""Before a rule or a document is applied: which verdicts change for which projects, which rules lose their ground."""

from __future__ import annotations

import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from eligibility_home import add_factory, open_home

from app.corpus.paths import corpus_root
from app.domain.errors import InputRefused, UsageError
from app.services.watch import watch, watch_to_json
from app.services.workspace import Workspace

HUNAN = corpus_root() / "rules" / "zero_carbon_factory_hunan.toml"
DOCUMENT = corpus_root() / "documents" / "hunan-2025-458"
GUIDELINE = corpus_root() / "documents" / "miit-2026-13"


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = open_home(tmp_path_factory.mktemp("watch"))
    add_factory(made, "湖南甲厂")
    add_factory(made, "湖南乙厂", '\n[[annual]]\nid = "main_revenue"\nyear = 2024\nvalue = "1"\n', run=False)
    return made


def watched(ws: Workspace, path: Path) -> dict[str, Any]:
    return watch_to_json(watch(ws, path))


def rewritten(tmp_path: Path, old: str, new: str) -> Path:
    text = HUNAN.read_text("utf-8")
    assert old in text
    file = tmp_path / "hunan.toml"
    file.write_text(text.replace(old, new), "utf-8")
    return file


def test_the_same_rules_and_documents_change_nothing(ws: Workspace) -> None:
    for path in (HUNAN, corpus_root() / "rules", corpus_root(), DOCUMENT):
        value = watched(ws, path)
        assert value["before"] == value["after"]
        assert (value["rules"], value["documents"], value["reviews"], value["projects"]) == ([], [], [], [])


def test_a_lower_threshold_changes_the_verdict_of_the_factory_that_was_short(ws: Workspace, tmp_path: Path) -> None:
    value = watched(ws, rewritten(tmp_path, '2027 = "35"', '2027 = "5"'))
    assert value["before"] != value["after"]
    assert [(r["id"], r["state"], r["fields"]) for r in value["rules"]] == [("hn-renewable", "修改", ["判断方式"])]
    changed = {p["name"]: [(c["id"], c["before"], c["after"]) for c in p["changes"] if c["before"] != c["after"]] for p in value["projects"]}
    assert changed["湖南甲厂"] == [("hn-renewable", "not_met", "met")]
    assert changed["湖南乙厂"] == []
    assert value["counts"]["verdicts"] == 1


def test_a_threshold_the_document_does_not_hold_loses_its_ground(ws: Workspace, tmp_path: Path) -> None:
    value = watched(ws, rewritten(tmp_path, '2027 = "35"', '2027 = "5"'))
    assert [(r["id"], r["lost"]) for r in value["reviews"]] == [("hn-renewable", True)]
    assert "门槛值" in value["reviews"][0]["why"]
    assert all(p["review"] == ["hn-renewable"] for p in value["projects"])


def test_new_and_withdrawn_rules_are_named(ws: Workspace, tmp_path: Path) -> None:
    value = watched(ws, rewritten(tmp_path, 'id = "hn-plan"', 'id = "hn-plan-2"'))
    assert {(r["id"], r["state"]) for r in value["rules"]} == {("hn-plan-2", "新增"), ("hn-plan", "取消")}
    texts = {c["text"] for p in value["projects"] for c in p["changes"]}
    assert texts == {"新增 → 待补证", "待补证 → 取消"}


def test_a_new_scheme_counts_for_the_projects_it_is_open_to(ws: Workspace, tmp_path: Path) -> None:
    head, _, rest = HUNAN.read_text("utf-8").partition("[[rule]]")
    rules = "[[rule]]" + rest.partition("[[rule]]")[0]
    for place, projects in (("湖南", 2), ("安徽", 0)):
        file = tmp_path / f"{place}.toml"
        text = (head + rules).replace("zero_carbon_factory_hunan", "zero_carbon_factory_new").replace('"hn-intensity"', '"new-intensity"')
        file.write_text(text.replace('province == \\"湖南\\"', f'province == \\"{place}\\"'), "utf-8")
        value = watched(ws, file)
        assert len(value["projects"]) == projects
        assert all(p["changes"][0]["text"].startswith("新增") for p in value["projects"])


def test_a_changed_clause_asks_for_review_and_a_lost_one_takes_the_ground(ws: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "hunan-2025-458"
    shutil.copytree(DOCUMENT, folder)
    text = (folder / "provisions.toml").read_text("utf-8")
    rows = tomllib.loads(text)["provision"]
    row = next(r for r in rows if r["pid"] == "economic_performance-1")
    (folder / "provisions.toml").write_text(text.replace(row["rule"], row["rule"] + "（征求意见）"), "utf-8")
    value = watched(ws, folder)
    assert [(d["id"], d["state"]) for d in value["documents"]] == [("hunan-2025-458", "修改")]
    assert row["clause"] in value["documents"][0]["clauses"]
    assert [(r["id"], r["lost"]) for r in value["reviews"]] == [("hn-revenue", False)]
    assert {p["name"] for p in value["projects"]} == {"湖南甲厂", "湖南乙厂"}
    (folder / "provisions.toml").write_text(text.replace('pid = "economic_performance-1"', 'pid = "economic_performance-9"'), "utf-8")
    lost = watched(ws, folder)
    assert [(r["id"], r["lost"]) for r in lost["reviews"]] == [("hn-revenue", True)]
    assert lost["counts"]["lost"] == 1


def test_weaker_evidence_of_a_document_shows(ws: Workspace, tmp_path: Path) -> None:
    corpus = tmp_path / "mine" / "documents"
    shutil.copytree(DOCUMENT, corpus / "hunan-2025-458")
    file = corpus / "hunan-2025-458" / "provisions.toml"
    file.write_text(file.read_text("utf-8").replace('evidence = "repost"', 'evidence = "forum"'), "utf-8")
    value = watched(ws, tmp_path / "mine")
    assert {r["id"] for r in value["reviews"]} == {r.id for r in ws.ruleset.schemes["zero_carbon_factory_hunan"].rules}
    assert all("证据等级" in r["why"] for r in value["reviews"])


def test_a_document_nobody_has_rules_for_changes_no_verdict(ws: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "new-doc"
    shutil.copytree(DOCUMENT, folder)
    meta = folder / "meta.toml"
    meta.write_text(meta.read_text("utf-8").replace('id = "hunan-2025-458"', 'id = "new-doc"'), "utf-8")
    value = watched(ws, folder)
    assert [(d["id"], d["state"]) for d in value["documents"]] == [("new-doc", "新增")]
    assert value["projects"] == []


def test_the_home_and_the_corpus_stay_as_they_are(ws: Workspace, tmp_path: Path) -> None:
    version, kept = ws.ruleset.version, set(ws.policies)
    watched(ws, rewritten(tmp_path, '2027 = "35"', '2027 = "5"'))
    watched(ws, GUIDELINE)
    assert ws.ruleset.version == version
    assert set(ws.policies) == kept
    assert not (ws.settings.corpus / "documents").exists()


def test_what_is_no_rule_or_document_is_refused(ws: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        watch(ws, tmp_path / "nowhere")
    with pytest.raises(UsageError):
        watch(ws, tmp_path)
    for name, text in (("a.toml", "[scheme]\nid = 3\n"), ("b.toml", "x = [\n"), ("c.toml", 'title = "x"\n')):
        file = tmp_path / name
        file.write_text(text, "utf-8")
        with pytest.raises(InputRefused) as refused:
            watch(ws, file)
        assert refused.value.fix
    folder = tmp_path / "doc"
    folder.mkdir()
    (folder / "meta.toml").write_text('id = "../x"\n', "utf-8")
    with pytest.raises(InputRefused):
        watch(ws, folder)
