"""Page pictures for review, drawn in the sandbox: the file is as foreign here as when it was read."""

from __future__ import annotations

import json
from pathlib import Path

from ingestion.sandbox import DEFAULT_LIMITS, SandboxLimits, Worker, load


def render_page(
    path: Path,
    page: int,
    *,
    width_px: int = 1200,
    filename: str | None = None,
    sandbox_limits: SandboxLimits = DEFAULT_LIMITS,
) -> bytes:
    """Page ``page`` (from 1) as PNG, ``width_px`` wide (16–4000). PDF as printed, OFD from its words, rules and images,
    pictures re-encoded.

    Raises InputRefused: ``not_renderable`` for tables and texts, ``no_such_page``, and the refusals of ``read_in_sandbox``.
    """
    name = filename or path.name
    with Worker(sandbox_limits) as worker:
        return worker.ask("render", load(path, name), name, page=page, width_px=width_px)


def page_sizes(
    path: Path, *, filename: str | None = None, sandbox_limits: SandboxLimits = DEFAULT_LIMITS
) -> tuple[tuple[float, float], ...]:
    """(width, height) of every page in points. Raises InputRefused as ``render_page``."""
    name = filename or path.name
    with Worker(sandbox_limits) as worker:
        sizes = json.loads(worker.ask("sizes", load(path, name), name))
    return tuple((float(width), float(height)) for width, height in sizes)
