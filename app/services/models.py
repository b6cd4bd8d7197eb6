"""The models of this installation: which are in use, and the bundled one as a directory for sentence-transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.domain.errors import UsageError, system_reason
from app.settings import Settings

NEEDED_BYTES = 300 << 20
WHY_NOT_EMPTY = "目标文件夹不是空的"


def engine_setting(settings: Settings) -> str:
    """The engine's name for ``open_embedder``."""
    return "" if settings.embedder in ("", "e5") else settings.embedder


def models_in_use(settings: Settings) -> dict[str, Any]:
    """Opens what the settings name. Raises Unavailable or UsageError, with the reason, when it cannot be opened."""
    from app.retrieval.embedder import open_embedder
    from app.retrieval.reranker import LATE_INTERACTION, open_reranker

    engine = open_embedder(engine_setting(settings))
    vector = engine.encode_query("零碳工厂")
    open_reranker(settings.reranker)
    late = settings.reranker.strip() in LATE_INTERACTION
    return {
        "embedder": settings.embedder or "e5",
        "engine_id": engine.engine_id,
        "dimension": len(vector.vector),
        "token_vectors": vector.tokens is not None,
        "reranker": "maxsim" if late else settings.reranker,
        "language_model": settings.llm_model,
    }


def models_text(found: dict[str, Any]) -> str:
    late = "词级向量逐词匹配" if found["token_vectors"] else "句向量（这个引擎不给词级向量）"
    return "\n".join((
        f"向量引擎：{found['embedder']}（{found['engine_id']}，{found['dimension']} 维）",
        f"重排：{late if found['reranker'] == 'maxsim' else found['reranker']}",
        f"语言模型：{found['language_model'] or '未配置（不需要）'}",
    ))


def export_e5(folder: Path) -> dict[str, Any]:
    """The bundled model written for sentence-transformers. Raises UsageError when the folder holds files or cannot be written,
    or when the disk has no room."""
    import shutil

    from app.retrieval.embedder import bundled_weights
    from app.retrieval.export import export_model
    from app.retrieval.weights import WeightsFile

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("folder_not_empty", f"{WHY_NOT_EMPTY}：{folder}", fix="换一个新的或空的文件夹", subject=str(folder))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(folder).free < NEEDED_BYTES:
            raise UsageError("disk_full", f"磁盘空间不足：模型约需 {NEEDED_BYTES >> 20} MB", fix="换一个位置", subject=str(folder))
        size = export_model(WeightsFile(bundled_weights()), folder)
    except OSError as error:
        raise UsageError("folder_not_writable", f"无法写入 {folder}：{system_reason(error)}", fix="换一个可写的位置",
                         subject=str(folder)) from error
    return {"folder": str(folder), "bytes": size, "setting": f"LINGTAN_EMBEDDER=sentence-transformers:{folder}"}
