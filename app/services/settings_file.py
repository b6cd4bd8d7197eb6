"""``lingtan.toml`` of a home, changed where asked and nowhere else: other keys, comments and line ends stay as they were."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from app.domain.errors import UsageError, system_reason
from app.settings import Settings, load_settings

NAME = "lingtan.toml"


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with (home / "settings.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def change_settings(home: Path, changes: Mapping[str, str | None]) -> Settings:
    """Set each key to its text, or take it out (None), and return the settings that hold from now on, environment included.

    The file is replaced in one step and is readable by its owner alone, because it may hold a key. Raises UsageError, leaving the file
    as it was, when it is not valid already, when a key is not a setting, or when it cannot be written."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        with _alone(home):
            file = (home / NAME).resolve()
            before = file.read_bytes().decode("utf-8-sig") if file.is_file() else ""
            document = tomlkit.parse(before)
            for key, value in changes.items():
                if value is not None:
                    document[key] = value
                elif key in document:
                    del document[key]
            text = tomlkit.dumps(document)
            settings = load_settings(home, toml=text)
            if text != before:
                _replace(file, text)
            return settings
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise UsageError("settings_invalid", "配置文件 lingtan.toml 不是有效的 TOML，没有改动它", fix="先改正该文件，再回到这里保存") from error
    except OSError as error:
        raise UsageError(
            "settings_not_writable", f"无法写入配置文件：{system_reason(error)}", fix="检查数据目录的权限与磁盘空间", subject=NAME
        ) from error


def _replace(file: Path, text: str) -> None:
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)  # one left behind by a crash may have other permissions
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(text.encode())
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
