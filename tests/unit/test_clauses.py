"""The clause splitter: numbering, ids, breadcrumbs, tables, sentences, offsets. One small text an edge case."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.corpus.documents import load_documents
from ingestion.clauses import split_clauses, text_digest
from ingestion.sentences import sentence_spans


def paths(text: str) -> list[str]:
    return [clause.path for clause in split_clauses(text, "d")]


def by_path(text: str):
    return {clause.path: clause for clause in split_clauses(text, "d")}


def sentences(text: str) -> list[str]:
    return [text[a:b] for a, b in sentence_spans(text)]


NOTICE = """各市工业和信息化局：
为推进零碳工厂建设，现就有关事项通知如下。
一、申报主体
（一）在本省注册的工业企业。企业应正常经营。
（二）基本条件：
1.依法设立；
2.近三年无事故。
二、申报程序
（一）自评价。企业编制报告。
补充材料可以另附。
附件：1.指标表
2.承诺书
某省工业和信息化厅
2026年3月2日
附件1
零碳工厂指标表
二、计算方法
1.排放量
（2）间接排放
①外购电力按电量计。
"""


def test_a_notice_with_every_level():
    assert paths(NOTICE) == [
        "引言-p1", "引言-p2", "一", "一-(一)", "一-(二)", "一-(二)-1", "一-(二)-2", "二", "二-(一)", "二-(一)-p2", "二-(一)-p3",
        "落款-p1", "附件1", "附件1-二", "附件1-二-1", "附件1-二-1-(2)", "附件1-二-1-(2)-①",
    ]  # fmt: skip
    clauses = by_path(NOTICE)
    assert clauses["二-(一)-p3"].text == "附件：1.指标表\n2.承诺书"
    assert clauses["附件1-二-1-(2)-①"].title == "零碳工厂指标表 > 计算方法 > 排放量 > 间接排放"
    assert clauses["附件1"].kind == "head"


def test_ids_use_half_width_brackets_and_offsets_refer_to_the_source():
    for clause in split_clauses(NOTICE, "doc"):
        assert clause.id == f"doc/{clause.path}"
        assert "（" not in clause.id
        assert clause.text == NOTICE[clause.start : clause.end]
        for number, sentence in enumerate(clause.sentences, 1):
            assert sentence.id == f"{clause.id}#s{number}"
            assert sentence.text == NOTICE[sentence.start : sentence.end]


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("一、总体", "一"), ("一.总体", "一"), ("十二、其他", "十二"),
        ("（一）主体", "(一)"), ("(一)主体", "(一)"), ("﹙一﹚主体", "(一)"), ("〔三〕主体", "(三)"), ("[三]主体", "(三)"), ("㈢主体", "(三)"),
        ("1.主体", "1"), ("1、主体", "1"), ("１．主体", "1"), ("⒈主体", "1"), ("12. 主体", "12"),
        ("（1）主体", "(1)"), ("⑴主体", "(1)"), ("2)主体", "(2)"), ("③主体", "③"),
        ("第五条 企业应当申报。", "第五条"), ("第十二条之一　企业应当申报。", "第十二条之一"), ("第五条企业应当申报。", "第五条"),
        ("第一章 总则", "第一章"), ("第二部分 业务功能", "第二部分"), ("附录A 核算方法", "附录A"), ("附件2：指标表", "附件2"), ("附件", "附件"),
        ("4.2.1 核算边界应清晰。", "4.2.1"), ("## （一）主体", "(一)"),
    ],
)  # fmt: skip
def test_a_numbered_line_is_a_heading(line, path):
    assert paths(line) == [path]


@pytest.mark.parametrize(
    "line",
    [
        "2026年起，遴选一批零碳工厂。", "1.5万吨标准煤以上的企业。", "3.5 万吨标准煤以上。", "0.5703 kgCO2/kWh为全国因子。", "10.1期间有效。",
        "第十条规定的企业应当申报。", "第三方机构应当独立。", "第五条和第六条同时适用。", "附件1所列材料应当齐全。", "附件：某省方案",
        "一是加强领导。", "一些企业已经开展。", "(2026)年修订。", "⒔K湖南等地。", "3.5倍以上。", "5 家企业入选。",
    ],
)  # fmt: skip
def test_running_text_is_no_heading(line):
    assert paths(line) == ["引言-p1"]


def test_run_in_heading_is_a_title_and_stays_evidence():
    clause = by_path("三、建设路径\n（一）健全核算体系，实现科学算碳。建立核算体系。核算边界包括直接排放。")["三-(一)"]
    assert clause.title == "建设路径 > 健全核算体系，实现科学算碳"
    assert clause.text.startswith("（一）健全核算体系，实现科学算碳。")
    assert [s.text for s in clause.sentences][1] == "建立核算体系。"
    assert clause.kind == "text"


def test_a_long_or_only_sentence_is_no_run_in_title():
    assert by_path("（一）企业应当依法设立。")["(一)"].title == ""
    long = "企" * 41
    assert by_path(f"（一）{long}。第二句。")["(一)"].title == ""


def test_a_label_before_a_colon_is_a_title():
    assert by_path("1.基本要求：企业应依法设立。")["1"].title == "基本要求"


def test_a_short_numbered_line_heads_something_or_is_an_item():
    clauses = by_path("（一）申报材料\n1.营业执照\n2.环评批复\n（二）其他\n")
    assert (clauses["(一)"].kind, clauses["(一)-1"].kind, clauses["(二)"].kind) == ("head", "text", "text")


def test_unnumbered_paragraphs_are_counted_under_their_parent():
    text = "开头的话。\n一、要求\n第一段。\n第二段。\n二、目标\n第三段。"
    assert paths(text) == ["引言-p1", "一", "一-p1", "一-p2", "二", "二-p1"]


def test_a_paragraph_after_a_numbered_item_is_its_second():
    assert paths("第五条 企业应当申报。\n前款所称企业包括分公司。") == ["第五条", "第五条-p2"]


def test_a_lead_in_stands_over_every_member_of_its_list():
    text = "一、总体要求\n建设遵循以下原则：\n因业施策。立足区域实际。\n创新驱动。加快技术集成。\n除此之外，本段与原则无关，只是说明各地区可以结合实际情况研究制定当地的具体实施方案并梯次有序推进有关培育工作，期限另行通知。\n"
    clauses = by_path(text)
    assert clauses["一-p2"].title == "总体要求 > 建设遵循以下原则 > 因业施策"
    assert clauses["一-p3"].title == "总体要求 > 建设遵循以下原则 > 创新驱动"
    assert clauses["一-p1"].title == clauses["一-p4"].title == "总体要求"


def test_a_lead_in_stands_over_numbered_members():
    clauses = by_path("第五条 企业应当具备下列条件：\n（一）依法设立；\n（二）正常经营。\n第六条 企业应当申报。")
    assert clauses["第五条-(一)"].title == "企业应当具备下列条件"
    assert clauses["第五条-(二)"].title == "企业应当具备下列条件"
    assert clauses["第六条"].title == ""
    assert by_path("一、条件\n企业应当：\n1.依法设立；\n2.正常经营。")["一-2"].title == "条件 > 企业应当"


def test_unnumbered_members_end_with_the_full_stop():
    clauses = by_path("一、条件\n企业应当满足：\n依法设立；\n正常经营。\n其他企业参照执行。")
    assert clauses["一-p3"].title == "条件 > 企业应当满足"
    assert clauses["一-p4"].title == "条件"


def test_the_introduction_leads_in_no_headings():
    clauses = by_path("现将有关事项通知如下：\n一、条件\n企业应申报。")
    assert clauses["一-p1"].title == "条件"


def test_addressees_are_no_lead_in():
    assert by_path(NOTICE)["引言-p2"].title == "引言"


def test_articles_leave_the_chapter_in_the_breadcrumb_only():
    clauses = by_path(
        "第一章 总则\n第一条 为规范管理，制定本办法。\n第二章 申报\n第二条 企业申报。\n（一）申报主体。依法设立。"
    )
    assert list(clauses) == ["第一章", "第一条", "第二章", "第二条", "第二条-(一)"]
    assert clauses["第二条-(一)"].title == "申报 > 申报主体"


def test_a_chapter_without_articles_keeps_its_place_in_the_id():
    assert paths("第一部分 概述\n本指南用于建设。") == ["第一部分", "第一部分-p1"]


def test_decimals_of_standards_replace_one_another():
    text = "4 基本要求\n4.1 依法设立。\n4.2 指标\n4.2.1 能耗应达到先进值。\na)单位产品能耗；\n（1）限额。\n5.1 程序。\n5.2 结果。"
    assert paths(text) == ["4", "4.1", "4.2", "4.2.1", "4.2.1-a)", "4.2.1-(1)", "5.1", "5.2"]
    assert by_path(text)["4.2.1"].title == "基本要求 > 指标"


def test_chapters_and_terms_of_a_standard():
    text = "1 范围\n本标准规定了评价要求。\n2 引用文件\nGB/T 32150 核算通则\n3 术语\n3.1\n零碳工厂\n厂区内趋近于零的工厂。\n3.2\n碳抵消\n抵消排放。\n5 家企业参加。\n"
    clauses = by_path(text)
    assert list(clauses) == ["1", "1-p1", "2", "2-p1", "3", "3.1", "3.1-p1", "3.2", "3.2-p1", "3.2-p2"]
    assert clauses["3.1-p1"].title == "术语 > 零碳工厂"
    assert clauses["3.1"].kind == "head"


def test_a_decimal_closes_the_chapter_it_does_not_continue():
    clauses = by_path("4 要求\n4.1 总则\n企业应申报。\n5.1 程序。另有规定。\n5.2 结果。")
    assert clauses["5.1"].title == ""
    assert clauses["4.1-p1"].title == "要求 > 总则"


def test_annex_numbers_belong_to_the_annex():
    text = "附录A 核算方法\nA.1 边界按厂区确定。\nA.2 因子取自国家。\n附录B 表格\nA.1期不适用。"
    assert paths(text) == ["附录A", "附录A-A.1", "附录A-A.2", "附录B", "附录B-p1"]


def test_attachment_resets_the_path_and_a_list_of_attachments_does_not():
    assert paths("一、要求\n（一）主体。企业申报。\n附件1 指标\n（一）能耗。先进值。") == [
        "一",
        "一-(一)",
        "附件1",
        "附件1-(一)",
    ]
    assert paths("一、要求\n正文。\n附件：1.甲表 2.乙表\n") == ["一", "一-p1", "一-p2"]
    assert paths("一、要求\n正文。\n附件1：甲表\n附件2：乙表\n") == ["一", "一-p1", "一-p2"]


def test_a_number_used_twice_gets_a_suffix():
    assert paths("（一）甲。内容。\n（一）乙。内容。\n（一）丙。内容。") == ["(一)", "(一)~2", "(一)~3"]


@pytest.mark.parametrize(
    "table",
    ["序号\t指标\t2027\n1\t单位能耗碳排放\t1.25\n2\t可再生比例\t35%", "| 序号 | 指标 | 2027 |\n|---|---|---|\n| 1 | 单位能耗碳排放 | 1.25 |\n| 2 | 可再生比例 | 35% |"],
)  # fmt: skip
def test_a_row_is_a_clause_and_carries_the_header(table):
    clauses = by_path(f"附件1 指标表\n{table}\n")
    assert list(clauses) == ["附件1", "附件1-t1", "附件1-t2", "附件1-t3"]
    assert clauses["附件1-t3"].title == "指标表 > 序号 | 指标 | 2027"
    assert clauses["附件1-t3"].kind == "table"
    assert "可再生比例" in clauses["附件1-t3"].text
    assert len(clauses["附件1-t3"].sentences) == 1


def test_a_caption_stands_over_its_table():
    clauses = by_path("一、数值\n表1 评价指标\n指标 | 要求\n能耗 | 1级\n")
    assert clauses["一-t2"].title == "数值 > 表1 评价指标 > 指标 | 要求"


def test_a_table_of_figures_has_no_header():
    assert by_path("一、数值\n甲 | 1.2\n乙 | 3.4")["一-t2"].title == "数值"


def test_the_title_of_the_document_is_a_heading():
    clauses = by_path("# 关于开展建设的指导意见\n工信部联节〔2026〕13号\n正文第一段。\n")
    assert [(c.path, c.kind) for c in clauses.values()] == [("标题", "head"), ("标题~2", "head"), ("引言-p1", "text")]


def test_a_notice_that_hands_out_another_text():
    text = "关于印发《某方案》的通知\n各市：\n现印发给你们。\n某厅\n某省工业和信息化厅\n2026年5月1日\n某省零碳工厂建设方案\n为推进建设，制定本方案。\n一、目标\n建成10家。\n"
    assert paths(text) == ["标题", "引言-p1", "引言-p2", "引言-p3", "落款-p1", "标题~2", "引言-p4", "一", "一-p1"]


def test_lines_cut_by_a_page_width_are_joined():
    whole = (
        "为推进零碳工厂建设工作，带动行业减碳增效和绿色低碳转型，各地区可以结合实际制定具体实施方案并梯次推进，" * 6
        + "请遵照执行。"
    )
    cut = "一、要求\n" + "\n".join(whole[at : at + 30] for at in range(0, len(whole), 30)) + "\n二、其他\n略。\n"
    assert paths(cut) == ["一", "一-p1", "二", "二-p1"]
    assert len(by_path(cut)["一-p1"].sentences) == 1


def test_indents_decide_where_paragraphs_of_a_wrapped_page_begin():
    first, second = (
        "企业应当按照要求开展核算工作并且提交报告，" * 9 + "完毕。",
        "主管部门应当组织审核，" * 12 + "公布。",
    )
    pages = []
    for paragraph in (first, second):
        indented = "\u3000\u3000" + paragraph
        pages += [indented[at : at + 28] for at in range(0, len(indented), 28)]
    assert paths("一、要求\n" + "\n".join(pages)) == ["一", "一-p1", "一-p2"]


def test_sentences_keep_closers_and_respect_quotations():
    assert sentences("他说：“好。不好。”完了。真的？！是；对") == ["他说：“好。不好。”完了。", "真的？！", "是；", "对"]
    assert sentences("见《某办法。细则》第一条。另见（一。二）。") == ["见《某办法。细则》第一条。", "另见（一。二）。"]
    assert sentences("网址http://a.cn/x?y=1;z=2。完") == ["网址http://a.cn/x?y=1;z=2。", "完"]


def test_a_bracket_left_open_protects_for_a_while_only():
    text = "（未闭合" + "字" * 500 + "。第二句。"
    assert sentences(text)[-1] == "第二句。"
    assert len(sentences("（未闭合。第二句。")) == 1


def test_the_digest_sees_words_not_widths():
    assert text_digest("（一）能耗１级") == text_digest("(一)能耗1级")
    assert text_digest("能耗1级") != text_digest("能耗2级")
    assert len(text_digest("x")) == 12


def test_the_national_guideline():
    document = load_documents()["miit-2026-13"]
    clauses = split_clauses(document.text, document.id)
    assert sum(c.kind == "head" for c in clauses) == 4
    text = [c for c in clauses if c.kind == "text"]
    assert (len(text), sum(len(c.sentences) for c in text)) == (17, 54)
    at = {c.path: c for c in clauses}
    assert at["三-(三)"].sentences[3].text.startswith("工厂单位产品、工序能耗应达到")
    assert at["二-p1"].sentences[2].text.startswith("到2027年，在汽车、锂电池")
    assert at["一-p6"].title == "总体要求 > 零碳工厂建设遵循以下原则 > 统一规范，公开透明"


@settings(max_examples=120, deadline=None)
@given(st.lists(st.sampled_from(["一、甲", "（一）乙。丙。", "1.丁：", "（1）戊", "①己；", "第一条 庚。", "附件1", "附录A 辛", "A.1 壬。", "4.1 癸。", "4.2 子", "甲\t乙", "丙 | 丁", "寅。", "卯：", "2026年1月1日", "某某局", ""]), max_size=24))  # fmt: skip
def test_any_arrangement_has_unique_ids_and_loses_no_word(lines):
    text = "\n".join(lines)
    clauses = split_clauses(text, "d")
    ids = [c.id for c in clauses]
    assert len(ids) == len(set(ids))
    covered = [False] * len(text)
    for clause in clauses:
        assert clause.text == text[clause.start : clause.end]
        for at in range(clause.start, clause.end):
            covered[at] = True
        joined = "".join(s.text for s in clause.sentences)
        assert "".join(joined.split()) == "".join(clause.text.split())
    assert all(covered[at] or text[at].isspace() for at in range(len(text)))


# ── several items on one line ──


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        ("（一）在本省注册。（二）近三年无失信。", ["(一)", "(二)"]),
        ("申报材料包括：1.申报书；2.承诺书；3.营业执照。", ["引言-p1", "1", "2", "3"]),
        ("一、条件。（一）甲；（二）乙。二、材料。", ["一", "一-(一)", "一-(二)", "二"]),
        ("①甲；②乙；③丙。", ["①", "②", "③"]),
        ("第九条 企业应当报告。第十条 主管部门应当核查。", ["第九条", "第十条"]),
        # Nothing counts up: references, quantities, quotations, lists of attachments stay whole.
        ("按照第三条（一）和（二）的规定办理。（三）另行通知。", ["引言-p1"]),
        ("占比不低于30%。2030年不低于50%；1.5万千瓦时以上的。", ["引言-p1"]),
        ("“包括：1.甲；2.乙。”是旧办法的说法。", ["引言-p1"]),
        ("附件：1.申报书；2.汇总表", ["引言-p1"]),
    ],
)
def test_items_on_one_line_are_clauses_of_their_own(line: str, paths: list[str]) -> None:
    clauses = split_clauses(line + "\n", "x")
    assert [c.path for c in clauses] == paths
    assert all(line[c.start : c.end] == c.text for c in clauses)
    assert "".join(c.text for c in clauses).replace(" ", "") == line.replace(" ", "")
