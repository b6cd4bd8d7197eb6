"""The index over a small invented corpus and an engine whose vectors can be checked by eye."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from app.domain.clause import Clause, EvidenceLevel, PolicyDocument, Sentence
from app.domain.errors import Unavailable
from app.retrieval import index as index_module
from app.retrieval.cache import VectorCache
from app.retrieval.chroma import ChromaStore
from app.retrieval.embedder import Encoding, unit_rows
from app.retrieval.index import PolicyIndex
from app.retrieval.leaning import FULL_TEXT, REGIONAL
from app.retrieval.passages import passages_of

AXES = "光风电热氢碳绿证报审材料期标准能效园湖南上海"


class LetterEngine:
    """One axis a character: texts are near when they share characters. Counts how often it was asked."""

    engine_id = "letters-1"
    dimension = len(AXES) + 1
    has_tokens = True

    def __init__(self) -> None:
        self.embedded = 0

    def _one(self, text: str) -> Encoding:
        rows = np.full((max(len(text), 1), self.dimension), 0.0, dtype=np.float32)
        rows[:, -1] = 0.1
        for place, character in enumerate(text):
            if character in AXES:
                rows[place, AXES.index(character)] = 1.0
        tokens = unit_rows(rows)
        return Encoding(vector=unit_rows(rows.mean(axis=0)), tokens=tokens)

    def encode_passages(self, texts: Sequence[str]) -> list[Encoding]:
        self.embedded += len(texts)
        return [self._one(text) for text in texts]

    def encode_query(self, text: str) -> Encoding:
        return self._one(text)

    def encode_queries(self, texts: Sequence[str]) -> list[Encoding]:
        return [self._one(text) for text in texts]


def document(id: str, region: str, *texts: str) -> PolicyDocument:
    clauses, text = [], ""
    for number, sentence in enumerate(texts, 1):
        start = len(text)
        text += sentence + "\n"
        clause_id = f"{id}/{number}"
        clauses.append(Clause(id=clause_id, doc_id=id, path=str(number), title="", text=sentence, start=start,
                              end=start + len(sentence), kind="text", digest="d",
                              sentences=(Sentence(id=f"{clause_id}#s1", text=sentence, start=start, end=start + len(sentence)),)))
    return PolicyDocument(id=id, title=id, document_number=None, issuer="", issued="2026-01-01", region=region, level="national",
                          scheme="零碳工厂", evidence=EvidenceLevel.OFFICIAL, full_text=True, text=text, clauses=tuple(clauses))


@pytest.fixture
def documents() -> dict[str, PolicyDocument]:
    return {"nation": document("nation", "全国", "鼓励光伏和风电。", "电机能效达到标准。", "支持绿证交易。"),
            "hunan": document("hunan", "湖南", "湖南光伏要报审。"),
            "city": document("city", "江苏苏州", "光伏材料期限。")}


def build(documents, **keywords) -> PolicyIndex:
    return PolicyIndex.build(documents, LetterEngine(), **keywords)


def test_the_best_clause_comes_first_with_its_sentence(documents):
    hit = build(documents).search("能效标准")[0]
    assert hit.clause.id == "nation/2"
    assert hit.sentences[0].sentence.text == "电机能效达到标准。"
    assert set(hit.scores) == {"late", "dense", "lexical", "coverage"}


def test_other_regions_are_left_out_before_ranking(documents):
    index = build(documents)
    assert {h.document.id for h in index.search("湖南光伏报审", regions=("上海",))} == {"nation"}
    assert index.search("湖南光伏报审", regions=("湖南",))[0].document.id == "hunan"
    assert "city" in {h.document.id for h in index.search("光伏材料", regions=("苏州",))}
    assert {h.document.id for h in index.search("光伏", regions=None)} == {"nation", "hunan", "city"}


def test_doc_ids_narrow_further(documents):
    assert {h.document.id for h in build(documents).search("光伏", doc_ids=["city"])} == {"city"}


def test_nothing_matches_nothing(documents):
    index = build(documents)
    assert index.search("  ") == []
    assert index.search("光伏", doc_ids=[]) == []
    assert PolicyIndex.build({}, LetterEngine()).search("光伏") == []


def test_spellings_and_spoken_words_reach_the_policy_word(documents):
    plain = build(documents).search("太阳板")
    helped = build(documents, equivalents={"太阳板": ["光伏"]}).search("太阳板")
    assert max(h.scores["lexical"] for h in helped) == 1.0
    assert "光" in helped[0].clause.text
    assert plain[0].scores["lexical"] == 0.0


def test_vectors_are_embedded_once_in_the_life_of_a_home(documents, tmp_path: Path):
    first, second = LetterEngine(), LetterEngine()
    path = tmp_path / "derived" / "vectors.sqlite"
    a = PolicyIndex.build(documents, first, cache_path=path)
    b = PolicyIndex.build(documents, second, cache_path=path)
    assert first.embedded == len(a.passages)
    assert second.embedded == 0
    assert [h.clause.id for h in a.search("光伏")] == [h.clause.id for h in b.search("光伏")]


def test_the_cache_never_mixes_engines(tmp_path: Path):
    path = tmp_path / "v.sqlite"
    one, other = LetterEngine(), LetterEngine()
    other.engine_id = "letters-2"
    VectorCache(one, path).encode(["光伏"])
    VectorCache(other, path).encode(["光伏"])
    assert (one.embedded, other.embedded) == (1, 1)


def test_progress_is_told(documents):
    seen: list[tuple[int, int]] = []
    build(documents, on_progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (5, 5)


def test_a_large_corpus_ranks_candidates_only(documents, monkeypatch):
    small = build(documents).search("光伏风电")[0].clause.id
    monkeypatch.setattr(index_module, "EXACT_LIMIT", 2)
    large = build(documents)
    assert large.search("光伏风电")[0].clause.id == small
    monkeypatch.setattr(index_module, "CANDIDATES", 1)
    assert len(large.search("光伏风电")) <= 2


def test_token_rows_of_a_large_corpus_lie_in_a_file(documents, monkeypatch, tmp_path: Path):
    exact = [(h.clause.id, h.score) for h in build(documents).search("光伏风电标准")]
    monkeypatch.setattr(index_module, "EXACT_LIMIT", 2)
    seen: list[tuple[int, int]] = []
    large = build(documents, cache_path=tmp_path / "v.sqlite", on_progress=lambda *at: seen.append(at))
    assert [(h.clause.id, h.score) for h in large.search("光伏风电标准")] == [(id, pytest.approx(s, abs=1e-3)) for id, s in exact]
    assert all(isinstance(t.base, np.memmap) for t in large._tokens)
    assert seen[-1] == (5, 5)
    assert [p.name for p in tmp_path.iterdir() if p.suffix != ".sqlite" and "sqlite" not in p.name] == []


def test_chroma_keeps_exactly_the_current_passages(documents, tmp_path: Path, monkeypatch):
    engine, store = LetterEngine(), ChromaStore(tmp_path / "chroma")
    index = PolicyIndex.build(documents, engine, store=store)
    assert store.nearest(engine.encode_query("绿证").vector, doc_ids=None, limit=1) == ["nation/3#s1"]
    assert store.nearest(engine.encode_query("光伏").vector, doc_ids=["city"], limit=5) == ["city/1#s1"]
    fewer = {k: v for k, v in documents.items() if k != "city"}
    PolicyIndex.build(fewer, engine, store=store)
    assert "city/1#s1" not in store.nearest(engine.encode_query("光伏").vector, doc_ids=None, limit=10)
    monkeypatch.setattr(index_module, "EXACT_LIMIT", 1)
    monkeypatch.setattr(index_module, "STORE_LIMIT", 1)
    large = PolicyIndex.build(documents, engine, store=store)
    assert large.search("绿证")[0].clause.id == index.search("绿证")[0].clause.id


def test_an_unchanged_corpus_does_not_open_chroma_again(documents, tmp_path: Path):
    PolicyIndex.build(documents, LetterEngine(), store=ChromaStore(tmp_path / "chroma"))
    again = ChromaStore(tmp_path / "chroma")
    PolicyIndex.build(documents, LetterEngine(), store=again)
    assert again._client is None


def test_passages_of_a_digest_carry_their_own_level():
    from app.corpus.documents import load_documents

    documents = load_documents()
    levels = {p.evidence for p in passages_of([documents["tianjin-2024-pilot"]], {}) if p.clause.path == "未见条号"}
    assert levels == {EvidenceLevel.REPOST, EvidenceLevel.NEWS}


def test_a_named_region_comes_first_until_the_caller_chooses(documents):
    index = build(documents, places={"湖南": "湖南"})
    assert index.search("湖南光伏")[0].document.id == "hunan"
    free = {h.clause.id: h.score for h in index.search("湖南光伏")}
    chosen = {h.clause.id: h.score for h in index.search("湖南光伏", doc_ids=["hunan", "nation"])}
    assert free["hunan/1"] == pytest.approx(chosen["hunan/1"] + REGIONAL + FULL_TEXT)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://127.0.0.1:99999"])
def test_a_vector_server_that_does_not_answer_is_said_so(documents, url: str):
    with pytest.raises(Unavailable, match="没有应答"):
        PolicyIndex.build(documents, LetterEngine(), store=ChromaStore(url=url))
