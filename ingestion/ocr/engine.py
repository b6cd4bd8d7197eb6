"""The recogniser's three networks (PP-OCR, Apache-2.0) as plain functions over pictures: where is text, is it upright, what does it say.

Only the weights of the recogniser package are used (``ingestion.ocr.models``); what surrounds them is done here, so that character
positions, threads and memory are ours to decide. Heavy: import only in the worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
import onnxruntime

from ingestion.ocr.models import DETECTION, DIRECTION, RECOGNITION, model_folder

_TEXT_AT = 0.3
_REGION_SCORE = 0.5
_GROW = 1.6
_LINE_HEIGHT = 48
_DIRECTION_SIZE = (192, 48)
_BATCH = 6
_SMALLEST_SIDE = 3

Pixels = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels, upper ends excluded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Char:
    """A recognised character: ``centre`` as a fraction of the strip's width, ``score`` 0..1."""

    char: str
    centre: float
    score: float


class Engine:
    """Sessions are opened when first needed and kept. Pictures are BGR arrays of bytes, as OpenCV has them."""

    def __init__(self, *, threads: int) -> None:
        self._folder = model_folder()
        self._threads = threads

    def _session(self, name: str) -> Any:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # Every page has another size: an arena would keep the largest of everything, spinning threads would burn a core while waiting.
        options.enable_cpu_mem_arena = False
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return onnxruntime.InferenceSession(str(self._folder / name), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _detection(self) -> Any:
        return self._session(DETECTION)

    @cached_property
    def _direction(self) -> Any:
        return self._session(DIRECTION)

    @cached_property
    def _recognition(self) -> Any:
        return self._session(RECOGNITION)

    @cached_property
    def alphabet(self) -> list[str]:
        """Class index → character; class 0 is "no character", the last one a space."""
        return ["", *self._recognition.get_modelmeta().custom_metadata_map["character"].splitlines(), " "]

    def regions(self, picture: Any, *, long_side: int) -> list[Pixels]:
        """Boxes around runs of text, found on a copy whose longer side is ``long_side``, in pixels of ``picture``."""
        height, width = picture.shape[:2]
        scale = long_side / max(height, width)
        wide, high = (max(32, round(side * scale / 32) * 32) for side in (width, height))
        small = cv2.resize(picture, (wide, high), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
        chance = _run(self._detection, _normal(small)[None])[0, 0]
        mask = cv2.dilate((chance > _TEXT_AT).astype(np.uint8), np.ones((2, 2), np.uint8))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
        boxes: list[Pixels] = []
        for label in range(1, count):
            x, y, w, h, _ = (int(v) for v in stats[label])
            if min(w, h) < _SMALLEST_SIDE:
                continue
            inside = labels[y : y + h, x : x + w] == label
            if chance[y : y + h, x : x + w][inside].mean() < _REGION_SCORE:
                continue
            # The network marks the core of a line only: it is grown by area over perimeter, as it was trained.
            grow = w * h * _GROW / (2 * (w + h))
            fx, fy = width / wide, height / high
            x0, y0 = max(round((x - grow) * fx), 0), max(round((y - grow) * fy), 0)
            x1, y1 = min(round((x + w + grow) * fx), width), min(round((y + h + grow) * fy), height)
            if x1 - x0 >= _SMALLEST_SIDE and y1 - y0 >= _SMALLEST_SIDE:
                boxes.append((x0, y0, x1, y1))
        return boxes

    def upside_down(self, strips: Sequence[Any]) -> float:
        """The share of ``strips`` (pictures of one line) that stand on their head for certain."""
        turned = 0
        for strip in strips:
            height, width = strip.shape[:2]
            fit = min(_DIRECTION_SIZE[0], max(1, round(_LINE_HEIGHT * width / height)))
            padded = np.zeros((3, _LINE_HEIGHT, _DIRECTION_SIZE[0]), np.float32)
            padded[:, :, :fit] = _normal(cv2.resize(strip, (fit, _LINE_HEIGHT)))
            turned += bool(_run(self._direction, padded[None])[0][1] > 0.9)
        return turned / max(len(strips), 1)

    def texts(self, strips: Sequence[Any]) -> list[tuple[Char, ...]]:
        """The characters of each strip, left to right; spaces are characters too."""
        order = sorted(range(len(strips)), key=lambda i: strips[i].shape[1] / strips[i].shape[0])
        found: list[tuple[Char, ...]] = [()] * len(strips)
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            widths = [max(8, round(_LINE_HEIGHT * strips[i].shape[1] / strips[i].shape[0])) for i in batch]
            room = max(320, -(-max(widths) // 32) * 32)
            stack = np.zeros((len(batch), 3, _LINE_HEIGHT, room), np.float32)
            for row, (index, width) in enumerate(zip(batch, widths, strict=True)):
                stack[row, :, :, :width] = _normal(cv2.resize(strips[index], (width, _LINE_HEIGHT)))
            scores = _run(self._recognition, stack)
            for row, (index, width) in enumerate(zip(batch, widths, strict=True)):
                found[index] = self._decode(scores[row], room / width)
        return found

    def _decode(self, scores: Any, stretch: float) -> tuple[Char, ...]:
        """Connectionist decoding: repeats of a class are one character, class 0 separates."""
        best, chance = scores.argmax(axis=1), scores.max(axis=1)
        steps = len(best)
        out: list[Char] = []
        start = 0
        while start < steps:
            end = start
            while end + 1 < steps and best[end + 1] == best[start]:
                end += 1
            if best[start] != 0:
                centre = min(((start + end) / 2 + 0.5) / steps * stretch, 1.0)
                out.append(
                    Char(char=self.alphabet[best[start]], centre=centre, score=float(chance[start : end + 1].max()))
                )
            start = end + 1
        return tuple(out)


def _run(session: Any, batch: Any) -> Any:
    return session.run(None, {session.get_inputs()[0].name: batch})[0]


def _normal(picture: Any) -> Any:
    """Channels first, −1..1."""
    return (picture.astype(np.float32).transpose(2, 0, 1) / 255.0 - 0.5) / 0.5
