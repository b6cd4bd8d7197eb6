"""The verifier and numbers: nothing on an untouched document, the right finding on each kind of falsification."""

from __future__ import annotations

import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden" / "drafting"))

import sample_factory as sample
from lxml import etree
from verifying import CITATIONS, control, edited, ids, known, set_text, verify, written

from app.drafting.compose import compose_draft
from app.drafting.facts import collect_facts
from app.drafting.word import write_docx
from app.drafting.word_xml import qn


@pytest.fixture(scope="module")
def data() -> bytes:
    return written()


@pytest.fixture(scope="module")
def facts():
    return known()


def test_an_untouched_document_raises_nothing(data, facts):
    report = verify(data, facts)
    assert report.findings == ()
    assert report.ok
    assert report.numbers_total == report.numbers_traced > 300
    assert report.citations_total == report.citations_valid == CITATIONS


@pytest.mark.parametrize("sections", [["baseline"], ["measures", "compliance"], ["evidence"]])
def test_selected_sections_verify_too(sections, facts):
    data = write_docx(compose_draft(sample.form(), sample.source(), sections))
    assert verify(data, facts).findings == ()


def test_a_bare_draft_verifies():
    source = sample.bare_source()
    report = verify(write_docx(compose_draft(sample.form(), source)), collect_facts(source))
    assert report.findings == ()
    assert report.numbers_total > 0


def test_python_docx_saves_it_without_breaking_a_trace(data, facts):
    from docx import Document

    buffer = BytesIO()
    Document(BytesIO(data)).save(buffer)
    assert verify(buffer.getvalue(), facts).findings == ()


def test_a_changed_digit_names_both_values(data, facts):
    report = verify(edited(data, lambda r: set_text(control(r, "run.total"), "3609.88")), facts)
    assert "changed-number" in ids(report)
    found = next(f for f in report.findings if f.id == "changed-number")
    assert (found.data["expected"], found.data["found"]) == ("3609.87", "3609.88")
    assert "应为“3609.87”" in found.message
    assert found.fix
    assert not report.ok
    assert report.numbers_traced < report.numbers_total


def test_a_changed_unit(data, facts):
    report = verify(edited(data, lambda r: set_text(control(r, "unit:run.total"), "万tCO2")), facts)
    assert ids(report) == {"unit-changed"}


def test_a_removed_unit(data, facts):
    def edit(root):
        unit = control(root, "unit:run.total")
        unit.getparent().remove(unit)

    assert "unit-changed" in ids(verify(edited(data, edit), facts))


def test_a_unit_moved_behind_another_number(data, facts):
    def edit(root):
        control(root, "ledger.count").addnext(control(root, "unit:run.total"))

    assert "unit-changed" in ids(verify(edited(data, edit), facts))


def test_a_number_moved_with_its_control(data, facts):
    def edit(root):
        first, second = control(root, "run.subtotal.fuel_combustion"), control(root, "run.total")
        marker = etree.Element("marker")
        first.addprevious(marker)
        second.addprevious(first)
        marker.addprevious(second)
        marker.getparent().remove(marker)

    assert "moved-number" in ids(verify(edited(data, edit), facts))


def test_a_table_row_label_that_belongs_to_another_row(data, facts):
    def edit(root):
        first, second = (
            control(root, "verdict.zcf-accounting_boundary-1.label"),
            control(root, "verdict.zcf-equipment_grade-3.label", -1),
        )
        set_text(first, "不符合")
        set_text(second, "符合")

    assert "changed-number" in ids(verify(edited(data, edit), facts))


def test_a_number_typed_into_prose(data, facts):
    def edit(root):
        t = next(t for t in root.iter(qn("w:t")) if t.text and "减排的着力点" in t.text)
        t.text = t.text.replace("减排的着力点", "减排（约百分之三十）的着力点")

    report = verify(edited(data, edit), facts)
    assert ids(report) == {"number-without-fact"}
    assert report.findings[0].subjects == ("百分之三十",)


def test_a_control_unwrapped_to_plain_text(data, facts):
    def edit(root):
        sdt = control(root, "run.total")
        for mark in (sdt.getprevious(), sdt.getnext()):
            mark.getparent().remove(mark)
        for run in list(sdt.find(qn("w:sdtContent"))):
            sdt.addprevious(run)
        sdt.getparent().remove(sdt)

    assert "number-without-fact" in ids(verify(edited(data, edit), facts))


def test_a_lost_tag_is_made_good_by_its_bookmark(data, facts):
    def edit(root):
        for properties in root.iter(qn("w:sdtPr")):
            properties.remove(properties.find(qn("w:tag")))

    assert verify(edited(data, edit), facts).findings == ()

    def edit_both(root):
        set_text(control(root, "run.total"), "3609.97")
        edit(root)

    assert "changed-number" in ids(verify(edited(data, edit_both), facts))


def test_a_fact_of_another_project(data, facts):
    fewer = {id: f for id, f in facts.items() if id != "run.total"}
    assert ids(verify(data, fewer)) == {"unknown-fact"}


def test_facts_that_moved_on_since_the_draft(data):
    run = replace(sample.run(), total_tco2=sample.run().total_tco2 + 1)
    report = verify(data, collect_facts(sample.source(run=run)))
    assert "changed-number" in ids(report)
    assert any("应为“3610.87”，文中为“3609.87”" in f.message for f in report.findings)
