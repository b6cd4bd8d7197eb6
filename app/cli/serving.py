"""lingtan serve."""

from __future__ import annotations

import socket

import click

from app.cli.output import common_options, home_option, note
from app.cli.words import command
from app.domain.errors import UsageError, system_reason


@command("serve", help="启动网页应用与 /api/v1")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="H", help="监听地址")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), metavar="P", help="端口")
@common_options
def serve(host: str, port: int) -> int:
    from app.jobs.runtime import claim
    from app.settings import load_settings
    from app.web.server import run_server

    home = home_option()
    _free(host, port)
    claim(load_settings(home).home)
    note(f"打开 http://{host}:{port}  （Ctrl-C 停止）")
    return run_server(home, host=host, port=port)


def _free(host: str, port: int) -> None:
    """Raises UsageError when the address cannot be listened on: said before anything is started."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError) as error:
        reason = system_reason(error) if isinstance(error, OSError) and error.errno and error.errno > 0 else "没有这个地址"
        raise UsageError(
            "address_in_use", f"无法监听 {host}:{port}：{reason}", fix="换一个端口（--port），或停止占用它的程序", subject=f"{host}:{port}"
        ) from error


COMMANDS = (serve,)
