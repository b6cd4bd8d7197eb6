"""What a person must know about a workbook before trusting its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.domain.finding import Finding, Severity
from ingestion.readers.formula import column_letters
from ingestion.readers.xlsx_parts import SheetPart, Workbook
from ingestion.readers.xlsx_sheet import StoredSheet
from ingestion.readers.xlsx_values import Values

_LISTED = 20


def workbook_findings(
    stored: Mapping[str, tuple[SheetPart, StoredSheet]], values: Values, book: Workbook
) -> list[Finding]:
    """Formulas without values (computed or not), numbers longer than a spreadsheet holds, hidden parts, pictures."""
    found: list[Finding] = without_value(values.without_value)
    if values.computed:
        found.append(
            Finding(
                id="formula-computed",
                severity=Severity.NOTE,
                message=f"有 {len(values.computed)} 个公式没有保存结果，已按单元格数值精确计算：{_list(values.computed)}。",
                subjects=tuple(values.computed[:_LISTED]),
                data={"count": str(len(values.computed))},
            )
        )
    found += digits_lost(values.shortened)
    found += hidden_cells(_hidden(stored))
    if book.pictures:
        found.append(
            Finding(
                id="pictures-not-read",
                severity=Severity.NOTE,
                message=f"文件中有 {book.pictures} 张图片，图片里的内容没有读取。",
                fix="图片里若有抄表数等数据，请手工录入。",
            )
        )
    return found


def without_value(places: Sequence[str]) -> list[Finding]:
    """Formulas whose result the file does not carry and the reader cannot compute: missing, never zero."""
    if not places:
        return []
    return [
        Finding(
            id="formula-without-value",
            severity=Severity.EXPLAIN,
            message=f"有 {len(places)} 个公式没有保存计算结果，也无法自行计算：{_list(places)}。",
            subjects=tuple(places[:_LISTED]),
            fix="请用 Excel 或 WPS 打开该文件，保存一次后重新上传。",
            data={"count": str(len(places))},
        )
    ]


def digits_lost(places: Sequence[str]) -> list[Finding]:
    """Numbers longer than a spreadsheet can hold, such as account numbers."""
    if not places:
        return []
    return [
        Finding(
            id="digits-lost",
            severity=Severity.EXPLAIN,
            message=f"超过 15 位的号码以数值保存，末尾几位在表格中已丢失：{_list(places)}。",
            subjects=tuple(places[:_LISTED]),
            fix="请把该列设为文本格式，按原始单据重新填写号码。",
        )
    ]


def hidden_cells(names: Sequence[str]) -> list[Finding]:
    """Hidden sheets, rows and columns that hold something."""
    if not names:
        return []
    return [
        Finding(
            id="hidden-cells",
            severity=Severity.EXPLAIN,
            message=f"表格中有隐藏内容，已一并读取：{_list(names)}。",
            subjects=tuple(names[:_LISTED]),
            fix="请确认隐藏的工作表、行、列是否应计入；不需要的请删除后再上传。",
        )
    ]


def _hidden(stored: Mapping[str, tuple[SheetPart, StoredSheet]]) -> list[str]:
    """Hidden sheets, and hidden rows and columns that hold something."""
    names: list[str] = []
    for sheet, cells in stored.values():
        if sheet.hidden and cells.cells:
            names.append(f"工作表 {sheet.name}")
        used = {column for _, column in cells.cells}
        rows = {row for row, _ in cells.cells if row in cells.hidden_rows}
        names += [f"{sheet.name} 第{row}行" for row in sorted(rows)]
        names += [
            f"{sheet.name} {column_letters(column)}列"
            for column in sorted(used)
            if any(first <= column <= last for first, last in cells.hidden_columns)
        ]
    return names


def _list(names: Sequence[str]) -> str:
    return "、".join(names[:5]) + (f" 等 {len(names)} 处" if len(names) > 5 else "")
