"""Lexical search and folding, by hand."""

from __future__ import annotations

import math

import pytest

from app.retrieval.folding import Folder, expand, plain, strip_question_words, terms
from app.retrieval.lexical import K1, B, Bm25
from app.retrieval.regions import short_region


def test_terms_are_bigrams_and_whole_latin_runs():
    assert terms("gb/t32150核算碳 碳") == ["gb/t32150", "核算", "算碳", "碳"]


def test_plain_folds_width_brackets_and_standard_numbers():
    assert plain("工信部联节〔２０２６〕13号") == "工信部联节(2026)13号"
    assert plain("GB/T 32150") == plain("GB/T32150")


def test_variants_fold_to_the_first_of_their_group():
    folder = Folder([["抵销", "抵消", "冲抵", "碳抵消", "碳抵销"], ["二氧化碳", "CO2", "CO₂"]])
    assert folder.fold("碳抵消 CO₂") == folder.fold("碳抵销 CO2")


def test_question_words_do_not_search():
    assert terms(strip_question_words("什么是零碳电力")) == terms("是零碳电力")


def test_expansion_adds_policy_words_once():
    assert expand("屋顶装光伏板", {"屋顶": ["分布式光伏"], "光伏板": ["分布式光伏", "光伏"], "风车": ["风电"]}) == ["分布式光伏", "光伏"]


def test_bm25_score_by_hand():
    index = Bm25([["绿证", "交易"], ["绿证", "绿证", "核算", "边界"], ["边界"]])
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    mean = (2 + 4 + 1) / 3
    expected = idf * 2 * (K1 + 1) / (2 + K1 * (1 - B + B * 4 / mean))
    assert index.scores(["绿证"])[1] == pytest.approx(expected)
    assert index.scores(["绿证"])[2] == 0.0


def test_a_repeated_query_term_counts_once():
    index = Bm25([["绿证"], ["边界"]])
    assert index.scores(["绿证", "绿证"]).tolist() == index.scores(["绿证"]).tolist()


@pytest.mark.parametrize(("name", "short"), [("湖南省", "湖南"), ("广西壮族自治区", "广西"), ("苏州市", "苏州"), ("上海", "上海"),
                                             ("新疆维吾尔自治区", "新疆"), ("苏州工业园区", "苏州工业园区")])
def test_short_region_names(name, short):
    assert short_region(name) == short
