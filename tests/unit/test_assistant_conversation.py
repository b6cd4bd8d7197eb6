"""Follow-up questions are read with what was asked before; slips of the pen are read as the word that was meant."""

from __future__ import annotations

import pytest

from app.assistant.conversation import in_context
from app.assistant.knowledge import load_knowledge
from app.assistant.spelling import spelled_right
from evals.answers import build_context


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    return build_context(tmp_path_factory.mktemp("vectors") / "vectors.sqlite")


@pytest.mark.parametrize(("earlier", "asked", "read"), [
    ("湖南零碳工厂怎么验收", "那天津呢？", "天津零碳工厂怎么验收"),
    ("水泵要几级能效", "风机呢", "风机:水泵要几级能效"),
    ("湖南2030年单位能耗碳排放目标是多少", "可再生能源占比呢", "湖南2030年可再生能源占比是多少"),
    ("氢能国家支持吗", "非做不可吗", "氢能国家支持吗,非做不可吗"),
    ("上海要第三方报告吗", "最晚哪天截止", "上海最晚哪天截止"),
])
def test_a_follow_up_is_written_out(context, earlier, asked, read):
    assert in_context(asked, [earlier], context, load_knowledge()) == read


@pytest.mark.parametrize("asked", ["屋顶光伏国家支持吗", "浙江要先有绿色工厂称号吗", "我们厂去年用了多少电"])
def test_a_question_of_its_own_is_left_alone(context, asked):
    assert in_context(asked, ["湖南2027年碳排放强度要求"], context, load_knowledge()) == asked
    assert in_context(asked, [], context, load_knowledge()) == asked


def test_a_chain_of_follow_ups_keeps_the_thread(context):
    asked = in_context("那河南呢", ["浙江自己评价行不行", "那上海呢"], context, load_knowledge())
    assert asked.startswith("河南")
    assert "评价" in asked
    assert "浙江" not in asked
    assert "上海" not in asked


@pytest.mark.parametrize(("slip", "meant"), [
    ("天燃气算不算", "天然气算不算"), ("二氧化炭怎么核算", "二氧化碳怎么核算"), ("绿色工场怎么评", "绿色工厂怎么评"), ("空鸭机几级", "空压机几级"),
])
def test_a_slip_that_makes_no_word_is_mended(context, slip, meant):
    assert spelled_right(slip, context, load_knowledge()) == meant


@pytest.mark.parametrize("written", ["燃煤锅炉能不能用", "碳足迹报告", "电锅炉和油锅炉", "蒸汽怎么算"])
def test_words_that_are_words_are_not_touched(context, written):
    assert spelled_right(written, context, load_knowledge()) == written
