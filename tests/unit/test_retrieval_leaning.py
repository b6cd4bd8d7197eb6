"""Which documents a question leans to when nobody chose them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.clause import EvidenceLevel, PolicyDocument
from app.retrieval.leaning import FULL_TEXT, NAMED, NATIONAL, REGIONAL, SUPERSEDED, Leaning


def document(id: str, region: str, number: str | None = None, **changes) -> PolicyDocument:
    plain = PolicyDocument(id=id, title=id, document_number=number, issuer="", issued="2026-01-01", region=region, level="province",
                           scheme="零碳工厂", evidence=EvidenceLevel.REPOST, full_text=False, text="", clauses=())
    return replace(plain, **changes)


PLACES = {"宁波": "浙江", "浙江": "浙江", "苏州": "江苏", "江苏": "江苏"}
CORPUS = (
    document("guide", "全国", "工信部联节〔2026〕13号", full_text=True),
    document("centre", "全国", "工信厅节〔2025〕13号", scheme="能碳管理中心"),
    document("zhejiang", "浙江", "浙经信绿色〔2025〕44号"),
    document("suzhou", "江苏苏州"),
    document("park", "全国", scheme="零碳园区"),
    document("standard", "全国", "T/CECA-G 0171—2022", level="standard"),
    document("old", "全国", "旧文〔2020〕9号", superseded_by="guide"),
)


def of(question: str) -> dict[str, float]:
    return Leaning(CORPUS, PLACES).of(question)


def best(question: str) -> str:
    found = of(question)
    return max(found, key=lambda id: found[id])


def test_without_a_name_the_national_full_text_speaks_first():
    found = of("屋顶光伏有什么要求")
    assert found["guide"] == pytest.approx(FULL_TEXT + NATIONAL)
    assert "zhejiang" not in found
    assert found["park"] < found["guide"]


@pytest.mark.parametrize("question", ["浙江怎么报", "宁波的厂怎么报"])
def test_a_province_or_one_of_its_cities_names_the_province(question):
    assert of(question)["zhejiang"] == pytest.approx(REGIONAL)
    assert "suzhou" not in of(question)


def test_a_city_names_its_own_document():
    assert best("苏州要抵消多少") == "suzhou"


def test_a_bare_number_of_several_documents_means_the_one_held_in_full():
    assert best("13号文怎么说") == "guide"
    assert of("13号文怎么说")["centre"] < NAMED


def test_a_number_with_its_year_means_that_document():
    assert best("工信厅节(2025)13号讲什么") == "centre"
    assert best("113号文讲什么") == "guide"
    assert of("113号文讲什么")["guide"] < NAMED


@pytest.mark.parametrize("question", ["t/ceca-g 0171分几星", "t/ceca-g0171分几星"])
def test_a_standard_is_found_by_its_code(question):
    assert best(question) == "standard"


def test_a_scheme_of_its_own_stands_back_unless_it_is_named():
    assert of("园区要满足什么")["park"] > of("要满足什么")["park"]


def test_what_was_superseded_stands_back_unless_it_is_named():
    assert of("怎么报")["old"] == pytest.approx(SUPERSEDED + NATIONAL)
    assert best("(2020)9号怎么说") == "old"


def test_no_documents_and_no_places():
    assert Leaning(()).of("浙江") == {}
    assert Leaning(CORPUS).of("浙江怎么报")["guide"] > 0
