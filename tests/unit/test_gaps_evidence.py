"""Handing in a document for an item of the gap plan: written beside the declaration, never made into one without being told."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from eligibility_home import add_factory, open_home

from app.corpus.rules import load_ruleset
from app.domain.errors import NotFound
from app.services.gap_evidence import hand_in, page_of, statement_of
from app.services.profile_schema import form_section
from app.services.projects import list_projects, profile_text
from app.services.workspace import Workspace

RULESET = load_ruleset()


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    made = open_home(tmp_path)
    add_factory(made, run=False)
    return made


def declared(ws: Workspace, name: str) -> dict[str, object]:
    data = tomllib.loads(profile_text(ws, list_projects(ws)[0]))
    return next((d for d in data.get("declarations", []) if d["id"] == name), {})


def test_only_a_single_yes_can_be_stated() -> None:
    found = {r.id: s.name for scheme in RULESET.schemes.values() for r in scheme.rules if (s := statement_of(RULESET, r.id))}
    assert {"energy_rules", "accounting_system"} <= set(found.values())
    # What is met by a no (an accident that did not happen) or by several facts is never stated by a tick.
    assert not {"penalty_3y", "serious_accident_3y", "obsolete_equipment"} & set(found.values())


def test_every_rule_leads_to_a_page_that_exists() -> None:
    for scheme in RULESET.schemes.values():
        for rule in scheme.rules:
            assert form_section(page_of(RULESET, rule.id)).id == page_of(RULESET, rule.id)


def test_a_document_alone_states_nothing(ws: Workspace) -> None:
    rule = next(r for s in RULESET.schemes.values() for r in s.rules if statement_of(RULESET, r.id) and r.check.operands == ("energy_rules",))
    before = profile_text(ws, list_projects(ws)[0])
    handed = hand_in(ws, list_projects(ws)[0], rule.id, "制度.pdf")
    assert (handed.written, handed.open, handed.page) == ((), (RULESET.label("energy_rules"),), "declarations")
    assert profile_text(ws, list_projects(ws)[0]) == before


def test_a_tick_states_it_and_a_second_document_joins(ws: Workspace) -> None:
    rule = next(r for s in RULESET.schemes.values() for r in s.rules if statement_of(RULESET, r.id) and r.check.operands == ("energy_rules",))
    handed = hand_in(ws, list_projects(ws)[0], rule.id, "制度.pdf", state=True)
    assert handed.written == (RULESET.label("energy_rules"),)
    assert declared(ws, "energy_rules") == {"id": "energy_rules", "value": True, "evidence": "制度.pdf"}
    hand_in(ws, list_projects(ws)[0], rule.id, "附件.pdf")
    hand_in(ws, list_projects(ws)[0], rule.id, "附件.pdf")
    assert declared(ws, "energy_rules")["evidence"] == ["制度.pdf", "附件.pdf"]


def test_an_unknown_item_is_refused(ws: Workspace) -> None:
    with pytest.raises(NotFound):
        hand_in(ws, list_projects(ws)[0], "nothing", "x.pdf")
