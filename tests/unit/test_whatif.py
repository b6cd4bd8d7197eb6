"""Margins and scenarios: exact distances, the same core, nothing kept."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "spec" / "eligibility"))
from case_builder import build_inputs
from eligibility_home import add_factory, open_home

from app.accounting.projection import Projection
from app.corpus.rules import load_ruleset
from app.domain.errors import CalculationRefused, Conflict, NotFound, UsageError
from app.domain.number import parse_number
from app.eligibility.facts import build_fact_sheet
from app.eligibility.margins import Margin, margins
from app.services.account import latest
from app.services.whatif import parse_scenario, project_margins, project_scenario, projection_to_json
from app.services.workspace import Workspace
from app.store import rows

RULESET = load_ruleset()
HUNAN = "zero_carbon_factory_hunan"
NATIONAL = "zero_carbon_factory_national_2026"


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = open_home(tmp_path_factory.mktemp("whatif"))
    add_factory(made, certificates="240000")
    return made


def projected(ws: Workspace, text: str, schemes: tuple[str, ...] | None = None) -> dict[str, Any]:
    return projection_to_json(project_scenario(ws, ws.project(None), parse_scenario(text), schemes))


def grid_factor(ws: Workspace) -> Fraction:
    stored = latest(ws, ws.project(None))
    assert stored is not None
    use = next(f for f in stored.output["factors"] if f["id"].startswith("GRID/"))
    return parse_number(use["value"]) / 1000


def found(row: Mapping[str, Any], scheme: str) -> dict[tuple[str, str, int | None], Margin]:
    inputs = build_inputs(row)
    sheet = build_fact_sheet(inputs.profile, inputs.run, inputs.documents)
    return {(m.criterion, m.operand, m.year): m for m in margins(RULESET, sheet, [scheme])}


def test_distances_are_exact_and_signed_towards_the_good_side() -> None:
    indicators = {"intensity_tco2_per_tce": {"当量": "1.9", "等价": "5/3"}, "non_fossil_share": {"当量": "0.3"}}
    got = found({"run": {"indicators": indicators}}, NATIONAL)
    over = got["n26-intensity-basic", "intensity_calorific", None]
    assert (over.value, over.threshold, over.distance, over.reached) == ("1.9", "1.8", "-0.1", False)
    under = got["n26-intensity-basic", "intensity_equivalent", None]
    assert (under.distance, under.reached) == ("2/15", True)
    exactly = got["n26-non-fossil-basic", "non_fossil_share_calorific", None]
    assert (exactly.distance, exactly.reached, exactly.share) == ("0", True, "0")
    absent = got["n26-non-fossil-basic", "non_fossil_share_equivalent", None]
    assert (absent.value, absent.distance, absent.reached) == (None, None, None)


def test_every_milestone_is_shown_and_the_one_that_counts_is_marked() -> None:
    got = found({"profile": {"province": "湖南", "year": 2028}, "run": {"co2e": "10", "indicators": {"energy_tce": {"当量": "10"}}}}, HUNAN)
    stages = {year: m for (rule, operand, year), m in got.items() if rule == "hn-intensity" and operand == "co2e_intensity_calorific"}
    assert {year: m.distance for year, m in stages.items()} == {2027: "0.25", 2030: "-0.13", 2035: "-0.63"}
    assert [year for year, m in stages.items() if m.current] == [2030]


def test_dates_and_conditions_count_as_thresholds() -> None:
    got = found({"profile": {"province": "上海"}, "proved": {"application_date": "2025-05-18"}}, "zero_carbon_factory_shanghai")
    late = next(m for m in got.values() if m.unit == "天")
    assert (late.threshold, late.distance, late.reached) == ("2025-05-20", "2", True)
    condition = found({"run": {"lines": {"grid": "4999999"}}}, NATIONAL)["n26-physical-2030", "electricity_kwh", None]
    assert (condition.role, condition.distance, condition.reached) == ("适用条件", "-1", False)


def test_every_rule_with_a_number_has_its_margin() -> None:
    for scheme in RULESET.schemes.values():
        shown = {rule for rule, _, _ in found({}, scheme.id)}
        assert {r.id for r in scheme.rules if r.check.kind in ("compare", "date")} <= shown


def test_margins_of_an_unknown_scheme_are_refused(ws: Workspace) -> None:
    with pytest.raises(NotFound):
        project_margins(ws, ws.project(None), ["nowhere"])


def test_nothing_changed_changes_nothing(ws: Workspace) -> None:
    value = projected(ws, 'name = "不变"')
    assert value["changes"] == []
    assert value["crossed"] == []
    assert value["total_tco2"]["difference_exact"] == "0"
    assert value["counts"]["before"] == value["counts"]["after"]


def test_green_power_takes_exactly_its_share_off_the_grid(ws: Workspace) -> None:
    value = projected(ws, '[[changes]]\nkind = "green_power"\nkwh = "300000.5"\n')
    assert parse_number(value["total_tco2"]["difference_exact"]) == -Fraction("300000.5") * grid_factor(ws)
    half = projected(ws, '[[changes]]\nkind = "pv"\nshare = "0.5"\n')
    assert parse_number(half["total_tco2"]["difference_exact"]) == -600000 * grid_factor(ws)


def test_verdicts_that_would_change_are_named_with_their_values(ws: Workspace) -> None:
    value = projected(ws, '[[changes]]\nkind = "green_power"\nshare = "1"\n')
    changed = {c["id"]: (c["before"], c["after"]) for c in value["changes"]}
    assert changed["hn-renewable"] == ("not_met", "met")
    change = next(c for c in value["changes"] if c["id"] == "hn-renewable")
    assert change["text"] == "不符合 → 符合"
    assert {v["label"] for v in change["values"]} >= {"零碳电量占用电量比例"}
    assert any(c["id"] == "hn-renewable" and c["after"] is True for c in value["crossed"])
    assert "projection-" in json.dumps(value)
    assert "run-" not in json.dumps(value["changes"])


def test_news_is_compared_but_decides_nothing(ws: Workspace) -> None:
    value = projected(ws, '[[changes]]\nkind = "pv"\nshare = "0.9"\n', (NATIONAL,))
    assert value["changes"] == []
    assert any(c["id"] == "n26-physical-2030" and c["evidence"] == "news" for c in value["crossed"])


def test_certificates_count_only_when_the_scenario_says_so(ws: Workspace) -> None:
    value = projected(ws, "[accounting]\ngec_zero_factor = true\n")
    assert parse_number(value["total_tco2"]["difference_exact"]) == -240000 * grid_factor(ws)
    assert value["assumed"] == ["核算口径 gec_zero_factor 改为 是"]


def test_another_factor_year_and_another_coefficient(ws: Workspace) -> None:
    value = projected(ws, '[grid_basis]\ndata_year = 2022\n[accounting.tce_coefficients]\n"电力_等价" = "0.3 kgce/kWh"\n')
    assert value["total_tco2"]["before"] != value["total_tco2"]["after"]
    before, after = value["indicators"]["before"]["energy_tce"], value["indicators"]["after"]["energy_tce"]
    assert before["当量"] == after["当量"]
    assert parse_number(after["等价"]) - parse_number(before["等价"]) == 1440000 * (Fraction("0.3") - Fraction("0.2856")) / 1000
    with pytest.raises(CalculationRefused):
        projected(ws, "[grid_basis]\ndata_year = 1999\n")


def test_a_month_goes_and_comes_back(ws: Workspace) -> None:
    gone = projected(ws, '[[changes]]\nkind = "without_month"\ncarrier = "电力"\nmonth = "2025-03"\n')
    assert parse_number(gone["total_tco2"]["difference_exact"]) == -100000 * grid_factor(ws)
    back = projected(
        ws,
        '[[changes]]\nkind = "without_month"\ncarrier = "电力"\nmonth = "2025-03"\n'
        '[[changes]]\nkind = "with_month"\ncarrier = "电力"\nmonth = "2025-03"\nquantity = "100000"\nunit = "kWh"\n',
    )
    assert back["total_tco2"]["difference_exact"] == "0"
    assert len(back["assumed"]) == 2


def test_fuel_to_electricity_by_ratio_uses_the_heating_value_of_the_run(ws: Workspace) -> None:
    ratio = projected(ws, '[[changes]]\nkind = "fuel_to_electricity"\ncarrier = "天然气"\nshare = "1"\nefficiency_ratio = "0.9"\n')
    stored = latest(ws, ws.project(None))
    assert stored is not None
    lines = [line for line in stored.output["lines"] if line["carrier"] == "天然气"]
    fuel = sum((parse_number(line["exact"]) for line in lines), Fraction(0))
    heat = sum((parse_number(o["value"]) for o in lines[0]["operands"] if o["name"] == "低位热值"), Fraction(0))
    kwh = Fraction(60000, 10000) * heat * Fraction("0.9") / Fraction("0.0036")
    moved = parse_number(ratio["total_tco2"]["difference_exact"]) + fuel
    assert abs(moved - kwh * grid_factor(ws)) < Fraction(1, 10**6)
    given = projected(ws, '[[changes]]\nkind = "fuel_to_electricity"\ncarrier = "天然气"\nquantity = "1000"\nkwh_per_unit = "9"\n')
    assert "增加网电 9000 kWh" in given["assumed"][0]


@pytest.mark.parametrize(
    "text",
    [
        '[[changes]]\nkind = "teleport"\n',
        '[[changes]]\nkind = "pv"\n',
        '[[changes]]\nkind = "pv"\nkwh = "1"\nshare = "0.1"\n',
        '[[changes]]\nkind = "pv"\nshare = "1.1"\n',
        '[[changes]]\nkind = "pv"\nkwh = "-5"\n',
        '[[changes]]\nkind = "pv"\nkwh = "很多"\n',
        '[[changes]]\nkind = "pv"\nkwh = "1200001"\n',
        '[[changes]]\nkind = "pv"\nkhw = "1"\n',
        '[[changes]]\nkind = "saving"\ncarrier = "煤油"\nshare = "0.1"\n',
        '[[changes]]\nkind = "without_month"\ncarrier = "电力"\nmonth = "2024-01"\n',
        '[[changes]]\nkind = "without_month"\ncarrier = "电力"\nmonth = "2025-13"\n',
        '[[changes]]\nkind = "with_month"\ncarrier = "电力"\nmonth = "2025-01"\n',
        '[[changes]]\nkind = "fuel_to_electricity"\ncarrier = "天然气"\nshare = "0.5"\n',
        '[[changes]]\nkind = "fuel_to_electricity"\ncarrier = "电力"\nshare = "0.5"\nkwh_per_unit = "1"\n',
        "changes = 3\n",
        "accounting = 3\n",
        "unknown = 3\n",
        "[[changes]\n",
    ],
)
def test_what_cannot_be_done_is_refused_in_words(ws: Workspace, text: str) -> None:
    with pytest.raises(UsageError) as refused:
        projected(ws, text)
    assert refused.value.message
    assert refused.value.fix


def test_a_scenario_is_kept_nowhere(ws: Workspace) -> None:
    project = ws.project(None)

    def state() -> tuple[int, list[str], list[str]]:
        with ws.reading() as c:
            from app.store import log

            return log.head(c, project.id)[0], [r.run_id for r in rows.runs(c, project.id)], [d.sha256 for d in rows.drafts(c, project.id)]

    before = state()
    result = project_scenario(ws, project, parse_scenario('[[changes]]\nkind = "pv"\nshare = "0.3"\n'))
    assert state() == before
    assert isinstance(result.projection, Projection)
    assert not hasattr(result, "run_id")
    assert "run_id" not in projection_to_json(result)


def test_nothing_that_drafts_packs_or_answers_knows_projections() -> None:
    app = Path(__file__).parents[2] / "app"
    files = [*app.glob("drafting/*.py"), *app.glob("assistant/*.py"), app / "services/drafting.py", app / "services/packing.py"]
    assert len(files) > 20
    for file in files:
        names = {getattr(n, "module", "") or "" for n in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(n, ast.ImportFrom)}
        assert not any("whatif" in n or "scenario" in n for n in names), file


def test_a_stale_run_is_pointed_out_and_no_run_is_refused(tmp_path: Path) -> None:
    ws = open_home(tmp_path)
    project = add_factory(ws, run=False)
    with pytest.raises(Conflict):
        project_scenario(ws, project, parse_scenario(""))
    from app.services.account import account

    account(ws, project)
    with ws.writing() as c:
        ws.record(c, project.id, "record-rejected", {"id": "cccccccccccc-r10", "why": "测试"})
    value = projection_to_json(project_scenario(ws, project, parse_scenario("")))
    assert [f["id"] for f in value["findings"]] == ["baseline-newer"]
