"""核算报告.xlsx: its formulas give the totals of the run, in a spreadsheet's own arithmetic and in LibreOffice where it has Calc."""

from __future__ import annotations

import re
import shutil
import subprocess
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from app.accounting import calculate
from app.accounting.report import run_to_json
from app.corpus.factors import load_factor_library
from app.services.labels import CATEGORY_LABELS
from app.services.workbook import accounts_workbook, emission_per_unit

_SUMIF = re.compile(r"SUMIF\(明细!\$B\$2:\$B\$(\d+),A(\d+),明细!\$H\$2:\$H\$\1\)")


@pytest.fixture(scope="module")
def output() -> dict[str, Any]:
    grid = {"data_year": 2023, "level": "province", "region": "安徽", "basis": "average"}
    activities = [
        {"id": f"e{m}", "carrier": "电力", "quantity": f"{81_234 + 977 * m}.3", "unit": "kWh", "direction": "in", "params": {"supply": "grid"}}
        for m in range(1, 13)
    ]
    activities += [
        {"id": f"g{m}", "carrier": "天然气", "quantity": f"{7_001 + 13 * m}", "unit": "Nm3", "direction": "in", "params": {}}
        for m in range(1, 13)
    ]
    activities.append({"id": "h", "carrier": "热力", "quantity": "1234.567", "unit": "GJ", "direction": "in", "params": {}})
    inputs = {
        "edition": "GB/T 32151.34-2024", "factor_set": "A", "year": 2025, "province": "安徽", "grid_basis": grid, "activities": activities,
    }  # fmt: skip
    return run_to_json(calculate(inputs, load_factor_library()))


def book(output: dict[str, Any]) -> Any:
    from openpyxl import load_workbook

    return load_workbook(BytesIO(accounts_workbook("甲厂", 2025, output, [], [])))


def recomputed(output: dict[str, Any]) -> dict[str, tuple[float, float, float]]:
    """Label → (recomputed, result, difference), in binary fractions as a spreadsheet computes."""
    workbook = book(output)
    summary, lines = workbook["汇总"], workbook["明细"]
    emissions = []
    for row in range(2, lines.max_row + 1):
        formula = lines.cell(row, 8).value
        value = lines.cell(row, 4).value * lines.cell(row, 15).value if formula == f"=D{row}*O{row}" else formula
        emissions.append((lines.cell(row, 2).value, float(value)))

    def sumif(match: re.Match[str]) -> str:
        assert int(match[1]) == lines.max_row
        return repr(sum(v for label, v in emissions if label == summary.cell(int(match[2]), 1).value))

    out = {}
    for row in range(6, summary.max_row + 1):
        formula = str(summary.cell(row, 2).value)
        if not formula.startswith("=ROUND("):
            continue
        terms, places = _SUMIF.sub(sumif, formula.removeprefix("=ROUND(").removesuffix(")")).rsplit(",", 1)
        value = round(sum(float(t) for t in terms.split("+")), int(places))
        result = float(summary.cell(row, 3).value)
        assert summary.cell(row, 4).value == f"=ROUND(B{row}-C{row},{places})"
        out[summary.cell(row, 1).value] = (value, result, round(value - result, int(places)))
    return out


def test_totals_are_recomputed_to_the_same_value(output):
    found = recomputed(output)
    assert set(found) == {*(CATEGORY_LABELS[c] for c in output["subtotals"]), "合计"}
    assert found["合计"][1] == float(output["total_tco2"])
    assert {difference for _, _, difference in found.values()} == {0.0}


def test_a_changed_quantity_changes_the_total(output):
    lines = [{**line, "quantity": "1"} if line["activity"] == "e1" else line for line in output["lines"]]
    changed = accounts_workbook("甲厂", 2025, {**output, "lines": lines}, [], [])
    assert changed != accounts_workbook("甲厂", 2025, output, [], [])
    lines_sheet = book(output)["明细"]
    row = next(r for r in range(2, lines_sheet.max_row + 1) if lines_sheet.cell(r, 1).value == "e1")
    assert lines_sheet.cell(row, 8).value == f"=D{row}*O{row}", "the emission follows the quantity in the sheet"


def test_a_line_without_a_quantity_keeps_its_result():
    assert emission_per_unit({"quantity": "0", "exact": "1"}) is None
    assert emission_per_unit({"quantity": "见合同", "exact": "1"}) is None
    assert emission_per_unit({"quantity": "4", "exact": "1/3"}) == Decimal("0.083333333333333333")


def test_words_from_documents_never_become_formulas(output):
    lines = [{**output["lines"][0], "why": "=HYPERLINK(1)", "activity": "=1+1"}]
    sheet = book({**output, "lines": lines})["明细"]
    assert (sheet.cell(2, 1).data_type, sheet.cell(2, 14).data_type) == ("s", "s")


def test_libreoffice_computes_the_same(output, tmp_path):
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not installed")
    source = tmp_path / "accounts.xlsx"
    source.write_bytes(accounts_workbook("甲厂", 2025, output, [], []))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "out"), str(source)]
    subprocess.run(command, capture_output=True, timeout=180)
    made = tmp_path / "out" / "accounts.xlsx"
    if not made.is_file():
        pytest.skip("LibreOffice is installed without Calc")
    from openpyxl import load_workbook

    summary = load_workbook(made, data_only=True)["汇总"]
    found = {r[0]: r[1:4] for r in summary.iter_rows(min_row=6, values_only=True) if r[3] is not None}
    assert found["合计"][0] == float(output["total_tco2"])
    assert {difference for _, _, difference in found.values()} == {0}
