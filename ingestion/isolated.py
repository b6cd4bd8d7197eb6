"""A process of our own for work on bytes from outside: started bare, spoken to by one header line and its bytes, killed with all it
started.

    start(script, argument, environment)      a Python that knows neither the user's site packages nor the parent's environment
    exchange(process, header, data, …)        one request and its reply
    kill(process) · close(process)            end it, with its children; close also gives back the pipes
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

Process = subprocess.Popen[bytes]
LONGEST_HEADER = 1 << 20
KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What of the parent's environment a Python installation may need to load its libraries."""


def start(script: Path, argument: str, *, environment: Mapping[str, str]) -> Process:
    """A process that runs ``script`` with one argument in a session of its own."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-I", "-B", "-X", "utf8", str(script), argument],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=kept | {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"} | dict(environment),
        cwd="/",
        start_new_session=True,
    )


def exchange(process: Process, header: Mapping[str, Any], data: bytes, *, reply_bytes: int) -> tuple[Any, bytes] | None:
    """(error, result) of one request; None when the process ended, spoke nonsense or promised more than ``reply_bytes``."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(header).encode() + b"\n")
        process.stdin.write(data)
        process.stdin.flush()
        line = process.stdout.readline(LONGEST_HEADER)
        reply = json.loads(line) if line.endswith(b"\n") else None
        if not isinstance(reply, dict) or not 0 <= reply["size"] <= reply_bytes:
            return None
        result = process.stdout.read(reply["size"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return (reply.get("error"), result) if len(result) == reply["size"] else None


def kill(process: Process) -> None:
    """Harmless when it has ended and was waited for."""
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def close(process: Process) -> None:
    """Kill, give back the pipes and wait."""
    kill(process)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    if process.returncode is None:
        process.wait()
