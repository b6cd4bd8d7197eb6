"""Blobs: named by content, written whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import InputRefused, NotFound, Unavailable, UsageError
from app.store.blobs import Blobs


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs.from_url((tmp_path / "blobs").as_uri())


def _files(blobs: Blobs) -> list[Path]:
    return [p for p in blobs.root.rglob("*") if p.is_file()]


def test_put_names_by_content_and_reads_back(blobs: Blobs) -> None:
    sha256, size = blobs.put([b"ab", b"", b"c"])
    assert (sha256, size) == (hashlib.sha256(b"abc").hexdigest(), 3)
    assert blobs.read(sha256) == b"abc"
    assert blobs.intact(sha256)
    assert blobs.put([b"abc"]) == (sha256, 3)
    assert len(_files(blobs)) == 1


def test_too_large_leaves_nothing(blobs: Blobs) -> None:
    with pytest.raises(InputRefused) as caught:
        blobs.put((b"x" * 1024 for _ in range(5)), limit=4096)
    assert caught.value.id == "too_large"
    assert _files(blobs) == []
    assert blobs.put([b"x" * 4096], limit=4096)[1] == 4096


def test_a_stream_that_breaks_leaves_nothing(blobs: Blobs) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        blobs.put(broken())
    assert _files(blobs) == []


def test_changed_bytes_show(blobs: Blobs) -> None:
    sha256, _ = blobs.put([b"abc"])
    blobs.path(sha256).write_bytes(b"abd")
    assert not blobs.intact(sha256)


@pytest.mark.parametrize("name", ["", "..", "0" * 63, "G" * 64, "../" + "0" * 61, "0" * 64])
def test_unknown_and_unsafe_names(blobs: Blobs, name: str) -> None:
    with pytest.raises(NotFound):
        blobs.path(name)


def test_stores_we_do_not_have(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        Blobs.from_url("s3://bucket/prefix")
    assert "LINGTAN_BLOB_URL" in caught.value.fix
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError):
        Blobs.from_url((tmp_path / "file" / "blobs").as_uri())
    assert Blobs.from_url(str(tmp_path / "plain")).root == tmp_path / "plain"
