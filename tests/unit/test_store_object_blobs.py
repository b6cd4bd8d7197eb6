"""Blobs in an object store: sent before they count as stored, fetched when the folder lacks them, checked by their name."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from app.bootstrap import open_workspace
from app.domain.errors import InputRefused, NotFound, Unavailable, UsageError
from app.services.backup import backup, restore
from app.services.projects import add_project
from app.store.blobs import Blobs

pytest.importorskip("obstore", reason="没有安装 s3 附加组件")
PROFILE = '[factory]\nname = "甲厂"\nyear = 2025\nprovince = "安徽"\n'


class Bucket(ThreadingHTTPServer):
    """As much of the S3 protocol as blobs need, over a dict; ``down`` makes every request fail."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Speaker)
        self.kept: dict[str, bytes] = {}
        self.down = False
        self.writes = 0


class Speaker(BaseHTTPRequestHandler):
    server: Bucket
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None: ...

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix("/bucket").lstrip("/")

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", headers.pop("length", str(len(body))))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self) -> None:
        if self.server.down:
            return self._answer(403)
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            prefix = query.get("prefix", [""])[0]
            items = "".join(
                f"<Contents><Key>{k}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>{len(v)}</Size></Contents>"
                for k, v in sorted(self.server.kept.items())
                if k.startswith(prefix)
            )
            body = f'<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>{items}</ListBucketResult>'.encode()
            return self._answer(200, body, Content_Type="application/xml")
        data = self.server.kept.get(self._key())
        if data is None:
            return self._answer(404)
        return self._answer(200, data, ETag='"e"', Last_Modified="Thu, 01 Jan 2026 00:00:00 GMT")

    do_HEAD = do_GET

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.down:
            return self._answer(403)
        if not urlsplit(self.path).path.startswith("/bucket/"):
            return self._answer(404, b"<Error><Code>NoSuchBucket</Code></Error>")
        self.server.kept[self._key()] = data
        self.server.writes += 1
        return self._answer(200, ETag='"e"')


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    server = Bucket()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_REGION": "us-east-1", "LINGTAN_BLOB_URL": "s3://bucket/lingtan",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def blobs(bucket: Bucket, tmp_path: Path) -> Blobs:
    return Blobs.from_url("s3://bucket/lingtan", cache=tmp_path / "cache")


def test_a_blob_is_in_the_store_under_its_name(blobs: Blobs, bucket: Bucket) -> None:
    sha256, size = blobs.put([b"ab", b"c"])
    assert (sha256, size) == (hashlib.sha256(b"abc").hexdigest(), 3)
    assert bucket.kept == {f"lingtan/{sha256[:2]}/{sha256}": b"abc"}
    blobs.put([b"abc"])
    assert bucket.writes == 1


def test_another_machine_fetches_it_once(blobs: Blobs, bucket: Bucket, tmp_path: Path) -> None:
    sha256, _ = blobs.put([b"x" * 3_000_000])
    other = Blobs.from_url("s3://bucket/lingtan", cache=tmp_path / "other")
    assert other.read(sha256) == b"x" * 3_000_000
    bucket.down = True
    assert other.read(sha256)[:3] == b"xxx"


def test_a_blob_that_was_changed_in_the_store_is_not_given_out(blobs: Blobs, bucket: Bucket, tmp_path: Path) -> None:
    sha256, _ = blobs.put([b"abc"])
    assert blobs.intact(sha256)
    bucket.kept = dict.fromkeys(bucket.kept, b"abd")
    assert not blobs.intact(sha256)
    other = Blobs.from_url("s3://bucket/lingtan", cache=tmp_path / "other")
    with pytest.raises(Unavailable) as caught:
        other.path(sha256)
    assert caught.value.id == "blob_damaged"
    assert [p for p in other.root.rglob("*") if p.is_file()] == []


def test_what_is_not_there_and_what_does_not_answer(blobs: Blobs, bucket: Bucket) -> None:
    with pytest.raises(NotFound):
        blobs.path("0" * 64)
    with pytest.raises(NotFound):
        blobs.path("../../etc/passwd")
    with pytest.raises(InputRefused):
        blobs.put([b"x" * 100], limit=10)
    bucket.down = True
    with pytest.raises(Unavailable) as caught:
        blobs.put([b"new"])
    assert caught.value.id == "blob_store_unreachable"


def test_a_missing_bucket_is_said_so(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="存储桶不存在"):
        Blobs.from_url("s3://elsewhere", cache=tmp_path / "cache").put([b"abc"])


@pytest.mark.parametrize("url", ["ftp://host/x", "gs://bucket"])
def test_other_stores_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises((Unavailable, UsageError)):
        Blobs.from_url(url, cache=tmp_path)


def test_a_project_s_documents_live_there_and_in_its_backup(bucket: Bucket, tmp_path: Path) -> None:
    from app.services.intake import upload

    note = tmp_path / "说明.csv"
    note.write_text("设备,台数\n电机,3\n", "utf-8")
    ws = open_workspace(tmp_path / "home", actor="张工")
    upload(ws, add_project(ws, PROFILE), [note])
    assert list(bucket.kept.values()) == [note.read_bytes()]
    assert not (tmp_path / "home" / "blobs").exists()
    backup(ws, tmp_path / "b.tar.gz")
    ws.engine.dispose()

    bucket.kept.clear()
    restore(tmp_path / "home2", tmp_path / "b.tar.gz")
    assert list(bucket.kept.values()) == [note.read_bytes()]
