"""Composition: sections, sentences that fit the factory, gaps that are visible, export that is refused."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden" / "drafting"))

import sample_factory as sample

from app.corpus.forms import (
    _BLOCK_KEYS,
    _FORM_KEYS,
    _PATH_KEYS,
    _SECTION_KEYS,
    KINDS,
    list_forms,
    load_form,
    parse_form,
)
from app.domain.errors import InputRefused, NotFound, UsageError
from app.drafting.clauses import cite, opening, sentence_about, spoken_path
from app.drafting.compose import compose_draft
from app.drafting.guard import check_draft, refuse_untraced
from app.drafting.html import render_html
from app.drafting.layout import plain_text
from app.drafting.model import ClauseRef, Draft, FactRef, Literal, Missing, Paragraph, Quote, TableBlock, Text
from app.drafting.tables import TABLES
from app.drafting.template import TemplateScope, fill


def text_of(draft: Draft, section: str) -> str:
    lines = []
    for block in next(s for s in draft.sections if s.id == section).blocks:
        if isinstance(block, Paragraph):
            lines.append(plain_text(block.inlines, draft.facts))
        else:
            lines += [" | ".join(plain_text(c, draft.facts) for c in row) for row in block.rows]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def draft() -> Draft:
    return compose_draft(sample.form(), sample.source())


def test_the_whole_form_is_composed_without_a_loose_number(draft):
    assert check_draft(draft, sample.policies()) == ()
    assert [s.id for s in draft.sections if not s.front] == [s.id for s in sample.form().sections if s.numbered]


def test_prose_names_the_largest_source_and_the_peak_month(draft):
    baseline = text_of(draft, "baseline")
    assert "购入电力产生的排放为3431.16\u00a0tCO2，占合计的95.05%，是首要排放来源" in baseline
    assert "以2025年8月最高，为503410\u00a0kWh；2025年2月最低" in baseline
    assert "减排的着力点在电力一侧" in baseline
    assert "输出的能源" in baseline


def test_the_reasoning_follows_the_largest_source():
    run = sample.run()
    turned = replace(run, subtotals={"process": 9 * run.total_tco2, "electricity_in": run.total_tco2})
    baseline = text_of(compose_draft(sample.form(), sample.source(run=turned)), "baseline")
    assert "过程排放居首" in baseline
    assert "着力点在电力一侧" not in baseline


@pytest.mark.parametrize(
    ("ets", "expected"),
    [(True, "已纳入全国碳排放权交易市场，核算方法"), (False, "未纳入全国碳"), (None, "【待补充：企业是否纳入")],
)
def test_the_method_follows_market_coverage(ets, expected):
    profile = replace(sample.profile(), ets_covered=ets)
    assert expected in text_of(compose_draft(sample.form(), sample.source(profile=profile)), "enterprise")


def test_verdicts_become_state_gap_and_what_is_missing(draft):
    measures = text_of(draft, "measures")
    assert "现状。" in measures
    assert "差距。" in measures
    assert "没有与能耗限额1级值对标的材料" in measures
    assert "【待补充：2025年度单位产品能耗核算表】" in measures
    assert "更换或改造2级能效空压机" in measures
    assert "计划于2026年3月至2026年12月实施，投资1860万元" in measures


def test_a_path_without_measures_invents_none(draft):
    assert "数字化能碳管理中心的建设内容、进度和计量器具配备" in draft.missing


def test_compliance_table_has_a_row_and_a_footnote_per_criterion(draft):
    section = next(s for s in draft.sections if s.id == "compliance")
    table = next(b for b in section.blocks if isinstance(b, TableBlock))
    assert len(table.rows) == len(sample.verdicts().criteria)
    assert all(any(isinstance(i, ClauseRef) for i in row[1]) for row in table.rows)
    assert "台账中6台空压机为2级能效" in text_of(draft, "compliance")


def test_a_criterion_is_cited_by_its_nearest_sentence(draft):
    quotes = [c.quote for c in draft.citations if c.clause == "miit-2026-13/三-(三)"]
    assert any(q.startswith("提高通用设备能效水平") for q in quotes)


def test_every_quote_stands_in_its_clause(draft):
    clauses = {c.id: c for d in sample.policies().values() for c in d.clauses}
    cited = [i.cited for i in draft.inlines() if isinstance(i, (ClauseRef, Quote))]
    assert len(cited) > 20
    assert all(c.quote in clauses[c.clause].text for c in cited)


def test_a_bare_project_is_a_list_of_what_is_missing():
    bare = compose_draft(sample.form(), sample.bare_source())
    assert check_draft(bare) == ()
    assert {"企业名称", "统一社会信用代码"} & set(bare.missing) == {"统一社会信用代码"}
    assert "二氧化碳排放核算结果" in bare.missing
    assert not any(isinstance(b, TableBlock) and b.id == "lines" for s in bare.sections for b in s.blocks)


def test_without_a_corpus_the_missing_grounds_are_visible():
    empty = compose_draft(sample.form(), sample.source(policies={}))
    assert "依据条款" in empty.missing
    assert empty.citations == ()
    assert check_draft(empty) == ()


def test_sections_are_selected_and_numbered_anew():
    draft = compose_draft(sample.form(), sample.source(), ["compliance", "baseline"])
    assert [s.id for s in draft.sections] == ["cover", "baseline", "compliance"]
    assert text_of(draft, "compliance").startswith("二、")
    with pytest.raises(UsageError, match="没有这些章节"):
        compose_draft(sample.form(), sample.source(), ["nonsense"])


def test_export_is_refused_when_a_number_has_no_fact(draft):
    section = replace(
        draft.sections[2], blocks=(Paragraph(inlines=(Text(text="减排约"), Text(text="35"), Text(text="%。"))),)
    )
    with pytest.raises(InputRefused) as caught:
        refuse_untraced(replace(draft, sections=(section,)))
    assert caught.value.id == "draft_number_without_fact"
    assert "35%" in caught.value.message
    unknown = replace(draft, header=(FactRef(fact="run.nothing"),))
    with pytest.raises(InputRefused):
        refuse_untraced(unknown)


def test_the_guard_reads_neighbouring_texts_together(draft):
    split = replace(draft, header=(Text(text="增加三"), Text(text="成")))
    assert [f.id for f in check_draft(split)] == ["number-without-fact"]


def test_a_quote_that_is_not_in_its_clause_is_found(draft):
    cited = replace(draft.citations[0], quote="这句话不在条款里。")
    wrong = replace(draft, header=(ClauseRef(cited=cited),))
    assert [f.id for f in check_draft(wrong, sample.policies())] == ["quote-not-found"]


def test_templates_become_typed_inlines():
    source = sample.source()
    scope = TemplateScope(
        facts=compose_draft(sample.form(), source).facts, policies=source.policies, missing={"x": "某数据"}
    )
    inlines = fill("合计{run.total}，{=run.total}，{x}，{std:GB/T 32150}{cite:nowhere/一}", scope)
    assert inlines == (
        Text(text="合计"),
        FactRef(fact="run.total", unit=True),
        Text(text="，"),
        FactRef(fact="run.total"),
        Text(text="，"),
        Missing(what="某数据"),
        Text(text="，"),
        Literal(kind="standard", text="GB/T 32150"),
        Missing(what="依据条款"),
    )
    with pytest.raises(ValueError, match="unknown hole"):
        fill("{nonsense:x}", scope)
    with pytest.raises(ValueError, match="unknown literal"):
        Literal(kind="anything", text="5")


def test_clauses_are_cited_by_sentence():
    policies = sample.policies()
    cited = cite(policies, "miit-2026-13/二-p1", "到2027年")
    assert cited.quote.startswith("到2027年")
    assert cited.quote.endswith("。")
    assert cite(policies, "miit-2026-13/二-p1", "没有的词句") is None
    assert cite(policies, "nowhere/一") is None
    assert opening("一、标题\n第一句。第二句。") == "第一句。第二句。"
    assert sentence_about("甲方负责。乙方验收设备能效。", "设备能效等级") == "乙方验收设备能效。"
    assert sentence_about("甲方负责。", "设备能效") == ""
    assert spoken_path("三-(二)") == "第三部分（二）"


def test_html_escapes_and_points_to_facts_and_clauses():
    profile = replace(sample.profile(), name='<script>alert("x")</script>有限公司')
    html = render_html(compose_draft(sample.form(), sample.source(profile=profile)))
    assert "<script" not in html
    assert 'data-fact="run.total"' in html
    assert 'href="/policies/miit-2026-13#%E4%B8%89-%28%E4%BA%8C%29"' in html
    assert '<mark class="missing">【待补充：' in html
    from lxml import etree

    assert etree.fromstring(html).tag == "article"


def test_forms_keep_to_their_schema(tmp_path):
    schema = tomllib.loads((sample.ROOT / "policy_corpus/schema/forms.toml").read_text("utf-8"))
    assert set(schema["form"]) == _FORM_KEYS
    assert set(schema["section"]) == _SECTION_KEYS
    assert set(schema["block"]) == _BLOCK_KEYS
    assert set(schema["path"]) == _PATH_KEYS
    assert set(schema["kinds"]) == KINDS
    for id in list_forms(sample.ROOT / "policy_corpus"):
        form = load_form(id, sample.ROOT / "policy_corpus")
        blocks = [b for s in form.sections for b in s.blocks] + [b for p in form.paths.values() for b in p.state]
        assert {b.name for b in blocks if b.kind == "table"} <= set(TABLES)
        prefixes = tuple(schema["condition_prefixes"])
        for condition in (c for b in blocks for c in b.when):
            assert condition in schema["conditions"] or condition.startswith(prefixes), condition


def test_broken_forms_are_refused_by_name(tmp_path):
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "a.toml").write_text('id = "a"\nsurprise = 1\n', encoding="utf-8")
    with pytest.raises(InputRefused, match="未知字段：surprise"):
        load_form("a", tmp_path)
    with pytest.raises(NotFound):
        load_form("b", tmp_path)
    with pytest.raises(NotFound):
        load_form("../forms/a", tmp_path)
    with pytest.raises(ValueError, match="未知的段落种类"):
        parse_form(
            {
                "id": "a",
                "version": 1,
                "title": "t",
                "scheme": "s",
                "section": [{"id": "x", "title": "y", "block": [{"kind": "z"}]}],
            }
        )


def test_local_material_requirements_are_printed_with_their_document():
    profile = replace(sample.profile(), province="湖南省", city="长沙市", address="")
    text = text_of(compose_draft(sample.form(), sample.source(profile=profile)), "safeguards")
    assert "零碳工厂建设方案" in text
    assert "《湖南省" in text
