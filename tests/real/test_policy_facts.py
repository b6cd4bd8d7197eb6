"""The corpus against the facts it was made from, read in place: no field, provision, verdict of coverage or gold id is lost."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import yaml

from app.corpus.claims import load_rejected_claims
from app.corpus.documents import find_clause, load_documents
from app.corpus.lexicon import load_lexicon
from app.corpus.paths import corpus_root
from app.corpus.topics import load_topics

SHARED = Path(__file__).resolve().parents[3] / "shared"
FACTS = SHARED / "facts" / "policy_documents.yaml"

pytestmark = pytest.mark.skipif(not FACTS.is_file(), reason="the collected facts are not part of this checkout")


@pytest.fixture(scope="module")
def facts():
    return yaml.safe_load(FACTS.read_text(encoding="utf-8"))


def plain(value):
    if isinstance(value, bool):
        return str(value).lower()
    return [plain(v) for v in value] if isinstance(value, list) else str(value)


def test_no_field_of_a_document_is_lost(facts):
    for row in facts["documents"]:
        folder = corpus_root() / "documents" / row["id"]
        meta = tomllib.loads((folder / "meta.toml").read_text(encoding="utf-8"))
        for key, value in row.items():
            if key != "provisions" and value not in (None, []):
                assert plain(meta[key]) == plain(value), (row["id"], key)
        provisions = tomllib.loads((folder / "provisions.toml").read_text(encoding="utf-8"))["provision"]
        assert [{k: plain(v) for k, v in p.items()} for p in provisions] == [
            {k: plain(v) for k, v in p.items()} for p in row["provisions"]
        ]


def test_coverage_is_the_same(facts):
    corpus = load_documents()
    assert list(load_topics()) == [t["slug"] for t in facts["topics"]] == list(facts["coverage"])
    for topic, table in facts["coverage"].items():
        for id, row in table["full_text"].items():
            entry = next(c for c in corpus.details[id].coverage if c.topic == topic)
            assert (entry.state, entry.depth, entry.note) == (row["state"], row.get("depth", ""), row.get("note", ""))
            assert [list(entry.clauses), list(entry.related)] == [plain(row.get(k, [])) for k in ("clauses", "related")]
        for id, clauses in table["stated_elsewhere"].items():
            entry = next(c for c in corpus.details[id].coverage if c.topic == topic)
            assert (entry.state, list(entry.clauses)) == ("stated", plain(clauses))
        assert all(dict(corpus[id].stated)[topic] == "unknown" for id in table["unknown"])


def test_lexicon_and_claims_are_complete():
    words = yaml.safe_load((SHARED / "facts" / "lexicon.yaml").read_text(encoding="utf-8"))
    lexicon = load_lexicon()
    assert [len(words[k]) for k in ("variants", "not_synonyms", "terms", "other_terms")] == [
        len(lexicon.variants), len(lexicon.not_synonyms), len(lexicon.terms), len(lexicon.other_terms),
    ]  # fmt: skip
    claims = yaml.safe_load((SHARED / "facts" / "rejected_claims.yaml").read_text(encoding="utf-8"))["claims"]
    assert [(c["id"], c["claim"], c["rule"]) for c in claims] == [
        (c.id, c.claim, c.rule) for c in load_rejected_claims()
    ]


def test_every_gold_id_of_the_development_questions_exists():
    questions = yaml.safe_load((SHARED / "evals" / "questions_dev.yaml").read_text(encoding="utf-8"))["questions"]
    corpus = load_documents()
    for question in questions:
        for id in (*question.get("gold", ()), *question.get("related", ())):
            assert find_clause(corpus, id), id
        for id in question.get("gold_sentences", ()):
            assert id in {s.id for s in find_clause(corpus, id).sentences}
        for id in question.get("gold_absent", ()):
            document, _, topic = id.partition("#")
            assert dict(corpus[document].stated)[topic] == "not_stated"
