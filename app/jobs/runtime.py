"""The job engine of one server process: DBOS on a second SQLite file in the home directory.

One process owns a home at a time (a lock file says so), so the executor id can be constant and a restart takes up exactly its own
unfinished work. The application version is constant too: jobs of yesterday's code are not stranded by today's."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO, Any

from app.domain.errors import Conflict
from app.services.workspace import Workspace

EXECUTOR = "lingtan-1"
VERSION = "jobs-1"

_workspace: Workspace | None = None
_lock: IO[str] | None = None


def workspace() -> Workspace:
    """The workspace of this process. Only valid between start and stop."""
    assert _workspace is not None, "jobs are not running"
    return _workspace


def claim(home: Path) -> None:
    """Make this process the one that serves ``home``; a second call in the same process changes nothing. Raises Conflict when
    another process does. The command line claims before the server starts, so that the refusal is a sentence."""
    global _lock
    if _lock is not None:
        return
    handle = (home / "serve.lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise Conflict(
            "home_in_use",
            f"数据目录 {home} 正被另一个 lingtan 服务使用",
            fix="停止另一个服务，或用 --home 指定别的目录",
            subject=str(home),
        ) from error
    _lock = handle


def start(ws: Workspace) -> None:
    """Launch the engine; unfinished workflows of an earlier process go on. Raises Conflict when the home is in use."""
    global _workspace
    from dbos import DBOS

    import app.jobs.intake  # noqa: F401 - registers the workflows before launch
    from app.store.engine import make_job_engine

    claim(ws.settings.home)
    _workspace = ws
    url = f"sqlite:///{ws.settings.home / 'jobs.db'}"
    config: dict[str, Any] = {
        "name": "lingtan",
        "system_database_url": url,
        "system_database_engine": make_job_engine(url),
        "application_version": VERSION,
        "executor_id": EXECUTOR,
        "log_level": "WARNING",
        "run_admin_server": False,
        "notification_listener_polling_interval_sec": 0.1,
    }
    DBOS(config=config)  # type: ignore[arg-type]
    DBOS.launch()


def stop() -> None:
    """Stop the engine; running steps end at their next checkpoint and go on at the next start."""
    global _workspace, _lock
    from dbos import DBOS

    DBOS.destroy()
    if _lock is not None:
        _lock.close()
        _lock = None
    _workspace = None
