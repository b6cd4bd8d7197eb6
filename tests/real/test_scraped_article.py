"""The re-posted article the national guideline was taken from, read in place; skipped where it is absent."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

import pytest

from app.corpus.documents import load_documents
from ingestion.clauses import split_clauses
from ingestion.normalise import clean_page

SHARED = Path(__file__).resolve().parents[3] / "shared" / "policy"
RAW = SHARED / "scraped_article_raw.txt"

pytestmark = pytest.mark.skipif(
    not RAW.is_file(), reason="the scraped article is private and not part of this checkout"
)


@pytest.fixture(scope="module")
def page():
    return clean_page(RAW.read_text(encoding="utf-8"))


def _body(page) -> str:
    title, _, body = page.text.partition("\n\n")
    assert title == "关于开展零碳工厂建设工作的指导意见"
    return body


def test_the_page_becomes_the_stored_text_but_for_the_two_flagged_places(page):
    stored, got = load_documents()["miit-2026-13"].text, _body(page)
    edits = [op for op in difflib.SequenceMatcher(None, got, stored, autojunk=False).get_opcodes() if op[0] != "equal"]
    assert [(got[a:b], stored[c:d]) for _, a, b, c, d in edits] == [("?qū)嶋H", "实际"), ("?shù)亓闾脊S", "地零碳工厂")]
    wrong = sum(max(b - a, d - c) for _, a, b, c, d in edits)
    assert wrong / len(stored) < 0.005


def test_exactly_the_two_damaged_places_are_doubted(page):
    assert [page.text[d.start : d.end] for d in page.doubts] == ["?qū)嶋H", "?shù)亓闾脊S"]


def test_the_correction_log_counts_what_cleaning_changed(page):
    logged = {c.kind: c.count for c in load_documents().details["miit-2026-13"].corrections if c.count is not None}
    assert logged == {change.kind: change.count for change in page.changes}


def test_the_stored_text_is_the_held_copy_of_the_guideline():
    held = (SHARED / "miit-2026-13.md").read_text(encoding="utf-8").split("---", 2)[2].strip().split("\n", 1)[1].strip()
    assert load_documents()["miit-2026-13"].text.strip() == held


def test_no_advert_and_no_telephone_number_reaches_the_evidence(page):
    assert not re.search(r"1[3-9]\d{9}|微信|代办|您|我们", page.text)
    assert any(re.search(r"1[3-9]\d{9}", advert.text) for advert in page.adverts)
    assert all(advert.reason for advert in page.adverts)


def test_clauses_of_the_cleaned_page_have_the_ids_of_the_stored_ones(page):
    cleaned = [c.path for c in split_clauses(page.text, "miit-2026-13") if c.path != "标题"]
    assert cleaned == [c.path for c in load_documents()["miit-2026-13"].clauses]
