"""A chat model over the OpenAI protocol, through LangChain, imported only when one is configured."""

from __future__ import annotations

from typing import Any

from app.domain.errors import Unavailable

TIMEOUT_SECONDS = 60
RETRIES = 1


class ChatModel:
    """``complete(system, user)`` gives the model's text. ``model`` is any LangChain chat model."""

    def __init__(self, model: Any, *, name: str) -> None:
        self._model = model
        self.name = name

    def complete(self, system: str, user: str) -> str:
        """Raises Unavailable when the model cannot be reached or refuses."""
        from langchain_core.messages import HumanMessage, SystemMessage

        try:
            reply = self._model.invoke([SystemMessage(content=system), HumanMessage(content=user)])
        except Exception as error:  # the client libraries raise many unrelated types for one fact: no answer came
            raise Unavailable("llm-unavailable", f"语言模型没有应答（{type(error).__name__}）。",
                              fix="检查 LINGTAN_LLM_BASE_URL、LINGTAN_LLM_MODEL 和密钥；不配置模型也能照常使用。",
                              subject=self.name) from error
        return _text(reply.content)


def open_chat(*, base_url: str, model: str, api_key: str = "") -> ChatModel:
    """A model behind an OpenAI-compatible address. Nothing is contacted until the first question."""
    try:
        from langchain_openai import ChatOpenAI
    except ImportError as error:
        raise Unavailable("llm-missing", "没有安装语言模型客户端 langchain-openai。", fix="运行 make setup，或去掉语言模型配置。") from error
    client = ChatOpenAI(model=model, base_url=base_url or None, api_key=api_key or "none", temperature=0,  # type: ignore[arg-type]
                        timeout=TIMEOUT_SECONDS, max_retries=RETRIES)
    return ChatModel(client, name=model)


def _text(content: Any) -> str:
    """The text of a reply: a string, or the text parts of a list of blocks."""
    if isinstance(content, str):
        return content
    return "".join(part if isinstance(part, str) else str(part.get("text", "")) for part in content)
