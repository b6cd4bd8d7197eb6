"""Workbooks: the digits of the file, the printed form of dates, formulas without values, what is hidden or merged."""

from datetime import date, datetime
from fractions import Fraction

import pytest
import reader_files as make

from app.domain.errors import InputRefused
from ingestion.readers.formula import Unknown, column_letters, column_number, decimal_text, evaluate
from ingestion.readers.number_text import number_text, parse_format, plain_number
from ingestion.reading import read_document


def read(data: bytes):
    return read_document(data, "x.xlsx")


def cells(document, table: int = 0) -> dict[str, str]:
    return {c.locator.partition("!")[2]: c.text for row in document.tables[table].rows for c in row if c.text}


def cell(document, address: str):
    return next(c for t in document.tables for row in t.rows for c in row if c.locator == address)


def finding_ids(document) -> list[str]:
    return [f.id for f in document.findings]


def sheet_with(*rows: tuple) -> bytes:
    def fill(book):
        for row in rows:
            book.active.append(row)

    return make.workbook(fill)


def test_cells_have_addresses_and_text():
    document = read(make.workbook())
    table = document.tables[0]
    assert (table.name, table.page, table.hidden, document.page_count) == ("能源台账", 1, False, 1)
    first = table.rows[0][1]
    assert (first.text, first.row, first.column, first.locator) == ("用电量（万kWh）", 1, 2, "能源台账!B1")
    assert "12.5" in document.text


def test_missing_sum_is_computed_exactly_and_disclosed():
    document = read(make.workbook())
    total = cell(document, "能源台账!B4")
    assert (total.text, total.formula, total.computed) == ("23.75", "=SUM(B2:B3)", True)
    (finding,) = document.findings
    assert (finding.id, finding.severity, finding.subjects) == ("formula-computed", "note", ("能源台账!B4",))


def test_stored_value_of_a_formula_is_kept_as_it_is():
    document = read(
        make.raw_workbook(
            '<row r="1"><c r="A1"><f>1+1</f><v>3</v></c><c r="B1" t="str"><f>"a"&amp;"b"</f><v>ab</v></c></row>'
        )
    )
    assert cells(document) == {"A1": "3", "B1": "ab"}
    assert (cell(document, "表 1!A1").formula, cell(document, "表 1!A1").computed) == ("=1+1", False)
    assert document.findings == ()


def test_formula_that_cannot_be_computed_is_a_finding_never_a_zero():
    document = read(sheet_with((1, "=VLOOKUP(A1,B:C,2)", "=B1+1", "=A1/0", '=SUM(A1,"x")')))
    assert cells(document) == {"A1": "1"}
    (finding,) = document.findings
    assert (finding.id, finding.severity, finding.data["count"]) == ("formula-without-value", "explain", "4")
    assert "保存" in finding.fix


def test_number_kept_as_text_makes_its_sum_unknown():
    document = read(sheet_with(("100",), (50,), ("=SUM(A1:A2)",)))
    assert finding_ids(document) == ["formula-without-value"]


def test_shared_formulas_without_values():
    rows = "".join(
        f'<row r="{r}"><c r="A{r}"><v>{r}</v></c><c r="B{r}"><f t="shared" si="0"{extra}</c></row>'
        for r, extra in ((1, ' ref="B1:B3">A1*2</f>'), (2, "/>"), (3, "/>"))
    )
    document = read(make.raw_workbook(rows))
    assert [cells(document)[f"B{r}"] for r in (1, 2, 3)] == ["2", "4", "6"]
    assert cell(document, "表 1!B3").formula == "=A3*2"


def test_running_total_over_a_year_of_days():
    document = read(sheet_with((1, "=A1"), *((1, f"=B{r - 1}+A{r}") for r in range(2, 367))))
    assert cells(document)["B366"] == "366"


def test_circular_formulas_end():
    assert finding_ids(read(sheet_with(("=B1", "=A1")))) == ["formula-without-value"]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("1234567.80", "1234567.80"),
        ("0.1", "0.1"),
        ("1234.5599999999999", "1234.56"),
        ("0.30000000000000004", "0.3"),
        ("1E-3", "0.001"),
        ("1.5E+6", "1500000"),
        ("-0.070000000000000007", "-0.07"),
        ("123456789012345", "123456789012345"),
    ],
)
def test_numbers_keep_the_files_digits_without_binary_noise(stored, shown):
    document = read(make.raw_workbook(f'<row r="1"><c r="A1"><v>{stored}</v></c></row>'))
    assert (cells(document)["A1"], document.findings) == (shown, ())


def test_long_number_kept_as_number_has_lost_digits():
    document = read(make.raw_workbook('<row r="1"><c r="A1"><v>2.4112000000048542E+19</v></c></row>'))
    assert cells(document)["A1"] == "24112000000048500000"
    assert finding_ids(document) == ["digits-lost"]


def test_dates_months_and_times():
    def fill(book):
        sheet = book.active
        values = (
            (date(2025, 1, 31), "yyyy-mm-dd"), (date(2025, 3, 1), 'yyyy"年"m"月"'), (date(2025, 3, 2), 'yyyy"年"m"月"d"日"'),
            (datetime(2025, 1, 31, 8, 30), "yyyy-mm-dd hh:mm"), (0.5, "hh:mm"), (date(2025, 1, 1), "mmm-yy"), (date(2025, 6, 5), "[$-804]yyyy/m/d;@"),
            (1.5, "[h]:mm"),
        )  # fmt: skip
        for column, (value, code) in enumerate(values, start=1):
            sheet.cell(1, column, value).number_format = code

    assert list(cells(read(make.workbook(fill))).values()) == [
        "2025-01-31", "2025-03", "2025-03-02", "2025-01-31 08:30", "12:00", "2025-01", "2025-06-05", "1.5",
    ]  # fmt: skip


def test_builtin_chinese_date_formats_and_the_1904_epoch():
    assert number_text("45658", parse_format('yyyy"年"m"月"')) == "2025-01"
    assert number_text("44196", parse_format("yyyy-mm-dd"), base_1904=True) == "2025-01-01"
    assert number_text("1", parse_format("yyyy-mm-dd")) == "1900-01-01"
    assert number_text("61", parse_format("yyyy-mm-dd")) == "1900-03-01"


@pytest.mark.parametrize(
    ("code", "raw", "shown"),
    [
        ("0%", "0.13", "13%"),
        ("0.00%", "0.1255", "12.55%"),
        ("0%", "0", "0%"),
        ("0%", "10", "1000%"),
        ("000000", "123", "000123"),
        ("#,##0.00", "1234.5", "1234.5"),
        ('0.00"kWh"', "12.5", "12.5kWh"),
        ("#,##0\\吨", "12", "12吨"),
        ('0.0,"千kWh"', "12500", "12500"),
        ('_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', "7.5", "7.5"),
        ("General", "7.5", "7.5"),
        ("@", "7.5", "7.5"),
        ('"¥"#,##0.00', "7.5", "7.5"),
        ("0.00E+00", "12345", "12345"),
        ("[Red]0.00", "1", "1"),
    ],
)
def test_formats_that_change_the_meaning(code, raw, shown):
    assert number_text(raw, parse_format(code)) == shown


@pytest.mark.parametrize("raw", ["", "abc", "NaN", "Infinity", "1E999", "--1"])
def test_what_is_not_a_number(raw):
    with pytest.raises(ValueError):
        plain_number(raw)


def test_merged_cells_repeat_their_value_and_say_where_from():
    def fill(book):
        sheet = book.active
        sheet.append(["电力", None, "气"])
        sheet.append(["kWh", "元", "m³"])
        sheet.merge_cells("A1:B1")

    document = read(make.workbook(fill))
    copy = cell(document, "能源台账!B1")
    assert (copy.text, copy.merged_from) == ("电力", "能源台账!A1")
    assert cell(document, "能源台账!A1").merged_from is None


def test_huge_merge_and_huge_dimension_cost_nothing():
    document = read(
        make.raw_workbook(
            '<row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
            before='<dimension ref="A1:XFD1048576"/>',
            after='<mergeCells><mergeCell ref="A1:XFD1"/><mergeCell ref="A2:A3"/><mergeCell ref="oops"/></mergeCells>',
        )
    )
    assert len(document.tables[0].rows) == 2
    assert document.tables[0].rows[1][0].locator == "表 1!XFD1048576"


def test_hidden_parts_are_read_and_disclosed():
    def fill(book):
        sheet = book.active
        for row in ((1, 2, 3), (4, 5, 6)):
            sheet.append(row)
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["C"].hidden = True
        other = book.create_sheet("旧数据")
        other["A1"] = 9
        other.sheet_state = "veryHidden"

    document = read(make.workbook(fill))
    assert cells(document)["C2"] == "6"
    assert [t.hidden for t in document.tables] == [False, True]
    (finding,) = document.findings
    assert (finding.id, finding.severity) == ("hidden-cells", "explain")
    assert finding.subjects == ("能源台账 第2行", "能源台账 C列", "工作表 旧数据")


def test_strings_of_every_kind():
    strings = "<si><t>整段</t></si><si><r><t>分</t></r><r><t>段</t></r><rPh><t>pinyin</t></rPh></si>"
    row = (
        '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="inlineStr"><is><t xml:space="preserve"> 行内 </t></is></c>'
        '<c t="b"><v>1</v></c><c t="e"><v>#DIV/0!</v></c><c t="d"><v>2025-01-31</v></c><c t="s"><v>99</v></c><c><v>—</v></c></row>'
    )
    assert cells(read(make.raw_workbook(row, strings=strings))) == {
        "A1": "整段", "B1": "分段", "C1": "行内", "D1": "TRUE", "E1": "#DIV/0!", "F1": "2025-01-31", "H1": "—",
    }  # fmt: skip


def test_blank_rows_are_left_out_and_rows_start_at_column_a():
    document = read(sheet_with((None, None, "表头"), (), (None, 5)))
    rows = document.tables[0].rows
    assert [[c.text for c in row] for row in rows] == [["", "", "表头"], ["", "5"]]
    assert [row[0].row for row in rows] == [1, 3]


def test_error_values_do_not_enter_sums():
    row = '<row r="1"><c r="A1" t="e"><v>#REF!</v></c><c r="B1"><v>1</v></c><c r="C1"><f>SUM(A1:B1)</f></c></row>'
    assert finding_ids(read(make.raw_workbook(row))) == ["formula-without-value"]


def test_pictures_are_mentioned():
    def fill(book):
        import io

        from openpyxl.drawing.image import Image

        book.active["A1"] = 1
        book.active.add_image(Image(io.BytesIO(make.png(20, 20))), "B2")

    assert finding_ids(read(make.workbook(fill))) == ["pictures-not-read"]


def test_refusals(monkeypatch):
    with pytest.raises(InputRefused) as caught:
        read(make.raw_workbook("<row><c>"))
    assert caught.value.id == "damaged_file"
    with pytest.raises(InputRefused) as caught:
        read(make.archive({"[Content_Types].xml": "spreadsheetml.sheet.main", "xl/workbook.xml": "<workbook/>"}))
    assert caught.value.id == "damaged_file"
    monkeypatch.setattr("ingestion.limits.MAX_CELLS", 3)
    with pytest.raises(InputRefused) as caught:
        read(sheet_with((1, 2, 3, 4)))
    assert caught.value.id == "too_large"


CELLS = {("s", 1, 1): Fraction(10), ("s", 2, 1): Fraction(1, 4), ("s", 3, 1): "备注", ("其他 表", 1, 2): Fraction(7)}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=1+2*3-4/2", "5"),
        ("-(2+3)*2%", "-0.1"),
        ("=A1*A2", "2.5"),
        ("=SUM(A1:A3, 5)", "15.25"),
        ("=sum($A$1:A2)/2", "5.125"),
        ("='其他 表'!B1+A1", "17"),
        ("=A9", "0"),
        ("=ROUND(A1/3,2)", "3.33"),
        ("=ROUND(-2.5,0)", "-3"),
        ("=ROUND(1250,-2)", "1300"),
        ("=AVERAGE(A1:A2)", "5.125"),
        ("=PRODUCT(A1,4)+MIN(A1:A2)+MAX(1,2)", "42.25"),
        ("=1/3", "0.333333333333333"),
        ("=1.5E3+.5", "1500.5"),
        ("=--1", "1"),
    ],
)
def test_formula_values(formula, value):
    assert decimal_text(evaluate(formula, "s", lambda sheet, row, column: CELLS.get((sheet, row, column)))) == value


@pytest.mark.parametrize(
    "formula",
    [
        "=IF(A1>1,2,3)",
        "=A3+1",
        "=A1&A2",
        "=A1^2",
        "=SUM()",
        "=(1+2",
        "=1+",
        "=",
        "=A1:A2",
        "=[1]Sheet1!A1",
        "=SUM(A:A)",
        "=名称+1",
        "=SUM(A1:XFD1048576)",
        "=" + "(" * 500,
    ],
)
def test_formulas_beyond_the_four_operations(formula):
    with pytest.raises(Unknown):
        evaluate(formula, "s", lambda sheet, row, column: CELLS.get((sheet, row, column)))


def test_column_names():
    assert [column_letters(n) for n in (1, 26, 27, 702, 703, 16_384)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert all(column_number(column_letters(n)) == n for n in range(1, 2_000))
