"""The cheapest set of measures: targets, effects and costs with their origin, exact search."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from eligibility_home import add_factory, open_home

from app.domain.errors import Conflict, UsageError
from app.domain.number import parse_number
from app.eligibility.cheapest import MOST, Candidate, cheapest
from app.services.account import latest
from app.services.whatif_measures import choose_measures, selection_to_json
from app.services.workspace import Workspace

MEASURES = """
[[measures]]
name = "屋顶光伏二期"
kind = "pv"
effect_kwh = "400000"
cost_wan_yuan = "120"
source = "可研报告 2026-02"
[[measures]]
name = "空压机改造"
effect_tco2 = "60"
cost_wan_yuan = "25"
source = "节能诊断报告"
[[measures]]
name = "绿电合同"
effect_kwh = "500000"
cost_wan_yuan = "8"
source = "售电公司报价"
[[measures]]
name = "余热回收"
reduction_tco2 = "90"
investment_wan_yuan = "60"
source = "设计院方案"
[[measures]]
name = "已装储能"
value = true
effect_tco2 = "5"
cost_wan_yuan = "1"
source = "验收单"
[[measures]]
name = "没有来源"
effect_tco2 = "500"
cost_wan_yuan = "1"
[[measures]]
name = "没有费用"
effect_tco2 = "500"
source = "估计"
[[measures]]
name = "负的"
effect_tco2 = "-1"
cost_wan_yuan = "1"
source = "估计"
"""


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = open_home(tmp_path_factory.mktemp("measures"))
    add_factory(made, extra=MEASURES)
    return made


def chosen(ws: Workspace, target: str) -> dict[str, Any]:
    return selection_to_json(choose_measures(ws, ws.project(None), target))


def factor(ws: Workspace) -> Fraction:
    stored = latest(ws, ws.project(None))
    assert stored is not None
    return parse_number(next(f["value"] for f in stored.output["factors"] if f["id"].startswith("GRID/"))) / 1000


def test_only_measures_with_effect_cost_and_source_take_part(ws: Workspace) -> None:
    value = chosen(ws, "reduce_tco2=1")
    assert [m["name"] for m in value["measures"]] == ["屋顶光伏二期", "空压机改造", "绿电合同", "余热回收"]
    reasons = {e["name"]: e["reason"] for e in value["excluded"]}
    assert "已实施" in reasons["已装储能"]
    assert "来源" in reasons["没有来源"]
    assert "费用" in reasons["没有费用"]
    assert "不小于零" in reasons["负的"]


def test_the_cheapest_set_reaches_the_target_and_says_how(ws: Workspace) -> None:
    value = chosen(ws, "reduce_tco2=300")
    assert [m["name"] for m in value["chosen"]] == ["空压机改造", "绿电合同"]
    assert value["cost_wan_yuan"] == "33"
    assert parse_number(value["effect"]) == 60 + 500000 * factor(ws)
    contract = value["chosen"][1]
    assert contract["source"] == "售电公司报价"
    assert "500000 kWh ×" in contract["how"]
    assert "GRID/" in contract["how"]
    assert value["trace"]["steps"][-1]["note"]
    assert value["trace"]["visited"] <= 2 ** (len(value["measures"]) + 1)


def test_kilowatt_hours_are_never_made_of_tonnes(ws: Workspace) -> None:
    value = chosen(ws, "green_kwh=600000")
    assert [m["name"] for m in value["chosen"]] == ["屋顶光伏二期", "绿电合同"]
    assert {e["name"] for e in value["excluded"]} >= {"空压机改造", "余热回收"}
    assert value["effect"] == "900000"


def test_a_target_out_of_reach_says_by_how_much(ws: Workspace) -> None:
    value = chosen(ws, "green_kwh=1000000")
    assert (value["reached"], value["chosen"], value["cost_wan_yuan"]) == (False, [], None)
    assert (value["effect"], value["short"]) == ("900000", "100000")


def test_a_target_already_reached_needs_nothing(ws: Workspace) -> None:
    value = chosen(ws, "total_tco2=999999")
    assert (value["reached"], value["chosen"], value["cost_wan_yuan"], value["target"]["needed"]) == (True, [], "0", "0")


def test_a_criterion_is_a_target_of_its_most_demanding_reading(ws: Workspace) -> None:
    value = chosen(ws, "hn-renewable")
    from app.services.whatif import project_margins

    readings = {m.operand: m for m in project_margins(ws, ws.project(None)) if m.criterion == "hn-renewable" and m.current}
    short = -parse_number(readings["renewable_kwh_share"].distance)
    by_power = short / 100 * 12 * 120000
    assert value["target"]["unit"] == "kWh"
    assert parse_number(value["target"]["needed"]) >= by_power
    assert len(value["target"]["how"]) == 4
    national = chosen(ws, "n26-intensity-basic")
    assert national["target"]["unit"] == "tCO2"
    assert any("待核实" in how for how in national["target"]["how"])
    assert any("综合能耗不变" in how for how in national["target"]["how"])


def test_reaching_the_kwh_of_a_criterion_meets_it_in_a_scenario(ws: Workspace) -> None:
    """The amount a criterion is turned into is neither too small nor, by a kilowatt hour, too large."""
    from app.domain.number import fixed_text
    from app.services.whatif import parse_scenario, project_scenario

    needed = parse_number(chosen(ws, "hn-renewable")["target"]["needed"])
    for kwh, verdicts in ((needed + 1, ["met"]), (needed - 1, [])):
        text = f'[[changes]]\nkind = "pv"\nkwh = "{fixed_text(kwh, 6)}"\n'
        changes = project_scenario(ws, ws.project(None), parse_scenario(text)).changes
        assert [c.after.value for c in changes if c.criterion == "hn-renewable" and c.after and c.after.value == "met"] == verdicts


def test_only_power_traced_physically_counts_for_its_share(ws: Workspace) -> None:
    from app.domain.number import fixed_text
    from app.services.whatif import parse_scenario, project_scenario

    value = chosen(ws, "n26-physical-2030")
    assert value["target"]["unit"] == "kWh"
    needed = parse_number(value["target"]["needed"])
    assert needed == Fraction(35, 100) * 1_440_000 - 240_000
    assert [m["name"] for m in value["chosen"]] == ["屋顶光伏二期"]
    assert "物理认定量不计" in {e["name"]: e["reason"] for e in value["excluded"]}["绿电合同"]
    assert any("绿证不计入" in how for how in value["target"]["how"])
    # The amount is what the share needs when it is reckoned again by the core.
    for kwh, reached in ((needed + 1, True), (needed - 1, False)):
        text = f'[[changes]]\nkind = "pv"\nkwh = "{fixed_text(kwh, 6)}"\n'
        projection = project_scenario(ws, ws.project(None), parse_scenario(text), ["zero_carbon_factory_national_2026"])
        margin = next(m for _, m in projection.margins if (m.criterion, m.operand) == ("n26-physical-2030", "physical_share"))
        assert (parse_number(margin.value) >= 35) is reached


@pytest.mark.parametrize("target", ["", "x", "reduce_tco2=", "reduce_tco2=-1", "money=5", "g13-hydrogen", "hn-intensity", "hn-footprint-reduction"])
def test_targets_nobody_can_reckon_are_refused(ws: Workspace, target: str) -> None:
    with pytest.raises(UsageError) as refused:
        chosen(ws, target)
    assert refused.value.fix


def test_more_than_twenty_measures_or_no_run_are_refused(tmp_path: Path) -> None:
    ws = open_home(tmp_path)
    one = '[[measures]]\nname = "m{}"\neffect_tco2 = "1"\ncost_wan_yuan = "1"\nsource = "s"\n'
    many = "".join(one.format(n) for n in range(MOST + 1))
    project = add_factory(ws, extra=many, run=False)
    with pytest.raises(Conflict):
        choose_measures(ws, project, "reduce_tco2=1")
    from app.services.account import account

    account(ws, project)
    with pytest.raises(UsageError) as refused:
        choose_measures(ws, project, "reduce_tco2=1")
    assert refused.value.id == "too_many_measures"


def test_ties_go_to_fewer_then_to_earlier_measures() -> None:
    def candidates(*pairs: tuple[int, int]) -> list[Candidate]:
        return [Candidate(name=f"m{n}", effect=Fraction(e), cost=Fraction(c)) for n, (e, c) in enumerate(pairs)]

    assert cheapest(candidates((1, 1), (1, 1), (2, 2)), Fraction(2)).chosen == (2,)
    assert cheapest(candidates((5, 3), (5, 3), (5, 3)), Fraction(10)).chosen == (0, 1)
    assert cheapest(candidates((0, 0), (5, 3)), Fraction(5)).chosen == (1,)
    assert cheapest(candidates((5, 0), (5, 0)), Fraction(0)).chosen == ()


def test_the_hardest_lists_of_twenty_take_no_time() -> None:
    alike = [Candidate(name=f"m{n}", effect=Fraction(101), cost=Fraction(101)) for n in range(MOST)]
    assert cheapest(alike, Fraction(1000)).visited < 2000
    close = [Candidate(name=f"m{n}", effect=Fraction(1000 + n), cost=Fraction(1000 + n * 7 % 11)) for n in range(MOST)]
    assert cheapest(close, Fraction(10_050)).visited < 200_000


def test_lists_that_are_too_long_or_negative_are_an_error() -> None:
    with pytest.raises(ValueError):
        cheapest([Candidate(name="m", effect=Fraction(1), cost=Fraction(1))] * (MOST + 1), Fraction(1))
    with pytest.raises(ValueError):
        cheapest([Candidate(name="m", effect=Fraction(-1), cost=Fraction(1))], Fraction(1))
