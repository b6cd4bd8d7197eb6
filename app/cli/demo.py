"""lingtan demo."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.output import common_options, emit, home_option, note, wants_json
from app.cli.words import command


@command("demo", help="用演示工厂的原始单据跑完整个过程")
@click.option("--out", default="demo-out", show_default=True, type=click.Path(path_type=Path), metavar="DIR", help="输出目录")
@common_options
def demo(out: Path) -> int:
    from app.bootstrap import open_workspace
    from app.services.demonstration import demonstrate, demonstration_text

    home = Path(home_option() or out / ".lingtan")
    result = demonstrate(home.resolve(), out, open_workspace, say=note, fancy=not wants_json())
    emit(result, lambda: demonstration_text(result))
    return 0


COMMANDS = (demo,)
