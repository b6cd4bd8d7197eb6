"""Comparing versions: nothing is invented, nothing is left out, and a changed phrase reads as one change."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.draft_diff import changed, compare, folded, words

TEXT = st.text("企业用电量为的是 12345.6kWh，。［注 《甲》］", max_size=60)


@settings(max_examples=200, deadline=None)
@given(TEXT, TEXT)
def test_both_versions_can_be_read_from_the_difference(before: str, after: str) -> None:
    pieces = words(before, after)
    assert "".join(p.text for p in pieces if p.kind != "added") == before
    assert "".join(p.text for p in pieces if p.kind != "removed") == after


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXT, max_size=8), st.lists(TEXT, max_size=8))
def test_every_line_of_both_versions_is_in_the_comparison(before: list[str], after: list[str]) -> None:
    rows = compare(before, after)
    old = ["".join(p.text for p in r.pieces if p.kind != "added") for r in rows if r.kind != "added"]
    new = ["".join(p.text for p in r.pieces if p.kind != "removed") for r in rows if r.kind != "removed"]
    assert (old, new) == (before, after)
    assert (changed(rows) == 0) == (before == after)


def test_a_number_with_its_unit_is_one_word() -> None:
    pieces = words("合计为2699.47\u00a0tCO2。", "合计为2700.47\u00a0tCO2。")
    assert [(p.kind, p.text) for p in pieces] == [
        ("same", "合计为"), ("removed", "2699.47\u00a0tCO2"), ("added", "2700.47\u00a0tCO2"), ("same", "。"),
    ]  # fmt: skip


def test_a_rewritten_phrase_is_one_change() -> None:
    pieces = words("它是首要的排放来源。", "它是企业最主要的来源之一。")
    assert sum(p.kind == "removed" for p in pieces) <= 2


def test_long_equal_stretches_are_folded() -> None:
    rows = compare([f"第{n}段" for n in "甲乙丙丁戊己庚"], [f"第{n}段" for n in "甲乙丙丁戊己"] + ["全新的一段文字"])
    shown = folded(rows)
    assert shown[0] == 5
    assert len(shown) < len(rows)
