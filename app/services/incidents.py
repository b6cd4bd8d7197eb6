"""Faults of the program itself: the traceback goes into a log file under the home directory, the user gets a sentence."""

from __future__ import annotations

import contextlib
import traceback
from datetime import UTC, datetime
from pathlib import Path

LOG = "logs/errors.log"
LIMIT = 2 << 20


def note_incident(home: Path | None, error: BaseException, doing: str) -> Path | None:
    """Append the traceback to ``logs/errors.log`` under ``home``; returns the file, or None when it cannot be written.

    The file starts anew above two megabytes; the one before is kept as ``errors.log.1``."""
    if home is None:
        return None
    file = home / LOG
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists() and file.stat().st_size > LIMIT:
            file.replace(file.with_suffix(".log.1"))
        text = "".join(traceback.format_exception(error))
        with file.open("a", encoding="utf-8", errors="backslashreplace") as out:
            out.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {doing}\n{text}\n")
        return file
    return None
