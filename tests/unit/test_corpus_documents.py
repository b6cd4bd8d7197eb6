"""The corpus as shipped: documents, digests, coverage, topics, lexicon, rejected claims."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from app.corpus import documents as module
from app.corpus.claims import claims_in, load_rejected_claims
from app.corpus.clause_store import dump_clauses, parse_clauses
from app.corpus.digest import provision_sentence, weakest
from app.corpus.documents import (
    find_clause,
    load_corpus_notes,
    load_document_detail,
    load_documents,
    provision_of,
)
from app.corpus.lexicon import load_lexicon
from app.corpus.schema import document_schema, record_problems
from app.corpus.topics import load_topics
from app.domain.clause import EvidenceLevel, Modality, Provision
from app.domain.errors import InputRefused, NotFound
from ingestion.clauses import split_clauses


@pytest.fixture(scope="module")
def corpus():
    return load_documents()


def test_the_corpus_is_read_fast_and_once():
    module._read.cache_clear()
    started = time.perf_counter()
    first = load_documents()
    assert time.perf_counter() - started < 0.3
    assert all(load_documents()[id] is document for id, document in first.items())
    first.clear()
    assert len(load_documents()) == 35


def test_every_clause_and_sentence_is_a_slice_of_its_document(corpus):
    for document in corpus.values():
        for clause in document.clauses:
            assert clause.text == document.text[clause.start : clause.end] != ""
            for sentence in clause.sentences:
                assert sentence.text == document.text[sentence.start : sentence.end] != ""
        assert len({c.id for c in document.clauses}) == len(document.clauses)


def test_only_the_guideline_is_held_in_full(corpus):
    assert [id for id, d in corpus.items() if d.full_text] == ["miit-2026-13"]
    assert {c.kind for c in corpus["miit-2026-13"].clauses} == {"head", "text"}
    assert {c.kind for id, d in corpus.items() if id != "miit-2026-13" for c in d.clauses} == {"provision"}


def test_clause_topics_come_from_provisions(corpus):
    assert find_clause(corpus, "miit-2026-13/三-(三)").topics == (
        "energy_efficiency", "equipment_grade", "management_system", "carbon_removal", "energy_structure",
    )  # fmt: skip


def test_a_digest_says_one_provision_a_sentence(corpus):
    clause = find_clause(corpus, "hunan-2025-458/附件1-1")
    assert clause.sentences[0].text.startswith("单位能耗碳排放的2027年目标：不高于1.25 tCO2e/tce")
    for document in corpus.values():
        for clause in document.clauses if not document.full_text else ():
            for sentence in clause.sentences:
                assert provision_of(document, sentence.id).clause == clause.path


def test_a_clause_of_a_digest_is_worth_its_weakest_provision(corpus):
    notice = corpus["miit-2026-07-notice"]
    clause = find_clause(corpus, "miit-2026-07-notice/未见条号")
    assert clause.evidence is EvidenceLevel.DERIVED
    limit = next(s for s in clause.sentences if "1.8 tCO2/tce" in s.text)
    assert provision_of(notice, limit.id).evidence is EvidenceLevel.NEWS
    assert provision_of(notice, "miit-2026-07-notice/未见条号#s99") is None
    assert provision_of(corpus["miit-2026-13"], "miit-2026-13/一-p1#s1") is None


@pytest.mark.parametrize(
    ("fields", "extra", "sentence"),
    [
        ({"rule": "占比目标。", "operator": ">=", "threshold": "35", "unit": "%"}, {}, "占比目标：不低于35%。"),
        ({"rule": "强度。", "operator": "<=", "threshold": "0.2", "unit": "tCO2/tce"}, {"stage": "2030"}, "强度：不高于0.2 tCO2/tce（2030）。"),
        ({"rule": "第一批截止日期。", "operator": "<=", "threshold": "2024-11-29", "unit": "日期"}, {}, "第一批截止日期：2024年11月29日。"),
        ({"rule": "于5月20日前提交。", "operator": "<=", "threshold": "2025-05-20", "unit": "日期", "note": "只对2025年度有效"}, {}, "于5月20日前提交（只对2025年度有效）。"),
        ({"rule": "措施共6项。", "operator": "info", "threshold": "6", "unit": "项"}, {}, "措施共6项。"),
        ({"rule": "数量。", "operator": "target", "threshold": "500", "unit": "家"}, {}, "数量：计划500家。"),
        ({"rule": "先有称号。", "operator": "required", "threshold": "true", "unit": "称号", "modality": Modality.SHALL}, {}, "要求：先有称号。"),
        ({"rule": "能耗达标。", "applies_if": "园区"}, {"source_class": "文库副本"}, "能耗达标（适用：园区；据文库副本，请核对原件）。"),
    ],
)  # fmt: skip
def test_the_figure_is_part_of_the_sentence(fields, extra, sentence):
    fields = {"modality": Modality.FACT} | fields
    provision = Provision(id="d#p", doc_id="d", clause="一", topic="subsidy", evidence=EvidenceLevel.NEWS, **fields)
    assert provision_sentence(provision, extra) == sentence


def test_every_figure_of_a_threshold_can_be_quoted(corpus):
    for document in corpus.values():
        for p in document.provisions if not document.full_text else ():
            if p.operator in (">=", "<=", ">", "==", "~", "range") and p.unit not in ("日期", "年"):
                text = find_clause(corpus, f"{document.id}/{p.clause}").text
                assert p.threshold in text, p.id


def test_silence_needs_a_text_read_in_full(corpus):
    for id, document in corpus.items():
        states = dict(document.stated)
        assert set(states) == set(load_topics())
        if not corpus.details[id].closed_world:
            assert "not_stated" not in states.values()
    assert dict(corpus["miit-2026-13"].stated)["subsidy"] == "not_stated"
    assert dict(corpus["henan-2024-1"].stated)["subsidy"] == "unknown"
    assert corpus["shanghai-2025-call"].full_text is False


def test_details_keep_the_other_fields(corpus):
    detail = load_document_detail("hunan-2025-458")
    assert detail.materials == ("零碳工厂建设方案（附件2）", "建成后：零碳工厂建设自评估报告")
    assert detail.provision_extras["hunan-2025-458#carbon_intensity-1"] == {"stage": "2027", "source_class": "文库副本"}
    assert load_document_detail("shanghai-2025-call").deadline == "2025-05-20"
    guideline = load_document_detail("miit-2026-13")
    assert [c.clause for c in guideline.corrections if c.inferred] == ["一-p3", "四-(一)"]
    for mended in guideline.corrections:
        if mended.inferred:
            assert mended.written in find_clause(corpus, f"miit-2026-13/{mended.clause}").text
            assert mended.note.startswith("推断")
    coverage = {c.topic: c for c in guideline.coverage}
    assert coverage["subsidy"].related == ("二-p1", "四-(一)", "四-(三)")
    with pytest.raises(NotFound):
        load_document_detail("nowhere")


def test_notes_are_kept():
    notes = load_corpus_notes()
    assert len(notes["not_found"]) == 8
    assert notes["conversion_illustration"]["rows"][0]["equivalent_0_2856"] == "2.0"


def test_stored_clauses_round_trip(corpus):
    document = corpus["miit-2026-13"]
    clauses = split_clauses(document.text, document.id)
    again = parse_clauses(
        dump_clauses(clauses), text=document.text, doc_id=document.id, evidence=EvidenceLevel.OFFICIAL, topics={}
    )
    assert again == clauses


def test_a_broken_folder_is_refused_in_chinese(tmp_path: Path):
    folder = tmp_path / "documents" / "bad"
    folder.mkdir(parents=True)
    (folder / "meta.toml").write_text('id = "bad"\n', encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        load_documents(extra_roots=[tmp_path])
    assert "bad" in refused.value.message
    assert refused.value.fix


def test_the_schema_names_what_is_wrong():
    family = document_schema()["provision"]
    good = {"pid": "a", "clause": "一", "topic": "subsidy", "modality": "应", "rule": "甲", "evidence": "news"}
    assert record_problems(good, family) == []
    problems = record_problems({**good, "modality": "必须", "colour": "red", "threshold": 3, "rule": ""}, family)
    for name in ("缺少字段 rule", "modality", "colour", "threshold"):
        assert sum(name in problem for problem in problems) == 1
    assert len(problems) == 4


def test_weakest_level():
    assert weakest([EvidenceLevel.NEWS, EvidenceLevel.OFFICIAL]) is EvidenceLevel.NEWS
    assert weakest([EvidenceLevel.FORUM, EvidenceLevel.DERIVED]) is EvidenceLevel.FORUM


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("碳抵消与碳汇", "抵销与碳汇"), ("CO2排放", "二氧化碳排放"), ("CO2e排放", "CO2e排放"), ("tCO2/tce", "tCO2/吨标准煤"),
        ("13号文", "13号文"), ("13号怎么说", "13号文怎么说"), ("工信部节〔2024〕13号", "工信部节〔2024〕13号"), ("工信部联节〔2026〕13号", "13号文"),
        ("绿色电力证书和绿色电力", "绿证和绿电"), ("陜西", "陕西"), ("500kWh", "500千瓦时"), ("GB/T32150", "GB/T 32150"), ("2013号", "2013号"),
    ],
)  # fmt: skip
def test_spellings_fold_and_neighbours_stay(text, folded):
    assert load_lexicon().fold(text) == folded
    assert load_lexicon().fold(folded) == folded


def test_a_question_is_widened_and_routed():
    found = load_lexicon().expand("叉车要不要换成电动的？买市电算不算排放？")
    assert {"内部作业车辆", "外购电力"} <= set(found.words)
    assert found.topics[:1] == ("accounting_boundary",)
    assert load_lexicon().expand("补贴多少").topics == ("subsidy",)
    assert load_lexicon().expand("入门线").documents == ("miit-2026-07-notice", "hunan-2025-458")
    assert load_lexicon().expand("fair aisle").terms == ()


def test_confusions_name_the_other_side():
    pairs = load_lexicon().confusions("近零碳工厂和绿色工厂一样吗")
    assert ("零碳工厂", "绿色工厂") not in [(p.a, p.b) for p in pairs]
    assert any(p.b == "零碳园区" for p in pairs)


def test_policy_words_stand_in_the_guideline(corpus):
    text = corpus["miit-2026-13"].text
    assert [w for t in load_lexicon().terms for w in t.policy if w not in text] == []
    assert {"市电", "外购电力", "抵销"} <= load_lexicon().vocabulary()


def test_rejected_claims_are_recognised_by_their_marks():
    claims = load_rejected_claims()
    assert len(claims) == 16
    assert [c.id for c in claims_in("听说国家给零碳工厂补贴最高200万", claims)] == ["rc01"]
    assert "rc02" in [c.id for c in claims_in("按GB/T 43126评价", claims)]
    assert claims_in("什么是零碳工厂", claims) == ()
