"""Blobs in an object store (S3 and what speaks its protocol), with a folder as working copy.

Readers and viewers need files on disk, so each blob is kept in the folder too: it is written there first, sent before anybody is told
that it was stored, and fetched again when the folder lacks it. Access and endpoint come from the usual ``AWS_…`` environment."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.errors import NotFound, Unavailable, UsageError
from app.store.blobs import CHUNK, Blobs, blob_name


@dataclass(frozen=True, slots=True)
class ObjectBlobs(Blobs):
    """``root`` is the working copy; ``remote`` an obstore store whose prefix is ours. Every method raises Unavailable
    ``blob_store_unreachable`` when the store does not answer."""

    remote: Any

    @classmethod
    def open(cls, url: str, cache: Path) -> ObjectBlobs:
        """``s3://bucket/prefix``. Raises Unavailable without the ``s3`` extra, UsageError on a URL the store cannot be made of."""
        try:
            from obstore.exceptions import BaseError
            from obstore.store import S3Store
        except ImportError as error:
            raise Unavailable(
                "blob_store_unsupported", "没有安装对象存储组件", fix="运行 pip install 'lingtan[s3]'，或删除 LINGTAN_BLOB_URL 以使用本机目录"
            ) from error
        plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        try:
            remote = S3Store.from_url(url, client_options={"allow_http": plain}, retry_config={"max_retries": 2})
        except (BaseError, ValueError) as error:
            raise UsageError("blob_url", f"LINGTAN_BLOB_URL 不能使用：{url}", fix="写成 s3://桶名/前缀，并设置 AWS_ACCESS_KEY_ID 等环境变量") from error
        cache.mkdir(parents=True, exist_ok=True)
        return cls(cache, remote)

    def path(self, sha256: str) -> Path:
        """The working copy, fetched when it is not there. Raises NotFound when the store has no such blob."""
        name = blob_name(sha256)
        place = self.root / name
        if not place.is_file():
            self._fetch(sha256, place)
        return place

    def put(self, chunks: Iterable[bytes], *, limit: int | None = None) -> tuple[str, int]:
        """As ``Blobs.put``; returns once the store holds it."""
        sha256, size = Blobs.put(self, chunks, limit=limit)
        self._send(sha256)
        return sha256, size

    def intact(self, sha256: str) -> bool:
        """Whether the bytes in the store still have their name."""
        digest = hashlib.sha256()
        for chunk in self._stream(sha256):
            digest.update(chunk)
        return digest.hexdigest() == sha256

    def bring_all(self) -> None:
        for batch in self._listed():
            for item in batch:
                sha256 = str(item["path"]).rpartition("/")[2]
                if len(sha256) == 64:
                    self.path(sha256)

    def send_all(self) -> None:
        for place in sorted(self.root.glob("??/*")):
            self._send(place.name)

    def _send(self, sha256: str) -> None:
        import obstore

        with _told(sha256):
            try:
                obstore.head(self.remote, blob_name(sha256))
                return
            except FileNotFoundError:
                pass
            try:
                obstore.put(self.remote, blob_name(sha256), self.root / blob_name(sha256))
            except FileNotFoundError as error:  # nothing to write into: the bucket itself is missing
                raise Unavailable(
                    "blob_store_unreachable", "LINGTAN_BLOB_URL 中的存储桶不存在", fix="先建立存储桶，或改正 LINGTAN_BLOB_URL", subject=sha256
                ) from error

    def _stream(self, sha256: str) -> Iterator[bytes]:
        import obstore

        with _told(sha256):
            for chunk in obstore.get(self.remote, blob_name(sha256)).stream(min_chunk_size=CHUNK):
                yield bytes(chunk)

    def _listed(self) -> Iterator[Any]:
        import obstore

        with _told(""):
            yield from obstore.list(self.remote)

    def _fetch(self, sha256: str, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        handle, name = tempfile.mkstemp(dir=self.root, prefix=".part-")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as out:
                for chunk in self._stream(sha256):
                    digest.update(chunk)
                    out.write(chunk)
            if digest.hexdigest() != sha256:
                raise Unavailable("blob_damaged", "对象存储中的文件与其哈希不符", fix="从备份恢复该文件，或重新上传", subject=sha256)
            os.replace(temporary, place)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def _told(sha256: str) -> Iterator[None]:
    """The store's failures as our own."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError as error:
        raise NotFound("file_not_found", "没有这个文件", fix="请重新上传", subject=sha256) from error
    except (BaseError, OSError) as error:
        reason = str(error).splitlines()[0][:200]
        raise Unavailable(
            "blob_store_unreachable", f"对象存储没有应答：{reason}", fix="检查 LINGTAN_BLOB_URL、AWS_… 环境变量与网络", subject=sha256
        ) from error
