"""A small factory for the web: some of the demonstration's files, a home filled from them once, clients on copies of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.bootstrap import open_workspace

SMALL = (
    "发票_电费_辅助户_2025-04.xml",
    "发票_柴油_2025Q4.pdf",
    "发票_电费_主户_2025-01.xml",
    "台账_车辆加油_2025H1.xlsx",
    "电费账单_主户_2025-01.pdf",
    "结算单_天然气_2025Q3.pdf",
    "结算单_蒸汽_2025H2.docx",
)
"""One of each kind of view: XML, PDF with a box, workbook, Word; a bill and its invoice, of which one is superseded."""


@pytest.fixture(scope="session")
def small_documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small set on disk, written once."""
    from app.demo.catalogue import plan_documents
    from app.demo.sheet import characters

    folder = tmp_path_factory.mktemp("small")
    planned = [p for p in plan_documents() if p.document.name in SMALL]
    assert len(planned) == len(SMALL)
    glyphs = characters(tuple(s for p in planned for s in p.sheets))
    for item in planned:
        (folder / item.document.name).write_bytes(item.write(glyphs))
    return folder


@pytest.fixture(scope="session")
def _small_home(small_documents: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where the small set was uploaded, bulk-confirmed and accounted."""
    from app.demo.documents import profile_toml
    from app.services import account, intake, projects, review

    root = tmp_path_factory.mktemp("small-home") / "home"
    workspace = open_workspace(root, actor="演示")
    project = projects.add_project(workspace, profile_toml())
    intake.upload(workspace, project, [small_documents])
    review.confirm_clean(workspace, project)
    account.account(workspace, project)
    workspace.engine.dispose()
    return root


@pytest.fixture(scope="session")
def serve() -> Callable[..., TestClient]:
    """A client over the application on a home. The index is not warmed: no fast test asks a real question."""
    import app.web.application as web

    def open_client(home: Path, **options: object) -> TestClient:
        web._warm = lambda _application: None  # type: ignore[assignment]
        application = web.create_application(open_workspace(home, actor="测试员"))
        return TestClient(application, base_url="http://localhost:8000", follow_redirects=False, **options)  # type: ignore[arg-type]

    return open_client


@pytest.fixture(scope="module")
def filled(_small_home: Path, tmp_path_factory: pytest.TempPathFactory, serve: Callable[..., TestClient]) -> Iterator[TestClient]:
    """A running application on a copy of the filled home, shared by the tests of one module; project ``p1``."""
    copy = tmp_path_factory.mktemp("filled") / "home"
    shutil.copytree(_small_home, copy)
    with serve(copy) as client:
        yield client


@pytest.fixture
def bare(tmp_path: Path, serve: Callable[..., TestClient]) -> Iterator[TestClient]:
    """A running application on an empty home."""
    with serve(tmp_path / "bare") as client:
        yield client


def token_of(client: TestClient) -> dict[str, str]:
    """The header a page's own requests carry."""
    html = client.get("/").text
    return {"X-CSRF-Token": html.split('"X-CSRF-Token": "')[1].split('"')[0], "HX-Request": "true"}


@pytest.fixture
def token() -> Callable[[TestClient], dict[str, str]]:
    return token_of


@pytest.fixture
def record() -> Callable[..., dict[str, object]]:
    """The first record of the filled project for which every given key has the given value."""

    def find(client: TestClient, **wanted: object) -> dict[str, object]:
        records = client.get("/api/v1/projects/p1/records").json()["records"]
        return next(r for r in records if all(r[k] == v for k, v in wanted.items()))

    return find
