"""Accounts, periods and readings in remarks: what ends a number, what a line break leaves open, what the readings prove."""

from __future__ import annotations

import pytest

from extractors.invoices.remark import RemarkFacts, read_remark
from extractors.templates import load_templates

TERMS = next(t for t in load_templates() if t.id == "vat-invoice").data["remark"]


def read(text: str, joined: str = "") -> RemarkFacts:
    return read_remark(text, TERMS, fuel=False, joined=joined)


@pytest.mark.parametrize(
    ("text", "accounts"),
    [
        ("户号：4711650079032 2024年5月份水费", ("4711650079032",)),
        ("户 号 4711650079032、费用所属期2024-05-01～2024-05-31", ("4711650079032",)),
        ("户号47116500790322024年5月份水费", ("4711650079032",)),
        ("户号4711650079032-2024.05.01", ("4711650079032",)),
        ("户号：4711650079032、4711650079033", ("4711650079032", "4711650079033")),
        ("户号：4711650079032，20240501至20240531", ("4711650079032",)),
        ("用户编号:JS-00123456；订单号9988776655", ("JS-00123456",)),
        ("２０２４年５月 户号：４７１１６５００", ("47116500",)),
        ("订单号9988776655", ()),
    ],
)
def test_where_a_number_ends(text: str, accounts: tuple[str, ...]) -> None:
    assert read(text).accounts == accounts


def test_a_line_break_inside_a_date_is_named() -> None:
    facts = read("抄表周期 2021.01.01到2021.01.3\n1", joined="抄表周期 2021.01.01到2021.01.31")
    assert facts.span is not None
    assert facts.span.last == "2021-01-31"
    assert len(facts.broken) == 1


def test_a_line_break_between_number_and_year_is_no_doubt() -> None:
    facts = read("用户编号2021018889\n2023年2月份电费", joined="用户编号20210188892023年2月份电费")
    assert facts.accounts == ("2021018889",)
    assert facts.span is not None
    assert (facts.span.first, facts.broken) == ("2023-02-01", ())


def test_a_line_break_inside_an_account_is_named() -> None:
    facts = read("户号:12031386\n6171；账期2025年3月", joined="户号:120313866171；账期2025年3月")
    assert facts.accounts == ("120313866171",)
    assert len(facts.broken) == 1


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("上次示数100，本次示数250.5，倍率40", ("100", "250.5", "40")),
        ("起码:1,000;止码:1,200", ("1,000", "1,200", "")),
        ("起码1止码2起码3止码4", None),
        ("本次示数250", None),
    ],
)
def test_readings(text: str, readings: tuple[str, str, str] | None) -> None:
    assert read(text).readings == readings


def test_readings_that_contradict_the_line_are_asked_about() -> None:
    import random
    from dataclasses import replace as changed

    from evals.layouts.invoice import make_invoice
    from evals.layouts.invoice_xml import draw_xml
    from evals.layouts.running import TODAY
    from extractors import extract
    from ingestion.reading import read_document

    invoice = make_invoice(random.Random(5), scenario="resold")
    invoice = changed(invoice, lines=(changed(invoice.lines[0], unit="千瓦时"),))
    quantity = invoice.lines[0].qty

    def ids(remark: str) -> set[str]:
        drawn = draw_xml(random.Random(1), changed(invoice, remark=remark))
        (record,) = extract(read_document(drawn, "invoice.xml"), today=TODAY).records
        return {f.id for f in record.findings}

    assert "reading-product" not in ids(f"起码0，止码{quantity}，倍率1")
    assert "reading-product" in ids(f"起码0，止码{quantity}，倍率40")
