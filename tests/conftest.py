"""Fixtures shared by all tests: a temporary home, a workspace on it, and the demonstration's documents, written and read once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap import open_workspace
from app.services.workspace import Workspace


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the settings of whoever runs it."""
    for name in [n for n in os.environ if n.startswith("LINGTAN_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home directory."""
    return tmp_path / "home"


@pytest.fixture
def ws(home: Path) -> Iterator[Workspace]:
    """A workspace on an empty home."""
    workspace = open_workspace(home, actor="测试员")
    yield workspace
    workspace.engine.dispose()


@pytest.fixture(scope="session")
def demo_documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with every document of the demonstration factory, written once. Not to be changed by a test."""
    from app.demo.documents import write_documents

    folder = tmp_path_factory.mktemp("demo") / "documents"
    write_documents(folder)
    return folder


@pytest.fixture(scope="session")
def _demo_home(demo_documents: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where the demonstration's documents were uploaded, bulk-confirmed and accounted, made once."""
    from app.demo.documents import profile_toml
    from app.services import account, intake, projects, review

    root = tmp_path_factory.mktemp("demo-home") / "home"
    workspace = open_workspace(root, actor="演示")
    project = projects.add_project(workspace, profile_toml())
    intake.upload(workspace, project, [demo_documents])
    review.confirm_clean(workspace, project)
    account.account(workspace, project)
    workspace.engine.dispose()
    return root


@pytest.fixture
def demo_home(_demo_home: Path, tmp_path: Path) -> Path:
    """A copy of the demonstration's home, for one test to change."""
    copy = tmp_path / "demo-home"
    shutil.copytree(_demo_home, copy)
    return copy


@pytest.fixture
def demo_ws(demo_home: Path) -> Iterator[Workspace]:
    """A workspace on a copy of the demonstration's home; its project is ``p1``."""
    workspace = open_workspace(demo_home, actor="测试员")
    yield workspace
    workspace.engine.dispose()
