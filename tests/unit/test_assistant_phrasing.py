"""Prompts as data, replies read strictly, the LangChain adapter with a local fake model."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.assistant.phrasing import read_reply
from app.assistant.prompt import load_prompt
from app.domain.errors import Unavailable
from app.llm.chat import ChatModel

PROMPTS = Path(__file__).parents[2] / "prompts"


@pytest.mark.parametrize("path", sorted(PROMPTS.glob("*.toml")), ids=lambda p: p.stem)
def test_every_prompt_loads_and_its_guards_exist(path):
    prompt = load_prompt(path)
    assert prompt.id == path.stem
    for guard in prompt.guarded_by:
        assert (PROMPTS.parent / guard).is_file()


def test_rendering_leaves_braces_in_values_alone():
    rendered = load_prompt(PROMPTS / "answer.toml").render(question="{evidence} 是什么？", evidence="- 编号 a：{}")
    assert "{evidence} 是什么" in rendered
    with pytest.raises(ValueError, match="wants"):
        load_prompt(PROMPTS / "answer.toml").render(question="x")


@pytest.mark.parametrize("change", [
    lambda text: text.replace('guarded_by = ["evals', 'guards = ["evals'),
    lambda text: text.replace("{evidence}", "{proof}"),
    lambda text: text + '\nsurprise = "x"\n',
    lambda text: text.replace('guarded_by = ["evals/answers.py", "tests/unit/test_assistant_phrasing.py"]', "guarded_by = []"),
])
def test_a_prompt_with_a_flaw_does_not_load(tmp_path: Path, change):
    original = (PROMPTS / "answer.toml").read_text("utf-8").split("[[changelog]]")[0]
    flawed = tmp_path / "answer.toml"
    flawed.write_text(change(original), "utf-8")
    with pytest.raises(ValueError):
        load_prompt(flawed)


def test_a_reply_is_read_inside_a_code_fence_and_refused_when_malformed():
    good = read_reply('说明```json\n{"sentences": [{"text": " 支持。 ", "citations": ["a#s1"]}]}\n```')
    assert [(s.text, s.citations) for s in good] == [("支持。", ("a#s1",))]
    assert read_reply('{"sentences": "支持"}') == ()
    assert read_reply("[1, 2]") == ()
    assert read_reply('{"sentences": [' + ",".join(['{"text": "支持", "citations": []}'] * 9) + "]}") == ()


def test_the_langchain_adapter_reads_text_and_reports_failure():
    from langchain_core.language_models import FakeListChatModel

    model = ChatModel(FakeListChatModel(responses=["支持绿证交易"]), name="fake")
    assert model.complete("系统", "问题") == "支持绿证交易"

    class Broken:
        def invoke(self, messages):
            raise ConnectionError("refused")

    with pytest.raises(Unavailable, match="没有应答"):
        ChatModel(Broken(), name="broken").complete("系统", "问题")
