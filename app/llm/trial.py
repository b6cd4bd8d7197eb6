"""One tiny request to an OpenAI-compatible address, to learn whether it would answer: for a person who sets it up.

The way is that of a real question (``POST {base_url}/chat/completions`` through the same HTTP client), without retries, under one
deadline for everything. Nothing of the reply but its shape is used, and nothing of it is handed on: the address is whatever somebody
typed, so its words are not for our pages."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from enum import Enum
from typing import Any

from app.domain.errors import Unavailable

TRIAL_SECONDS = 15.0
MOST_BYTES = 64 << 10
MOST_TOKENS = 16


class Outcome(Enum):
    """What a trial found. ``ANSWERS`` is the only good one."""

    ANSWERS = "answers"
    WRONG_KEY = "wrong_key"
    NO_MODEL = "no_model"
    NO_PAGE = "no_page"
    NO_CREDIT = "no_credit"
    BUSY = "busy"
    REFUSED = "refused"
    FAILED = "failed"
    NONSENSE = "nonsense"
    NO_ADDRESS = "no_address"
    UNREACHABLE = "unreachable"
    INSECURE = "insecure"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """``seconds`` is from the first packet to the whole reply; ``status`` is the HTTP status, 0 when there was none."""

    outcome: Outcome
    seconds: float
    status: int = 0


def try_model(*, base_url: str, model: str, api_key: str = "", limit: float = TRIAL_SECONDS) -> Trial:
    """Ask ``model`` for one word, within ``limit`` seconds. Raises Unavailable when the HTTP client is not installed."""
    try:
        import httpx
    except ImportError as error:
        raise Unavailable("llm-missing", "没有安装语言模型客户端 langchain-openai。", fix="运行 make setup 后重试。") from error

    body = {"model": model, "messages": [{"role": "user", "content": "只回答一个字：好"}], "max_tokens": MOST_TOKENS, "temperature": 0}
    began = time.monotonic()
    status, content = 0, b""
    try:
        with (
            httpx.Client(timeout=limit, follow_redirects=False) as client,
            client.stream("POST", f"{base_url.rstrip('/')}/chat/completions", json=body,
                          headers={"Authorization": f"Bearer {api_key or 'none'}"}) as reply,
        ):
            status = reply.status_code
            for chunk in reply.iter_bytes():
                content += chunk
                if time.monotonic() - began > limit:  # the client's own limit is for each wait, not for a reply that drips
                    raise httpx.ReadTimeout("the reply was not whole in time")
                if len(content) > MOST_BYTES:
                    break
        outcome = judge(status, content)
    except httpx.TimeoutException:
        outcome = Outcome.TIMEOUT
    except httpx.ConnectError as error:
        outcome = _no_connection(error)
    except (httpx.HTTPError, httpx.InvalidURL):
        outcome = Outcome.NONSENSE
    return Trial(outcome=outcome, seconds=time.monotonic() - began, status=status)


def judge(status: int, content: bytes) -> Outcome:
    """The outcome of a reply. Services disagree on the status of an unknown model (404, 400, 422), so the reply's own error decides."""
    if status == 200:
        return Outcome.ANSWERS if _is_completion(content) else Outcome.NONSENSE
    if status in (401, 403):
        return Outcome.WRONG_KEY
    if status == 402:
        return Outcome.NO_CREDIT
    if status == 429:
        return Outcome.BUSY
    if status in (400, 404, 422):
        if _speaks_of_no_model(content):
            return Outcome.NO_MODEL
        return Outcome.NO_PAGE if status == 404 else Outcome.REFUSED
    if 300 <= status < 400 or status == 405:
        return Outcome.NO_PAGE
    return Outcome.FAILED if status >= 500 else Outcome.REFUSED


def _is_completion(content: bytes) -> bool:
    data = _json(content)
    choices = data.get("choices") if isinstance(data, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    return isinstance(first, dict) and isinstance(first.get("message"), dict)


_UNKNOWN_MODEL = re.compile(r"not[ _-]?(found|exist)|does not|doesn't|unknown|invalid|no such|不存在|未找到|没有", re.IGNORECASE)


def _speaks_of_no_model(content: bytes) -> bool:
    data = _json(content)
    if not isinstance(data, dict):
        return False
    said = json.dumps(data, ensure_ascii=False)
    return ("model" in said.lower() or "模型" in said) and bool(_UNKNOWN_MODEL.search(said))


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _no_connection(error: Exception) -> Outcome:
    """A name nobody knows, a certificate nobody vouches for, or nobody listening."""
    import socket
    import ssl

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return Outcome.NO_ADDRESS
        if isinstance(cause, ssl.SSLError):
            return Outcome.INSECURE
        cause = cause.__cause__ or cause.__context__
    return Outcome.UNREACHABLE
