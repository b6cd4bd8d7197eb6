"""Content-addressed files: written once under their sha256, read back verified."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

from app.domain.errors import InputRefused, NotFound, Unavailable, UsageError, system_reason

CHUNK = 1 << 20


def blob_name(sha256: str) -> str:
    """``ab/abcdef…``. Raises NotFound for what is no sha256."""
    if len(sha256) != 64 or any(c not in "0123456789abcdef" for c in sha256):
        raise NotFound("file_not_found", "没有这个文件", subject=sha256)
    return f"{sha256[:2]}/{sha256}"


@dataclass(frozen=True, slots=True)
class Blobs:
    """A folder of files named by content: ``ab/abcdef…``."""

    root: Path

    @classmethod
    def from_url(cls, url: str, *, cache: Path | None = None) -> Blobs:
        """``file:///…``, a plain path, or ``s3://bucket/prefix`` with ``cache`` as the folder of its working copies. Raises Unavailable
        for other stores and for s3 without its extra, UsageError for a place that cannot be used."""
        parsed = urlparse(url)
        if parsed.scheme == "s3" and cache is not None:
            from app.store.object_blobs import ObjectBlobs

            return ObjectBlobs.open(url, cache)
        if parsed.scheme in ("", "file"):
            root = Path(url2pathname(parsed.path)) if parsed.scheme else Path(url)
            try:
                root.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                message = f"无法使用文件目录 {root}：{system_reason(error)}"
                raise UsageError("blob_url", message, fix="将 LINGTAN_BLOB_URL 设为可写的目录") from error
            return cls(root)
        raise Unavailable(
            "blob_store_unsupported",
            f"当前版本不支持 {parsed.scheme}:// 存储",
            fix="将 LINGTAN_BLOB_URL 设为本机目录或 s3://桶名/前缀，或删除该设置以使用默认目录",
        )

    def path(self, sha256: str) -> Path:
        """Where a blob lies. Raises NotFound when absent."""
        path = self.root / blob_name(sha256)
        if not path.is_file():
            raise NotFound("file_not_found", "没有这个文件", fix="请重新上传", subject=sha256)
        return path

    def read(self, sha256: str) -> bytes:
        return self.path(sha256).read_bytes()

    def put(self, chunks: Iterable[bytes], *, limit: int | None = None) -> tuple[str, int]:
        """Store a stream; returns (sha256, size). Raises InputRefused ``too_large`` above ``limit`` bytes; nothing is left behind then."""
        self.root.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        size = 0
        handle, name = tempfile.mkstemp(dir=self.root, prefix=".part-")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as out:
                for chunk in chunks:
                    size += len(chunk)
                    if limit is not None and size > limit:
                        raise InputRefused(
                            "too_large", f"文件超过 {limit // (1 << 20)} MB", fix="请拆分或压缩后再上传"
                        )
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            sha256 = digest.hexdigest()
            target = self.root / sha256[:2] / sha256
            target.parent.mkdir(exist_ok=True)
            os.replace(temporary, target)
            return sha256, size
        finally:
            temporary.unlink(missing_ok=True)

    def put_file(self, path: Path, *, limit: int | None = None) -> tuple[str, int]:
        with path.open("rb") as source:
            return self.put(iter(lambda: source.read(CHUNK), b""), limit=limit)

    def intact(self, sha256: str) -> bool:
        """Whether the bytes on disk still have their name."""
        digest = hashlib.sha256()
        with self.path(sha256).open("rb") as source:
            for chunk in iter(lambda: source.read(CHUNK), b""):
                digest.update(chunk)
        return digest.hexdigest() == sha256

    def bring_all(self) -> None:
        """Have every blob in the folder, as a backup needs it. A folder has them."""

    def send_all(self) -> None:
        """Store what was put into the folder by other means, as a restore does. A folder has it."""
