"""lingtan models."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.output import common_options, emit, home_option, note
from app.cli.words import group


@group("models", help="检索用的模型：查看、导出、重新生成随库向量")
@common_options
def models() -> None: ...


@models.command("show", help="显示正在使用的向量引擎与重排模型，并试运行一次")
@common_options
def show() -> None:
    from app.services.models import models_in_use, models_text
    from app.settings import load_settings

    found = models_in_use(load_settings(home_option(), make=False))
    emit(found, lambda: models_text(found))


@models.command("export-e5", help="把内置的 e5 模型写成 sentence-transformers 能打开的文件夹（约 240 MB，不联网）")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@common_options
def export(folder: Path) -> None:
    from app.services.models import export_e5

    result = export_e5(folder)
    emit(result, lambda: f"已写入 {result['folder']}（{result['bytes'] >> 20} MB）。\n使用它：先 make ml，再设置 {result['setting']}")


@models.command("vectors", help="政策文本改动后，重新生成随库向量")
@common_options
def vectors() -> None:
    from app.services.policy_vectors import rebuild_vectors

    changed = rebuild_vectors(on_progress=lambda done, total: note(f"生成向量 {done}/{total}"))
    emit({"changed": changed}, lambda: f"已重新生成：{'、'.join(changed)}" if changed else "随库向量与文本一致，无需重新生成。")


COMMANDS = (models,)
