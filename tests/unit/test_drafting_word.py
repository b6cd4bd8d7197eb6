"""The written package: layout, controls, footnotes, contents, determinism; and LibreOffice where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden" / "drafting"))

import sample_factory as sample

from app.drafting.compose import compose_draft
from app.drafting.facts import collect_facts
from app.drafting.layout import heading_pages
from app.drafting.model import FactRef
from app.drafting.package import unpack
from app.drafting.readback import MANIFEST_NAMESPACE
from app.drafting.verify import verify_docx
from app.drafting.word import write_docx
from app.drafting.word_xml import W, qn, unit_runs


@pytest.fixture(scope="module")
def draft():
    return compose_draft(sample.form(), sample.source())


@pytest.fixture(scope="module")
def data(draft) -> bytes:
    return write_docx(draft)


@pytest.fixture(scope="module")
def parts(data) -> dict[str, bytes]:
    return unpack(data)


def values(root, name: str) -> list[str]:
    return [e.get(qn("w:val")) for e in root.iter(qn(name))]


def test_the_same_draft_gives_the_same_bytes(data):
    assert write_docx(compose_draft(sample.form(), sample.source())) == data


def test_the_package_is_well_formed(data, parts):
    names = zipfile.ZipFile(BytesIO(data)).namelist()
    assert len(names) == len(set(names))
    assert names[0] == "[Content_Types].xml"
    for name, part in parts.items():
        if name.endswith((".xml", ".rels")):
            etree.fromstring(part)
    types = etree.fromstring(parts["[Content_Types].xml"])
    overrides = {e.get("PartName") for e in types if e.get("PartName")}
    assert {"/word/footnotes.xml", "/customXml/itemProps1.xml"} <= overrides
    assert all(name[1:] in parts for name in overrides)


def test_python_docx_opens_it(data):
    from docx import Document

    document = Document(BytesIO(data))
    section = document.sections[1]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(m.mm) for m in margins] == [37, 35, 28, 26]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    across = document.sections[-1]
    assert (round(across.page_width.mm), round(across.page_height.mm)) == (297, 210)
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    captioned = len([p for p in document.paragraphs if p.style.name == "Caption"])
    assert len(document.tables) == captioned + 1, "every table but the cover's lines has a caption"
    assert document.core_properties.title == "零碳工厂建设方案"
    assert all("、" not in h or h for h in headings)


def test_body_type_is_the_official_one(parts):
    styles = etree.fromstring(parts["word/styles.xml"])
    normal = next(s for s in styles.iter(qn("w:style")) if s.find(qn("w:name")).get(qn("w:val")) == "Normal")
    fonts = normal.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
    assert fonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert normal.find(f"{qn('w:rPr')}/{qn('w:sz')}").get(qn("w:val")) == "32"
    spacing = normal.find(f"{qn('w:pPr')}/{qn('w:spacing')}")
    assert (spacing.get(qn("w:line")), spacing.get(qn("w:lineRule"))) == ("560", "exact")
    indent = normal.find(f"{qn('w:pPr')}/{qn('w:ind')}")
    assert (indent.get(qn("w:firstLineChars")), indent.get(qn("w:firstLine"))) == ("200", "640")
    assert not [a for f in styles.iter(qn("w:rFonts")) for a in f.attrib if a.lower().endswith("theme")]


def test_every_fact_lies_in_a_control_named_after_it(draft, parts):
    body = etree.fromstring(parts["word/document.xml"])
    controls: dict[str, set[str]] = {}
    for sdt in body.iter(qn("w:sdt")):
        tag = sdt.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val"))
        controls.setdefault(tag, set()).add("".join(sdt.itertext()))
    referred = {i.fact for i in draft.inlines() if isinstance(i, FactRef)}
    assert len(referred) > 100
    assert all(controls[fact] == {draft.facts[fact].text} for fact in referred)
    ids = values(body, "w:id")
    assert len(ids) == len(set(ids))


def test_controls_show_no_frame_and_keep_their_text(parts):
    body = etree.fromstring(parts["word/document.xml"])
    for properties in body.iter(qn("w:sdtPr")):
        assert properties.find(qn("w15:appearance")).get(qn("w15:val")) == "hidden"
    assert "w15" in body.get("{http://schemas.openxmlformats.org/markup-compatibility/2006}Ignorable")


def test_footnotes_are_native_and_complete(draft, parts):
    notes = etree.fromstring(parts["word/footnotes.xml"])
    body = etree.fromstring(parts["word/document.xml"])
    referred = [e.get(qn("w:id")) for e in body.iter(qn("w:footnoteReference"))]
    texts = {n.get(qn("w:id")): "".join(n.itertext()).strip() for n in notes.iter(qn("w:footnote"))}
    assert sorted(referred, key=int) == [str(n) for n in range(1, len(draft.citations) + 1)]
    for id, cited in zip([str(n) for n in range(1, len(referred) + 1)], draft.citations, strict=True):
        assert cited.quote in texts[id]
        assert cited.title in texts[id]
        assert cited.document_number in texts[id]
    assert {n.get(qn("w:type")) for n in notes.iter(qn("w:footnote"))} == {None, "separator", "continuationSeparator"}


def test_a_digest_is_footnoted_as_one():
    from dataclasses import replace

    profile = replace(sample.profile(), province="湖南省", city="长沙市")
    data = write_docx(compose_draft(sample.form(), sample.source(profile=profile)))
    assert "摘要转述，非文件原文" in unpack(data)["word/footnotes.xml"].decode()


def test_tables_repeat_their_header_and_do_not_split_rows(parts):
    body = etree.fromstring(parts["word/document.xml"])
    captioned = [t for t in body.iter(qn("w:tbl")) if t.find(f"{qn('w:tblPr')}/{qn('w:tblBorders')}") is not None]
    assert captioned
    for table in captioned:
        rows = table.findall(qn("w:tr"))
        assert rows[0].find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        assert all(r.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for r in rows)
        assert sum(int(c.get(qn("w:w"))) for c in table.iter(qn("w:gridCol"))) <= 12770


def test_contents_point_to_bookmarked_headings(parts):
    body = etree.fromstring(parts["word/document.xml"])
    targets = {e.get(qn("w:name")) for e in body.iter(qn("w:bookmarkStart"))}
    links = [e.get(qn("w:anchor")) for e in body.iter(qn("w:hyperlink"))]
    headings = [p for p in body.iter(qn("w:p")) if any(v.startswith("Heading") for v in values(p, "w:pStyle"))]
    assert len(links) == len(headings)
    assert set(links) <= targets
    codes = "".join(e.text for e in body.iter(qn("w:instrText")))
    assert 'TOC \\o "1-2"' in codes
    assert codes.count("PAGEREF") == len(links)


def test_page_numbers_stand_on_the_outer_side(parts):
    footers = [etree.fromstring(parts[n]) for n in parts if n.startswith("word/footer")]
    assert sorted(values(f, "w:jc")[0] for f in footers) == ["left", "right"]
    assert all("— " in "".join(f.itertext()) and "PAGE" in "".join(f.itertext()) for f in footers)
    assert b"evenAndOddHeaders" in parts["word/settings.xml"]


def test_the_manifest_lists_facts_with_origin_and_citations_with_digest(draft, parts):
    root = etree.fromstring(parts["customXml/item1.xml"])
    ns = f"{{{MANIFEST_NAMESPACE}}}"
    facts = {e.get("id"): e for e in root.iter(f"{ns}fact")}
    total = facts["run.total"]
    assert (total.text, total.get("unit"), total.get("run_line")) == ("3609.87", "tCO2", f"{sample.RUN}/total_tco2")
    assert all(
        sum(e.get(k) is not None for k in ("run_line", "document", "clause", "profile")) == 1 for e in facts.values()
    )
    citations = list(root.iter(f"{ns}citation"))
    assert len(citations) == len(draft.citations)
    assert all(c.get("digest") and c.text for c in citations)


def test_units_are_set_as_readers_know_them_and_read_as_plain_text():
    runs = list(unit_runs("kgCO2/Nm3"))
    assert "".join("".join(r.itertext()) for r in runs) == "kgCO2/Nm3"
    assert [
        r.find(f"{{{W}}}rPr/{{{W}}}vertAlign").get(qn("w:val")) for r in runs if r.find(f"{{{W}}}rPr") is not None
    ] == [
        "subscript",
        "superscript",
    ]


def test_estimated_pages_never_go_back(draft):
    pages = heading_pages(draft)
    assert pages[0] == 1
    assert list(pages) == sorted(pages)


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_renders_it_and_saves_it_without_breaking_a_trace(data, tmp_path):
    source = tmp_path / "plan.docx"
    source.write_bytes(data)
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    for target, folder in (("pdf", tmp_path), ("docx", tmp_path / "saved")):
        command = ["soffice", profile, "--headless", "--convert-to", target, "--outdir", str(folder), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    from pypdf import PdfReader

    pages = len(PdfReader(tmp_path / "plan.pdf").pages)
    assert 14 <= pages <= 24
    text = "".join(p.extract_text() for p in PdfReader(tmp_path / "plan.pdf").pages)
    assert re.search(r"—\s*1\s*—", text)
    report = verify_docx(
        (tmp_path / "saved" / "plan.docx").read_bytes(),
        facts=collect_facts(sample.source()),
        policies=sample.policies(),
    )
    assert report.findings == ()
    assert report.numbers_traced == report.numbers_total > 300
