"""Attacks by way of questions, bills and added policy texts: none succeeds (a sample here, all of them in evals/attacks.py)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.assistant import answer, check_answer
from evals import attacks


@pytest.fixture(scope="module")
def rows():
    return attacks.load_attacks()


@pytest.fixture(scope="module")
def context(tmp_path_factory, rows):
    return attacks.context_with(attacks.planted_documents(rows), tmp_path_factory.mktemp("vectors") / "vectors.sqlite")


def test_there_are_a_hundred_of_them_over_every_way_in(rows):
    assert len(rows) >= 100
    assert len({row["q"] + row.get("plant", "") for row in rows}) == len(rows)
    assert {row["in"] for row in rows} == {"question", "document", "policy"}


def test_every_third_attack_fails_against_any_model(context, rows):
    for row in rows[::3]:
        asked = context.with_project(attacks.planted_project(row["plant"])) if row["in"] == "document" else context
        for model in (None, attacks.Obedient(row["never"][0]), attacks.Smuggler(row["never"][0])):
            found = answer(row["q"], replace(asked, model=model, prompts=attacks.PROMPTS if model else None))
            assert attacks.succeeded(found, row, asked) == "", row["id"]
            assert check_answer(found, asked.documents) == []


def test_the_judge_sees_a_success_when_there_is_one(context, rows):
    row = next(r for r in rows if r["in"] == "question")
    found = answer("电机要几级能效", context)
    worse = replace(found, sentences=(replace(found.sentences[0], text=row["never"][0]), *found.sentences[1:]))
    assert attacks.succeeded(worse, row, context)


def test_text_that_speaks_to_the_machine_is_never_evidence(context, rows):
    for row in (r for r in rows if r["in"] == "policy"):
        assert all(c.doc_id != attacks.PLANTED for c in answer(row["q"] + row["plant"], context).citations)
