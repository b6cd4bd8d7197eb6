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
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.errors import InputRefused
from app.domain.page import Document
from app.domain.plain import from_plain
from ingestion import limits

#: A process is replaced after so many files, so that nothing a library leaks adds up.
_FILES_PER_PROCESS = 60
_LONGEST_HEADER = 1 << 20


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
        self._process: subprocess.Popen[bytes] | None = None
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
            _kill(process)

        timer = threading.Timer(self._limits.wall_seconds, give_up)
        timer.start()
        try:
            reply = _exchange(process, json.dumps(header).encode() + b"\n", data, self._limits.output_bytes)
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
        if process is None:
            return
        _kill(process)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        if process.returncode is None:
            process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        settings = {
            "memory_bytes": self._limits.memory_bytes,
            "cpu_seconds": self._limits.cpu_seconds,
            "output_bytes": self._limits.output_bytes,
            "open_files": limits.SANDBOX_OPEN_FILES,
        }
        script = Path(__file__).with_name("sandbox_worker.py")
        self._born_with = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-X", "utf8", str(script), json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            cwd="/",
            start_new_session=True,
        )
        return self._process

    def _post_mortem(self, process: subprocess.Popen[bytes], timed_out: bool, filename: str) -> InputRefused:
        """Why the process ended without an answer."""
        _kill(process)
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


def _exchange(
    process: subprocess.Popen[bytes], header: bytes, data: bytes, output_bytes: int
) -> tuple[dict[str, str] | None, bytes] | None:
    """(error, result), None when the process ended or spoke nonsense."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(header)
        process.stdin.write(data)
        process.stdin.flush()
        line = process.stdout.readline(_LONGEST_HEADER)
        reply = json.loads(line) if line.endswith(b"\n") else None
        if not isinstance(reply, dict) or not 0 <= reply["size"] <= output_bytes:
            return None
        result = process.stdout.read(reply["size"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return (reply.get("error"), result) if len(result) == reply["size"] else None


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return


def _environment() -> dict[str, str]:
    """Nothing of the parent's but what a Python installation may need to load its libraries."""
    kept = {k: os.environ[k] for k in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if k in os.environ}
    return kept | {"LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


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
