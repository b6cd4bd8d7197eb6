"""The verifier and what is cited: literals, quotes, footnotes, clauses, the table of contents."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden" / "drafting"))

import sample_factory as sample
from verifying import CITATIONS, NOTES, edited, ids, known, set_text, verify, written

from app.drafting.package import pack, unpack
from app.drafting.word_xml import qn


@pytest.fixture(scope="module")
def data() -> bytes:
    return written()


@pytest.fixture(scope="module")
def facts():
    return known()


@pytest.mark.parametrize(
    "kind", ["lit:date:", "lit:standard:", "lit:document:", "lit:caption:", "lit:heading:", "lit:unit:"]
)
def test_an_edited_literal(data, facts, kind):
    def edit(root):
        sdt = next(
            s
            for s in root.iter(qn("w:sdt"))
            if s.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")).startswith(kind)
        )
        text = "".join(sdt.itertext())
        set_text(sdt, text.replace("1", "7").replace("2", "8") if any(c in "12" for c in text) else text + "二")

    assert "changed-literal" in ids(verify(edited(data, edit), facts))


def test_an_edited_quote_in_a_footnote_and_in_the_body(data, facts):
    def note(root):
        sdt = next(
            s
            for s in root.iter(qn("w:sdt"))
            if s.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")).startswith("cite:")
        )
        set_text(sdt, "".join(sdt.itertext()).replace("。", "！"))

    def body(root):
        sdt = next(
            s
            for s in root.iter(qn("w:sdt"))
            if s.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")).startswith("quote:")
        )
        set_text(sdt, "".join(sdt.itertext()).replace("、", "和", 1))

    assert ids(verify(edited(data, note, NOTES), facts)) == {"quote-not-found"}
    assert "quote-not-found" in ids(verify(edited(data, body), facts))


def test_a_quote_cut_short_is_no_longer_the_quote(data, facts):
    def edit(root):
        sdt = next(s for s in root.iter(qn("w:sdt")) if "".join(s.itertext()).startswith("2026年起"))
        set_text(sdt, "".join(sdt.itertext())[1:])

    assert ids(verify(edited(data, edit), facts)) == {"quote-changed"}


def test_a_removed_citation(data, facts):
    def edit(root):
        mark = next(root.iter(qn("w:footnoteReference")))
        mark.getparent().remove(mark)

    report = verify(edited(data, edit), facts)
    assert ids(report) == {"citation-removed"}
    assert (report.citations_total, report.citations_valid) == (CITATIONS, CITATIONS - 1)


def test_exchanged_citations(data, facts):
    def edit(root):
        first, *_, last = root.iter(qn("w:footnoteReference"))
        a, b = first.get(qn("w:id")), last.get(qn("w:id"))
        first.set(qn("w:id"), b)
        last.set(qn("w:id"), a)

    report = verify(edited(data, edit), facts)
    assert ids(report) == {"citation-moved"}
    assert report.citations_valid == CITATIONS - 2


def test_a_clause_that_changed_since(data, facts):
    policies = dict(sample.policies())
    document = policies["miit-2026-13"]
    clauses = tuple(replace(c, digest="0" * len(c.digest)) if c.path == "三-(四)" else c for c in document.clauses)
    policies["miit-2026-13"] = replace(document, clauses=clauses)
    report = verify(data, facts, policies)
    assert ids(report) == {"clause-changed"}
    assert report.citations_valid == CITATIONS - 2


def test_a_corpus_without_the_document(data, facts):
    assert "unknown-clause" in ids(verify(data, facts, {}))


def test_a_lost_manifest(data, facts):
    parts = {n: p for n, p in unpack(data).items() if not n.startswith("customXml/")}
    assert ids(verify(pack(parts), facts)) == {"manifest-missing"}


def test_page_numbers_of_the_contents_are_ours_until_a_word_processor_saves(data, facts):
    def edit(root):
        link = next(root.iter(qn("w:hyperlink")))
        digits = [t for t in link.iter(qn("w:t")) if t.text.isdigit()]
        digits[0].text = "9"

    changed = edited(data, edit)
    assert ids(verify(changed, facts)) == {"contents-changed"}
    parts = unpack(changed)
    parts["docProps/app.xml"] = parts["docProps/app.xml"].replace(b"lingtan", b"Microsoft Office Word")
    assert verify(pack(parts), facts).findings == ()


def test_an_edited_entry_of_the_contents(data, facts):
    def edit(root):
        next(next(root.iter(qn("w:hyperlink"))).iter(qn("w:t"))).text = "三、企业概况与核算边界"

    assert ids(verify(edited(data, edit), facts)) == {"contents-changed"}
