"""Which scheme applies: status, deadline as far as held, the sector's turn as priority only."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from eligibility_home import open_home

from app.services.projects import add_project
from app.services.schemes import cards_to_json, scheme_cards
from app.services.workspace import Workspace

GUIDELINE = "zero_carbon_factory_guideline"
SHANGHAI = "zero_carbon_factory_shanghai"
NATIONAL = "zero_carbon_factory_national_2026"


def cards(ws: Workspace, profile: str) -> dict[str, dict[str, Any]]:
    project = add_project(ws, f'[factory]\nname = "厂{len(profile)}"\nyear = 2025\n{profile}')
    value = cards_to_json(project, scheme_cards(ws, project))
    assert sum(value["counts"].values()) == len(ws.ruleset.schemes)
    return {c["scheme"] or c["documents"][0]: c for c in value["schemes"]}


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return open_home(tmp_path)


def test_now_later_unknown_and_not_each_with_a_reason(ws: Workspace) -> None:
    found = cards(ws, "province = '上海'\nindustry = '锂电池'\n")
    assert {k: found[k]["status"] for k in (GUIDELINE, SHANGHAI, NATIONAL, "zero_carbon_factory_hunan")} == {
        GUIDELINE: "now", SHANGHAI: "later", NATIONAL: "unknown", "zero_carbon_factory_hunan": "not",
    }  # fmt: skip
    assert all(c["reason"] for c in found.values())
    assert "已于 2025-05-20 截止" in found[SHANGHAI]["reason"]
    assert "正文没有取得" in found[NATIONAL]["reason"]
    nowhere = cards(ws, "")
    assert nowhere["zero_carbon_factory_hunan"]["status"] == "unknown"
    assert "省份" in nowhere["zero_carbon_factory_hunan"]["reason"]


def test_a_running_batch_applies_now_with_the_days_left(ws: Workspace) -> None:
    ws.clock = lambda: datetime(2025, 5, 10, 4, tzinfo=UTC)
    card = cards(ws, "province = '上海'\n")[SHANGHAI]
    assert (card["status"], card["deadline"], card["deadline_text"]) == ("now", "2025-05-20", "2025-05-20（还有 10 天）")


def test_no_deadline_is_either_not_stated_or_not_found(ws: Workspace) -> None:
    found = cards(ws, "province = '湖南'\n")
    assert found[GUIDELINE]["deadline_text"] == "原文没有规定"
    for scheme in ("zero_carbon_factory_hunan", NATIONAL):
        assert (found[scheme]["deadline"], found[scheme]["deadline_text"]) == (None, "未检出")


@pytest.mark.parametrize(
    ("industry", "words"),
    [("锂电池", "到2027年的行业领域"), ("钢铁", "到2030年逐步拓展"), ("食品", "不是排除名单"), ("", "未填")],
)
def test_the_sector_schedule_is_priority_and_excludes_nobody(ws: Workspace, industry: str, words: str) -> None:
    card = cards(ws, f"industry = '{industry}'\n")[GUIDELINE]
    assert card["status"] == "now"
    assert words in card["priority"]


def test_parks_and_green_factories_are_listed_as_having_no_conditions(ws: Workspace) -> None:
    found = cards(ws, "province = '安徽'\n")
    park = found["ndrc-2025-910-park"]
    assert (park["scheme"], park["status"], park["counts"], park["priority"]) == (None, "not", {}, "")


def test_counts_are_those_of_the_verdicts_and_the_chosen_scheme_is_marked(ws: Workspace) -> None:
    found = cards(ws, "province = '湖南'\nets_covered = false\n")
    card = found[GUIDELINE]
    assert card["chosen"] is True
    assert sum(card["counts"].values()) == len(ws.ruleset.schemes[GUIDELINE].rules)
    assert 0 < card["open_required"] <= card["counts"]["not_met"] + card["counts"]["insufficient_evidence"]
    assert found["zero_carbon_factory_zhejiang"]["counts"]["not_applicable"] > 0
    order = [c["status"] for c in found.values() if c["scheme"]]
    assert order == sorted(order, key=["now", "later", "unknown", "not"].index)
