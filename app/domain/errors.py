"""The one exception tree. Exceptions are for what stops a command; what a user can act on is a Finding.

    LingtanError               id, message (Chinese), fix (Chinese), subject
    ├── UsageError             wrong use of a command                                   exit 2, HTTP 422
    ├── NotFound               no project, document, record, run or clause of that id   exit 2, HTTP 404
    ├── Conflict               the state forbids it (already confirmed, closed period)  exit 2, HTTP 409
    ├── InputRefused           a file or input is unreadable, unsafe or unsupported     exit 3, HTTP 422
    │   └── CalculationRefused no grounds for a number; ``id`` is the refusal kind      exit 3, HTTP 422
    └── Unavailable            an optional part is not installed or not configured      exit 3, HTTP 503
"""

from __future__ import annotations

import errno


class LingtanError(Exception):
    """Base of everything lingtan raises on purpose. ``message`` and ``fix`` are Chinese sentences for the user."""

    exit_status = 3
    http_status = 500

    def __init__(self, id: str, message: str, *, fix: str = "", subject: str = "") -> None:
        super().__init__(message)
        self.id = id
        self.message = message
        self.fix = fix
        self.subject = subject

    def to_plain(self) -> dict[str, str]:
        """The error object of the contract: ``{id, message, fix, subject}``."""
        return {"id": self.id, "message": self.message, "fix": self.fix, "subject": self.subject}


class UsageError(LingtanError):
    exit_status = 2
    http_status = 422


class NotFound(LingtanError):
    exit_status = 2
    http_status = 404


class Conflict(LingtanError):
    exit_status = 2
    http_status = 409


class InputRefused(LingtanError):
    exit_status = 3
    http_status = 422


class CalculationRefused(InputRefused):
    """Raised by the accounting core; ``id`` is one of the closed refusal kinds, ``subject`` the activity id."""


class Unavailable(LingtanError):
    exit_status = 3
    http_status = 503


_REASONS = {
    errno.ENOENT: "没有这个文件或目录",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "是文件夹，不是文件",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EEXIST: "已存在同名文件",
    errno.ENOSPC: "磁盘已满",
    errno.EROFS: "磁盘只读",
    errno.ENAMETOOLONG: "名称过长",
    errno.EADDRINUSE: "地址已被占用",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
    errno.ELOOP: "符号链接成环",
    errno.EMFILE: "打开的文件过多",
}


def system_reason(error: OSError) -> str:
    """Why the operating system refused, in Chinese; its own words where we have none."""
    return _REASONS.get(error.errno or 0) or error.strerror or type(error).__name__
