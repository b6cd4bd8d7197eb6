"""The command line. ``main`` is the entry point; commands live in one module a noun and import services when they run."""

from __future__ import annotations

from app.cli.main import main

__all__ = ["main"]
