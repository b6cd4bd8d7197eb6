"""The guard, defect by defect, on a hand-made document."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.assistant.guard import check_answer, enforce
from app.domain.answer import Answer, AnswerMode, AnswerSentence, AnswerStatus, Citation
from app.domain.clause import Clause, EvidenceLevel, PolicyDocument, Sentence

TEXT = "可再生能源比例不低于35%。支持绿证交易。"
CLAUSE = Clause(id="doc/一", doc_id="doc", path="一", title="", text=TEXT, start=0, end=len(TEXT), kind="text", digest="d",
                sentences=(Sentence(id="doc/一#s1", text=TEXT[:15], start=0, end=15),))
DOCUMENTS = {"doc": PolicyDocument(id="doc", title="某办法", document_number="某〔2025〕8号", issuer="某部", issued="2025-03-01",
                                   region="全国", level="national", scheme="零碳工厂", evidence=EvidenceLevel.OFFICIAL,
                                   full_text=True, text=TEXT, clauses=(CLAUSE,))}


def citation(quote: str = "可再生能源比例不低于35%。", *, level: EvidenceLevel = EvidenceLevel.OFFICIAL, **change) -> Citation:
    start = TEXT.index(quote) if quote in TEXT else 0
    made = Citation(key="doc/一#s1", doc_id="doc", title="某办法", document_number="某〔2025〕8号", clause="doc/一", quote=quote,
                    start=start, end=start + len(quote), evidence=level, region="全国", year="2025")
    return replace(made, **change)


def answer(*sentences: AnswerSentence, cited: tuple[Citation, ...] | None = None,
           status: AnswerStatus = AnswerStatus.ANSWERED) -> Answer:
    return Answer(question="比例多少", status=status, mode=AnswerMode.EXTRACTIVE, sentences=sentences,
                  citations=(citation(),) if cited is None else cited)


GOOD = AnswerSentence(text="《某办法》（某〔2025〕8号）：“可再生能源比例不低于35%。”", citations=("doc/一#s1",))


def ids(made: Answer) -> set[str]:
    return {finding.id for finding in check_answer(made, DOCUMENTS)}


def test_a_sound_answer_passes_unchanged():
    assert check_answer(answer(GOOD), DOCUMENTS) == []
    assert enforce(answer(GOOD), DOCUMENTS) == answer(GOOD)


@pytest.mark.parametrize("broken", [
    citation("可再生能源比例不低于30%。"),
    citation(start=1, end=16),
    citation(clause="doc/二"),
    citation(clause="elsewhere/一"),
    citation("支持"),
])
def test_a_quote_must_stand_where_it_says(broken):
    assert "citation-invalid" in ids(answer(GOOD, cited=(broken,)))


def test_an_unknown_key_is_noticed():
    stray = AnswerSentence(text="支持绿证交易。", citations=("doc/一#s9",))
    assert "citation-unknown" in ids(answer(GOOD, stray))


def test_a_claim_needs_a_citation():
    assert "claim-without-citation" in ids(answer(GOOD, AnswerSentence(text="企业都能通过。")))


def test_a_number_must_stand_in_the_quote():
    wrong = AnswerSentence(text="可再生能源比例不低于50%。", citations=("doc/一#s1",))
    assert "number-unsupported" in ids(answer(wrong))


def test_a_report_must_be_marked():
    assert "report-unmarked" in ids(answer(GOOD, cited=(citation(level=EvidenceLevel.NEWS),), status=AnswerStatus.REFERENCE_ONLY))
    marked = AnswerSentence(text="据报道，待核实：" + GOOD.text, citations=GOOD.citations)
    assert ids(answer(marked, cited=(citation(level=EvidenceLevel.NEWS),), status=AnswerStatus.REFERENCE_ONLY)) == set()


def test_reports_alone_never_make_an_answer():
    marked = AnswerSentence(text="据报道，待核实：" + GOOD.text, citations=GOOD.citations)
    made = answer(marked, cited=(citation(level=EvidenceLevel.DERIVED),))
    assert "answered-without-grounds" in ids(made)
    assert enforce(made, DOCUMENTS).status is AnswerStatus.REFERENCE_ONLY


def test_failing_sentences_are_dropped_and_sound_ones_stay():
    made = enforce(answer(GOOD, AnswerSentence(text="必然通过。"), AnswerSentence(text="不低于99%。", citations=("doc/一#s1",))), DOCUMENTS)
    assert made.sentences == (GOOD,)
    assert check_answer(made, DOCUMENTS) == []


def test_nothing_sound_left_is_no_answer():
    made = enforce(answer(GOOD, cited=(citation("可再生能源比例不低于30%。"),)), DOCUMENTS)
    assert made.status is AnswerStatus.NOT_IN_CORPUS
    assert made.citations == ()
    assert made.sentences


def test_own_figures_keep_their_own_kind_of_key():
    own = Citation(key="run:r1/a1", doc_id="run", title="核算结果", document_number=None, clause="a1", quote="电力 10 kWh", start=0,
                   end=9, evidence="user", region="", year=None)
    said = AnswerSentence(text="购入电力 10 kWh。", citations=("run:r1/a1",))
    assert ids(answer(said, cited=(own,))) == set()
    assert "citation-invalid" in ids(answer(said, cited=(replace(own, key="doc/一#s1"),)))
