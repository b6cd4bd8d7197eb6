"""The model of what the documents answer: fits its data file, tells detail from policy, and does without vectors."""

from __future__ import annotations

import json

import pytest

from app.assistant import answer
from app.assistant.answerable import MODEL, NAMES, measure, readiness
from app.assistant.frame import understand
from app.assistant.knowledge import load_knowledge
from app.domain.answer import AnswerStatus
from evals.answers import build_context

STATED = ("国家支持屋顶光伏吗", "电机能效要做到几级", "买来的蒸汽算不算间接排放", "碳排放清单要公开吗", "钢铁什么时候轮到")
DETAIL = ("光伏逆变器买哪个牌子好", "热泵坏了找谁修", "能碳平台的显示屏买多大的", "评审专家住哪家酒店", "电机轴承多久换一次")


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    return build_context(tmp_path_factory.mktemp("vectors") / "vectors.sqlite")


def _odds(text, context):
    knowledge = load_knowledge()
    return readiness(understand(text, context, knowledge), context, knowledge)


def test_the_stored_model_has_a_weight_for_every_feature(context):
    stored = json.loads(MODEL.read_text("utf-8"))
    knowledge = load_knowledge()
    features, vector = measure(understand("光伏", context, knowledge), context, knowledge)
    assert stored["features"] == list(NAMES)
    assert len(features) == len(NAMES)
    assert vector.shape == (context.index.embedder.dimension,)
    for kind in ("with_vectors", "without_vectors"):
        assert {len(stored[kind][key]) for key in ("mean", "spread", "shape")} == {len(NAMES)}


def test_detail_scores_below_policy(context):
    assert min(_odds(text, context) for text in STATED) > max(_odds(text, context) for text in DETAIL)


def test_an_unknown_engine_is_judged_without_its_vectors(context, monkeypatch):
    monkeypatch.setattr(context.index.embedder, "engine_id", "some-other-model")
    assert sum(_odds(text, context) for text in STATED) > sum(_odds(text, context) for text in DETAIL)


@pytest.mark.parametrize("asked", DETAIL)
def test_detail_is_not_answered_with_a_neighbouring_clause(context, asked):
    found = answer(asked, context)
    assert found.status in (AnswerStatus.NOT_IN_CORPUS, AnswerStatus.DECLINED)


def test_several_places_are_answered_place_by_place(context):
    found = answer("河南、浙江、安徽对绿色工厂称号的要求有什么不同", context)
    assert {c.doc_id.split("-")[0] for c in found.citations} >= {"henan", "zhejiang"}
    assert any("安徽" in gap and "未检出" in gap for gap in found.gaps)
