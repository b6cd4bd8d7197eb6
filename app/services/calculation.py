"""Stateless calculation: an input file or a batch of input objects → inventories."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.domain.errors import LingtanError, UsageError, system_reason
from app.services.incidents import note_incident
from app.services.profile import parse_toml


def factor_library() -> Any:
    """The factors shipped with lingtan."""
    from app.corpus.factors import load_factor_library

    return load_factor_library()


def calculate_inputs(inputs: dict[str, Any], factors: Any) -> dict[str, Any]:
    """The contract's calc output. Raises CalculationRefused."""
    from app.accounting import calculate
    from app.accounting.report import run_to_json

    return run_to_json(calculate(inputs, factors))


def read_text(path: Path) -> str:
    """A UTF-8 text file, with or without a byte order mark. Raises UsageError."""
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        message = f"打不开 {path}：{system_reason(error)}"
        raise UsageError("file_missing", message, fix="检查路径", subject=str(path)) from error
    except ValueError as error:  # undecodable bytes, or a NUL in the path
        raise UsageError("encoding", f"{path.name} 不是 UTF-8 编码", fix="另存为 UTF-8 后重试", subject=str(path)) from error


def read_inputs(path: Path) -> dict[str, Any]:
    """A TOML or JSON input file with exact numbers. Raises UsageError."""
    text = read_text(path)
    if path.suffix.lower() == ".json" or text.lstrip().startswith("{"):
        return parse_json(text, path.name)
    return parse_toml(text, "核算输入")


def parse_json(text: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        message = f"{where} 不是有效的 JSON：第 {error.lineno} 行第 {error.colno} 列附近写法有误"
        raise UsageError("json_invalid", message, fix="检查引号与逗号", subject=where) from error
    except (RecursionError, ValueError) as error:  # an integer of thousands of digits is a ValueError
        raise UsageError("json_invalid", f"{where} 嵌套过深或数字过长", fix="按格式说明重写", subject=where) from error
    if not isinstance(value, dict):
        raise UsageError("json_invalid", f"{where} 应是一个 JSON 对象", fix="最外层写成 {…}", subject=where)
    return value


def read_lines(path: Path) -> list[tuple[int, str]]:
    """(number, line) of the lines of a JSONL file that are not blank. Raises UsageError."""
    lines = read_text(path).split("\n")
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def calculate_batch(path: Path, factors: Any, home: Path | None = None) -> Iterator[dict[str, Any]]:
    """One result or ``{case, error}`` a line of a JSONL file; a bad line is an error of that line, not of the batch. The traceback
    of a fault of ours goes to the log under ``home``."""
    for number, line in read_lines(path):
        case: Any = None
        try:
            inputs = parse_json(line, f"第 {number} 行")
            case = inputs.pop("case", None)
            yield {"case": case, **calculate_inputs(inputs, factors)}
        except LingtanError as error:
            yield {"case": case, "error": error.to_plain()}
        except Exception as error:
            note_incident(home, error, f"calc --batch, line {number}")
            yield {"case": case, "error": line_failed(number, error).to_plain()}


def line_failed(number: int, error: Exception) -> LingtanError:
    """A fault of ours on one line of a batch."""
    return LingtanError(
        "internal_error", f"第 {number} 行处理时程序出错（{type(error).__name__}）", fix="其余各行不受影响；请把这一行反馈给维护者"
    )
