"""Opening a model of the optional sentence-transformers: from this machine only.

A name is looked up in the local model store; nothing is downloaded unless whoever runs the program says ``HF_HUB_OFFLINE=0``.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any

from app.domain.errors import Unavailable
from app.retrieval.embedder import quiet_native_threads

OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
HUB_NAME = re.compile(r"^[\w.-]+(/[\w.-]+)?$", re.A)
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
FIX = "检查目录是否完整；lingtan models export-e5 目录 可生成一个可用的目录，其他模型请先下载到本地。"


def looks_like_path(model: str) -> bool:
    return model.startswith((".", "~", "/")) or "\\" in model or not HUB_NAME.match(model)


def open_local_model(kind: str, model: str) -> Any:
    """``kind`` is a class of sentence_transformers. Raises Unavailable, in Chinese, when the path does not exist, the package is
    missing or the model cannot be opened."""
    path = Path(model).expanduser()
    if looks_like_path(model) and not path.is_dir():
        raise Unavailable("embedder-model-missing", f"模型目录不存在：{model}。", fix=FIX, subject=model)
    quiet_native_threads()
    for name in OFFLINE:
        os.environ.setdefault(name, "1")
    try:
        import sentence_transformers
    except ImportError as error:
        raise Unavailable("embedder-missing", "没有安装 sentence-transformers，不能使用这个模型。",
                          fix="运行 make ml 安装，或去掉 LINGTAN_EMBEDDER、LINGTAN_RERANKER 设置。", subject=model) from error
    _be_quiet()
    try:
        return getattr(sentence_transformers, kind)(
            str(path) if path.is_dir() else model, device="cpu", local_files_only=os.environ["HF_HUB_OFFLINE"] not in ("", "0"))
    except Exception as error:  # the libraries below raise whatever they like for a damaged directory
        raise Unavailable("embedder-model-missing", f"打不开模型：{model}。", fix=FIX, subject=model) from error


def model_digest(model: str) -> str:
    """Eight characters that change with a directory's weights: name, size and first megabyte of each file. A name that is no
    directory gives its own digest."""
    digest = hashlib.sha256(model.encode())
    folder = Path(model).expanduser()
    for path in (folder / name for name in WEIGHTS):
        if path.is_file():
            digest = hashlib.sha256(str(path.stat().st_size).encode())
            with path.open("rb") as content:
                digest.update(content.read(1 << 20))
            break
    return digest.hexdigest()[:8]


def _be_quiet() -> None:
    """Load reports and bars of these libraries would land in our output."""
    try:
        from transformers.utils import logging
    except ImportError:
        return
    logging.set_verbosity_error()
    logging.disable_progress_bar()
