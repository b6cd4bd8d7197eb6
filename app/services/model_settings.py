"""The language model of an installation: what is set and from where, tried and changed by a person without a text editor.

The key goes in and never comes out: views say only that there is one. A stored key belongs to the address it was entered for and is
never sent to another one, neither by a trial nor after a change."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.domain.errors import UsageError
from app.services.settings_file import change_settings
from app.services.workspace import Workspace
from app.settings import PREFIX

PRESETS = Path(__file__).parent / "data" / "model_presets.toml"
FIELDS = {"base_url": "服务地址", "model": "模型名称", "api_key": "密钥"}
LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A known service. ``model`` is empty where its name is the user's own choice; ``key`` says whether the service asks for one."""

    id: str
    name: str
    base_url: str
    model: str
    key: bool
    note: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """What is set, without the key. ``from_environment`` names the fields (of FIELDS) that the environment decides."""

    base_url: str
    model: str
    has_key: bool
    from_environment: tuple[str, ...]

    @property
    def active(self) -> bool:
        return bool(self.model)

    def to_plain(self) -> dict[str, Any]:
        return {"active": self.active, "base_url": self.base_url, "model": self.model, "api_key_set": self.has_key,
                "from_environment": [variable(name) for name in self.from_environment]}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialReport:
    """A trial in words: whether it worked, what was found, what to do."""

    ok: bool
    message: str
    fix: str
    seconds: float


@lru_cache(maxsize=1)
def presets() -> tuple[Preset, ...]:
    return tuple(Preset(**p) for p in tomllib.loads(PRESETS.read_text("utf-8"))["preset"])


def variable(field: str) -> str:
    """The environment variable of a field."""
    return f"{PREFIX}LLM_{field.upper()}"


def model_settings(ws: Workspace) -> ModelSettings:
    settings = ws.settings
    return ModelSettings(
        base_url=_without_secrets(settings.llm_base_url),
        model=settings.llm_model,
        has_key=bool(settings.llm_api_key),
        from_environment=tuple(name for name in FIELDS if os.environ.get(variable(name))),
    )


def change_model(ws: Workspace, *, base_url: str, model: str, api_key: str | None = None) -> ModelSettings:
    """Write the settings and use them from the next question on. ``api_key`` None keeps the stored one, empty removes it; without an
    address and a model the language model is switched off, and what the file holds of it is removed, the key too.

    ``ws`` is the workspace the process runs with: copies made of it in somebody's name follow, those made before do not.
    Raises UsageError when a value cannot be right, when the environment decides it, or when a kept key would reach another address."""
    now = model_settings(ws)
    base_url, model = clean_address(base_url), _clean(model, "model")
    _leave_environment(now, base_url=base_url, model=model, api_key=api_key)
    if bool(base_url) != bool(model):
        missing = "model" if base_url else "base_url"
        raise UsageError("model_incomplete", f"还没有填{FIELDS[missing]}", fix="地址和模型名称都要填；不用语言模型就点“停用”", subject=missing)
    if model:
        key_for(ws, base_url, api_key)
    else:
        api_key = ""
    values: dict[str, str | None] = {"base_url": base_url or None, "model": model or None}
    if api_key is not None:
        values["api_key"] = _clean_key(api_key) or None
    written = change_settings(ws.settings.home, {f"llm_{n}": v for n, v in values.items() if n not in now.from_environment})
    ws.settings = replace(ws.settings, llm_base_url=written.llm_base_url, llm_model=written.llm_model, llm_api_key=written.llm_api_key)
    return model_settings(ws)


def _leave_environment(now: ModelSettings, *, base_url: str, model: str, api_key: str | None) -> None:
    """Raises UsageError when a field that the environment decides is to be another. Switching off needs the model's name alone."""
    off = not base_url and not model
    changed = {
        "base_url": base_url != now.base_url and not off,
        "model": model != now.model,
        "api_key": api_key is not None and not off,
    }
    for name in now.from_environment:
        if changed[name]:
            raise UsageError("setting_from_environment", f"{FIELDS[name]}由环境变量 {variable(name)} 给出，不能在这里改",
                             fix="在启动程序的地方改这个变量，或删去它后重新启动", subject=name)


def key_for(ws: Workspace, base_url: str, api_key: str | None) -> str:
    """The key a request to ``base_url`` may carry: the one given, else the stored one when it was entered for that same place.
    Raises UsageError when a stored key would go somewhere else."""
    if api_key is not None:
        return _clean_key(api_key)
    held = ws.settings.llm_api_key
    if held and _origin(base_url) != _origin(ws.settings.llm_base_url):
        fixed = bool(os.environ.get(variable("api_key")))
        fix = f"在启动程序的地方同时设置 {variable('base_url')}" if fixed else "填写新地址的密钥，或勾选“不用密钥”"
        raise UsageError("key_for_other_address", "服务地址换了，原来的密钥不会发给新地址", fix=fix, subject="api_key")
    return held


def try_settings(ws: Workspace, *, base_url: str, model: str, api_key: str | None = None) -> TrialReport:
    """One tiny request with these values, nothing saved. Raises UsageError when a value cannot be right."""
    from app.llm.trial import try_model

    base_url, model = clean_address(base_url), _clean(model, "model")
    for name, value in (("base_url", base_url), ("model", model)):
        if not value:
            raise UsageError("model_incomplete", f"还没有填{FIELDS[name]}", fix="填好地址和模型名称再试", subject=name)
    key = key_for(ws, base_url, api_key)
    trial = try_model(base_url=base_url, model=model, api_key=key)
    message, fix = _WORDS[trial.outcome.value]
    fill = {"host": urlsplit(base_url).netloc, "model": model, "seconds": f"{trial.seconds:.1f}", "status": trial.status}
    if trial.outcome.value == "wrong_key" and not key:
        message, fix = "连上了，但这个服务要求密钥", "填写密钥再试"
    return TrialReport(ok=trial.outcome.value == "answers", message=message.format(**fill), fix=fix.format(**fill), seconds=trial.seconds)


_WORDS = {
    "answers": ("可以用：{host} 连得上，有模型“{model}”，{seconds} 秒应答", ""),
    "wrong_key": ("连上了，但密钥不对或没有权限（{status}）", "核对密钥是否抄全、是否过期，是否属于这个地址"),
    "no_model": ("连上了，但没有名为“{model}”的模型（{status}）", "按服务商文档或服务的模型列表改正名称，大小写也要一致"),
    "no_page": ("连上了，但这个地址下没有对话接口（{status}）", "地址通常以 /v1 结尾；核对路径，以及是不是 http 与 https 写错"),
    "no_credit": ("连上了，但账户余额不足（{status}）", "到服务商处充值后再试"),
    "busy": ("连上了，但服务说请求太多或额度用完（{status}）", "过一会儿再试，或查看账户额度"),
    "refused": ("连上了，但服务不接受这个请求（{status}）", "核对模型名称是不是对话模型，地址是不是 OpenAI 兼容接口"),
    "failed": ("连上了，但服务自己出错了（{status}）", "过一会儿再试；一直如此就看那个服务的日志"),
    "nonsense": ("有应答，但不是 OpenAI 兼容接口的格式", "核对地址：要填接口地址，不是网站首页"),
    "no_address": ("找不到 {host} 这个地址", "核对有没有写错，这台机器能不能上网"),
    "unreachable": ("{host} 连不上", "核对地址与端口，确认那个服务已启动、防火墙没有拦"),
    "insecure": ("{host} 的证书不可信，没有连接", "核对地址；内网服务用自签证书时，请管理员把证书装进系统"),
    "timeout": ("{seconds} 秒内没有应答", "本机模型第一次装入较慢，可以再试一次；否则核对地址与网络"),
}


def clean_address(text: str) -> str:
    """A base address as it is stored: without a slash at the end and without ``/chat/completions``. Raises UsageError."""
    text = re.sub(r"/chat/completions$", "", _clean(text, "base_url").rstrip("/"))
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        right, parts = False, urlsplit("")
    if not right or re.search(r"\s", text):
        raise UsageError("base_url_invalid", "服务地址写法不对", fix="写成 https://域名/v1 或 http://localhost:端口/v1 的样子", subject="base_url")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise UsageError("base_url_extra", "服务地址里不要写用户名、密码或问号后的参数", fix="密钥填在密钥一栏", subject="base_url")
    return text


def unprotected(base_url: str) -> bool:
    """Whether questions and the key would travel readable by others: plain http to another machine."""
    try:
        parts = urlsplit(base_url)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1")


def _clean(text: str, name: str) -> str:
    text = text.strip()
    if len(text) > LONGEST or not text.isprintable():
        raise UsageError("setting_invalid", f"{FIELDS[name]}太长，或含有看不见的字符", fix="重新填写这一项", subject=name)
    return text


def _clean_key(text: str) -> str:
    text = _clean(text, "api_key")
    if not text.isascii() or " " in text:
        raise UsageError("api_key_invalid", "密钥里有空格、中文或全角字符", fix="从服务商页面重新复制密钥", subject="api_key")
    return text


def _origin(address: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return "", address, None


def _without_secrets(address: str) -> str:
    """An address of the environment or of a file written by hand may carry a password; it is not shown."""
    return re.sub(r"//[^/@]*@", "//", address)
