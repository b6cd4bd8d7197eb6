"""A server that goes away loses nothing and doubles nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

from starlette.testclient import TestClient

from app.bootstrap import open_workspace
from app.services import intake, projects
from tests.web.events import parse_events


def test_what_was_received_is_read_after_a_restart(tmp_path: Path, small_documents: Path, serve: Callable[..., TestClient]) -> None:
    """The process ends between receiving and reading: at the next start every document is read exactly once."""
    home = tmp_path / "home"
    ws = open_workspace(home)
    project = projects.add_project(ws, '[factory]\nname = "示范厂"\nprovince = "安徽"\nyear = 2025\n')
    names = ["台账_车辆加油_2025H1.xlsx", "发票_柴油_2025Q4.pdf"]
    for name in names:
        data = io.BytesIO((small_documents / name).read_bytes())
        intake.receive(ws, project, iter(lambda data=data: data.read(4096), b""), name)
    ws.engine.dispose()
    with serve(home) as client:
        page = client.get("/projects/p1/documents").text
        job = re.search(r'sse-connect="([^"]+)"', page)
        if job:  # still running: the page shows its progress
            assert parse_events(client.get(job[1]).text)[-1].event == "end"
        documents = client.get("/api/v1/projects/p1/documents").json()["documents"]
        assert {d["file"]: d["status"] for d in documents} == dict.fromkeys(names, "read")
        ids = [r["id"] for r in client.get("/api/v1/projects/p1/records").json()["records"]]
        assert len(ids) == len(set(ids)) == 7
