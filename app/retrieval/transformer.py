"""The encoder's forward pass as an onnxruntime graph: token ids to one vector a token.

A BERT encoder (Devlin et al. 2019): summed embeddings, then per layer self-attention and a GELU feed-forward block, each
with a residual and a layer norm. The matrices keep the 4-bit blocks they come in (``MatMulNBits`` multiplies from them in
float32), and of the word table only the rows of the text at hand are read. The graph is described in memory in a few
milliseconds; no second copy of the weights lies on disk (docs/decisions/0014).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from app.domain.errors import Unavailable
from app.retrieval.onnxfile import FLOAT, INT32, model, node
from app.retrieval.weights import BLOCK, WeightsFile

if TYPE_CHECKING:
    import numpy as np

RUNTIME = "com.microsoft"
OPSETS = {"": 20, RUNTIME: 1}
FLOAT32_PRODUCTS = 0
TOKENS_A_PASS = 384
WORKERS = 2


class Transformer:
    """``forward(sequences)`` gives a float32 (tokens, hidden) array a sequence of ids; safe to share between threads."""

    def __init__(self, weights: WeightsFile) -> None:
        self._weights = weights
        self.shape = weights.shape
        hidden = weights.shape.hidden
        self._position = weights.matrix("emb.pos").reshape(-1, hidden) + weights.matrix("emb.type")[:hidden]
        self._session = _open_session(*describe(weights))

    def forward(self, sequences: Sequence[list[int]]) -> list[np.ndarray]:
        """Every sequence must have 1..max_positions ids. Sequences of similar length share a pass; two passes run at a
        time, each on one thread."""
        from concurrent.futures import ThreadPoolExecutor

        found: dict[int, np.ndarray] = {}
        batches = list(_batches(sequences))
        if len(batches) < 2:
            passes = [self._pass([sequences[i] for i in batch]) for batch in batches]
        else:
            with ThreadPoolExecutor(WORKERS) as pool:
                passes = list(pool.map(lambda batch: self._pass([sequences[i] for i in batch]), batches))
        for batch, rows in zip(batches, passes, strict=True):
            found.update(zip(batch, rows, strict=True))
        return [found[i] for i in range(len(sequences))]

    def _pass(self, sequences: list[list[int]]) -> list[np.ndarray]:
        import numpy as np

        longest = max(map(len, sequences))
        embedded = np.zeros((len(sequences), longest, self.shape.hidden), dtype=np.float32)
        mask = np.zeros((len(sequences), longest), dtype=np.int32)
        for row, ids in enumerate(sequences):
            embedded[row, : len(ids)] = self._weights.word_rows(ids) + self._position[: len(ids)]
            mask[row, : len(ids)] = 1
        hidden = self._session.run(None, {"embedded": embedded, "mask": mask})[0]
        return [hidden[row, : len(ids)].copy() for row, ids in enumerate(sequences)]


def _batches(sequences: Sequence[list[int]]) -> Iterator[list[int]]:
    """Indices by length, in groups whose padded size stays within one pass."""
    batch: list[int] = []
    for index in sorted(range(len(sequences)), key=lambda i: len(sequences[i])):
        if batch and (len(batch) + 1) * len(sequences[index]) > TOKENS_A_PASS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def describe(weights: WeightsFile) -> tuple[bytes, dict[str, np.ndarray]]:
    """The graph (``embedded`` float32 (texts, tokens, hidden) and ``mask`` int32 (texts, tokens) to ``hidden``) and its
    weights by name."""
    shape = weights.shape
    arrays: dict[str, Any] = {name: weights.matrix(name) for name in ("emb.ln.w", "emb.ln.b")}
    nodes = [node("LayerNormalization", ["embedded", "emb.ln.w", "emb.ln.b"], ["h0"], axis=-1, epsilon=shape.epsilon)]

    def product(name: str, source: str, rows: int, columns: int) -> str:
        packed, scales = weights.packed(name + ".w", rows)
        arrays.update({name: packed, name + ".scales": scales, name + ".b": weights.matrix(name + ".b")})
        nodes.append(node("MatMulNBits", [source, name, name + ".scales"], [name + ".raw"], domain=RUNTIME, K=columns, N=rows,
                          bits=4, block_size=BLOCK, accuracy_level=FLOAT32_PRODUCTS))
        nodes.append(node("Add", [name + ".raw", name + ".b"], [name + ".out"]))
        return name + ".out"

    def joined(name: str, source: str, added: str, target: str) -> None:
        arrays.update({f"{name}.{part}": weights.matrix(f"{name}.{part}") for part in "wb"})
        nodes.append(node("SkipLayerNormalization", [source, added, name + ".w", name + ".b"], [target], domain=RUNTIME,
                          epsilon=shape.epsilon))

    for index in range(shape.layers):
        layer, source = f"l{index}", f"h{index}"
        heads = [product(f"{layer}.{name}", source, shape.hidden, shape.hidden) for name in "qkv"]
        nodes.append(node("MultiHeadAttention", [*heads, "", "mask"], [layer + ".attended"], domain=RUNTIME,
                          num_heads=shape.heads))
        joined(layer + ".aln", source, product(layer + ".ao", layer + ".attended", shape.hidden, shape.hidden), layer + ".mid")
        inner = product(layer + ".fi", layer + ".mid", shape.feed_forward, shape.hidden)
        nodes.append(node("Gelu", [inner], [layer + ".active"]))
        last = index == shape.layers - 1
        joined(layer + ".oln", layer + ".mid", product(layer + ".fo", layer + ".active", shape.hidden, shape.feed_forward),
               "hidden" if last else f"h{index + 1}")
    sizes = ("texts", "tokens")
    described = model(nodes, arrays, {"embedded": (FLOAT, (*sizes, shape.hidden)), "mask": (INT32, sizes)},
                      {"hidden": (FLOAT, (*sizes, shape.hidden))}, OPSETS)
    return described, arrays


def _open_session(described: bytes, arrays: dict[str, np.ndarray]) -> Any:
    import numpy as np

    try:
        import onnxruntime
    except ImportError as error:
        raise Unavailable("embedder-missing", "没有安装 onnxruntime，内置向量引擎不能运行。", fix="运行 make setup 重新安装依赖。") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # lengths vary: an arena would keep the largest of every shape
    options.log_severity_level = 3
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array)) for array in arrays.values()]
    options.add_external_initializers(list(arrays), values)
    return onnxruntime.InferenceSession(described, options, providers=["CPUExecutionProvider"])
