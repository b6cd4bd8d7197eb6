"""What the core says for the same input stays what it was, to the letter: see accounting_replay/replay.py."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "accounting_replay"))

from replay import ENGINES, FILE, PAIRS, RUNS, _hashes, changed, digest, made, of_check, of_pair, of_run, vectors

from app.accounting import ENGINE

KEPT = json.loads(FILE.read_text(encoding="utf-8"))
VECTORS = vectors()


def plain(value):
    return json.loads(json.dumps(value, ensure_ascii=False))


def test_the_engine_is_the_one_that_wrote_the_record():
    assert KEPT["engine"] == ENGINE


def test_the_record_did_not_change_under_the_same_engine():
    """Each engine has one record; another record needs another engine (replay.py refuses to write it otherwise)."""
    engines = json.loads(ENGINES.read_text(encoding="utf-8"))
    assert list(engines)[-1] == ENGINE
    assert engines[ENGINE] == digest(KEPT)


def test_a_changed_case_is_seen_and_a_new_one_is_not_a_change():
    other = json.loads(FILE.read_text(encoding="utf-8"))
    other["vectors"]["new"] = {"total_tco2": "0"}
    assert changed(KEPT, other) == []
    name = next(iter(KEPT["runs"]))
    other["runs"][name]["said"]["caveats"] = ["另一句话。"]
    assert changed(KEPT, other) == [f"runs/{name}"]
    assert digest(other) != digest(KEPT)


def test_the_record_is_whole():
    assert sorted(KEPT["vectors"]) == sorted(VECTORS)
    assert sorted(KEPT["runs"]) == sorted(RUNS)
    assert sorted(KEPT["comparisons"]) == sorted(f"{a} → {b}" for a, b in PAIRS)


@pytest.mark.parametrize("name", sorted(KEPT["vectors"]))
def test_every_key_of_a_vector(name):
    assert _hashes(made(VECTORS[name])) == KEPT["vectors"][name]


@pytest.mark.parametrize("name", sorted(KEPT["runs"]))
def test_every_key_and_word_of_a_run(name):
    assert plain(of_run(name)) == KEPT["runs"][name]


@pytest.mark.parametrize("name", sorted(KEPT["checks"]))
def test_findings_over_records(name):
    assert plain(of_check(name)) == KEPT["checks"][name]


@pytest.mark.parametrize("name", sorted(KEPT["comparisons"]))
def test_comparisons(name):
    assert plain(of_pair(name)) == KEPT["comparisons"][name]
