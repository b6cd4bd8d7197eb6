"""Composition: sections, sentences that fit the factory, gaps that are visible, export that is refused."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import replace
from fractions import Fraction
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
from app.domain.clause import EvidenceLevel, Modality
from app.domain.errors import InputRefused, NotFound, UsageError
from app.drafting.charts import CHARTS
from app.drafting.clauses import cite, opening, sentence_about, spoken_path
from app.drafting.compose import compose_draft
from app.drafting.facts_run import named_source
from app.drafting.guard import check_draft, refuse_untraced
from app.drafting.html import render_html
from app.drafting.layout import plain_text
from app.drafting.model import (
    ChartBlock,
    ClauseRef,
    Draft,
    FactRef,
    Literal,
    Missing,
    Paragraph,
    Quote,
    TableBlock,
    Text,
)
from app.drafting.tables import TABLES
from app.drafting.tables_dossier import ABOUT
from app.drafting.template import TemplateScope, fill


def text_of(draft: Draft, section: str) -> str:
    lines = []
    for block in next(s for s in draft.sections if s.id == section).blocks:
        if isinstance(block, Paragraph):
            lines.append(plain_text(block.inlines, draft.facts))
        elif isinstance(block, TableBlock):
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
    assert "“可再生能源使用比例”已经落实" in measures
    assert "其中，非化石能源消费占比：12.34%" in measures
    assert (
        "“通用设备能效等级”未达到要求：最低能效等级：2级，要求为“1级及以上”。【待补充：通用设备能效等级的整改措施"
        in measures
    )
    assert "【待补充：2025年度单位产品能耗核算表】" in measures
    assert "计划于2026年3月至2026年12月实施，投资1860万元" in measures


def test_duties_promotions_and_reports_are_told_apart():
    base = sample.verdicts().criteria[1]
    criteria = (
        replace(base, id="a", title="甲事项"),
        replace(base, id="b", title="乙事项", modality=Modality.ENCOURAGED, missing=("丙", "丁")),
        replace(base, id="c", title="丙事项", evidence=EvidenceLevel.NEWS),
    )
    report = replace(sample.verdicts(), criteria=criteria)
    measures = text_of(compose_draft(sample.form(), sample.source(verdicts=report)), "measures")
    assert "“甲事项”列为待补证" in measures
    assert "此外，“乙事项”属于提倡、鼓励或目标性质" in measures
    assert "“丙事项”出自新闻或他人转述，有待核实" in measures


def test_items_that_share_a_label_are_asked_for_once():
    criterion = replace(sample.verdicts().criteria[1], missing=("已实施的措施：电锅炉", "已实施的措施：电窑炉"))
    report = replace(sample.verdicts(), criteria=(criterion,))
    draft = compose_draft(sample.form(), sample.source(verdicts=report), ["compliance"])
    assert "已实施的措施：电锅炉、电窑炉" in draft.missing


def test_a_reason_that_repeats_clause_and_data_is_cut_to_its_conclusion():
    reason = "miit-2026-13/三-(三)（应）：要求。本项目：等级：2级（文件）。原文用语是提倡，不是必备条件。"
    criterion = replace(sample.verdicts().criteria[2], reason=reason)
    report = replace(sample.verdicts(), criteria=(criterion,))
    table = text_of(compose_draft(sample.form(), sample.source(verdicts=report)), "compliance")
    assert "原文用语是提倡，不是必备条件" in table
    assert "本项目" not in table


def test_lines_of_one_source_are_one_row():
    run = sample.run()
    more = replace(run.lines[1], activity="a9", quantity="1000.5", tco2=Fraction(2))
    run = replace(run, lines=(*run.lines, more))
    draft = compose_draft(sample.form(), sample.source(run=run))
    table = next(b for s in draft.sections for b in s.blocks if isinstance(b, TableBlock) and b.id == "lines")
    rows = [[plain_text(c, draft.facts) for c in row] for row in table.rows]
    assert [r[1] for r in rows] == ["天然气锅炉", "外购电力", "向外输出电力"]
    assert rows[0][3:] == ["87420.5\u00a0Nm3", "188.86"]


def test_an_account_with_missing_bills_is_named():
    records = tuple(e for e in sample.ledger() if e.period_start not in ("2025-07-01", "2025-08-01"))
    baseline = text_of(compose_draft(sample.form(), sample.source(records=records)), "baseline")
    assert "户号3400000000017缺2025年7月、2025年8月的账单" in baseline
    assert "按户号核对" not in text_of(compose_draft(sample.form(), sample.source()), "baseline")


def test_a_measure_in_place_is_no_plan():
    extra = {"measures": [{"name": "分布式光伏", "value": True, "evidence": "验收单.pdf"}]}
    draft = compose_draft(sample.form(), sample.source(profile=replace(sample.profile(), extra=extra)))
    assert not any(isinstance(b, TableBlock) and b.id == "projects" for s in draft.sections for b in s.blocks)
    extra = {"measures": [{"name": "光伏", "value": True, "path": "energy_structure", "reduction_tco2": "12"}]}
    draft = compose_draft(sample.form(), sample.source(profile=replace(sample.profile(), extra=extra)))
    assert "光伏（已实施），预计年减排12" in text_of(draft, "measures")
    assert "plan.reduction" not in draft.facts


def test_a_quote_is_footnoted_once_a_section(draft):
    for section in draft.sections:
        blocks = (b for b in section.blocks if not isinstance(b, ChartBlock))
        lines = [b.inlines if isinstance(b, Paragraph) else [i for r in b.rows for c in r for i in c] for b in blocks]
        cited = [(i.cited.clause, i.cited.quote) for line in lines for i in line if isinstance(i, ClauseRef)]
        assert len(cited) == len(set(cited))


def test_factor_sources_are_printed_without_addresses():
    assert named_source("GB/T 32151 表C.1；https://example.org/a.md") == "GB/T 32151 表C.1"
    assert named_source("公告；转录： https://example.org/a ; https://example.org/b") == "公告"
    assert named_source("https://example.org/a") == "网上资料，网址见核算记录"
    assert named_source("") == ""


def test_a_path_without_measures_invents_none(draft):
    assert "数字化能碳管理中心的建设内容、进度和计量器具配备" in draft.missing


def test_compliance_table_has_a_row_per_criterion_with_its_clause(draft):
    section = next(s for s in draft.sections if s.id == "compliance")
    table = next(b for b in section.blocks if isinstance(b, TableBlock))
    assert len(table.rows) == len(sample.verdicts().criteria)
    assert all("工信部联节〔2026〕13号第三部分" in plain_text(row[1], draft.facts) for row in table.rows)
    cited = {i.cited.quote for row in table.rows for i in row[1] if isinstance(i, ClauseRef)}
    assert len(cited) >= 4
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
        assert {b.name.partition(":")[0] for b in blocks if b.kind == "table"} <= {*TABLES, *ABOUT}
        assert {b.name for b in blocks if b.kind == "chart"} <= set(CHARTS)
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
