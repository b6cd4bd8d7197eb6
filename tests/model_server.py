"""A server of the OpenAI protocol on this machine, well behaved or not, for tests of setting a model up."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-right-0123456789"
MODEL = "small-model"


@dataclass(slots=True)
class Served:
    """``behaviour`` may be changed while it runs; ``seen`` holds (path, Authorization, body) of every request."""

    url: str = ""
    behaviour: str = "good"
    seen: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)


def _completion(text: str) -> dict[str, Any]:
    return {"id": "c1", "object": "chat.completion", "created": 1, "model": MODEL,
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}


def _answer(served: Served, path: str, key: str, body: dict[str, Any]) -> tuple[int, bytes]:
    """What the server says by its behaviour; a good one checks the path, the key and the model's name."""
    fixed = {
        "nonsense": (200, b"<html><body>welcome</body></html>"),
        "wrong shape": (200, b'{"choices": []}'),
        "long": (200, b'{"choices": [' + b" " * 300_000),
        "broken": (500, b"oops"),
        "no credit": (402, b'{"error": {"message": "Insufficient Balance"}}'),
        "busy": (429, b'{"error": {"message": "rate limit"}}'),
        "moved": (301, b""),
        "unknown model as 400": (400, b'{"error": {"message": "Model Not Exist"}}'),
        "other refusal": (400, b'{"error": {"message": "temperature is out of range"}}'),
    }
    if served.behaviour in fixed:
        return fixed[served.behaviour]
    if path != "/v1/chat/completions":
        return 404, b'{"detail": "Not Found"}'
    if key != f"Bearer {KEY}" and served.behaviour != "open":
        return 401, b'{"error": {"message": "Incorrect API key provided"}}'
    if body["model"] != MODEL:
        said = f"The model `{body['model']}` does not exist."
        return 404, json.dumps({"error": {"message": said, "type": "NotFoundError"}}).encode()
    return 200, json.dumps(_completion("好")).encode()


@contextmanager
def model_server() -> Iterator[Served]:
    served = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            key = self.headers.get("Authorization", "")
            served.seen.append((self.path, key, body))
            if served.behaviour == "silent":
                time.sleep(1.5)
                return
            status, content = _answer(served, self.path, key, body)
            self.send_response(status)
            if served.behaviour == "moved":
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            if served.behaviour == "drips":
                self.end_headers()
                for _ in range(20):
                    self.wfile.write(b" ")
                    time.sleep(0.1)
                return
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing on the screen."""

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return  # the client left first: that is what some tests are about

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
