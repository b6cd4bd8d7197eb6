"""Just enough of the ONNX file format (protocol buffers) to describe a graph whose weights stay outside it.

Field numbers are those of ``onnx.proto3`` (IR version 10). Weights are declared as external data and handed to the session
by name, so the description itself is a few kilobytes and nothing is written to disk.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

IR_VERSION = 10
FLOAT, UINT8, INT32 = 1, 2, 6
ELEMENT_TYPES = {"float32": FLOAT, "uint8": UINT8, "int32": INT32}
EXTERNAL = 1
ATTRIBUTE_FLOAT, ATTRIBUTE_INT = 1, 2


def varint(number: int) -> bytes:
    """Seven bits a byte, low ones first; negative numbers as 64-bit two's complement."""
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def integer(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def real(field: int, value: float) -> bytes:
    return varint(field << 3 | 5) + struct.pack("<f", value)


def message(field: int, *parts: bytes | str) -> bytes:
    """A string or nested message."""
    content = b"".join(part.encode() if isinstance(part, str) else part for part in parts)
    return varint(field << 3 | 2) + varint(len(content)) + content


def node(operator: str, inputs: Sequence[str], outputs: Sequence[str], *, domain: str = "", **attributes: float | int) -> bytes:
    """One operation, as a field of the graph. An empty input name leaves an optional input out."""
    parts = [message(1, name) for name in inputs] + [message(2, name) for name in outputs] + [message(4, operator)]
    for name, value in attributes.items():
        kind = integer(20, ATTRIBUTE_INT) if isinstance(value, int) else integer(20, ATTRIBUTE_FLOAT)
        parts.append(message(5, message(1, name), integer(3, value) if isinstance(value, int) else real(2, value), kind))
    if domain:
        parts.append(message(7, domain))
    return message(1, *parts)


def external_weight(name: str, array: np.ndarray) -> bytes:
    """A weight by name, type and shape; its content comes from the session's options."""
    dims = b"".join(integer(1, size) for size in array.shape)
    return message(5, dims, integer(2, ELEMENT_TYPES[array.dtype.name]), message(8, name),
                   message(13, message(1, "location"), message(2, "memory")), integer(14, EXTERNAL))


def model(nodes: Sequence[bytes], weights: Mapping[str, np.ndarray], inputs: Mapping[str, tuple[int, Sequence[int | str]]],
          outputs: Mapping[str, tuple[int, Sequence[int | str]]], opsets: Mapping[str, int]) -> bytes:
    """The whole file. ``inputs`` and ``outputs`` map a name to its element type and shape; a word as a size is left open."""
    parts = [*nodes, message(2, "graph"), *(external_weight(name, array) for name, array in weights.items())]
    for field, values in ((11, inputs), (12, outputs)):
        parts += [_value(field, name, kind, shape) for name, (kind, shape) in values.items()]
    versions = [message(8, message(1, domain), integer(2, version)) for domain, version in opsets.items()]
    return integer(1, IR_VERSION) + message(7, *parts) + b"".join(versions)


def _value(field: int, name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    sizes = [message(1, message(2, size) if isinstance(size, str) else integer(1, size)) for size in shape]
    return message(field, message(1, name), message(2, message(1, integer(1, kind), message(2, *sizes))))
