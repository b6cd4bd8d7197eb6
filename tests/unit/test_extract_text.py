"""Printed text to numbers, dates, periods, capitals and identifiers."""

from __future__ import annotations

from fractions import Fraction

import pytest

from extractors.capitals import capitals_value, find_capitals
from extractors.identifiers import invoice_number_ok, person_id_valid, tax_id_candidates, uscc_valid
from extractors.periods import find_spans
from extractors.text import compact, iso_date, number_text, rate, rate_is_exempt, tidy
from extractors.vocabulary import canonical_quantity, find_printed_unit, is_no_energy_unit, provinces


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("¥1,234.50", "1234.50"),
        ("￥-10.62", "-10.62"),
        ("-¥10.62", "-10.62"),
        ("−452.68", "-452.68"),
        ("１２３．４", "123.4"),
        ("(88.00)", "-88.00"),
        ("9876.54元", "9876.54"),
        ("***", "***"),
        ("¥***", "***"),
        ("1 234", "1234"),
        ("12,34", None),
        ("千瓦时", None),
        ("", None),
        ("3%", None),
    ],
)
def test_a_printed_number_becomes_its_plain_decimal(printed: str, plain: str | None) -> None:
    assert number_text(printed) == plain


def test_labels_compare_without_widths_and_spaces() -> None:
    assert compact("数   量") == "数量"
    assert compact("价税合计（小写）：") == "价税合计(小写):"
    assert tidy("江州 云帆  公司") == "江州云帆公司"


@pytest.mark.parametrize(("printed", "value"), [("13%", Fraction(13, 100)), ("0.13", Fraction(13, 100)), ("免税", None), ("13", None)])
def test_tax_rates(printed: str, value: Fraction | None) -> None:
    assert rate(printed) == value


def test_rates_without_arithmetic() -> None:
    assert all(rate_is_exempt(t) for t in ("免税", "***", "不征税", ""))
    assert not rate_is_exempt("6%")


@pytest.mark.parametrize(
    ("printed", "iso"),
    [
        ("2025年04月08日", "2025-04-08"),
        ("2019 11 18", "2019-11-18"),
        ("20250408", "2025-04-08"),
        ("2025/4/8 10:22", "2025-04-08"),
        ("3021年15月15日", None),
        ("2025年02月30日", None),
        ("2024-06-00", None),
    ],
)
def test_dates_that_do_not_exist_are_missing(printed: str, iso: str | None) -> None:
    assert iso_date(printed) == iso


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("叁万伍仟伍佰伍拾玖圆陆角玖分", "35559.69"),
        ("贰佰零壹圆整", "201"),
        ("壹拾元零壹分", "10.01"),
        ("壹亿贰仟万圆整", "120000000"),
        ("伍角陆分", "0.56"),
        ("负壹佰贰拾叁圆肆角整", "-123.4"),
        ("壹佰万零叁圆零伍分", "1000003.05"),
    ],
)
def test_amounts_in_capitals(printed: str, value: str) -> None:
    assert capitals_value(printed) == Fraction(value)
    assert find_capitals(f"ⓧ{printed}") is not None


def test_capitals_that_are_none() -> None:
    assert capitals_value("圆整圆") is None
    assert capitals_value("") is None
    assert find_capitals("合计金额见清单") is None


def test_social_credit_code_check_character() -> None:
    assert uscc_valid("91320100MA0000001B")
    assert not uscc_valid("91320100MA0000001C")
    assert not uscc_valid("91320100MA000000IB")
    assert person_id_valid("11010519491231002X")


def test_tax_number_glued_to_other_text_is_found_by_its_check_character() -> None:
    assert tax_id_candidates("91320100MA0000001B>7-3*<99")[0] == ("91320100MA0000001B", True)
    assert tax_id_candidates("91320100MA0000001B773")[0] == ("91320100MA0000001B", True)
    assert tax_id_candidates("320100123456789") == [("320100123456789", False)]
    assert [proven for _, proven in tax_id_candidates("91320100MA0000001C773")] == [False, False]
    assert tax_id_candidates("") == []


def test_invoice_number_forms() -> None:
    known = provinces()
    assert invoice_number_ok("25322000000012345678", "", known)
    assert not invoice_number_ok("25992000000012345678", "", known)
    assert invoice_number_ok("12345678", "032002500111", known)
    assert not invoice_number_ok("12345678", "", known)
    assert not invoice_number_ok("2532200000001234567", "", known)


@pytest.mark.parametrize(
    ("printed", "spans"),
    [
        ("用电期间:2025年03月01日-2025年03月31日", [("2025-03-01", "2025-03-31")]),
        ("2025年12月26日至1月25日", [("2025-12-26", "2026-01-25")]),
        ("20250301-20250331", [("2025-03-01", "2025-03-31")]),
        ("账期：202502", [("2025-02-01", "2025-02-28")]),
        ("2025年1-3月", [("2025-01-01", "2025-03-31")]),
        ("2024-02", [("2024-02-01", "2024-02-29")]),
        ("合同号 320100199912", []),
        ("表号 20251399", []),
        ("2025.03.01～2025.03.31", [("2025-03-01", "2025-03-31")]),
        ("加油日期:2025-03-04", [("2025-03-04", "2025-03-04")]),
    ],
)
def test_periods(printed: str, spans: list[tuple[str, str]]) -> None:
    assert [(s.first, s.last) for s in find_spans(printed)] == spans


@pytest.mark.parametrize(
    ("printed", "symbol"),
    [("度", "kWh"), ("kW·h", "kWh"), ("万m³", "万m3"), ("标立方米", "Nm3"), ("㎥", "m3"), ("吨", "t"), ("T", "t"), ("L", "L")],
)
def test_known_units(printed: str, symbol: str) -> None:
    unit = find_printed_unit(printed)
    assert unit is not None
    assert unit.symbol == symbol


@pytest.mark.parametrize("printed", ["千瓦·月", "平方米", "kVA·月", "桶", "M", "立方英尺", ""])
def test_units_that_are_no_quantity_of_energy(printed: str) -> None:
    assert find_printed_unit(printed) is None


def test_demand_and_floor_area_are_named_as_no_energy() -> None:
    assert is_no_energy_unit("千瓦·月")
    assert is_no_energy_unit("平方米")


def test_gas_at_standard_and_working_condition_stay_apart() -> None:
    metered, normal = find_printed_unit("万立方米"), find_printed_unit("万标方")
    assert metered is not None
    assert normal is not None
    assert canonical_quantity(Fraction(2), metered).unit == "m3"  # type: ignore[union-attr]
    assert canonical_quantity(Fraction(2), normal).unit == "Nm3"  # type: ignore[union-attr]
    assert canonical_quantity(Fraction(2), normal).value == 20000  # type: ignore[union-attr]
