"""The profile form: what it shows, what it writes, and that it never touches what it did not ask."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.bootstrap import open_workspace
from app.demo.documents import profile_toml
from app.domain.errors import Conflict, NotFound, UsageError
from app.domain.project import Project
from app.services.profile_answers import save_page
from app.services.profile_edit import DropRow, Put, PutCell, PutEntry, edited
from app.services.profile_form import ProfilePage, Question, asked_facts, profile_page
from app.services.profile_schema import form_sections
from app.services.projects import add_project, profile_text
from app.services.workspace import Workspace


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "home", actor="张工")


@pytest.fixture
def demo(ws: Workspace) -> Project:
    return add_project(ws, profile_toml())


def questions(page: ProfilePage) -> list[Question]:
    cells = [q for g in page.grids for row in g.rows for q in row]
    asked = [q for g in page.groups for a in g.entries for q in (a.answer, a.evidence)]
    return [*page.questions, *cells, *(q for g in page.grids for q in g.register), *asked]


def save(ws: Workspace, project: Project, section: str, **answers: str) -> dict[str, object]:
    page = profile_page(ws, project, section)
    save_page(ws, project, section, answers.get("answers", answers), version=page.version)  # type: ignore[arg-type]
    return tomllib.loads(profile_text(ws, project))


@pytest.mark.parametrize("section", [s.id for s in form_sections()])
def test_saving_a_page_as_it_stands_changes_not_one_byte(ws: Workspace, demo: Project, section: str) -> None:
    page = profile_page(ws, demo, section)
    save_page(ws, demo, section, {q.name: q.value for q in questions(page)}, version=page.version)
    assert profile_text(ws, demo) == profile_toml()


def test_every_question_has_its_own_name(ws: Workspace, demo: Project) -> None:
    for section in form_sections():
        names = [q.name for q in questions(profile_page(ws, demo, section.id))]
        assert len(names) == len(set(names)), section.id


def test_an_answer_goes_where_the_profile_keeps_it_and_the_rest_stays(ws: Workspace, demo: Project) -> None:
    before = tomllib.loads(profile_toml())
    after = save(ws, demo, "factory", answers={"factory.city": " 芜湖 ", "output.quantity": "2.50", "factory.ets_covered": "true", "organisation.leader": "王厂长"})
    before["factory"] |= {"city": "芜湖", "ets_covered": True}
    before["output"]["quantity"] = "2.50"
    before["organisation"]["leader"] = "王厂长"
    assert after == before
    assert profile_text(ws, demo).startswith("# 演示工厂的项目档案")


def test_an_emptied_answer_leaves_the_profile(ws: Workspace, demo: Project) -> None:
    after = save(ws, demo, "factory", answers={"factory.city": "", "factory.ets_covered": ""})
    assert {"city", "ets_covered"}.isdisjoint(after["factory"])  # type: ignore[arg-type]


def test_schemes_are_chosen_from_the_list_and_stand_before_the_first_section(ws: Workspace, demo: Project) -> None:
    chosen = "zero_carbon_factory_guideline\nzero_carbon_factory_national_2026"
    assert save(ws, demo, "factory", answers={"schemes": chosen})["schemes"] == chosen.split()
    with pytest.raises(UsageError, match="没有“zero”这一选项"):
        save(ws, demo, "factory", answers={"schemes": "zero"})


def test_a_fact_is_declared_changed_and_taken_back(ws: Workspace, demo: Project) -> None:
    def entry(data: dict[str, object]) -> object:
        return next((d for d in data["declarations"] if d["id"] == "supply_chain_management"), None)  # type: ignore[attr-defined]

    page = profile_page(ws, demo, "declarations")
    known = {a.answer.name: a for g in page.groups for a in g.entries}
    assert known["declarations{accounting_system}.value"].answer.value == "true"
    assert "碳排放核算管理制度" in known["declarations{accounting_system}.value"].proof
    name = "declarations{supply_chain_management}"
    save(ws, demo, "declarations", answers={f"{name}.value": ""})
    said = save(ws, demo, "declarations", answers={f"{name}.value": "false", f"{name}.evidence": "供应链制度.pdf#p2；协议.pdf"})
    assert entry(said) == {"id": "supply_chain_management", "value": False, "evidence": ["供应链制度.pdf#p2", "协议.pdf"]}
    gone = save(ws, demo, "declarations", answers={f"{name}.value": "", f"{name}.evidence": ""})
    assert entry(gone) is None


def test_a_document_that_was_not_uploaded_is_said_beside_the_answer(ws: Workspace, demo: Project) -> None:
    page = profile_page(ws, demo, "declarations")
    notes = [a.note for g in page.groups for a in g.entries if a.answer.name == "declarations{accounting_system}.value"]
    assert notes
    assert "未上传" in notes[0]


def test_taking_back_an_answer_keeps_a_planned_measure(ws: Workspace, demo: Project) -> None:
    text = profile_toml() + '\n[[measures]]\nname = "新型储能"\nvalue = false\nreduction_tco2 = "12"\n'
    other = add_project(ws, text.replace("年", "年", 1).replace("year = 2025", "year = 2024"))
    after = save(ws, other, "lists", answers={"measures{新型储能}.value": ""})
    assert {"name": "新型储能", "reduction_tco2": "12"} in after["measures"]  # type: ignore[operator]


def test_rows_are_changed_dropped_and_added(ws: Workspace, demo: Project) -> None:
    before = tomllib.loads(profile_toml())["equipment"]
    answers = {
        "equipment[0].model": "YE5-160",
        "equipment[1].drop": "1",
        "equipment[60].kind": "风机", "equipment[60].quantity": "3", "equipment[60].efficiency_grade": "1级",
        "equipment[61].kind": "", "equipment[61].quantity": " ",
        "registers.equipment.total": "75",
    }  # fmt: skip
    after = save(ws, demo, "registers", answers=answers)
    rows = after["equipment"]
    assert rows == [{**before[0], "model": "YE5-160"}, *before[2:], {"kind": "风机", "quantity": "3", "efficiency_grade": "1级"}]
    assert after["registers"]["equipment"]["total"] == "75"  # type: ignore[index]


def test_a_column_under_another_key_is_shown_and_written_there(ws: Workspace, demo: Project) -> None:
    page = profile_page(ws, demo, "registers")
    first = {q.name: q.value for g in page.grids for row in g.rows for q in row}
    assert first["products[0].name"] == tomllib.loads(profile_toml())["products"][0]["product"]
    after = save(ws, demo, "registers", answers={"products[0].name": "储能电芯"})
    assert after["products"][0]["product"] == "储能电芯"  # type: ignore[index]
    assert "name" not in after["products"][0]  # type: ignore[index]


@pytest.mark.parametrize(
    ("section", "name", "value", "says"),
    [
        ("factory", "factory.name", "", "请填写“企业名称”"),
        ("factory", "factory.year", "二〇二五", "不是合理的年份"),
        ("factory", "output.quantity", "两吨", "“产量”不是数字"),
        ("factory", "factory.province", "安微", "没有“安微”这一选项"),
        ("factory", "factory.address", "长" * 501, "过长"),
        ("declarations", "declarant.declared_on", "三月", "不是日期"),
        ("declarations", "declarations{accounting_system}.value", "也许", "只能是或否"),
        ("registers", "equipment[0].quantity", "1.5", "不是正整数"),
        ("registers", "equipment[0].efficiency_grade", "一级", "没有“一级”这一选项"),
        ("plan", "targets[60].name", "", ""),
    ],
)
def test_a_wrong_answer_is_named_and_nothing_is_saved(ws: Workspace, demo: Project, section: str, name: str, value: str, says: str) -> None:
    if not says:
        save(ws, demo, section, answers={name: value})
    else:
        with pytest.raises(UsageError, match=says):
            save(ws, demo, section, answers={name: value, "factory.city": "不该保存"})
    assert profile_text(ws, demo) == profile_toml()


def test_saving_over_a_newer_profile_is_refused(ws: Workspace, demo: Project) -> None:
    page = profile_page(ws, demo, "factory")
    save(ws, demo, "factory", answers={"factory.city": "芜湖"})
    with pytest.raises(Conflict, match="被改过"):
        save_page(ws, demo, "factory", {"factory.city": "合肥"}, version=page.version)


def test_an_unknown_page_and_an_unknown_name(ws: Workspace, demo: Project) -> None:
    with pytest.raises(NotFound):
        profile_page(ws, demo, "nothing")
    save(ws, demo, "factory", answers={"accounting.factor_set": "B", "equipment[0].model": "x", "__proto__": "x"})
    assert profile_text(ws, demo) == profile_toml()


def test_the_facts_asked_are_those_of_the_chosen_schemes(ws: Workspace) -> None:
    guideline = asked_facts(ws.ruleset, ("zero_carbon_factory_guideline",))
    both = asked_facts(ws.ruleset, ("zero_carbon_factory_guideline", "zero_carbon_factory_shanghai"))
    assert "accounting_system" in guideline
    assert "registered_in_shanghai" not in guideline
    assert "registered_in_shanghai" in both
    assert list(both)[: len(guideline)] == list(guideline)


def test_a_list_written_as_a_value_is_left_to_the_text_page(ws: Workspace) -> None:
    project = add_project(ws, '[factory]\nname = "甲厂"\nyear = 2025\n[declarations]\nid = "legal_entity"\nvalue = true\n')
    text = profile_text(ws, project)
    with pytest.raises(UsageError, match="表单不能改"):
        save(ws, project, "declarations", answers={"declarations{accounting_system}.value": "true"})
    assert profile_text(ws, project) == text


VALUES = st.one_of(st.none(), st.booleans(), st.integers(2000, 2100), st.text(max_size=12), st.lists(st.text(max_size=5), max_size=3))
KEYS = st.sampled_from(["name", "value", "evidence", "额外", "a b", "x.y"])
PUTS = st.builds(
    lambda path, value: Put(path=path, value=value),
    st.sampled_from([("factory", "city"), ("schemes",), ("registers", "equipment", "total"), ("registers", "products", "total"), ("new", "deep", "er")]),
    VALUES,
)
CELLS = st.builds(lambda t, r, c, v: PutCell(table=t, row=r, column=c, value=v), st.sampled_from(["equipment", "targets"]), st.integers(0, 14), KEYS, VALUES)
ENTRIES = st.builds(
    lambda t, n, c, v: PutEntry(table=t, key="name", name=n, column=c, value=v),
    st.sampled_from(["measures", "titles"]), st.sampled_from(["分布式光伏", "新型储能", "省级绿色工厂"]), st.sampled_from(["value", "evidence"]), VALUES,
)  # fmt: skip
DROPS = st.builds(lambda t, r: DropRow(table=t, row=r), st.sampled_from(["equipment", "annual"]), st.integers(0, 3))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(PUTS, CELLS, ENTRIES, DROPS), max_size=6))
def test_any_edits_change_exactly_what_they_say_or_nothing(edits: list[object]) -> None:
    """``edited`` holds the new text against the same edits on plain values; here the parts no edit names are held besides."""
    text = profile_toml()
    try:
        after = tomllib.loads(edited(text, edits))  # type: ignore[arg-type]
    except UsageError:
        return
    before = tomllib.loads(text)
    named = {e.path[0] if isinstance(e, Put) else e.table for e in edits}  # type: ignore[attr-defined]
    assert {k: v for k, v in after.items() if k not in named} == {k: v for k, v in before.items() if k not in named}
    if "factory" in named:
        assert {k: v for k, v in after["factory"].items() if k != "city"} == {k: v for k, v in before["factory"].items() if k != "city"}
