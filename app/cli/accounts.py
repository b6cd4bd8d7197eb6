"""lingtan calc, account."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from app.cli.output import common_options, emit, emit_line, findings_text, has_blocking, incident_home, table, workspace
from app.cli.words import command
from app.domain.errors import UsageError
from app.services.labels import CATEGORY_LABELS, INDICATOR_LABELS


def inventory_text(output: dict[str, Any]) -> str:
    """The inventory as a table with its total and caveats."""
    rows = [
        (
            line["activity"],
            CATEGORY_LABELS.get(line["category"], line["category"]),
            f"{line.get('quantity', '')} {line.get('unit', '')}".strip(),
            line["tco2"],
            line.get("formula", ""),
        )
        for line in output["lines"]
    ]
    parts = [table(("活动", "类别", "数量", "tCO2", "公式"), rows)]
    parts += [f"  小计 {CATEGORY_LABELS.get(k, k)}：{v} tCO2" for k, v in output["subtotals"].items()]
    parts.append(f"合计：{output['total_tco2']} tCO2")
    if output.get("total_tco2e"):
        parts.append(f"含其他气体：{output['total_tco2e']} tCO2e")
    if output.get("offsets_reported_tco2e"):
        parts.append(f"抵销量（另列，不扣减）：{output['offsets_reported_tco2e']} tCO2e")
    for name, value in output.get("indicators", {}).items():
        parts.append(f"  {INDICATOR_LABELS.get(name, name)}：{value if not isinstance(value, dict) else '；'.join(f'{k} {v}' for k, v in value.items())}")
    parts += [f"  △ {c}" for c in output.get("caveats", [])]
    parts.append(f"核算编号 {output['run_id']}（输入哈希 {output['inputs_hash'][:12]}，{output['engine']}）")
    return "\n".join(parts)


@command("calc", help="活动数据 → 排放清单（不写入任何项目）")
@click.argument("source", required=False, metavar="INPUT", type=click.Path(path_type=Path))
@click.option("--batch", type=click.Path(path_type=Path), metavar="FILE.jsonl", help="每行一个输入对象，逐行输出结果")
@common_options
def calc(source: Path | None, batch: Path | None) -> int:
    from app.services.calculation import calculate_batch, calculate_inputs, factor_library, read_inputs

    if (source is None) == (batch is None):
        raise UsageError("usage", "请给出一个输入文件，或用 --batch 给出 JSONL 文件", fix="lingtan calc INPUT.toml")
    factors = factor_library()
    if batch is not None:
        for result in calculate_batch(batch, factors, incident_home()):
            emit_line(result)
        return 0
    assert source is not None
    output = calculate_inputs(read_inputs(source), factors)
    emit(output, lambda: inventory_text(output))
    return 1 if has_blocking(output.get("findings", [])) else 0


@command("account", help="用已确认的活动数据核算")
@click.option("-p", "--project", "key", metavar="P", help="项目编号或名称")
@click.option("--compare", "earlier", metavar="RUN", help="与此前的一次核算逐行比较（核算编号或其开头）")
@common_options
def account(key: str | None, earlier: str | None) -> int:
    from app.services import account as service

    ws = workspace()
    project = ws.project(key)
    made = service.account(ws, project)
    result = service.result_to_json(project, made)
    if earlier:
        result["comparison"] = service.compare(ws, project, made, earlier)
    emit(result, lambda: account_text(result))
    return 1 if has_blocking(result["findings"]) else 0


def account_text(result: dict[str, Any]) -> str:
    """The inventory, its findings and, when asked for, the comparison with an earlier run."""
    from app.services.account import comparison_text

    parts = [inventory_text(result), findings_text(result["findings"])]
    if "comparison" in result:
        parts.append(comparison_text(result["comparison"]))
    return "\n".join(parts)


COMMANDS = (calc, account)
