"""Configuration: defaults, then ``lingtan.toml`` under the home directory, then the environment. Nothing is read elsewhere.

| setting | environment | default |
|---|---|---|
| home | LINGTAN_HOME | ``./.lingtan`` |
| database_url | LINGTAN_DATABASE_URL | SQLite file in home |
| blob_url | LINGTAN_BLOB_URL | ``blobs`` folder in home |
| chroma_url | LINGTAN_CHROMA_URL | embedded, in home |
| embedder | LINGTAN_EMBEDDER | the embedded multilingual-e5-small |
| reranker | LINGTAN_RERANKER | none |
| llm_base_url, llm_model, llm_api_key | LINGTAN_LLM_BASE_URL, _MODEL, _API_KEY | none: everything works without a language model |
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from app.domain.errors import UsageError, system_reason

PREFIX = "LINGTAN_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Typed settings; every path is absolute."""

    home: Path
    database_url: str
    blob_url: str
    chroma_url: str = ""
    embedder: str = "e5"
    reranker: str = ""
    llm_base_url: str = ""
    llm_model: str = ""
    llm_api_key: str = field(default="", repr=False)

    @property
    def derived(self) -> Path:
        """What can be rebuilt: page models, pictures, vectors, the model graph."""
        return self.home / "derived"

    @property
    def corpus(self) -> Path:
        """Policy documents the user added."""
        return self.home / "policy_corpus"


def load_settings(
    home: str | Path | None = None, environment: Mapping[str, str] | None = None, *, toml: str | None = None, make: bool = True
) -> Settings:
    """Settings for one home directory, which is created when missing, unless ``make`` is False: commands that touch no project
    leave no trace. ``toml`` stands in for the home's ``lingtan.toml``.

    Raises UsageError when ``lingtan.toml`` is not valid TOML, holds an unknown key or a value that is not text."""
    env = os.environ if environment is None else environment
    root = Path(home or env.get(PREFIX + "HOME") or ".lingtan").expanduser().resolve()
    try:
        if make:
            root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"无法使用数据目录 {root}：{system_reason(error)}"
        raise UsageError("home_not_writable", message, fix="换一个可写的目录：--home DIR", subject=str(root)) from error
    values: dict[str, str] = {}
    known = {f.name for f in fields(Settings)} - {"home"}
    file = root / "lingtan.toml"
    if toml is not None or file.is_file():
        try:
            data = tomllib.loads(file.read_text("utf-8-sig") if toml is None else toml)
        except (ValueError, RecursionError) as error:
            raise UsageError("settings_invalid", f"配置文件 lingtan.toml 不是有效的 TOML：{error}", fix="改正该文件后重试") from error
        for key, value in data.items():
            if key not in known or not isinstance(value, str):
                raise UsageError(
                    "settings_unknown", f"配置文件 lingtan.toml 中的 {key} 不是已知设置", fix="可用的键：" + "、".join(sorted(known))
                )
            values[key] = value
    for name in known:
        value = env.get(PREFIX + name.upper())
        if value:
            values[name] = value
    values.setdefault("database_url", f"sqlite:///{root / 'lingtan.db'}")
    values.setdefault("blob_url", (root / "blobs").as_uri())
    return Settings(home=root, **values)
