"""Entry point: builds the command tree, turns every expected error into a Chinese sentence and an exit status."""

from __future__ import annotations

import os
import sys

# The embedder's native threads read this once, when they are first loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import click

from app import __version__
from app.cli import accounts, assistant, demo, documents, drafting, maintenance, policies, projects, serving
from app.cli.output import common_options, fail
from app.domain.errors import LingtanError, UsageError


@click.group(name="lingtan", context_settings={"help_option_names": ["-h", "--help"]})
@common_options
@click.version_option(__version__, message="lingtan %(version)s")
def cli() -> None:
    """零碳工厂申报助手：单据 → 台账 → 核算 → 资格判断 → 问答 → 申报书。"""


for module in (demo, serving, documents, accounts, projects, assistant, drafting, policies, maintenance):
    for command in module.COMMANDS:
        cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with the contract's status: 0 done · 1 blocking findings · 2 wrong usage · 3 refused."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run and return the status."""
    words = sys.argv[1:] if arguments is None else arguments
    context = click.Context(cli, info_name="lingtan")
    try:
        with cli.make_context("lingtan", list(words)) as context:
            result = cli.invoke(context)
            return int(result) if isinstance(result, int) else 0
    except LingtanError as error:
        return _failed(error, words)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.Abort:
        return 130
    except click.ClickException as error:
        return _failed(_usage(error), words)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _failed(error: LingtanError, words: list[str]) -> int:
    with click.Context(cli, info_name="lingtan") as context:
        if "--json" in words:
            context.meta["json"] = True
        return fail(error)


def _usage(error: click.ClickException) -> UsageError:
    """Click's usage errors in Chinese."""
    path = "lingtan"
    if isinstance(error, click.UsageError) and error.ctx is not None:
        path = error.ctx.command_path
    fix = f"用 {path} --help 查看用法"
    if isinstance(error, click.NoSuchOption):
        return UsageError("usage", f"没有选项 {error.option_name}", fix=fix, subject=error.option_name)
    if isinstance(error, click.MissingParameter):
        name = error.param.human_readable_name if error.param else ""
        return UsageError("usage", f"缺少参数 {name}", fix=fix, subject=name)
    if isinstance(error, click.BadParameter):
        name = error.param.human_readable_name if error.param else ""
        return UsageError("usage", f"参数 {name} 无效：{_translate(error.message)}", fix=fix, subject=name)
    return UsageError("usage", _translate(error.format_message()), fix=fix)


def _translate(message: str) -> str:
    for english, chinese in (
        ("No such command", "没有命令"),
        ("Missing command", "缺少命令"),
        ("Got unexpected extra argument", "多余的参数"),
        ("does not exist", "不存在"),
        ("requires an argument", "需要一个值"),
        ("is not a valid integer", "不是整数"),
        ("is not one of", "不在可选值之内："),
        ("is a directory", "是目录，应为文件"),
        ("is a file", "是文件，应为目录"),
    ):
        message = message.replace(english, chinese)
    return message
