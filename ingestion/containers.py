"""Zip archives and e-mails → the documents inside them. Each member is a document of its own; the container stays as evidence.

    may_be_container(head, filename)   a look at the first bytes, to spare other files the rest
    unpack(path)                       members of a container, None for any other file; in the sandbox
    unpack_bytes(data, filename)       the same in this process, for tests and for the sandbox itself

Office files and OFD are zip archives too, but documents; they are never unpacked here.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path, PurePosixPath
from typing import Any

from app.domain.errors import InputRefused
from ingestion import limits
from ingestion.readers.archive import Archive
from ingestion.readers.content import damaged
from ingestion.sandbox import SandboxLimits, Worker, load
from ingestion.sniffing import sniff

MAX_DEPTH = 2
_DOCUMENT_FIRST = (b"[Content_Types].xml", b"_rels/.rels", b"OFD.xml", b"mimetype")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OTHER_ARCHIVES = {b"Rar!\x1a\x07": "RAR", b"7z\xbc\xaf\x27\x1c": "7z", b"\x1f\x8b\x08": "gzip"}
_HEADER = re.compile(
    rb"^(from|to|subject|date|message-id|mime-version|received|return-path|content-type|delivered-to|x-[\w-]+|dkim-signature):",
    re.IGNORECASE | re.MULTILINE,
)
_NO_DOCUMENT = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")
_NAMING = ("content-disposition", "content-type")
_UTF8_NAME = 0x800
#: What the standard library's parser of mails raises on damaged ones.
_MAIL_ERRORS = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
_SANDBOX = SandboxLimits(output_bytes=limits.MAX_ARCHIVE_BYTES + 4 * limits.MB)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of a container. ``name`` is its path inside (through inner containers, ``/`` between), ``chain`` the sha256 of the
    containers inside the outermost one that it came through, outermost first."""

    name: str
    data: bytes
    chain: tuple[str, ...] = ()


def may_be_container(head: bytes, filename: str = "") -> bool:
    """Whether the first kilobytes look like a zip archive that is no Office file, or like an e-mail."""
    if head[:4] in _ZIP:
        length = int.from_bytes(head[26:28], "little")
        return head[30 : 30 + length] not in _DOCUMENT_FIRST
    return _is_mail(head[:8192], filename)


def unpack(path: Path, *, filename: str | None = None) -> tuple[Member, ...] | None:
    """Members of the container at ``path``; None when it is none.

    Raises InputRefused: ``empty_container``, ``nested_container`` (deeper than two levels), ``unsafe_archive``, ``zip_bomb``,
    ``encrypted_file``, ``damaged_file``, and those of the sandbox.
    """
    name = filename or path.name
    try:
        with path.open("rb") as file:
            if not may_be_container(file.read(8192), name):
                return None
    except OSError:
        return None
    with Worker(_SANDBOX) as worker:
        return _from_wire(worker.ask("unpack", load(path, name), name))


def unpack_bytes(data: bytes, filename: str) -> tuple[Member, ...] | None:
    """As ``unpack``, in this process."""
    if not _is_container(data, filename):
        return None
    budget = _Budget(limits.MAX_ARCHIVE_BYTES, limits.MAX_ARCHIVE_ENTRIES)
    members = tuple(_open(data, filename, 1, budget))
    if not members:
        raise InputRefused(
            "empty_container",
            "邮件里没有附件。" if _is_mail(data[:8192], filename) else "压缩包里没有任何文件。",
            fix="请确认文件是否完整；账单、发票请直接上传，或重新打包后再上传。",
            subject=filename,
        )
    return members


def to_wire(members: tuple[Member, ...] | None) -> bytes:
    """For the way out of the sandbox: one line of JSON, then the contents end to end."""
    if members is None:
        return b"null\n"
    head = [{"name": m.name, "size": len(m.data), "chain": m.chain} for m in members]
    return b"".join((json.dumps(head).encode(), b"\n", *(m.data for m in members)))


def _from_wire(data: bytes) -> tuple[Member, ...] | None:
    line, _, rest = data.partition(b"\n")
    head: list[dict[str, Any]] | None = json.loads(line)
    if head is None:
        return None
    out, at = [], 0
    for entry in head:
        out.append(Member(name=entry["name"], data=rest[at : at + entry["size"]], chain=tuple(entry["chain"])))
        at += entry["size"]
    return tuple(out)


@dataclass(slots=True)
class _Budget:
    """What all levels together may still unpack to."""

    bytes_left: int
    entries_left: int

    def spend(self, size: int) -> None:
        self.bytes_left -= size
        self.entries_left -= 1
        if self.bytes_left < 0 or self.entries_left < 0:
            raise InputRefused(
                "zip_bomb",
                f"解压后超过 {limits.MAX_ARCHIVE_BYTES // limits.MB} MB 或 {limits.MAX_ARCHIVE_ENTRIES} 个文件，已停止。",
                fix="请分成几个较小的压缩包，或直接上传其中的文件。",
            )


def _is_container(data: bytes, filename: str) -> bool:
    if data[:4] in _ZIP:
        try:
            sniff(data, filename)
        except InputRefused as refusal:
            # Sniffing knows every document that is a zip inside; what it does not know is an archive. Limits stay refusals.
            if refusal.id == "unsupported_format":
                return not _office(data)
            if refusal.id in ("empty_file", "damaged_file"):
                return data[:4] == _ZIP[1]
            raise
        return False
    return _is_mail(data[:8192], filename)


def _office(data: bytes) -> bool:
    """An Office or OpenDocument file of a kind that is not read: a document to refuse by its own name, not to take apart."""
    archive = Archive(data)
    return "[Content_Types].xml" in archive or b"opendocument" in (archive.read("mimetype") or b"")


def _is_mail(head: bytes, filename: str) -> bool:
    text = head.lstrip(b"\xef\xbb\xbf\r\n")
    block = re.split(rb"\r?\n\r?\n", text, maxsplit=1)[0]
    if not _HEADER.match(block):
        return False
    names = {m.group(1).lower() for m in _HEADER.finditer(block)}
    if filename.lower().endswith(".eml"):
        return len(names) >= 2
    return b"mime-version" in names and len(names) >= 4


def _open(data: bytes, filename: str, depth: int, budget: _Budget) -> Iterator[Member]:
    inside = _mail_parts(data) if data[:4] not in _ZIP else _zip_entries(data)
    for name, content in inside:
        budget.spend(len(content))
        for magic, label in _OTHER_ARCHIVES.items():
            if content.startswith(magic):
                raise _nested(f"“{name}”是 {label} 压缩包，不能在压缩包里再读取")
        if not _is_container(content, name):
            yield Member(name=name, data=content)
            continue
        if depth >= MAX_DEPTH:
            raise _nested(f"“{name}”里还有一层压缩包或邮件，最多读取 {MAX_DEPTH} 层")
        own = hashlib.sha256(content).hexdigest()
        for member in _open(content, name, depth + 1, budget):
            yield replace(member, name=f"{name}/{member.name}", chain=(own, *member.chain))


def _nested(detail: str) -> InputRefused:
    return InputRefused("nested_container", f"压缩包嵌套：{detail}。", fix="请解压后把其中的账单、发票直接上传，或重新打成一层压缩包。")


def _zip_entries(data: bytes) -> Iterator[tuple[str, bytes]]:
    archive = Archive(data)
    try:
        infos = [i for i in zipfile.ZipFile(io.BytesIO(data)).infolist() if not i.filename.endswith("/")]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise damaged("压缩结构不完整", what="压缩包") from error
    if len(infos) != len(archive.names):
        raise _unsafe("里面有同名文件，无法分清")
    for info in infos:
        name = _decoded(info)
        if name.startswith(("/", "\\")) or name[1:2] == ":" or ".." in re.split(r"[/\\]", name):
            raise _unsafe(f"里面有不安全的路径：{name[:80]}")
        name = name.replace("\\", "/")
        low = name.lower()
        if low.startswith(_NO_DOCUMENT[0]) or PurePosixPath(low).name in _NO_DOCUMENT or "/__macosx/" in low:
            continue
        yield name, archive.read(info.filename) or b""


def _decoded(info: zipfile.ZipInfo) -> str:
    """The entry's name. Without the UTF-8 flag the standard says cp437, and Chinese systems write GBK (or UTF-8 all the same)."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _unsafe(detail: str) -> InputRefused:
    return InputRefused("unsafe_archive", f"压缩包不安全：{detail}", fix="请从原来源重新下载，或解压后直接上传其中的文件。")


def _mail_parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Attachments and attached mails. Text and the pictures it shows are the letter, not documents."""
    try:
        message = email.message_from_bytes(data.lstrip(b"\xef\xbb\xbf\r\n"), policy=email.policy.default)
        parts = list(message.walk())
    except _MAIL_ERRORS as error:
        raise damaged("邮件结构不完整", what="邮件") from error
    seen: dict[str, int] = {}
    inner: set[int] = set()
    for part in parts:
        if id(part) in inner or not isinstance(part, EmailMessage):
            continue
        if part.get_content_type() == "message/rfc822":
            attached = part.get_payload(0) if part.is_multipart() else None
            if isinstance(attached, EmailMessage):
                inner |= {id(p) for p in attached.walk()}
                yield _distinct(_part_name(part) or "附件邮件.eml", seen), _mail_bytes(attached)
            continue
        name = _part_name(part)
        if part.is_multipart() or name is None or _is_decoration(part):
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield _distinct(name, seen), content


def _mail_bytes(message: EmailMessage) -> bytes:
    """An attached mail written out again. Text outside its declared encoding is kept as UTF-8. Raises InputRefused."""
    try:
        return message.as_bytes()
    except UnicodeError:
        try:
            return message.as_string().encode("utf-8", "surrogateescape")
        except _MAIL_ERRORS as error:
            raise damaged("附件邮件结构不完整", what="邮件") from error
    except _MAIL_ERRORS as error:
        raise damaged("附件邮件结构不完整", what="邮件") from error


def _part_name(part: EmailMessage) -> str | None:
    try:
        name = part.get_filename()
    except (ValueError, LookupError, IndexError, AttributeError):
        name = None
    if name is None:
        return "未命名附件" if part.get_content_disposition() == "attachment" else None
    name = _raw_name(part) or name if "\ufffd" in name else name
    last = re.split(r"[/\\]", name.replace("\x00", ""))[-1].strip()
    return last if last.strip(". ") else "未命名附件"


def _raw_name(part: EmailMessage) -> str | None:
    """A name written as bare GBK bytes, against the standard: the parser keeps bytes that are no ASCII as surrogates."""
    for header, value in part.raw_items():
        found = re.search(r'name="?([^";\r\n]+)', str(value)) if header.lower() in _NAMING else None
        if found:
            return found.group(1).encode("utf-8", "surrogateescape").decode("gb18030", "replace")
    return None


def _is_decoration(part: EmailMessage) -> bool:
    """A picture that the letter's own text shows: logo, signature."""
    return (
        part.get_content_maintype() == "image"
        and part.get_content_disposition() != "attachment"
        and part.get("Content-ID") is not None
    )


def _distinct(name: str, seen: dict[str, int]) -> str:
    seen[name] = seen.get(name, 0) + 1
    if seen[name] == 1:
        return name
    path = PurePosixPath(name)
    return f"{path.stem}({seen[name]}){path.suffix}"
