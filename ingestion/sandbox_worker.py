"""The process in which files from outside are read. Started by ``ingestion.sandbox`` as a script, never imported by it.

It limits itself before it touches a byte, then answers requests until its input ends:

    request   one line of JSON {"operation", "filename", "size", …} and ``size`` bytes of file
    reply     one line of JSON {"size"} or {"size": 0, "error": {id, message, fix, subject}} and ``size`` bytes of result

Only what a request needs is imported.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO


def limit_process(*, memory_bytes: int, open_files: int) -> None:
    """Address space, open files, no files written, no core dumps. What the platform does not support stays unlimited."""
    for kind, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            _, hard = resource.getrlimit(kind)
            resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard),) * 2)
        except (ValueError, OSError):
            continue


def allow_cpu(seconds: int) -> None:
    """Ends the process (SIGXCPU) after ``seconds`` more of processor time, whatever it has used so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + seconds, hard))


def serve(requests: BinaryIO, replies: BinaryIO, *, cpu_seconds: int, output_bytes: int) -> None:
    """Answers requests one by one; returns at the end of input and after a memory error, when the process is spent."""
    from app.domain.errors import InputRefused

    while True:
        line = requests.readline()
        if not line:
            return
        request = json.loads(line)
        data = requests.read(request["size"])
        allow_cpu(cpu_seconds)
        spent = False
        result, error = b"", None
        try:
            result = answer(request, data)
        except InputRefused as refusal:
            error = refusal.to_plain()
        except MemoryError:
            spent, error = True, {"id": "reader_memory"}
        if len(result) > output_bytes:
            result, error = b"", {"id": "reader_output"}
        replies.write(json.dumps({"size": len(result), "error": error}).encode() + b"\n")
        replies.write(result)
        replies.flush()
        if spent:
            return


def answer(request: dict[str, Any], data: bytes) -> bytes:
    """The result of one request. Raises InputRefused."""
    if request["operation"] == "read":
        from app.domain.plain import to_plain
        from ingestion.reading import read_document

        document = to_plain(read_document(data, request["filename"]))
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    from ingestion.readers.page_image import draw_page, measure_pages

    if request["operation"] == "sizes":
        return json.dumps(measure_pages(data, request["filename"])).encode()
    if request["operation"] == "unpack":
        from ingestion.containers import to_wire, unpack_bytes

        return to_wire(unpack_bytes(data, request["filename"]))
    if request["operation"] == "scan":
        from ingestion.readers.scan_image import scan_page

        return scan_page(data, request["filename"], page=request["page"])
    return draw_page(data, request["filename"], page=request["page"], width_px=request["width_px"])


def main(arguments: list[str]) -> int:
    """``arguments``: one JSON object of limits."""
    settings = json.loads(arguments[0])
    limit_process(memory_bytes=settings["memory_bytes"], open_files=settings["open_files"])
    # The reply channel is kept to ourselves: whatever a library prints goes nowhere.
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    serve(sys.stdin.buffer, replies, cpu_seconds=settings["cpu_seconds"], output_bytes=settings["output_bytes"])
    return 0


if __name__ == "__main__":
    # Isolated mode leaves the project off the path; this file's own place is the only thing known for sure.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.exit(main(sys.argv[1:]))
