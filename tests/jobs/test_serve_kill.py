"""A real server process: killed in the middle of its work as often as it takes, nothing is lost and nothing doubled."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import open_workspace
from app.demo.documents import profile_toml
from app.services.intake import expand
from app.services.projects import add_project
from app.services.review import list_records
from app.services.verification import verify_project
from app.store import rows

LINGTAN = Path(sys.executable).with_name("lingtan")
PORTS = range(8161, 8181)


class Server:
    """``lingtan serve`` on a port of its own, in its own process group."""

    def __init__(self, home: Path, port: int) -> None:
        self.port = port
        self.log = home.parent / f"serve-{port}-{time.monotonic_ns()}.log"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LINGTAN_")}
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [LINGTAN, "--home", str(home), "serve", "--port", str(port)],
                stdout=out,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )

    def call(self, path: str, data: bytes | None = None, kind: str = "application/json") -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, headers={"Content-Type": kind})
        with urllib.request.urlopen(request, timeout=20) as response:
            return json.loads(response.read())

    def wait_up(self, seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log.read_text("utf-8", errors="replace")[-3000:]
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2).close()
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the server did not come up: " + self.log.read_text("utf-8", errors="replace")[-3000:])

    def kill(self) -> None:
        """The whole group, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> float:
        """Ask nicely; returns how long it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(15)
        return time.monotonic() - started


def free_port() -> int:
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    pytest.skip("no free port between 8161 and 8180")


@pytest.fixture
def start(home: Path) -> Iterator[Any]:
    servers: list[Server] = []

    def run(port: int | None = None) -> Server:
        servers.append(Server(home, port or free_port()))
        return servers[-1]

    yield run
    for server in servers:
        if server.process.poll() is None:
            server.kill()


def multipart(files: list[Path]) -> tuple[bytes, str]:
    boundary = "----lingtan-test-boundary"
    parts = []
    for file in files:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{file.name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        parts += [head.encode(), file.read_bytes(), b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


def chosen(documents: Path, folder: Path) -> list[Path]:
    """Fourteen invoices and bills, with one invoice in two formats."""
    folder.mkdir()
    wanted = [p for p in expand([documents]) if p.suffix in (".xml", ".pdf", ".ofd") and "电费" in p.name and "扫描" not in p.name]
    for path in wanted[:14]:
        shutil.copy(path, folder / path.name)
    return expand([folder])


def test_killed_again_and_again_nothing_is_lost_or_doubled(demo_documents: Path, home: Path, tmp_path: Path, start: Any) -> None:
    files = chosen(demo_documents, tmp_path / "files")
    assert len(files) == 14
    ws = open_workspace(home)
    project = add_project(ws, profile_toml())
    server = start()
    server.wait_up()
    body, kind = multipart(files)
    job = server.call(f"/api/v1/projects/{project.id}/documents", body, kind)["job"]
    chance = random.Random(14)
    killed_while_working = 0
    for _ in range(4):
        time.sleep(chance.uniform(0.05, 0.7))
        with ws.reading() as c:
            killed_while_working += bool(rows.documents(c, project.id, status="queued"))
        server.kill()
        server = start()
        server.wait_up()
    assert killed_while_working >= 2
    until = time.monotonic() + 90
    while server.call(f"/api/v1/jobs/{job}")["state"] == "running":
        assert time.monotonic() < until
        time.sleep(0.1)
    state = server.call(f"/api/v1/jobs/{job}")
    assert state["state"] == "done"
    assert state["result"]["total"] == 14
    assert server.stop() < 10
    with ws.reading() as c:
        documents = rows.documents(c, project.id)
        events = Counter(
            (type_, json.loads(payload).get("sha256"))
            for type_, payload in c.exec_driver_sql("SELECT type, payload FROM log_entry WHERE type LIKE 'document-%'")
        )
    assert [d.status for d in documents] == ["read"] * 14
    assert set(events.values()) == {1}
    assert Counter(type_ for type_, _ in events) == {"document-added": 14, "document-read": 14}
    records = list_records(ws, project)
    assert len(records) == sum(len(d.extraction.records) for d in documents if d.extraction)
    assert len({r.id for r in records}) == len(records) > 0
    report = verify_project(ws, project)
    assert report["findings"] == []
    ws.engine.dispose()


def test_documents_received_before_the_crash_are_taken_up_without_their_job(demo_documents: Path, home: Path, start: Any) -> None:
    """The process died between storing the files and starting the job."""
    from app.services.intake import receive_file

    ws = open_workspace(home)
    project = add_project(ws, profile_toml())
    for file in sorted(demo_documents.glob("发票_天然气*.xml")):
        receive_file(ws, project, file)
    server = start()
    server.wait_up()
    until = time.monotonic() + 60
    while server.call(f"/api/v1/projects/{project.id}")["documents"]["queued"]:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert server.call(f"/api/v1/projects/{project.id}")["documents"]["read"] == 2
    assert server.stop() < 10
    ws.engine.dispose()


def test_a_second_server_on_the_same_home_is_refused_in_chinese(home: Path, start: Any) -> None:
    first = start()
    first.wait_up()
    second = start()
    assert second.process.wait(60) == 2
    text = second.log.read_text("utf-8")
    assert "正被另一个 lingtan 服务使用" in text
    assert "Traceback" not in text
    first.call("/healthz")
    assert first.stop() < 10


def test_a_port_in_use_is_said_before_anything_starts(home: Path, start: Any) -> None:
    first = start()
    first.wait_up()
    second = start(first.port)
    assert second.process.wait(60) == 2
    assert "无法监听" in second.log.read_text("utf-8")
    assert first.stop() < 10


def test_the_command_line_and_the_server_share_a_home(demo_documents: Path, home: Path, start: Any) -> None:
    """Uploads, reviews and a backup from the command line while the server runs."""
    ws = open_workspace(home)
    project = add_project(ws, profile_toml())
    server = start()
    server.wait_up()
    files = sorted(demo_documents.glob("发票_天然气*"))
    body, kind = multipart(files[:3])
    server.call(f"/api/v1/projects/{project.id}/documents", body, kind)
    done = subprocess.run(
        [LINGTAN, "--home", str(home), "upload", "--json", "-p", project.id, *map(str, files)], capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    backup = subprocess.run([LINGTAN, "--home", str(home), "backup", str(home.parent / "b.tar.gz")], capture_output=True, text=True, check=False)
    assert backup.returncode == 0, backup.stderr
    until = time.monotonic() + 60
    while server.call(f"/api/v1/projects/{project.id}")["documents"]["queued"]:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert server.call(f"/api/v1/projects/{project.id}")["documents"]["total"] == len(files)
    assert server.stop() < 10
    assert verify_project(ws, project)["findings"] == []
    ws.engine.dispose()
