"""A model's sentence against its quotes: what is a fair restatement, and every way of bending one."""

from __future__ import annotations

import pytest

from app.assistant.faithful import check_wording
from app.domain.answer import Answer, AnswerMode, AnswerSentence, AnswerStatus, Citation

QUOTE = "到2027年，在汽车、锂电池等行业领域培育建设一批零碳工厂；到2030年，将零碳工厂建设逐步拓展至钢铁、建材等行业领域，鼓励采用1级能效设备。"
KEY = "doc/一#s1"


def defects(text: str, question: str = "什么行业先做") -> set[str]:
    citation = Citation(key=KEY, doc_id="doc", title="零碳工厂指导意见", document_number="工信部联节〔2026〕13号", clause="doc/一",
                        quote=QUOTE, start=0, end=len(QUOTE), evidence="official", region="全国", year="2026")
    answer = Answer(question=question, status=AnswerStatus.ANSWERED, mode=AnswerMode.LLM,
                    sentences=(AnswerSentence(text=text, citations=(KEY,)),), citations=(citation,), gaps=())
    return {finding.id for finding in check_wording(answer, question)}


@pytest.mark.parametrize("text", [
    "到2027年，在汽车、锂电池等行业领域培育建设一批零碳工厂。",
    "零碳工厂建设到2030年逐步拓展至钢铁、建材等行业领域。",
    "因此，鼓励采用1级能效设备。",
    "鼓励采用1级能效设备，不是强制。",
])
def test_a_fair_restatement_passes(text):
    assert defects(text) == set()


@pytest.mark.parametrize(("text", "id"), [
    ("必须采用1级能效设备。", "stronger-than-source"),
    ("不鼓励采用1级能效设备。", "turned-round"),
    ("没有零碳工厂建设。", "turned-round"),
    ("到2030年，在汽车、锂电池等行业领域培育建设一批零碳工厂。", "number-misplaced"),
    ("到2027年培育建设两百家零碳工厂。", "counted-in-words"),
    ("鼓励采用1级能效设备，三成零碳工厂。", "counted-in-words"),
    ("《节能法》鼓励采用1级能效设备。", "named-elsewhere"),
    ("第十条鼓励采用1级能效设备。", "named-elsewhere"),
    ("鼓励采用1级能效设备<b>。", "marked-up"),
    ("鼓励采用1级能效设备 [详情](http://a.b)。", "marked-up"),
    ("鼓励采用1级能效设备，优先享受电价优惠。", "beyond-source"),
    ("鼓励采用1级能效设备，什么行业先做，归贵公司。", "beyond-source"),
    ("鼓励采用1级能效设备。" * 40, "marked-up"),
])
def test_every_way_of_bending_a_quote_is_found(text, id):
    assert id in defects(text)
