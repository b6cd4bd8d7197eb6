"""The factor library as data: complete, sourced, exact in its text, and checked."""

from __future__ import annotations

import csv
import shutil
from fractions import Fraction

import pytest

from app.corpus.factors import check_factors, load_factor_library, read_tables
from app.corpus.paths import corpus_root

ROOT = corpus_root()


@pytest.fixture
def copy(tmp_path):
    """A copy of the factor tables that a test may spoil."""
    for folder in ("factors", "formulas", "gwp", "schema"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def spoil(copy, table, old, new):
    path = copy / table
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return {finding.id for finding in check_factors(copy)}


def test_the_shipped_tables_hold_to_the_schema():
    assert check_factors() == []


def test_every_table_of_the_brief_is_there():
    rows = {}
    for table in read_tables(ROOT):
        rows[table.family] = rows.get(table.family, 0) + len(table.rows)
    assert rows == {
        "grid": 124, "fuel": 90, "heat": 9, "steam_saturated": 70, "steam_superheated": 372, "process": 67, "standard_coal": 27,
        "gwp": 95, "efficiency": 117, "electricity_footprint": 13, "energy_limit": 20, "rule": 18, "standard": 11, "ets_grid": 10,
    }  # fmt: skip


def test_values_keep_the_digits_of_their_table():
    library = load_factor_library()
    assert library.fuels["A", "焦炭"].carbon == "0.02950"
    assert library.grid[2022, "province", "山东", "average"].value == "0.6410"
    assert library.grid[2022, "province", "山东", "average"].number == Fraction(641, 1000)
    assert library.gwp["AR6", "CH4_nonfossil"].value == "27.0"


def test_the_library_is_read_once_and_names_its_bytes():
    assert load_factor_library() is load_factor_library(ROOT)
    assert len(load_factor_library().digest) == 64


def test_a_changed_cell_changes_the_digest(copy):
    before = load_factor_library().digest
    spoil(copy, "factors/grid-mee-2023.csv", "0.6553", "0.6554")
    assert load_factor_library(copy).digest != before


@pytest.mark.parametrize(
    ("table", "old", "new", "finding"),
    [
        ("factors/grid-mee-2023.csv", "0.6553", "655.3", "factor-out-of-band"),
        ("factors/grid-mee-2023.csv", "0.6553", "", "factor-blank"),
        ("factors/grid-mee-2023.csv", "0.6553", "约0.66", "factor-not-a-number"),
        ("factors/grid-mee-2023.csv", "kgCO2/kWh", "tCO2/kWh", "factor-unit"),
        ("factors/grid-mee-2023.csv", "province,安徽", "city,安徽", "factor-choice"),
        ("factors/grid-mee-2023.csv", "GRID/2023/province/安徽", "GRID/2023/province/浙江", "factor-duplicate"),
        ("factors/grid-mee-2023.csv", "id,data_year", "id,jahr", "factor-columns"),
        ("factors/fuels-gbt-32151.34-2024-set-a.csv", "42.652", "42652", "factor-out-of-band"),
        ("factors/fuels-gbt-32151.34-2024-set-a.csv", ",single,", ",sure,", "factor-evidence"),
        ("gwp/ar6.csv", "CH4_fossil,29.8", "CH4_fossil,2980000", "factor-out-of-band"),
        ("factors/grid-mee-2023.toml", "rows = 41", "rows = 40", "factor-rows"),
        ("factors/grid-mee-2023.toml", "scope =", "skope =", "factor-meta-unknown"),
        ("factors/grid-mee-2023.toml", 'family = "grid"', 'family = "gird"', "factor-family"),
        ("factors/grid-mee-2023.toml", "publisher =", "note2 =", "factor-meta-missing"),
    ],
)
def test_a_spoilt_table_is_found(copy, table, old, new, finding):
    assert finding in spoil(copy, table, old, new)


def test_a_value_without_source_is_found(copy):
    path = copy / "factors" / "heat-purchased.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    rows[0]["source"] = ""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    assert [f.id for f in check_factors(copy)] == ["factor-unsourced"]


def test_findings_speak_chinese_and_say_what_to_do(copy):
    spoil(copy, "factors/grid-mee-2023.csv", "0.6553", "655.3")
    (finding,) = check_factors(copy)
    assert finding.subjects == ("GRID/2023/province/安徽/average",)
    assert "超出合理范围" in finding.message
    assert finding.fix
