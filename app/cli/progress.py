"""A progress bar for work over many files, on stderr."""

from __future__ import annotations

import sys
from typing import TextIO

WIDTH = 28
FEW = 20
STEP_PERCENT = 5


class FileBar:
    """Called with (file name, stage) as ``services.intake.upload`` reports. One moving line on a terminal; elsewhere a line a file
    for a few files and a line every five per cent for many. ``total`` is the number of files; archives may bring more."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self._total = max(total, 1)
        self._stream = stream or sys.stderr
        self._moving = self._stream.isatty()
        self._done: dict[str, int] = {}
        self._told: dict[str, int] = {}

    def __call__(self, name: str, stage: str) -> None:
        done = self._done[stage] = self._done.get(stage, 0) + 1
        total = max(self._total, done)
        if self._moving:
            full = WIDTH * done // total
            self._write(f"\r\x1b[K{stage} [{'█' * full}{'·' * (WIDTH - full)}] {done}/{total} {name[:40]}")
            return
        percent = 100 * done // total
        if total <= FEW:
            self._write(f"  {stage} {name}\n")
        elif percent // STEP_PERCENT > self._told.get(stage, -1):
            self._told[stage] = percent // STEP_PERCENT
            self._write(f"  {stage} {done}/{total}\n")

    def close(self) -> None:
        """Leaves the cursor on a line of its own."""
        if self._moving and self._done:
            self._write("\n")

    def _write(self, text: str) -> None:
        self._stream.write(text.encode("utf-8", "backslashreplace").decode("utf-8"))
        self._stream.flush()
