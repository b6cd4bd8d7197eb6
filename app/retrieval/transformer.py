"""The encoder's forward pass in numpy: token ids to one vector a token.

A BERT encoder (Devlin et al. 2019): summed embeddings, then per layer self-attention and a GELU feed-forward block, each
with a residual and a layer norm. Several texts go through together: the token-wise products run over all their tokens
at once and only attention looks at one text at a time, so no padding is needed. 85 MB of float32 weights, no other engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.retrieval.weights import WeightsFile

if TYPE_CHECKING:
    import numpy as np

MATRICES = ("q", "k", "v", "ao", "fi", "fo")


def layer_norm(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, epsilon: float) -> np.ndarray:
    centred = x - x.mean(axis=1, keepdims=True)
    variance = (centred * centred).mean(axis=1, keepdims=True)
    return centred / (variance + epsilon) ** 0.5 * weight + bias


def gelu(x: np.ndarray) -> np.ndarray:
    """Gauss error linear unit, in place. The error function is formula 7.1.26 of Abramowitz and Stegun (|error| < 1.5e-7)."""
    import numpy as np

    z = np.abs(x)
    z *= np.float32(0.7071067811865476)
    t = 1.0 / (1.0 + np.float32(0.3275911) * z)
    tail = np.float32(1.061405429) * t
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        tail += np.float32(coefficient)
        tail *= t
    np.multiply(z, -z, out=z)
    tail *= np.exp(z, out=z)
    erf = np.copysign(1.0 - tail, x)
    erf += 1.0
    x *= np.float32(0.5)
    x *= erf
    return x


class Transformer:
    """``forward(sequences) -> list of float32 (tokens, hidden)``, one array a sequence of ids."""

    def __init__(self, weights: WeightsFile) -> None:
        import numpy as np

        self._weights = weights
        shape = self.shape = weights.shape
        hidden, inner = shape.hidden, shape.feed_forward
        sizes = {"q": (hidden, hidden), "k": (hidden, hidden), "v": (hidden, hidden), "ao": (hidden, hidden),
                 "fi": (inner, hidden), "fo": (hidden, inner)}
        self._position = weights.matrix("emb.pos").reshape(-1, hidden) + weights.matrix("emb.type")[:hidden]
        self._norm = (weights.matrix("emb.ln.w"), weights.matrix("emb.ln.b"))
        self._layers: list[dict[str, np.ndarray]] = []
        for index in range(shape.layers):
            layer = {}
            for name in MATRICES:
                matrix = weights.matrix(f"l{index}.{name}.w").reshape(sizes[name])
                layer[name] = np.ascontiguousarray(matrix.T)
                layer[name + ".b"] = weights.matrix(f"l{index}.{name}.b")
            for name in ("aln", "oln"):
                layer[name + ".w"] = weights.matrix(f"l{index}.{name}.w")
                layer[name + ".b"] = weights.matrix(f"l{index}.{name}.b")
            self._layers.append(layer)

    def forward(self, sequences: Sequence[list[int]]) -> list[np.ndarray]:
        """Every sequence must have 1..max_positions ids."""
        import numpy as np

        if not sequences:
            return []
        ids = [token for sequence in sequences for token in sequence]
        spans, at = [], 0
        for sequence in sequences:
            spans.append((at, at + len(sequence)))
            at += len(sequence)
        x = self._weights.word_rows(ids)
        x = x + np.concatenate([self._position[: end - start] for start, end in spans])
        x = layer_norm(x, *self._norm, self.shape.epsilon)
        for layer in self._layers:
            attended = self._attend(x, layer, spans) @ layer["ao"] + layer["ao.b"]
            x = layer_norm(x + attended, layer["aln.w"], layer["aln.b"], self.shape.epsilon)
            inner = gelu(x @ layer["fi"] + layer["fi.b"])
            x = layer_norm(x + inner @ layer["fo"] + layer["fo.b"], layer["oln.w"], layer["oln.b"], self.shape.epsilon)
        return [x[start:end] for start, end in spans]

    def _attend(self, x: np.ndarray, layer: dict[str, np.ndarray], spans: list[tuple[int, int]]) -> np.ndarray:
        import numpy as np

        heads = self.shape.heads
        size = self.shape.hidden // heads
        scale = np.float32(size**-0.5)
        query, key, value = (x @ layer[name] + layer[name + ".b"] for name in ("q", "k", "v"))
        out = np.empty_like(x)
        for start, end in spans:
            split = (end - start, heads, size)
            q, k, v = (m[start:end].reshape(split).transpose(1, 0, 2) for m in (query, key, value))
            scores = q @ k.transpose(0, 2, 1)
            scores *= scale
            scores -= scores.max(axis=2, keepdims=True)
            np.exp(scores, out=scores)
            scores /= scores.sum(axis=2, keepdims=True)
            out[start:end] = (scores @ v).transpose(1, 0, 2).reshape(end - start, -1)
        return out
