"""Places, months and missing months: small parts by hand."""

from __future__ import annotations

import pytest

from app.assistant.knowledge import load_examples, load_knowledge, spoken_terms
from app.assistant.own_data import missing_months
from app.assistant.own_words import asked_month, plain_number
from app.assistant.places import places_in, widen
from app.assistant.project_view import ActivityView
from app.domain.carrier import Carrier, Direction
from app.domain.number import parse_number

GAZETTEER = load_knowledge().gazetteer


@pytest.mark.parametrize(("text", "places"), [
    ("合肥的企业", ("合肥",)), ("苏州工业园区的厂", ("苏州工业园区",)), ("日照不足怎么办", ()), ("日照市的企业", ("日照",)),
    ("湖南和浙江有什么不同", ("湖南", "浙江")), ("安康保障", ()), ("没有地名", ()),
])
def test_places(text, places):
    assert places_in(text, GAZETTEER) == places


def test_a_city_brings_its_province():
    assert widen(("合肥市",), GAZETTEER) == ("合肥", "安徽")
    assert widen(("江苏苏州",), GAZETTEER) == ("江苏苏州", "江苏")
    assert widen(("湖南省",), GAZETTEER) == ("湖南",)


@pytest.mark.parametrize(("text", "month"), [("3月用了多少", 3), ("十二月电费", 12), ("1月和2月", None), ("13月", None), ("去年", None)])
def test_the_asked_month(text, month):
    assert asked_month(text) == month


def test_numbers_are_shown_plainly():
    assert plain_number(parse_number("1000.500")) == "1000.5"
    assert plain_number(parse_number("1/3")) == "0.333333"
    assert plain_number(parse_number("1200")) == "1200"


def record(start: str, end: str) -> ActivityView:
    return ActivityView(id=start, carrier=Carrier.ELECTRICITY, direction=Direction.PURCHASED, quantity="1", unit="kWh",
                        period_start=start, period_end=end)


def test_bills_across_month_ends_cover_both_months():
    bills = [record(f"2025-{m:02}-20", f"2025-{m + 1:02}-19") for m in range(1, 12)]
    assert missing_months(bills, 2025) == [1, 12]
    bills += [record("2024-12-20", "2025-01-19"), record("2025-12-20", "2026-01-19")]
    assert missing_months(bills, 2025) == []


def test_every_topic_of_the_corpus_has_a_rule_and_every_spoken_word_a_known_topic():
    from app.corpus.topics import load_topics

    topics = set(load_topics())
    assert set(load_knowledge().topics) == topics
    assert {term.topic for term in spoken_terms()} <= topics


def test_examples_are_not_evaluation_questions():
    from pathlib import Path

    import yaml

    asked = {q["q"].rstrip("？?。") for file in (Path(__file__).parents[2] / "evals" / "datasets").glob("questions_*.yaml")
             for q in yaml.safe_load(file.read_text("utf-8"))["questions"] if q["kind"] != "greeting"}
    held = {text.rstrip("？?。") for texts in load_examples().values() for text in texts}
    assert not asked & held
