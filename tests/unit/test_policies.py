"""Listing, showing, comparing, checking and adding policy documents."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from eligibility_home import open_home

from app.corpus.documents import find_clause, load_documents
from app.corpus.paths import corpus_root
from app.domain.errors import Conflict, InputRefused, NotFound, UsageError
from app.domain.finding import Severity
from app.services.policies import (
    add_policy,
    add_policy_file,
    added_text,
    check_corpus,
    list_policies,
    matrix_text,
    policy_matrix,
    policy_text,
    province_of,
    rebuild_clauses,
    show_policy,
    write_policy,
)

TEXT = """关于推进某省零碳工厂建设的通知
各市工业和信息化局：
为推进建设，通知如下。
一、申报条件
（一）主体资格。企业应在本省注册。
（三）能耗水平。单位产品能耗应达到先进值。
二、申报材料
1.申报书
2.承诺书
"""
META = 'id = "some-2026"\ntitle = "关于推进某省零碳工厂建设的通知"\nregion = "江西"\nevidence = "repost"\nissued = 2026-03-02\nissuer = "某厅"\n'


@pytest.fixture(scope="module")
def documents():
    return load_documents()


# ── reading ──


def test_every_document_is_listed_national_first(documents):
    rows = list_policies(documents)
    assert len(rows) == len(documents)
    assert rows[0]["level"] == "national"
    guideline = next(r for r in rows if r["id"] == "miit-2026-13")
    assert (guideline["text"], guideline["evidence_label"]) == ("全文", "官方文本")
    assert {r["text"] for r in rows if r["id"] != "miit-2026-13"} == {"摘要转述"}


@pytest.mark.parametrize("name", ["三-(二)", "三-（二）", "miit-2026-13/三-(二)", "三-(二)#s2"])
def test_a_clause_is_found_however_it_is_written(documents, name):
    shown = show_policy(documents, "miit-2026-13", name)
    assert shown["id"] == "miit-2026-13/三-(二)"
    assert shown["text"] == find_clause(documents, shown["id"]).text
    for sentence in shown["sentences"]:
        assert shown["text"][sentence["start"] : sentence["end"]] == sentence["text"]
    assert "分布式光伏" in policy_text(shown)


def test_a_document_is_found_by_number_and_title(documents):
    assert show_policy(documents, "工信部联节〔2026〕13号")["id"] == "miit-2026-13"
    assert show_policy(documents, "零碳工厂评价规范")["document_number"] in ("T/CECA-G 0171—2022", "T/HNEE 005—2024")
    assert show_policy(documents, "miit-2026-13/四-(一)")["clause"] == "四-(一)"


def test_a_heading_shows_what_stands_below_it(documents):
    shown = show_policy(documents, "miit-2026-13", "三")
    assert [c["path"] for c in shown["children"]] == [f"三-({n})" for n in "一二三四五六"]


def test_a_document_shows_its_gaps_corrections_and_coverage(documents):
    shown = show_policy(documents, "miit-2026-13")
    assert "没有奖补金额" in shown["gaps"]
    assert len([c for c in shown["corrections"] if c["inferred"]]) == 2
    assert len(shown["coverage"]) == 32
    words = policy_text(shown)
    assert "推断还原：一-p3" in words
    assert "没有见到：" in words


def test_provisions_are_shown_with_figure_and_level(documents):
    words = policy_text(show_policy(documents, "miit-2026-07-notice", "未见条号"))
    assert "新闻报道，待核实〕单位能耗碳排放的基本要求：不高于1.8 tCO2/tce" in words


def test_unknown_names_get_the_nearest_ones(documents):
    with pytest.raises(NotFound) as missing:
        show_policy(documents, "miit-2026-31")
    assert "miit-2026-13" in missing.value.fix
    with pytest.raises(NotFound) as missing:
        show_policy(documents, "miit-2026-13", "三-(九)")
    assert "三-(" in missing.value.fix


# ── comparing ──


def cell(result, topic, region):
    return next(c for c in result["cells"] if (c["topic"], c["region"]) == (topic, region))


def test_the_matrix_covers_every_topic_and_region(documents):
    result = policy_matrix(documents)
    assert len(result["cells"]) == len(result["topics"]) * len(result["regions"])
    assert {"全国", "安徽", "湖北", "四川", "陕西", "湖南"} <= {r["region"] for r in result["regions"]}
    for c in result["cells"]:
        for entry in c["entries"]:
            assert entry["title"]
            assert entry["evidence"]
            if entry["state"] == "stated":
                assert all(find_clause(documents, k["id"]) for k in entry["clauses"])
                assert entry["clauses"]


def test_three_states_are_kept_apart(documents):
    result = policy_matrix(documents, ["green_factory_prerequisite", "subsidy"], ["全国", "河南", "上海", "湖南"])
    assert cell(result, "green_factory_prerequisite", "河南")["state"] == "stated"
    assert cell(result, "green_factory_prerequisite", "全国")["label"] == "已通读的文件没有规定，其余文件未检出"
    assert cell(result, "subsidy", "湖南")["state"] == "unknown"
    assert cell(result, "subsidy", "湖南")["label"] == "未检出"


def test_other_schemes_state_nothing_about_factories(documents):
    result = policy_matrix(documents, ["subsidy", "renewable_share"], ["湖北", "四川"])
    for topic, region in (("subsidy", "湖北"), ("renewable_share", "四川")):
        assert cell(result, topic, region)["state"] == "unknown"
        assert "其他项目" in cell(result, topic, region)["label"]
        assert any(e["state"] == "stated" and not e["applies"] for e in cell(result, topic, region)["entries"])


def test_regions_without_a_factory_document_say_so(documents):
    result = policy_matrix(documents, ["procedure"], ["安徽", "湖北", "四川", "陜西", "江西"])
    notes = {r["region"]: r["note"] for r in result["regions"]}
    assert all("未持有" in notes[region] for region in ("安徽", "湖北", "四川", "陕西"))
    assert "没有该地区的任何文件" in notes["江西"]


def test_statements_below_repost_are_called_what_they_are(documents):
    assert "待核实" in cell(policy_matrix(documents, ["procedure"], ["全国"]), "procedure", "全国")["label"]


def test_topics_go_by_slug_or_label_and_unknown_ones_are_refused(documents):
    assert policy_matrix(documents, ["奖补资金"], ["全国"])["topics"][0]["slug"] == "subsidy"
    assert policy_matrix(documents, ["信息披露"])["topics"][0]["slug"] == "disclosure"
    with pytest.raises(UsageError) as refused:
        policy_matrix(documents, ["天气"])
    assert "subsidy" in refused.value.fix


def test_the_matrix_as_text_names_its_sources(documents):
    words = matrix_text(policy_matrix(documents, ["offset_rule"], ["全国", "江苏"]))
    assert "工信部联节〔2026〕13号 三-(六)〔官方文本〕" in words
    assert "二-(二)〔论坛或广告，待核实〕" in words


@pytest.mark.parametrize(
    ("region", "province"),
    [
        ("江苏苏州工业园区", "江苏"),
        ("安徽省", "安徽"),
        ("陜西", "陕西"),
        ("湖北武汉东湖高新区", "湖北"),
        ("国家", "全国"),
        ("火星", "火星"),
    ],
)
def test_regions_fold_to_provinces(region, province):
    assert province_of(region) == province


# ── checking ──


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("documents", "schema"):
        shutil.copytree(corpus_root() / name, tmp_path / name)
    for path in corpus_root().glob("*.toml"):
        shutil.copy(path, tmp_path / path.name)
    return tmp_path


def found(root: Path) -> set[str]:
    return {f.id for f in check_corpus(root) if f.severity is not Severity.NOTE}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_corpus_as_shipped_is_sound():
    assert [f for f in check_corpus() if f.severity is not Severity.NOTE] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "finding"),
    [
        ("documents/miit-2026-13/text.md", "零碳工厂建设是指", "零碳工厂是指", "clauses-stale"),
        ("documents/miit-2026-13/text.md", "区域实际", "区域?qū)嶋H", "text-damaged"),
        ("documents/miit-2026-13/text.md", "发展的内生动力。", "发展的内生动力。咨询热线13800001111。", "text-advert"),
        ("documents/miit-2026-13/provisions.toml", 'clause = "三-(六)"', 'clause = "三-(九)"', "clause-unresolved"),
        ("documents/miit-2026-13/coverage.toml", '"三-(六)"', '"三-(九)"', "coverage-clause"),
        ("documents/hunan-2025-458/provisions.toml", 'threshold = "1.25"', 'threshold = "约1.25"', "threshold-number"),
        ("documents/hunan-2025-458/provisions.toml", 'evidence = "repost"', "", "document-field"),
        ("documents/hunan-2025-458/provisions.toml", 'topic = "definition"', 'topic = "weather"', "topic-unknown"),
        (
            "documents/hunan-2025-458/provisions.toml",
            'pid = "carbon_intensity-2"',
            'pid = "carbon_intensity-1"',
            "provision-repeated",
        ),
        ("documents/hunan-2025-458/meta.toml", "closed_world = false", "closed_world = true", "closed-world"),
        ("documents/hunan-2025-458/meta.toml", 'evidence = "repost"', 'evidence = "sure"', "document-field"),
        ("documents/hunan-2025-458/meta.toml", 'id = "hunan-2025-458"', 'id = "hunan"', "document-id"),
        (
            "documents/hunan-2025-458/meta.toml",
            'id = "hunan-2025-458"',
            'id = "hunan-2025-458"\nsuperseded_by = "nowhere"',
            "successor",
        ),
        ("documents/hunan-2025-458/meta.toml", 'issued = "2025-12-19"', 'issued = "去年底"', "document-field"),
        (
            "documents/zhejiang-2025-44/meta.toml",
            'region = "浙江"',
            'region = "浙江"\nsuperseded_by = "zhejiang-2023-257"',
            "successor-earlier",
        ),
        ("documents/hunan-2025-458/provisions.toml", "[[provision]]", "[[provision", "document-toml"),
        ("lexicon.toml", '"外购电力"', '"外购的电"', "lexicon-word"),
        ("rejected_claims.toml", 'topic = "subsidy"', 'topic = "weather"', "claim-reference"),
    ],
)
def test_what_is_broken_is_found(copy, file, old, new, finding):
    edit(copy / file, old, new)
    assert finding in found(copy)


def test_a_document_without_any_source_is_found(copy):
    edit(copy / "documents/chengdu-peak-pilot/meta.toml", '"https://www.qzxxjd.com/difangzhengce/4744.html"', "")
    assert "source-missing" in found(copy)


def test_rebuilding_makes_a_changed_text_consistent(copy):
    assert rebuild_clauses(copy) == []
    edit(copy / "documents/miit-2026-13/text.md", "零碳工厂建设是指", "零碳工厂建设指的是")
    assert rebuild_clauses(copy) == ["miit-2026-13"]
    assert found(copy) == set()


# ── adding ──


def test_adding_previews_clauses_and_doubts():
    preview = add_policy(TEXT + "（二）说明。区域?qū)嶋H不同。", META, filename="a.txt")
    assert [c.path for c in preview.clauses] == [
        "标题", "引言-p1", "引言-p2", "一", "一-(一)", "一-(三)", "二", "二-1", "二-2", "二-(二)",
    ]  # fmt: skip
    by_id = {f.id: f for f in reversed(preview.findings)}
    assert "一-(三)" in by_id["clause-gap"].message
    assert "?qū)嶋H" in by_id["policy-doubt"].message
    assert preview.meta.fields["issued"] == "2026-03-02"
    assert preview.meta.fields["scheme"] == "零碳工厂"


def test_an_added_document_joins_the_corpus(tmp_path: Path):
    folder = write_policy(add_policy(TEXT, META), tmp_path)
    assert folder == tmp_path / "documents" / "some-2026"
    corpus = load_documents(extra_roots=[tmp_path])
    assert corpus["some-2026"].full_text
    assert corpus.details["some-2026"].origin == "user"
    assert find_clause(corpus, "some-2026/一-(三)").title == "申报条件 > 能耗水平"
    assert "not_stated" not in dict(corpus["some-2026"].stated).values()
    assert [f for f in check_corpus(extra_roots=[tmp_path]) if f.severity is not Severity.NOTE] == []
    regions = {r["region"]: r["note"] for r in policy_matrix(corpus, ["procedure"], ["江西"])["regions"]}
    assert regions["江西"] == ""


def test_the_same_text_twice_is_one_document_and_another_text_is_refused(tmp_path: Path):
    write_policy(add_policy(TEXT, META), tmp_path)
    write_policy(add_policy(TEXT, META), tmp_path)
    changed = TEXT.replace("先进值", "标杆水平")
    with pytest.raises(Conflict):
        write_policy(add_policy(changed, META), tmp_path)
    write_policy(add_policy(changed, META + "replace = true\n"), tmp_path)
    assert "标杆水平" in load_documents(extra_roots=[tmp_path])["some-2026"].text
    assert [p.name for p in (tmp_path / "documents").iterdir()] == ["some-2026"]


def test_a_file_is_added_through_the_workspace(tmp_path: Path):
    file = tmp_path / "通知.txt"
    file.write_bytes(TEXT.encode("gb18030"))
    ws = open_home(tmp_path)
    assert "some-2026" not in ws.policies
    dry = add_policy_file(ws, file, META, dry_run=True)
    assert not dry["written"]
    assert not ws.settings.corpus.exists()
    result = add_policy_file(ws, file, META)
    assert result["written"]
    assert "some-2026" in ws.policies
    assert "已加入政策库" in added_text(result)


def test_meta_takes_other_spellings_and_fills_in_cautiously():
    preview = add_policy(
        TEXT,
        'doc_no = "某函〔2026〕1号"\nissuers = ["甲厅", "乙委"]\nurl = "https://a.example"\ncolour = "red"\n',
        filename="notice 1.txt",
    )
    fields = preview.meta.fields
    assert fields["document_number"] == "某函〔2026〕1号"
    assert fields["issuer"] == "甲厅、乙委"
    assert fields["urls"] == ["https://a.example"]
    assert (fields["evidence"], fields["id"]) == ("derived", "notice-1")
    assert {"meta-region", "meta-evidence", "meta-unknown"} <= {f.id for f in preview.findings}


def test_fields_at_the_head_of_a_markdown_file_are_used():
    preview = add_policy(
        "---\nid: from-front\nissuers: [甲厅]\nevidence: official\n---\n" + TEXT, 'evidence = "repost"\n'
    )
    assert preview.id == "from-front"
    assert preview.meta.fields["evidence"] == "repost"
    assert preview.clauses[0].text == "关于推进某省零碳工厂建设的通知"


def test_provisions_of_the_meta_are_kept_and_must_resolve(tmp_path: Path):
    rows = '[[provision]]\npid = "e-1"\nclause = "{}"\ntopic = "energy_efficiency"\nmodality = "应"\nrule = "达到先进值。"\nevidence = "repost"\n'
    good = add_policy(TEXT, META + rows.format("一-(三)"))
    write_policy(good, tmp_path)
    document = load_documents(extra_roots=[tmp_path])["some-2026"]
    assert dict(document.stated)["energy_efficiency"] == "stated"
    assert document.clauses[5].topics == ("energy_efficiency",)
    bad = add_policy(TEXT, META + rows.format("九"))
    assert [f.severity for f in bad.findings if f.id == "clause-unresolved"] == [Severity.BLOCKING]


def test_a_text_takes_over_the_provisions_of_its_digest(documents):
    text = "第九条 其他。\n第十条 工厂可以自我评价，也可以委托第三方评价。\n"
    meta = 'id = "miit-2024-13-green-factory"\ntitle = "绿色工厂梯度培育及管理暂行办法"\nregion = "全国"\nevidence = "official"\n'
    preview = add_policy(text, meta, known=documents)
    assert [p["pid"] for p in preview.meta.provisions] == ["third_party-1"]
    assert "digest-replaced" in {f.id for f in preview.findings}


@pytest.mark.parametrize(
    ("text", "meta", "error"),
    [
        ("  \n", META, InputRefused),
        ("免费咨询热线13800001111。", META, InputRefused),
        (TEXT, "id = ", UsageError),
        (TEXT, 'id = "大写 ID"', UsageError),
        (TEXT, META.replace("repost", "sure"), UsageError),
        (TEXT, META + 'provision = "一"', UsageError),
    ],
)
def test_what_cannot_be_used_is_refused_in_chinese(text, meta, error):
    with pytest.raises(error) as refused:
        add_policy(text, meta)
    assert refused.value.fix


def test_a_text_without_numbers_says_so():
    preview = add_policy("第一段话。\n第二段话。\n第三段话。\n第四段话。\n", META)
    assert "no-numbering" in {f.id for f in preview.findings}
