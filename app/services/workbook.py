"""核算报告.xlsx: activity data, factors, lines and totals, with formulas that recompute the totals in the sheet."""

from __future__ import annotations

import io
import re
from decimal import Decimal, localcontext
from typing import Any

from app.domain.number import parse_number
from app.services.labels import CATEGORY_LABELS

#: Decimals of the totals, as the core prints them; digits of a cell's number.
PLACES, SHEET_DIGITS = 6, 17
INDICATOR_LABELS = {
    "energy_tce": "综合能源消费量（tce）",
    "intensity_tco2_per_tce": "单位能耗碳排放（tCO2/tce）",
    "non_fossil_share": "非化石能源消费占比",
    "physical_share": "绿色电力物理认定量占比",
}


def accounts_workbook(
    project_name: str, year: int | None, output: dict[str, Any], records: list[dict[str, Any]], findings: list[dict[str, Any]]
) -> bytes:
    """The workbook's bytes. A line is its activity data times its own exact emission per unit, a total the sum over the lines of
    its category; the totals of the run stand beside them as figures, and the difference is a formula too."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    head = Font(bold=True)
    fill = PatternFill("solid", fgColor="E3F1EA")

    def sheet(title: str, headers: list[str], lines: list[list[Any]], widths: list[int]) -> Any:
        page = book.create_sheet(title)
        page.append(headers)
        for cell in page[1]:
            cell.font, cell.fill = head, fill
        for line in lines:
            page.append([_clean(v) for v in line])
        for number, width in enumerate(widths, 1):
            page.column_dimensions[get_column_letter(number)].width = width
        page.freeze_panes = "A2"
        for row in page.iter_rows(min_row=2):
            for cell in row:
                if isinstance(cell.value, str):
                    cell.data_type = "s"  # text from documents is never a formula
                cell.alignment = Alignment(vertical="top", wrap_text=isinstance(cell.value, str) and len(str(cell.value)) > 24)
        return page

    summary = book.active
    summary.title = "汇总"
    summary.append([_clean(f"{project_name} {year or ''} 年温室气体核算")])
    summary["A1"].data_type = "s"
    summary["A1"].font = Font(bold=True, size=14)
    summary.append(["核算编号", output["run_id"], "核算程序", output["engine"]])
    summary.append(["输入哈希", output["inputs_hash"]])
    summary.append([])
    summary.append(["类别", "表内重算 tCO2", "核算结果 tCO2（精确值舍入一次）", "差异"])
    for cell in summary[5]:
        cell.font, cell.fill = head, fill
    last = len(output["lines"]) + 1
    for key, value in output["subtotals"].items():
        row = summary.max_row + 1
        summed = f"=ROUND(SUMIF(明细!$B$2:$B${last},A{row},明细!$H$2:$H${last}),{PLACES})"
        summary.append([CATEGORY_LABELS.get(key, key), summed, Decimal(value), f"=ROUND(B{row}-C{row},{PLACES})"])
    first, end = 6, summary.max_row
    counted = [r for r in range(first, end + 1) if summary.cell(r, 1).value != CATEGORY_LABELS["outside_boundary"]]
    row = end + 1
    if counted:  # from the lines, not from the rounded subtotals: those may differ from the total in the last place
        terms = "+".join(f"SUMIF(明细!$B$2:$B${last},A{r},明细!$H$2:$H${last})" for r in counted)
        whole: str | int = f"=ROUND({terms},{PLACES})"
    else:
        whole = f"=ROUND(SUM(明细!$H$2:$H${last}),{PLACES})" if output["lines"] else 0
    summary.append(["合计", whole, Decimal(output["total_tco2"]), f"=ROUND(B{row}-C{row},{PLACES})"])
    for cell in summary[summary.max_row]:
        cell.font = head
    if output.get("offsets_reported_tco2e"):
        summary.append(["抵销量（另列，不扣减）", None, output["offsets_reported_tco2e"]])
    for name, value in output.get("indicators", {}).items():
        text = "；".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        summary.append([_clean(f"指标 {INDICATOR_LABELS.get(name, name)}"), None, _clean(text)])
    for letter, width in (("A", 28), ("B", 26), ("C", 40), ("D", 24)):
        summary.column_dimensions[letter].width = width

    lines = []
    for number, line in enumerate(output["lines"], 2):
        per_unit = emission_per_unit(line)
        operands = {o["name"]: o for o in line.get("operands", [])}
        lines.append(
            [
                line["activity"],
                CATEGORY_LABELS.get(line["category"], line["category"]),
                line.get("carrier", ""),
                Decimal(line["quantity"]) if _decimal(line.get("quantity")) else line.get("quantity", ""),
                line.get("unit", ""),
                line.get("period_start") or "",
                line.get("period_end") or "",
                f"=D{number}*O{number}" if per_unit is not None else Decimal(line["tco2"]),
                line.get("exact", ""),
                line.get("formula", ""),
                "；".join(f"{o['name']} = {o['value']} {o['unit']}（{o['source']}）" for o in operands.values()),
                line.get("clause", ""),
                "；".join(line.get("factors", [])),
                line.get("why", ""),
                per_unit,
            ]
        )
    detail = sheet(
        "明细",
        ["活动", "类别", "品种", "活动数据", "单位", "起", "止", "tCO2", "精确值", "公式", "代入值", "依据", "因子", "选用理由", "单位活动排放 tCO2"],
        lines,
        [22, 14, 12, 16, 8, 12, 12, 16, 20, 30, 50, 30, 30, 50, 22],
    )
    for number, line in enumerate(output["lines"], 2):
        if emission_per_unit(line) is not None:
            detail.cell(number, 8).data_type = "f"
    sheet(
        "因子",
        ["因子", "值", "单位", "可信度", "来源", "选用理由"],
        [[f["id"], f["value"], f["unit"], f["evidence"], f["source"], f["why"]] for f in output["factors"]],
        [34, 14, 16, 10, 60, 60],
    )
    sheet(
        "活动数据",
        ["记录", "品种", "方向", "数量", "单位", "印刷数量", "印刷单位", "账期起", "账期止", "户号", "单据", "页", "文件 SHA-256", "确认人", "确认时间"],
        [
            [
                r["id"],
                r["carrier_label"],
                r["direction_label"],
                Decimal(r["quantity"]) if _decimal(r["quantity"]) else r["quantity"],
                r["unit"],
                r["raw_quantity"],
                r["raw_unit"],
                r["period_start"] or "",
                r["period_end"] or "",
                r["account_number"] or "",
                r["filename"],
                r["page"] or "",
                r["document"],
                r["decided_by"] or "",
                r["decided_at"] or "",
            ]
            for r in records
        ],
        [22, 10, 8, 16, 8, 14, 10, 12, 12, 18, 34, 6, 24, 12, 26],
    )
    sheet(
        "检查与说明",
        ["级别", "内容", "处理"],
        [[{"blocking": "必须处理", "explain": "须说明", "note": "提示"}[f["severity"]], f["message"], f.get("fix", "")] for f in findings]
        + [["口径说明", c, ""] for c in output.get("caveats", [])],
        [12, 90, 60],
    )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def emission_per_unit(line: dict[str, Any]) -> Decimal | None:
    """tCO2 per unit of a line's activity data, to the digits a sheet can hold; None when the quantity is no number or zero."""
    if not _decimal(line.get("quantity")) or not line.get("exact"):
        return None
    quantity, exact = parse_number(line["quantity"]), parse_number(line["exact"])
    if not quantity:
        return None
    each = exact / quantity
    with localcontext() as context:
        context.prec = SHEET_DIGITS
        return Decimal(each.numerator) / Decimal(each.denominator)


def _clean(value: Any) -> Any:
    """Text without the control characters that a workbook cannot hold."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", " ", value) if isinstance(value, str) else value


def _decimal(text: Any) -> bool:
    try:
        parse_number(text)
    except ValueError:
        return False
    return "/" not in str(text)
