"""The door to text recognition: one worker process, started when the first picture comes, watched, replaced when it fails.

    Recogniser            the process; use as a context manager
    shared_recogniser()   the one of this Python process, for everybody; it ends by itself when nobody has asked for a while
"""

from __future__ import annotations

import atexit
import json
import os
import threading
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.domain.errors import InputRefused
from app.domain.page import Rule, Word
from app.domain.plain import from_plain
from ingestion import isolated
from ingestion.ocr import limits

_WATCH_EVERY = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What a page picture says. ``turn``: by how many degrees clockwise the page was turned to read it; words and rules are
    fractions of the turned page, ``width`` × ``height`` its pixels."""

    words: tuple[Word, ...]
    rules: tuple[Rule, ...]
    turn: float
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecogniserLimits:
    """Seconds a page may take, resident bytes, threads, seconds without a page after which the process ends."""

    page_seconds: float = limits.PAGE_SECONDS
    resident_bytes: int = limits.RESIDENT_BYTES
    threads: int = limits.THREADS
    idle_seconds: float = limits.IDLE_SECONDS


class Recogniser:
    """Pages in, words out; may be used by several threads, which wait for each other."""

    def __init__(self, recogniser_limits: RecogniserLimits = RecogniserLimits()) -> None:
        self._limits = recogniser_limits
        self._process: isolated.Process | None = None
        self._pages = 0
        self._lock = threading.RLock()
        self._idle: threading.Timer | None = None

    def __enter__(self) -> Recogniser:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def process_id(self) -> int | None:
        """The worker's process id while there is one."""
        return self._process.pid if self._process else None

    def read(self, picture: bytes, *, page: int = 1) -> Recognised:
        """Words and rules of a page picture (PNG or JPEG).

        Raises InputRefused: ``ocr_timeout``, ``ocr_memory``, ``ocr_crashed``, ``ocr_unreadable`` (not a picture); Unavailable
        ``ocr_missing`` when the recogniser is not installed.
        """
        from ingestion.ocr.models import check_models

        check_models()
        with self._lock:
            self._cancel_idle()
            try:
                return self._ask(picture, page)
            finally:
                self._close_when_idle()

    def close(self) -> None:
        """Ends the process. Harmless when there is none."""
        with self._lock:
            self._cancel_idle()
            process, self._process, self._pages = self._process, None, 0
            if process is not None:
                isolated.close(process)

    def _ask(self, picture: bytes, page: int) -> Recognised:
        if self._pages >= limits.PAGES_PER_PROCESS:
            self.close()
        process = self._process or self._start()
        watch = _Watch(process, self._limits)
        try:
            reply = isolated.exchange(process, {"page": page, "size": len(picture)}, picture, reply_bytes=limits.REPLY_BYTES)
        finally:
            reason = watch.end()
        if reply is None:
            self.close()
            raise _refusal(reason or "ocr_crashed")
        self._pages += 1
        error, result = reply
        if error is not None:
            raise _refusal("ocr_unreadable")
        return from_plain(Recognised, json.loads(result))

    def _start(self) -> isolated.Process:
        threads = str(self._limits.threads)
        script = Path(__file__).with_name("worker.py")
        self._process = isolated.start(script, threads, environment={"OMP_NUM_THREADS": threads})
        return self._process

    def _close_when_idle(self) -> None:
        if self._process is None:
            return
        self._idle = threading.Timer(self._limits.idle_seconds, self.close)
        self._idle.daemon = True
        self._idle.start()

    def _cancel_idle(self) -> None:
        timer, self._idle = self._idle, None
        if timer is not None:
            timer.cancel()


@cache
def shared_recogniser() -> Recogniser:
    """The recogniser of this process."""
    recogniser = Recogniser()
    atexit.register(recogniser.close)
    return recogniser


class _Watch:
    """Looks at time and memory while a page is read; the process that exceeds a limit is killed and the reason kept."""

    def __init__(self, process: isolated.Process, bounds: RecogniserLimits) -> None:
        self._process, self._bounds = process, bounds
        self._over = threading.Event()
        self._reason: str | None = None
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> str | None:
        """Stops looking; the reason for which the process was killed."""
        self._over.set()
        self._thread.join()
        return self._reason

    def _look(self) -> None:
        deadline = time.monotonic() + self._bounds.page_seconds
        while not self._over.wait(_WATCH_EVERY):
            if time.monotonic() > deadline:
                self._reason = "ocr_timeout"
            elif resident_bytes(self._process.pid) > self._bounds.resident_bytes:
                self._reason = "ocr_memory"
            if self._reason is not None:
                isolated.kill(self._process)
                return


def resident_bytes(pid: int) -> int:
    """Memory a process really holds; 0 where the system does not say (no /proc)."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


_REASONS = {
    "ocr_timeout": "图片识别超时，已停止",
    "ocr_memory": "图片识别所需内存超过上限，已停止",
    "ocr_crashed": "图片识别程序意外退出",
    "ocr_unreadable": "图片无法解码",
}


def _refusal(identifier: str) -> InputRefused:
    fix = "请提供电子版（数电票 XML、OFD、可选中文字的 PDF 或表格），或重新扫描后再上传。"
    return InputRefused(identifier, f"{_REASONS[identifier]}。", fix=fix)
