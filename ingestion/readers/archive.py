"""A zip container held in memory: names checked once, entries read under the limits, nothing ever written to disk."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib

from app.domain.errors import InputRefused
from ingestion import limits
from ingestion.readers.content import damaged, encrypted

_COMPRESSION = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class Archive:
    """Entries of a zip by name. Names are looked up without regard to case, a leading ``/`` or ``\\`` separators, because
    producers of OFD write references that way.

    Raises InputRefused: ``damaged_file``, ``encrypted_file``, ``zip_bomb`` (declared or actual size, ratio, entry count),
    ``unsafe_archive`` (a name that climbs out of the container).
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
            raise damaged("压缩结构不完整", what="压缩包式文件") from error
        infos = [info for info in self._zip.infolist() if info.filename and not info.filename.endswith("/")]
        if len(infos) > limits.MAX_ARCHIVE_ENTRIES:
            raise _bomb(f"内含 {len(infos)} 个文件，上限 {limits.MAX_ARCHIVE_ENTRIES} 个")
        if sum(info.file_size for info in infos) > limits.MAX_ARCHIVE_BYTES:
            raise _bomb(f"解压后超过 {limits.MAX_ARCHIVE_BYTES // limits.MB} MB")
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            _check_entry(info)
            self._entries.setdefault(_key(info.filename), info)
        self._left = limits.MAX_ARCHIVE_BYTES

    @property
    def names(self) -> tuple[str, ...]:
        """Entry names as stored, in the order of the container."""
        return tuple(info.filename for info in self._entries.values())

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._entries

    def read(self, name: str) -> bytes | None:
        """The bytes of an entry, None when there is no such entry."""
        info = self._entries.get(_key(name))
        if info is None:
            return None
        try:
            with self._zip.open(info) as stream:
                data = stream.read(self._left + 1)
        except RuntimeError as error:
            raise encrypted("压缩包式文件") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
            raise damaged(f"内部文件 {info.filename[:80]} 读不出来", what="压缩包式文件") from error
        self._left -= len(data)
        if self._left < 0:
            raise _bomb(f"解压后超过 {limits.MAX_ARCHIVE_BYTES // limits.MB} MB")
        return data


def resolve(base: str, reference: str) -> str:
    """The entry name of ``reference`` written inside the entry ``base`` (a leading ``/`` means the container's root).

    Never climbs above the root: surplus ``..`` are dropped, so that the result is always a name inside the container.
    """
    reference = reference.strip().replace("\\", "/")
    folder = "" if reference.startswith("/") else posixpath.dirname(base)
    parts: list[str] = []
    for part in f"{folder}/{reference}".split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").removeprefix("./").lower()


def _check_entry(info: zipfile.ZipInfo) -> None:
    name = info.filename.replace("\\", "/")
    if ".." in name.split("/") or name[1:2] == ":" or "\x00" in name:
        raise InputRefused(
            "unsafe_archive",
            f"压缩包式文件内有不安全的路径：{name[:80]}",
            fix="请从原来源重新下载该文件；不要上传来历不明的文件。",
        )
    if info.flag_bits & 0x1:
        raise encrypted("压缩包式文件")
    if info.compress_type not in _COMPRESSION:
        raise damaged("使用了不支持的压缩方法", what="压缩包式文件")
    if info.file_size > limits.RATIO_APPLIES_FROM_BYTES and (
        info.file_size > limits.MAX_ARCHIVE_RATIO * max(info.compress_size, 1)
    ):
        raise _bomb(f"压缩率超过 {limits.MAX_ARCHIVE_RATIO} 倍")


def _bomb(detail: str) -> InputRefused:
    return InputRefused(
        "zip_bomb",
        f"文件解压后异常庞大，已停止读取：{detail}。",
        fix="请确认文件来源；正常的发票、台账和报告不会如此，可拆分后重新导出。",
    )
