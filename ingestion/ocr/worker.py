"""The process in which pictures are recognised. Started by ``ingestion.ocr.recogniser`` as a script, never imported by it.

    request   one line of JSON {"page", "size"} and ``size`` bytes of PNG
    reply     one line of JSON {"size"} or {"size": 0, "error"} and ``size`` bytes of JSON {words, rules, turn, width, height}

It sees pictures that the reading sandbox has drawn, never a file from outside, and lives as long as its parent wants it: the networks
are loaded once. It has no network: an audit hook, which nothing can take away again, refuses every connection.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO

_NETWORK = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "urllib.Request")


def refuse_network() -> None:
    """From here on this process cannot reach or be reached."""

    def hook(event: str, _: Any) -> None:
        if event in _NETWORK:
            raise PermissionError("text recognition works offline")

    sys.addaudithook(hook)


def limit_process() -> None:
    """No files written, no core dumps."""
    for kind in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        try:
            _, hard = resource.getrlimit(kind)
            resource.setrlimit(kind, (0, hard))
        except (ValueError, OSError):
            continue


def serve(requests: BinaryIO, replies: BinaryIO, *, threads: int) -> None:
    """Answers page by page until the input ends."""
    from app.domain.plain import to_plain
    from ingestion.ocr.engine import Engine
    from ingestion.ocr.page_words import read_page

    engine = Engine(threads=threads)
    while line := requests.readline():
        request = json.loads(line)
        picture = requests.read(request["size"])
        error, result = None, b""
        try:
            result = json.dumps(to_plain(read_page(engine, picture, request["page"])), ensure_ascii=False).encode()
        except ValueError as refused:
            error = str(refused)
        replies.write(json.dumps({"size": len(result), "error": error}).encode() + b"\n" + result)
        replies.flush()


def main(arguments: list[str]) -> int:
    """``arguments``: the number of threads."""
    limit_process()
    refuse_network()
    # The reply channel is kept to ourselves: whatever a library prints goes nowhere.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    import cv2

    cv2.setNumThreads(int(arguments[0]))
    serve(sys.stdin.buffer, replies, threads=int(arguments[0]))
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    sys.exit(main(sys.argv[1:]))
