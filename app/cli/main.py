"""Entry point: builds the command tree, turns every error into a Chinese sentence and an exit status."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path

# The embedder's native threads read this once, when they are first loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import click

from app import __version__
from app.cli import (
    accounts,
    assistant,
    demo,
    documents,
    drafting,
    eligibility,
    keys,
    maintenance,
    models,
    policies,
    projects,
    serving,
)
from app.cli.output import common_options, fail
from app.cli.words import group, usage_error
from app.domain.errors import LingtanError, Unavailable, UsageError, system_reason


@group("lingtan", context_settings={"help_option_names": ["-h", "--help"]})
@common_options
@click.version_option(__version__, message="lingtan %(version)s", help="显示版本号")
def cli() -> None:
    """零碳工厂申报助手：单据 → 台账 → 核算 → 资格判断 → 问答 → 申报书。"""


for module in (demo, serving, documents, accounts, eligibility, projects, assistant, drafting, policies, models, keys, maintenance):
    for command in module.COMMANDS:
        cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with the contract's status: 0 done · 1 blocking findings · 2 wrong usage · 3 refused."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run and return the status."""
    words = sys.argv[1:] if arguments is None else arguments
    context: click.Context | None = None
    try:
        with cli.make_context("lingtan", list(words)) as context:
            result = cli.invoke(context)
            return int(result) if isinstance(result, int) else 0
    except LingtanError as error:
        return _failed(error, words)
    except click.exceptions.Exit as done:
        return done.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except click.ClickException as error:
        return _failed(usage_error(error), words)
    except BrokenPipeError:
        # Whoever read our output has enough; nothing may be written at exit either.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _failed(_unexpected(error, _home(context), words), words)


def _failed(error: LingtanError, words: list[str]) -> int:
    with click.Context(cli, info_name="lingtan") as context:
        if "--json" in words:
            context.meta["json"] = True
        return fail(error)


def _home(context: click.Context | None) -> Path:
    """The home directory of a command that has ended."""
    given = context.meta.get("home") if context else None
    return Path(given or os.environ.get("LINGTAN_HOME") or ".lingtan").expanduser()


def _unexpected(error: Exception, home: Path, words: list[str]) -> LingtanError:
    """What nobody foresaw: the traceback goes into a log file, the user gets a sentence and what to do."""
    if isinstance(error, OSError) and error.strerror:
        where = f"（{error.filename}）" if error.filename else ""
        return UsageError(
            "system_refused",
            f"系统拒绝了这一操作：{system_reason(error)}{where}",
            fix="检查路径、权限与磁盘空间后重试",
            subject=str(error.filename or ""),
        )
    if type(error).__module__.startswith("sqlalchemy") and "database is locked" in str(error):
        return Unavailable("database_busy", "数据库正被另一个程序长时间占用", fix="等它结束后重试")
    from app.services.incidents import note_incident

    file = note_incident(home, error, "lingtan " + " ".join(words))
    kept = f"详情记在 {file}，" if file else ""
    return LingtanError(
        "internal_error",
        f"程序内部出错（{type(error).__name__}），这一操作没有完成",
        fix=f"{kept}请连同所用命令反馈给维护者；已保存的数据不受影响",
        subject=words[0] if words else "",
    )
