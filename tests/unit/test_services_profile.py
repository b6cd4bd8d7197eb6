"""Project profiles: nothing dropped, every mistake a sentence, no text a traceback; and the projects made of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_builders import PROFILE, confirmed

from app.domain.errors import Conflict, NotFound, UsageError
from app.services import projects
from app.services.inventory import build_inputs
from app.services.profile import parse_profile, profile_from_form
from app.services.workspace import Workspace


def test_the_contract_s_profile() -> None:
    profile, schemes = parse_profile(
        '[factory]\nname = "甲"\nuscc = "9134x"\nprovince = "安徽"\nyear = 2025\nets_covered = false\nquality = "x"\n'
        '[output]\nproduct = "电池"\nquantity = "2.0"\nunit = "GWh"\nindustrial_value_added_wan_yuan = 23691\n'
        '[accounts]\nelectricity = ["1", 2]\nnatural_gas = "3"\n[densities_kg_per_l]\ndiesel = 0.840\n'
        '[[equipment]]\nname = "空压机"\npower_kw = 75.50\nbought = 2020-01-02\n'
    )
    assert (profile.uscc, profile.year, profile.ets_covered) == ("9134X", 2025, False)
    assert (profile.output_quantity, profile.industrial_value_added_wan_yuan) == ("2.0", "23691") or profile.output_quantity == "2"
    assert profile.accounts == {"electricity": ("1", "2"), "natural_gas": ("3",)}
    assert profile.densities_kg_per_l["diesel"] in ("0.84", "0.840")
    assert profile.extra["equipment"] == [{"name": "空压机", "power_kw": "75.50", "bought": "2020-01-02"}]
    assert profile.extra["factory"] == {"quality": "x"}
    assert schemes == ("zero_carbon_factory_guideline",)


@pytest.mark.parametrize(
    ("toml", "id", "words"),
    [
        ("factory = ", "toml_invalid", "末尾"),
        ("[factory]\nname = x", "toml_invalid", "第 2 行"),
        ("[factory]\nname = 'x'\n[factory]", "toml_invalid", "第 3 行"),
        ("a = " + "9" * 5000, "toml_invalid", ""),
        ("a = 0x" + "f" * 5000, "profile_number", ""),
        ("a = " + "[" * 5000, "toml_invalid", "嵌套"),
        ("", "profile_name", "企业名称"),
        ("factory = 1", "profile_section", "[factory]"),
        ("[factory]\nname = ' '", "profile_name", ""),
        ("[factory]\nname = ['a']", "profile_text", "name"),
        (f"[factory]\nname = '{'长' * 201}'", "profile_name", "201"),
        ("[factory]\nname = 'x'\nyear = 'soon'", "profile_year", "soon"),
        ("[factory]\nname = 'x'\nyear = 1025", "profile_year", "1025"),
        ("[factory]\nname = 'x'\nets_covered = 'no'", "profile_ets", ""),
        ("[factory]\nname = 'x'\n[output]\nquantity = '2 GWh'", "profile_number", "2 GWh"),
        ("[factory]\nname = 'x'\n[output]\nquantity = nan", "profile_number", ""),
        ("[factory]\nname = 'x'\n[densities_kg_per_l]\ndiesel = 'heavy'", "profile_number", "heavy"),
        ("accounting = 1\n[factory]\nname = 'x'", "profile_section", "accounting"),
        ("grid_basis = '省'\n[factory]\nname = 'x'", "profile_section", "grid_basis"),
        ("steam = 'wet'\n[factory]\nname = 'x'", "profile_section", "steam"),
        ("gas_condition = true\n[factory]\nname = 'x'", "profile_section", "gas_condition"),
        ("offsets = 'x'\n[factory]\nname = 'x'", "profile_section", "offsets"),
        ("[factory]\nname = 'x'\n[accounting]\ntce_coefficients = 'x'", "profile_section", "tce"),
        ("[factory]\nname = 'x'\n[schemes]\na = 1", "profile_schemes", "schemes"),
    ],
)
def test_mistakes_are_sentences(toml: str, id: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_profile(toml)
    assert caught.value.id == id
    assert words in caught.value.message
    assert caught.value.fix


_keys = st.sampled_from(
    ["name", "year", "uscc", "quantity", "electricity", "diesel", "data_year", "level", "steam", "tce_coefficients", "schemes", "a", "ets_covered"]
)
_values = st.recursive(
    st.sampled_from(["1", "-7", "2025", "true", "1.5", "inf", "nan", "2025-01-01", "10:00:00", '""', '"x"', '"2025"', "0x1f", "1e400"])
    | st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=6).map(lambda t: json.dumps(t, ensure_ascii=False)),
    lambda inner: st.lists(inner, max_size=3).map(lambda v: "[" + ", ".join(v) + "]")
    | st.dictionaries(_keys, inner, max_size=2).map(lambda d: "{" + ", ".join(f"{k} = {v}" for k, v in d.items()) + "}"),
    max_leaves=4,
)
_sections = st.sampled_from(
    ["factory", "output", "accounts", "densities_kg_per_l", "grid_basis", "accounting", "steam", "gas_condition", "offsets", "schemes", "x"]
)
_toml = st.one_of(
    st.text(max_size=40),
    st.dictionaries(_sections, st.dictionaries(_keys, _values, max_size=3) | _values, max_size=5).map(
        lambda d: "".join(f"{k} = {v}\n" for k, v in d.items() if isinstance(v, str))
        + "".join(f"[{k}]\n" + "".join(f"{a} = {b}\n" for a, b in v.items()) for k, v in d.items() if isinstance(v, dict))
    ),
)


@settings(max_examples=300, deadline=None)
@given(toml=_toml)
def test_no_toml_gives_a_traceback(toml: str) -> None:
    """A profile is used or refused; a used one gives an inventory input that is JSON."""
    try:
        profile, schemes = parse_profile(toml)
    except UsageError as error:
        assert error.message  # noqa: PT017
        return
    assert schemes
    inputs = build_inputs(profile, [confirmed("r1", period_start=f"{profile.year or 2025}-03-01", period_end=f"{profile.year or 2025}-03-31")], 2023).inputs
    assert json.loads(json.dumps(inputs)) == inputs


def test_a_form_writes_the_same_toml_a_user_could(ws: Workspace) -> None:
    text = profile_from_form(
        name='甲"乙\\\n', uscc="91a", year="2025", province="安徽", city="", industry="锂电池", electricity="1001，1002 1003", ets_covered=True
    )
    profile, _ = parse_profile(text)
    assert (profile.name, profile.uscc, profile.year, profile.ets_covered) == ('甲"乙\\', "91A", 2025, True)
    assert profile.accounts["electricity"] == ("1001", "1002", "1003")
    with pytest.raises(UsageError):
        parse_profile(profile_from_form(name="甲", uscc="", year="明年", province="", city="", industry="", electricity="", ets_covered=False))


def test_projects_are_added_once_found_by_name_and_changed_with_a_trace(ws: Workspace) -> None:
    with pytest.raises(NotFound) as nothing:
        ws.project(None)
    assert "project add" in nothing.value.fix
    first = projects.add_project(ws, PROFILE)
    with pytest.raises(Conflict) as again:
        projects.add_project(ws, PROFILE)
    assert first.id in again.value.fix
    second = projects.add_project(ws, PROFILE.replace("2025", "2024"))
    assert (first.id, second.id) == ("p1", "p2")
    with pytest.raises(NotFound) as which:
        ws.project(None)
    assert "p1（测试电池有限公司）" in which.value.fix
    with pytest.raises(NotFound):
        ws.project("测试电池")
    assert ws.project("p2").profile.year == 2024
    changed = projects.update_project(ws, "p2", PROFILE.replace("2025", "2024").replace("测试电池", "新名电池"))
    assert ws.project("新名") == changed
    assert projects.profile_text(ws, changed).count("新名电池") == 1
    with ws.reading() as c:
        kept = c.exec_driver_sql("SELECT payload FROM log_entry WHERE project_id = 'p2' AND seq = 1").scalar_one()
    assert "测试电池有限公司" in kept
    state = projects.overview(ws, first)
    assert state["documents"] == {"total": 0, "read": 0, "refused": 0, "queued": 0}
    assert state["run"] is None
