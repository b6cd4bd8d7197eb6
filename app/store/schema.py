"""Open a database and bring it to the current schema."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from app.domain.errors import InputRefused, LingtanError, Unavailable, UsageError, system_reason
from app.store.engine import make_engine, reading

HEAD = "0004"
"""The newest revision; a test keeps it equal to the migrations folder. Knowing it without importing Alembic keeps start-up fast."""


def open_database(url: str) -> Engine:
    """An engine on a database of the current schema, made or migrated when needed.

    Raises UsageError for an address nobody understands, Unavailable when the database cannot be reached or its driver is not
    installed, InputRefused when the file is no database or belongs to a newer version."""
    try:
        engine = make_engine(url)
        ensure_schema(engine)
    except (ArgumentError, NoSuchModuleError) as error:
        raise UsageError(
            "database_url", "LINGTAN_DATABASE_URL 不是有效的数据库地址", fix="例如 sqlite:////绝对路径/lingtan.db；或删除该设置以使用默认文件"
        ) from error
    except ModuleNotFoundError as error:
        raise Unavailable("database_driver", f"缺少数据库驱动 {error.name}", fix=f"在 .venv 中安装 {error.name} 后重试") from error
    except OSError as error:
        raise Unavailable(
            "database_unreachable", f"打不开数据库：{system_reason(error)}", fix="检查数据目录的权限、磁盘空间与 LINGTAN_DATABASE_URL"
        ) from error
    except DBAPIError as error:
        raise cannot_open(error) from error
    return engine


def cannot_open(error: DBAPIError) -> LingtanError:
    """What a database error means to the user."""
    reason = str(error.orig)
    if "locked" in reason:
        return Unavailable("database_busy", "数据库正被另一个程序长时间占用", fix="等它结束后重试")
    if isinstance(error, OperationalError):
        return Unavailable("database_unreachable", f"打不开数据库：{reason}", fix="检查数据目录的权限、磁盘空间与 LINGTAN_DATABASE_URL")
    return InputRefused("database_damaged", f"数据库文件已损坏或不是数据库：{reason}", fix="用最近一次备份恢复：lingtan --home 新目录 restore 备份文件")


def ensure_schema(engine: Engine) -> None:
    """Run the missing migrations, if any. Raises InputRefused when the database is newer than this program."""
    current = None
    with reading(engine) as connection:
        if inspect(connection).has_table("alembic_version"):
            current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if current == HEAD:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise InputRefused(
            "database_newer", f"数据目录由更新版本的 lingtan 建立（数据库版本 {current}）", fix="升级 lingtan 后再打开，或换一个数据目录"
        ) from error
