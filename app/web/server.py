"""Run the application with uvicorn."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from app.bootstrap import open_workspace
from app.domain.errors import UsageError


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def run_server(home: str | Path | None, *, host: str, port: int) -> int:
    """Serve until stopped. Raises UsageError for an address that would open the data to the network without a key."""
    import uvicorn

    from app.services.keys import has_keys
    from app.web.application import create_application

    ws = open_workspace(home)
    if not is_loopback(host) and not has_keys(ws):
        raise UsageError(
            "key_required",
            f"监听 {host} 会让网络中的其他人看到企业数据，须先建立访问密钥",
            fix="先运行 lingtan key add 名称，再启动；或只在本机使用（--host 127.0.0.1）",
        )
    application = create_application(ws, hosts=(host,))
    config = uvicorn.Config(application, host=host, port=port, log_level="warning", server_header=False, timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    server.run()
    return 0 if server.started else 3
