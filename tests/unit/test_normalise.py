"""Cleaning of scraped pages. The page below is made up in the manner of re-posted policy pages; the real one is in tests/real."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.mojibake import find_damage
from ingestion.normalise import clean_page

PAGE = """\
行業(yè)動態(tài)
某省綠色車間申報指南(2026年最新)
為落實《關于推進綠色車間建設的指導意見》要求,本文拆解要點。
歡迎聯(lián)系專業(yè)團隊:13800001111(微信同號)。
關于推進綠色車間建設的指導意見
綠色車間建設是指持續(xù)降低排放的過程,不是一次性認定。
一、總體要求
堅持因地制宜(如化工),立足區(qū)域?qū)嶋H和行業(yè)特點。
(一)健全體系。能耗應(yīng)達到1級(含)以上,開展環(huán)境、社會和公司治理(ESG)披露。依據(jù)GB/T 32150,由當?shù)亓闾脊S主管部門落實。
(二)完善標(biāo)準(zhǔn)。制定標(biāo)準(zhǔn)。咨詢熱線:13800001111。
全國14年專業(yè)代辦,助您乘風破浪!
【資質(zhì)榮譽】:高企認(rèn)定、專精特新。
您還在等什么?立即添加微信13800001111!
"""


GLOSSES = ["biāo", "huán", "jù", "lián", "qū", "rèn", "tài", "xù", "yè", "yīng", "zhì", "zhǔn"]


@pytest.fixture(scope="module")
def page():
    return clean_page(PAGE)


def test_characters_glosses_and_punctuation_are_restored(page):
    assert "绿色车间建设是指持续降低排放的过程，不是一次性认定。" in page.text
    assert "（一）健全体系。能耗应达到1级（含）以上，开展环境、社会和公司治理（ESG）披露。" in page.text
    assert "依据GB/T 32150，由" in page.text


def test_changes_are_counted_with_positions_in_the_page_as_given(page):
    gloss = next(c for c in page.changes if c.kind == "gloss")
    assert gloss.count == sum(PAGE.count(f"({gloss})") for gloss in GLOSSES)
    assert all(PAGE[at] == "(" for at in gloss.positions)
    for at in next(c for c in page.changes if c.kind == "traditional").positions:
        assert PAGE[at] > "\u4e00"
    for at in next(c for c in page.changes if c.kind == "punctuation").positions:
        assert PAGE[at] in ",():?!"


def test_damage_is_flagged_and_left_as_it_was(page):
    assert [page.text[d.start : d.end] for d in page.doubts] == ["?qū)嶋H", "?shù)亓闾脊S"]
    assert {d.kind for d in page.doubts} == {"broken_gloss"}
    assert all("官方原件" in d.message for d in page.doubts)


def test_adverts_are_kept_apart_with_reasons(page):
    assert "13800001111" not in page.text
    assert "代办" not in page.text
    assert "高企" not in page.text
    cut = {advert.text: advert for advert in page.adverts}
    assert cut["咨询热线：13800001111。"].reason == "含手机号码"
    assert cut["【资质荣誉】：高企认定、专精特新。"].reason == "夹在广告之间的服务项目罗列"
    assert cut["行业动态"].kind == "framing"
    assert all(PAGE[advert.start : advert.end].strip() for advert in page.adverts)


def test_an_advert_inside_a_numbered_paragraph_costs_only_its_sentence(page):
    assert page.text.rstrip().endswith("（二）完善标准。制定标准。")


def test_the_text_begins_with_its_title(page):
    assert page.text.startswith("关于推进绿色车间建设的指导意见\n\n绿色车间建设是指")


@pytest.mark.parametrize(
    "kept",
    [
        "产量1,000吨，时间10:30，网址http://a.example/c?d=1。",
        "公式 I=C/E 中，C为排放量，E为综合能耗。",
        "软件著作权归企业所有。",
        "联系人：某处，联系电话：0551-12345678。",
        "年用电量13800001111千瓦时。",
    ],
)
def test_what_is_right_already_stays(kept):
    page = clean_page(kept)
    assert page.text == kept + "\n"
    assert (page.changes, page.adverts, page.doubts) == ((), (), ())


def test_an_official_letter_may_address_its_reader():
    letter = "您提出的建议收悉。\n\n我们将研究推进零碳工厂建设。\n"
    assert clean_page(letter).text == letter


def test_cleaning_clean_text_changes_nothing(page):
    assert clean_page(page.text).text == page.text


def test_table_rows_stay_together():
    assert clean_page("指标\t2027\n\n单耗\t1.2\n说明。").text == "指标\t2027\n单耗\t1.2\n\n说明。\n"


def test_page_numbers_and_line_breaks_of_a_page_go():
    sentence = (
        "为推进零碳工厂建设工作，带动行业减碳增效和绿色低碳转型，各地区可以制定方案并梯次推进，依据 GB/T 32150 开展核算；"
        * 6
        + "请执行。"
    )
    lines = [sentence[at : at + 32] for at in range(0, len(sentence), 32)]
    page = clean_page("\n".join([*lines[:5], "— 1 —", *lines[5:], "第 2 页 共 3 页", ""]))
    assert page.text.replace(" ", "") == sentence.replace(" ", "") + "\n"
    assert page.count("page_number") == 2


@pytest.mark.parametrize(
    ("given_text", "clean"),
    [
        ('(三)"A级"企业优先.', "（三）“A级”企业优先。"),
        ("单位能耗碳排放不高于1.25 tCO2e/tce;", "单位能耗碳排放不高于1.25 tCO2e/tce；"),
        ("申报书(附件1);", "申报书（附件1）；"),
        ("附件:1.甲表,2.乙表", "附件：1.甲表，2.乙表"),
        ("第一章 总则", "第一章 总则"),
        ("通 知 书", "通知书"),
        ("某人 电话", "某人 电话"),
        ("能耗， 排放", "能耗，排放"),
        ("ratio (a,b); see x", "ratio (a,b); see x"),
        ('他说"好', '他说"好'),
    ],
)
def test_marks_and_blanks(given_text, clean):
    assert clean_page(given_text).text == clean + "\n"


def test_marks_of_markdown_go():
    page = clean_page("# 某方案\n\n1. **节能改造**：更换电机。\n")
    assert page.text == "某方案\n\n1. 节能改造：更换电机。\n"


def test_blanks_entities_and_invisible_characters():
    page = clean_page("\u3000\u3000零碳\u200b工厂&nbsp;建设&amp;改造。\r\n\r\n\r\n第二段。")
    assert page.text == "零碳工厂 建设&改造。\n\n第二段。\n"
    assert {c.kind for c in page.changes} == {"entity", "invisible", "whitespace"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("立足区域?qū)嶋H和行业", "broken_gloss"),
        ("制定当?shù)亓闾脊S建设方案", "broken_gloss"),
        ("零碳\ufffd厂", "replacement"),
        ("锟斤拷锟斤拷", "double_decoding"),
        ("é\u009b¶ç¢³å·¥å\u008e\u0082", "wrong_charset"),
        ("零碳??建设", "lost"),
        ("区域嶋H和行业", "lone_capital"),
        ("企业⒔K湖南", "dotted_digit"),
    ],
)
def test_damage_is_recognised(text, kind):
    assert [d.kind for d in find_damage(text)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "（如化工）",
        "(如化工)",
        "(ESG)",
        "达到1级)",
        "A级企业",
        "为A级",
        "B类",
        "H股公司",
        "C为排放量",
        "真的吗？",
        "业(yè)务",
        "怎么办?可以",
    ],
)
def test_ordinary_text_keeps_the_detector_quiet(text):
    assert find_damage(text) == ()


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="零碳工廠业(yè),。:?A1\n\t |《》“”\u3000", max_size=60))
def test_any_page_is_cleaned_without_error_and_positions_are_valid(text):
    page = clean_page(text)
    assert all(0 <= at < len(text) for change in page.changes for at in change.positions)
    assert all(0 <= d.start < d.end <= len(page.text) for d in page.doubts)
