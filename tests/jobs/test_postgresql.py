"""The same work with PostgreSQL as the database: a real server of our own on a loopback port, stopped at the end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap import open_workspace
from app.services import account, intake, projects, review
from app.services.verification import verify_project

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
BIN = PROGRAMS[0] if PROGRAMS else None
pytestmark = pytest.mark.skipif(BIN is None, reason="没有 PostgreSQL 服务端程序")


def run(*command: str, folder: Path) -> None:
    """As the account the server insists on when we are root, else as ourselves."""
    words = ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else list(command)
    subprocess.run(words, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=60)


@pytest.fixture(scope="module")
def database() -> Iterator[str]:

    folder = Path(tempfile.mkdtemp(prefix="lingtan-pg-"))  # the parents of pytest's folders are closed to other accounts
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert BIN is not None
    run(str(BIN / "initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", "postgres", folder=folder)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run(str(BIN / "pg_ctl"), "-D", str(folder / "data"), "-o", options, "-l", str(folder / "log"), "-w", "start", folder=folder)
    try:
        run(str(BIN / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "lingtan", folder=folder)
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/lingtan"
    finally:
        run(str(BIN / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "-w", "stop", folder=folder)
        shutil.rmtree(folder, ignore_errors=True)


def test_a_project_lives_in_postgresql(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.demo.documents import profile_toml, write_documents

    monkeypatch.setenv("LINGTAN_DATABASE_URL", database)
    files = tmp_path / "files"
    files.mkdir()
    write_documents(files)
    some = sorted(p for p in files.iterdir() if "2025-01" in p.name or "柴油" in p.name)
    assert len(some) > 3
    ws = open_workspace(tmp_path / "home", actor="测试员")
    project = projects.add_project(ws, profile_toml())
    intake.upload(ws, project, some)
    review.confirm_clean(ws, project)
    run_id = account.account(ws, project).run_id
    ws.engine.dispose()

    again = open_workspace(tmp_path / "home", actor="测试员")
    stored = account.latest(again, again.project(project.id))
    assert stored is not None
    assert stored.run_id == run_id
    assert verify_project(again, again.project(project.id))["findings"] == []
    assert not list((tmp_path / "home").glob("*.db"))
