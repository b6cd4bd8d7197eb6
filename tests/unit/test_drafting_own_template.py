"""An applicant's own Word template: filled with bound figures, and unable to do anything else."""

from __future__ import annotations

import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden" / "drafting"))

import sample_factory as sample
from lxml import etree

from app.domain.errors import InputRefused
from app.drafting.compose import compose_draft
from app.drafting.own_template import fill_template
from app.drafting.own_template_names import DATE, NAMES, placeholders
from app.drafting.own_template_sample import sample_template
from app.drafting.package import pack, unpack
from app.drafting.readback import read_docx
from app.drafting.verify import verify_docx
from app.drafting.word_xml import qn


@pytest.fixture(scope="module")
def draft():
    return compose_draft(sample.form(), sample.source())


def template(*texts: str, header: str = "") -> bytes:
    from docx import Document

    document = Document()
    for text in texts:
        document.add_paragraph(text)
    if header:
        document.sections[0].header.paragraphs[0].text = header
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def texts(data: bytes) -> list[str]:
    return [p.text for p in read_docx(data).paragraphs]


def check(data: bytes, draft):
    return verify_docx(data, facts=draft.facts, policies=sample.policies())


def test_figures_are_filled_in_and_bound(draft):
    data = fill_template(template("{{ 企业名称 }}排放{{ 排放总量 }}。"), draft).data
    assert "皖江示范电芯有限公司2号工厂排放3609.87\u00a0tCO2。" in texts(data)
    report = check(data, draft)
    assert (report.findings, report.numbers_total) == ((), report.numbers_traced)


def test_a_changed_digit_in_a_filled_template_is_caught(draft):
    parts = unpack(fill_template(template("排放{{ 排放总量 }}。"), draft).data)
    assert parts["word/document.xml"].count(b"3609.87") == 1
    changed = pack({**parts, "word/document.xml": parts["word/document.xml"].replace(b"3609.87", b"3609.97")})
    assert "changed-number" in {f.id for f in check(changed, draft).findings}


def test_a_figure_by_its_id_and_in_the_header(draft):
    data = fill_template(template("{{ run_direct }}", header="{{ 企业名称 }}"), draft).data
    assert "186.86\u00a0tCO2" in texts(data)
    assert [p.text for p in read_docx(data).paragraphs if p.part == "header"] == ["皖江示范电芯有限公司2号工厂"]
    assert check(data, draft).findings == ()


def test_what_is_not_known_is_visibly_missing_and_false(draft):
    data = fill_template(
        template("{{ 联系人 }}", "{% if 联系人 %}甲{% endif %}{% if not 联系人 %}乙{% endif %}"), draft
    ).data
    assert [t for t in texts(data) if t] == ["【待补充：联系人及联系方式】", "乙"]


def test_tables_and_charts_take_a_paragraph_of_their_own(draft):
    data = fill_template(template("前", "{{ 表_activity }}", "{{ 图_path }}", "{{ 章节_measures }}", "后"), draft).data
    read = read_docx(data)
    assert [c.id for c in read.charts] == ["path"]
    assert check(data, draft).findings == ()
    assert check(data, draft).citations_total > 3
    with pytest.raises(InputRefused, match="单独成段"):
        fill_template(template("见{{ 表_activity }}"), draft)


def test_a_placeholder_split_over_runs_is_still_one(draft):
    from docx import Document

    document = Document()
    paragraph = document.add_paragraph()
    for piece in ("{", "{ 企业", "名称 }", "}"):
        paragraph.add_run(piece).bold = piece == "{"
    buffer = BytesIO()
    document.save(buffer)
    assert "皖江示范电芯有限公司2号工厂" in texts(fill_template(buffer.getvalue(), draft).data)


def test_figures_of_the_template_itself_are_named_and_watched(draft):
    filled = fill_template(template("2025年计划减排500吨，见第三章。"), draft)
    assert filled.notes == ("模板自带的数字不由本系统核对：500",)
    assert check(filled.data, draft).ok
    parts = unpack(filled.data)
    for old, new in ((b"500", b"600"), (b"2025", b"2026")):
        changed = pack({**parts, "word/document.xml": parts["word/document.xml"].replace(old, new)})
        assert not check(changed, draft).ok


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ 企业名 }}", "没有占位符“企业名”，是否指“企业名称”"),
        ("{{ 总排放 }}", "排放总量"),
        ("{{ 企业名称.__class__ }}", "取属性"),
        ("{{ 企业名称['__class__'] }}", "取下标"),
        ("{{ ''.__class__.__mro__ }}", "取属性"),
        ("{{ lipsum() }}", "调用"),
        ("{{ 排放总量|attr('x') }}", "过滤器"),
        ("{% for x in 企业名称 %}{{ x }}{% endfor %}", "循环"),
        ("{% set x = 企业名称 %}", "赋值"),
        ("{% include '/etc/passwd' %}", "引入"),
        ("{% macro x() %}{% endmacro %}", "宏"),
        ("{{ 9 }}", "常量"),
        ("{{ 企业名称", "没有成对"),
        ("{% if 企业名称 %}甲", "没有成对"),
    ],
)
def test_anything_but_a_placeholder_is_refused_in_words(draft, text, said):
    with pytest.raises(InputRefused) as refusal:
        fill_template(template(text), draft)
    assert refusal.value.id == "template_invalid"
    assert said in refusal.value.message
    assert "<" not in refusal.value.message


def test_properties_and_headers_go_through_the_same_gate(draft):
    from docx import Document

    document = Document()
    document.core_properties.title = "{{ 企业名称.__class__ }}"
    buffer = BytesIO()
    document.save(buffer)
    with pytest.raises(InputRefused, match="取属性"):
        fill_template(buffer.getvalue(), draft)
    with pytest.raises(InputRefused, match="调用"):
        fill_template(template("甲", header="{{ 企业名称() }}"), draft)


def test_files_that_run_or_fetch_something_are_refused(draft):
    parts = unpack(template("甲"))
    with pytest.raises(InputRefused, match="宏"):
        fill_template(pack({**parts, "word/vbaProject.bin": b"x"}), draft)
    rels = parts["word/_rels/document.xml.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        b'attachedTemplate" Target="http://127.0.0.1/x.dotm" TargetMode="External"/></Relationships>',
    )
    with pytest.raises(InputRefused, match="外部模板"):
        fill_template(pack({**parts, "word/_rels/document.xml.rels": rels}), draft)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"plain text"])
def test_what_is_no_word_file_is_refused(draft, data):
    with pytest.raises(InputRefused, match="Word"):
        fill_template(data, draft)


def test_the_sample_uses_only_known_placeholders_and_is_always_the_same(draft):
    assert sample_template() == sample_template()
    dossier = compose_draft(sample.form(), sample.source())
    known = placeholders(dossier)
    words = "".join(
        t.text or "" for t in etree.fromstring(unpack(sample_template())["word/document.xml"]).iter(qn("w:t"))
    )
    assert "{{ 企业名称 }}" in words
    assert {n for n in NAMES if n in words} <= set(known)


def test_the_guide_lists_every_placeholder():
    guide = (sample.ROOT / "docs" / "template.md").read_text("utf-8")
    for name, (id, meaning) in NAMES.items():
        assert f"| `{name}` | {meaning}（`{id}`） |" in guide
    assert f"`{DATE}`" in guide


def test_the_filled_file_is_a_sound_package(draft):
    data = fill_template(template("{{ 企业名称 }}", "{{ 章节_measures }}"), draft).data
    with zipfile.ZipFile(BytesIO(data)) as package:
        assert package.testzip() is None
        names = package.namelist()
    assert len(names) == len(set(names))
    assert "word/footnotes.xml" in names
    from docx import Document

    assert Document(BytesIO(data)).paragraphs
