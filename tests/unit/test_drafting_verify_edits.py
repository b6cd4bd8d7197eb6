"""The verifier and honest or clumsy editing: rewritten prose, revisions, text boxes, filled gaps, broken files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden" / "drafting"))

from lxml import etree
from verifying import BODY, NOTES, control, edited, ids, known, set_text, verify, written

from app.domain.errors import InputRefused
from app.domain.finding import Severity
from app.drafting.package import pack, unpack
from app.drafting.readback import read_docx, segments
from app.drafting.word_xml import qn


@pytest.fixture(scope="module")
def data() -> bytes:
    return written()


@pytest.fixture(scope="module")
def facts():
    return known()


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
