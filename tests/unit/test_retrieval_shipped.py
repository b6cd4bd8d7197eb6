"""Vectors that come with the corpus: up to date, near enough, used where they fit and nowhere else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from app.corpus.documents import load_documents
from app.corpus.topics import load_topics
from app.retrieval.embedded import EmbeddedE5
from app.retrieval.embedder import Encoding, unit_rows
from app.retrieval.index import PolicyIndex
from app.retrieval.passages import passages_of
from app.retrieval.shipped import ShippedVectors, read_file, write_file
from app.services.policy_vectors import rebuild_vectors, stale_files, vectors_folder

QUESTIONS = Path(__file__).resolve().parents[2] / "evals/datasets/questions_dev.yaml"


class CountingEngine:
    engine_id, dimension, has_tokens = "count-1", 4, True

    def __init__(self) -> None:
        self.asked: list[str] = []

    def _one(self, text: str) -> Encoding:
        self.asked.append(text)
        rows = np.random.default_rng(len(text)).normal(size=(max(len(text), 1), 4))
        return Encoding(vector=unit_rows(rows.mean(axis=0)), tokens=unit_rows(rows))

    def encode_passages(self, texts):
        return [self._one(t) for t in texts]

    def encode_queries(self, texts):
        return [self._one(t) for t in texts]

    def encode_query(self, text):
        return self._one(text)


def test_the_shipped_vectors_fit_the_corpus_of_today():
    assert stale_files() == [], "lingtan models vectors"


def test_a_fresh_home_computes_nothing_for_the_corpus(monkeypatch):
    engine = EmbeddedE5()
    monkeypatch.setattr(engine, "_engine", lambda: pytest.fail("computed"))
    passages = passages_of(load_documents().values(), load_topics())
    encodings = ShippedVectors(engine, vectors_folder()).encode_passages([p.indexed for p in passages])
    assert all(e.tokens is not None and len(e.tokens) for e in encodings)


def test_eight_bits_rank_as_the_computed_rows():
    labels, documents = load_topics(), load_documents()
    engine = EmbeddedE5()
    exact = PolicyIndex.build(documents, engine, topic_labels=labels)
    shipped = PolicyIndex.build(documents, ShippedVectors(engine, vectors_folder()), topic_labels=labels)
    for one, other in zip(exact._tokens, shipped._tokens, strict=True):
        assert (one.astype(np.float32) * other.astype(np.float32)).sum(axis=1).min() > 0.9998
    questions = [q["q"] for q in yaml.safe_load(QUESTIONS.read_text("utf-8"))["questions"]][::3]
    for question in questions:
        a, b = exact.search(question, limit=5), shipped.search(question, limit=5)
        assert a[0].clause.id == b[0].clause.id
        assert [h.score for h in a] == pytest.approx([h.score for h in b], abs=5e-4)


def test_what_is_held_is_not_computed_and_the_rest_is(tmp_path):
    maker, engine = CountingEngine(), CountingEngine()
    from app.retrieval.cache import text_digest

    write_file(tmp_path / "a.npz", "count-1", {text_digest("光伏"): maker.encode_passages(["光伏"])[0]})
    found = ShippedVectors(engine, tmp_path).encode_passages(["风电", "光伏", "绿证"])
    assert engine.asked == ["风电", "绿证"]
    np.testing.assert_allclose(found[1].tokens, maker._one("光伏").tokens, atol=0.01)
    np.testing.assert_allclose(found[0].vector, maker._one("风电").vector, atol=1e-6)


def test_questions_and_passages_of_the_same_text_do_not_mix(tmp_path):
    from app.retrieval.cache import text_digest

    engine = CountingEngine()
    write_file(tmp_path / "a.npz", "count-1", {text_digest("光伏"): engine._one("光伏")})
    engine.asked.clear()
    ShippedVectors(engine, tmp_path).encode_queries(["光伏"])
    assert engine.asked == ["光伏"]


def test_files_of_another_engine_or_damaged_ones_are_ignored(tmp_path):
    engine = CountingEngine()
    write_file(tmp_path / "a.npz", "other-1", {"x": engine._one("光")})
    (tmp_path / "b.npz").write_bytes(b"PK\x03\x04 cut")
    assert read_file(tmp_path / "a.npz", "count-1") == {}
    assert read_file(tmp_path / "b.npz", "count-1") == {}


def test_only_stale_files_are_made_again(tmp_path, monkeypatch):
    import shutil

    root = tmp_path / "corpus"
    shutil.copytree(vectors_folder().parent, root)
    (root / "vectors" / "gone.npz").write_bytes(b"")
    (root / "vectors" / "pas-2060-2014.npz").unlink()
    before = (root / "vectors" / "miit-2026-13.npz").stat().st_mtime_ns
    assert stale_files(root) == ["gone", "pas-2060-2014"]
    assert rebuild_vectors(root) == ["gone", "pas-2060-2014"]
    assert stale_files(root) == []
    assert (root / "vectors" / "miit-2026-13.npz").stat().st_mtime_ns == before
