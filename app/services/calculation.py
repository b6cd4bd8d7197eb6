"""Stateless calculation: an input file or a batch of input objects → inventories."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.domain.errors import LingtanError, UsageError
from app.services.profile import parse_toml


def calculate_inputs(inputs: dict[str, Any], factors: Any) -> dict[str, Any]:
    """The contract's calc output. Raises CalculationRefused."""
    from app.accounting import calculate
    from app.accounting.report import run_to_json

    return run_to_json(calculate(inputs, factors))


def read_inputs(path: Path) -> dict[str, Any]:
    """A TOML or JSON input file with exact numbers. Raises UsageError."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise UsageError("file_missing", f"打不开 {path}：{error.strerror}", fix="检查路径", subject=str(path)) from error
    except UnicodeDecodeError as error:
        raise UsageError("encoding", f"{path.name} 不是 UTF-8 编码", fix="另存为 UTF-8 后重试", subject=str(path)) from error
    if path.suffix.lower() == ".json" or text.lstrip().startswith("{"):
        return parse_json(text, path.name)
    return parse_toml(text, "核算输入")


def parse_json(text: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        message = f"{where} 不是有效的 JSON：第 {error.lineno} 行第 {error.colno} 列附近写法有误"
        raise UsageError("json_invalid", message, fix="检查引号与逗号", subject=where) from error
    except RecursionError as error:
        raise UsageError("json_invalid", f"{where} 嵌套过深", fix="按格式说明重写", subject=where) from error
    if not isinstance(value, dict):
        raise UsageError("json_invalid", f"{where} 应是一个 JSON 对象", fix="最外层写成 {…}", subject=where)
    return value


def calculate_batch(path: Path, factors: Any) -> Iterator[dict[str, Any]]:
    """One result or ``{case, error}`` a line of a JSONL file; a bad line is an error of that line, not of the batch."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("file_missing", f"打不开 {path}", fix="检查路径与编码（UTF-8）", subject=str(path)) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        case: Any = None
        try:
            inputs = parse_json(line, f"第 {number} 行")
            case = inputs.pop("case", None)
            yield {"case": case, **calculate_inputs(inputs, factors)}
        except LingtanError as error:
            yield {"case": case, "error": error.to_plain()}
