"""The conversation on the page: answers streamed in parts and kept, past exchanges, follow-ups, opinions, a fresh start, export."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.testclient import TestClient

import app.services.conversations as conversations
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


Token = Callable[[TestClient], dict[str, str]]


@dataclass(slots=True)
class Asked:
    """Answers without the index; what was asked, and with which history."""

    questions: list[str] = field(default_factory=list)
    histories: list[tuple[str, ...]] = field(default_factory=list)

    def __call__(self, _ws: object, question: str, *, history: tuple[str, ...] = (), **_options: object) -> dict[str, Any]:
        self.questions.append(question)
        self.histories.append(tuple(history))
        return {**ANSWER, "question": question}


@pytest.fixture
def canned(monkeypatch: pytest.MonkeyPatch) -> Asked:
    asked = Asked()
    monkeypatch.setattr(conversations, "ask_question", asked)
    return asked


def put(client: TestClient, token: Token, question: str) -> str:
    """Ask on the page; the address of the answer's stream."""
    card = client.post("/projects/p1/assistant", data={"question": question}, headers=token(client))
    assert card.status_code == 200, card.text
    return card.text.split('sse-connect="')[1].split('"')[0]


def ask(client: TestClient, token: Token, question: str) -> int:
    """Ask and wait for the answer; the number of the exchange."""
    stream = put(client, token, question)
    assert parse_events(client.get(stream).text)[-1].event == "end"
    return int(stream.split("/")[-2])


def kept(client: TestClient, **query: int) -> dict[str, Any]:
    return client.get("/api/v1/projects/p1/conversation", params=query).json()


def test_a_question_is_answered_part_by_part_and_kept(filled: TestClient, canned: Asked, token: Token) -> None:
    stream = put(filled, token, "用 A&B <什么> 标准？")
    events = parse_events(filled.get(stream).text)
    assert canned.questions == ["用 A&B <什么> 标准？"]
    assert [e.event for e in events] == ["status", "sentence", "sentence", "sources", "feedback", "end"]
    assert [e.id for e in events] == ["1", "2", "3", "4", "5", ""]
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
    html = filled.get("/projects/p1/assistant").text
    assert problems(html) == []
    assert "用 A&amp;B &lt;什么&gt; 标准？" in html
    for event in events[:4]:
        assert event.data.replace("\n", "").strip()[:60] in " ".join(html.split("\n"))
    assert "本机用户" in html
    last = kept(filled)["exchanges"][-1]
    assert (last["question"], last["answer"]["citations"], last["asked_by"]) == ("用 A&B <什么> 标准？", ANSWER["citations"], "测试员")


def test_a_reader_that_comes_back_gets_the_rest_of_the_same_answer(filled: TestClient, canned: Asked, token: Token) -> None:
    stream = put(filled, token, "问")
    whole = parse_events(filled.get(stream).text)
    rest = parse_events(filled.get(stream, headers={"Last-Event-ID": "2"}).text)
    assert rest == whole[2:]
    assert canned.questions == ["问"]


def test_an_empty_or_endless_question_is_refused_and_not_kept(filled: TestClient, token: Token) -> None:
    before = kept(filled)
    for question, words in (("  ", "请写出问题"), ("长" * 501, "超过 500 字")):
        answer = filled.post("/projects/p1/assistant", data={"question": question}, headers=token(filled))
        assert (answer.status_code, words in answer.text) == (422, True)
    assert kept(filled) == before


def test_an_assistant_that_is_not_there_says_so_and_the_question_can_be_answered_later(
    filled: TestClient, monkeypatch: pytest.MonkeyPatch, token: Token
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise Unavailable("model_missing", "没有配置向量模型", fix="按说明安装")

    monkeypatch.setattr(conversations, "ask_question", refuse)
    stream = put(filled, token, "现在能答吗")
    events = parse_events(filled.get(stream).text)
    assert [e.event for e in events] == ["status", "end"]
    assert "没有配置向量模型" in events[0].data
    assert "按说明安装" in events[0].data
    seq = stream.split("/")[-2]
    html = filled.get("/projects/p1/assistant").text
    assert f'hx-get="/projects/p1/assistant/{seq}"' in html
    assert filled.post(f"/projects/p1/assistant/{seq}/feedback", data={"verdict": "helpful"}, headers=token(filled)).status_code == 409
    monkeypatch.setattr(conversations, "ask_question", Asked())
    assert f'sse-connect="{stream}"' in filled.get(f"/projects/p1/assistant/{seq}").text
    assert parse_events(filled.get(stream).text)[-2].event == "feedback"
    assert f'hx-get="/projects/p1/assistant/{seq}"' not in filled.get("/projects/p1/assistant").text


def test_follow_ups_have_the_questions_before_until_a_new_conversation(filled: TestClient, canned: Asked, token: Token) -> None:
    filled.post("/projects/p1/assistant/new", headers=token(filled))
    for question in ("安徽有补贴吗？", "那湖北呢？", "四川呢？", "陕西呢？", "浙江呢？"):
        ask(filled, token, question)
    assert canned.histories[:2] == [(), ("安徽有补贴吗？",)]
    assert canned.histories[4] == ("那湖北呢？", "四川呢？", "陕西呢？")
    fresh = filled.post("/projects/p1/assistant/new", headers=token(filled))
    assert (fresh.status_code, fresh.headers["HX-Redirect"]) == (204, "/projects/p1/assistant")
    number = kept(filled)["conversation"]
    filled.post("/projects/p1/assistant/new", headers=token(filled))
    assert kept(filled)["conversation"] == number
    page = filled.get("/projects/p1/assistant").text
    assert "不再接着上面的问题" in page
    assert "浙江呢？" in page
    ask(filled, token, "那湖北呢？")
    assert canned.histories[5] == ()
    assert f"对话 {number}<" in filled.get("/projects/p1/assistant").text


def test_older_exchanges_come_on_request(filled: TestClient, canned: Asked, token: Token, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        ask(filled, token, f"第{n}问")
    monkeypatch.setattr(conversations.stretch, "__kwdefaults__", {"before": None, "limit": 2})
    page = filled.get("/projects/p1/assistant").text
    assert ("第0问" in page, "第1问" in page, "第2问" in page) == (False, True, True)
    link = page.split('hx-get="')[1].split('"')[0]
    older = filled.get(link).text
    assert ("第0问" in older, "第1问" in older) == (True, False)
    part = kept(filled, limit=1)
    assert (part["older"], [e["question"] for e in part["exchanges"]]) == (True, ["第2问"])
    assert filled.get("/api/v1/projects/p1/conversation?limit=0").json()["error"]["id"] == "limit_range"


def test_an_opinion_is_kept_replaced_and_taken_back(filled: TestClient, canned: Asked, token: Token) -> None:
    seq = ask(filled, token, "哪一条？")
    url = f"/projects/p1/assistant/{seq}/feedback"

    def given() -> list[tuple[str, str]]:
        return [(f["verdict"], f["text"]) for f in kept(filled)["exchanges"][-1]["feedback"]]

    said = filled.post(url, data={"verdict": "wrong_clause", "text": " 应为<三（二）> "}, headers=token(filled)).text
    assert "已评价：条款不对" in said
    assert "应为&lt;三（二）&gt;" in said
    assert given() == [("wrong_clause", "应为<三（二）>")]
    filled.post(url, data={"verdict": "helpful"}, headers=token(filled))
    assert given() == [("helpful", "")]
    assert "已评价：有帮助" in filled.get("/projects/p1/assistant").text
    assert "条款不对" in filled.post(url, data={"verdict": ""}, headers=token(filled)).text
    assert given() == []
    for data, status in (({"verdict": "great"}, 422), ({"verdict": "helpful", "text": "长" * 1001}, 422)):
        assert filled.post(url, data=data, headers=token(filled)).status_code == status
    assert filled.post("/projects/p1/assistant/99999/feedback", data={"verdict": "helpful"}, headers=token(filled)).status_code == 404
    assert given() == []


def test_nothing_is_kept_for_a_request_without_the_pages_token(filled: TestClient, canned: Asked, token: Token) -> None:
    seq = ask(filled, token, "问")
    before = kept(filled)
    for path in ("", "/new", f"/{seq}/feedback"):
        answer = filled.post(f"/projects/p1/assistant{path}", data={"question": "问", "verdict": "helpful"})
        assert answer.status_code == 403
        foreign = {**token(filled), "Origin": "https://example.com", "Sec-Fetch-Site": "cross-site"}
        assert filled.post(f"/projects/p1/assistant{path}", data={"question": "问"}, headers=foreign).status_code == 403
    assert kept(filled) == before


def test_the_interface_asks_rates_and_exports(filled: TestClient, canned: Asked) -> None:
    base = "/api/v1/projects/p1/conversation"
    assert filled.post(f"{base}/new").json()["project"] == "p1"
    filled.post(base, json={"question": "先问一句"})
    made = filled.post(base, json={"question": "再问 *一句*", "region": "湖北"})
    assert made.status_code == 201
    seq = made.json()["id"]
    assert made.json()["answer"]["status"] == "answered"
    assert filled.post(f"{base}/{seq}/feedback", json={"verdict": "wrong_clause", "text": "应为附件"}).json()["feedback"][0]["verdict"] == "wrong_clause"
    text = filled.get(f"{base}/export")
    assert text.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "再问 \\*一句\\*" in text.text
    assert "原文\\<b\\>一句" in text.text
    assert "评价：条款不对" in text.text
    assert filled.get("/projects/p1/assistant/export.md").text.splitlines()[4:] == text.text.splitlines()[4:]
    line = json.loads(filled.get(f"{base}/export?format=jsonl").text.splitlines()[-1])
    assert (line["q"], line["history"], line["region"], line["verdict"], line["text"]) == ("再问 *一句*", ["先问一句"], "湖北", "wrong_clause", "应为附件")
    assert [c["clause"] for c in line["cited"]] == [c["clause"] for c in ANSWER["citations"]]  # type: ignore[attr-defined]
    assert filled.get(f"{base}/export?format=pdf").status_code == 422
    assert filled.get("/projects/p1/assistant/export.pdf").status_code == 404


def test_what_was_asked_stays_out_of_the_package_and_is_verified(filled: TestClient, canned: Asked, token: Token) -> None:
    ask(filled, token, "这句话不该给主管部门看到")
    report = filled.get("/api/v1/projects/p1/verify").json()
    assert [f for f in report["findings"] if f["severity"] == "blocking"] == []
    assert report["checked"]["conversation_entries"] >= 2
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(filled.post("/api/v1/projects/p1/pack").content)) as pack:
        assert all("不该给主管部门看到".encode() not in pack.read(name) for name in pack.namelist())
        assert "留痕.jsonl" in pack.namelist()


def test_the_page_offers_examples(filled: TestClient) -> None:
    html = filled.get("/projects/p1/assistant").text
    assert html.count("data-ask=") == len(assistant.EXAMPLES)
    assert problems(html) == []
