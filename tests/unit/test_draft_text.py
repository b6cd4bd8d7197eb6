"""A section as text and back: whatever the program writes survives, whatever a person types is either understood or refused."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden" / "drafting"))

import sample_factory as sample

from app.corpus.forms import list_forms, load_form
from app.domain.fact import Fact
from app.drafting.clauses import cite
from app.drafting.compose import compose_draft
from app.drafting.guard import check_inlines
from app.drafting.model import Block, ClauseRef, Draft, FactRef, Literal, Missing, Paragraph, Quote, TableBlock, Text
from app.services.draft_content import content_from_plain, content_of, content_to_plain, is_object, normalised
from app.services.draft_numbering import renumber_captions
from app.services.draft_suggest import suggestions, utf16
from app.services.draft_text import MAGNITUDES, SIGNS, cleaned, parse, to_text
from app.services.draft_tokens import Legend, Piece

FORMS = list(list_forms(sample.ROOT / "policy_corpus"))


def draft_of(form: str, *, bare: bool = False) -> Draft:
    return compose_draft(load_form(form), sample.bare_source() if bare else sample.source())


@pytest.fixture(scope="module")
def draft() -> Draft:
    return draft_of("zero_carbon_factory_plan")


def legend_for(draft: Draft, blocks: tuple[Block, ...]) -> Legend:
    legend = Legend()
    legend.offer(blocks, draft.facts, own=True)
    for section in draft.sections:
        legend.offer(section.blocks, draft.facts)
    legend.offer_facts(draft.facts.values())
    return legend


def blocks_of(draft: Draft, section: str) -> tuple[Block, ...]:
    return next(s.blocks for s in draft.sections if s.id == section)


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_every_generated_section_comes_back_from_its_text_as_it_was(form: str, bare: bool) -> None:
    draft = draft_of(form, bare=bare)
    seen = 0
    for section in draft.sections:
        legend = legend_for(draft, section.blocks)
        text = to_text(section.blocks, draft.facts, legend)
        parsed = parse(text.replace("\n", "\r\n"), legend, section.blocks)
        assert parsed.problems == []
        assert parsed.blocks == normalised(section.blocks)
        assert all(parsed.facts[id] == draft.facts[id] for id in parsed.facts)
        assert to_text(parsed.blocks, draft.facts, legend) == text
        seen += len(parsed.blocks)
    assert seen > 20


@pytest.mark.parametrize("form", FORMS)
def test_a_section_kept_as_json_is_the_same_with_the_same_hash(form: str) -> None:
    draft = draft_of(form)
    for section in draft.sections:
        content = content_of(section.blocks, draft.facts)
        again = content_from_plain(content_to_plain(content))
        assert again == content
        assert again.hash == content.hash


NASTY = "中文 aZ｛｝｜＃＼*【】：待补充\u3000“”\n 。"
WORDS = st.text(NASTY, min_size=1, max_size=14).filter(str.strip)
FACTS = {
    f"f.{n}": Fact(id=f"f.{n}", label=label, value=text, text=text, unit=unit, profile="factory.year")
    for n, (label, text, unit) in enumerate(
        [
            ("用电量", "12 345", "kWh"),
            ("用电量", "12 345", "kWh"),
            ("排放｛量｝", "1.50", "tCO2"),
            ("文号", "某发〔2026〕3号｜甲", ""),
            ("理由", "这是很长的理由，" * 12 + "第9条", ""),
            ("理由", "这是很长的理由，" * 12 + "第8条", ""),
            ("日期", "2025年", ""),
            ("单位", "kWh", ""),
            ("序号＃abcdef", "7＃abcdef", "%"),
        ]
    )
}
CITED = [
    c
    for clause, words in (("miit-2026-13/三-(一)", ""), ("miit-2026-13/三-(二)", "提高可再生能源使用比例"), ("miit-2026-13/三-(二)", ""))
    if (c := cite(sample.policies(), clause, words))
]
INLINES = st.one_of(
    st.builds(Text, text=WORDS, bold=st.booleans()),
    st.builds(FactRef, fact=st.sampled_from(sorted(FACTS)), unit=st.booleans()).map(
        lambda f: FactRef(fact=f.fact, unit=f.unit and bool(FACTS[f.fact].unit))
    ),
    st.builds(ClauseRef, cited=st.sampled_from(CITED)),
    st.builds(Quote, cited=st.sampled_from(CITED)),
    st.builds(Missing, what=WORDS),
    st.builds(Literal, kind=st.sampled_from(["date", "clause", "term", "unit", "rounding", "ordinal"]), text=st.sampled_from(["2025年3月", "第十二条", "1｜2｝", "三"])),
)
STYLES = st.sampled_from(["body", "body", "note", "sign", "right", "subtitle", "title", "cover"])
TABLES = st.sampled_from(
    [
        TableBlock(id=id, caption=(Literal(kind="caption", text=f"表{n}"), Text(text="　能源｜表")), columns=(), rows=((FactRef(fact="f.0"),),))  # type: ignore[arg-type]
        for n, id in enumerate(("a", "b"), 1)
    ]
)


@st.composite
def sections(draw: st.DrawFn) -> tuple[Block, ...]:
    """Blocks as a form might make them: numbered headings in order, any text, tables each once."""
    blocks: list[Block] = []
    second = 0
    for _ in range(draw(st.integers(0, 5))):
        which = draw(st.integers(0, 4))
        inlines = tuple(draw(st.lists(INLINES, min_size=1, max_size=5)))
        if which == 0:
            second += 1
            number = Literal(kind="heading", text=f"（{'零一二三四五六'[second]}）")
            blocks.append(Paragraph(inlines=(number, *inlines), style="heading2"))
        elif which == 1:
            table = draw(TABLES)
            if table not in blocks:
                blocks.append(table)
        else:
            blocks.append(Paragraph(inlines=inlines, style=draw(STYLES)))
    return tuple(blocks)


@settings(max_examples=300, deadline=None)
@given(sections())
def test_any_section_comes_back_from_its_text_as_it_was(blocks: tuple[Block, ...]) -> None:
    legend = Legend()
    legend.offer(blocks, FACTS, own=True)
    legend.offer_facts(FACTS.values())
    text = to_text(blocks, FACTS, legend)
    parsed = parse(text, legend, blocks)
    assert [p for p in parsed.problems if p.id not in ("number", "value")] == []
    if all(p.id != "value" for p in parsed.problems):
        assert parsed.blocks == normalised(blocks)


@settings(max_examples=300, deadline=None)
@given(st.text(NASTY + "0５²一〇kWh吨", max_size=60))
def test_reading_any_text_ends_and_what_it_takes_is_stable(text: str) -> None:
    legend = Legend()
    legend.offer_facts(FACTS.values())
    parsed = parse(text, legend, ())
    for problem in parsed.problems:
        assert 0 <= problem.start <= problem.end <= len(cleaned(text))
    if not parsed.problems:
        again = Legend()
        again.offer(parsed.blocks, FACTS, own=True)
        once_more = parse(to_text(parsed.blocks, FACTS, again), again, parsed.blocks)
        assert once_more.problems == []
        assert once_more.blocks == normalised(parsed.blocks)


@pytest.fixture(scope="module")
def baseline(draft: Draft) -> tuple[tuple[Block, ...], Legend, str]:
    """Blocks, legend and text of a section with figures, citations, tables and charts."""
    blocks = blocks_of(draft, "baseline")
    legend = legend_for(draft, blocks)
    return blocks, legend, to_text(blocks, draft.facts, legend)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_damage_to_a_text_gets_a_number_past_the_gate(
    draft: Draft, baseline: tuple[tuple[Block, ...], Legend, str], data: st.DataObject
) -> None:
    """Random cuts and insertions in the text of a real section: it is refused, or it still prints nothing but facts."""
    blocks, legend, text = baseline
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.sampled_from([0, 0, 1, 1, 2, 5, 40])))
        text = text[:start] + data.draw(st.text("｛｝｜＃＼*0一五9²%吨\n，【】：日期" + text[start : start + 6], max_size=6)) + text[end:]
    parsed = parse(text, legend, blocks)
    if parsed.problems:
        return
    printed_facts = {**draft.facts, **parsed.facts}
    for block in parsed.blocks:
        if isinstance(block, Paragraph):
            assert check_inlines(block.inlines, printed_facts, sample.policies()) == ()
            assert all(printed_facts[i.fact] == draft.facts[i.fact] for i in block.inlines if isinstance(i, FactRef))
        else:
            assert block in blocks or any(block in s.blocks for s in draft.sections)


@pytest.mark.parametrize(
    "typed", ["12345 kWh", "１２３ 吨", "下降8%", "百分之三十", "五千吨", "约三台", "x²", "⑤", "二〇二五", "12,345.6", "-7", "**1**2", "＼1"]
)
def test_a_typed_number_is_refused_where_it_stands(draft: Draft, typed: str) -> None:
    blocks = blocks_of(draft, "baseline")
    legend = legend_for(draft, blocks)
    text = to_text(blocks, draft.facts, legend)
    place = text.index("，企业")
    changed = text[:place] + f"（{typed}）" + text[place:]
    problems = parse(changed, legend, blocks).problems
    assert problems
    assert all(p.id == "number" and place <= p.start < p.end <= place + len(typed) + 2 for p in problems)
    assert all("没有数据来源" in p.message and p.fix for p in problems)


def test_a_digit_changed_inside_a_token_is_no_longer_a_fact(draft: Draft) -> None:
    blocks = blocks_of(draft, "baseline")
    legend = legend_for(draft, blocks)
    text = to_text(blocks, draft.facts, legend)
    tokens = [m for m in re.finditer(r"｛[^｛｝]*｜[^｛｝]*\d[^｛｝]*｝", text) if not m[0].startswith(("｛日期", "｛注", "｛表", "｛图", "｛序号", "｛标准"))]
    assert len(tokens) > 8
    for m in tokens:
        at = next(n for n in range(m.end() - 2, m.start(), -1) if text[n].isdigit())
        digit = "1" if text[at] != "1" else "2"
        changed = text[:at] + digit + text[at + 1 :]
        problems = parse(changed, legend, blocks).problems
        assert [(p.id, p.start) for p in problems] == [("token", m.start())], m[0]


@pytest.mark.parametrize(
    ("token", "good"),
    [
        ("｛日期｜2026年3月｝", True),
        ("｛日期｜2026年3月15日｝", True),
        ("｛日期｜2026-03｝", True),
        ("｛日期｜12345｝", False),
        ("｛日期｜2026年13月｝", False),
        ("｛条款｜第十二条｝", True),
        ("｛条款｜第12条第（二）项｝", False),
        ("｛条款｜三成｝", False),
        ("｛标准｜GB/T 32150-2015｝", True),
        ("｛标准｜GB/T 吨 99｝", False),
        ("｛序号｜（1）｝", True),
        ("｛序号｜12｝", False),
        ("｛单位｜99｝", False),
        ("｛修约｜九｝", False),
        ("｛文号｜某发〔2026〕99号｝", False),
    ],
)
def test_only_declared_kinds_of_structural_numbers_may_be_new(token: str, good: bool) -> None:
    parsed = parse(f"见{token}。", Legend(), ())
    assert (parsed.problems == []) is good
    if not good:
        assert parsed.problems[0].id == "literal"


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("没有｛闭合", "brace"),
        ("多出｝来", "brace"),
        ("**粗体没有结束", "bold"),
        ("｛不认识｝", "token"),
        ("【待补充：年用电量12345 kWh】", "missing"),
        ("用电｛用电量｜12 345 kWh｝", "token"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, id: str) -> None:
    legend = Legend()
    legend.offer_facts(FACTS.values())
    problems = parse(text, legend, ()).problems
    assert [p.id for p in problems][:1] == [id]
    assert all(p.message and p.fix for p in problems)


def test_old_and_new_value_of_one_fact_cannot_stand_together() -> None:
    new = Fact(id="f.2", label="排放｛量｝", value="2.5", text="2.50", unit="tCO2", profile="x")
    legend = Legend()
    legend.offer((Paragraph(inlines=(FactRef(fact="f.2", unit=True),)),), FACTS, own=True)
    legend.offer_facts([new])
    old_token = legend.token(Piece(inline=FactRef(fact="f.2", unit=True), fact=FACTS["f.2"]))
    new_token = legend.token(Piece(inline=FactRef(fact="f.2", unit=True), fact=new))
    assert parse(old_token + "，", legend, ()).problems == []
    assert parse(new_token + "，", legend, ()).facts == {"f.2": new}
    assert [p.id for p in parse(f"{old_token}与{new_token}", legend, ()).problems] == ["mixed"]


@pytest.mark.parametrize(
    ("line", "id"),
    [
        ("合计-{0}。", "value"), ("合计{0}万。", ""), ("合计{1}万吨。", "value"), ("占{1}%。", "value"), ("{0}e。", "value"),
        ("从{0}到{0}。", ""), ("{0}～{0}", "value"), ("合计{0}，万元户。", ""),
    ],
)  # fmt: skip
def test_signs_magnitudes_and_letters_beside_a_figure_change_it(draft: Draft, line: str, id: str) -> None:
    blocks = blocks_of(draft, "baseline")
    legend = legend_for(draft, blocks)
    total = draft.facts["run.total"]
    tokens = [legend.token(Piece(inline=FactRef(fact="run.total", unit=unit), fact=total)) for unit in (True, False)]
    problems = parse(line.format(*tokens), legend, blocks).problems
    assert [p.id for p in problems] == ([id] if id else [])


def test_the_signs_are_those_of_the_verifier() -> None:
    from app.drafting import verify_numbers

    assert (SIGNS, MAGNITUDES) == (verify_numbers._SIGNS, verify_numbers._MAGNITUDES)


def test_tables_stand_alone_and_once(draft: Draft) -> None:
    blocks = blocks_of(draft, "baseline")
    legend = legend_for(draft, blocks)
    table = next(legend.token(Piece(block=b)) for b in blocks if is_object(b))
    assert [p.id for p in parse(f"前文{table}", legend, blocks).problems] == ["object"]
    assert [p.id for p in parse(f"{table}\n\n{table}", legend, blocks).problems] == ["object"]
    assert parse(f" {table} ", legend, blocks).problems == []


def test_headings_are_numbered_in_their_order(draft: Draft) -> None:
    blocks = blocks_of(draft, "baseline")
    legend = legend_for(draft, blocks)
    text = to_text(blocks, draft.facts, legend)
    more = text.replace("｛标题二｝", "｛标题二｝新的小节\n\n正文。\n\n｛标题二｝", 1)
    made = parse(more, legend, blocks)
    assert made.problems == []
    numbers = [b.inlines[0].text for b in made.blocks if isinstance(b, Paragraph) and b.style == "heading2"]  # type: ignore[union-attr]
    assert numbers[:3] == ["（一）", "（二）", "（三）"]
    assert len(numbers) == 1 + sum(isinstance(b, Paragraph) and b.style == "heading2" for b in blocks)


def test_captions_follow_the_document_when_a_table_goes(draft: Draft) -> None:
    sections = [s for s in draft.sections if any(is_object(b) for b in s.blocks)]
    first = sections[0]
    table = next(b for b in first.blocks if isinstance(b, TableBlock))
    from dataclasses import replace

    left = [replace(s, blocks=tuple(b for b in s.blocks if b is not table)) for s in draft.sections]
    numbers = [b.caption[0].text for s in renumber_captions(left) for b in s.blocks if isinstance(b, TableBlock)]  # type: ignore[union-attr]
    assert numbers == [f"表{n}" for n in range(1, len(numbers) + 1)]
    whole = renumber_captions(draft.sections)
    assert whole == draft.sections


def test_suggestions_offer_the_fact_with_its_unit_and_the_date(draft: Draft) -> None:
    blocks = blocks_of(draft, "baseline")
    legend = legend_for(draft, blocks)
    total = draft.facts["run.total"]
    text = f"合计{total.text}吨，2026年3月完成。"
    problems = parse(text, legend, blocks).problems
    ways = suggestions(text, problems[0], draft.facts, legend, ["run.total"])
    best = ways[0]
    assert text[best.start : best.end] == f"{total.text}吨"
    taken = text[: best.start] + best.text + text[best.end :]
    assert parse(taken, legend, blocks).facts["run.total"] == total
    date = next(p for p in problems if text[p.start : p.end].startswith("2026"))
    way = suggestions(text, date, draft.facts, legend)[0]
    assert (way.text, text[way.start : way.end], way.literal) == ("｛日期｜2026年3月｝", "2026年3月", True)


def test_places_are_counted_as_the_browser_counts_them() -> None:
    assert utf16("𠮷1", 1) == 2
    assert utf16("吉1", 1) == 1
