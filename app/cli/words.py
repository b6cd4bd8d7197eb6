"""Click in Chinese: help pages and usage errors. The wording is ours; nothing English reaches the user."""

from __future__ import annotations

import re
from typing import Any

import click

from app.domain.errors import UsageError

_HELP = (
    (re.compile(r"^Usage: ", re.M), "用法："),
    (re.compile(r"\[OPTIONS\]"), "[选项]"),
    (re.compile(r"COMMAND \[ARGS\]\.\.\."), "命令 [参数]…"),
    (re.compile(r"^Options:$", re.M), "选项："),
    (re.compile(r"^Commands:$", re.M), "命令："),
    (re.compile(r"Show the version and exit\."), "显示版本号"),
    (re.compile(r"Show this message and exit\."), "显示这份说明"),
    (re.compile(r"\[default: "), "[默认："),
    (re.compile(r"\[required\]"), "[必填]"),
    (re.compile(r"; required\]"), "；必填]"),
)
_MESSAGES = (
    (r"No such command '?(.*?)'?\.?(?: Did you mean.*)?", r"没有命令 \1"),
    (r"Missing command\.?", "缺少命令"),
    (r"Got unexpected extra arguments? \((.*)\)", r"多余的参数：\1"),
    (r"Option '?(.*?)'? requires an argument\.?", r"选项 \1 需要一个值"),
    (r"Option '?(.*?)'? does not take a value\.?", r"选项 \1 不带值"),
    (r"'?(.*?)'? is not a valid integer(?: range)?\.?", r"“\1”不是整数"),
    (r"(.*) is not in the range (.*?)\.?", r"\1 不在范围 \2 内"),
    (r"'?(.*?)'? is not one of (.*?)\.?", r"“\1”不在可选值之内：\2"),
    (r"(?:File|Directory|Path|Filename) '?(.*?)'? does not exist\.?", r"“\1”不存在"),
    (r"(?:File|Directory|Path|Filename) '?(.*?)'? is a directory\.?", r"“\1”是文件夹，应为文件"),
    (r"(?:File|Directory|Path|Filename) '?(.*?)'? is a file\.?", r"“\1”是文件，应为文件夹"),
)
_PATTERNS = tuple((re.compile(pattern + r"\Z", re.S), chinese) for pattern, chinese in _MESSAGES)


class Command(click.Command):
    """A command whose help page is in Chinese."""

    def get_help(self, ctx: click.Context) -> str:
        return _chinese(super().get_help(ctx))


class Group(click.Group):
    """A group whose help page, and that of its commands, is in Chinese."""

    command_class = Command

    def get_help(self, ctx: click.Context) -> str:
        return _chinese(super().get_help(ctx))


def command(name: str, **settings: Any) -> Any:
    """``click.command`` of our kind."""
    return click.command(name, cls=Command, **settings)


def group(name: str, **settings: Any) -> Any:
    """``click.group`` of our kind."""
    return click.group(name, cls=Group, **settings)


def _chinese(text: str) -> str:
    for pattern, chinese in _HELP:
        text = pattern.sub(chinese, text)
    return text


def usage_error(error: click.ClickException) -> UsageError:
    """Click's error as one of ours, with the way to the right help page."""
    path = "lingtan"
    if isinstance(error, click.UsageError) and error.ctx is not None:
        path = error.ctx.command_path
    fix = f"用 {path} --help 查看用法"
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return UsageError("usage", "缺少命令", fix=fix)
    if isinstance(error, click.NoSuchOption):
        near = f"；是否指 {error.possibilities[0]}" if error.possibilities else ""
        return UsageError("usage", f"没有选项 {error.option_name}{near}", fix=fix, subject=error.option_name)
    if isinstance(error, click.MissingParameter):
        name = _name(error.param)
        return UsageError("usage", f"缺少参数 {name}", fix=fix, subject=name)
    if isinstance(error, click.BadParameter):
        name = _name(error.param)
        return UsageError("usage", f"参数 {name} 无效：{_message(error.message)}", fix=fix, subject=name)
    return UsageError("usage", _message(error.message), fix=fix)


def _name(param: click.Parameter | None) -> str:
    if isinstance(param, click.Option):
        return max(param.opts, key=len)
    return param.human_readable_name if param else ""


def _message(text: str) -> str:
    for pattern, chinese in _PATTERNS:
        if pattern.fullmatch(text.strip()):
            return pattern.sub(chinese, text.strip())
    return f"命令的写法有误（{text}）"
