"""The rule files themselves: schema, honesty, and what the guideline does not say."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from app.corpus.documents import load_documents
from app.corpus.paths import corpus_root
from app.corpus.rules import check_rules, load_ruleset
from app.domain.clause import EvidenceLevel
from app.domain.errors import InputRefused
from app.eligibility import Rule
from app.eligibility.facts import COMPUTED_FACTS

RULESET = load_ruleset()
GUIDELINE = RULESET.schemes["zero_carbon_factory_guideline"]
ALL_RULES = [rule for scheme in RULESET.schemes.values() for rule in scheme.rules]
GUIDELINE_FILE = "zero_carbon_factory_guideline.toml"


def everything_said(rule: Rule) -> str:
    check = rule.check
    parts = [rule.title, rule.requirement, rule.remedy, rule.caution, *rule.proof, str(check.threshold), check.expression]
    return " ".join([*parts, *check.accept, *check.reject, *check.wanted])


def test_the_rules_of_the_corpus_pass_their_own_check() -> None:
    assert [(f.id, f.message) for f in check_rules()] == []


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for name in ("documents", "rules", "schema"):
        shutil.copytree(corpus_root() / name, tmp_path / name)
    shutil.copy(corpus_root() / "topics.toml", tmp_path / "topics.toml")
    return tmp_path


def spoil(corpus: Path, found: str, written: str, *, file: str = f"rules/{GUIDELINE_FILE}") -> list[str]:
    path = corpus / file
    text = path.read_text(encoding="utf-8")
    assert found in text
    path.write_text(text.replace(found, written, 1), encoding="utf-8")
    return [finding.id for finding in check_rules(corpus)]


HUNAN, NATIONAL = "rules/zero_carbon_factory_hunan.toml", "rules/zero_carbon_factory_national_2026.toml"


@pytest.mark.parametrize(
    ("file", "found", "written", "expected"),
    [
        (GUIDELINE_FILE, 'expression = "digital_centre"', 'expression = "digital_center"', "rule-operand"),
        (GUIDELINE_FILE, 'expression = "digital_centre"', 'expression = "industry"', "rule-operand-type"),
        (GUIDELINE_FILE, 'expression = "digital_centre"', 'expression = "digital_centre and"', "rule-schema"),
        (GUIDELINE_FILE, 'clause = "miit-2026-13/三-(五)"', 'clause = "miit-2026-13/三-(七)"', "rule-clause"),
        (GUIDELINE_FILE, 'clause = "miit-2026-13/三-(五)"', 'clause = "hunan-2025-458/一"', "rule-document"),
        (GUIDELINE_FILE, 'provisions = ["digital_centre-2"]', 'provisions = ["digital_centre-9"]', "rule-provision"),
        (GUIDELINE_FILE, 'provisions = ["digital_centre-2"]', 'provisions = ["offset_rule-1"]', "rule-provision"),
        (GUIDELINE_FILE, 'topic = "digital_centre"', 'topic = "digital_things"', "rule-topic"),
        (GUIDELINE_FILE, 'operand = "annual_total_tco2"', 'operand = "total_tco2"', "rule-operand-type"),
        (GUIDELINE_FILE, '"分布式光伏", "分散式风电"', '"屋顶太阳能", "分散式风电"', "rule-option"),
        (GUIDELINE_FILE, 'remedy = "完成核算', 'remark = "完成核算', "rule-schema"),
        (GUIDELINE_FILE, 'kind = "trend"', 'kind = "feeling"', "rule-schema"),
        (GUIDELINE_FILE, 'operator = "decreasing"', 'operator = "shrinking"', "rule-schema"),
        (GUIDELINE_FILE, 'id = "g13-intensity-control"', 'id = "g13-emission-falling"', "rule-schema"),
        (GUIDELINE_FILE, 'accept = ["标杆水平"], reject = ["基准水平"', 'accept = ["标杆水平"], reject = ["标杆水平"', "rule-levels"),
        (HUNAN, '2027 = "1.25"', '2027 = "1.35"', "rule-threshold"),
        (HUNAN, '2027 = "1.25"', '2027 = "一点二五"', "rule-schema"),
        (HUNAN, 'evidence = "repost"', 'evidence = "official"', "rule-evidence"),
        (HUNAN, 'modality = "目标"', 'modality = "应"', "rule-modality"),
        (HUNAN, 'applies_to = "应清缴碳排放配额的企业"', 'applies_to = ""', "rule-schema"),
        (NATIONAL, 'evidence = "news"', 'evidence = "official"', "rule-evidence"),
        (NATIONAL, 'documents = ["miit-2026-07-notice"]', 'documents = ["miit-2026-07"]', "scheme-document"),
        ("rules/documents_without_conditions.toml", 'document = "nansha-2026"', 'document = "nansha"', "exclusion-document"),
        ("rules/documents_without_conditions.toml", 'document = "nansha-2026"', 'document = "henan-2024-1"', "exclusion-used"),
        ("schema/rules_facts.toml", 'name = "run_edition"', 'name = "run_version"', "fact-unknown-source"),
        ("schema/rules_facts.toml", 'name = "run_edition"', 'name = "run_version"', "fact-unregistered"),
        ("schema/rules_facts.toml", 'supplier = "能源环保部门"', 'supplier = ""', "rule-schema"),
    ],
)
def test_a_fault_in_a_rule_file_is_found(corpus: Path, file: str, found: str, written: str, expected: str) -> None:
    path = file if "/" in file else f"rules/{file}"
    assert expected in spoil(corpus, found, written, file=path)


def test_unreadable_rules_are_refused_in_chinese(corpus: Path) -> None:
    (corpus / "rules" / GUIDELINE_FILE).write_text("[scheme", encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        load_ruleset(corpus)
    assert "规则" in refused.value.message
    assert refused.value.fix


def test_a_new_scheme_is_a_new_file_and_changes_the_version(corpus: Path) -> None:
    before = load_ruleset(corpus).version
    text = (corpus / HUNAN).read_text(encoding="utf-8")
    text = text.replace("zero_carbon_factory_hunan", "another_scheme").replace('id = "hn-', 'id = "xx-')
    (corpus / "rules" / "another_scheme.toml").write_text(text, encoding="utf-8")
    after = load_ruleset(corpus)
    assert len(after.schemes["another_scheme"].rules) == len(RULESET.schemes["zero_carbon_factory_hunan"].rules)
    assert check_rules(corpus) == []
    assert after.version != before


def test_the_version_depends_on_content_not_on_comments(corpus: Path) -> None:
    path = corpus / "rules" / GUIDELINE_FILE
    path.write_text("# 说明\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_ruleset(corpus).version == RULESET.version


def test_the_guideline_has_no_number_deadline_subsidy_or_prerequisite() -> None:
    for rule in GUIDELINE.rules:
        said = everything_said(rule)
        assert rule.check.kind not in ("compare", "date"), rule.id
        assert not rule.check.by_year
        assert not re.search(r"\d\s*%|万元|补贴|奖励|绿色工厂称号|省级绿色工厂|国家级绿色工厂", said), rule.id
        assert rule.topic not in ("subsidy", "deadline", "validity", "green_factory_prerequisite", "compliance_record")
    assert GUIDELINE.closes is None
    assert GUIDELINE.applies_node is None


def test_the_guideline_covers_every_provision_that_asks_something_of_a_factory() -> None:
    document = load_documents()["miit-2026-13"]
    covered = {f"miit-2026-13#{pid}" for rule in GUIDELINE.rules for pid in rule.provisions}
    # what these say is addressed to authorities, or states a direction without asking anything of one factory
    elsewhere = {"policy_support", "target_scale", "evaluation_basis", "third_party"}
    general = {"energy_structure-1", "energy_structure-2", "supply_chain-1", "sector_schedule-1", "sector_schedule-2", "accounting_method-4", "disclosure-3"}
    open_ids = {p.id for p in document.provisions if p.topic not in elsewhere} - {f"miit-2026-13#{g}" for g in general}
    assert open_ids == covered


def test_parks_green_factories_and_standards_have_no_rules() -> None:
    documents = load_documents()
    used = {document for scheme in RULESET.schemes.values() for document in scheme.documents}
    excluded = {entry.document for entry in RULESET.exclusions}
    assert used | excluded == set(documents)
    assert not used & excluded
    for identifier in used:
        assert "园区" not in documents[identifier].scheme
        assert documents[identifier].scheme not in ("绿色工厂", "绿色制造", "碳中和", "规划")
        assert documents[identifier].level != "standard"


def test_unverified_documents_have_only_unverified_rules() -> None:
    documents = load_documents()
    for rule in ALL_RULES:
        source = documents[rule.clause.split("/", 1)[0]]
        if not source.evidence.decidable:
            assert not rule.evidence.decidable, rule.id
    levels = {rule.evidence for rule in RULESET.schemes["zero_carbon_factory_national_2026"].rules}
    assert levels == {EvidenceLevel.NEWS}


def test_every_declared_fact_says_how_to_prove_it_and_every_computed_one_exists() -> None:
    for spec in RULESET.facts.values():
        assert spec.label
        assert spec.obtain
        if spec.source == "declared":
            assert spec.proof
            assert spec.supplier
        elif spec.source != "declared":
            assert spec.name in COMPUTED_FACTS


def test_no_rule_says_what_only_machines_understand() -> None:
    for rule in ALL_RULES:
        for text in (rule.title, rule.requirement, rule.remedy, *rule.proof, rule.supplier):
            assert re.search(r"[\u4e00-\u9fff]", text), rule.id
        assert rule.remedy.endswith("。")
