"""Old Excel files and OpenDocument sheets read like xlsx: same tables, same doubts, and refused where they cannot be read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from old_workbook import Formula, Value, ods, xls

from app.domain.errors import InputRefused
from app.domain.page import Document, Media, Source
from extractors import extract
from ingestion.reading import read_document
from ingestion.sandbox import read_in_sandbox

ROWS: list[list[Value | None]] = [
    ["2025年用电量台账（单位：万kWh）", None, None, None],
    ["户号", "月份", "电量", "备注"],
    ["3401999000028", date(2025, 1, 28), 12.5, "—"],
    ["3401999000028", date(2025, 2, 28), 7, None],
]


def texts(document: Document, sheet: int = 0) -> list[list[str]]:
    return [[c.text for c in row] for row in document.tables[sheet].rows]


@pytest.mark.parametrize(
    ("data", "media"),
    [(xls({"用电台账": ROWS}, merged=[(0, 0, 0, 3)]), Media.XLS), (ods(ROWS, span=4), Media.ODS)],
    ids=["xls", "ods"],
)
def test_tables_as_xlsx_gives_them(data: bytes, media: Media) -> None:
    document = read_document(data, "台账.dat")
    assert document.media is media
    assert texts(document) == [
        ["2025年用电量台账（单位：万kWh）"] * 4,
        ["户号", "月份", "电量", "备注"],
        ["3401999000028", "2025-01-28", "12.5", "—"],
        ["3401999000028", "2025-02-28", "7"],
    ]
    (table,) = document.tables
    assert (table.rows[2][2].locator, table.rows[0][3].merged_from) == ("用电台账!C3", "用电台账!A1")
    assert document.findings == ()


@pytest.mark.parametrize("result", [0.0, None])
def test_a_formula_that_was_never_computed_is_missing_and_said(result: float | None) -> None:
    document = read_document(xls({"表": [["合计", Formula(result)]]}), "a.xls")
    assert texts(document) == [["合计", ""]]
    assert [(f.id, f.subjects) for f in document.findings] == [("formula-without-value", ("表!B1",))]


def test_a_computed_formula_is_its_result() -> None:
    document = read_document(xls({"表": [["合计", Formula(19.75), Formula("千瓦时"), 0]]}), "a.xls")
    assert texts(document) == [["合计", "19.75", "千瓦时", "0"]]
    assert document.findings == ()


def test_an_open_document_formula_without_value_is_missing() -> None:
    document = read_document(ods([["合计", Formula(None), Formula(19.5)]]), "a.ods")
    assert texts(document) == [["合计", "", "19.5"]]
    assert [f.id for f in document.findings] == ["formula-without-value"]


def test_hidden_sheets_and_lost_digits_are_said() -> None:
    data = xls({"表": [["户号", 34019990000281234567.0]], "副表": [["电量", 5]]}, hidden=["副表"])
    document = read_document(data, "a.xls")
    assert [t.hidden for t in document.tables] == [False, True]
    assert {f.id for f in document.findings} == {"digits-lost", "hidden-cells"}


def test_ledger_values_reach_the_records() -> None:
    kinds = []
    for data in (xls({"用电台账": ROWS}, merged=[(0, 0, 0, 3)]), ods(ROWS, span=4)):
        extraction = extract(read_document(data, "台账"), today=date(2026, 6, 1))
        assert extraction.source is Source.XLSX
        kinds.append([(r.carrier.value, r.quantity, r.unit, r.account_number) for r in extraction.records])
    assert kinds[0] == kinds[1]
    assert kinds[0] == [("electricity", "125000", "kWh", "3401999000028"), ("electricity", "70000", "kWh", "3401999000028")]


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (xls({"表": [["电量", 5]]}, password=True), "encrypted_file"),
        (xls({"表": [["电量", 5]]})[:512] + "Workbook".encode("utf-16-le"), "damaged_file"),
        (ods([["电量", 5]], encrypted=True), "encrypted_file"),
    ],
    ids=["locked", "cut", "locked ods"],
)
def test_what_cannot_be_read_is_refused_with_a_way_out(data: bytes, refusal: str) -> None:
    with pytest.raises(InputRefused) as caught:
        read_document(data, "a")
    assert caught.value.id == refusal
    assert caught.value.fix


def test_every_damaged_byte_is_answered() -> None:
    whole = xls({"用电台账": ROWS}, merged=[(0, 0, 0, 3)])
    answers = set()
    for at in range(0, len(whole), 61):
        try:
            read_document(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :], "a.xls")
            answers.add("read")
        except InputRefused as refused:
            answers.add(refused.id)
    assert answers <= {"read", "damaged_file", "encrypted_file", "unsupported_format", "too_large"}
    assert {"read", "damaged_file"} <= answers


def test_the_sandbox_reads_them_under_its_limits(tmp_path: Path) -> None:
    path = tmp_path / "台账.xls"
    path.write_bytes(xls({"用电台账": ROWS}))
    assert read_in_sandbox(path).tables == read_document(path.read_bytes(), path.name).tables
