"""Layouts nobody fitted the extractors to. Each seed kept here once misled them; the wide run is ``python -m evals.layouts``."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from evals.layouts.canvas import Paper
from evals.layouts.catalogue import MAKERS, make
from evals.layouts.running import TODAY, read, run
from evals.layouts.values import capitals
from extractors import extract
from extractors.capitals import capitals_value
from ingestion.reading import read_document

KEPT = {
    "pdf-digital": (1, 4, 9, 17, 23, 100, 134, 243, 264, 20102),  # parties by heading, seals, 3-line names, feed-in, numbers before years
    "pdf-browser": (5, 14, 101),  # names hanging under their label, units wrapped in a ruled cell
    "pdf-old": (17, 115, 118),  # dates cut by the remark's edge
    "ofd": (5, 6, 8, 16, 20, 43, 20042, 60003),  # thousands, tags without quantity, one tag for all lines, labels that touch
    "xml": (110, 137),
    "grid-bill": (1, 3, 37, 20103),  # holders over several lines, a row of label and value that looks like a header
    "heat-settlement": (0, 2),
    "ledger": (0, 14, 20, 28, 32, 105),  # years side by side, water alone
    "unknown": (4, 6),
    "ticket": (1, 4),
    "odd-invoice": (4, 36, 59),  # remarks in one run with their label, names under a centred heading beside a number column
    "stacked-bill": (27, 52),  # holders over several lines under their label
    "odd-ledger": (0, 4, 9),
    "two-invoices": (0,),
}


@pytest.mark.parametrize(("group", "seed"), [(g, s) for g, seeds in KEPT.items() for s in seeds])
def test_kept_seed_has_no_silent_error(group: str, seed: int) -> None:
    score = read(make(group, seed))
    assert score.silent == []
    assert score.fields_right == score.fields


def test_every_class_is_read() -> None:
    report = run(2 * len(MAKERS), first_seed=5000, groups=list(MAKERS))
    assert report["total"]["silent"] == []
    assert {name: part["documents"] for name, part in report["classes"].items() if not part["documents"]} == {}
    assert report["total"]["records_right"] >= 0.9 * report["total"]["records"]


def test_the_same_seed_is_the_same_document() -> None:
    for group in ("pdf-digital", "ofd", "xml", "grid-bill"):
        assert make(group, 7).data == make(group, 7).data
        assert make(group, 7).data != make(group, 8).data


def test_scenarios_and_vendors_are_all_drawn() -> None:
    traits = Counter(t for seed in range(160) for t in make("ofd", seed).traits)
    assert {"metered", "red", "many", "margin", "feed-in", "tags-none", "tags-partial", "split-characters"} <= set(traits)


@pytest.mark.parametrize("value", ["0.50", "10.05", "1010.00", "20000.00", "100000000.10", "30405060.07", "-1200.30", "100001.00"])
def test_generated_capitals_are_read_back(value: str) -> None:
    assert capitals_value(capitals(Decimal(value))) == Decimal(value)


def test_a_stamp_over_values_is_no_part_of_them() -> None:
    paper = Paper(595.0, 842.0)
    paper.text(297, 50, "电费账单", 15, align="centre")
    for y, text in ((100, "户号：3200001234567"), (120, "计费周期：2025-03-01至2025-03-31"), (140, "结算电量：12345 千瓦时")):
        paper.text(60, y, text, 9)
    paper.slanted(90, 150, "发票专用章", 14, 30)
    paper.text(70, 146, "作废样张", 40)
    extraction = extract(read_document(paper.bytes(), "bill.pdf"), today=TODAY)
    assert [(r.quantity, r.account_number, r.period_end) for r in extraction.records] == [("12345", "3200001234567", "2025-03-31")]
