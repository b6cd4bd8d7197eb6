"""Where the recogniser's weights are: inside the installed rapidocr wheel, found by path, the package itself never imported.

Nothing else is ever looked for, so nothing can be fetched: what is not installed is ``Unavailable``.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

from app.domain.errors import Unavailable

DETECTION = "PP-OCRv6_det_small.onnx"
RECOGNITION = "PP-OCRv6_rec_small.onnx"
DIRECTION = "ch_ppocr_mobile_v2.0_cls_mobile.onnx"
_LIBRARIES = ("onnxruntime", "cv2", "numpy")


def model_folder() -> Path:
    """The folder of the weights. Raises Unavailable (``ocr_missing``) when the package or one of the files is not there."""
    spec = importlib.util.find_spec("rapidocr")
    folder = Path(spec.origin).parent / "models" if spec is not None and spec.origin else None
    if folder is None or not all((folder / name).is_file() for name in (DETECTION, RECOGNITION, DIRECTION)):
        raise _missing()
    return folder


@cache
def check_models() -> None:
    """Raises Unavailable (``ocr_missing``) unless weights and libraries are all installed. Loads none of them."""
    model_folder()
    if any(importlib.util.find_spec(name) is None for name in _LIBRARIES):
        raise _missing()


def _missing() -> Unavailable:
    return Unavailable("ocr_missing", "文字识别组件没有安装完整。", fix="请重新运行安装（make setup），或提供电子版文件。")
