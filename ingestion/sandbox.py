"""Reading files from outside in a process of their own: limited time, memory, files and output; a crash is a refusal.

read_in_sandbox(path)        one file, one process
read_many(paths)             many files, one warm process, limits per file
Worker                       the process itself, for other operations (``ingestion.rendering``)
"""

from __future__ import annotations

import json
import os
import resource
import signal
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.errors import InputRefused
from app.domain.page import Document
from app.domain.plain import from_plain
from ingestion import isolated, limits

#: A process is replaced after so many files, so that nothing a library leaks adds up.
_FILES_PER_PROCESS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxLimits:
    """Per file: seconds on the clock and on the processor, bytes of address space and of result."""

    wall_seconds: float = limits.SANDBOX_WALL_SECONDS
    cpu_seconds: int = limits.SANDBOX_CPU_SECONDS
    memory_bytes: int = limits.SANDBOX_MEMORY_BYTES
    output_bytes: int = limits.SANDBOX_OUTPUT_BYTES


DEFAULT_LIMITS = SandboxLimits()


def read_in_sandbox(
    path: Path, *, filename: str | None = None, sandbox_limits: SandboxLimits = DEFAULT_LIMITS
) -> Document:
    """Reads one file; ``filename`` is its name for the user when ``path`` is a blob's.

    Raises InputRefused with the ids of ``ingestion.reading.read_document`` and ``unreadable_file`` (the path cannot be
    opened), ``reader_timeout``, ``reader_memory``, ``reader_crashed``.
    """
    with Worker(sandbox_limits) as worker:
        return read_with(worker, path, filename=filename)


def read_many(
    paths: Iterable[Path], *, sandbox_limits: SandboxLimits = DEFAULT_LIMITS
) -> Iterator[Document | InputRefused]:
    """One result a path, in order: the document, or the refusal as a value. A file that brings the process down does not
    touch the others: the next one gets a new process."""
    with Worker(sandbox_limits) as worker:
        for path in paths:
            try:
                yield read_with(worker, path)
            except InputRefused as refusal:
                yield refusal


def read_with(worker: Worker, path: Path, *, filename: str | None = None) -> Document:
    """As ``read_in_sandbox`` in a worker that is already there."""
    name = filename or path.name
    result = worker.ask("read", load(path, name), name)
    document: Document = from_plain(Document, json.loads(result))
    return document


def load(path: Path, name: str) -> bytes:
    """The bytes of ``path``. Raises InputRefused ``unreadable_file``, ``too_large`` (before reading)."""
    try:
        size = path.stat().st_size
        if size > limits.MAX_FILE_BYTES:
            raise InputRefused(
                "too_large",
                f"文件过大：{size // limits.MB} MB，上限 {limits.MAX_FILE_BYTES // limits.MB} MB。",
                fix="请拆分成较小的文件，或只保留与能源数据有关的部分再上传。",
                subject=name,
            )
        return path.read_bytes()
    except OSError as error:
        raise InputRefused(
            "unreadable_file",
            f"文件打不开：{error.strerror or type(error).__name__}。",
            fix="请检查路径和读取权限；文件夹请逐个选择其中的文件。",
            subject=name,
        ) from error


class Worker:
    """A reading process, started when first asked and again after it died. Not for use by two threads at once."""

    def __init__(self, sandbox_limits: SandboxLimits = DEFAULT_LIMITS) -> None:
        self._limits = sandbox_limits
        self._process: isolated.Process | None = None
        self._answered = 0
        self._born_with = 0

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def ask(self, operation: str, data: bytes, filename: str, **parameters: Any) -> bytes:
        """The result of ``operation`` over ``data``. Raises InputRefused as ``read_in_sandbox``."""
        if self._answered >= _FILES_PER_PROCESS:
            self.close()
        process = self._process or self._start()
        header = {"operation": operation, "filename": filename, "size": len(data), **parameters}
        timed_out = threading.Event()

        def give_up() -> None:
            timed_out.set()
            isolated.kill(process)

        timer = threading.Timer(self._limits.wall_seconds, give_up)
        timer.start()
        try:
            reply = isolated.exchange(process, header, data, reply_bytes=self._limits.output_bytes)
        finally:
            timer.cancel()
        if reply is None:
            raise self._post_mortem(process, timed_out.is_set(), filename)
        self._answered += 1
        error, result = reply
        if error is not None:
            if error["id"] == "reader_memory":
                self.close()
            raise _refusal(error, filename)
        return result

    def close(self) -> None:
        """Ends the process. Harmless when there is none."""
        process, self._process, self._answered = self._process, None, 0
        if process is not None:
            isolated.close(process)

    def _start(self) -> isolated.Process:
        settings = {
            "memory_bytes": self._limits.memory_bytes,
            "cpu_seconds": self._limits.cpu_seconds,
            "output_bytes": self._limits.output_bytes,
            "open_files": limits.SANDBOX_OPEN_FILES,
        }
        script = Path(__file__).with_name("sandbox_worker.py")
        self._born_with = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self._process = isolated.start(script, json.dumps(settings), environment={"OMP_NUM_THREADS": "1"})
        return self._process

    def _post_mortem(self, process: isolated.Process, timed_out: bool, filename: str) -> InputRefused:
        """Why the process ended without an answer."""
        isolated.kill(process)
        status, usage = 0, None
        if process.returncode is None:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.close()
        if timed_out or process.returncode == -signal.SIGXCPU:
            return _refusal({"id": "reader_timeout"}, filename)
        # A child's peak starts at what its parent held when it was made: only what rises above that is the child's own.
        peak = usage.ru_maxrss if usage is not None else 0
        if peak > self._born_with and peak * 1024 > 0.5 * self._limits.memory_bytes:
            return _refusal({"id": "reader_memory"}, filename)
        return _refusal({"id": "reader_crashed"}, filename)


_REASONS = {
    "reader_timeout": ("读取超时，已停止。", "文件可能异常复杂；请拆分，或用原程序打开后另存一份再上传。"),
    "reader_memory": ("读取所需内存超过上限，已停止。", "文件可能异常庞大；请拆分，或用原程序打开后另存一份再上传。"),
    "reader_output": ("文件内容过多，已停止读取。", "请拆分成较小的文件，或只保留与能源数据有关的部分再上传。"),
    "reader_crashed": ("读取程序意外退出，文件可能已损坏。", "请重新下载，或用原程序打开后另存一份再上传。"),
}


def _refusal(error: dict[str, str], filename: str) -> InputRefused:
    identifier = error["id"]
    message, fix = _REASONS.get(identifier, (error.get("message", ""), error.get("fix", "")))
    if identifier == "reader_output":
        identifier = "too_large"
    return InputRefused(identifier, message, fix=fix, subject=error.get("subject") or filename)
