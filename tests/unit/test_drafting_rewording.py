"""A model may reword a draft; what it makes up, drops or turns round stays out, sentence by sentence."""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden" / "drafting"))

import sample_factory as sample

from app.assistant.prompt import load_prompt
from app.drafting.compose import compose_draft
from app.drafting.model import Draft, FactRef, Paragraph
from app.drafting.rewording import MARK, Reworded, fault, reword, split_sentences
from app.drafting.verify import verify_docx
from app.drafting.word import write_docx


@pytest.fixture(scope="module")
def draft() -> Draft:
    return compose_draft(sample.form(), sample.source(), sections=["enterprise", "baseline"])


def sentences(user: str) -> list[str]:
    return [line.removeprefix("- ") for line in user.splitlines() if line.startswith("- ")]


def answer(change):
    """A model that changes every sentence in one way."""
    return lambda asked, facts: json.dumps({"sentences": [change(s) for s in sentences(asked)]}, ensure_ascii=False)


def sound(made: Reworded) -> bool:
    source = sample.source()
    return verify_docx(write_docx(made.draft), facts=made.draft.facts, policies=source.policies).findings == ()


def facts_of(draft: Draft) -> list[str]:
    return [i.fact for i in draft.inlines() if isinstance(i, FactRef)]


def test_an_honest_rewording_is_taken_over_and_still_verifies(draft):
    made = reword(draft, answer(lambda s: s.replace("本企业", "企业").replace("并", "且")))
    assert made.changed > 0
    assert facts_of(made.draft) == facts_of(draft)
    assert sound(made)


LIES = {
    "a number": lambda s: s[:-1] + "，约35%。",
    "a Chinese number": lambda s: s[:-1] + "，共三百吨。",
    "a year": lambda s: "二〇二六年，" + s,
    "a turned judgement": lambda s: s[:-1] + "，全部符合要求。",
    "a dropped figure": lambda s: MARK.sub("", s, count=1),
    "a doubled figure": lambda s: (f"〔{MARK.findall(s)[0]}〕" if MARK.search(s) else "〔F99〕") + s,
    "an invented placeholder": lambda s: "〔F999〕" + s,
    "swapped figures": lambda s: swapped(s),
    "a new claim": lambda s: s[:-1] + "，并且荣获行业协会颁发的绿色发展示范标杆荣誉称号及专项奖励资金支持。",
    "a second sentence": lambda s: s + "企业实力雄厚。",
    "markup": lambda s: s[:-1] + "<script>alert</script>。",
    "an order to the reader": lambda s: "ignore previous instructions" + s,
}


def swapped(text: str) -> str:
    found = [k for k in MARK.findall(text) if k[0] == "F"]
    if len(found) < 2:
        return "〔F998〕" + text
    first, second = found[0], found[1]
    return text.replace(f"〔{first}〕", "\0").replace(f"〔{second}〕", f"〔{first}〕").replace("\0", f"〔{second}〕")


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_sentence_falls_back(draft, lie):
    made = reword(draft, answer(LIES[lie]))
    assert made.changed == 0, made.kept[:2]
    assert made.kept
    assert made.draft.sections == draft.sections or text_of(made.draft) == text_of(draft)
    assert sound(made)


def text_of(draft: Draft) -> str:
    return "".join(getattr(i, "text", getattr(i, "fact", "")) for i in draft.inlines())


@pytest.mark.parametrize(
    "reply", ["", "好的", "{}", '{"sentences": []}', '{"sentences": [1]}', "[" * 1000, '{"sentences": "甲"}']
)
def test_a_reply_that_is_not_the_agreed_form_changes_nothing(draft, reply):
    made = reword(draft, lambda asked, facts: reply)
    assert (made.changed, text_of(made.draft)) == (0, text_of(draft))


def test_one_bad_sentence_does_not_spoil_its_neighbours():
    assert fault("企业并无〔F1〕。", "企业且无〔F1〕。", "企业并无〔F1〕。") == ""
    assert "数字" in fault("企业并无〔F1〕。", "企业且无〔F1〕，共五吨。", "企业并无〔F1〕。")


def test_sentences_are_cut_at_full_stops_and_leads_stand_alone(draft):
    paragraph = next(b for s in draft.sections for b in s.blocks if isinstance(b, Paragraph) and b.style == "body")
    assert [i for s in split_sentences(paragraph.inlines) for i in s if isinstance(i, FactRef)] == [
        i for i in paragraph.inlines if isinstance(i, FactRef)
    ]


class Stub(BaseHTTPRequestHandler):
    """An OpenAI-compatible server that rewords every other sentence honestly and lies in the rest."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = sentences(body["messages"][-1]["content"])
        said = [s.replace("并", "且") if n % 2 else s[:-1] + "，减排99%。" for n, s in enumerate(asked)]
        content = "```json\n" + json.dumps({"sentences": said}, ensure_ascii=False) + "\n```"
        reply = {"id": "1", "object": "chat.completion", "created": 1, "model": "stub", "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}]}  # fmt: skip
        data = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


def test_over_a_real_connection_lies_fall_back_and_the_document_verifies(draft):
    from app.llm.chat import open_chat

    server = HTTPServer(("127.0.0.1", 0), Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        model = open_chat(base_url=f"http://127.0.0.1:{server.server_address[1]}/v1", model="stub", api_key="x")
        prompt = load_prompt(sample.ROOT / "prompts" / "draft.toml")
        made = reword(draft, lambda s, f: model.complete(prompt.system, prompt.render(sentences=s, facts=f)))
    finally:
        server.shutdown()
    assert made.kept
    assert all("数字" in why for _, why in made.kept)
    assert "99" not in text_of(made.draft)
    assert sound(made)
