"""How commands speak: one JSON object on stdout with ``--json``, Chinese text otherwise; progress and logs on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from app.domain.errors import LingtanError
from app.domain.plain import to_plain

F = TypeVar("F", bound=Callable[..., Any])


def common_options(function: F) -> F:
    """``--json`` and ``--home``, which every command takes; the values land in the click context."""

    def keep(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
        def callback(context: click.Context, _parameter: click.Parameter, value: Any) -> Any:
            if value:
                context.find_root().meta[name] = value
            return value

        return callback

    function = click.option(
        "--json", "as_json", is_flag=True, expose_value=False, callback=keep("json"), is_eager=True, help="只输出一个 JSON 对象"
    )(function)
    return click.option(
        "--home",
        metavar="DIR",
        expose_value=False,
        callback=keep("home"),
        is_eager=True,
        help="数据目录（默认 ./.lingtan 或环境变量 LINGTAN_HOME）",
    )(function)


def wants_json() -> bool:
    context = click.get_current_context(silent=True)
    return bool(context and context.find_root().meta.get("json"))


def home_option() -> str | None:
    """What ``--home`` said, or None."""
    context = click.get_current_context(silent=True)
    return context.find_root().meta.get("home") if context else None


def incident_home() -> Path:
    """Where a fault of ours is written down; commands that touch no project do not create the directory for anything else."""
    return Path(home_option() or os.environ.get("LINGTAN_HOME") or ".lingtan").expanduser()


def workspace() -> Any:
    """The home directory this command works on, opened."""
    from app.bootstrap import open_workspace

    return open_workspace(home_option())


def emit(value: Any, text: str | Callable[[], str]) -> None:
    """Print the result: ``value`` as JSON, or ``text`` (or what it returns)."""
    if wants_json():
        _write(as_json(value))
    else:
        body = text() if callable(text) else text
        if body:
            _write(body.rstrip("\n"))


LARGE = 1_000_000


def as_json(value: Any) -> str:
    """The JSON text of a result. What is JSON-ready is not walked a second time, and a result of many lines is not indented: a run of
    100 000 lines is written in a second instead of seven."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=to_plain)
    except TypeError:  # a key that is no text
        value = to_plain(value)
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) > LARGE else json.dumps(value, ensure_ascii=False, default=to_plain, indent=2)


def _write(text: str) -> None:
    """A text on stdout. A lone surrogate (half of a broken character in an input) comes out as its JSON escape."""
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")
    sys.stdout.flush()


def emit_line(value: Any) -> None:
    """One JSON object a line, for batch commands."""
    _write(json.dumps(value, ensure_ascii=False, default=to_plain))


def note(text: str) -> None:
    """A word on stderr."""
    sys.stderr.write(text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")
    sys.stderr.flush()


def fail(error: LingtanError) -> int:
    """Print an error in the form asked for; returns the exit status."""
    if wants_json():
        emit({"error": error.to_plain()}, "")
    else:
        note(f"错误：{error.message}" + (f"\n怎么办：{error.fix}" if error.fix else ""))
    return error.exit_status


def width(text: str) -> int:
    """Columns on a terminal: Chinese characters and full-width forms take two."""
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text)


def table(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A plain aligned table."""
    cells = [[str(h) for h in headers]] + [["" if v is None else str(v) for v in row] for row in rows]
    widths = [max(width(row[i]) for row in cells) for i in range(len(headers))]
    lines = []
    for number, row in enumerate(cells):
        lines.append("  ".join(v + " " * (w - width(v)) for v, w in zip(row, widths, strict=True)).rstrip())
        if number == 0:
            lines.append("  ".join("─" * w for w in widths))
    return "\n".join(lines)


SEVERITY_MARK = {"blocking": "✗ 必须处理", "explain": "△ 须说明", "note": "· 提示"}


def findings_text(findings: Iterable[Any], *, limit: int = 30) -> str:
    """Findings as indented lines, worst first."""
    items = [f if isinstance(f, dict) else to_plain(f) for f in findings]
    order = {"blocking": 0, "explain": 1, "note": 2}
    items.sort(key=lambda f: order[f["severity"]])
    lines = []
    for item in items[:limit]:
        lines.append(f"  {SEVERITY_MARK[item['severity']]}  {item['message']}")
        if item.get("fix"):
            lines.append(f"      → {item['fix']}")
    if len(items) > limit:
        lines.append(f"  … 还有 {len(items) - limit} 条（--json 查看全部）")
    return "\n".join(lines)


def has_blocking(findings: Iterable[Any]) -> bool:
    return any((f["severity"] if isinstance(f, dict) else f.severity.value) == "blocking" for f in findings)
