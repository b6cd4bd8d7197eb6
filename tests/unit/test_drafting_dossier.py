"""The dossier and the other forms: what a reviewer asks is answered, what came from inside stays inside, limits are counted."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden" / "drafting"))

import sample_factory as sample
from verifying import verify

from app.corpus.forms import list_forms, load_form, parse_form
from app.domain.form import plain_title
from app.drafting.compose import compose_draft
from app.drafting.facts import collect_facts
from app.drafting.layout import plain_text, section_words
from app.drafting.readable import factor_name, readable
from app.drafting.word import write_docx
from app.services.drafting import FORM, forms
from evals.drafting import checklist, review
from evals.drafting_mutations import MUTATIONS, Parts
from evals.drafting_projects import make_project

CORPUS = sample.ROOT / "policy_corpus"
INTERNAL = re.compile(r"(?:FUEL|GRID|TCE|RULE|STEAM|HEAT)/|\b[a-z]+_[a-z_]+\b|\boptions\.|\[\[")


def text_of(draft) -> str:
    return "\n".join(plain_text(line, draft.facts) for line in draft.lines())


@pytest.mark.parametrize("form", list_forms(CORPUS))
def test_every_form_is_drafted_and_verifies_for_a_whole_and_a_bare_factory(form):
    for source in (sample.source(), sample.bare_source()):
        draft = compose_draft(load_form(form, CORPUS), source)
        report = verify(write_docx(draft), collect_facts(source))
        assert report.findings == ()
        assert report.numbers_traced == report.numbers_total


@pytest.mark.parametrize("seed", range(6))
def test_generated_factories_are_traced_and_print_no_internal_names(seed):
    source = make_project(seed)
    draft = compose_draft(load_form(FORM, CORPUS), source)
    report = verify(write_docx(draft), draft.facts)
    assert (report.findings, report.numbers_traced, report.citations_valid) == ((), report.numbers_total, report.citations_total)
    assert not INTERNAL.search(text_of(draft)), INTERNAL.search(text_of(draft))


def test_a_generated_factory_is_always_the_same():
    first, second = (write_docx(compose_draft(load_form(FORM, CORPUS), make_project(3))) for _ in range(2))
    assert first == second


def test_every_kind_of_falsification_of_a_generated_draft_is_caught():
    import random

    source = make_project(2)
    draft = compose_draft(load_form("zero_carbon_factory_report", CORPUS), source)
    parts, rng = Parts(write_docx(draft)), random.Random(7)
    for mutation in MUTATIONS:
        changed = next(c for _ in range(50) if (c := parts.changed(rng, mutation)))
        assert not verify(changed[0], draft.facts).ok, (mutation.__name__, changed[1])


def test_the_checklist_has_thirty_points_and_each_is_answered_or_open():
    points = checklist()
    assert [p["id"] for p in points] == list(range(1, 31))
    whole = review(compose_draft(load_form(FORM, CORPUS), sample.source()))
    assert (whole["points"], whole["absent"]) == (30, 0), whole["details"]
    bare = review(compose_draft(load_form(FORM, CORPUS), sample.bare_source()))
    assert bare["answered"] < whole["answered"]


def test_the_checklist_notices_what_is_left_out():
    draft = compose_draft(load_form(FORM, CORPUS), sample.source(), sections=["enterprise"])
    assert review(draft)["absent"] > 5


def test_forms_are_listed_with_the_dossier_first_and_regions_last():
    listed = forms()
    assert listed[0]["id"] == FORM
    assert listed[0]["default"]
    assert [f["region"] for f in listed] == sorted(f["region"] for f in listed)
    assert all(f["about"] and f["sections"] for f in listed)
    assert "近三年情况与合规记录" in {s["title"] for s in listed[0]["sections"]}


def test_a_form_takes_over_sections_of_its_base():
    base = load_form("zero_carbon_factory_plan", CORPUS)
    made = parse_form(
        {
            "id": "x", "version": 1, "title": "t", "scheme": "s", "base": base.id,
            "section": [{"id": "a", "use": "targets", "title": "新题", "block": [{"text": "补一句。"}]}],
        },
        base,
    )  # fmt: skip
    section = made.sections[0]
    assert (section.title, section.blocks[-1].text) == ("新题", "补一句。")
    assert section.blocks[:-1] == next(s for s in base.sections if s.id == "targets").blocks
    assert made.phrases == base.phrases
    with pytest.raises(ValueError, match="底本没有章节"):
        parse_form({"id": "x", "version": 1, "title": "t", "scheme": "s", "section": [{"id": "a", "use": "nowhere"}]}, base)


def test_a_regional_form_names_its_document_and_how_far_it_can_be_trusted():
    text = text_of(compose_draft(load_form("hunan_2025_plan", CORPUS), sample.source()))
    assert "《湖南省零碳工厂建设方案（暂行）》" in text
    assert "转载的官方文本" in text
    assert "【待补充：按省方案附件核对章节和表格格式】" in text


def test_words_of_a_section_are_counted_without_its_tables():
    draft = compose_draft(load_form(FORM, CORPUS), sample.source())
    summary = next(s for s in draft.sections if s.id == "summary")
    assert summary.word_limit == 800
    assert 50 < section_words(summary, draft.facts) <= 800


@pytest.mark.parametrize(
    ("id", "name"),
    [
        ("FUEL/A/天然气#carbon", "天然气单位热值含碳量（默认集A）"),
        ("FUEL/B/柴油#ncv", "柴油低位发热量（默认集B）"),
        ("GRID/2023/province/安徽/average", "2023年安徽电力平均排放因子"),
        ("TCE/天然气（上限，38979·kJ·m3）/当量", "天然气折标准煤系数（当量值）"),
        ("STEAM/SAT/0.8", "饱和蒸汽热焓（0.8 MPa）"),
        ("HEAT/heat_default_ef", "供热排放因子默认值"),
        ("user-1", "排放因子"),
        ("自测热值", "自测热值"),
    ],
)
def test_factors_have_names(id, name):
    assert factor_name(id) == name


def test_texts_of_the_core_are_said_in_words():
    said = readable("options.tce_coefficients 的“电力_当量”点名取库内系数。")
    assert said == "按核算设定指定的电力折标准煤系数（当量值）取值。"
    assert readable("以下取值未核对：FUEL/A/天然气#ncv、TCE/汽油/当量。") == "以下取值未核对：天然气低位发热量（默认集A）、汽油折标准煤系数（当量值）。"
    assert readable("扣 83.74 kJ/kg 给水焓") == "扣 83.74 kJ/kg 给水焓"
    assert plain_title("{term:近三年}情况") == "近三年情况"
