"""lingtan serve."""

from __future__ import annotations

import click

from app.cli.output import common_options, note


@click.command("serve", help="启动网页应用与 /api/v1")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址")
@click.option("--port", default=8000, show_default=True, type=int, help="端口")
@common_options
def serve(host: str, port: int) -> int:
    from app.web.server import run_server

    home = click.get_current_context().find_root().meta.get("home")
    note(f"打开 http://{host}:{port}  （Ctrl-C 停止）")
    return run_server(home, host=host, port=port)


COMMANDS = (serve,)
