"""lingtan demo."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.output import common_options, emit, note, wants_json


@click.command("demo", help="用演示工厂的原始单据跑完整个过程")
@click.option("--out", default="demo-out", show_default=True, type=click.Path(path_type=Path), metavar="DIR", help="输出目录")
@common_options
def demo(out: Path) -> int:
    from app.bootstrap import open_workspace
    from app.services.demonstration import demonstrate, demonstration_text

    home = Path(click.get_current_context().find_root().meta.get("home") or out / ".lingtan")
    result = demonstrate(home.resolve(), out, open_workspace, say=note, fancy=not wants_json())
    emit(result, lambda: demonstration_text(result))
    return 0


COMMANDS = (demo,)
