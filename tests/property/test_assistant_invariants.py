"""Whatever is asked, an answer keeps its promises: exact quotes, cited claims, no strength from reports."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.assistant import AssistantContext, answer, check_answer
from app.domain.answer import AnswerStatus
from evals.answers import build_context

WORDS = ("零碳工厂", "光伏", "绿证", "电机", "几级", "能效", "湖南", "安徽", "上海", "补贴", "多少", "截止", "哪天", "抵销", "比例", "必须", "吗",
         "怎么", "核算", "标准", "第三方", "绿色工厂", "2030年", "35%", "有效期", "申报", "材料", "我们厂", "用电", "披露", "行业", "13号文", "，", "？")


@lru_cache(maxsize=1)
def context() -> AssistantContext:
    return build_context(Path(tempfile.gettempdir()) / "lingtan-test-vectors.sqlite")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map("".join))
def test_answers_keep_their_promises(question: str) -> None:
    found = answer(question, context())
    assert check_answer(found, context().documents) == []
    for citation in found.citations:
        clause = next(c for c in context().documents[citation.doc_id].clauses if c.id == citation.clause)
        assert clause.text[citation.start : citation.end] == citation.quote
    if found.status is AnswerStatus.ANSWERED:
        assert found.citations


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_answered_without_error(question: str) -> None:
    assert answer(question, context()).status in AnswerStatus


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from("0123456789一二三级应可不"))
def test_a_single_changed_character_in_a_quote_is_caught(place: int, character: str) -> None:
    found = answer("电机要几级能效", context())
    target = found.citations[0]
    at = place % len(target.quote)
    if target.quote[at] == character:
        return
    broken = replace(target, quote=target.quote[:at] + character + target.quote[at + 1 :])
    altered = replace(found, citations=(broken, *found.citations[1:]))
    assert "citation-invalid" in {f.id for f in check_answer(altered, context().documents)}
