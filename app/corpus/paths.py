"""Where the corpus lies: the folder ``policy_corpus`` beside the ``app`` package, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

import app
from app.domain.errors import Unavailable


def corpus_root() -> Path:
    """The policy_corpus folder. Raises Unavailable when the installation lacks it."""
    root = Path(app.__file__).resolve().parent.parent / "policy_corpus"
    if not root.is_dir():
        raise Unavailable(
            "corpus_missing",
            "安装不完整：没有找到政策与因子库 policy_corpus。",
            fix="请重新安装 lingtan；从源码运行时请在仓库根目录内执行。",
            subject="policy_corpus",
        )
    return root
