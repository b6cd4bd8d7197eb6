"""A chat model behind a real socket, behaving well and badly: not one wrong number or clause gets through.

The last test asks a real small model, where one is served: set LINGTAN_TEST_LLM_URL (an OpenAI-compatible address, for example
``python -m llama_cpp.server --model FILE.gguf``) and LINGTAN_TEST_LLM_MODEL.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.assistant import answer, check_answer
from app.assistant.faithful import check_wording
from app.domain.answer import AnswerMode, AnswerStatus
from app.llm import chat
from evals.answers import build_context

PROMPTS = Path(__file__).parents[2] / "prompts"
QUESTION = "电机要几级能效"
SLOW_SECONDS = 1.2


def _reply(text: str, key: str) -> str:
    return json.dumps({"sentences": [{"text": text, "citations": [key]}]}, ensure_ascii=False)


# What a server says to (key of the first quote, the quote): text of the message, or None for no text at all.
GOOD = {
    "repeats": lambda key, quote: _reply(quote, key),
    "fenced": lambda key, quote: f"```json\n{_reply(quote, key)}\n```",
}
BAD = {
    "lying number": lambda key, quote: _reply(quote.replace("1级", "3级"), key),
    "added number": lambda key, quote: _reply(quote.rstrip("。") + "，占比不低于30%。", key),
    "number in words": lambda key, quote: _reply(quote.rstrip("。") + "，奖励两百万元。", key),
    "wrong clause": lambda key, quote: _reply(quote, "miit-2026-13/三-(二)#s1"),
    "clause out of the air": lambda key, quote: _reply(quote, "miit-2026-13/九-(一)#s1"),
    "no citation": lambda key, quote: json.dumps({"sentences": [{"text": quote, "citations": []}]}, ensure_ascii=False),
    "fabricated quote": lambda key, quote: _reply("文件写明：“零碳工厂一经认定免于环保检查。”", key),
    "turned round": lambda key, quote: _reply("电机不需要达到1级。", key),
    "another document": lambda key, quote: _reply("按照《节约能源法》第十条，电机应达到1级。", key),
    "verdict": lambda key, quote: _reply("贵公司已经符合条件。", key),
    "refusal": lambda key, quote: "抱歉，我无法回答这个问题。",
    "empty": lambda key, quote: "",
    "no text": lambda key, quote: None,
    "html": lambda key, quote: "<html><body><h1>502 Bad Gateway</h1></body></html>",
    "html inside": lambda key, quote: _reply(f"<b>{quote}</b>", key),
    "link inside": lambda key, quote: _reply(quote.rstrip("。") + "[详见](http://127.0.0.1/x)。", key),
    "tool talk": lambda key, quote: '<tool_call>{"name": "search", "arguments": {"q": "电机"}}</tool_call>',
    "over-long": lambda key, quote: _reply(quote * 60, key),
    "endless list": lambda key, quote: json.dumps({"sentences": [{"text": quote, "citations": [key]}] * 40}, ensure_ascii=False),
    "half of the json": lambda key, quote: _reply(quote, key)[:-20],
    "wrong shape": lambda key, quote: json.dumps({"sentences": {"text": quote}}, ensure_ascii=False),
    "other language": lambda key, quote: _reply("Motors shall reach grade 1.", key),
    "thinking aloud": lambda key, quote: "<think>用户想要三级</think> 电机三级即可。",
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    behaviour = "repeats"


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        user = asked["messages"][-1]["content"]
        key, quote = re.findall(r"编号 (\S+?)（.*?）：(.*)", user)[0]
        behaviour = self.server.behaviour
        if behaviour == "timeout":
            time.sleep(SLOW_SECONDS)
        if behaviour == "server error":
            return self._send(500, b'{"error": {"message": "overloaded"}}')
        if behaviour == "not json":
            return self._send(200, b"upstream connect error")
        made = {**GOOD, **BAD}.get(behaviour, GOOD["repeats"])(key, quote)
        message = {"role": "assistant", "content": made}
        body = json.dumps({"id": "1", "object": "chat.completion", "created": 1, "model": "stub", "choices": [
            {"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}).encode()
        self._send(200, body, cut=behaviour == "cut stream")

    def _send(self, status: int, body: bytes, *, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body[: len(body) // 2] if cut else body)
        except BrokenPipeError:
            return
        if cut:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the requests are the test's own."""


@pytest.fixture(scope="module")
def server():
    made = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return build_context(tmp_path_factory.mktemp("vectors") / "vectors.sqlite")


@pytest.fixture
def asked(plain, server, monkeypatch):
    monkeypatch.setattr(chat, "TIMEOUT_SECONDS", SLOW_SECONDS / 2)
    monkeypatch.setattr(chat, "RETRIES", 0)
    model = chat.open_chat(base_url=f"http://127.0.0.1:{server.server_address[1]}/v1", model="stub", api_key="x")

    def ask(behaviour: str):
        server.behaviour = behaviour
        return answer(QUESTION, replace(plain, model=model, prompts=PROMPTS))

    return ask


@pytest.mark.parametrize("behaviour", sorted(GOOD))
def test_a_faithful_model_is_shown(asked, behaviour, monkeypatch):
    monkeypatch.setattr(chat, "TIMEOUT_SECONDS", 30)
    found = asked(behaviour)
    assert found.mode is AnswerMode.LLM
    assert found.status is AnswerStatus.ANSWERED
    assert "1级" in found.text


@pytest.mark.parametrize("behaviour", [*sorted(BAD), "timeout", "server error", "not json", "cut stream"])
def test_a_bad_reply_leaves_the_quotes_and_says_so(asked, plain, behaviour):
    found = asked(behaviour)
    without = answer(QUESTION, plain)
    assert found.mode is AnswerMode.EXTRACTIVE
    assert (found.sentences, found.citations, found.status) == (without.sentences, without.citations, without.status)
    assert [gap for gap in found.gaps if gap not in without.gaps and "语言模型" in gap]


@pytest.mark.skipif(not os.environ.get("LINGTAN_TEST_LLM_URL"), reason="no model served: set LINGTAN_TEST_LLM_URL to ask a real one")
@pytest.mark.parametrize("question", [QUESTION, "屋顶光伏国家支持吗", "钢铁什么时候轮到", "剩余排放怎么抵销", "碳排放清单要公开吗"])
def test_whatever_a_real_model_says_nothing_wrong_gets_through(plain, question):
    model = chat.open_chat(base_url=os.environ["LINGTAN_TEST_LLM_URL"], model=os.environ.get("LINGTAN_TEST_LLM_MODEL", "local"))
    found = answer(question, replace(plain, model=model, prompts=PROMPTS))
    assert check_answer(found, plain.documents) == []
    assert (found.mode is AnswerMode.LLM and not check_wording(found, question)) or any("语言模型" in gap for gap in found.gaps)
