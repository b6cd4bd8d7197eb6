"""The composition root: the only place that builds adapters."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path

from app.services.workspace import Workspace
from app.settings import load_settings


def _actor() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "local"


def open_workspace(home: str | Path | None = None, *, actor: str | None = None) -> Workspace:
    """Open (and on first use create) a home directory."""
    from app.store.blobs import Blobs
    from app.store.schema import open_database

    settings = load_settings(home)
    engine = open_database(settings.database_url)
    return Workspace(
        settings=settings,
        engine=engine,
        blobs=Blobs.from_url(settings.blob_url, cache=settings.derived / "blobs"),
        clock=lambda: datetime.now(UTC),
        actor=actor or _actor(),
    )
