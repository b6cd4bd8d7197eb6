"""The verifier: nothing on an untouched document, the right finding on each kind of falsification."""

from __future__ import annotations

import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden" / "drafting"))

import sample_factory as sample

from app.domain.errors import InputRefused
from app.domain.finding import Severity
from app.drafting.compose import compose_draft
from app.drafting.facts import collect_facts
from app.drafting.package import pack, unpack
from app.drafting.readback import read_docx, segments
from app.drafting.verify import VerifyReport, verify_docx
from app.drafting.word import write_docx
from app.drafting.word_xml import qn

BODY, NOTES = "word/document.xml", "word/footnotes.xml"
CITATIONS = 28


@pytest.fixture(scope="module")
def data() -> bytes:
    return write_docx(compose_draft(sample.form(), sample.source()))


@pytest.fixture(scope="module")
def facts():
    return collect_facts(sample.source())


def verify(data: bytes, facts, policies=None) -> VerifyReport:
    return verify_docx(data, facts=facts, policies=sample.policies() if policies is None else policies)


def edited(data: bytes, edit, part: str = BODY) -> bytes:
    parts = unpack(data)
    root = etree.fromstring(parts[part])
    edit(root)
    return pack({**parts, part: etree.tostring(root, encoding="UTF-8", xml_declaration=True)})


def control(root, tag: str, nth: int = 0):
    found = [s for s in root.iter(qn("w:sdt")) if s.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")) == tag]
    return found[nth]


def set_text(element, text: str) -> None:
    first, *rest = element.iter(qn("w:t"))
    first.text = text
    for t in rest:
        t.getparent().getparent().remove(t.getparent())


def ids(report: VerifyReport, severity: Severity = Severity.BLOCKING) -> set[str]:
    return {f.id for f in report.findings if f.severity is severity}


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


def test_rewritten_prose_is_shown_but_does_not_block(data, facts):
    def edit(root):
        t = next(t for t in root.iter(qn("w:t")) if t.text and "合计" in t.text and "二氧化碳排放合计" in t.text)
        t.text = "，全厂排放二氧化碳共计"

    report = verify(edited(data, edit), facts)
    assert report.ok
    assert ids(report, Severity.EXPLAIN) == {"number-context-changed"}


def test_deleted_text_of_revisions_is_no_text_and_inserted_text_is(data, facts):
    def deleted(root):
        t = next(t for t in root.iter(qn("w:t")) if t.text and "减排的着力点" in t.text)
        run = t.getparent()
        mark = etree.Element(qn("w:del"))
        old = etree.SubElement(etree.SubElement(mark, qn("w:r")), qn("w:delText"))
        old.text = "减少35%"
        run.addnext(mark)

    def inserted(root):
        t = next(t for t in root.iter(qn("w:t")) if t.text and "减排的着力点" in t.text)
        mark = etree.Element(qn("w:ins"))
        etree.SubElement(etree.SubElement(mark, qn("w:r")), qn("w:t")).text = "减少35%"
        t.getparent().addnext(mark)

    assert verify(edited(data, deleted), facts).ok
    assert ids(verify(edited(data, inserted), facts)) == {"number-without-fact"}


def test_a_number_in_a_text_box_a_header_or_a_new_footnote(data, facts):
    def box(root):
        t = next(t for t in root.iter(qn("w:t")) if t.text and "减排的着力点" in t.text)
        picture = etree.SubElement(etree.SubElement(t.getparent().getparent(), qn("w:r")), qn("w:pict"))
        paragraph = etree.SubElement(etree.SubElement(picture, qn("w:txbxContent")), qn("w:p"))
        etree.SubElement(etree.SubElement(paragraph, qn("w:r")), qn("w:t")).text = "减排35%"

    assert ids(verify(edited(data, box), facts)) == {"number-without-fact"}
    header = next(n for n in unpack(data) if n.startswith("word/header"))

    def typed(root):
        next(root.iter(qn("w:t"))).text += "35"

    assert "number-without-fact" in ids(verify(edited(data, typed, header), facts))

    def note(root):
        added = etree.SubElement(root, qn("w:footnote"))
        added.set(qn("w:id"), "900")
        etree.SubElement(etree.SubElement(etree.SubElement(added, qn("w:p")), qn("w:r")), qn("w:t")).text = "另见35页"

    assert "number-without-fact" in ids(verify(edited(data, note, NOTES), facts))


def test_filling_a_gap_with_a_figure_is_a_number_without_fact(data, facts):
    def edit(words):
        def fill(root):
            sdt = next(
                s
                for s in root.iter(qn("w:sdt"))
                if s.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")).startswith("todo:")
            )
            set_text(sdt, words)

        return fill

    assert verify(edited(data, edit("由设备动力部负责建设"), BODY), facts).ok
    assert "number-without-fact" in ids(verify(edited(data, edit("采集率达到98%"), BODY), facts))


@pytest.mark.parametrize(
    "bad",
    [b"", b"PK\x03\x04nonsense", b"%PDF-1.7", pack({"word/other.xml": b"<a/>"}), pack({"word/document.xml": b"<a"})],
)
def test_what_is_no_word_file_is_refused(bad, facts):
    with pytest.raises(InputRefused) as caught:
        verify(bad, facts)
    assert caught.value.id == "docx_unreadable"


def test_entities_are_not_expanded(data, facts):
    parts = unpack(data)
    head = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    parts[BODY] = (
        parts[BODY].replace(b"?>", b"?>" + head, 1).replace("减排的着力点".encode(), "减排&e;的着力点".encode(), 1)
    )
    verify(pack(parts), facts)
    text = "".join(p.text for p in read_docx(pack(parts)).paragraphs)
    assert Path("/etc/hostname").read_text().strip() not in text


def test_segments_join_split_runs_of_one_control(data):
    def split(root):
        sdt = control(root, "run.total")
        run = next(sdt.iter(qn("w:r")))
        run.find(qn("w:t")).text = "36"
        other = etree.Element(qn("w:r"))
        etree.SubElement(other, qn("w:t")).text = "09.87"
        run.addnext(other)

    docx = read_docx(edited(data, split))
    found = [text for p in docx.paragraphs for tag, text, _ in segments(p) if tag == "run.total"]
    assert set(found) == {"3609.87"}
