"""The answer as a stream: parts in order, sources with links, a reader that comes back, a refusal said in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

import app.web.routes.assistant as assistant
from app.domain.errors import Unavailable
from tests.web.events import parse_events
from tests.web.pages import problems

CLAUSE = {
    "key": "miit-2026-13/三-(一)#s4",
    "doc_id": "miit-2026-13",
    "title": "关于开展零碳工厂建设工作的指导意见",
    "document_number": "工信部联节〔2026〕13号",
    "clause": "miit-2026-13/三-(一)",
    "quote": "原文<b>一句</b>",
    "start": 0,
    "end": 4,
    "evidence": "official",
    "region": "全国",
    "year": "2026",
}
RUN = {**CLAUSE, "key": "run:run-1/total_tco2", "doc_id": "run", "title": "核算结果", "clause": "total_tco2", "evidence": "user", "region": ""}
FILE = {**RUN, "key": "file:0123456789ab#p1", "doc_id": "file", "title": "电费单.pdf"}
ANSWER = {
    "question": "问",
    "status": "answered",
    "mode": "extractive",
    "answer": "甲。乙。",
    "sentences": [{"text": "甲<i>。", "citations": [CLAUSE["key"]]}, {"text": "乙。", "citations": [RUN["key"], FILE["key"]]}],
    "citations": [CLAUSE, RUN, FILE],
    "gaps": ["文件没有写的一点"],
    "elapsed_ms": 12,
}


@pytest.fixture
def canned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answers without the index; the list holds the questions asked."""
    asked: list[str] = []

    def ask(_ws: object, question: str, **_options: object) -> dict[str, object]:
        asked.append(question)
        return ANSWER

    monkeypatch.setattr(assistant, "ask_question", ask)
    return asked


def test_a_question_is_answered_part_by_part(filled: TestClient, canned: list[str], token: Callable[[TestClient], dict[str, str]]) -> None:
    card = filled.post("/projects/p1/assistant", data={"question": "用 A&B <什么> 标准？"}, headers=token(filled)).text
    assert "&lt;什么&gt;" in card
    stream = card.split('sse-connect="')[1].split('"')[0]
    events = parse_events(filled.get(stream).text)
    assert canned == ["用 A&B <什么> 标准？"]
    assert [e.event for e in events] == ["status", "sentence", "sentence", "sources", "end"]
    assert [e.id for e in events] == ["1", "2", "3", "4", ""]
    assert "有依据的回答" in events[0].data
    assert "甲&lt;i&gt;。" in events[1].data
    sources = events[3].data
    assert "原文&lt;b&gt;一句&lt;/b&gt;" in sources
    assert 'href="/policies/miit-2026-13/%E4%B8%89-%28%E4%B8%80%29?project=p1"' in sources
    assert "三（一）" in sources
    assert 'href="/projects/p1/accounts"' in sources
    assert 'href="/projects/p1/documents/0123456789ab"' in sources
    assert "文件没有写的一点" in sources
    assert filled.get("/policies/miit-2026-13/三-(一)?project=p1").status_code == 200


def test_a_reader_that_comes_back_gets_no_sentence_twice(filled: TestClient, canned: list[str]) -> None:
    url = "/projects/p1/assistant/stream?q=问"
    whole = parse_events(filled.get(url).text)
    rest = parse_events(filled.get(url, headers={"Last-Event-ID": "2"}).text)
    assert rest == whole[2:]


def test_an_empty_or_endless_question_is_refused(filled: TestClient, token: Callable[[TestClient], dict[str, str]]) -> None:
    for question, words in (("  ", "请写出问题"), ("长" * 501, "超过 500 字")):
        answer = filled.post("/projects/p1/assistant", data={"question": question}, headers=token(filled))
        assert (answer.status_code, words in answer.text) == (422, True)


def test_an_assistant_that_is_not_there_says_so_in_the_stream(filled: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(*_args: object, **_options: object) -> None:
        raise Unavailable("model_missing", "没有配置向量模型", fix="按说明安装")

    monkeypatch.setattr(assistant, "ask_question", ask)
    events = parse_events(filled.get("/projects/p1/assistant/stream?q=问").text)
    assert [e.event for e in events] == ["status", "end"]
    assert "没有配置向量模型" in events[0].data
    assert "按说明安装" in events[0].data


def test_the_page_offers_examples(filled: TestClient) -> None:
    html = filled.get("/projects/p1/assistant").text
    assert html.count("data-ask=") == len(assistant.EXAMPLES)
    assert problems(html) == []
